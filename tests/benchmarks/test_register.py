"""The register's benchmark runs over both databases and prints every figure."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from postgres_servers import programs

ROOT = Path(__file__).parents[2]


@pytest.mark.ci
def test_it_prints_a_figure_for_each_line() -> None:
    """With a few accounts it must end in seconds, and print five figures for each database beside the floor."""
    if programs() is None:
        pytest.skip("needs PostgreSQL: Debian's package postgresql")
    command = [sys.executable, "benchmarks/register.py", "70", "5"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert len(re.findall(r"^  one decision about 70 accounts +\d+\.\d+ s", told, re.MULTILINE)) == 2
    assert len(re.findall(r"^  .*\d\.\d+ ms", told, re.MULTILINE)) == 7
