"""Naive closure: whoever shares a value with somebody belongs to them, and so on.

Law: no address of the network, no value that more than a few accounts hold; everything else counts alike.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import duckdb

from benchmarks.linking.expansion import by_closure
from benchmarks.linking.method import Outcome, numbered
from benchmarks.linking.metrics import ScoredPairs

if TYPE_CHECKING:
    from benchmarks.linking.method import Prepared

DEGREE: Final = 10
"""A value that more accounts hold joins nobody."""

DEGREE_MAX: Final = 50
"""The frontier is drawn up to here."""

SHARED: Final = f"""
WITH held AS (
  SELECT DISTINCT account_id, kind, value_key FROM read_parquet($identifiers)
  WHERE kind <> 'ip' AND family IS NOT NULL
), crowded AS (
  SELECT *, COUNT(*) OVER (PARTITION BY kind, value_key) AS crowd FROM held
)
SELECT a.account_id, b.account_id, 1.0 / MIN(a.crowd)
FROM crowded AS a JOIN crowded AS b USING (kind, value_key)
WHERE a.account_id < b.account_id AND a.crowd <= {DEGREE_MAX}
GROUP BY ALL
"""


def naive(prepared: Prepared) -> Outcome:
    """Join all accounts that share a value; the score of a pair is one over the smallest crowd."""
    started = time.perf_counter()
    rows = duckdb.execute(SHARED, {"identifiers": str(prepared.identifiers_file)}).fetchall()
    pairs = ScoredPairs.of(*numbered(rows, prepared.truth))
    return Outcome(
        method="naive closure",
        pairs=pairs,
        standings=by_closure(pairs, len(prepared.truth.accounts)),
        threshold=1.0 / DEGREE,
        probabilities=False,
        seconds=time.perf_counter() - started,
    )
