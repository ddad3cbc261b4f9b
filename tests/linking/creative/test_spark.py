from __future__ import annotations

import shutil
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

from creative_worlds import ADS, ad_world, plant
from debar.linking.creative.pairs import find_pairs
from debar.stores.spark_engine import SparkEngine
from linking_worlds import ACCOUNTS, IDENTIFIERS

if TYPE_CHECKING:
    from debar.model.ports import Engine

MEMBERS = ("account-0003", "account-0014", "account-0029")
COLUMNS = "account_a, account_b, signal, level, p_value, rate, shared_count, expected, crowd"


def pairs(engine: Engine) -> list[tuple[Any, ...]]:
    """Return the pairs that an engine finds."""
    find_pairs(engine, leads=1.0)
    return engine.rows(f"SELECT {COLUMNS} FROM creative_pairs ORDER BY account_a, account_b, signal")


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.filterwarnings("ignore")
def test_both_engines_find_the_same_pairs() -> None:
    """The same signals, levels and counts; p-values and rates to nine digits."""
    if find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("needs pyspark and Java")
    world = ad_world(2, accounts=30, ads=4)
    for signal in ("copy", "wording", "landing", "template", "audience", "launch"):
        plant(world, MEMBERS, signal, times=10)
    with world.load() as duck, SparkEngine(threads=2) as spark:
        for table, columns in (("accounts", ACCOUNTS), ("ads", ADS), ("identifiers", IDENTIFIERS)):
            spark.load(table, columns, duck.rows(f"SELECT {', '.join(columns)} FROM {table}"))
        expected, got = pairs(duck), pairs(spark)
    assert len(expected) > 3
    assert [row[:4] for row in expected] == [row[:4] for row in got]
    for one, other in zip(expected, got, strict=True):
        assert one[4:] == pytest.approx(other[4:], rel=1e-9)
