from __future__ import annotations

import pytest

from debar.sample.draws import Draws


def test_first_draws_never_change() -> None:
    """A seed and a name give these numbers on every machine and with every NumPy, or no world is the same."""
    draws = Draws(2017, "example")
    assert [draws.below(1000) for _ in range(5)] == [818, 428, 153, 502, 86]


def test_streams_are_apart() -> None:
    """Streams of two names, or two seeds, differ."""
    one, other, third = Draws(1, "a"), Draws(1, "b"), Draws(2, "a")
    assert len({one.bits(), other.bits(), third.bits()}) == 3


@pytest.mark.parametrize("bound", [1, 2, 7, 1000, 1 << 32])
def test_below_stays_below(bound: int) -> None:
    """A draw below a bound is at least zero and less than the bound."""
    draws = Draws(5, "bounds")
    assert all(0 <= draws.below(bound) < bound for _ in range(500))


def test_sample_has_no_item_twice() -> None:
    """A sample has different items, and no more than there are."""
    draws = Draws(5, "sample")
    assert len(set(draws.sample(range(50), 20))) == 20
    assert sorted(draws.sample("abc", 9)) == ["a", "b", "c"]


def test_letters_hold_no_digit() -> None:
    """Drawn letters have no digit, so that none can be taken for a card number."""
    draws = Draws(5, "letters")
    assert all(draws.letters().isalpha() for _ in range(200))


def test_chances_are_what_they_say() -> None:
    """Three hundred in a thousand come out near three hundred in a thousand."""
    draws = Draws(5, "chance")
    assert 2_700 < sum(draws.chance(300) for _ in range(10_000)) < 3_300
