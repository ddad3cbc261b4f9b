"""One world of planted groups on both engines."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from creative_worlds import ADS, ad_world, plant
from debar.stores.spark_engine import SparkEngine
from linking_worlds import ACCOUNTS, IDENTIFIERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from debar.model.ports import Engine

MEMBERS = ("account-0003", "account-0014", "account-0029")


@contextmanager
def both_engines() -> Iterator[tuple[Engine, Engine]]:
    """Give DuckDB and Spark with the same accounts, ads and identifiers; skip where Spark cannot run.

    :data:`MEMBERS` act as one by every signal.
    """
    if find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("needs pyspark and Java")
    world = ad_world(2, accounts=30, ads=4)
    for signal in ("copy", "wording", "landing", "template", "audience", "launch"):
        plant(world, MEMBERS, signal, times=10)
    with world.load() as duck, SparkEngine(threads=2) as spark:
        for table, columns in (("accounts", ACCOUNTS), ("ads", ADS), ("identifiers", IDENTIFIERS)):
            spark.load(table, columns, duck.rows(f"SELECT {', '.join(columns)} FROM {table}"))
        yield duck, spark
