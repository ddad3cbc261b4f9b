"""The retrospective says the same on Spark."""

from __future__ import annotations

import json
import shutil
from datetime import date
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

from debar.model.window import Window
from debar.retrospect import retrospect
from debar.stores.spark_engine import SparkEngine

if TYPE_CHECKING:
    from collections.abc import Callable

    from debar.model.ports import Engine
    from debar.stores.duckdb_engine import DuckEngine

TABLES = ("accounts", "ads", "spend", "billing", "identifiers")


@pytest.mark.ci
@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore")
def test_both_engines_say_the_same(load: Callable[..., DuckEngine]) -> None:
    """Every figure and every signal of accounts asked for, in a zone, around a day."""
    if find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("needs pyspark and Java")
    from retrospect.test_against import OTHERS, world

    duck = load(**world())
    given: dict[str, Any] = {
        "window": Window(start=date(2016, 8, 1), end=date(2016, 12, 31)),
        "accounts": [f"a{number}" for number in range(OTHERS, OTHERS + 6)],
        "time_zone": "Asia/Kolkata",
        "around": date(2016, 11, 8),
    }
    with SparkEngine(threads=1) as spark:
        for table in TABLES:
            columns = duck.columns(table)
            names = ", ".join(f'"{name}"' for name in columns)
            spark.load(table, columns, duck.rows(f"SELECT {names} FROM {table}"))
        engines: tuple[Engine, ...] = (duck, spark)
        ours, theirs = (retrospect(engine, **given) for engine in engines)
    assert len(ours.against) == 11
    assert json.dumps(ours.as_json()) == json.dumps(theirs.as_json())
