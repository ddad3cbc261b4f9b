"""How many ties are taken at a false discovery rate of groups."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from debar.linking.creative.significance import false_discovery_rates
from debar.retrospect.groups.choosing import choose, united
from debar.retrospect.groups.gathering import gather

names = st.sampled_from("abcdefgh")
pairs = st.tuples(names, names).filter(lambda pair: pair[0] < pair[1])
found = st.dictionaries(
    st.sampled_from(("copy", "word", "launch")), st.dictionaries(pairs, st.floats(1e-9, 0.2), min_size=1)
)


@given(found, st.floats(0.001, 0.2))
def test_ties_that_chance_would_make_are_few_beside_the_groups(
    ties: dict[str, dict[tuple[str, str], float]], rate: float
) -> None:
    """Of each signal's ties chance makes at most a third of the rate times the groups; nothing is invented."""
    taken = choose(ties, rate, signals_count=3)
    groups = len(gather(united(taken)))
    for signal, kept in taken.items():
        assert kept.items() <= ties[signal].items()
        assert max(kept.values(), default=0.0) * len(kept) <= rate / 3 * groups
        if kept:
            assert {pair for pair, its in ties[signal].items() if its <= max(kept.values())} == set(kept)


def test_a_large_group_buys_no_false_ones() -> None:
    """Forty-five sure ties of one group leave room, among ties, for two false ones; among groups for none."""
    sure = dict.fromkeys(combinations("abcdefghij", 2), 1e-6)
    doubtful = {("x", "y"): 0.04, ("v", "w"): 0.04}
    assert choose({"copy": {**sure, **doubtful}}, 0.05, signals_count=1) == {"copy": sure}


def test_the_share_of_false_groups_is_the_stated_one_and_that_of_ties_would_be_more() -> None:
    """Over 300 draws of uniform p-values beside one sure group: groups keep to the rate, plain ties do not."""
    chance = np.random.default_rng(7)
    sure = dict.fromkeys(combinations("abcdefghij", 2), 1e-6)
    strangers = [(f"m{number}", f"n{number}") for number in range(400)]
    shares: dict[str, list[float]] = {"groups": [], "ties": []}
    for _ in range(300):
        log_p = np.log(np.concatenate([np.full(len(sure), 1e-9), chance.uniform(size=len(strangers))]))
        rates = false_discovery_rates(log_p, np.ones(log_p.shape), len(log_p)).tolist()
        ties = dict(zip([*sure, *strangers], rates, strict=True))
        plain = {pair: its for pair, its in ties.items() if its <= 0.2}
        chosen = choose({"copy": plain}, 0.2, signals_count=1)["copy"]
        for name, taken in (("groups", chosen), ("ties", plain)):
            groups = gather(taken)
            shares[name].append(sum(group[0].startswith("m") for group in groups) / max(len(groups), 1))
    assert float(np.mean(shares["groups"])) <= 0.2
    assert float(np.mean(shares["ties"])) > 0.4


def test_signals_that_found_nothing_count_too() -> None:
    """A tie that is one in thirty by chance is none where three signals had their chance."""
    ties = {"copy": {("a", "b"): 0.03}}
    assert choose(ties, 0.05, signals_count=1) == ties
    assert choose(ties, 0.05, signals_count=3) == {"copy": {}}


def test_nothing_found_is_nothing_chosen() -> None:
    """No signals, no ties."""
    assert choose({}, 0.05, signals_count=0) == {}
