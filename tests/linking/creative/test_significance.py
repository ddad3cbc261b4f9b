from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from debar.linking.creative.significance import (
    discrete_false_discovery_rates,
    false_discovery_rates,
    log_tail,
    round_up,
)


def poisson_tail(count: int, mean: float) -> float:
    """Add the tail up from its terms."""
    return math.fsum(
        math.exp(n * math.log(mean) - mean - math.lgamma(n + 1)) for n in range(count, count + 400)
    )


@given(st.integers(1, 60), st.floats(1e-6, 50))
def test_the_tail_is_the_sum_of_its_terms(count: int, mean: float) -> None:
    """Above the mean the tail is exact; at or below it the answer is 1."""
    (got,) = np.exp(log_tail(np.array([float(count)]), np.array([mean])))
    expected = poisson_tail(count, mean) if count > mean else 1.0
    assert expected == pytest.approx(got, rel=1e-9)


def test_a_tail_beyond_every_float_is_still_told_by_its_logarithm() -> None:
    """P(X >= 500) for mean .01 is about 10^-2135."""
    (got,) = log_tail(np.array([500.0]), np.array([0.01]))
    assert 500 * math.log(0.01) - 0.01 - math.lgamma(501) == pytest.approx(got, rel=1e-6)


def test_a_sum_of_unequal_trials_is_no_more_surprising_than_the_tail_says() -> None:
    """The Poisson tail bounds the exact tail of independent trials, from the mean plus one on."""
    chances = [0.5, 0.3, 0.2, 0.1, 0.05, 0.05, 0.01] * 3
    exact = np.ones(1)
    for chance in chances:
        exact = np.convolve(exact, [1 - chance, chance])
    for count in range(math.ceil(sum(chances)) + 1, len(chances)):
        bound = math.exp(log_tail(np.array([float(count)]), np.array([sum(chances)]))[0])
        assert exact[count:].sum() <= bound


def test_rates_are_those_of_the_step_up_rule() -> None:
    """Five hypotheses of ten were seen: q is the least of m p / k from here on."""
    p = np.array([0.001, 0.008, 0.039, 0.041, 0.2])
    expected = [0.01, 0.04, 0.1025, 0.1025, 0.4]
    assert expected == pytest.approx(false_discovery_rates(np.log(p), np.ones(5), 10).tolist())


def test_equal_p_values_have_one_rate_whatever_their_order() -> None:
    """Classes of equal p-values count together."""
    rates = false_discovery_rates(np.log([0.01, 0.01, 0.5]), np.array([1.0, 3.0, 1.0]), 10)
    assert [0.025, 0.025, 1.0] == pytest.approx(rates.tolist())


def test_what_cannot_be_seen_below_a_threshold_is_not_counted_there() -> None:
    """A million pairs that chance lets share one value at .001 do not spoil the pair that shares three."""
    means = round_up(np.array([0.001]))
    log_p = log_tail(np.array([1.0, 3.0]), np.repeat(means, 2))
    rates = discrete_false_discovery_rates(
        log_p, np.array([900.0, 1.0]), means=means, hypotheses=np.array([1e6])
    )
    assert 1e6 * math.exp(log_p[1]) == pytest.approx(rates[1])
    assert 1.0 == rates[0]


def test_all_that_can_be_seen_at_a_threshold_is_counted_there() -> None:
    """If every pair seen shares one value, as many are expected as the model gives pairs and chance."""
    means = round_up(np.array([1e-4]))
    log_p = log_tail(np.array([1.0]), means)
    rates = discrete_false_discovery_rates(log_p, np.array([400.0]), means=means, hypotheses=np.array([1e6]))
    assert [1e6 * math.exp(log_p[0]) / 400] == pytest.approx(rates.tolist())


def test_rates_hold_on_pure_chance() -> None:
    """Of 200 platforms of pure chance at most a few have any pair below a rate of .05."""
    chance = np.random.default_rng(7)
    means = round_up(10 ** chance.uniform(-3, 0, 5000))
    alarms = 0
    for _ in range(200):
        counts = chance.poisson(means)
        seen = counts > 0
        log_p = log_tail(counts[seen].astype(float), means[seen])
        rates = discrete_false_discovery_rates(
            log_p, np.ones(log_p.shape), means=means, hypotheses=np.ones(means.shape)
        )
        alarms += bool((rates <= 0.05).any())
    assert alarms <= 0.05 * 200 + 3 * math.sqrt(0.05 * 0.95 * 200)


def test_means_are_rounded_up_and_little() -> None:
    """No mean becomes smaller, none grows by five percent."""
    means = 10 ** np.linspace(-8, 3, 1000)
    growth = round_up(means) / means
    assert growth.min() >= 1 - 1e-9
    assert growth.max() < 1.05
