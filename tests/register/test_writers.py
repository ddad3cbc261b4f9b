"""Several processes write into one register: nothing is lost, nothing has a gap."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from debar.register.address import PostgresAddress, RegisterAddress, address_of, open_register
from registers import debar, new_postgres_register, new_register, record

if TYPE_CHECKING:
    from postgres_servers import PostgresServer

WRITERS = 3
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}


def write(address: RegisterAddress, *, writer: int, count: int) -> None:
    """Append one entry after another, as fast as it goes."""
    with open_register(address, busy_seconds=60) as register:
        for number in range(count):
            record(register, debar(f"w{writer}-{number}"), request_key=f"w{writer}-{number}")


def run_writers(text: str, *, count: int) -> None:
    """Run three writers at once, wait for them, and insist that every entry is there once."""
    command = [sys.executable, __file__, text]
    children = [
        subprocess.Popen([*command, str(writer), str(count)], env=ENVIRONMENT) for writer in range(WRITERS)
    ]
    assert [child.wait() for child in children] == [0] * WRITERS
    with open_register(address_of(text)) as register:
        assert register.verify() == ()
        assert register.revision() == 2 + WRITERS * count
        assert [entry.seq for entry in register.entries()] == list(range(register.revision()))
        expected = {f"w{writer}-{number}" for writer in range(WRITERS) for number in range(count)}
        assert expected == {row.key_value for row in register.standings()}


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty register of each kind is."""
    if request.param == "sqlite":
        new_register(tmp_path / "register.db").close()
        return str(tmp_path / "register.db")
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.new_database()
    new_postgres_register(url).close()
    return url


def test_three_writers(place: str) -> None:
    """Three processes that append at once must lose nothing and leave no gap."""
    run_writers(place, count=15)


@pytest.mark.ci
def test_three_writers_for_longer(place: str) -> None:
    """The same, 300 appends each."""
    run_writers(place, count=300)


@pytest.mark.ci
def test_places_are_taken_in_the_order_of_the_commits(postgres: PostgresServer) -> None:
    """Whoever reads after a wake-up must never see an entry while an earlier one is still to come."""
    url = postgres.new_database()
    new_postgres_register(url).close()
    writers = [
        subprocess.Popen([sys.executable, __file__, url, str(writer), "40"], env=ENVIRONMENT)
        for writer in range(WRITERS)
    ]
    with open_register(PostgresAddress(url=url), read_only=True) as register:
        seen = 0
        while any(writer.poll() is None for writer in writers):
            revision = register.revision()
            assert [entry.seq for entry in register.entries(after=seen)][: revision - seen] == list(
                range(seen, revision)
            )
            seen = revision
        assert [writer.wait() for writer in writers] == [0] * WRITERS
        assert register.revision() == 2 + WRITERS * 40


if __name__ == "__main__":
    write(address_of(sys.argv[1]), writer=int(sys.argv[2]), count=int(sys.argv[3]))
