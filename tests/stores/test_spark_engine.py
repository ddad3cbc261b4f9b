"""The same steps on Spark give the same results, to the micro and the byte."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from debar.ledger.after import earned_after
from debar.ledger.books import make_books, render_books
from debar.ledger.earned import earned, earned_rows
from debar.ledger.text import render_text
from debar.model.problem import DebarError
from debar.model.step import Step
from debar.model.window import Window
from debar.stores.clock import SystemClock
from debar.stores.duckdb_engine import DuckEngine
from debar.stores.spark_engine import SparkEngine, spark_sql
from ledger_books import BAN_DAY, P_OWNER, STANDINGS, rates, refill, story

if TYPE_CHECKING:
    from collections.abc import Iterator

ALL: list[dict[str, Any]] = [
    {"as_of": BAN_DAY},
    {"policy": "cut-off", "cut_off": BAN_DAY},
    {"window": Window(start=BAN_DAY.replace(year=2016), end=BAN_DAY)},
    {"revenue_basis": "gross", "basis": "booked day"},
    {"p_owner": P_OWNER, "also": ["GBP"]},
]


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkEngine]:
    """Return one session for all tests."""
    if find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed (pip install debar[spark])")
    with SparkEngine(threads=2) as engine:
        refill(engine, story())
        yield engine


@pytest.fixture(scope="module")
def duck() -> Iterator[DuckEngine]:
    """Return the embedded engine with the same books."""
    with DuckEngine(threads=1) as engine:
        refill(engine, story())
        yield engine


@pytest.mark.ci
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("options", ALL, ids=[",".join(one) for one in ALL])
def test_what_was_earned_is_the_same_on_both(
    spark: SparkEngine, duck: DuckEngine, options: dict[str, Any]
) -> None:
    """The whole report, its JSON and its text are equal: bounds, waterfalls, accounts, years, markets, status."""
    given = {"rates": rates(), "to": "USD", **options}
    ours, theirs = (earned(engine, STANDINGS, **given) for engine in (duck, spark))
    assert ours == theirs
    assert json.dumps(ours.as_json()) == json.dumps(theirs.as_json())
    assert render_text(ours) == render_text(theirs)


@pytest.mark.ci
@pytest.mark.filterwarnings("ignore")
def test_the_books_and_the_platforms_sums_are_the_same_on_both(spark: SparkEngine, duck: DuckEngine) -> None:
    """Exports have the same bytes; every account's sums are equal; so is what was earned after a date."""
    now = SystemClock().now().replace(year=2016, month=11, day=7)
    found = []
    for engine in (duck, spark):
        books = make_books(engine, STANDINGS, rates=rates(), to="USD")
        table = earned_rows(engine, as_of=BAN_DAY)
        sums = engine.rows(f"SELECT * FROM {table} ORDER BY account_id, currency")
        after = earned_after(engine, STANDINGS, instant=now).as_json()
        found.append((render_books(books, "hledger"), sums, after))
    assert found[0] == found[1]


@pytest.mark.ci
@pytest.mark.filterwarnings("ignore")
def test_the_port_is_kept(spark: SparkEngine, tmp_path: Path) -> None:
    """Tables are made, replaced, added to, described, written and dropped; files are refused."""
    spark.load("t", {"a": "BIGINT", "b": "VARCHAR"}, [(1, "x"), (2, None)])
    spark.append("t", [(3, "z")])
    spark.run(Step(name="t", sql="SELECT a + $more AS a FROM t", parameters={"more": 10}))
    assert spark.rows("SELECT a FROM t ORDER BY a") == [(11,), (12,), (13,)]
    assert spark.columns("t") == {"a": "bigint"}
    spark.write_parquet("t", tmp_path / "t")
    spark.read_parquet(tmp_path / "t", "u")
    assert len(spark.rows("SELECT * FROM u")) == 3
    spark.drop("t")
    assert spark.columns("t") == {}
    spark.detach("nothing")
    with pytest.raises(DebarError, match="DBR-S041"):
        spark.try_run(Step(name="f", sql="SELECT 1"))
    with pytest.raises(DebarError, match="DBR-S041"):
        spark.attach(Path("x.duckdb"), "x")


def test_steps_are_turned_and_named_values_stay_bound() -> None:
    """A step's text becomes Spark's, with the same names for its values."""
    assert spark_sql("SELECT coalesce(a, $b) FROM t") == "SELECT COALESCE(a, :b) FROM t"


def test_without_the_packages_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing pyspark or sqlglot is named, with the extra that has them."""
    import sys

    for package in ("pyspark.sql", "sqlglot"):
        monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(DebarError, match="DBR-S040"):
        SparkEngine()
    with pytest.raises(DebarError, match="DBR-S040"):
        spark_sql("SELECT 41")
