from __future__ import annotations

import string
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from debar.evidence.parameters import default_parameters
from debar.linking.counting import holdings
from debar.linking.counting.numbering import number_rows
from debar.linking.fitting.weights import weigh_pattern, weigh_patterns
from debar.linking.links import count_in_steps, link_platform
from debar.model.policy import Policy
from debar.stores.duckdb_engine import DuckEngine
from linking_worlds import IDENTIFIERS, World, identifier

if TYPE_CHECKING:
    import pytest

KINDS = ("legal_id", "tax_id", "legal_name", "domain", "pixel", "email", "card", "device", "ip")
ENGINE = DuckEngine(threads=1)

accounts = st.sampled_from(string.ascii_lowercase[:9])
days = st.none() | st.integers(0, 4).map(lambda n: date(2017, 1, 1) + timedelta(days=n))
rows = st.lists(st.tuples(accounts, st.sampled_from(KINDS), st.sampled_from("123"), days, days), max_size=60)
judged = st.lists(
    st.tuples(accounts, accounts, st.sampled_from(("positive", "negative"))).filter(lambda w: w[0] != w[1]),
    max_size=3,
)
law = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def load(held: list[tuple[Any, ...]], words: list[tuple[str, str, str]]) -> None:
    """Load a platform of nine accounts with dated rows, some of them twice."""
    world = World()
    for account in string.ascii_lowercase[:9]:
        world.account(account)
    for word in words:
        world.judge(*word)
    world.load(ENGINE)
    dated = []
    for account, kind, value, first, last in held:
        row = list(identifier(account, kind, value))
        row[7:9] = [first, last]
        dated.append(tuple(row))
    ENGINE.load("identifiers", IDENTIFIERS, dated)


def counted() -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Return all pairs and all votes."""
    pairs = "a_no, b_no, shared_mask, known_mask, met_mask, pattern, firm"
    return (
        ENGINE.rows(f"SELECT {pairs} FROM link_pairs ORDER BY a_no, b_no"),
        ENGINE.rows("SELECT value_no, agreeing, with_data FROM link_votes ORDER BY value_no"),
    )


@law
@given(rows, judged, st.sampled_from((3, 200)))
def test_arrays_count_what_the_steps_count(
    held: list[tuple[Any, ...]], words: list[tuple[str, str, str]], cap: int
) -> None:
    """Masks, votes, roles, patterns and firm numbers are equal to the last pair, whatever the platform."""
    load(held, words)
    link_platform(ENGINE, default_parameters(9), Policy(crowd_cap=cap))
    on_arrays = counted()
    count_in_steps(ENGINE)
    assert counted() == on_arrays


@law
@given(rows, judged)
def test_patterns_weigh_together_what_each_weighs_alone(
    held: list[tuple[Any, ...]], words: list[tuple[str, str, str]]
) -> None:
    """The table of weights holds for each pattern the numbers of the frozen scorer, to the last millionth."""
    load(held, words)
    parameters = default_parameters(9)
    link_platform(ENGINE, parameters, Policy())
    distinct = ENGINE.arrays("SELECT DISTINCT pattern, firm FROM link_pairs")
    told = weigh_patterns(distinct["pattern"], distinct["firm"], parameters)
    for at, (pattern, firm) in enumerate(zip(distinct["pattern"], distinct["firm"], strict=True)):
        alone = weigh_pattern(int(pattern), int(firm), parameters)
        assert (
            alone.p_owner,
            alone.p_operator,
            alone.owner_millibits,
            alone.operator_millibits,
            alone.relation == "covert",
            alone.carries_a_ban,
        ) == tuple(
            told[name][at]
            for name in (
                "p_owner",
                "p_operator",
                "owner_millibits",
                "operator_millibits",
                "covert",
                "carries_a_ban",
            )
        )


def test_ranges_of_any_size_count_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """One range, many small ones, and pairs made again instead of kept give the same pairs and votes."""
    from debar.linking.counting import run
    from linking_worlds import crowded_world

    world = crowded_world(background=80)
    world.load(ENGINE)
    found = []
    for pairs, kept in ((1 << 21, 50_000_000), (7, 50_000_000), (64, 0), (1, 0)):
        monkeypatch.setattr(holdings, "SWEEP_PAIRS", pairs)
        monkeypatch.setattr(run, "KEPT_MAX", kept)
        link_platform(ENGINE, world.parameters(), Policy())
        found.append(counted())
    assert len(found[0][0]) > 1000
    assert found[1:] == [found[0]] * 3


def test_two_values_of_one_hash_are_told_apart() -> None:
    """An engine whose hash is bad is noticed: the values are numbered anew, with a salt before them."""
    engine = DuckEngine(threads=1)
    world = World()
    world.account("a", card="one")
    world.account("b", card="two")
    world.account("c", card="two")
    world.load(engine)
    engine._connection.execute(  # noqa: SLF001 - no engine offers a bad hash
        "CREATE OR REPLACE TEMP MACRO value_hash(kind, value) AS"
        " CASE WHEN value LIKE 'a %' THEN hash(kind, value) ELSE 7 END"
    )
    link_platform(engine, world.parameters(), Policy())
    assert [("b", "c")] == engine.rows("SELECT account_a, account_b FROM links")
    assert [("a ",)] == engine.rows("SELECT salt FROM link_counted")


def test_values_that_differ_in_their_numbers_alone_have_hashes_of_their_own() -> None:
    """DuckDB's own hash takes thousands of such texts for others; ours tells them apart at the first try."""
    engine = DuckEngine(threads=1)
    world = World()
    for account in range(3_000):
        text = f"a text number {account % 100} of them allacc{account // 100 * 2}"
        world.account(f"n{account:04}", domain=text)
    world.load(engine)
    assert number_rows(engine) == ""
    assert [] == engine.rows("SELECT value_no FROM link_repeats WHERE mixed")
