"""The table of rules in docs/gate-protocol.md names code, mutants and flags that are there, and leaves none out."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

from benchmarks.gate.lease import apply_takes, measure, refused_in, svg, table

from simulation.mutants import MUTANTS

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "gate-protocol.md").read_text()
ROWS = [
    (cells[0].split()[0], *cells)
    for line in PAGE.splitlines()
    if re.match(r"\| (R\d+|relay) ", line)
    for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
]


def test_every_rule_has_a_row_and_stands_in_the_code_that_the_row_names() -> None:
    """R1 to R12, each kept where the page says."""
    assert [row[0] for row in ROWS] == [*(f"R{number}" for number in range(1, 13)), "relay"]
    for rule, _, code, _, _ in ROWS:
        for name in re.findall(r"`([^`]+)`", code):
            module, *path = name.split(".")
            found = importlib.import_module(f"debar.gate.protocol.{module}")
            source = inspect.getsource(found)
            for part in path:
                found = getattr(found, part)
            assert rule == "relay" or rule in source, f"{rule} in {module}"


def test_every_mutant_and_every_flag_stands_in_the_table() -> None:
    """Nobody has to guess which proof belongs to which rule."""
    mutants = {name.strip() for row in ROWS for name in row[3].split(";") if name.strip()}
    assert {mutant.name for mutant in MUTANTS} == mutants
    flags = {flag.strip() for row in ROWS for flag in row[4].split(",") if flag.strip()}
    model = (ROOT / "models" / "gate.pml").read_text()
    broken = set(
        re.findall(r'^    "([A-Z]+)":', (Path(__file__).parent / "test_model.py").read_text(), re.MULTILINE)
    )
    assert broken == flags
    assert {
        flag for flag in flags if f"ifdef {flag}\n" not in model and f"ifndef {flag}\n" not in model
    } == set()


def test_the_page_about_the_term_prints_what_the_benchmark_measures() -> None:
    """The figures follow from the seed: one row of the page is measured here again."""
    page = (ROOT / "docs" / "gate-availability.md").read_text()
    rows = measure(terms=(300,), outages=(10, 60, 240, 900))
    assert table(rows).splitlines()[-1] in page
    assert "<polyline" in svg(measure(terms=(15, 30), outages=(10,)))


def test_the_term_is_the_outage_budget() -> None:
    """Shorter than the term costs nothing, longer than the term costs sales; a fence shortens an apply."""
    assert refused_in(60, 120) == 0
    assert refused_in(120, 60) > 0.3
    assert apply_takes(60, cut=True, fenced=True) < 12 < apply_takes(60, cut=True) < 62
