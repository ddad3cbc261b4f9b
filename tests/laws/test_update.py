from __future__ import annotations

import string
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from debar.evidence.parameters import default_parameters
from debar.linking.handovers import PERIODS
from debar.linking.links import count_pairs, link_platform, update_links, weigh_links
from debar.model.policy import Policy
from debar.stores.duckdb_engine import DuckEngine
from linking_worlds import IDENTIFIERS, World, crowded_world, identifier

KINDS = ("legal_id", "legal_name", "domain", "email", "card", "ip")
ENGINE, ANEW = DuckEngine(threads=1), DuckEngine(threads=1)
LINKS = (
    "SELECT account_a, account_b, p_owner, p_operator, owner_millibits, operator_millibits, carries_a_ban,"
    " judgement, pattern, firm, best_p, shares FROM links ORDER BY account_a, account_b"
)
VOTES = (
    "SELECT v.crowd, v.base_grade, k.kind, t.agreeing, t.with_data FROM link_votes AS t"
    " JOIN link_values AS v ON v.value_no = t.value_no JOIN link_kinds AS k ON k.kind_no = v.kind_no"
    " ORDER BY ALL"
)
NAMES = string.ascii_lowercase[:10]

days = st.none() | st.integers(0, 4).map(lambda n: date(2017, 1, 1) + timedelta(days=n))
account_rows = st.lists(
    st.tuples(st.sampled_from(KINDS), st.sampled_from("12"), days, days),
    max_size=7,
    unique_by=lambda r: r[:2],
)
platforms = st.dictionaries(st.sampled_from(NAMES), account_rows, min_size=4)
changes = st.dictionaries(st.sampled_from(NAMES), st.none() | account_rows, min_size=1, max_size=4)
judged = st.lists(
    st.tuples(
        st.sampled_from(NAMES), st.sampled_from(NAMES), st.sampled_from(("positive", "negative"))
    ).filter(lambda word: word[0] != word[1]),
    max_size=2,
)
periods = st.none() | st.sampled_from(NAMES)
law = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

Platform = dict[str, list[tuple[str, str, date | None, date | None]]]


def load(engine: DuckEngine, platform: Platform, words: list[tuple[str, str, str]], sold: str | None) -> None:
    """Load a platform whose kinds are all known, whoever uses them."""
    world = World()
    for account in (*platform, "keeper"):
        world.account(account)
    for word in words:
        world.judge(*word)
    world.load(engine)
    engine.load("identifiers", IDENTIFIERS, [*rows_of(platform), *rows_of({"keeper": keeper()})])
    engine.load("account_periods", PERIODS, [(sold, 2, date(2017, 1, 3), None, "sold")] if sold else [])


def keeper() -> list[tuple[str, str, date | None, date | None]]:
    """Return one value of every kind, which nobody shares."""
    return [(kind, "kept", None, None) for kind in KINDS]


def rows_of(platform: Platform) -> list[tuple[Any, ...]]:
    """Return the identifiers of some accounts."""
    rows = []
    for account, held in platform.items():
        for kind, value, first, last in held:
            row = list(identifier(account, kind, value))
            row[7:9] = [first, last]
            rows.append(tuple(row))
    return rows


@law
@given(
    platforms,
    st.lists(changes, min_size=1, max_size=2),
    judged,
    judged,
    periods,
    st.sampled_from((2, 3, 200)),
)
def test_a_days_changes_give_what_a_full_run_gives(
    platform: Platform,
    increments: list[dict[str, Any]],
    before: list[tuple[str, str, str]],
    after: list[tuple[str, str, str]],
    sold: str | None,
    cap: int,
) -> None:
    """New, changed and deleted accounts, other days, other judgements, a sale: links and votes are equal."""
    policy, parameters = Policy(crowd_cap=cap), default_parameters(10)
    load(ENGINE, platform, before, None)
    count_pairs(ENGINE, policy, keep_rows=True)
    weigh_links(ENGINE, parameters, policy)
    platform = dict(platform)
    for increment in increments:
        for account, held in increment.items():
            platform.pop(account, None)
            if held is not None:
                platform[account] = held
        changed = {*increment, *([sold] if sold else [])}
        load(ENGINE, platform, after, sold)
        ENGINE.load("changed_accounts", {"account_id": "VARCHAR"}, [(a,) for a in sorted(changed)])
        ENGINE.load(
            "changed_identifiers",
            IDENTIFIERS,
            rows_of({a: held for a, held in platform.items() if a in changed}),
        )
        assert update_links(ENGINE, parameters, policy)
    load(ANEW, platform, after, sold)
    link_platform(ANEW, parameters, policy)
    assert ANEW.rows(LINKS) == ENGINE.rows(LINKS)
    assert ANEW.rows(VOTES) == ENGINE.rows(VOTES)


def test_a_kind_that_was_never_seen_has_everything_counted_anew() -> None:
    """Kinds are bits: a new one cannot be carried in, and is not lost."""
    policy, parameters = Policy(), default_parameters(10)
    load(ENGINE, {"a": [("card", "1", None, None)]}, [], None)
    count_pairs(ENGINE, policy, keep_rows=True)
    weigh_links(ENGINE, parameters, policy)
    news: Platform = {name: [("phone", "7", None, None)] for name in ("b", "c")}
    load(ENGINE, {"a": [("card", "1", None, None)], **news}, [], None)
    ENGINE.load("changed_accounts", {"account_id": "VARCHAR"}, [("b",), ("c",)])
    ENGINE.load("changed_identifiers", IDENTIFIERS, rows_of(news))
    assert not update_links(ENGINE, parameters, policy)
    assert [("b", "c")] == [row[:2] for row in ENGINE.rows(LINKS)]


def test_pairs_of_unchanged_accounts_follow_the_crowd_that_grows_around_them() -> None:
    """A fifth account pays with the freelancer's card: the other four share a commoner value than before."""
    policy = Policy()
    world = crowded_world(background=5)
    parameters = world.parameters()
    world.load(ENGINE)
    ENGINE.drop("account_periods")
    count_pairs(ENGINE, policy, keep_rows=True)
    weigh_links(ENGINE, parameters, policy)
    before = {row[:2]: row for row in ENGINE.rows(LINKS)}
    world.account("newcomer", card="freelancer card")
    world.load(ENGINE)
    ENGINE.load("changed_accounts", {"account_id": "VARCHAR"}, [("newcomer",)])
    ENGINE.load(
        "changed_identifiers", IDENTIFIERS, [identifier(*row) for row in world.held if row[0] == "newcomer"]
    )
    assert update_links(ENGINE, parameters, policy)
    world.load(ANEW)
    ANEW.drop("account_periods")
    link_platform(ANEW, parameters, policy)
    after = ANEW.rows(LINKS)
    assert [row for row in after if "newcomer" not in row[:2] and before[row[:2]] != row]
    assert after == ENGINE.rows(LINKS)
