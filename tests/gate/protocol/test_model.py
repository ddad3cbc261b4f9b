"""The protocol as built, in Spin: no error in the base model, a counterexample for every broken rule."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

MODEL = Path(__file__).resolve().parents[3] / "models" / "gate.pml"
TOOLS = [tool for tool in ("spin", "gcc") if shutil.which(tool) is None]
pytestmark = [
    pytest.mark.skipif(bool(TOOLS), reason=f"not installed: {', '.join(TOOLS)} (dev.py installs them)"),
    pytest.mark.timeout(1800),
]
DIRECT = "-DTMAX=3"
BEHIND_A_RELAY = "-DRELAY -DNOCRASH -DTMAX=3 -DK=1 -DKR=1 -DSTAYS=1"

BROKEN = {
    "ACKFIRST": DIRECT,  # R5: ack before apply
    "NOWAITV": DIRECT,  # R5: ack without waiting V
    "FROMREPLY": DIRECT,  # R3: lease counted from the reply
    "STALE": DIRECT,  # R3: a register that is not in charge any more grants
    "NOHEAD": DIRECT,  # R4: no head check
    "NONONCE": "-DTMAX=4",  # R4: any reply is taken
    "LEASEKEPT": "-DTMAX=4",  # R4: the lease survives a restart
    "NOCONFIRM": DIRECT,  # R6: nothing is confirmed after the lookup
    "CLOCKFIRST": "-DTMAX=4",  # R6: the clock is read before the lookup
    "UNCAPPED": "-DTMAX=4 -DV=2",  # R6: an answer outlives the lease
    "NOMARGIN": DIRECT,  # R8: no drift margin
    "ROSTEREARLY": DIRECT,  # R8: roster read before the commit
    "JOINLATE": DIRECT,  # R2: lease before the roster line
    "ROSTERLOST": DIRECT,  # R9: roster forgotten on a crash
    "LEASESLOST": DIRECT,  # R9: leases forgotten on a crash
    "DRAIN": DIRECT,  # R10: a gate that is gone counts at once
    "OUTLIVES": BEHIND_A_RELAY,  # relay: a sub-lease outlives the relay's lease
    "RFROMREPLY": BEHIND_A_RELAY,  # relay: its lease counted from the reply
    "SUBHEAD": BEHIND_A_RELAY,  # relay: its lease's head alone
    "RELAYACK": BEHIND_A_RELAY,  # relay: acknowledges for its gates
    "GIVEUP": "-DRELAY -DNOCRASH -DTMAX=2 -DK=1 -DSTAYS=1",  # relay: gives a gate up early
    "NOSUBS": BEHIND_A_RELAY,  # R8: sub-leases are not waited for
}
"""Flag that breaks a rule, and the bounds within which it is looked for."""


def errors(flags: str, folder: Path) -> int:
    """Return how many errors Spin finds, the whole state space searched or the first error found."""
    run(["spin", "-a", *flags.split(), str(MODEL)], folder)
    run(["gcc", "-O1", "-w", "-DSAFETY", "-DNOREDUCE", "-o", "pan", "pan.c"], folder)
    said = run(["./pan", "-m100000", "-E"], folder)
    assert "max search depth too small" not in said
    found = re.search(r"errors: (\d+)", said)
    assert found is not None, said
    return int(found[1])


def run(command: list[str], folder: Path) -> str:
    """Run a program and return what it says."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.ci
@pytest.mark.parametrize("flags", [DIRECT, BEHIND_A_RELAY], ids=["direct", "relay"])
def test_the_protocol_has_no_error(flags: str, tmp_path: Path) -> None:
    """Within the bounds, no interleaving sells after the certificate."""
    assert errors(flags, tmp_path) == 0


@pytest.mark.ci
@pytest.mark.parametrize("goal", ["CERTIFIES", "SELLS"])
def test_the_model_gets_where_it_should(goal: str, tmp_path: Path) -> None:
    """A model in which nothing is ever certified or allowed would prove nothing."""
    assert errors(f"{DIRECT} -D{goal}", tmp_path) == 1
    assert errors(f"{BEHIND_A_RELAY} -D{goal}", tmp_path) == 1


@pytest.mark.ci
@pytest.mark.parametrize("flag", BROKEN)
def test_every_broken_rule_gives_a_counterexample(flag: str, tmp_path: Path) -> None:
    """Each rule is needed."""
    assert errors(f"{BROKEN[flag]} -D{flag}", tmp_path) == 1


@pytest.mark.prove
@pytest.mark.parametrize(
    "flags",
    [
        "-DTMAX=4",
        "-DTMAX=6 -DNOCRASH",
        "-DRELAY -DNOCRASH -DTMAX=3 -DK=1 -DSTAYS=1",
        "-DRELAY -DNOCRASH -DTMAX=4 -DK=1 -DKR=1",
        "-DRELAY -DTMAX=3 -DK=1 -DKR=1 -DSTAYS=1",
        "-DRELAY -DTMAX=2 -DK=1 -DKR=1",
    ],
)
def test_larger_bounds_have_no_error_either(flags: str, tmp_path: Path) -> None:
    """The same, further out."""
    assert errors(flags, tmp_path) == 0
