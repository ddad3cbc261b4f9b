"""Which tied pairs become a group."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from debar.retrospect.groups.gathering import gather

names = st.sampled_from("abcdefgh")
pairs = st.tuples(names, names).filter(lambda pair: pair[0] < pair[1])


@given(st.dictionaries(pairs, st.floats(0.0, 0.2)))
def test_most_pairs_of_a_group_are_tied_and_nobody_is_in_two(ties: dict[tuple[str, str], float]) -> None:
    """In any group more than half of the pairs are ties, however they are spread."""
    groups = gather(ties)
    members = [account for group in groups for account in group]
    assert len(members) == len(set(members))
    for group in groups:
        inside = list(combinations(group, 2))
        assert 2 * sum(pair in ties for pair in inside) > len(inside)


def test_a_hub_joins_nobody_to_nobody() -> None:
    """Ten strangers tied to one account are one pair, not eleven accounts: the bridge is no owner."""
    hub = {("a-hub", f"b-{number}"): 0.001 + number / 1000 for number in range(10)}
    assert gather(hub) == (("a-hub", "b-0"),)


def test_two_groups_with_one_bridge_stay_two() -> None:
    """One tie across two groups of three is one of nine pairs: weak or strong, it joins and tears nothing."""
    ties = dict.fromkeys([*combinations("abc", 2), *combinations("xyz", 2)], 0.001)
    for rate in (0.01, 0.0001):
        assert gather({**ties, ("c", "x"): rate}) == (("a", "b", "c"), ("x", "y", "z"))


def test_nothing_tied_is_no_group() -> None:
    """No ties, no groups."""
    assert gather({}) == ()
