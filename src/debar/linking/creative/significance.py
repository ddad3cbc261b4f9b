"""How surprising a count is, and how many of the surprising ones chance alone would make.

Law: a p-value here is never too small for its model: means are rounded up, tails are those of the Poisson
law, which above its mean bounds that of any sum of independent trials with the same mean.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

TERMS_MAX: Final = 100_000
"""A tail whose series needs more terms is that of a count far below its mean: it is no surprise."""

MEANS_PER_DECADE: Final = 50
"""Means are rounded up to one of this many steps a decade, at most by 4.7 %."""

SAME: Final = 1e-9
"""ln of p-values that differ by less are the same."""

_log_gamma = np.frompyfunc(math.lgamma, 1, 1)


def log_gamma(values: Floats) -> Floats:
    """Return ln of the gamma function, element by element."""
    return np.asarray(_log_gamma(values), dtype=np.float64)


def log_tail(counts: Floats, means: Floats) -> Floats:
    """Return ln P(X >= count) for Poisson X; counts between whole numbers are interpolated smoothly.

    The tail is the regularised lower incomplete gamma function P(count, mean), summed by its series.
    For sums of independent trials of unequal chances (co-occurrences in the configuration model) it is an
    upper bound where the count is at least the mean plus one.

    Args:
        counts: Observed counts, above 0.
        means: Expected counts, above 0; same shape.

    Source: W. Hoeffding, "On the distribution of the number of successes in independent trials",
    Annals of Mathematical Statistics 27 (1956); the series is DLMF 8.11.4.

    Example:
        >>> bool(abs(log_tail(np.array([1.0]), np.array([0.5]))[0] - np.log(1 - np.exp(-0.5))) < 1e-12)
        True
    """
    assert (counts > 0).all(), "a tail is asked for what was seen"
    assert (means > 0).all(), "what was seen was possible"
    logs = np.zeros(counts.shape)
    above = counts > means  # below its mean a count is no surprise, and the series is long
    n, mean = counts[above], means[above]
    total = np.ones(n.shape)
    term = np.ones(n.shape)
    for step in range(1, TERMS_MAX):
        term = term * mean / (n + step)
        total += term
        if not term.size or float((term / total).max()) < 1e-16:
            break
    logs[above] = np.minimum(0.0, -mean + n * np.log(mean) - log_gamma(n + 1) + np.log(total))
    return logs


def round_up(means: Floats) -> Floats:
    """Round means up to steps of a few percent, so that a platform has few different ones.

    Example:
        >>> round_up(np.array([1.0, 1.01])).round(4).tolist()
        [1.0, 1.0471]
    """
    steps = np.ceil(np.log10(means) * MEANS_PER_DECADE - SAME)
    rounded: Floats = 10 ** (steps / MEANS_PER_DECADE)
    return rounded


def false_discovery_rates(log_p: Floats, weights: Floats, hypotheses_count: float) -> Floats:
    """Return the false discovery rate of taking everything that is at least as surprising.

    The step-up rule of Benjamini and Hochberg, as q-values.

    Args:
        log_p: ln of p-values, one a class of equal ones.
        weights: How many were seen of each class.
        hypotheses_count: Of how many that could have been seen.

    Source: Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate", Journal of the Royal
    Statistical Society B 57 (1995).

    Example:
        >>> [round(float(q), 4) for q in false_discovery_rates(np.log([0.001, 0.02]), np.ones(2), 10)]
        [0.01, 0.1]
    """
    return _rates(log_p, weights, hypotheses_count * np.exp(np.sort(log_p)))


def discrete_false_discovery_rates(
    log_p: Floats, weights: Floats, *, means: Floats, hypotheses: Floats, clump: float = 1.0
) -> Floats:
    """Return the false discovery rate where only few p-values are possible.

    A pair that can share one value at most by chance has p-values with wide gaps: below the p-value of
    "one shared" there is only that of "two shared". Counting for each pair the largest p-value that it
    can take below a threshold, instead of the threshold itself, costs no honesty and gains much power.

    Args:
        log_p: ln of p-values seen, one a class of equal ones.
        weights: How many pairs were seen of each class.
        means: Expected counts of all pairs that could have been seen, in classes, as :func:`round_up` gives
            them; ``log_p`` was told from such means too.
        hypotheses: How many pairs each of these classes has.
        clump: How many counts come together, see :func:`clump_size`.

    Source: J. F. Heyse, "A false discovery rate procedure for categorical data", in: Recent Advances in
    Biostatistics (2011).
    """
    levels = np.sort(log_p)
    different, place = np.unique(means, return_inverse=True)
    expected = np.zeros(levels.shape)
    for mean, pairs in zip(different, np.bincount(place, weights=hypotheses), strict=True):
        expected += pairs * _attained(levels, float(mean), clump)
    return _rates(log_p, weights, expected)


def _attained(levels: Floats, mean: float, clump: float) -> Floats:
    """Return for each level (ln) the chance that a pair of this mean comes out at or below it."""
    tails = [0.0]
    while tails[-1] > levels[0] - SAME:
        counts = np.arange(len(tails), 2 * len(tails) + 64, dtype=np.float64) / clump
        tails.extend(log_tail(counts, np.full(counts.shape, mean / clump)).tolist())
    falling = np.asarray(tails)
    first = np.searchsorted(-falling, -levels - SAME)  # the least count whose tail is at or below the level
    chances: Floats = np.exp(falling[first])
    return chances


def _rates(log_p: Floats, weights: Floats, expected: Floats) -> Floats:
    """Return expected over seen at each level, never falling towards the less surprising."""
    order = np.argsort(log_p, kind="stable")
    levels = log_p[order]
    last = np.searchsorted(levels, levels + SAME, side="right") - 1
    seen = np.cumsum(weights[order])[last]
    rates = np.minimum(1.0, expected / seen)
    rates = np.minimum.accumulate(rates[::-1])[::-1]
    back: Floats = np.empty(log_p.shape)
    back[order] = rates
    return back
