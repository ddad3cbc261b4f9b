"""Exact bounds, checked against simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from debar.evidence.calibration import Reviewed
from debar.linking.assurance.bound import (
    PlannedPair,
    binomial_cdf,
    bound_of,
    clopper_pearson,
    unseen_at_most,
)


def reviewed(stratum: str, count: int, innocents: int, *, drawn: bool = True) -> Reviewed:
    """Return counts of one stratum."""
    return Reviewed(stratum=stratum, pairs=10_000, reviewed=count, innocents=innocents, drawn=drawn)


def pairs(stratum: str, count: int) -> tuple[PlannedPair, ...]:
    """Return hops with one account behind each."""
    return tuple(PlannedPair(stratum=stratum, accounts=frozenset({f"{stratum} {n}"})) for n in range(count))


def test_the_exact_interval_has_known_ends() -> None:
    """No success in n trials gives 1 - .025^(1/n); all successes mirror it; no trial tells nothing."""
    low, high = clopper_pearson(0, 100)
    assert [0.0, 1 - 0.025 ** (1 / 100)] == pytest.approx([low, high], abs=1e-9)
    assert [0.025 ** (1 / 100), 1.0] == pytest.approx(list(clopper_pearson(100, 100)), abs=1e-9)
    assert (0.0, 1.0) == clopper_pearson(0, 0)


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.3])
def test_the_exact_interval_covers_at_least_as_often_as_it_says(rate: float) -> None:
    """Summed over all outcomes of 60 trials, the true rate lies inside in 95 % or more."""
    inside = 0.0
    for found in range(61):
        low, high = clopper_pearson(found, 60)
        chance = binomial_cdf(found, 60, rate) - (binomial_cdf(found - 1, 60, rate) if found else 0)
        inside += chance * (low <= rate <= high)
    assert inside >= 0.95


@pytest.mark.parametrize("rate", [0.005, 0.02, 0.1, 0.5, 0.95])
@pytest.mark.parametrize(("seen", "planned"), [(20, 5), (80, 30), (5, 40)])
def test_the_count_of_unseen_innocents_is_kept_in_95_of_100_worlds(
    rate: float, seen: int, planned: int
) -> None:
    """Reviewed and planned pairs drawn from one population: the promise holds in at least 95 %, exactly summed."""
    kept = 0.0
    for found in range(seen + 1):
        chance = math.comb(seen, found) * rate**found * (1 - rate) ** (seen - found)
        kept += chance * binomial_cdf(unseen_at_most(found, seen, planned, 0.05), planned, rate)
    assert kept >= 0.95 - 1e-12


def test_the_bound_of_a_plan_over_several_strata_is_kept_in_95_of_100_worlds() -> None:
    """Two strata of different rates, 4,000 simulated worlds: the sum of innocents passes the bound in under 5 %."""
    rng = np.random.default_rng(7)
    rates, seen, planned = (0.02, 0.15), (60, 25), (20, 6)
    broken = 0
    cache: dict[tuple[int, ...], int] = {}
    for _ in range(4_000):
        found = tuple(int(rng.binomial(n, rate)) for n, rate in zip(seen, rates, strict=True))
        actual = sum(int(rng.binomial(m, rate)) for m, rate in zip(planned, rates, strict=True))
        if found not in cache:
            bound = bound_of(
                (*pairs("firm 7", planned[0]), *pairs("firm 6", planned[1])),
                (reviewed("firm 7", seen[0], found[0]), reviewed("firm 6", seen[1], found[1])),
                calibrated=True,
            )
            assert bound.at_most is not None
            cache[found] = bound.at_most
        broken += actual > cache[found]
    assert broken / 4_000 <= 0.05


def test_nothing_reviewed_is_nothing_promised() -> None:
    """With no reviewed pair of the plan's kind there is no bound, and the sentence says so."""
    bound = bound_of(pairs("firm 7", 3), (reviewed("soft 1", 50, 0),), calibrated=False)
    assert bound.at_most is None
    assert (
        "uncalibrated; no bound can be given: no pair of this kind was drawn by lot and reviewed;"
        " any of the 3 linked accounts may be innocent"
    ) == bound.sentence()


def test_what_reviewers_picked_themselves_bounds_nothing() -> None:
    """Only pairs drawn by lot count: reviewers look where they already know."""
    picked = (reviewed("firm 7", 500, 0, drawn=False),)
    assert bound_of(pairs("firm 7", 3), picked, calibrated=True).at_most is None


def test_a_kind_that_nobody_reviewed_counts_as_innocent() -> None:
    """Three accounts of a reviewed kind and two of another: the two are added whole."""
    known = bound_of(pairs("firm 7", 3), (reviewed("firm 7", 200, 0),), calibrated=True)
    both = bound_of(
        (*pairs("firm 7", 3), *pairs("firm 6", 2)), (reviewed("firm 7", 200, 0),), calibrated=True
    )
    assert known.at_most == 0
    assert both.at_most == 2
    assert ("firm 6",) == both.unreviewed


def test_a_wrong_hop_costs_every_account_behind_it() -> None:
    """One hop of two may be wrong: the one with the more accounts behind it is taken."""
    near = PlannedPair(stratum="firm 7", accounts=frozenset("abcde"))
    far = PlannedPair(stratum="firm 7", accounts=frozenset("e"))
    bound = bound_of((near, far), (reviewed("firm 7", 12, 0),), calibrated=True)
    assert unseen_at_most(0, 12, 2, 0.05) == 1
    assert bound.at_most == 5
    assert (
        "at most 5 innocents at 95 % among 5 linked accounts,"
        " from 12 reviewed pairs of the same kind (0 of them innocent)"
    ) == bound.sentence()


def test_a_plan_without_linked_accounts_needs_no_bound() -> None:
    """Nobody rests on a number: nothing is bounded, nothing is claimed."""
    bound = bound_of((), (), calibrated=False)
    assert (0, "uncalibrated; no linked account rests on a number, so there is nothing to bound") == (
        bound.at_most,
        bound.sentence(),
    )
