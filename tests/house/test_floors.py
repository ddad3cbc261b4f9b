"""The floors of the house hold, and planted violations are refused."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PLANTED = [
    ("model/window.py", "import debar.evidence.weigh"),
    ("evidence/weigh.py", "import debar.register.tree"),
    ("ledger/postings.py", "import debar.cases.case"),
    ("gate/__init__.py", "import debar.ledger"),
    ("gate/__init__.py", "import duckdb"),
    ("linking/expand.py", "import duckdb"),
    ("notices/__init__.py", "import debar.ledger"),
    ("plans/plan.py", "import debar.app"),
    ("app/referrals/receiving.py", "import debar.app.applying"),
    ("cases/referrals.py", "from debar.register.drafts import gate_draft"),
    ("appeals/states.py", "import debar.watch"),
    ("app/looking_back.py", "import debar.app.applying"),
    ("app/planning.py", "from debar.retrospect.groups import find_groups"),
    ("plans/build.py", "from debar.retrospect.groups.results import Group"),
]


def contracts_hold(folder: Path) -> bool:
    """Run the import contracts over a copy of the source."""
    result = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder / "src"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Contracts:" in result.stdout, result.stdout + result.stderr
    return result.returncode == 0


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the source and its contracts."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_source_as_it_stands_keeps_every_contract(copy: Path) -> None:
    """Every import in the source goes down a floor."""
    assert contracts_hold(copy)


@pytest.mark.ci
@pytest.mark.parametrize(("file", "line"), PLANTED)
def test_a_planted_import_is_refused(copy: Path, file: str, line: str) -> None:
    """An import that the picture refuses breaks a contract."""
    path = copy / "src" / "debar" / file
    path.write_text(path.read_text() + f"\n{line}\n")
    assert not contracts_hold(copy)


@pytest.mark.ci
def test_a_room_without_a_floor_is_refused(copy: Path) -> None:
    """A new room must be given its floor before it may exist."""
    room = copy / "src" / "debar" / "helpers"
    room.mkdir()
    (room / "__init__.py").write_text('"""No such room."""\n')
    assert not contracts_hold(copy)
