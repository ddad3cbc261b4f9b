from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from debar.linking.expand import hang_on_one

PLACES = "abcdefgh"

edges = st.sets(st.sampled_from(list(combinations(PLACES, 2))), max_size=14)


def reached(roots: set[str], ties: dict[str, list[str]], without: str = "") -> set[str]:
    """Return whom the roots reach without one account, by asking everybody."""
    found = set(roots)
    for _ in PLACES:
        found |= {end for one in found for end in ties.get(one, ()) if end != without}
    return found


@given(edges, st.sets(st.sampled_from(PLACES), min_size=1, max_size=3), st.integers(0, 4))
def test_who_hangs_on_one_is_who_is_lost_without_it(
    pairs: set[tuple[str, str]], roots: set[str], most: int
) -> None:
    """One search tells for all accounts what taking each away in turn tells."""
    ties: dict[str, list[str]] = {}
    for one, other in sorted(pairs):
        ties.setdefault(one, []).append(other)
        ties.setdefault(other, []).append(one)
    members = reached(roots, ties)
    expected: set[str] = set()
    for account in members - roots:
        behind = members - reached(roots, ties, account) - {account}
        expected |= behind if len(behind) > most else set()
    assert hang_on_one(roots, members, ties, most) == expected


def test_those_who_are_no_members_lend_no_second_way() -> None:
    """A way round the bridge over somebody who is not proposed does not count."""
    ties = {"a": ["b", "x"], "b": ["a", "c"], "c": ["b", "x"], "x": ["a", "c"]}
    assert hang_on_one({"a"}, {"a", "b", "c"}, ties, 0) == {"c"}
    assert hang_on_one({"a"}, {"a", "b", "c", "x"}, ties, 0) == frozenset()


def test_a_long_chain_needs_no_deep_recursion() -> None:
    """Ten thousand accounts in a row."""
    ties = {str(n): [str(n - 1), str(n + 1)] for n in range(10_000)}
    members = {str(n) for n in range(10_000)}
    assert len(hang_on_one({"0"}, members, ties, 1)) == 9_998
