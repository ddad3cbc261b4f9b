"""The register in one SQLite file: append, erase, verify, back up.

Law: an append is one transaction under BEGIN IMMEDIATE, synced to disk before it returns: its entries, the
tree over them, what stands because of them and a signed checkpoint are there together or not at all. The
revision is the tree's size; there are no gaps.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from debar.model.problem import EXIT_PROBLEMS, EXIT_REFUSED, EXIT_STALE, DebarError, Place
from debar.register import files
from debar.register.debarments import GATE_TYPES, changed, key_of
from debar.register.drafts import check_drafts, content_commitment
from debar.register.entries import (
    SALT_BYTES,
    Entry,
    EntryDraft,
    body_bytes,
    make_leaf,
)
from debar.register.faults import translated
from debar.register.notes import Checkpoint, open_checkpoint, sign_note
from debar.register.reading import RegisterReader
from debar.register.schema import NODE_LEVEL_MIN, STANDING_COLUMNS, debarment_of, standing_row
from debar.register.tree import leaf_hash, read_range, verify_consistency
from debar.register.verification import verify_register

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType

    from debar.model.ports import Signer
    from debar.model.problem import Problem


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


class SqliteRegister(RegisterReader):
    """An open register. One instance belongs to one thread.

    Args:
        path: The file.
        read_only: Refuse every write.
        frozen: The file cannot change while it is read (a backup on read-only media).
        busy_seconds: How long to wait for another writer.

    Raises:
        DebarError: There is no register at the path, or it cannot be read.
    """

    def __init__(
        self, path: Path, *, read_only: bool = False, frozen: bool = False, busy_seconds: float = 10.0
    ) -> None:
        connection = files.connect(path, read_only=read_only, frozen=frozen, busy_seconds=busy_seconds)
        try:
            super().__init__(connection, path)
        except BaseException:
            connection.close()
            raise

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False, busy_seconds: float = 10.0) -> Self:
        """Open a register that exists."""
        return cls(path, read_only=read_only, busy_seconds=busy_seconds)

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        origin: str,
        signer: Signer,
        now: datetime,
        enrolments: Sequence[EntryDraft] = (),
        salts: Sequence[bytes] = (),
    ) -> Self:
        """Make a register, whole or not at all, with its first enrolments in it.

        Args:
            path: Where; there must be no file.
            origin: The log's name: an address without scheme or trailing slash, such as
                ``ads.example.org/debar``.
            signer: The log's key: it signs the checkpoints.
            now: The present instant.
            enrolments: Drafts made with the log's key by
                :func:`debar.register.drafts.enrolment_draft`.
            salts: 32 random bytes for each enrolment.

        Raises:
            DebarError: The file exists, or an enrolment is refused.
        """
        part = files.part_of(path)
        try:
            files.write_empty(part, origin=origin, signer=signer)
            if enrolments:
                with cls(part) as register:
                    register.append(enrolments, salts=salts, now=now, signer=signer)
            files.publish(part, path)
        finally:
            files.discard(part)
        return cls(path)

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

        Raises:
            DebarError: A draft is refused, the revision moved on, or the key was used for something else.
        """
        drafts = tuple(drafts)
        check_drafts(drafts)
        assert len(salts) == len(drafts), "one salt for each draft"
        with self._writing(signer):
            if request_key is not None:
                earlier = self._earlier(request_key, drafts)
                if earlier is not None:
                    return earlier
            revision = self.revision()
            if expected_revision is not None and expected_revision != revision:
                raise DebarError(
                    "DBR-R009",
                    f"the register is at revision {revision}, not at {expected_revision}",
                    hint="look at what was recorded since, and try again",
                    exit_code=EXIT_STALE,
                )
            done = self._record(drafts, salts=salts, now=now, signer=signer)
            if request_key is not None:
                values = (request_key, content_commitment(drafts, salts[0]), revision, len(drafts))
                self._execute("INSERT INTO requests VALUES (?, ?, ?, ?)", values)
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
        with self._writing(signer):
            if self._rows("SELECT 1 FROM standing WHERE key_value = ? LIMIT 1", (subject,)):
                raise self._refused(
                    "DBR-R024",
                    "a decision against it still stands, so it cannot be forgotten",
                    "lift the decision first, also where it has lapsed",
                )
            rows = self._rows("SELECT DISTINCT seq FROM subjects WHERE value = ? ORDER BY seq", (subject,))
            for (seq,) in rows:
                self._execute("DELETE FROM private WHERE seq = ?", (seq,))
                self._execute("DELETE FROM subjects WHERE seq = ?", (seq,))
                self._execute(
                    "UPDATE requests SET content_sha256 = ''"
                    " WHERE first_seq <= ? AND ? < first_seq + entry_count",
                    (seq, seq),
                )
            if not rows:
                return None
            draft = EntryDraft(type="erase", by=by, body={}, public={"entries": [seq for (seq,) in rows]})
            done = self._record((draft,), salts=(salt,), now=now, signer=signer)
        self._execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return done

    def verify(self) -> tuple[Problem, ...]:
        """Derive everything anew from the log and return each place where the file does not agree.

        Nothing is wrong where nothing is returned: leaves, tree, checkpoints, signatures, commitments, what
        stands, the tables' own guards, and the file's pages.
        """
        with self._reading():
            return verify_register(self._connection, path=self.path, key=self.key)

    def backup(self, to: Path) -> None:
        """Copy the register as of one moment into a new file, whole or not at all, while others write.

        The secret file is not part of it: keep a copy of that apart.

        Raises:
            DebarError: There is a file at ``to``, or it cannot be written.
        """
        part = files.part_of(to)
        try:
            files.copy_database(self._connection, part)
            files.publish(part, to)
        finally:
            files.discard(part)

    @classmethod
    def restore(cls, from_: Path, to: Path, *, known_checkpoint: str | None = None) -> Self:
        """Put a backup back as a register, after verifying all of it.

        Args:
            from_: The backup.
            to: Where the register shall be; there must be no file.
            known_checkpoint: The newest checkpoint that anybody kept. A backup that does not hold what the
                checkpoint holds is refused: its decisions would be lost.

        Raises:
            DebarError: The backup does not verify, is older than the checkpoint, or ``to`` exists.
        """
        wal = from_.with_name(from_.name + "-wal")
        with cls(from_, read_only=True, frozen=not wal.exists()) as backup:
            problems = backup.verify()
            if problems:
                raise DebarError(
                    "DBR-R023",
                    "the record does not agree with itself",
                    place=Place(file=from_.name),
                    details=tuple(problem.effect for problem in problems[:5]),
                    hint="restore an earlier backup, and keep this one as it is",
                    exit_code=EXIT_PROBLEMS,
                )
            if known_checkpoint is not None:
                backup.check_holds(known_checkpoint)
            backup.backup(to)
        return cls(to)

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
        self, drafts: Sequence[EntryDraft], *, salts: Sequence[bytes], now: datetime, signer: Signer
    ) -> Appended:
        """Write checked drafts inside an open transaction."""
        first = self.revision()
        keyring = None
        for draft in drafts:
            if draft.type in {"enrol", "approval", "outcome"}:
                keyring = keyring or self.keyring()
            if keyring is not None:
                keyring = keyring.after(draft.type, draft.public)
        bodies = [body_bytes(draft.body) for draft in drafts]
        entries = [
            _entry(draft, seq=first + place, at=now, salt=salt, body=body)
            for place, (draft, salt, body) in enumerate(zip(drafts, salts, bodies, strict=True))
        ]
        self._write(entries, bodies)
        for entry in entries:
            if entry.type in GATE_TYPES:
                self._project(entry)
        checkpoint = self._grow(entries, signer)
        return Appended(entries=tuple(entries), revision=first + len(entries), checkpoint=checkpoint)

    def _write(self, entries: Sequence[Entry], bodies: Sequence[bytes]) -> None:
        with translated(self.path):
            self._connection.executemany(
                "INSERT INTO log VALUES (?, ?, ?, ?)",
                [(entry.seq, entry.type, entry.public.get("plan_sha256"), entry.leaf) for entry in entries],
            )
            self._connection.executemany(
                "INSERT INTO private VALUES (?, ?, ?, ?)",
                [
                    (entry.seq, entry.salt, entry.by, body)
                    for entry, body in zip(entries, bodies, strict=True)
                ],
            )
            self._connection.executemany(
                "INSERT INTO subjects VALUES (?, ?, ?)",
                [
                    (entry.seq, position, subject)
                    for entry in entries
                    for position, subject in enumerate(entry.subjects or ())
                ],
            )

    def _project(self, entry: Entry) -> None:
        """Change what stands by one debar, lift or vary entry."""
        assert entry.body is not None, "a fresh entry has its body"
        key = key_of(entry.type, entry.body)
        condition = "WHERE key_kind = ? AND key_value = ? AND decision_id = ?"
        row = self._one(f"SELECT {STANDING_COLUMNS} FROM standing {condition}", key)
        current = None if row is None else debarment_of(row)
        after = changed(current, entry_type=entry.type, body=entry.body, seq=entry.seq, at=entry.at)
        if after is None:
            self._execute(f"DELETE FROM standing {condition}", key)
        else:
            places = ", ".join("?" * 12)
            self._execute(f"INSERT OR REPLACE INTO standing VALUES ({places})", standing_row(after))

    def _grow(self, entries: Sequence[Entry], signer: Signer) -> str:
        """Append leaves to the tree and sign the checkpoint of its new size."""
        grown, nodes = read_range(entries[0].seq, self.node).extend(
            leaf_hash(entry.leaf) for entry in entries
        )
        checkpoint = Checkpoint(origin=self.origin, size=grown.size, root=grown.root())
        note = str(sign_note(str(checkpoint), name=self.origin, signer=signer))
        with translated(self.path):
            self._connection.executemany(
                "INSERT INTO nodes VALUES (?, ?, ?)", [node for node in nodes if node.level >= NODE_LEVEL_MIN]
            )
        self._execute("INSERT INTO checkpoints VALUES (?, ?)", (grown.size, note))
        return note

    def _earlier(self, request_key: str, drafts: Sequence[EntryDraft]) -> Appended | None:
        row = self._one(
            "SELECT content_sha256, first_seq, entry_count FROM requests WHERE request_key = ?",
            (request_key,),
        )
        if row is None:
            return None
        content, first, count = row
        entries = self._entries("log.seq >= ? AND log.seq < ?", (first, first + count))
        salt = entries[0].salt
        if salt is None or content != content_commitment(drafts, salt):
            raise self._refused(
                "DBR-R010",
                "the request key was used before, for something else",
                f"it recorded entries {first} to {first + count - 1}; use another key for new content",
            )
        return Appended(
            entries=entries, revision=first + count, checkpoint=self.checkpoint(first + count), repeated=True
        )

    @contextmanager
    def _writing(self, signer: Signer) -> Iterator[None]:
        """Hold the write lock; commit at the end, roll back on any error."""
        if signer.public_key != self.key.public_key:
            raise self._refused(
                "DBR-R008",
                "this key does not sign this register's checkpoints",
                f"use the key file that was made with the register ({self.origin})",
            )
        self._execute("BEGIN IMMEDIATE")
        try:
            yield
            self._execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _execute(self, sql: str, values: tuple[Any, ...] = ()) -> None:
        with translated(self.path):
            self._connection.execute(sql, values)

    def _refused(self, code: str, what: str, hint: str) -> DebarError:
        return DebarError(code, what, hint=hint, place=Place(file=self.path.name), exit_code=EXIT_REFUSED)


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
