from __future__ import annotations

import string
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from debar.evidence.parameters import default_parameters
from debar.linking.expand import Standing, expand, weigh_pairs
from debar.linking.fitting.weights import weigh_pattern
from debar.linking.links import link_platform
from debar.linking.neighbourhood import case_graph, platform_graph
from debar.model.policy import Policy
from debar.stores.duckdb_engine import DuckEngine
from linking_worlds import World

KINDS = ("legal_id", "email", "domain", "card", "device", "ip", "text_hash")
ENGINE = DuckEngine(threads=1)

accounts = st.sampled_from(string.ascii_lowercase[:10])
held = st.sets(st.tuples(accounts, st.sampled_from(KINDS), st.sampled_from("1234")), min_size=8, max_size=40)
judged = st.lists(
    st.tuples(accounts, accounts, st.sampled_from(("positive", "negative", "unsure"))).filter(
        lambda word: word[0] != word[1]
    ),
    max_size=3,
)
policies = st.builds(
    Policy,
    ask_at=st.sampled_from((50_000, 300_000, 600_000)),
    propose_at=st.just(950_000),
    hops_max=st.integers(1, 3),
    behind_one_max=st.integers(0, 2),
    crowd_cap=st.sampled_from((4, 200)),
    agencies=st.sampled_from(((), ("b",), ("b", "d"))),
)
law = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def world_of(rows: set[tuple[str, str, str]], words: list[tuple[str, str, str]]) -> World:
    """Return a small platform on which all ten accounts exist."""
    world = World()
    for account in string.ascii_lowercase[:10]:
        world.account(account)
    world.held = set(rows)
    for word in words:
        world.judge(*word)
    return world


@law
@given(held, judged, policies, accounts, st.data())
def test_striking_facts_never_needs_an_account_outside_the_graph(
    rows: set[tuple[str, str, str]],
    words: list[tuple[str, str, str]],
    policy: Policy,
    named: str,
    data: st.DataObject,
) -> None:
    """For any facts F: expanding the cut graph without F is expanding the whole platform without F."""
    world_of(rows, words).load(ENGINE)
    parameters = default_parameters(10)
    link_platform(ENGINE, parameters, policy)
    cut = case_graph(ENGINE, (named,), parameters, policy)
    whole = platform_graph(ENGINE, (named,), parameters, policy)
    struck = frozenset(data.draw(st.sets(st.sampled_from(sorted(whole.facts) or ["none"]), max_size=6)))
    expected = {s.account_id: s for s in expand(whole, parameters, policy, without=struck)}
    got = {s.account_id: s for s in expand(cut, parameters, policy, without=struck)}
    assert {account: expected[account] for account in got} == got
    outside = [standing for account, standing in expected.items() if account not in got]
    assert [s for s in outside if s.status != "out" or s.p_owner >= policy.ask_at] == []


@law
@given(held, judged)
def test_a_pair_weighs_the_same_as_a_pattern_and_as_a_pair(
    rows: set[tuple[str, str, str]], words: list[tuple[str, str, str]]
) -> None:
    """The table of links, a decoded pattern and the graph's own weighing give the same numbers."""
    world_of(rows, words).load(ENGINE)
    parameters, policy = default_parameters(10), Policy()
    link_platform(ENGINE, parameters, policy)
    graph = platform_graph(ENGINE, ("a",), parameters, policy)
    expected = {
        pair: (w.owner_millibits, w.operator_millibits, w.carries_a_ban)
        for pair, w in weigh_pairs(graph, parameters).items()
    }
    found = ENGINE.rows(
        "SELECT account_a, account_b, owner_millibits, operator_millibits, carries_a_ban, pattern, firm FROM links"
    )
    assert expected == {(a, b): (owner, operator, carries) for a, b, owner, operator, carries, *_ in found}
    for *_, owner, operator, carries, pattern, firm in found:
        weighing = weigh_pattern(pattern, firm, parameters)
        expected_row = (weighing.owner_millibits, weighing.operator_millibits, weighing.carries_a_ban)
        assert expected_row == (owner, operator, carries)


@law
@given(held, judged, accounts, st.permutations(string.ascii_lowercase[:10]))
def test_renaming_accounts_renames_the_members_and_nothing_else(
    rows: set[tuple[str, str, str]], words: list[tuple[str, str, str]], named: str, order: list[str]
) -> None:
    """Who is in, asked or out does not depend on what the accounts are called or on row order."""
    policy, parameters = Policy(), default_parameters(10)
    name = dict(zip(string.ascii_lowercase, order, strict=False))

    def standings(world: World, of: str) -> dict[str, tuple[str, int, int]]:
        world.load(ENGINE)
        link_platform(ENGINE, parameters, policy)
        found = expand(case_graph(ENGINE, (of,), parameters, policy), parameters, policy)
        return {s.account_id: _numbers(s) for s in found}

    before = standings(world_of(rows, words), named)
    renamed = {(name[account], kind, value) for account, kind, value in rows}
    after = standings(world_of(renamed, [(name[a], name[b], w) for a, b, w in words]), name[named])
    assert {name[account]: numbers for account, numbers in before.items()} == after


def _numbers(standing: Standing) -> tuple[str, int, int]:
    return standing.status, standing.p_owner, standing.p_operator


@law
@given(held, judged, policies, accounts)
def test_whoever_is_taken_away_no_more_than_a_few_are_left_unreached(
    rows: set[tuple[str, str, str]], words: list[tuple[str, str, str]], policy: Policy, named: str
) -> None:
    """Without any one proposed account at most so many of the other proposed ones lose every tie to the named."""
    world_of(rows, words).load(ENGINE)
    parameters, policy = default_parameters(10), replace(policy, propose_at=400_000, ask_at=50_000)
    link_platform(ENGINE, parameters, policy)
    graph = platform_graph(ENGINE, (named,), parameters, policy)
    members = {s.account_id for s in expand(graph, parameters, policy) if s.status in ("named", "in")}
    weighings = weigh_pairs(graph, parameters)
    ties = [
        {pair.account_a, pair.account_b}
        for pair in graph.pairs
        if pair.judgement == "positive"
        or (pair.judgement is None and weighings[pair.account_a, pair.account_b].p_owner >= policy.propose_at)
    ]
    yes = {e for p in graph.pairs if p.judgement == "positive" for e in (p.account_a, p.account_b)}
    for taken in members - {named} - yes:
        left, reached = members - {taken}, {named}
        for _ in left:
            reached |= {end for tie in ties if tie & reached and tie <= left for end in tie}
        assert len(left - reached) <= policy.behind_one_max


@law
@given(held, accounts)
def test_nobody_is_proposed_on_access_or_plantable_evidence(
    rows: set[tuple[str, str, str]], named: str
) -> None:
    """With legal ids and e-mail struck from the world, no account is ever in."""
    bare = {row for row in rows if row[1] not in ("legal_id", "email")}
    world_of(bare, []).load(ENGINE)
    parameters, policy = default_parameters(10), Policy(propose_at=1, ask_at=1)
    link_platform(ENGINE, parameters, policy)
    graph = case_graph(ENGINE, (named,), parameters, policy)
    assert "in" not in {s.status for s in expand(graph, parameters, policy)}
