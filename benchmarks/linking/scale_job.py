"""One timed piece of work on normalised tables, in a process of its own so that its memory can be told.

    python -m benchmarks.linking.scale_job WORK FOLDER

Law: prints one JSON object: seconds and what was counted. Its memory is read by whoever started it.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any, Final

import duckdb

from debar.evidence.parameters import default_parameters
from debar.linking.links import link_platform
from debar.model.policy import Policy
from debar.model.step import Step, quote_text
from debar.stores.duckdb_engine import DuckEngine

THREADS: Final = 2
MEMORY: Final = "8GB"
CAP: Final = Policy().crowd_cap

FLOOR: Final = """
CREATE TABLE held AS
  SELECT DISTINCT hash(account_id) AS account, hash(kind, value_key) AS value
  FROM read_parquet('{identifiers}') WHERE family IS NOT NULL;
CREATE TABLE paired AS
  SELECT account, value FROM held JOIN (
    SELECT value FROM held GROUP BY value HAVING COUNT(*) BETWEEN 2 AND {cap}) USING (value);
"""
"""The bare self-join: rows once each, values of 2 holders to the cap, every pair on them."""

PAIRS: Final = "SELECT COUNT(*) FROM paired AS a JOIN paired AS b USING (value) WHERE a.account < b.account"


def floor(folder: Path) -> dict[str, Any]:
    """Join the rows with themselves, and do nothing with what comes."""
    with duckdb.connect(config={"memory_limit": MEMORY, "threads": THREADS}) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(FLOOR.format(identifiers=folder / "identifiers.parquet", cap=CAP))
        ((pairs,),) = connection.execute(PAIRS).fetchall()
    return {"shared_values_of_pairs": pairs}


def debar(folder: Path) -> dict[str, Any]:
    """Load the normalised tables and link them as the product does, up to the table of links."""
    with DuckEngine(threads=THREADS, memory_limit=MEMORY) as engine:
        started = time.perf_counter()
        load(engine, folder)
        loaded = time.perf_counter() - started
        ((accounts,),) = engine.rows("SELECT COUNT(*) FROM accounts")
        link_platform(engine, default_parameters(accounts), Policy())
        ((links,),) = engine.rows("SELECT COUNT(*) FROM links")
    return {"links": links, "seconds_to_load": loaded}


def load(engine: DuckEngine, folder: Path) -> None:
    """Load a folder of normalised tables."""
    for table in ("accounts", "identifiers"):
        source = quote_text(str(folder / f"{table}.parquet"))
        engine.run(Step(name=table, sql=f"SELECT * FROM read_parquet({source})"))
    names = ("account_a", "account_b", "judgement", "by", "at", "reason")
    columns = {name: "TIMESTAMP" if name == "at" else "VARCHAR" for name in names}
    engine.load("judgements", columns, [])


WORK: Final = {"floor": floor, "debar": debar}


def main() -> None:
    """Do the work and print what it took."""
    work, folder = sys.argv[1:]
    started = time.perf_counter()
    counted = WORK[work](Path(folder))
    print(json.dumps({"seconds": time.perf_counter() - started, **counted}))


if __name__ == "__main__":
    main()
