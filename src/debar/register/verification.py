"""Everything in a register derived anew from its log, and compared with what its tables say.

Law: a change of any byte of a leaf, a node, a checkpoint, a private body or of what stands is found; what was
erased is accepted only where an ``erase`` entry says so.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from debar.model.problem import DebarError, Place, Problem
from debar.register.debarments import GATE_TYPES, Debarment, DebarmentKey, changed, key_of
from debar.register.entries import mismatches, public_part, read_leaf
from debar.register.keyring import Keyring
from debar.register.notes import VerifierKey, open_checkpoint
from debar.register.schema import NODE_LEVEL_MIN, STANDING_COLUMNS, debarment_of
from debar.register.tree import CompactRange, Node, leaf_hash

if TYPE_CHECKING:
    from debar.register.database import Database, Row


@dataclass(slots=True, kw_only=True)
class _Replay:
    """The state while the log is read from its first entry to its last."""

    name: str
    keyring: Keyring
    edge: CompactRange = field(default_factory=CompactRange)
    nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)
    standing: dict[DebarmentKey, Debarment] = field(default_factory=dict)
    roots: dict[int, bytes] = field(default_factory=dict)
    missing: set[int] = field(default_factory=set)
    erased: set[int] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def report(self, effect: str, *, record: int | None = None, column: str | None = None) -> None:
        place = Place(file=self.name, record=record, column=column)
        self.problems.append(
            Problem(
                code="DBR-R023",
                what="the record does not agree with itself",
                place=place,
                effect=effect,
                hint="keep the file as it is; compare with a backup and with checkpoints that others kept",
            )
        )


def verify_register(database: Database, *, key: VerifierKey) -> tuple[Problem, ...]:
    """Return each place where a register's tables do not follow from its log; empty where all is well.

    Args:
        database: Where the register is.
        key: The log's verifier key.
    """
    keyring = Keyring(origin=key.name, log_key=key.public_key.hex())
    replay = _Replay(name=database.name, keyring=keyring)
    replay.roots[0] = replay.edge.root()
    try:
        with database.reading():
            _verify(database, replay, key)
    except DebarError as error:
        replay.report(f"the record cannot be read to its end: {'; '.join((error.what, *error.details))}")
    return tuple(replay.problems)


def _verify(database: Database, replay: _Replay, key: VerifierKey) -> None:
    for fault in database.faults():
        replay.report(fault)
    replay.nodes = {
        (level, position): value
        for level, position, value in database.stream("SELECT level, position, hash FROM nodes")
    }
    for row in database.stream(
        "SELECT log.seq, log.type, log.plan_sha256, log.leaf, private.salt, private.actor, private.body,"
        f" {database.subjects_sql} FROM log LEFT JOIN private ON private.seq = log.seq ORDER BY log.seq"
    ):
        _replay_entry(replay, row)
    for seq in sorted(replay.missing - replay.erased):
        replay.report("the private side is gone, and no erase entry says so", record=seq)
    _check_extras(database, replay)
    _check_standing(database, replay)
    _check_checkpoints(database, replay, key)


def _replay_entry(replay: _Replay, row: Row) -> None:
    seq, entry_type, plan_sha256, leaf = row[:4]
    if seq != replay.edge.size:
        replay.report(f"entry {replay.edge.size} is missing", record=seq)
    replay.edge, nodes = replay.edge.extend([leaf_hash(leaf)])
    replay.roots[replay.edge.size] = replay.edge.root()
    _check_nodes(replay, nodes)
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
        _replay_private(replay, document, row)
    except (DebarError, ValueError) as error:
        replay.report(str(error).splitlines()[0], record=seq)


def _check_nodes(replay: _Replay, nodes: list[Node]) -> None:
    for node in (node for node in nodes if node.level >= NODE_LEVEL_MIN):
        if replay.nodes.pop((node.level, node.position), None) != node.hash:
            replay.report(f"the tree's node {node.level}/{node.position} does not follow from the leaves")


def _replay_private(replay: _Replay, document: dict[str, Any], row: Row) -> None:
    seq, entry_type = row[:2]
    salt, actor, body, subjects_json = row[4:]
    if salt is None:
        replay.missing.add(seq)
        return
    subjects = tuple(json.loads(subjects_json))
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


def _check_extras(database: Database, replay: _Replay) -> None:
    """Look for rows that no entry accounts for."""
    if replay.nodes:
        replay.report(f"nodes has {len(replay.nodes)} rows that do not follow from the log")
    expected = replay.edge.size - len(replay.missing)
    count = database.rows("SELECT COUNT(*) FROM private")[0][0]
    if count != expected:
        replay.report(f"private has {count} rows, and {expected} follow from the log")


def _check_standing(database: Database, replay: _Replay) -> None:
    stored = {}
    for row in database.stream(f"SELECT {STANDING_COLUMNS} FROM standing"):
        debarment = debarment_of(row)
        stored[debarment.key] = debarment
    for key in sorted(stored.keys() | replay.standing.keys()):
        if stored.get(key) != replay.standing.get(key):
            replay.report(
                f"what stands under decision {key[2]} does not follow from the log", column="standing"
            )


def _check_checkpoints(database: Database, replay: _Replay, key: VerifierKey) -> None:
    last = -1
    for size, note in database.stream("SELECT size, note FROM checkpoints ORDER BY size"):
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
