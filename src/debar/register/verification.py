"""Everything in a register derived anew from its log, and compared with what the file says.

Law: a change of any byte of a leaf, a node, a checkpoint, a private body or of what stands is found; what was
erased is accepted only where an ``erase`` entry says so.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from debar.model.problem import DebarError, Place, Problem
from debar.register.debarments import GATE_TYPES, Debarment, DebarmentKey, changed, key_of
from debar.register.entries import mismatches, public_part, read_leaf
from debar.register.keyring import Keyring
from debar.register.notes import VerifierKey, open_checkpoint
from debar.register.schema import NODE_LEVEL_MIN, STANDING_COLUMNS, STATEMENTS, debarment_of
from debar.register.tree import CompactRange, Node, leaf_hash

if TYPE_CHECKING:
    from pathlib import Path

_LEAVES: Final = (
    "SELECT log.seq, log.type, log.plan_sha256, log.leaf, private.salt, private.actor, private.body"
    " FROM log LEFT JOIN private ON private.seq = log.seq ORDER BY log.seq"
)


@dataclass(slots=True, kw_only=True)
class _Replay:
    """The state while the log is read from its first entry to its last."""

    path: Path
    keyring: Keyring
    edge: CompactRange = field(default_factory=CompactRange)
    standing: dict[DebarmentKey, Debarment] = field(default_factory=dict)
    roots: dict[int, bytes] = field(default_factory=dict)
    missing: set[int] = field(default_factory=set)
    erased: set[int] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def report(self, effect: str, *, record: int | None = None, column: str | None = None) -> None:
        place = Place(file=self.path.name, record=record, column=column)
        self.problems.append(
            Problem(
                code="DBR-R023",
                what="the record does not agree with itself",
                place=place,
                effect=effect,
                hint="keep the file as it is; compare with a backup and with checkpoints that others kept",
            )
        )


def verify_register(connection: sqlite3.Connection, *, path: Path, key: VerifierKey) -> tuple[Problem, ...]:
    """Return each place where a register's file does not follow from its log; empty where all is well.

    Args:
        connection: Open, inside a read transaction, so that all is read from one state.
        path: The file, for the places of problems.
        key: The log's verifier key.
    """
    keyring = Keyring(origin=key.name, log_key=key.public_key.hex())
    replay = _Replay(path=path, keyring=keyring)
    replay.roots[0] = replay.edge.root()
    try:
        _check_file(connection, replay)
        for row in connection.execute(_LEAVES):
            _replay_entry(connection, replay, row)
        for seq in sorted(replay.missing - replay.erased):
            replay.report("the private side is gone, and no erase entry says so", record=seq)
        _check_extras(connection, replay)
        _check_standing(connection, replay)
        _check_checkpoints(connection, replay, key)
    except sqlite3.DatabaseError as error:
        name = getattr(error, "sqlite_errorname", "damaged")
        replay.report(f"the file cannot be read to its end: {name}")
    return tuple(replay.problems)


def _check_file(connection: sqlite3.Connection, replay: _Replay) -> None:
    """Check the pages, and that the guards which refuse changes are still there."""
    for (answer,) in connection.execute("PRAGMA integrity_check(5)"):
        if answer != "ok":
            replay.report(f"the file's pages are damaged: {answer}")
    found = {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}
    for name in sorted(sql.split()[2] for sql in found.symmetric_difference(STATEMENTS)):
        replay.report(f"table, index or guard {name} is not as it was made")


def _replay_entry(connection: sqlite3.Connection, replay: _Replay, row: tuple[Any, ...]) -> None:
    seq, entry_type, plan_sha256, leaf = row[:4]
    if seq != replay.edge.size:
        replay.report(f"entry {replay.edge.size} is missing", record=seq)
    replay.edge, nodes = replay.edge.extend([leaf_hash(leaf)])
    replay.roots[replay.edge.size] = replay.edge.root()
    _check_nodes(connection, replay, nodes)
    try:
        document = read_leaf(leaf)
    except ValueError as error:
        replay.report(f"the leaf is {error}", record=seq, column="leaf")
        return
    if (document["type"], document["id"]) != (entry_type, f"{entry_type}-{seq}"):
        replay.report("the leaf is of another type or place", record=seq, column="type")
    if document.get("plan_sha256") != plan_sha256:
        replay.report("the leaf names another plan", record=seq, column="plan_sha256")
    public = public_part(document)
    if entry_type == "erase":
        replay.erased.update(public.get("entries", ()))
    try:
        replay.keyring = replay.keyring.after(entry_type, public)
        _replay_private(connection, replay, document, row)
    except (DebarError, ValueError) as error:
        replay.report(str(error).splitlines()[0], record=seq)


def _check_nodes(connection: sqlite3.Connection, replay: _Replay, nodes: list[Node]) -> None:
    for node in (node for node in nodes if node.level >= NODE_LEVEL_MIN):
        sql = "SELECT hash FROM nodes WHERE level = ? AND position = ?"
        stored = connection.execute(sql, (node.level, node.position)).fetchone()
        if stored is None or stored[0] != node.hash:
            replay.report(f"the tree's node {node.level}/{node.position} does not follow from the leaves")


def _replay_private(
    connection: sqlite3.Connection, replay: _Replay, document: dict[str, Any], row: tuple[Any, ...]
) -> None:
    seq, entry_type = row[:2]
    salt, actor, body = row[4:]
    if salt is None:
        replay.missing.add(seq)
        return
    found = connection.execute("SELECT value FROM subjects WHERE seq = ? ORDER BY position", (seq,))
    subjects = tuple(value for (value,) in found)
    for name in mismatches(document, salt=salt, by=actor, subjects=subjects, body=body):
        replay.report(f"the private side does not open the leaf's {name}", record=seq, column=name)
    if entry_type not in GATE_TYPES:
        return
    fields = json.loads(body)
    key = key_of(entry_type, fields)
    at = datetime.fromisoformat(document["at"])
    after = changed(replay.standing.get(key), entry_type=entry_type, body=fields, seq=seq, at=at)
    if after is None:
        del replay.standing[key]
    else:
        replay.standing[key] = after


def _check_extras(connection: sqlite3.Connection, replay: _Replay) -> None:
    """Look for rows that no entry accounts for."""
    size = replay.edge.size
    nodes = sum(size >> level for level in range(NODE_LEVEL_MIN, size.bit_length()))
    for table, expected in (("nodes", nodes), ("private", size - len(replay.missing))):
        count = connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
        if count != expected:
            replay.report(f"{table} has {count} rows, and {expected} follow from the log")


def _check_standing(connection: sqlite3.Connection, replay: _Replay) -> None:
    stored = {}
    for row in connection.execute(f"SELECT {STANDING_COLUMNS} FROM standing"):
        debarment = debarment_of(row)
        stored[debarment.key] = debarment
    for key in sorted(stored.keys() | replay.standing.keys()):
        if stored.get(key) != replay.standing.get(key):
            replay.report(
                f"what stands under decision {key[2]} does not follow from the log", column="standing"
            )


def _check_checkpoints(connection: sqlite3.Connection, replay: _Replay, key: VerifierKey) -> None:
    last = -1
    for size, note in connection.execute("SELECT size, note FROM checkpoints ORDER BY size"):
        last = size
        try:
            checkpoint = open_checkpoint(note, (key,))
        except DebarError as error:
            replay.report(f"the checkpoint of revision {size}: {error.what}", column="checkpoints")
            continue
        if checkpoint.size != size or checkpoint.root != replay.roots.get(size):
            replay.report(f"the checkpoint of revision {size} is of another tree", column="checkpoints")
    if last != replay.edge.size:
        replay.report("the newest entries have no signed checkpoint", column="checkpoints")
