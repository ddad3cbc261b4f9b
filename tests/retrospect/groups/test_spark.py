"""Groups on Spark: the same as on DuckDB."""

from __future__ import annotations

import shutil
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from creative_worlds import ADS, ad_world, plant
from debar.retrospect.groups import find_groups
from debar.stores.spark_engine import SparkEngine
from linking_worlds import ACCOUNTS, IDENTIFIERS

if TYPE_CHECKING:
    from debar.retrospect.groups import Groups

MEMBERS = ("account-0003", "account-0014", "account-0029")


def without_rates(found: Groups) -> Groups:
    """Return groups without their ties' rates, whose last digit may differ."""
    return replace(
        found,
        groups=tuple(
            replace(group, ties=tuple(replace(tie, rate=0) for tie in group.ties)) for group in found.groups
        ),
    )


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.filterwarnings("ignore")
def test_both_engines_find_the_same_groups() -> None:
    """The same members, ties, sentences, and counts of the ads behind them."""
    if find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("needs pyspark and Java")
    world = ad_world(2, accounts=30, ads=4)
    for signal in ("copy", "wording", "landing", "template", "audience", "launch"):
        plant(world, MEMBERS, signal, times=10)
    with world.load() as duck, SparkEngine(threads=2) as spark:
        for table, columns in (("accounts", ACCOUNTS), ("ads", ADS), ("identifiers", IDENTIFIERS)):
            spark.load(table, columns, duck.rows(f"SELECT {', '.join(columns)} FROM {table}"))
        expected, got = (find_groups(engine, rate=0.05) for engine in (duck, spark))
    assert [group.members for group in expected.groups] == [MEMBERS]
    assert without_rates(got) == without_rates(expected)
