"""Print a money gate's SQL, keep the copy that one may read fresh, and hand partners a hint.

Law: what is printed is for the operator to read and run; debar runs no statement in a shop's tables but those
of its own copy.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from debar.app.answer import Answer
from debar.gate.selling.copying import StandingCopy
from debar.gate.selling.hints import hint_for
from debar.gate.selling.money_gate import MoneyGate, money_gate_sql
from debar.model.problem import EXIT_REFUSED, DebarError
from debar.register.address import PostgresAddress, address_of, open_register
from debar.register.entries import instant_text
from debar.register.schema import debarment_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from debar.app.opening import Setting


def money_gate(
    _setting: Setting,
    *,
    dialect: Literal["sqlite", "postgresql"],
    table: str,
    key_columns: Mapping[str, str],
    copied: bool,
    **columns: Any,  # noqa: ANN401 - the remaining columns of MoneyGate
) -> Answer:
    """Return the SQL of a money gate; fields as in :class:`~debar.gate.selling.money_gate.MoneyGate`."""
    gate = MoneyGate(dialect=dialect, table=table, key_columns=key_columns, copied=copied, **columns)
    sql = money_gate_sql(gate)
    return Answer(document={"dialect": dialect, "table": table, "strict": not copied, "sql": sql}, text=sql)


def copy(setting: Setting, into: str, *, fresh_seconds: int, now: datetime) -> Answer:
    """Bring the copy of what stands in a shop's database to the register's revision.

    Args:
        setting: Names the register.
        into: The shop's SQLite file or PostgreSQL address.
        fresh_seconds: How long the copy may be believed.
        now: The present instant.
    """
    address = address_of(into)
    fresh_until = now + timedelta(seconds=fresh_seconds)
    with open_register(setting.register_address(), read_only=True) as register:
        if isinstance(address, PostgresAddress):
            import psycopg

            try:
                with psycopg.connect(address.url) as connection:
                    revision = StandingCopy(connection, placeholder="%s").refresh(
                        register, fresh_until=fresh_until
                    )
            except psycopg.Error as error:
                raise _unwritable(str(address), error) from None
        else:
            try:
                with closing(sqlite3.connect(address)) as file:
                    revision = StandingCopy(file, placeholder="?").refresh(register, fresh_until=fresh_until)
            except sqlite3.Error as error:
                raise _unwritable(str(address), error) from None
    document = {"into": str(address), "revision": revision, "fresh_until": instant_text(fresh_until)}
    text = (
        f"copied: {address} is at revision {revision} and may be believed until {instant_text(fresh_until)}"
    )
    return Answer(document=document, text=text)


def hints(setting: Setting, *, cap: int, territory: str | None, now: datetime) -> Answer:
    """Return the ``badv`` and ``bapp`` lists that a partner is handed as a hint."""
    with (
        open_register(setting.register_address(), read_only=True) as register,
        register.standing_rows() as (revision, rows),
    ):
        standing = (debarment_of(row) for row in rows if row[0] in {"domain", "bundle"})
        made = hint_for(standing, revision=revision, cap=cap, territory=territory, now=now)
    text = json.dumps(made.as_json(), indent=1)
    return Answer(document=made.as_json(), text=text)


def _unwritable(shown: str, error: Exception) -> DebarError:
    return DebarError(
        "DBR-A071",
        f"the copy in {shown} cannot be refreshed",
        details=(type(error).__name__,),
        hint="orders are refused once the copy has run out: see that the database can be written",
        exit_code=EXIT_REFUSED,
    )
