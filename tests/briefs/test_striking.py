"""What a strike changes, followed from the struck facts alone, is what expanding the whole case says."""

from __future__ import annotations

import random

import pytest

from case_graphs import PARAMETERS, a_case, a_policy
from debar.briefs.striking import Strikes
from debar.linking.expand import expand


@pytest.mark.parametrize("seed", range(40))
def test_a_strike_says_what_a_whole_expansion_says(seed: int) -> None:
    """Every fact alone, and some together, on cases of chains and crowds, under several thresholds."""
    dice = random.Random(seed)
    changes = 0
    for _ in range(8):
        graph = a_case(dice)
        policy = a_policy(dice)
        facts = sorted(graph.facts)
        without = frozenset(dice.sample(facts, dice.randint(0, 1)))
        strikes = Strikes(graph, PARAMETERS, policy, without=without)
        together = [frozenset(dice.sample(facts, dice.randint(1, len(facts)))) for _ in range(5)]
        for struck in [*(frozenset({fact}) for fact in facts), *together]:
            expected = expand(graph, PARAMETERS, policy, without=without | struck)
            changed = strikes.changed(struck)
            changes += len(changed)
            assert {**strikes.statuses, **changed} == {s.account_id: s.status for s in expected}
            assert all(strikes.statuses[account] != status for account, status in changed.items())
            assert strikes.standings_without(struck) == expected
    assert changes, "something hangs on a fact"
