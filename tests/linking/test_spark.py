from __future__ import annotations

import shutil
from datetime import date, timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

from debar.linking.fitting.fit import fit_parameters
from debar.linking.handovers import split_accounts
from debar.linking.joint import find_joint_accounts
from debar.linking.links import count_pairs, tell_links, weigh_links
from debar.model.policy import Policy
from debar.stores.duckdb_engine import DuckEngine
from debar.stores.spark_engine import SparkEngine
from linking_worlds import ACCOUNTS, IDENTIFIERS, JUDGEMENTS, crowded_world

if TYPE_CHECKING:
    from debar.model.ports import Engine

TABLES = {"accounts": ACCOUNTS, "identifiers": IDENTIFIERS, "judgements": JUDGEMENTS}


def world() -> DuckEngine:
    """Return the crowded world, half of its rows dated, one account sold, two pairs judged."""
    made = crowded_world(background=25)
    made.judge("front", "owner-4", "unsure")
    made.judge("lone-1", "owner-7", "negative")
    engine = made.load(DuckEngine(threads=1))
    began = date(2016, 1, 1)
    rows = []
    for place, row in enumerate(engine.rows("SELECT * FROM identifiers ORDER BY ALL")):
        dated = list(row)
        if place % 2:
            dated[7:9] = [began + timedelta(days=place), began + timedelta(days=place + 40 * (place % 5))]
        if row[0] == "lone-3":
            dated[7:9] = [began, began + timedelta(days=90)]
            sold = [*row[:3], f"{row[3]}-later", f"{row[4]}-later", f"Another {row[5][::-1]}", *row[6:]]
            sold[7:9] = [began + timedelta(days=91), began + timedelta(days=400)]
            rows.append(tuple(sold))
        rows.append(tuple(dated))
    engine.load("identifiers", IDENTIFIERS, rows)
    return engine


def told(engine: Engine, *, words: bool) -> dict[str, list[tuple[Any, ...]]]:
    """Run everything that ``debar links`` does with the tables; return what can be compared."""
    handovers = split_accounts(engine)
    joint = find_joint_accounts(engine)
    count_pairs(engine, Policy())
    weigh_links(engine, fit_parameters(engine), Policy())
    if words:
        tell_links(engine, 300_000)
    found: dict[str, list[tuple[Any, ...]]] = {
        "handovers": [(one.account_id, one.day, one.former, one.later) for one in handovers],
        "joint": sorted(joint.items()),
        "links": engine.rows(
            "SELECT account_a, account_b, p_owner, p_operator, owner_millibits, operator_millibits, relation,"
            " carries_a_ban, judgement, pattern, firm, best_p, rest_overt, rest_covert, rest_operator, shares FROM links"
            " ORDER BY account_a, account_b"
        ),
        "votes": engine.rows(
            "SELECT v.crowd, k.kind, t.agreeing, t.with_data FROM link_votes AS t"
            " JOIN link_values AS v ON v.value_no = t.value_no JOIN link_kinds AS k ON k.kind_no = v.kind_no"
            " ORDER BY 1, 2, 3, 4"
        ),
    }
    if words:
        found["told"] = engine.rows(
            "SELECT account_a, account_b, p_owner, weight FROM links_told ORDER BY account_a, account_b"
        )
        found["reasons"] = engine.rows(
            "SELECT a_no, b_no, family, kind, owner_millibits, shown, sentence FROM links_reasons"
            " ORDER BY a_no, b_no, family, kind, sentence"
        )
    return found


@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "words",
    [
        pytest.param(False, marks=pytest.mark.ci, id="links"),
        pytest.param(True, marks=pytest.mark.prove, id="links and reasons"),
    ],
)
def test_both_engines_make_the_same_links(*, words: bool) -> None:
    """Hand-overs, joint accounts, fit, links, votes and reasons: arrays on one machine, steps on Spark."""
    if find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("needs pyspark and Java")
    with world() as duck, SparkEngine(threads=1) as spark:
        for table, columns in TABLES.items():
            names = ", ".join(f'"{name}"' for name in columns)
            spark.load(table, columns, duck.rows(f"SELECT {names} FROM {table}"))
        ours, theirs = told(duck, words=words), told(spark, words=words)
    assert ["lone-3"] == [account for account, *_ in ours["handovers"]]
    assert len(ours["links"]) > 500
    for name, rows in ours.items():
        assert rows == theirs[name], name
