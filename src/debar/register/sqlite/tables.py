"""The register's tables in SQLite, and what keeps them append-only.

Law: the log, its tree and its checkpoints refuse UPDATE, DELETE and gaps by themselves, whoever writes; what
stands is derived from them in the same transaction; what is private is apart and may be erased.
"""

from __future__ import annotations

from typing import Final

APPLICATION_ID: Final = 0x44424152
"""``DBAR`` in the file's header: what tells a register from any other SQLite file."""

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
    "gate_certificates": "request_key = NEW.request_key",
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


_GATES: Final = (
    (
        "CREATE TABLE gate_register (one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER NOT NULL,"
        " term_max_ns INTEGER NOT NULL) STRICT"
    ),
    "CREATE TABLE gate_roster (gate TEXT PRIMARY KEY, line TEXT NOT NULL) STRICT, WITHOUT ROWID",
    (
        "CREATE TABLE gate_certificates (request_key TEXT PRIMARY KEY, decision_id TEXT NOT NULL,"
        " document TEXT NOT NULL) STRICT, WITHOUT ROWID"
    ),
    "CREATE INDEX gate_certificates_by_decision ON gate_certificates (decision_id)",
    (
        "CREATE TABLE gate_tokens (name TEXT PRIMARY KEY, kind TEXT NOT NULL, sha256 TEXT NOT NULL)"
        " STRICT, WITHOUT ROWID"
    ),
    (
        "CREATE TABLE gate_fences (gate TEXT PRIMARY KEY, fenced_by TEXT NOT NULL, fenced_at TEXT NOT NULL)"
        " STRICT, WITHOUT ROWID"
    ),
    "CREATE TABLE gate_status (one INTEGER PRIMARY KEY CHECK (one = 1), document TEXT NOT NULL) STRICT",
    *_append_only("gate_certificates"),
)

_STATEMENTS: Final = {
    2: (
        *_TABLES,
        _NO_GAP,
        *(
            statement
            for table in ("log", "meta", "nodes", "checkpoints")
            for statement in _append_only(table)
        ),
    ),
    3: _GATES,
}
"""What each version brought, in order."""


def statements(to: int, *, since: int = 0) -> tuple[str, ...]:
    """Return what makes the tables of one version out of those of an earlier one, or out of nothing."""
    return tuple(
        statement for version, made in _STATEMENTS.items() if since < version <= to for statement in made
    )
