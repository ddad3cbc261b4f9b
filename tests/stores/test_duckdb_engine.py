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
