"""The wire's vectors: the cores make them, and the gate in Go passes them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, get_args

import pytest

from debar.gate.protocol.messages import Message
from wire_vectors import MESSAGES, PATH, SCRIPTS, vectors

SOURCES = Path(__file__).resolve().parents[3] / "readers" / "go"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gate in Go, built."""
    if shutil.which("go") is None:
        pytest.skip("needs Debian's golang-go: python3 dev.py ci installs it")
    folder = tmp_path_factory.mktemp("go")
    settings = {"GO111MODULE": "off", "GOCACHE": str(folder / "cache")}
    for command in (["vet"], ["build", "-o", str(folder / "check")]):
        done = subprocess.run(
            ["go", *command, *map(str, sorted(SOURCES.glob("*.go")))],
            env={**os.environ, **settings}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    return folder / "check"


def run(reader: Path, path: Path) -> tuple[int, list[str]]:
    """Run the vectors; return the exit code and the lines."""
    done = subprocess.run([reader, path], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def test_the_file_is_what_the_cores_make() -> None:
    """Whoever changes a rule or a message sees it here; ``python tests/wire_vectors.py`` writes the file."""
    assert PATH.read_text(encoding="utf-8") == vectors()


def test_every_kind_of_message_has_a_line() -> None:
    """No kind is left out."""
    assert {type(message) for message in MESSAGES} == set(get_args(Message))


@pytest.mark.ci
def test_the_gate_in_go_passes(reader: Path) -> None:
    """All of them, counted."""
    made = json.loads(PATH.read_text(encoding="utf-8"))
    steps = sum(len(script["steps"]) for script in made["scripts"])
    count = len(made["messages"]) + len(made["refused"]) + steps
    assert run(reader, PATH) == (0, [f"{count} checks passed"])


def _plant(made: Any, what: str) -> None:
    """Make one vector wrong."""
    steps = made["scripts"][list(SCRIPTS).index("fenced")]["steps"]
    if what == "a line that is refused":
        made["messages"].append(made["refused"][0]["line"])
    elif what == "a line that is read":
        made["refused"].append({"why": "planted", "line": made["messages"][0]})
    elif what == "a verdict":
        next(step for step in steps if "ask" in step)["answer"]["verdict"] = "debarred"
    elif what == "an end":
        next(step for step in steps if "ask" in step)["answer"]["valid_until"] += 1
    else:
        next(step for step in steps if "tick" in step)["send"] = []


@pytest.mark.ci
@pytest.mark.parametrize(
    "what", ["a line that is refused", "a line that is read", "a verdict", "an end", "what is sent"]
)
def test_a_wrong_vector_is_reported(reader: Path, tmp_path: Path, what: str) -> None:
    """One line for it, and no success."""
    made = json.loads(PATH.read_text(encoding="utf-8"))
    _plant(made, what)
    (tmp_path / "wire.json").write_text(json.dumps(made), encoding="utf-8")
    code, lines = run(reader, tmp_path / "wire.json")
    assert (code, len(lines)) == (1, 1)
