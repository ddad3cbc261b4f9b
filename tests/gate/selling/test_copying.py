"""A copy of what stands follows the register, whole, and runs out."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from debar.gate.selling.copying import StandingCopy
from debar.register.schema import STANDING_COLUMNS, standing_row
from registers import NOW, debar, lift, new_register, record, salts, vary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from debar.register.sqlite import SqliteRegister
    from postgres_servers import PostgresServer

UNTIL = datetime.now(UTC) + timedelta(minutes=1)


@pytest.fixture(params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Any, str]]:
    """A shop's connection, and how its driver marks a value."""
    if request.param == "sqlite":
        with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
            yield connection, "?"
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        with psycopg.connect(server.new_database()) as opened:
            yield opened, "%s"


def copied(connection: Any) -> list[tuple[Any, ...]]:
    """Return the copy's rows."""
    cursor = connection.cursor()
    cursor.execute(f"SELECT {STANDING_COLUMNS} FROM debarred ORDER BY key_value, decision_id")
    return [tuple(row) for row in cursor.fetchall()]


def stands(register: SqliteRegister) -> list[tuple[Any, ...]]:
    """Return the register's rows."""
    return [standing_row(one) for one in register.standings()]


def test_a_copy_follows_the_register(shop: tuple[Any, str], register: SqliteRegister) -> None:
    """After each refresh the copy must be what stands: first whole, then what was decided since."""
    connection, mark = shop
    copy = StandingCopy(connection, placeholder=mark)
    record(register, debar("a1"), debar("a2"), debar("a3"))
    assert copy.refresh(register, fresh_until=UNTIL) == 5
    assert copied(connection) == stands(register)
    record(register, lift("a1"), vary("a2", scopes=["buy"]), debar("a4"))
    record(register, debar("a2", decision_id="decision-00000009"))
    assert copy.refresh(register, fresh_until=UNTIL) == 9
    assert copied(connection) == stands(register)
    cursor = connection.cursor()
    cursor.execute("SELECT revision FROM debarred_copy")
    assert [tuple(row) for row in cursor.fetchall()] == [(9,)]


def test_what_was_erased_leaves_the_copy(shop: tuple[Any, str], register: SqliteRegister) -> None:
    """Where a lift was erased before it was copied, the copy must be made whole: its key is not known any more."""
    connection, mark = shop
    copy = StandingCopy(connection, placeholder=mark)
    record(register, debar("a1"), debar("a2"))
    copy.refresh(register, fresh_until=UNTIL)
    record(register, lift("a1"))
    from registers import LOG

    register.erase("a1", by="ana", salt=salts(1, start=99)[0], now=NOW, signer=LOG)
    copy.refresh(register, fresh_until=UNTIL)
    assert copied(connection) == stands(register)
    assert [row[1] for row in copied(connection)] == ["a2"]


def test_another_shorter_register(shop: tuple[Any, str], register: SqliteRegister, tmp_path: Path) -> None:
    """A restored register that is shorter must replace the copy, not be added to it."""
    connection, mark = shop
    copy = StandingCopy(connection, placeholder=mark)
    record(register, debar("a1"), debar("a2"))
    copy.refresh(register, fresh_until=UNTIL)
    with new_register(tmp_path / "other.db") as other:
        record(other, debar("b1"))
        assert copy.refresh(other, fresh_until=UNTIL) == 3
        assert copied(connection) == stands(other)


def test_an_interrupted_refresh_leaves_the_older_copy(
    shop: tuple[Any, str], register: SqliteRegister, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refresh that fails on its way must change nothing: neither rows nor the revision."""
    connection, mark = shop
    copy = StandingCopy(connection, placeholder=mark)
    record(register, debar("a1"))
    copy.refresh(register, fresh_until=UNTIL)
    before = copied(connection)
    record(register, lift("a1"), debar("a2"))
    monkeypatch.setattr("debar.gate.selling.copying.instant_text", lambda _at: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        copy.refresh(register, fresh_until=UNTIL)
    assert copied(connection) == before
