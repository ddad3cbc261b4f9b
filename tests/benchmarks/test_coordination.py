from __future__ import annotations

from collections import Counter

from benchmarks.coordination import Share, connected, coordinated_pairs, pairs_within, weigh
from benchmarks.groups import quality, similar


def share(account: str, number: int, *, text: str = "x", seconds: float = 0.0) -> Share:
    return Share(object_id=text, account_id=account, content_id=f"{account}{number}", seconds=seconds)


def test_a_match_is_one_object_of_two_accounts_within_the_window() -> None:
    """Own repetitions, other objects and what is a second too late are no match; both ends of a window count."""
    shares = [share("a", 1), share("a", 2, seconds=1), share("b", 1, seconds=10), share("b", 2, seconds=12)]
    assert weigh(shares, window_seconds=10) == {("a", "b"): 2}
    assert weigh([share("a", 1), share("a", 2)], window_seconds=10) == {}
    apart = [share("a", 1), share("a", 2, text="y"), share("b", 1, text="z"), share("b", 2, text="w")]
    assert weigh(apart, window_seconds=10) == {}


def test_who_took_part_once_is_left_out_unless_the_other_did_more() -> None:
    """One content in all is too few; one matched content is enough beside an account with two."""
    assert weigh([share("a", 1), share("b", 1)], window_seconds=10) == {}
    once_each = [share("a", 1), share("a", 2, text="own"), share("b", 1), share("b", 2, text="other")]
    assert weigh(once_each, window_seconds=10) == {}
    twice = [share("a", 1), share("a", 2), share("b", 1), share("b", 2, text="other")]
    assert weigh(twice, window_seconds=10) == {("a", "b"): 2}


def test_the_network_is_what_lies_above_the_quantile_not_on_it() -> None:
    """Where all weights are equal nothing is above the median; no weights are no error."""
    assert coordinated_pairs(Counter({("a", "b"): 2, ("c", "d"): 2}), edge_quantile=0.5) == {}
    assert coordinated_pairs(Counter({("a", "b"): 2, ("c", "d"): 1}), edge_quantile=0.5) == {("a", "b"): 2}
    assert coordinated_pairs(Counter(), edge_quantile=0.5) == {}


def test_groups_are_the_connected_parts() -> None:
    """A chain is one part; every pair within a part is said."""
    parts = connected({("a", "b"), ("b", "c"), ("x", "y")})
    assert parts == [("a", "b", "c"), ("x", "y")]
    assert pairs_within(parts) == {("a", "b"), ("a", "c"), ("b", "c"), ("x", "y")}


def test_similar_texts_are_one_object() -> None:
    """One word of twenty changed is a variant; half of them changed is another text."""
    words = [f"w{number}" for number in range(20)]
    text = " ".join(words)
    variant, other = " ".join([*words[:-1], "new"]), " ".join([*words[:10], *("n" * 9).split(), "end"])
    assert similar(frozenset({text, variant, other})) == {text: variant, variant: variant}


def test_quality_counts_groups_pairs_and_pages() -> None:
    """One right group, one false one: half of the groups, of the pairs, and B-cubed over the known pages."""
    labels = {("a", "b"): True, ("a", "c"): False, ("a", "d"): False}
    labels |= {("b", "c"): False, ("b", "d"): False}
    found = quality([("a", "b"), ("c", "d")], labels)
    assert (found.groups, found.groups_false, found.said, found.right) == (1, 0, 1, 1)
    assert found.b_cubed == (1.0, 1.0)
    wrong = quality([("a", "c"), ("b", "d")], labels)
    assert (wrong.groups, wrong.groups_false, wrong.said, wrong.right) == (2, 2, 2, 0)
    assert wrong.b_cubed == (0.5, 0.5)
