"""A table far larger than the engine's memory is read all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from debar.evidence.keying import HashKey
from debar.intake.reading import read_platform
from debar.stores.duckdb_engine import DuckEngine

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 2_000_000


@pytest.mark.prove
def test_two_million_rows_are_read_with_little_memory(tmp_path: Path) -> None:
    """What is sorted and what is left out go to the disk, each in a step of its own; not a row is lost."""
    with duckdb.connect() as writer:
        writer.execute(
            "COPY (SELECT 'a' || i AS account_id, 'n' || i AS name FROM range(100000) t(i)) TO"
            f" '{tmp_path / 'accounts.csv'}' (HEADER)"
        )
        writer.execute(
            "COPY (SELECT 'event-' || CASE i % 20000 WHEN 3 THEN i - 1 ELSE i END AS event_id, 'a' || i * 7919 % 100000 AS account_id,"
            " 'delivered' AS kind, DATE '2015-01-01' + CAST(i % 700 AS INT) AS service_day,"
            " CASE i % 10000 WHEN 0 THEN 'much' ELSE '12.34' END AS amount, 'USD' AS currency"
            f" FROM range({ROWS}) t(i)) TO '{tmp_path / 'billing.csv'}' (HEADER)"
        )
    key = HashKey(key_id="little", secret=b"a key for a test of little memory")
    with DuckEngine(tmp_path / "read.duckdb", threads=2, memory_limit="170MB") as engine:
        platform = read_platform(engine, tmp_path, key=key)
        ((kept, most),) = engine.rows("SELECT count(*), max(record) FROM billing")
    tally = platform.tallies["billing"]
    assert (tally.read, tally.unread, tally.repeated) == (ROWS, ROWS // 10_000, ROWS // 20_000)
    assert (kept, most) == (tally.read - tally.unread - tally.repeated, ROWS)
