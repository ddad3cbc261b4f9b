"""The register: append, erase, verify, in whatever database it is kept.

Law: an append is one transaction that holds the one write lock, durable before it returns: its entries, the
tree over them, what stands because of them and a signed checkpoint are there together or not at all. The
revision is the tree's size; there are no gaps.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from debar.model.problem import EXIT_REFUSED, EXIT_STALE, DebarError, Place
from debar.register.debarments import GATE_TYPES, changed, key_of
from debar.register.drafts import check_drafts, content_commitment
from debar.register.entries import (
    SALT_BYTES,
    Entry,
    EntryDraft,
    body_bytes,
    make_leaf,
)
from debar.register.notes import Checkpoint, open_checkpoint, sign_note
from debar.register.reading import RegisterReader
from debar.register.schema import NODE_LEVEL_MIN, STANDING_COLUMNS, debarment_of, standing_row
from debar.register.tree import leaf_hash, verify_consistency
from debar.register.verification import verify_register

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType

    from debar.model.ports import Signer
    from debar.model.problem import Problem
    from debar.register.debarments import Debarment, DebarmentKey
    from debar.register.tree import CompactRange

_BY_KEY: Final = "key_kind = ? AND key_value = ? AND decision_id = ?"

_KEYS_A_QUESTION: Final = 5_000
"""Keys that are looked up at once: three values each, and SQLite takes 32,766 in one statement."""

_ERASURE: Final = (
    "DELETE FROM private WHERE seq IN (SELECT seq FROM subjects WHERE value = ?)",
    (
        "UPDATE requests SET content_sha256 = '' WHERE EXISTS (SELECT 1 FROM subjects"
        " WHERE value = ? AND seq >= first_seq AND seq < first_seq + entry_count)"
    ),
    "DELETE FROM subjects WHERE seq IN (SELECT seq FROM subjects WHERE value = ?)",
)
"""Erases the private side of every entry about a subject, in this order: the last takes the list itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What an append did.

    Args:
        entries: The recorded entries, in the order of their drafts.
        revision: Size of the tree after them.
        checkpoint: The signed checkpoint of that size.
        repeated: Whether an earlier append with the same request key had already recorded them.
    """

    entries: tuple[Entry, ...]
    revision: int
    checkpoint: str
    repeated: bool = False


class Register(RegisterReader, ABC):
    """An open register. One instance belongs to one thread; each kind opens and makes it in its own way."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def append(
        self,
        drafts: Sequence[EntryDraft],
        *,
        salts: Sequence[bytes],
        now: datetime,
        signer: Signer,
        expected_revision: int | None = None,
        request_key: str | None = None,
        guard: Callable[[], None] | None = None,
    ) -> Appended:
        """Record entries: all of them or none, durable when this returns.

        Args:
            drafts: One or more, in order.
            salts: 32 random bytes for each, made at the rim.
            now: The instant of recording.
            signer: The log's key.
            expected_revision: Refuse when anything was recorded since this revision.
            request_key: Twice is once: the same key with the same drafts returns the first result. It must
                name no person; a plan's digest is a good one.
            guard: Called under the write lock before anything else; what it raises refuses the append.

        Raises:
            DebarError: A draft is refused, the revision moved on, or the key was used for something else.
        """
        drafts = tuple(drafts)
        check_drafts(drafts)
        assert len(salts) == len(drafts), "one salt for each draft"
        bodies = [body_bytes(draft.body) for draft in drafts]
        with self._writing(signer) as revision:
            if guard is not None:
                guard()
            if request_key is not None:
                earlier = self._earlier(request_key, drafts, bodies)
                if earlier is not None:
                    return earlier
            if expected_revision is not None and expected_revision != revision:
                raise DebarError(
                    "DBR-R009",
                    f"the register is at revision {revision}, not at {expected_revision}",
                    hint="look at what was recorded since, and try again",
                    exit_code=EXIT_STALE,
                )
            done = self._record(revision, drafts, bodies, salts=salts, now=now, signer=signer)
            if request_key is not None:
                content = content_commitment(drafts, salts[0], bodies=bodies)
                self._database.insert("requests", [(request_key, content, revision, len(drafts))])
        return done

    def erase(self, subject: str, *, by: str, salt: bytes, now: datetime, signer: Signer) -> Appended | None:
        """Forget a subject: erase the private side of every entry about it, and record that it was done.

        The leaves and the tree stay. Whatever else those entries said goes too.

        Args:
            subject: As given in ``EntryDraft.subjects``.
            by: Who does it.
            salt: 32 random bytes for the ``erase`` entry.
            now: The present instant.
            signer: The log's key.

        Returns:
            The ``erase`` entry; None where nothing is known about the subject.

        Raises:
            DebarError: A decision against the subject still stands.
        """
        with self._writing(signer) as revision:
            if self._rows("SELECT 1 FROM standing WHERE key_value = ? LIMIT 1", (subject,)):
                raise self._refused(
                    "DBR-R024",
                    "a decision against it still stands, so it cannot be forgotten",
                    "lift the decision first, also where it has lapsed",
                )
            rows = self._rows("SELECT DISTINCT seq FROM subjects WHERE value = ? ORDER BY seq", (subject,))
            if not rows:
                return None
            for statement in _ERASURE:
                self._database.execute(statement, (subject,))
            draft = EntryDraft(type="erase", by=by, body={}, public={"entries": [seq for (seq,) in rows]})
            done = self._record(revision, (draft,), [body_bytes({})], salts=(salt,), now=now, signer=signer)
        self._database.forget()
        return done

    def verify(self) -> tuple[Problem, ...]:
        """Derive everything anew from the log and return each place where the file does not agree.

        Nothing is wrong where nothing is returned: leaves, tree, checkpoints, signatures, commitments, what
        stands, the tables' own guards, and a file's pages.
        """
        return verify_register(self._database, key=self.key)

    @abstractmethod
    def backup(self, to: Path) -> None:
        """Copy the register as of one moment into a new file, whole or not at all, while others write.

        Whatever database it is kept in, the backup is a register in an SQLite file. The secret file is not
        part of it: keep a copy of that apart.

        Raises:
            DebarError: There is a file at ``to``, or it cannot be written.
        """

    def check_holds(self, known_checkpoint: str) -> None:
        """Refuse where this register does not hold all that a signed checkpoint of it holds.

        Raises:
            DebarError: The register is older than the checkpoint, or another log.
        """
        known = open_checkpoint(known_checkpoint, (self.key,))
        newest = open_checkpoint(self.checkpoint(), (self.key,))
        grown = known.size <= newest.size and verify_consistency(
            self.consistency(known.size, newest.size),
            old_size=known.size,
            old_root=known.root,
            new_size=newest.size,
            new_root=newest.root,
        )
        if not grown:
            raise self._refused(
                "DBR-R025",
                f"the register, at revision {newest.size}, does not hold the checkpoint of {known.size}",
                "find a newer backup; whatever was recorded in between is not in this one",
            )

    def _record(
        self,
        first: int,
        drafts: Sequence[EntryDraft],
        bodies: Sequence[bytes],
        *,
        salts: Sequence[bytes],
        now: datetime,
        signer: Signer,
    ) -> Appended:
        """Write checked drafts inside an open transaction."""
        keyring = None
        for draft in drafts:
            if draft.type in {"enrol", "approval", "outcome"}:
                keyring = keyring or self.keyring()
            if keyring is not None:
                keyring = keyring.after(draft.type, draft.public)
        edge = self.edge(first)
        entries = [
            _entry(draft, seq=first + place, at=now, salt=salt, body=body)
            for place, (draft, salt, body) in enumerate(zip(drafts, salts, bodies, strict=True))
        ]
        before, after = self._projected([entry for entry in entries if entry.type in GATE_TYPES])
        self._database.reserve(first + len(entries))  # R1: nothing is added before the head has moved
        self._write(entries, bodies)
        self._database.execute_many(f"DELETE FROM standing WHERE {_BY_KEY}", list(before))
        self._database.insert("standing", [standing_row(debarment) for debarment in after.values()])
        checkpoint = self._grow(edge, entries, signer)
        return Appended(entries=tuple(entries), revision=first + len(entries), checkpoint=checkpoint)

    def _write(self, entries: Sequence[Entry], bodies: Sequence[bytes]) -> None:
        insert = self._database.insert
        insert(
            "log", [(entry.seq, entry.type, entry.public.get("plan_sha256"), entry.leaf) for entry in entries]
        )
        insert(
            "private",
            [(entry.seq, entry.salt, entry.by, body) for entry, body in zip(entries, bodies, strict=True)],
        )
        insert(
            "subjects",
            [
                (entry.seq, position, subject)
                for entry in entries
                for position, subject in enumerate(entry.subjects or ())
            ],
        )

    def _projected(
        self, entries: Sequence[Entry]
    ) -> tuple[dict[DebarmentKey, Debarment], dict[DebarmentKey, Debarment]]:
        """Return what stands under the keys of debar, lift and vary entries, before and after them."""
        bodies = [(entry, entry.body) for entry in entries if entry.body is not None]
        assert len(bodies) == len(entries), "a fresh entry has its body"
        keyed = [(entry, body, key_of(entry.type, body)) for entry, body in bodies]
        keys = {key for _, _, key in keyed}
        before: dict[DebarmentKey, Debarment] = {}
        if self._any_stands({decision_id for _, _, decision_id in keys}):
            before = self._standing_of(sorted(keys))
        after = dict(before)
        for entry, body, key in keyed:
            made = changed(after.get(key), entry_type=entry.type, body=body, seq=entry.seq, at=entry.at)
            if made is None:
                del after[key]
            else:
                after[key] = made
        return before, after

    def _any_stands(self, decision_ids: Iterable[str]) -> bool:
        """Tell whether anything stands under some decisions: under a new one nothing does."""
        return any(
            self._rows("SELECT 1 FROM standing WHERE decision_id = ? LIMIT 1", (decision_id,))
            for decision_id in decision_ids
        )

    def _standing_of(self, keys: Sequence[DebarmentKey]) -> dict[DebarmentKey, Debarment]:
        """Return what stands under some keys, read in a few questions."""
        found: dict[DebarmentKey, Debarment] = {}
        for start in range(0, len(keys), _KEYS_A_QUESTION):
            wanted = keys[start : start + _KEYS_A_QUESTION]
            places = ", ".join(["(?, ?, ?)"] * len(wanted))
            rows = self._rows(
                f"WITH wanted (kind, value, decision) AS (VALUES {places})"
                f" SELECT {STANDING_COLUMNS} FROM wanted CROSS JOIN standing"
                " WHERE key_kind = kind AND key_value = value AND decision_id = decision",
                [part for key in wanted for part in key],
            )
            found.update((debarment.key, debarment) for debarment in map(debarment_of, rows))
        return found

    def _grow(self, edge: CompactRange, entries: Sequence[Entry], signer: Signer) -> str:
        """Append leaves to the tree and sign the checkpoint of its new size."""
        grown, nodes = edge.extend(leaf_hash(entry.leaf) for entry in entries)
        checkpoint = Checkpoint(origin=self.origin, size=grown.size, root=grown.root())
        note = str(sign_note(str(checkpoint), name=self.origin, signer=signer))
        self._database.insert("nodes", [tuple(node) for node in nodes if node.level >= NODE_LEVEL_MIN])
        self._database.insert("checkpoints", [(grown.size, note)])
        return note

    def _earlier(
        self, request_key: str, drafts: Sequence[EntryDraft], bodies: Sequence[bytes]
    ) -> Appended | None:
        row = self._one(
            "SELECT content_sha256, first_seq, entry_count FROM requests WHERE request_key = ?",
            (request_key,),
        )
        if row is None:
            return None
        content, first, count = row
        entries = self._entries("log.seq >= ? AND log.seq < ?", (first, first + count))
        salt = entries[0].salt
        if salt is None or content != content_commitment(drafts, salt, bodies=bodies):
            raise self._refused(
                "DBR-R010",
                "the request key was used before, for something else",
                f"it recorded entries {first} to {first + count - 1}; use another key for new content",
            )
        return Appended(
            entries=entries, revision=first + count, checkpoint=self.checkpoint(first + count), repeated=True
        )

    @contextmanager
    def _writing(self, signer: Signer) -> Iterator[int]:
        """Hold the write lock, with the key that may append; give the revision."""
        if signer.public_key != self.key.public_key:
            raise self._refused(
                "DBR-R008",
                "this key does not sign this register's checkpoints",
                f"use the key file that was made with the register ({self.origin})",
            )
        with self._database.writing() as revision:
            yield revision

    def _refused(self, code: str, what: str, hint: str) -> DebarError:
        return DebarError(
            code, what, hint=hint, place=Place(file=self._database.name), exit_code=EXIT_REFUSED
        )


def _entry(draft: EntryDraft, *, seq: int, at: datetime, salt: bytes, body: bytes) -> Entry:
    assert len(salt) == SALT_BYTES, "a salt has 32 bytes"
    return Entry(
        seq=seq,
        type=draft.type,
        id=f"{draft.type}-{seq}",
        at=at,
        leaf=make_leaf(draft, seq=seq, at=at, salt=salt, body=body),
        public=dict(draft.public),
        by=draft.by,
        body=dict(draft.body),
        subjects=tuple(draft.subjects),
        salt=salt,
    )
