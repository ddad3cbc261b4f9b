"""In how many ways an account comes in that share no fact."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

from case_graphs import PARAMETERS, a_case, a_policy
from debar.briefs.striking import Strikes
from debar.console.case.mistakes import WAYS_MAX, ways
from debar.linking.expand import expand
from debar.linking.graph import CaseGraph, Fact, GraphPair
from debar.model.policy import Policy


def by_hand(graph: CaseGraph, policy: Policy, account: str) -> int:
    """Strike all that the hops of the path share, expand everything, and look again."""
    struck: frozenset[str] = frozenset()
    wanted = {"named", "in"}
    for number in range(WAYS_MAX):
        found = {s.account_id: s for s in expand(graph, PARAMETERS, policy, without=struck)}[account]
        if number == 0 and found.status not in wanted:
            wanted = {"named", "in", "ask"}
        if found.status not in wanted or not found.path:
            return number
        pairs = [graph.pair(hop.start, hop.end) for hop in found.path]
        path = {fact for pair in pairs if pair is not None for fact in pair.shared} - struck
        if not path:
            return number + 1
        struck |= path
    return WAYS_MAX


def test_ways_are_counted_until_the_account_is_out() -> None:
    """Each way is struck whole before the next is looked for."""
    dice = random.Random(1)
    counts = set()
    for _ in range(120):
        graph, policy = a_case(dice), a_policy(dice)
        strikes = Strikes(graph, PARAMETERS, policy)
        asked = [a for a, status in strikes.statuses.items() if status in ("in", "ask")]
        view: Any = SimpleNamespace(strikes=strikes, evidence=SimpleNamespace(graph=graph))
        found = ways(view, asked)
        assert found == {account: by_hand(graph, policy, account) for account in asked}
        counts |= set(found.values())
    assert {1, 2} <= counts, "some come in by one way, others by more"


def test_three_ways_are_three() -> None:
    """Directly, over one account, and over another: each strike leaves the next."""
    ties = (("a", "x"), ("a", "m"), ("m", "x"), ("a", "n"), ("n", "x"))
    facts = {f"legal_id:{one}{other}": (one, other) for one, other in ties}
    graph = CaseGraph(
        named=("a",),
        accounts=("a", "m", "n", "x"),
        agencies=frozenset(),
        facts={
            fact_id: Fact(fact_id=fact_id, kind="legal_id", family="legal", shown=fact_id, crowd=2)
            for fact_id in facts
        },
        pairs=tuple(
            GraphPair(
                account_a=one, account_b=other, shared={fact_id: "independent"}, known_to_both=("legal",)
            )
            for fact_id, (one, other) in sorted(facts.items(), key=lambda item: item[1])
        ),
    )
    view: Any = SimpleNamespace(
        strikes=Strikes(graph, PARAMETERS, Policy()), evidence=SimpleNamespace(graph=graph)
    )
    assert ways(view, ["x", "m"]) == {"x": 3, "m": by_hand(graph, Policy(), "m")}
