"""The money gate on a real SQLite: no row for who is debarred, beside the register and over a copy."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from debar.gate.selling.money_gate import MoneyGate, money_gate_sql
from debar.model.problem import DebarError
from debar.register.drafts import gate_draft
from debar.register.entries import instant_text
from registers import DECISION, debar, lift, record, vary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from debar.register.sqlite import SqliteRegister

GATE = MoneyGate(
    dialect="sqlite", table="charges", key_columns={"domain": "landing"}, surface_column="place",
    territory_column="country",
)  # fmt: skip
TABLE = "CREATE TABLE charges (id INTEGER PRIMARY KEY, account_id, landing TEXT, place TEXT, country TEXT, state TEXT)"


@pytest.fixture
def shop(register: SqliteRegister) -> Iterator[sqlite3.Connection]:
    """A shop's connection to the register's own file, with a guarded table of charges."""
    with closing(sqlite3.connect(register.path, isolation_level=None, timeout=5)) as connection:
        connection.execute(TABLE)
        connection.executescript(money_gate_sql(GATE))
        yield connection


def charge(shop: sqlite3.Connection, account: object, *, verb: str = "INSERT", **columns: Any) -> bool:
    """Try to insert a charge; tell whether it stands."""
    before = shop.execute("SELECT COUNT(*) FROM charges").fetchone()[0]
    names = ["account_id", *columns]
    sql = f"{verb} INTO charges ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    try:
        shop.execute(sql, [account, *columns.values()])
    except sqlite3.IntegrityError as error:
        refusal = str(error)
    else:
        return True
    assert "DBR-G02" in refusal
    assert shop.execute("SELECT COUNT(*) FROM charges").fetchone()[0] == before
    return False


@pytest.mark.parametrize(
    "verb", ["INSERT", "INSERT OR IGNORE", "INSERT OR REPLACE", "INSERT OR FAIL", "REPLACE"]
)
def test_no_charge_for_who_is_debarred(shop: sqlite3.Connection, register: SqliteRegister, verb: str) -> None:
    """Whatever the conflict clause, a row must be refused from the debar on, and taken again after the lift."""
    assert charge(shop, "a1", verb=verb)
    record(register, debar("a1"), debar("17"))
    assert not charge(shop, "a1", verb=verb)
    assert not charge(shop, 17, verb=verb)
    assert charge(shop, "a2", verb=verb)
    record(register, lift("a1"))
    assert charge(shop, "a1", verb=verb)


def test_a_row_cannot_be_moved_to_who_is_debarred(shop: sqlite3.Connection, register: SqliteRegister) -> None:
    """Changing a row's account must be refused as a new row is; changing its state must not."""
    record(register, debar("a1"))
    assert charge(shop, "a2")
    with pytest.raises(sqlite3.IntegrityError, match="DBR-G020"):
        shop.execute("UPDATE charges SET account_id = 'a1'")
    shop.execute("UPDATE charges SET state = 'captured'")


def test_an_unknown_account_is_refused(shop: sqlite3.Connection) -> None:
    """A charge that names no account must not be taken."""
    with pytest.raises(sqlite3.IntegrityError, match="DBR-G021"):
        shop.execute("INSERT INTO charges (state) VALUES ('new')")


def test_other_keys_and_limits(shop: sqlite3.Connection, register: SqliteRegister) -> None:
    """A domain must deny as an account does; scope, surface and territory must limit, and be covered where null."""
    body = {"key": {"kind": "domain", "value": "RT.com"}, "decision_id": DECISION, "scopes": ["charge"]}
    record(register, gate_draft("debar", body, by="ana"))
    assert (charge(shop, "a1", landing="rt.com"), charge(shop, "a1", landing="ft.com")) == (False, True)
    record(
        register, debar("a3", surfaces=["search"], territories=["US", "GB"]), debar("a4", scopes=["serve"])
    )
    assert charge(shop, "a4")
    assert not charge(shop, "a3")
    assert not charge(shop, "a3", place="search", country="GB")
    assert not charge(shop, "a3", place="search")
    assert charge(shop, "a3", place="feed")
    assert charge(shop, "a3", place="search", country="FR")


def at(seconds: float) -> str:
    """Return an instant so far from now, to the second."""
    return instant_text((datetime.now(UTC) + timedelta(seconds=seconds)).replace(microsecond=0))


def test_time(shop: sqlite3.Connection, register: SqliteRegister) -> None:
    """A decision must deny from its start up to its end, by the database's clock."""
    record(register, debar("future", **{"from": at(3600)}))
    record(register, debar("past", **{"from": at(-7200), "until": at(-3600)}))
    record(register, debar("now", **{"from": at(-7200), "until": at(3600)}))
    assert [charge(shop, name) for name in ("future", "past", "now")] == [True, True, False]
    record(register, vary("now", until=at(-5)))
    assert charge(shop, "now")


def test_a_fraction_of_a_second_denies_to_the_seconds_end(
    shop: sqlite3.Connection, register: SqliteRegister
) -> None:
    """SQLite's clock is read to the second: within the second in which a decision ends, it must still deny."""
    while True:
        second = datetime.now(UTC).replace(microsecond=0)
        record(
            register,
            debar("a1", **{"from": at(-10), "until": instant_text(second + timedelta(microseconds=1))}),
        )
        denied = not charge(shop, "a1")
        if datetime.now(UTC).replace(microsecond=0) == second:
            break
        record(register, lift("a1"))  # the second was over before the charge: once more
    assert denied


def test_a_charge_and_a_debar_at_once(shop: sqlite3.Connection, register: SqliteRegister) -> None:
    """A charge that is not committed when the debar comes must be over before the debar's append returns."""
    shop.execute("BEGIN IMMEDIATE")
    assert charge(shop, "a1")
    done: list[float] = []

    def append() -> None:
        from debar.register.sqlite import SqliteRegister as Opened

        with Opened.open(register.path) as mine:
            record(mine, debar("a1"))
        done.append(time.monotonic())

    thread = threading.Thread(target=append)
    thread.start()
    thread.join(0.3)
    assert done == []
    shop.execute("COMMIT")
    committed = time.monotonic()
    thread.join()
    assert done[0] > committed
    assert not charge(shop, "a1")


def test_a_transaction_that_read_before_the_debar_fails(
    shop: sqlite3.Connection, register: SqliteRegister
) -> None:
    """A transaction that holds an older state must not be able to write into it."""
    shop.execute("BEGIN")
    assert shop.execute("SELECT COUNT(*) FROM standing").fetchone() == (0,)
    record(register, debar("a1"))
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        shop.execute("INSERT INTO charges (account_id) VALUES ('a1')")
    shop.execute("ROLLBACK")


def test_without_the_gate_the_row_is_taken(shop: sqlite3.Connection, register: SqliteRegister) -> None:
    """The tests above must be able to fail: without the trigger the debarred account is charged."""
    record(register, debar("a1"))
    shop.execute("DROP TRIGGER debar_charges_insert")
    assert charge(shop, "a1")


def test_it_can_be_put_again_and_the_register_stays_sound(
    shop: sqlite3.Connection, register: SqliteRegister
) -> None:
    """Running the SQL twice must change nothing, and a shop's table beside the register is no damage to it."""
    shop.executescript(money_gate_sql(GATE))
    assert register.verify() == ()
    shop.execute("CREATE TRIGGER late BEFORE INSERT ON standing BEGIN SELECT RAISE(IGNORE); END")
    assert [problem.effect for problem in register.verify() if "late" in str(problem)] != []


def test_over_a_copy(tmp_path: Any) -> None:
    """A copy must deny what it holds, and everything once it is older than it may be."""
    with closing(sqlite3.connect(tmp_path / "shop.db", isolation_level=None)) as shop:
        shop.execute(TABLE)
        for _ in range(2):
            shop.executescript(money_gate_sql(replace(GATE, copied=True)))
        assert not charge(shop, "a2")
        shop.execute("INSERT INTO debarred_copy VALUES (1, 7, ?)", (at(60),))
        shop.execute(
            "INSERT INTO debarred VALUES ('account', 'a1', 'd', 1, '[\"charge\"]', '[\"all\"]', '[\"worldwide\"]',"
            " '2017-10-26T12:00:00Z', NULL, 'named', 'r', 's')"
        )
        assert (charge(shop, "a2"), charge(shop, "a1")) == (True, False)
        shop.execute("UPDATE debarred_copy SET fresh_until = ?", (at(-2),))
        with pytest.raises(sqlite3.IntegrityError, match="DBR-G022"):
            shop.execute("INSERT INTO charges (account_id) VALUES ('a2')")


@pytest.mark.parametrize(
    "change",
    [
        {"table": 'a"b'}, {"table": ""}, {"table": "main.charges"}, {"account_column": "x" * 64},
        {"key_columns": {"domain": "a\0"}}, {"key_columns": {"": "a"}}, {"surface_column": 'a"'},
        {"territory_column": "a.b"}, {"dialect": "postgresql", "table": "shop."},
    ],
)  # fmt: skip
def test_names_that_cannot_be_some(change: dict[str, Any]) -> None:
    """A name that is none must be refused before it gets into any SQL."""
    with pytest.raises(DebarError, match="DBR-G023"):
        money_gate_sql(replace(GATE, **change))
    with pytest.raises(DebarError, match="DBR-G001"):
        money_gate_sql(replace(GATE, action="post"))
