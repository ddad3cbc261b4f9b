"""The PostgreSQL of the tests: durable where it is killed, gone where it is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from postgres_servers import PostgresServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def mine() -> Iterator[PostgresServer]:
    """A server of this test's own, which it may kill."""
    with PostgresServer() as server:
        yield server


def test_what_was_committed_survives_a_kill(mine: PostgresServer) -> None:
    """A server that is killed and started again must hold what it had committed, and nothing of the rest."""
    mine.execute("CREATE TABLE t (n INTEGER)")
    mine.execute("INSERT INTO t VALUES (1)")
    with psycopg.connect(mine.url()) as lost:
        lost.execute("INSERT INTO t VALUES (2)")
        mine.kill()
        with pytest.raises(psycopg.OperationalError):
            lost.execute("SELECT 1")
    mine.start()
    assert [(1,)] == mine.execute("SELECT n FROM t")
    assert [("on",)] == mine.execute("SHOW fsync")


def test_databases_are_apart(postgres: PostgresServer) -> None:
    """Each test must have a database of its own, and a copy must hold what its template holds."""
    first = postgres.new_database()
    name = first.rpartition("/")[2]
    postgres.execute("CREATE TABLE t AS SELECT 7 AS n", database=name)
    copy = postgres.new_database(template=name).rpartition("/")[2]
    other = postgres.new_database().rpartition("/")[2]
    assert [(7,)] == postgres.execute("SELECT n FROM t", database=copy)
    assert [] == postgres.execute("SELECT 1 FROM pg_tables WHERE tablename = 't'", database=other)
