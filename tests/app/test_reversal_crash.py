"""A lift that is killed at any moment: everything is restored, or nothing is."""

from __future__ import annotations

import hashlib
import os
import select
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from debar.app.opening import Setting
from debar.app.verbs import apply
from debar.gate import check
from debar.register.sqlite import SqliteRegister
from desks import Decided

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
RECIPIENT = """[[recipient]]
name = "Open Lab"
purposes = ["election research"]
conflict = "none found"
independence = "publishes as it finds"
share = 1
"""
WHOLE = ["plan", "lift", "lift", "judgement", "pledge", *["statement"] * 4]


@pytest.fixture(scope="module")
def ready(decided_once: Decided, tmp_path_factory: pytest.TempPathFactory) -> Decided:
    """Return a desk with money pledged and a lift that is approved and not applied."""
    folder = tmp_path_factory.mktemp("ready")
    shutil.copytree(decided_once.folder, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("export"))
    desk = Decided(folder=folder, decision=decided_once.decision)
    (folder / "recipients.toml").write_text(RECIPIENT)
    donate = (
        "donate",
        "pledge",
        desk.decision,
        "--purpose",
        "election research",
        "--key",
        desk.path("ana.key"),
    )
    desk.run(*donate, "--recipients", str(folder / "recipients.toml"))
    desk.change("lift", "N3", "--also", "N4", "--reason", "the card was resold")
    desk.run("approve", desk.path("change.json"), "--key", desk.path("ben.key"))
    return desk


def lift_and_say(folder: Path) -> None:
    """Say that the lift begins, apply it, and say that it is done."""
    now = datetime.now(UTC)
    print("ready", flush=True)  # noqa: T201 - the child tells its parent
    answer = apply(
        Setting(register=folder / "debar.register"),
        folder / "change.json",
        key=folder / "ana.key",
        platform=None,
        now=now,
    )
    assert answer.exit_code == 0
    print("done", flush=True)  # noqa: T201 - the child tells its parent


def seconds_of_a_lift(folder: Path) -> float:
    """Tell how long the lift takes here when nobody kills it."""
    command = [sys.executable, __file__, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        began = time.monotonic()
        assert child.stdout.readline() == "done\n"
        return time.monotonic() - began


def kill_once(folder: Path, kill: int, *, within: float) -> bool:
    """Kill a lift at a moment of a span that is somewhat longer than it takes; tell whether it was done."""
    moment = int.from_bytes(hashlib.sha256(b"lift %d" % kill).digest()[:4]) / 2**32
    command = [sys.executable, __file__, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        select.select([], [], [], moment * within)
        child.kill()
        return "done" in child.stdout.read()


def check_all_or_nothing(ready: Decided, folder: Path, *, acknowledged: bool) -> bool:
    """Insist that everything was restored or nothing; tell which."""
    before = SqliteRegister.open(ready.folder / "debar.register", read_only=True)
    with before, SqliteRegister.open(folder / "debar.register") as register:
        assert register.verify() == ()
        new = [entry.type for entry in register.entries(before.revision())]
    assert new in ([], WHOLE)
    lifted = new == WHOLE
    assert lifted or not acknowledged, "what was acknowledged is there"
    now = datetime.now(UTC)
    assert [lifted, lifted] == [check(folder / "debar.register", a, now=now).allowed for a in ("N3", "N4")]
    assert not check(folder / "debar.register", "N1", now=now).allowed
    return lifted


def kill_again_and_again(ready: Decided, folder: Path, kills: range) -> set[bool]:
    """Kill a lift for each number, each time from the same state; apply it afterwards where it was not done."""
    seen = set()
    whole = folder / "whole"
    shutil.copytree(ready.folder, whole)
    within = 1.4 * seconds_of_a_lift(whole)
    for kill in kills:
        copy = folder / str(kill)
        shutil.copytree(ready.folder, copy)
        lifted = check_all_or_nothing(ready, copy, acknowledged=kill_once(copy, kill, within=within))
        seen.add(lifted)
        setting = Setting(register=copy / "debar.register")
        again = apply(
            setting, copy / "change.json", key=copy / "ana.key", platform=None, now=datetime.now(UTC)
        )
        assert lifted == again.document["repeated"]
        assert check_all_or_nothing(ready, copy, acknowledged=True)
        shutil.rmtree(copy)
    return seen


def test_killed_twice(ready: Decided, tmp_path: Path) -> None:
    """After a kill at any moment the register must hold the whole lift or nothing of it, and can go on."""
    kill_again_and_again(ready, tmp_path, range(2))


@pytest.mark.ci
def test_killed_twelve_times(ready: Decided, tmp_path: Path) -> None:
    """The same, at twelve other moments."""
    kill_again_and_again(ready, tmp_path, range(100, 112))


@pytest.mark.prove
@pytest.mark.timeout(1800)
def test_killed_two_hundred_times(ready: Decided, tmp_path: Path) -> None:
    """The same, at two hundred other moments; both outcomes are seen."""
    assert {False, True} == kill_again_and_again(ready, tmp_path, range(1000, 1200))


if __name__ == "__main__":
    lift_and_say(Path(sys.argv[1]))
