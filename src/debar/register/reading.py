"""What can be read from an open register: entries, proofs, what stands, who may sign, who approved.

Law: reading changes nothing, and each answer comes from one state of the log.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from debar.model.problem import EXIT_REFUSED, DebarError
from debar.register.address import home_of
from debar.register.database import copy_tables
from debar.register.drafts import Approval, Enrolment, Judgement, approval_of, enrolment_of, judgement_of
from debar.register.entries import Entry, public_part
from debar.register.gates.book import GateBook
from debar.register.gates.tables import GateTables
from debar.register.keyring import Keyring
from debar.register.notes import VerifierKey, parse_key
from debar.register.published.proofs import TlogProof
from debar.register.schema import NODE_LEVEL_MIN, STANDING_COLUMNS, debarment_of
from debar.register.tree import CompactRange, consistency_path, inclusion_path, leaf_hash, root_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from debar.register.address import RegisterAddress
    from debar.register.database import Database, Row
    from debar.register.debarments import Debarment


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusionProof:
    """Where a leaf stands in a tree: index, size, and the audit path from the leaf to the root."""

    index: int
    size: int
    path: tuple[bytes, ...]


class RegisterReader:
    """The reading half of a register.

    Args:
        database: Open and checked; it is closed with this.
        address: Where the register is.
    """

    def __init__(self, database: Database, address: RegisterAddress) -> None:
        self._database = database
        self.address: RegisterAddress = address
        """Where the register is."""
        try:
            verifier_key = self._one("SELECT value FROM meta WHERE name = 'verifier_key'")
            self.key: VerifierKey = parse_key("" if verifier_key is None else verifier_key[0])
            """The key that verifies this register's checkpoints."""
        except BaseException:
            database.close()
            raise

    def close(self) -> None:
        """Close the connection."""
        self._database.close()

    @property
    def home(self) -> Path:
        """What the files that belong to the register, and are not in it, are called after."""
        return home_of(self.address)

    @property
    def origin(self) -> str:
        """The log's name."""
        return self.key.name

    def gate_book(self) -> GateBook:
        """Return what operators and gates ask of a register beside the protocol."""
        return GateBook(self._database)

    @property
    def gates(self) -> GateTables:
        """What is kept of the gates beside the log."""
        return GateTables(self._database)

    def copy_into(self, target: Database) -> None:
        """Copy everything as of one moment into empty tables, inside a transaction of theirs."""
        with self._database.reading():
            copy_tables(self._database, target)

    def revision(self) -> int:
        """Return the size of the tree: how many entries there are."""
        return int(self._rows("SELECT COALESCE(MAX(seq) + 1, 0) FROM log")[0][0])

    def entries(self, after: int = 0) -> tuple[Entry, ...]:
        """Return the entries that were recorded after a revision, in order; all of them after 0."""
        return self._entries("log.seq >= ?", (after,))

    def entry(self, seq: int) -> Entry:
        """Return one entry.

        Raises:
            DebarError: There is no such entry.
        """
        found = self._entries("log.seq = ?", (seq,))
        if not found:
            raise _absent(f"there is no entry {seq} in a register of {self.revision()}")
        return found[0]

    def entries_of_type(self, entry_type: str) -> tuple[Entry, ...]:
        """Return the entries of one type, in order."""
        return self._entries("log.type = ?", (entry_type,))

    def entries_of_plan(self, plan_sha256: str) -> tuple[Entry, ...]:
        """Return the entries that name a plan by its digest, in order: approvals, the plan, what it did."""
        return self._entries("log.plan_sha256 = ?", (plan_sha256,))

    def entries_about(self, subject: str) -> tuple[Entry, ...]:
        """Return the entries about one subject, in order; none once it is erased."""
        return self._entries("log.seq IN (SELECT seq FROM subjects WHERE value = ?)", (subject,))

    def proof(self, seq: int, size: int | None = None) -> InclusionProof:
        """Return the proof that an entry stands at its place in the tree of a revision.

        Args:
            seq: The entry.
            size: The revision; None for the present one.

        Raises:
            DebarError: There is no such entry in the tree of that size.
        """
        with self._database.reading():
            revision = self.revision()
            size = revision if size is None else size
            if not 0 <= seq < size <= revision:
                raise _absent(f"there is no entry {seq} in a tree of {size}; the register has {revision}")
            return InclusionProof(index=seq, size=size, path=inclusion_path(seq, size, self.node))

    def proof_text(self, seq: int) -> str:
        """Return an entry's proof with the newest checkpoint, as the text of a ``.tlog-proof`` file."""
        with self._database.reading():
            note = self.checkpoint()
            revision = self.revision()
            if not 0 <= seq < revision:
                raise _absent(f"there is no entry {seq} in a register of {revision}")
            path = inclusion_path(seq, revision, self.node)
            return str(TlogProof(index=seq, path=path, checkpoint=note))

    def consistency(self, old_size: int, new_size: int) -> tuple[bytes, ...]:
        """Return the proof that the log only grew between two revisions.

        Raises:
            DebarError: There were no such revisions.
        """
        with self._database.reading():
            if not 0 <= old_size <= new_size <= self.revision():
                raise _absent(f"{old_size} and {new_size} are not two revisions of this register")
            return consistency_path(old_size, new_size, self.node)

    def checkpoint(self, size: int | None = None) -> str:
        """Return the signed checkpoint of the newest revision, or of one at which an append ended.

        Raises:
            DebarError: No append ended at that revision.
        """
        condition = "ORDER BY size DESC LIMIT 1" if size is None else "WHERE size = ?"
        row = self._one(f"SELECT note FROM checkpoints {condition}", () if size is None else (size,))
        if row is None:
            raise _absent(f"no checkpoint was signed at revision {size}")
        return str(row[0])

    def standing(self, kind: str, value: str) -> tuple[Debarment, ...]:
        """Return the debarments of one key, lapsed ones too, by decision."""
        rows = self._rows(
            f"SELECT {STANDING_COLUMNS} FROM standing"
            " WHERE key_kind = ? AND key_value = ? ORDER BY decision_id",
            (kind, value),
        )
        return tuple(debarment_of(row) for row in rows)

    def standings(self, decision_id: str | None = None) -> tuple[Debarment, ...]:
        """Return every debarment, or those of one decision, by kind, value and decision."""
        condition = "" if decision_id is None else "WHERE decision_id = ?"
        rows = self._rows(
            f"SELECT {STANDING_COLUMNS} FROM standing {condition} ORDER BY key_kind, key_value, decision_id",
            () if decision_id is None else (decision_id,),
        )
        return tuple(debarment_of(row) for row in rows)

    @contextmanager
    def standing_rows(self) -> Iterator[tuple[int, Iterator[Row]]]:
        """Give a revision and all that stands at it, row by row, by kind, value and decision.

        However much stands, it is not held in memory: tables and copies of it are made of this.
        """
        with self._database.reading():
            yield (
                self.revision(),
                self._database.stream(
                    f"SELECT {STANDING_COLUMNS} FROM standing ORDER BY key_kind, key_value, decision_id"
                ),
            )

    def enrolments(self) -> tuple[Enrolment, ...]:
        """Return the enrolled keys, in the order of their enrolment."""
        return tuple(enrolment_of(entry) for entry in self.entries_of_type("enrol"))

    def keyring(self) -> Keyring:
        """Return the enrolled keys and their roles, for checking signatures."""
        roles: dict[str, frozenset[str]] = {}
        founding = True
        log_key = self.key.public_key.hex()
        for (leaf,) in self._rows("SELECT leaf FROM log WHERE type = 'enrol' ORDER BY seq"):
            public = public_part(json.loads(leaf))
            key = public["public_key"]
            roles[key] = roles.get(key, frozenset()) | {public["role"]}
            founding = founding and public["signed_by"] == log_key
        other = self._one("SELECT MIN(type), MAX(type) FROM log")
        founding = founding and other in {(None, None), ("enrol", "enrol")}
        return Keyring(origin=self.origin, log_key=log_key, roles=roles, founding=founding)

    def approvals(self, plan_sha256: str) -> tuple[Approval, ...]:
        """Return the approvals of a plan; each was verified under an enrolled key when it was recorded."""
        names = {enrolment.public_key: enrolment.name for enrolment in self.enrolments()}
        found = self._entries("log.plan_sha256 = ? AND log.type = 'approval'", (plan_sha256,))
        return tuple(approval_of(entry, names) for entry in found)

    def judgements(self) -> tuple[Judgement, ...]:
        """Return what reviewers decided about pairs of accounts, in order; erased ones are left out."""
        found = self.entries_of_type("judgement")
        return tuple(judgement_of(entry) for entry in found if not entry.erased)

    def leaves(self, start: int, stop: int) -> list[bytes]:
        """Return the leaves from one place up to, and without, another: what is public of the entries."""
        rows = self._rows("SELECT leaf FROM log WHERE seq >= ? AND seq < ? ORDER BY seq", (start, stop))
        return [leaf for (leaf,) in rows]

    def node(self, level: int, position: int) -> bytes:
        """Return the hash of a complete subtree: ``2 ** level`` leaves from leaf ``position << level``."""
        if level < NODE_LEVEL_MIN:
            leaves = self.leaves(position << level, (position + 1) << level)
            assert len(leaves) == 1 << level, f"node {level}/{position} of a tree of {self.revision()}"
            return root_of(map(leaf_hash, leaves))
        row = self._one("SELECT hash FROM nodes WHERE level = ? AND position = ?", (level, position))
        assert row is not None, f"node {level}/{position} of a tree of {self.revision()}"
        return bytes(row[0])

    def edge(self, size: int) -> CompactRange:
        """Return the right edge of the tree of some size, in two questions."""
        stored = size >> NODE_LEVEL_MIN << NODE_LEVEL_MIN
        peaks = [(level, size >> level + 1 << 1) for level in range(size.bit_length()) if stored >> level & 1]
        hashes: list[bytes] = []
        if peaks:
            places = " OR ".join(["(level = ? AND position = ?)"] * len(peaks))
            rows = self._rows(
                f"SELECT hash FROM nodes WHERE {places} ORDER BY level DESC",
                [part for peak in peaks for part in peak],
            )
            assert len(rows) == len(peaks), f"the right edge of a tree of {size}"
            hashes = [bytes(value) for (value,) in rows]
        edge = CompactRange(size=stored, peaks=tuple(hashes))
        return edge.extend(map(leaf_hash, self.leaves(stored, size)))[0]

    def _entries(self, condition: str, values: tuple[Any, ...]) -> tuple[Entry, ...]:
        rows = self._rows(
            "SELECT log.seq, log.leaf, private.salt, private.actor, private.body,"
            f" {self._database.subjects_sql} FROM log LEFT JOIN private ON private.seq = log.seq"
            f" WHERE {condition} ORDER BY log.seq",
            values,
        )
        return tuple(_entry_of(row) for row in rows)

    def _one(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        rows = self._rows(sql, values)
        return rows[0] if rows else None

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        return self._database.rows(sql, values)


def _entry_of(row: Row) -> Entry:
    seq, leaf, salt, actor, body, subjects = row
    document = json.loads(leaf)
    return Entry(
        seq=seq,
        type=document["type"],
        id=document["id"],
        at=datetime.fromisoformat(document["at"]),
        leaf=leaf,
        public=public_part(document),
        by=actor,
        body=None if body is None else json.loads(body),
        subjects=None if body is None else tuple(json.loads(subjects)),
        salt=salt,
    )


def _absent(what: str) -> DebarError:
    return DebarError(
        "DBR-R019", what, hint="entries count from 0 to one below the revision", exit_code=EXIT_REFUSED
    )
