"""PostgreSQL killed at any moment of an append, and started again: each decision is wholly there or not at all."""

from __future__ import annotations

import hashlib
import threading
import time
from typing import TYPE_CHECKING

import psycopg
import pytest

from debar.model.problem import DebarError
from debar.register.address import PostgresAddress, open_register
from debar.register.entries import EntryDraft
from postgres_servers import PostgresServer
from registers import debar, new_postgres_register, record

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNTS = 7
"""Accounts in each decision; with its case and its statement a decision has nine entries."""


@pytest.fixture
def mine() -> Iterator[PostgresServer]:
    """A server of this test's own, which it kills."""
    with PostgresServer() as server:
        yield server


def decision_drafts(number: int) -> list[EntryDraft]:
    """Return the entries of one decision: a case, its debars, a statement."""
    decision_id = f"decision-2017-10-26-{number:08x}"
    accounts = tuple(f"d{number}-a{place}" for place in range(ACCOUNTS))
    case = EntryDraft(type="case", by="ana", body={"number": number, "note": "x" * 3000}, subjects=accounts)
    statement = EntryDraft(type="statement", by="ana", body={"number": number}, subjects=accounts)
    return [case, *(debar(account, decision_id=decision_id) for account in accounts), statement]


class Applying(threading.Thread):
    """Applies decisions one after another until the server is gone, and knows which have returned."""

    def __init__(self, address: PostgresAddress, first: int) -> None:
        super().__init__()
        self.address, self.next, self.codes = address, first, list[str]()

    def run(self) -> None:
        """Apply until an error; the error must be ours."""
        try:
            with open_register(self.address) as register:
                while True:
                    record(register, *decision_drafts(self.next), request_key=f"decision {self.next}")
                    self.next += 1
        except DebarError as error:
            self.codes.append(error.code)


def check_whole(address: PostgresAddress, applied: int) -> int:
    """Insist that whole decisions are there, all that returned among them, and return how many."""
    with open_register(address) as register:
        assert register.verify() == ()
        decisions, rest = divmod(register.revision() - 2, ACCOUNTS + 2)
        assert rest == 0, "a decision is wholly there or not at all"
        assert applied <= decisions <= applied + 1, "what was acknowledged is there, and at most one more"
        assert [entry.seq for entry in register.entries()] == list(range(register.revision()))
        assert len(register.standings()) == decisions * ACCOUNTS
        for number in range(applied, decisions):
            assert record(register, *decision_drafts(number), request_key=f"decision {number}").repeated
    return decisions


def kill_again_and_again(server: PostgresServer, *, kills: range) -> None:
    """Kill the server while decisions are applied, start it again, and look; once for each number."""
    address = PostgresAddress(url=server.new_database())
    new_postgres_register(address.url).close()
    applied = 0
    for kill in kills:
        applying = Applying(address, applied)
        applying.start()
        delay_ms = 30 + int.from_bytes(hashlib.sha256(b"kill %d" % kill).digest()[:4]) % 121
        time.sleep(delay_ms / 1000)
        server.kill()
        applying.join(timeout=30)
        assert applying.codes, "the writer has seen the kill"
        assert set(applying.codes) <= {"DBR-R052", "DBR-R053"}
        server.start()
        applied = check_whole(address, applying.next)


def test_killed_three_times(mine: PostgresServer) -> None:
    """After a kill at any moment there must be whole decisions only, all that returned, and no gap."""
    kill_again_and_again(mine, kills=range(3))


@pytest.mark.ci
def test_killed_twenty_times(mine: PostgresServer) -> None:
    """The same, at twenty other moments."""
    kill_again_and_again(mine, kills=range(100, 120))


@pytest.mark.prove
@pytest.mark.timeout(1800)
def test_killed_two_hundred_times() -> None:
    """The same, at two hundred other moments, with the data on disk."""
    with PostgresServer(on_disk=True) as server:
        kill_again_and_again(server, kills=range(1000, 1200))


def test_a_server_that_ends_a_session_mid_append(mine: PostgresServer) -> None:
    """An append whose session the server ends must leave nothing half written, and no lock behind."""
    address = PostgresAddress(url=mine.new_database())
    new_postgres_register(address.url).close()
    applying = Applying(address, 0)
    applying.start()
    while applying.next < 3:
        time.sleep(0.01)
    with psycopg.connect(address.url, autocommit=True) as client:
        client.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'debar'"
        )
    applying.join(timeout=30)
    assert set(applying.codes) <= {"DBR-R052", "DBR-R053"}
    check_whole(address, applying.next)
