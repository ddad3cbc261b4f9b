"""A register that is killed at any moment: each decision is wholly there or not at all."""

from __future__ import annotations

import hashlib
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from debar.gate import Gate
from debar.register.entries import EntryDraft
from debar.register.sqlite import SqliteRegister
from registers import NOW, debar, new_register, record

if TYPE_CHECKING:
    from collections.abc import Iterator

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
ACCOUNTS = 7
"""Accounts in each decision; with its case and its statement a decision has nine entries."""


def decision_drafts(number: int) -> list[EntryDraft]:
    """Return the entries of one decision: a case, its debars, a statement."""
    decision_id = f"decision-2017-10-26-{number:08x}"
    accounts = tuple(f"d{number}-a{place}" for place in range(ACCOUNTS))
    case = EntryDraft(type="case", by="ana", body={"number": number, "note": "x" * 3000}, subjects=accounts)
    statement = EntryDraft(type="statement", by="ana", body={"number": number}, subjects=accounts)
    return [case, *(debar(account, decision_id=decision_id) for account in accounts), statement]


def apply_decisions(path: Path) -> Iterator[int]:
    """Apply decisions one after another, for ever, and give the number of each that has returned."""
    with SqliteRegister.open(path) as register:
        number = (register.revision() - 2) // (ACCOUNTS + 2)
        while True:
            record(register, *decision_drafts(number), request_key=f"decision {number}")
            yield number
            number += 1


def delay_ms(kill: int) -> int:
    """Return when to kill, from 0 to 120 ms after the first decision, by hash."""
    return int.from_bytes(hashlib.sha256(b"kill %d" % kill).digest()[:4]) % 121


def run_until_killed(path: Path, kill: int) -> int:
    """Run a child that applies decisions, kill it, and return the last decision that it said was applied."""
    command = [sys.executable, __file__, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as child:
        assert child.stdout is not None
        last = int(child.stdout.readline())
        select.select([], [], [], delay_ms(kill) / 1000)
        child.kill()
        lines = child.stdout.read().split("\n")
    whole = lines[:-1]  # the last piece has no line end: it may be half a number
    return int(whole[-1]) if whole else last


def check_whole(path: Path, last_applied: int) -> None:
    """Insist that the register opens, verifies, and holds whole decisions up to the last one that returned."""
    with SqliteRegister.open(path) as register:
        assert register.verify() == ()
        decisions, rest = divmod(register.revision() - 2, ACCOUNTS + 2)
        assert rest == 0, "a decision is wholly there or not at all"
        assert decisions > last_applied, "what was acknowledged is there"
        assert len(register.standings()) == decisions * ACCOUNTS
        for number in range(decisions):
            again = record(register, *decision_drafts(number), request_key=f"decision {number}")
            assert again.repeated
    gate = Gate(path)
    assert not gate.check(f"d{last_applied}-a{ACCOUNTS - 1}", now=NOW).allowed
    gate.close()


def kill_again_and_again(folder: Path, *, kills: range) -> None:
    """Kill a child of a register for each number; a fresh register every ten, so that it stays small."""
    path = folder / "none"
    for kill in kills:
        if (kill - kills.start) % 10 == 0:
            path = folder / f"register-{kill}.db"
            new_register(path).close()
        check_whole(path, run_until_killed(path, kill))


def test_killed_three_times(tmp_path: Path) -> None:
    """After a kill at any moment the register must hold whole decisions only, and all that were acknowledged."""
    kill_again_and_again(tmp_path, kills=range(3))


@pytest.mark.ci
def test_killed_fifteen_times(tmp_path: Path) -> None:
    """The same, at fifteen other moments."""
    kill_again_and_again(tmp_path, kills=range(100, 115))


@pytest.mark.prove
@pytest.mark.timeout(1800)
def test_killed_two_hundred_times(tmp_path: Path) -> None:
    """The same, at two hundred other moments."""
    kill_again_and_again(tmp_path, kills=range(1000, 1200))


if __name__ == "__main__":
    for applied in apply_decisions(Path(sys.argv[1])):
        print(applied, flush=True)  # noqa: T201 - the child tells its parent what has returned
