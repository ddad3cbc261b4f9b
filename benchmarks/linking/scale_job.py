"""One timed piece of work on normalised tables, in a process of its own so that its memory can be told.

    python -m benchmarks.linking.scale_job WORK FOLDER [MEMORY]

MEMORY limits the database, in DuckDB's own form: 4GB, as the product's own engine has, unless told otherwise.

Law: prints one JSON object: seconds and what was counted. Its memory is read by whoever started it.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import duckdb
import numpy as np

from benchmarks.linking.peers.naive import DEGREE, SHARED
from debar.linking.counting.numbering import number_rows
from debar.linking.creative.evidence import derive_evidence
from debar.linking.fitting.fit import fit_parameters
from debar.linking.handovers import split_accounts
from debar.linking.joint import find_joint_accounts
from debar.linking.links import count_pairs, update_links, weigh_links
from debar.model.policy import Policy
from debar.model.step import Step, quote_text
from debar.stores.duckdb_engine import DuckEngine

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")

THREADS: Final = 2
MEMORY: Final = sys.argv[3] if len(sys.argv) > 3 else "4GB"
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
    """Link the normalised tables as the product does, then carry a day's changes in."""
    with DuckEngine(threads=THREADS, memory_limit=MEMORY) as engine:
        load(engine, folder)
        policy = Policy()
        parts = Parts()
        parts.time("joint accounts", lambda: find_joint_accounts(engine))
        parts.time("ads", lambda: derive_evidence(engine))
        parts.time("numbers", lambda: number_rows(engine))
        parts.time("hand-overs", lambda: split_accounts(engine))
        parts.time("pairs", lambda: count_pairs(engine, policy, keep_rows=True))
        fit = parts.time("fit", lambda: fit_parameters(engine))
        parts.time("weights", lambda: weigh_links(engine, fit, policy))
        whole = {"seconds": parts.wall(), "processor_seconds": parts.processor(), "parts": dict(parts.told)}
        ((links,),) = engine.rows("SELECT COUNT(*) FROM link_pairs")
        engine.run(Step(name="changed_accounts", sql=_CHANGED))
        engine.run(Step(name="changed_identifiers", sql=_CHANGES))
        ((rows,),) = engine.rows("SELECT COUNT(*) FROM changed_identifiers")
        update = Parts()
        update.time("day", lambda: update_links(engine, fit, policy))
    day = {"rows": rows, "seconds": update.wall(), "processor_seconds": update.processor()}
    return {"links": links, "day": day, **whole}


_CHANGED: Final = "SELECT account_id FROM accounts WHERE SUBSTR(MD5(account_id), 1, 4) < '028f'"
"""One account in a hundred."""

_CHANGES: Final = """
SELECT i.account_id, i.kind, i.family,
  CASE WHEN lot < '2' THEN MD5(i.value_key) ELSE i.value_key END AS value_key,
  CASE WHEN lot < '2' THEN i.kind || ':' || MD5(i.value_key) ELSE i.fact_id END AS fact_id,
  i.shown, i.role, i.first_seen, i.last_seen + INTERVAL 1 DAY AS last_seen, i.source
FROM (SELECT x.*, SUBSTR(MD5(x.account_id || x.value_key), 1, 1) AS lot FROM identifiers AS x
  JOIN changed_accounts AS c ON c.account_id = x.account_id) AS i WHERE lot <> '2'
"""
"""Their rows a day later: all seen once more, an eighth with another value, a sixteenth gone."""


class Parts:
    """Wall clock and processor time of pieces of work."""

    def __init__(self) -> None:
        self.told: dict[str, tuple[float, float]] = {}

    def time(self, name: str, work: Callable[[], Result]) -> Result:
        """Do some work and note what it took."""
        started = time.perf_counter(), time.process_time()
        done = work()
        self.told[name] = (time.perf_counter() - started[0], time.process_time() - started[1])
        return done

    def wall(self) -> float:
        """Return the sum of the seconds on the wall."""
        return sum(wall for wall, _ in self.told.values())

    def processor(self) -> float:
        """Return the sum of the seconds of all processors."""
        return sum(processor for _, processor in self.told.values())


def load(engine: DuckEngine, folder: Path) -> None:
    """Name a folder of normalised tables; they are read where a step needs them."""
    for table in ("accounts", "identifiers"):
        source = quote_text(str(folder / f"{table}.parquet"))
        engine.view(Step(name=table, sql=f"SELECT * FROM read_parquet({source})"))
    names = ("account_a", "account_b", "judgement", "by", "at", "reason")
    columns = {name: "TIMESTAMP" if name == "at" else "VARCHAR" for name in names}
    engine.load("judgements", columns, [])
    engine.load("ads", {"ad_id": "VARCHAR"}, [])


def naive(folder: Path) -> dict[str, Any]:
    """Join all accounts that share a value of few holders, and close over them."""
    files = {"identifiers": str(folder / "identifiers.parquet")}
    with duckdb.connect(config={"memory_limit": MEMORY, "threads": THREADS}) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(
            f"CREATE TABLE pairs (a VARCHAR, b VARCHAR, p DOUBLE); INSERT INTO pairs {SHARED}", files
        )
        connection.execute(
            "CREATE TABLE numbers AS SELECT account, ROW_NUMBER() OVER () - 1 AS place FROM ("
            "SELECT a AS account FROM pairs UNION SELECT b FROM pairs)"
        )
        ends = connection.execute(
            "SELECT x.place AS a, y.place AS b FROM pairs AS p JOIN numbers AS x ON x.account = p.a"
            f" JOIN numbers AS y ON y.account = p.b WHERE p.p >= {1.0 / DEGREE}"
        ).fetchnumpy()
        ((count,),) = connection.execute("SELECT COUNT(*) FROM numbers").fetchall()
    group = np.arange(count)
    while True:  # the smaller of two groups' numbers spreads, and numbers lead on to the smallest
        least = np.minimum(group[ends["a"]], group[ends["b"]])
        spread = group.copy()
        for end in ("a", "b"):
            np.minimum.at(spread, group[ends[end]], least)
        while (spread[spread] != spread).any():
            spread = spread[spread]
        if (spread == group).all():
            return {"links": len(ends["a"]), "groups": len(np.unique(group))}
        group = spread


WORK: Final = {"floor": floor, "debar": debar, "naive": naive}


def main() -> None:
    """Do the work and print what it took."""
    work, folder = sys.argv[1:3]
    started, used = time.perf_counter(), time.process_time()
    counted = WORK[work](Path(folder))
    seconds = {
        "seconds": time.perf_counter() - started,
        "processor_seconds": time.process_time() - used,
    }
    print(json.dumps({**seconds, **counted}))


if __name__ == "__main__":
    main()
