"""The promise holds in every seed, and every decision comes into force; without the protection it does not."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from debar.gate.protocol.answering import Answering
from simulation.scenarios import Play, Result

CHUNK = 50


def trouble(result: Result) -> bool:
    """Tell whether a run broke the promise, or came to no end."""
    return bool(result.violations or result.unfinished or result.asleep)


def check(first: int, count: int) -> None:
    """Play seeds and show those that went wrong."""
    results = [Play(seed).run() for seed in range(first, first + count)]
    assert [] == [(r.seed, r.violations[:1], r.unfinished, r.asleep) for r in results if trouble(r)]
    assert sum(len(result.history.sales) for result in results) > 5 * count, (
        "something is sold before the ban"
    )


def test_the_first_seeds_are_clean() -> None:
    """No sale after an apply has returned, and the ban is effective in all of them."""
    check(0, 25)


@pytest.mark.ci
@pytest.mark.parametrize("first", range(0, 500, CHUNK))
def test_five_hundred_seeds_are_clean(first: int) -> None:
    """The same for 500 seeds."""
    check(first, CHUNK)


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("first", range(0, 10_000, 500))
def test_ten_thousand_seeds_are_clean(first: int) -> None:
    """The same for 10,000 seeds."""
    check(first, 500)


def test_a_seed_gives_the_same_history_each_time() -> None:
    """Whatever a seed shows can be looked at again."""
    one, other = (Play(7).run() for _ in range(2))
    assert (one.history.sales, one.messages) == (other.history.sales, other.messages)


def test_without_leases_the_bug_is_there() -> None:
    """Gates that trust their copy for as long as they have it sell to who is banned: the simulation sees it."""
    with (
        patch.object(Answering, "usable", lambda _self, _now: True),
        patch.object(Answering, "_valid_until", lambda self, now: now + self.timing.valid_ns),
    ):
        broken = sum(bool(Play(seed).run().violations) for seed in range(60))
    assert broken >= 6
