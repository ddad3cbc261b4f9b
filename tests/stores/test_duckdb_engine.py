"""The engine makes, reads and writes tables, and downloads nothing."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import duckdb
import pytest

from debar.model.step import Step
from debar.stores.duckdb_engine import DuckEngine

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def engine() -> DuckEngine:
    """Return an engine in memory."""
    return DuckEngine(threads=1, memory_limit="256MB")


def test_a_step_makes_a_table_and_binds_its_values(engine: DuckEngine) -> None:
    """A step's parameters are bound, never pasted."""
    engine.run(Step(name="t", sql="SELECT $text AS a", parameters={"text": "'; DROP TABLE t; --"}))
    assert [("'; DROP TABLE t; --",)] == engine.rows("SELECT a FROM t")


def test_rows_of_python_keep_types_and_nulls(engine: DuckEngine) -> None:
    """An 18-digit id stays text, a missing day stays missing."""
    engine.load(
        "t",
        {"id": "VARCHAR", "n": "BIGINT", "day": "DATE"},
        [("123456789012345678", 10**17, None), ("b", 2, "2016-11-08")],
    )
    assert [("123456789012345678", 10**17, None), ("b", 2, date(2016, 11, 8))] == engine.rows(
        "SELECT * FROM t ORDER BY id"
    )
    assert {"id": "VARCHAR", "n": "BIGINT", "day": "DATE"} == engine.columns("t")


def test_an_empty_table_has_its_columns(engine: DuckEngine) -> None:
    """No rows is not no table."""
    engine.load("t", {"id": "VARCHAR"}, [])
    assert {"id": "VARCHAR"} == engine.columns("t")
    assert {} == engine.columns("u")


def test_a_table_is_written_whole(engine: DuckEngine, tmp_path: Path) -> None:
    """A Parquet file appears under its name only when it is complete."""
    engine.load("t", {"id": "VARCHAR"}, [("a",)])
    engine.write_parquet("t", tmp_path / "it's.parquet")
    assert ["it's.parquet"] == [p.name for p in tmp_path.iterdir()]


def test_two_subqueries_that_differ_in_their_columns_are_two(engine: DuckEngine) -> None:
    """Both ends of each pair are counted: the engine's own optimiser would lose the third account here."""
    moment = "(i // 12) * 600 + (i % 12) * 5"
    for name, sql in {
        "launches": f"SELECT i % 12 AS who, {moment} AS moment, ({moment}) // 30 AS slot FROM range(1200) AS r(i)",
        "people": "SELECT 'p' || i AS name, i AS who FROM range(3) AS r(i)",
        "pairs": "SELECT * FROM (VALUES (1, 'p0', 'p1'), (1, 'p0', 'p2'), (1, 'p1', 'p2')) AS v(g, one, other)",
    }.items():
        engine.run(Step(name=name, sql=sql))
    met = (
        "SELECT p.g, a.who, a.slot, b.who AS other, b.slot AS other_slot FROM ("
        "SELECT p.g, a.who AS a, b.who AS b FROM pairs AS p JOIN people AS a ON a.name = p.one"
        " JOIN people AS b ON b.name = p.other) AS p JOIN launches AS a ON a.who = p.a"
        " JOIN launches AS b ON b.who = p.b AND ABS(a.moment - b.moment) <= 30"
        " AND a.moment // 3600 = b.moment // 3600"
    )
    both = f"SELECT g, who, slot FROM ({met}) AS m UNION SELECT g, other, other_slot FROM ({met}) AS m"
    assert engine.rows(f"SELECT who, COUNT(*) FROM ({both}) AS u GROUP BY who ORDER BY who") == [
        (0, 100),
        (1, 100),
        (2, 100),
    ]


def test_no_extension_is_downloaded(engine: DuckEngine) -> None:
    """A function of an extension that is not there fails at once, without the network."""
    with pytest.raises(duckdb.Error):
        engine.rows("SELECT * FROM postgres_scan('host=localhost', 'public', 't')")


def test_appended_rows_are_what_was_given() -> None:
    """Nothing is concluded from the first rows: late texts, numbers beyond 2**53, odd letters, and nothing."""
    rows: list[tuple[int | None, str | None]] = [(None, None)] * 3_000
    rows += [(2**62 + 1, 'a "b"\n\u0416'), (-1, ""), (0, "7"), (None, "None")]
    with DuckEngine(threads=1) as engine:
        engine.load("t", {"n": "BIGINT", "v": "VARCHAR"}, [])
        engine.append("t", rows)
        engine.append("t", [])
        assert engine.rows("SELECT n, v FROM t WHERE v IS NOT NULL ORDER BY rowid") == rows[3_000:]
        assert engine.rows("SELECT count(*) FROM t") == [(3_004,)]
