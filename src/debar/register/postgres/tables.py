"""The register's tables in PostgreSQL, and what keeps them append-only.

Law: the log, its tree and its checkpoints refuse UPDATE, DELETE, TRUNCATE and gaps by themselves, whoever
writes. Nobody adds to the log without having moved the head in the same transaction, and so without its row
lock: the order of the log is the order of the commits. Whenever a transaction ends, the head is the log's
size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from debar.register.database import TABLES

SCHEMA: Final = "debar"

_TEXT: Final = 'text COLLATE "C"'
"""Sorted by bytes, as SQLite sorts."""

_COLUMNS: Final = {
    "schema_version": {"version": "bigint", "step": "text"},
    "meta": {"name": "text", "value": "text"},
    "head": {"one": "boolean", "revision": "bigint"},
    "log": {"seq": "bigint", "type": "text", "plan_sha256": "text?", "leaf": "bytea"},
    "nodes": {"level": "bigint", "position": "bigint", "hash": "bytea"},
    "checkpoints": {"size": "bigint", "note": "text"},
    "private": {"seq": "bigint", "salt": "bytea", "actor": "text", "body": "bytea"},
    "subjects": {"seq": "bigint", "position": "bigint", "value": "text"},
    "standing": {
        "key_kind": "text", "key_value": "text", "decision_id": "text", "entry_seq": "bigint",
        "scopes": "text", "surfaces": "text", "territories": "text", "starts_at": "text",
        "lapses_at": "text?", "because": "text", "reason": "text", "statement": "text",
    },
    "requests": {
        "request_key": "text", "content_sha256": "text", "first_seq": "bigint", "entry_count": "bigint",
    },
    "gate_register": {"one": "bigint", "epoch": "bigint", "term_max_ns": "bigint"},
    "gate_roster": {"gate": "text", "line": "text"},
    "gate_certificates": {"request_key": "text", "decision_id": "text", "document": "text"},
    "gate_tokens": {"name": "text", "kind": "text", "sha256": "text"},
    "gate_fences": {"gate": "text", "fenced_by": "text", "fenced_at": "text"},
    "gate_status": {"one": "bigint", "document": "text"},
}  # fmt: skip
"""Each table's columns and their types; a question mark where there may be none."""

PRIMARY_KEYS: Final = {
    "schema_version": ("version",),
    "meta": ("name",),
    "head": ("one",),
    "log": ("seq",),
    "nodes": ("level", "position"),
    "checkpoints": ("size",),
    "private": ("seq",),
    "subjects": ("seq", "position"),
    "standing": ("key_kind", "key_value", "decision_id"),
    "requests": ("request_key",),
    "gate_register": ("one",),
    "gate_roster": ("gate",),
    "gate_certificates": ("request_key",),
    "gate_tokens": ("name",),
    "gate_fences": ("gate",),
    "gate_status": ("one",),
}

_CHECKS: Final = {"head": "CHECK (one)", "gate_register": "CHECK (one = 1)", "gate_status": "CHECK (one = 1)"}

_OWN_SINCE: Final = 2
"""Since when there are the tables that only PostgreSQL has."""

_INDEXES: Final = {
    "log": (
        "CREATE INDEX log_by_type ON debar.log (type, seq)",
        "CREATE INDEX log_by_plan ON debar.log (plan_sha256, type) WHERE plan_sha256 IS NOT NULL",
    ),
    "subjects": ("CREATE INDEX subjects_by_value ON debar.subjects (value, seq)",),
    "standing": ("CREATE INDEX standing_by_decision ON debar.standing (decision_id)",),
    "gate_certificates": (
        "CREATE INDEX gate_certificates_by_decision ON debar.gate_certificates (decision_id)",
    ),
}

FUNCTIONS: Final = {
    "refuse_change": """
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
""",
    "refuse_gap": """
DECLARE
  first_seq bigint;
  last_seq bigint;
  added_count bigint;
BEGIN
  SELECT min(seq), max(seq), count(*) INTO first_seq, last_seq, added_count FROM added;
  IF added_count > 0 AND (
    first_seq < 0
    OR last_seq - first_seq + 1 <> added_count
    OR (first_seq > 0 AND NOT EXISTS (SELECT 1 FROM debar.log WHERE seq = first_seq - 1))
    OR last_seq >= (SELECT revision FROM debar.head)
  ) THEN
    RAISE EXCEPTION 'the log has no gaps, and its head moves first'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END
""",
    "refuse_empty_head": """
BEGIN
  IF (SELECT revision FROM debar.head) <> (SELECT COALESCE(max(seq) + 1, 0) FROM debar.log) THEN
    RAISE EXCEPTION 'the head is the size of the log' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END
""",
}
"""Bodies of the trigger functions, as the server keeps them."""

_ROW, _BEFORE = 1, 2
_EVENTS: Final = {"INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """A trigger: what it watches, and the function that refuses.

    Args:
        table: Its table.
        name: Its name.
        function: One of :data:`FUNCTIONS`.
        events: What it watches.
        before: Whether it runs before the change, else after it.
        each_row: Whether it runs for each row, else for each statement.
        added: Whether its function reads the added rows as the table ``added``.
        at_commit: Whether it runs when the transaction ends.
    """

    table: str
    name: str
    function: str
    events: tuple[str, ...]
    before: bool = True
    each_row: bool = False
    added: bool = False
    at_commit: bool = False

    @property
    def statement(self) -> str:
        """The statement that makes it."""
        kind = "CONSTRAINT TRIGGER" if self.at_commit else "TRIGGER"
        when = "BEFORE" if self.before else "AFTER"
        more = " DEFERRABLE INITIALLY DEFERRED" if self.at_commit else ""
        more += " REFERENCING NEW TABLE AS added" if self.added else ""
        level = "ROW" if self.each_row else "STATEMENT"
        return (
            f"CREATE {kind} {self.name} {when} {' OR '.join(self.events)} ON debar.{self.table}{more}"
            f" FOR EACH {level} EXECUTE FUNCTION debar.{self.function}()"
        )

    @property
    def type_bits(self) -> int:
        """What the catalogue says of when it runs."""
        bits = sum(_EVENTS[event] for event in self.events)
        return bits | (_ROW if self.each_row else 0) | (_BEFORE if self.before else 0)


_CHANGES: Final = ("UPDATE", "DELETE", "TRUNCATE")

GUARDS: Final = (
    *(
        Guard(table=table, name=f"{table}_no_change", function="refuse_change", events=_CHANGES)
        for table in ("log", "meta", "nodes", "checkpoints", "schema_version", "gate_certificates")
    ),
    Guard(
        table="log", name="log_no_gap", function="refuse_gap", events=("INSERT",), before=False, added=True
    ),
    Guard(table="head", name="head_stays", function="refuse_change", events=("DELETE", "TRUNCATE")),
    Guard(
        table="head",
        name="head_is_the_size",
        function="refuse_empty_head",
        events=("UPDATE",),
        before=False,
        each_row=True,
        at_commit=True,
    ),
)


def column_types(table: str) -> list[str]:
    """Return the types of a table's columns, in order."""
    return [given.removesuffix("?") for given in _COLUMNS[table].values()]


def column_names(table: str) -> list[str]:
    """Return the names of a table's columns, in order."""
    return list(_COLUMNS[table])


def _table(name: str) -> str:
    columns = [
        f"{column} {_TEXT if kind.startswith('text') else kind.removesuffix('?')}"
        f"{'' if kind.endswith('?') else ' NOT NULL'}"
        for column, kind in _COLUMNS[name].items()
    ]
    columns.append(f"PRIMARY KEY ({', '.join(PRIMARY_KEYS[name])})")
    if name in _CHECKS:
        columns.append(_CHECKS[name])
    return f"CREATE TABLE debar.{name} ({', '.join(columns)})"


def since_of(table: str) -> int:
    """Return the version that brought a table."""
    return TABLES.get(table, _OWN_SINCE)


def statements(to: int, *, since: int = 0) -> tuple[str, ...]:
    """Return what makes the tables of one version out of those of an earlier one, or out of nothing."""
    tables = [table for table in _COLUMNS if since < since_of(table) <= to]
    functions = [] if since else [
        f"CREATE FUNCTION debar.{name}() RETURNS trigger LANGUAGE plpgsql AS $body${body}$body$"
        for name, body in FUNCTIONS.items()
    ]  # fmt: skip
    return (
        *map(_table, tables),
        *(index for table in tables for index in _INDEXES.get(table, ())),
        *functions,
        *(guard.statement for guard in GUARDS if guard.table in tables),
        *(("INSERT INTO debar.head VALUES (true, 0)",) if "head" in tables else ()),
    )
