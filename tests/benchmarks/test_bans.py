from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from benchmarks.linking.bans import (
    Ban,
    FrontierPoint,
    ban_quality,
    draw_accounts,
    draw_subjects,
    found_at,
    frontier,
    innocents_at,
    name_each,
    named_quality,
)
from benchmarks.linking.metrics import BCubed
from benchmarks.linking.truth import truth_of_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

TRUTH = truth_of_rows(
    [
        {"account_id": "a0", "owner": "x"},
        {"account_id": "a1", "owner": "x"},
        {"account_id": "a2", "owner": "x", "covert": True},
        {"account_id": "b3", "owner": "y"},
        {"account_id": "b4", "owner": "y"},
        {"account_id": "c5", "owner": "z"},
        {"account_id": "c5", "owner": "w", "from_day": "2017-01-01"},
    ]
)
BANS = (
    Ban(named=0, standings={0: 1.0, 1: 0.9, 2: 0.4, 3: 0.8}),
    Ban(named=3, standings={4: 0.7, 5: 0.4}),
)


def test_a_ban_by_hand() -> None:
    """At .5: half of x and all of y found, one innocent in two bans, .1 + .2 and .3 expected."""
    got = ban_quality(BANS, TRUTH, 0.5)
    assert (got.found, got.innocents, got.clean) == (0.75, 0.5, 0.5)
    assert (got.found_of_all, got.found_overt, got.found_covert) == (2 / 3, 1, 0)
    assert got.innocents_predicted == pytest.approx((0.1 + 0.2 + 0.3) / 2)
    assert got.found_by_size == {"2": 1.0, "3-6": 0.5}


def test_an_account_taken_from_its_later_holder_is_an_innocent_and_is_told_apart() -> None:
    """At .4 the account that changed hands is swept in."""
    got = ban_quality(BANS, TRUTH, 0.4)
    assert (got.found, got.innocents, got.innocents_handed_over) == (1, 1, 0.5)


def test_naming_a_covert_account_makes_all_its_links_covert() -> None:
    """The owner hides behind the named account."""
    got = ban_quality([Ban(named=2, standings={0: 0.9})], TRUTH, 0.5)
    assert math.isnan(got.found_overt)
    assert got.found_covert == 0.5


def test_the_frontier_by_hand_and_as_the_bans_say_it() -> None:
    """One point a threshold, ties taken together, each equal to the bans measured there."""
    points = frontier(BANS, TRUTH)
    assert points == (
        FrontierPoint(threshold=0.9, found=0.25, innocents=0.0),
        FrontierPoint(threshold=0.8, found=0.25, innocents=0.5),
        FrontierPoint(threshold=0.7, found=0.75, innocents=0.5),
        FrontierPoint(threshold=0.4, found=1.0, innocents=1.0),
    )
    for point in points:
        got = ban_quality(BANS, TRUTH, point.threshold)
        assert (got.found, got.innocents) == (point.found, point.innocents)


def test_reading_the_frontier() -> None:
    """The most found at so many innocents, and the fewest innocents at so much found."""
    points = frontier(BANS, TRUTH)
    assert (found_at(points, 0.0), found_at(points, 0.5), found_at((), 1)) == (0.25, 0.75, 0)
    assert (innocents_at(points, 0.75), innocents_at(points, 1.1)) == (0.5, math.inf)


def test_subjects_are_owners_of_several_accounts_and_drawn_alike_each_time() -> None:
    """Two owners qualify; drawing fewer draws the first of them; another salt may name another account."""
    both = draw_subjects(TRUTH, 10, "1")
    assert {int(TRUTH.owners[one]) for one in both} == {int(TRUTH.owners[0]), int(TRUTH.owners[3])}
    assert draw_subjects(TRUTH, 1, "1") == both[:1]
    assert len({tuple(draw_subjects(TRUTH, 10, str(salt))) for salt in range(9)}) > 1


def test_naming_anybody_counts_who_is_taken_along() -> None:
    """A perfect method takes along exactly the owner's accounts; one that takes all has precision of chance."""

    def perfect(named: int) -> Mapping[int, float]:
        return {one: 1.0 for one in range(6) if TRUTH.owners[one] == TRUTH.owners[named]}

    drawn = draw_accounts(TRUTH, 6, "1")
    assert sorted(drawn) == list(range(6))
    got = named_quality(name_each(drawn, perfect), TRUTH, 0.5)
    assert (got.with_proposals, got.proposed) == (5, 8 / 6)
    assert got.b_cubed == BCubed(precision=1, recall=1)
    everybody = named_quality(name_each(drawn, lambda _: dict.fromkeys(range(6), 1.0)), TRUTH, 0.5)
    assert everybody.b_cubed.precision == pytest.approx((3 * 3 + 2 * 2 + 1) / 36)
