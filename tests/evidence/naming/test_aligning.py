from __future__ import annotations

import pytest

from debar.evidence.naming.aligning import align, tells, word_likeness
from debar.evidence.naming.rarity import shipped_rarity


@pytest.mark.parametrize(
    ("x", "y", "alike"),
    [
        ("zhurava", "zhurava", 1000),
        ("gazprom", "gasprom", 858),
        ("bob", "robert", 900),
        ("bob", "bill", 0),
        ("chris", "tina", 0),
        ("j", "jane", 600),
        ("j", "olena", 0),
        ("rtr", "rtv", 0),
        ("2021", "2022", 0),
        ("ahl10x", "ahl100x", 0),
        ("sech1n", "sechin", 834),
        ("casteen", "chaston", 0),
        ("sergejus", "sergey", 0),
        ("schneider", "shnayder", 800),
    ],
)
def test_likeness_of_words(x: str, y: str, alike: int) -> None:
    """Slips are few for the length, short forms are of one name, and numbers are numbers."""
    assert (alike, alike) == (word_likeness(x, y), word_likeness(y, x))


def test_a_word_agrees_with_one_word() -> None:
    """A word said twice by one name finds one partner; the other counts as nothing more."""
    twice = align(("sergey", "sergey", "shoigu"), ("sergey", "shoigu"), shipped_rarity())
    assert (("sergey",), 0) == (twice.rest, twice.differing_millibits)


def test_a_repeated_word_stands_against_another() -> None:
    """Where the other name has a word of its own, a repeated word is no slip."""
    found = align(("osman", "zhurava", "osman"), ("osman", "zhurava", "tamsin"), shipped_rarity())
    assert found.opposed


def test_a_seat_is_no_branch() -> None:
    """Doemark "for Ohio" runs there; Doemark "of Ohio" is a branch."""
    rarity = shipped_rarity()
    branch = [align(("doemark", word, "ohio"), ("doemark",), rarity).branch for word in ("for", "of")]
    assert [False, True] == branch


def test_offices_and_years_tell_little() -> None:
    """At most two bits, however rare they are among companies' names."""
    rarity = shipped_rarity()
    assert (2_000, 2_000, 12_000) == (
        tells("congresswoman", rarity),
        tells("2022", rarity),
        tells("zhurava", rarity),
    )
