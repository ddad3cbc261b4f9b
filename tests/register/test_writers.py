"""Several processes write into one register: nothing is lost, nothing has a gap."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from debar.register.sqlite import SqliteRegister
from registers import debar, new_register, record

WRITERS = 3
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}


def write(path: Path, *, writer: int, count: int) -> None:
    """Append one entry after another, as fast as it goes."""
    with SqliteRegister.open(path, busy_seconds=60) as register:
        for number in range(count):
            record(register, debar(f"w{writer}-{number}"), request_key=f"w{writer}-{number}")


def run_writers(path: Path, *, count: int) -> None:
    """Run three writers at once, wait for them, and insist that every entry is there once."""
    new_register(path).close()
    command = [sys.executable, __file__, str(path)]
    children = [
        subprocess.Popen([*command, str(writer), str(count)], env=ENVIRONMENT) for writer in range(WRITERS)
    ]
    assert [child.wait() for child in children] == [0] * WRITERS
    with SqliteRegister.open(path) as register:
        assert register.verify() == ()
        assert register.revision() == 2 + WRITERS * count
        assert [entry.seq for entry in register.entries()] == list(range(register.revision()))
        expected = {f"w{writer}-{number}" for writer in range(WRITERS) for number in range(count)}
        assert expected == {row.key_value for row in register.standings()}


def test_three_writers(tmp_path: Path) -> None:
    """Three processes that append at once must lose nothing and leave no gap."""
    run_writers(tmp_path / "register.db", count=15)


@pytest.mark.ci
def test_three_writers_for_longer(tmp_path: Path) -> None:
    """The same, 300 appends each."""
    run_writers(tmp_path / "register.db", count=300)


if __name__ == "__main__":
    write(Path(sys.argv[1]), writer=int(sys.argv[2]), count=int(sys.argv[3]))
