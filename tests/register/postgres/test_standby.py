"""A primary with a synchronous standby: down, it is waited for; promoted, it has every decision that returned."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING

import psycopg
import pytest

from debar.gate import Gate
from debar.model.problem import DebarError
from debar.register.address import PostgresAddress, open_register
from postgres_servers import PostgresServer
from registers import NOW, debar, new_postgres_register, record

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.prove, pytest.mark.timeout(300)]


@pytest.fixture
def primary() -> Iterator[PostgresServer]:
    """A primary that waits for the standby called one."""
    with PostgresServer(settings={"wal_level": "replica", "max_wal_senders": "4"}) as server:
        yield server


@pytest.fixture
def standby(primary: PostgresServer) -> Iterator[PostgresServer]:
    """Its standby, which follows it."""
    with PostgresServer.following(primary, name="one") as server:
        primary.execute("ALTER SYSTEM SET synchronous_standby_names = 'one'")
        primary.execute("SELECT pg_reload_conf()")
        deadline = time.monotonic() + 20
        while primary.execute("SELECT sync_state FROM pg_stat_replication") != [("sync",)]:
            assert time.monotonic() < deadline, "the standby follows in time"
            time.sleep(0.05)
        yield server


def both(primary: PostgresServer, standby: PostgresServer, database: str) -> PostgresAddress:
    """The address that names both hosts; whichever is the primary is used."""
    user = primary.url(database).partition("@")[0]
    return PostgresAddress(
        url=f"{user}@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/{database}", high_availability=True
    )


class Applying(threading.Thread):
    """Debars one account after another, and knows whose append returned."""

    def __init__(self, address: PostgresAddress) -> None:
        super().__init__()
        self.address, self.returned, self.codes = address, list[str](), list[str]()

    def run(self) -> None:
        """Append until an error; the error must be ours."""
        try:
            with open_register(self.address) as register:
                for number in range(100_000):
                    account = f"a{number}"
                    record(register, debar(account), request_key=account)
                    self.returned.append(account)
        except DebarError as error:
            self.codes.append(error.code)


def test_a_failover_keeps_every_decision_that_returned(
    primary: PostgresServer, standby: PostgresServer
) -> None:
    """Killed at any moment and its standby promoted, a primary must leave no decision that returned behind."""
    database = primary.new_database().rpartition("/")[2]
    address = both(primary, standby, database)
    new_postgres_register(address.url).close()
    gate = Gate(address)
    applying = Applying(address)
    applying.start()
    while len(applying.returned) < 30:
        time.sleep(0.01)
    primary.kill()
    applying.join(timeout=60)
    assert set(applying.codes) <= {"DBR-R052", "DBR-R053"}
    assert gate.check("a0", now=NOW).verdict == "unreadable"  # nobody is the primary now
    standby.execute("SELECT pg_promote()")
    with open_register(PostgresAddress(url=address.url)) as register:  # it has no standby of its own yet
        assert register.verify() == ()
        standing = {row.key_value for row in register.standings()}
        assert set(applying.returned) <= standing
        assert len(standing) <= len(applying.returned) + 1
        assert not record(register, debar("b1")).repeated
    time.sleep(0.3)
    for account in ("a0", applying.returned[-1], "b1"):
        assert gate.check(account, now=NOW).verdict == "debarred"
    gate.close()


def test_while_the_standby_is_down_nothing_is_acknowledged(
    primary: PostgresServer, standby: PostgresServer
) -> None:
    """An append must wait for a standby that is down, and return when it is there again; readers go on."""
    address = both(primary, standby, primary.new_database().rpartition("/")[2])
    new_postgres_register(address.url).close()
    standby.stop()
    done: list[int] = []

    def write() -> None:
        with open_register(address) as register:
            done.append(record(register, debar("a1")).revision)

    writer = threading.Thread(target=write)
    writer.start()
    writer.join(timeout=2)
    assert writer.is_alive(), "the commit waits"
    gate = Gate(address)
    assert gate.check("a2", now=NOW).allowed
    standby.start()
    writer.join(timeout=30)
    assert done == [3]
    assert not gate.check("a1", now=NOW).allowed
    gate.close()


def test_a_standby_is_neither_written_nor_asked(primary: PostgresServer, standby: PostgresServer) -> None:
    """A register that is opened at a standby alone must be refused, and a gate there must say no."""
    database = primary.new_database().rpartition("/")[2]
    new_postgres_register(primary.url(database)).close()
    alone = PostgresAddress(url=standby.url(database))
    with closing(psycopg.connect(alone.url)) as client:  # it is there, and readable
        assert client.execute("SELECT revision FROM debar.head").fetchone() == (2,)
    with pytest.raises(DebarError, match="DBR-R053"):
        open_register(alone)
    gate = Gate(alone)
    assert gate.check("a1", now=NOW).verdict == "unreadable"
    gate.close()
