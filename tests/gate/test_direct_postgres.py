"""The strict gate over PostgreSQL: the primary is asked each time, and without its answer nothing is sold."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import TYPE_CHECKING

import psycopg
import pytest

from debar.gate import Gate
from debar.model.problem import DebarError
from debar.register.address import PostgresAddress, open_register
from debar.register.postgres.lookup import PostgresLookup
from postgres_servers import PostgresServer, free_port
from registers import DECISION, NOW, debar, lift, new_postgres_register, record, vary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from debar.register.postgres import PostgresRegister


@pytest.fixture
def register(postgres: PostgresServer) -> Iterator[PostgresRegister]:
    """A register at revision 2."""
    with new_postgres_register(postgres.new_database()) as made:
        yield made


@pytest.fixture
def gate(register: PostgresRegister) -> Iterator[Gate]:
    """A gate that asks it."""
    made = Gate(register)
    yield made
    made.close()


def test_the_first_check_after_an_append_denies(gate: Gate, register: PostgresRegister) -> None:
    """Debar, vary and lift must each be in force at the next check, with the entry and the revision."""
    assert gate.check("a1", now=NOW).allowed
    record(register, debar("a1"))
    denied = gate.check("a1", now=NOW)
    assert (denied.verdict, denied.entry, denied.decision, denied.revision) == ("debarred", 2, DECISION, 3)
    record(register, vary("a1", scopes=["buy"], until="2017-11-25"))
    assert gate.check("a1", action="serve", now=NOW).allowed
    assert not gate.check("a1", action="buy", now=NOW).allowed
    record(register, lift("a1"))
    assert gate.check("a1", now=NOW) == Gate(register).check("a1", now=NOW)
    assert gate.check("a1", now=NOW).allowed
    assert gate.check("a1", at_least=99, now=NOW).verdict == "stale"


def test_an_address_as_text(register: PostgresRegister) -> None:
    """A gate must be made from the address as it is written on a command line."""
    assert isinstance(register.address, PostgresAddress)
    gate = Gate(register.address.url)
    record(register, debar("ключ"))
    assert not gate.check("ключ", now=NOW).allowed
    assert gate.check("ключ2", now=NOW).allowed
    gate.close()


@pytest.mark.parametrize("account_id", ["a1\0", "\0"])
def test_what_no_database_holds_is_not_sold(gate: Gate, account_id: str) -> None:
    """A text that is cut off on its way must not be taken for another account."""
    assert not gate.check(account_id, now=NOW).allowed


def test_where_nobody_answers_nothing_is_sold() -> None:
    """Without a server, and without the register in it, the answer must be no, soon, and say why."""
    gate = Gate(f"postgresql://ana:hidden@127.0.0.1:{free_port()}/ads")
    for _ in range(3):
        answer = gate.check("a1", now=NOW)
        assert (answer.allowed, answer.verdict) == (False, "unreadable")
        assert "hidden" not in answer.reason
    gate.close()


def test_an_empty_database_sells_nothing(postgres: PostgresServer) -> None:
    """A database without a register must not be taken for one in which nobody is debarred."""
    gate = Gate(postgres.new_database())
    assert gate.check("a1", now=NOW).verdict == "unreadable"
    gate.close()


def test_a_gate_never_writes(register: PostgresRegister) -> None:
    """A gate's session must not be able to change the register, even by mistake."""
    assert isinstance(register.address, PostgresAddress)
    lookup = PostgresLookup(register.address)
    lookup.rows("account", "a1")
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        lookup._local.asking.connection.execute("DELETE FROM standing")  # noqa: SLF001 - the mode is the guarantee
    lookup.close()
    with pytest.raises(DebarError, match="DBR-R053"):
        PostgresLookup(PostgresAddress(url="postgresql://127.0.0.1:1/ads")).rows("account", "a1")


def test_threads_share_a_gate(gate: Gate, register: PostgresRegister) -> None:
    """Threads that ask one gate at once must each get the right answers."""
    record(register, debar("a1"))
    wrong: list[str] = []

    def ask(number: int) -> None:
        for _ in range(50):
            account = f"a{number % 2}"
            if gate.check(account, now=NOW).allowed is (account == "a1"):
                wrong.append(account)
        gate.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_forked_child_asks_on_its_own(gate: Gate, register: PostgresRegister) -> None:
    """A child must connect anew, and the parent's connection must go on working."""
    assert gate.check("a1", now=NOW).allowed
    record(register, debar("a1"))
    child = os.fork()
    if child == 0:
        os._exit(0 if not gate.check("a1", now=NOW).allowed and gate.check("a2", now=NOW).allowed else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert not gate.check("a1", now=NOW).allowed
    assert gate.check("a2", now=NOW).allowed


def test_what_a_fork_inherited_is_left_alone(
    register: PostgresRegister, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection of the parent must be neither used nor closed by the child: answers would get mixed up."""
    assert isinstance(register.address, PostgresAddress)
    lookup = PostgresLookup(register.address)
    lookup.rows("account", "a1")
    parents = lookup._local.asking  # noqa: SLF001 - which connection is used is what is tested
    with monkeypatch.context() as child:
        child.setattr("os.getpid", lambda: 1)
        lookup.rows("account", "a1")
        assert lookup._local.asking is not parents  # noqa: SLF001 - same
        lookup.close()
    assert parents.ask(b"account", b"a1") == [(2, *[None] * 12)]
    parents.connection.close()


@pytest.fixture
def mine() -> Iterator[PostgresServer]:
    """A server of this test's own, which it stops and kills."""
    with PostgresServer() as server:
        yield server


def test_a_server_that_is_killed_or_held_up(mine: PostgresServer) -> None:
    """Down, or stopped in its tracks, the answer must be no within a second; up again, it must be right."""
    address = PostgresAddress(url=mine.new_database())
    with new_postgres_register(address.url) as register:
        record(register, debar("a1"))
    gate = Gate(address)
    assert gate.check("a2", now=NOW).allowed
    mine.kill()
    for _ in range(3):
        assert gate.check("a2", now=NOW).verdict == "unreadable"
    mine.start()
    time.sleep(0.3)  # it rests after a failure
    assert (gate.check("a1", now=NOW).verdict, gate.check("a2", now=NOW).verdict) == ("debarred", "allowed")
    held = mine.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'debar'")
    os.kill(int(str(held[0][0])), signal.SIGSTOP)
    try:
        started = time.monotonic()
        assert gate.check("a2", now=NOW).verdict == "unreadable"
        assert time.monotonic() - started < 1.5
    finally:
        os.kill(int(str(held[0][0])), signal.SIGCONT)
    assert gate.check("a2", now=NOW).verdict == "allowed"
    gate.close()


def test_a_locked_table_is_an_error_in_time(register: PostgresRegister, gate: Gate) -> None:
    """Where somebody locks the tables, the answer must be no in time and not wait for them."""
    assert gate.check("a2", now=NOW).allowed
    assert isinstance(register.address, PostgresAddress)
    with psycopg.connect(register.address.url) as client:
        client.execute("LOCK TABLE debar.standing IN ACCESS EXCLUSIVE MODE")
        started = time.monotonic()
        assert gate.check("a2", now=NOW).verdict == "unreadable"
        assert time.monotonic() - started < 3
    with open_register(register.address, read_only=True) as reader:
        assert reader.standings() == ()
    assert gate.check("a2", now=NOW).allowed
