"""The money gate: triggers that keep an order or a charge for a debarred account out of the database.

Law: beside the register (the same SQLite file, the same PostgreSQL database) it is strict: no transaction
that inserts such a row commits after the debar's has. In PostgreSQL the trigger takes a SHARE lock on
``debar.head``, which every append must change: whichever comes second waits for the first, and then sees it.
Where the transaction keeps to an older state (REPEATABLE READ, SERIALIZABLE) and the register has moved on,
it fails. In SQLite one writer at a time does the same. Over a copy of what stands, in a database apart, it
knows what the copy knows, and refuses everything once the copy is older than it may be.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from debar.gate.answer import ACTIONS, refuse_action
from debar.model.problem import DebarError
from debar.model.step import quote_identifier, quote_text

if TYPE_CHECKING:
    from collections.abc import Mapping

DIALECTS: Final = ("sqlite", "postgresql")
_NAME: Final = re.compile(r"[^\x00-\x1f\".]{1,63}")
_REFUSED: Final = "DBR-G020 debarred from advertising: nothing may be sold to this account"
_UNKNOWN: Final = "DBR-G021 nothing is sold to an unknown account"
_STALE: Final = "DBR-G022 the copy of what stands is too old: nothing is sold"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyGate:
    """Which table is guarded, and how its rows are asked about.

    Args:
        dialect: ``sqlite`` or ``postgresql``.
        table: The table of orders or charges, with its schema where it has one: ``shop.orders``.
        account_column: Its column with the account's id.
        action: What a new row means: ``buy`` for an order, ``charge`` for a charge.
        key_columns: Further columns by kind: ``{"domain": "landing_domain"}``; null ones are not asked about,
            and the others hold keys in their one spelling.
        surface_column: Its column with the surface; without one, a decision limited to some counts.
        territory_column: Its column with the country; without one, a decision limited to some counts.
        copied: What stands is a copy in the table ``debarred`` of the shop's own database.
    """

    dialect: Literal["sqlite", "postgresql"]
    table: str
    account_column: str = "account_id"
    action: str = "charge"
    key_columns: Mapping[str, str] = field(default_factory=dict)
    surface_column: str | None = None
    territory_column: str | None = None
    copied: bool = False


def money_gate_sql(gate: MoneyGate) -> str:
    """Return the SQL that puts a money gate before a table; running it again changes nothing.

    Raises:
        DebarError: A name cannot be one, or the action is not advertising.
    """
    if gate.action not in ACTIONS:
        raise refuse_action(gate.action)
    names = [
        *(gate.table.split(".") if gate.dialect == "postgresql" else [gate.table]),
        gate.account_column,
        *gate.key_columns.values(),
    ]
    names += [name for name in (gate.surface_column, gate.territory_column) if name is not None]
    for name in (*names, *gate.key_columns):
        if not _NAME.fullmatch(name):
            raise DebarError(
                "DBR-G023", f"{name!r} cannot be the name of a table, a column or a kind",
                hint="give the names as they stand in the database, without quotes",
            )  # fmt: skip
    return _sqlite(gate) if gate.dialect == "sqlite" else _postgresql(gate)


COPY_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS debarred (key_kind TEXT NOT NULL, key_value TEXT NOT NULL,"
    " decision_id TEXT NOT NULL, entry_seq BIGINT NOT NULL, scopes TEXT NOT NULL, surfaces TEXT NOT NULL,"
    " territories TEXT NOT NULL, starts_at TEXT NOT NULL, lapses_at TEXT, because TEXT NOT NULL,"
    " reason TEXT NOT NULL, statement TEXT NOT NULL, PRIMARY KEY (key_kind, key_value, decision_id));\n"
    "CREATE TABLE IF NOT EXISTS debarred_copy (one INTEGER PRIMARY KEY CHECK (one = 1),"
    " revision BIGINT NOT NULL, fresh_until TEXT NOT NULL);\n"
)
"""A copy of what stands, and up to when it may be believed: an instant in UTC, as 2017-10-26T12:00:00Z."""


def _sqlite(gate: MoneyGate) -> str:
    standing = "debarred" if gate.copied else "standing"
    table, columns = _quoted(gate.table), [gate.account_column, *gate.key_columns.values()]
    ends, now = "substr(s.lapses_at, 1, 19)", "strftime('%Y-%m-%dT%H:%M:%S', 'now')"
    covers = " AND ".join(
        (
            f"({_keys(gate, cast='CAST(NEW.{} AS TEXT)')})",
            f"EXISTS (SELECT 1 FROM json_each(s.scopes) WHERE value = {quote_text(gate.action)})",
            *_limits(gate, "EXISTS (SELECT 1 FROM json_each(s.{}) WHERE value IN ({}, NEW.{}))"),
            f"substr(s.starts_at, 1, 19) <= {now}",
            f"(s.lapses_at IS NULL OR {now} < {ends} OR (length(s.lapses_at) > 20 AND {now} = {ends}))",
        )
    )
    fresh = (
        f" SELECT RAISE(ABORT, {quote_text(_STALE)}) WHERE NOT EXISTS"
        f" (SELECT 1 FROM debarred_copy WHERE {now} < substr(fresh_until, 1, 19));\n"
    )
    body = (
        f" SELECT RAISE(ABORT, {quote_text(_UNKNOWN)}) WHERE NEW.{_quoted(gate.account_column)} IS NULL;\n"
        f"{fresh if gate.copied else ''}"
        f" SELECT RAISE(ABORT, {quote_text(_REFUSED)}) WHERE EXISTS\n"
        f"  (SELECT 1 FROM {standing} AS s WHERE {covers});\n"
    )
    made = COPY_TABLES if gate.copied else ""
    for verb, event in (("insert", "INSERT"), ("update", f"UPDATE OF {', '.join(map(_quoted, columns))}")):
        name = _quoted(f"debar_{gate.table.replace('.', '_')}_{verb}")
        made += f"DROP TRIGGER IF EXISTS {name};\n"
        made += f"CREATE TRIGGER {name} BEFORE {event} ON {table}\nBEGIN\n{body}END;\n"
    return made


def _postgresql(gate: MoneyGate) -> str:
    """Return a trigger function that runs as its owner, so that the shop needs no rights in the register."""
    standing = "debarred" if gate.copied else "debar.standing"
    columns = [gate.account_column, *gate.key_columns.values()]
    covers = "\n      AND ".join(
        (
            f"({_keys(gate, cast='NEW.{}::text')})",
            f"s.scopes::jsonb ? {quote_text(gate.action)}",
            *_limits(gate, "s.{}::jsonb ?| ARRAY[{}, NEW.{}::text]"),
            "s.starts_at::timestamptz <= clock_timestamp()",
            "(s.lapses_at IS NULL OR clock_timestamp() < s.lapses_at::timestamptz)",
        )
    )
    function = _quoted(f"debar_{gate.table.replace('.', '_')}")
    made = COPY_TABLES if gate.copied else ""
    made += (
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql"
        f"{_DEFINER if not gate.copied else ''} AS $debar$\n"
        f"DECLARE\n  found_decision text;\n  found_statement text;\nBEGIN\n"
        f"  IF NEW.{_quoted(gate.account_column)} IS NULL THEN\n"
        f"    RAISE EXCEPTION {quote_text(_UNKNOWN)} USING ERRCODE = 'DBR21';\n  END IF;\n"
        f"{_FRESH if gate.copied else _LOCK}"
        f"  SELECT s.decision_id, s.statement INTO found_decision, found_statement FROM {standing} AS s\n"
        f"    WHERE {covers}\n    LIMIT 1;\n"
        f"  IF FOUND THEN\n    RAISE EXCEPTION {quote_text(_REFUSED)} USING ERRCODE = 'DBR20',\n"
        f"      DETAIL = found_decision, HINT = found_statement;\n  END IF;\n  RETURN NEW;\nEND\n$debar$;\n"
    )
    name = _quoted("debar_money_gate")
    event = f"INSERT OR UPDATE OF {', '.join(map(_quoted, columns))}"
    return made + (
        f"DROP TRIGGER IF EXISTS {name} ON {_quoted(gate.table)};\n"
        f"CREATE TRIGGER {name} BEFORE {event} ON {_quoted(gate.table)}\n"
        f"  FOR EACH ROW EXECUTE FUNCTION {function}();\n"
    )


_DEFINER: Final = " SECURITY DEFINER SET search_path = pg_catalog, pg_temp"
_LOCK: Final = """\
  IF current_setting('transaction_isolation') IN ('read committed', 'read uncommitted') THEN
    LOCK TABLE debar.head IN SHARE MODE;
  ELSE
    PERFORM 1 FROM debar.head FOR SHARE;
  END IF;
"""
"""An append updates the one row of ``debar.head``: it waits for this transaction's end, or this one for its.

The table's lock is granted in the order in which it was asked for, so that many orders never keep a debar
out; the statement after it reads what was committed. Where the transaction keeps to an older state, the row's
lock is taken instead: it fails (40001) if the row has changed since.
"""

_FRESH: Final = f"""\
  IF NOT EXISTS (SELECT 1 FROM debarred_copy WHERE clock_timestamp() < fresh_until::timestamptz) THEN
    RAISE EXCEPTION '{_STALE}' USING ERRCODE = 'DBR22';
  END IF;
"""


def _keys(gate: MoneyGate, *, cast: str) -> str:
    """Return the condition that a row of what stands is about one of the new row's keys."""
    pairs = [("account", gate.account_column), *gate.key_columns.items()]
    return " OR ".join(
        f"s.key_kind = {quote_text(kind)} AND s.key_value = {cast.format(_quoted(column))}"
        for kind, column in pairs
    )


def _limits(gate: MoneyGate, covers: str) -> tuple[str, ...]:
    """Return the conditions on surface and territory; one that the row does not tell counts as covered."""
    pairs = (
        ("surfaces", "all", gate.surface_column),
        ("territories", "worldwide", gate.territory_column),
    )
    return tuple(
        f"(NEW.{_quoted(column)} IS NULL OR {covers.format(name, quote_text(every), _quoted(column))})"
        for name, every, column in pairs
        if column is not None
    )


def _quoted(name: str) -> str:
    return ".".join(quote_identifier(part) for part in name.split("."))
