from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import duckdb
import pytest
from benchmarks.linking.scale import growth, run_scale, scale_table, timed
from benchmarks.linking.scale_tables import write_tables

from linking_worlds import ACCOUNTS, IDENTIFIERS

if TYPE_CHECKING:
    from pathlib import Path


def test_the_tables_have_the_columns_and_the_crowds_that_intake_leaves(tmp_path: Path) -> None:
    """13.7 rows an account, each kind's values under its own family, crowds that do not grow with the size."""
    widest: list[int] = []
    for size in (6_000, 12_000):
        folder = tmp_path / str(size)
        folder.mkdir()
        write_tables(folder, size)
        for table, columns in (("accounts", ACCOUNTS), ("identifiers", IDENTIFIERS)):
            described = duckdb.execute(f"DESCRIBE FROM read_parquet('{folder}/{table}.parquet')").fetchall()
            assert {name: kind for name, kind, *_ in described} == columns
        held = f"read_parquet('{folder}/identifiers.parquet')"
        ((rows,),) = duckdb.execute(f"SELECT COUNT(*) / {size} FROM {held}").fetchall()
        assert rows == pytest.approx(13.7, abs=0.2)
        crowds = (
            f"SELECT COUNT(DISTINCT account_id) AS n FROM {held} WHERE kind <> 'ip' GROUP BY kind, value_key"
        )
        widest += duckdb.execute(f"SELECT MAX(n) FROM ({crowds})").fetchall()[0]
    assert max(widest) <= 200
    assert widest[1] <= 1.5 * widest[0]


def test_a_small_size_is_timed_beside_its_floor(tmp_path: Path) -> None:
    """The floor and debar both end, each in a process of its own, and the table says so."""
    results = list(run_scale([500], peers=(), folder=tmp_path))
    assert [one["work"] for one in results] == ["floor", "debar"]
    assert all(one["seconds"] > 0 and one["memory_gib"] > 0 and "failed" not in one for one in results)
    assert [row[2:3] for row in scale_table(results).rows] == [("floor",), ("debar",)]


def test_work_that_fails_is_reported_as_failed() -> None:
    """The last words are kept and no time is shown."""
    failed = timed([sys.executable, "-c", "raise SystemExit('no memory')"])
    assert failed["failed"] == "no memory"
    table = scale_table([{"accounts": 10, "identifiers": 20, "work": "floor", **failed}])
    assert table.rows[0][3] == "failed"


def test_growth_is_the_exponent_between_two_sizes() -> None:
    """Ten times the accounts in a hundred times the seconds is two."""
    assert growth({"accounts": 10, "seconds": 1.0}, {"accounts": 100, "seconds": 100.0}) == 2
