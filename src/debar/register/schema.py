"""The register's tables in SQLite, and what keeps them append-only.

Law: the log, its tree and its checkpoints refuse UPDATE, DELETE and gaps by themselves, whoever writes; what
stands is derived from them in the same transaction; what is private is apart and may be erased.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from debar.register.debarments import Debarment
from debar.register.entries import instant_text

if TYPE_CHECKING:
    from collections.abc import Sequence

APPLICATION_ID: Final = 0x44424152
"""``DBAR`` in the file's header: what tells a register from any other SQLite file."""

SCHEMA_VERSION: Final = 2

NODE_LEVEL_MIN: Final = 3
"""Subtrees of fewer than ``2 ** 3`` leaves are hashed from the leaves when asked for, not stored."""

_TABLES: Final = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    (
        "CREATE TABLE log (seq INTEGER PRIMARY KEY, type TEXT NOT NULL, plan_sha256 TEXT, leaf BLOB NOT NULL)"
        " STRICT"
    ),
    "CREATE INDEX log_by_type ON log (type, seq)",
    "CREATE INDEX log_by_plan ON log (plan_sha256, type) WHERE plan_sha256 IS NOT NULL",
    (
        "CREATE TABLE nodes (level INTEGER NOT NULL, position INTEGER NOT NULL, hash BLOB NOT NULL,"
        " PRIMARY KEY (level, position)) STRICT, WITHOUT ROWID"
    ),
    "CREATE TABLE checkpoints (size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT",
    (
        "CREATE TABLE private (seq INTEGER PRIMARY KEY, salt BLOB NOT NULL, actor TEXT NOT NULL,"
        " body BLOB NOT NULL) STRICT"
    ),
    (
        "CREATE TABLE subjects (seq INTEGER NOT NULL, position INTEGER NOT NULL, value TEXT NOT NULL,"
        " PRIMARY KEY (seq, position)) STRICT, WITHOUT ROWID"
    ),
    "CREATE INDEX subjects_by_value ON subjects (value, seq)",
    (
        "CREATE TABLE standing (key_kind TEXT NOT NULL, key_value TEXT NOT NULL, decision_id TEXT NOT NULL,"
        " entry_seq INTEGER NOT NULL, scopes TEXT NOT NULL, surfaces TEXT NOT NULL,"
        " territories TEXT NOT NULL, starts_at TEXT NOT NULL, lapses_at TEXT, because TEXT NOT NULL,"
        " reason TEXT NOT NULL, statement TEXT NOT NULL,"
        " PRIMARY KEY (key_kind, key_value, decision_id)) STRICT, WITHOUT ROWID"
    ),
    "CREATE INDEX standing_by_decision ON standing (decision_id)",
    (
        "CREATE TABLE requests (request_key TEXT PRIMARY KEY, content_sha256 TEXT NOT NULL,"
        " first_seq INTEGER NOT NULL, entry_count INTEGER NOT NULL) STRICT, WITHOUT ROWID"
    ),
)

_NO_GAP: Final = (
    "CREATE TRIGGER log_no_gap BEFORE INSERT ON log"
    " WHEN NEW.seq IS NOT (SELECT COALESCE(MAX(seq) + 1, 0) FROM log)"
    " BEGIN SELECT RAISE(ABORT, 'the log has no gaps and nothing is written twice'); END"
)

_KEYS: Final = {
    "meta": "name = NEW.name",
    "nodes": "level = NEW.level AND position = NEW.position",
    "checkpoints": "size = NEW.size",
}


def _append_only(table: str) -> tuple[str, ...]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    made = [f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {refuse}"
            for verb in ("UPDATE", "DELETE")]  # fmt: skip
    if table in _KEYS:  # INSERT OR REPLACE fires no DELETE trigger
        made.append(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}"
            f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {_KEYS[table]}) {refuse}"
        )
    return tuple(made)


STATEMENTS: Final = (
    *_TABLES,
    _NO_GAP,
    *(statement for table in ("log", "meta", "nodes", "checkpoints") for statement in _append_only(table)),
)
"""Everything that a new register is made of, in order."""

STANDING_COLUMNS: Final = (
    "key_kind, key_value, decision_id, entry_seq, scopes, surfaces, territories, starts_at, lapses_at,"
    " because, reason, statement"
)
"""The columns of ``standing`` in the order in which a row becomes a debarment."""


def standing_row(debarment: Debarment) -> tuple[str | int | None, ...]:
    """Return the row of ``standing`` that holds a debarment."""
    return (
        debarment.key_kind,
        debarment.key_value,
        debarment.decision_id,
        debarment.entry_seq,
        json.dumps(debarment.scopes),
        json.dumps(debarment.surfaces),
        json.dumps(debarment.territories),
        instant_text(debarment.starts_at),
        None if debarment.lapses_at is None else instant_text(debarment.lapses_at),
        debarment.because,
        debarment.reason,
        debarment.statement,
    )


def debarment_of(row: Sequence[Any]) -> Debarment:
    """Return the debarment that a row of ``standing`` holds."""
    return Debarment(
        key_kind=row[0],
        key_value=row[1],
        decision_id=row[2],
        entry_seq=row[3],
        scopes=tuple(json.loads(row[4])),
        surfaces=tuple(json.loads(row[5])),
        territories=tuple(json.loads(row[6])),
        starts_at=datetime.fromisoformat(row[7]),
        lapses_at=None if row[8] is None else datetime.fromisoformat(row[8]),
        because=row[9],
        reason=row[10],
        statement=row[11],
    )
