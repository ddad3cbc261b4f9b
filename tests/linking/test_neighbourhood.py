from __future__ import annotations

import pytest

from debar.linking.links import link_platform
from debar.linking.neighbourhood import case_graph, pair_graph
from debar.model.policy import Policy
from debar.model.problem import EXIT_REFUSED, DebarError
from debar.stores.duckdb_engine import DuckEngine
from linking_worlds import World, crowded_world

POLICY = Policy()


def test_the_ring_shows_who_was_left_out_and_carries_no_evidence_among_them() -> None:
    """Clients of the owner's agency are in the graph with their hop to the owner, not with each other's."""
    world = crowded_world(background=100)
    graph = case_graph(world.load(DuckEngine(threads=1)), ("owner-0",), world.parameters(), POLICY)
    assert {"client-1", "client-2", "owner-3", "lone-50"} <= set(graph.accounts)
    assert graph.pair("client-1", "owner-3") is not None
    assert graph.pair("client-1", "client-2") is None
    assert "lone-90" not in graph.accounts
    assert len(world.accounts) == graph.accounts_count
    assert graph.named == ("owner-0",)
    assert graph.agencies == frozenset({"agency"})


def test_an_unknown_named_account_is_refused() -> None:
    """DBR-L001 says which account the platform does not have."""
    world = crowded_world(background=2)
    with pytest.raises(DebarError, match="nobody") as caught:
        case_graph(world.load(DuckEngine(threads=1)), ("owner-0", "nobody"), world.parameters(), POLICY)
    assert (caught.value.code, caught.value.exit_code) == ("DBR-L001", EXIT_REFUSED)


def test_a_case_that_nobody_could_review_is_refused() -> None:
    """DBR-L002: more accounts than the limit stand around the named ones."""
    world = crowded_world(background=40)
    engine = world.load(DuckEngine(threads=1))
    with pytest.raises(DebarError, match="more than 20") as caught:
        case_graph(engine, ("owner-0",), world.parameters(), POLICY, accounts_max=20)
    assert (caught.value.code, caught.value.exit_code) == ("DBR-L002", EXIT_REFUSED)


def test_the_platform_is_linked_again_when_the_cap_changes() -> None:
    """Links of another crowd cap are not taken for the ones that are asked for."""
    world = World()
    for account in "abc":
        world.account(account, legal_id="X")
    engine = world.load(DuckEngine(threads=1))
    link_platform(engine, world.parameters(), Policy(crowd_cap=2))
    assert case_graph(engine, ("a",), world.parameters(), Policy(crowd_cap=2)).accounts == ("a",)
    assert case_graph(engine, ("a",), world.parameters(), POLICY).accounts == ("a", "b", "c")


def test_strangers_have_a_graph_too() -> None:
    """Two accounts that share nothing are one pair that knows what both have."""
    world = World()
    world.account("a", card="1", ip=["cafe", "x"])
    world.account("b", card="2", ip=["cafe", "y"])
    engine = world.load(DuckEngine(threads=1))
    link_platform(engine, world.parameters(), Policy(crowd_cap=1))
    (pair,) = pair_graph(engine, "b", "a", Policy(crowd_cap=1)).pairs
    assert (pair.account_a, pair.account_b, pair.shared, pair.known_to_both) == ("a", "b", {}, ())
