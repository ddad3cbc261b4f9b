"""Splink 5, from its own environment, through Parquet files.

Law: Splink is never imported here; what it is asked stands in ``splink_job.py``.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb

from benchmarks.linking.expansion import by_closure
from benchmarks.linking.method import Outcome, numbered
from benchmarks.linking.metrics import ScoredPairs

if TYPE_CHECKING:
    from benchmarks.linking.method import Method, Prepared

PYTHON: Final = Path(__file__).resolve().parents[3] / ".venv-peers" / "bin" / "python"
"""Made by ``python3 dev.py linking`` from constraints-peers.txt."""

JOB: Final = Path(__file__).with_name("splink_job.py")
PERSONS_JOB: Final = Path(__file__).with_name("splink_people_job.py")
THRESHOLD: Final = 0.9999


def splink(prepared: Prepared) -> Outcome:
    """Run Splink on a platform; expand by connected components, the only way that it offers.

    Raises:
        FileNotFoundError: Splink is not installed.
        subprocess.CalledProcessError: Splink stopped; its words stand on standard error.
    """
    return _outcome(prepared, JOB, prepared.accounts_file, prepared.identifiers_file)


def splink_on_persons(persons: Path) -> Method:
    """Return Splink as its own authors set it up for persons, on the records themselves."""
    return lambda prepared: _outcome(prepared, PERSONS_JOB, persons)


def _outcome(prepared: Prepared, job: Path, *given: Path) -> Outcome:
    if not PYTHON.exists():
        raise FileNotFoundError("Splink is not installed: python3 dev.py linking installs it")
    out = prepared.folder / "splink.parquet"
    command = [str(PYTHON), str(job), *map(str, given), str(out)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    said = json.loads(done.stdout.strip().splitlines()[-1])
    rows = duckdb.execute("SELECT a, b, p FROM read_parquet($out)", {"out": str(out)}).fetchall()
    pairs = ScoredPairs.of(*numbered(rows, prepared.truth))
    return Outcome(
        method="Splink 5",
        pairs=pairs,
        standings=by_closure(pairs, len(prepared.truth.accounts)),
        threshold=THRESHOLD,
        seconds=said["seconds"],
    )
