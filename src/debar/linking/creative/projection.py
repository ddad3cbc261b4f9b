"""Which accounts share more values than chance explains: a validated projection.

Law: the null model keeps, on average, how many values each account holds and how many accounts hold each
value, and is otherwise as random as can be. It depends on these counts alone, so a platform of any size is
fitted through its distinct counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from debar.linking.creative.significance import discrete_false_discovery_rates, log_tail, round_up

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from debar.linking.creative.significance import Floats

ROUNDS_MAX: Final = 5_000
TOLERANCE: Final = 1e-9
"""Largest relative change of a fitted factor in the last round."""

EXACT_DEGREES: Final = 100
"""Accounts with more values than this are taken together with others whose count is within a few percent."""

CLUMP_ROUNDS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """The bipartite configuration model of accounts and values, by classes of equal counts.

    Args:
        classes: Degree (values an account holds) to the number of its class.
        degrees: Mean degree of each class.
        accounts: How many accounts each class has.
        chances: P(an account of the class holds a value of the crowd), classes x crowds.
        expected: Expected number of shared values of two accounts, classes x classes, rounded up a little.
    """

    classes: Mapping[int, int]
    degrees: Floats
    accounts: Floats
    chances: Floats
    expected: Floats

    def pairs(self) -> Floats:
        """Return how many account pairs fall into each two classes; the lower triangle is empty."""
        pairs = np.triu(np.outer(self.accounts, self.accounts), 1)
        np.fill_diagonal(pairs, self.accounts * (self.accounts - 1) / 2)
        return pairs


def fit(account_degrees: Mapping[int, int], value_crowds: Mapping[int, int]) -> Projection:
    """Fit the model of maximal entropy whose expected degrees and crowds are the observed ones.

    An account i holds a value v with probability x_i y_v / (1 + x_i y_v), independently of all else.

    Args:
        account_degrees: Number of values held to the number of accounts that hold so many.
        value_crowds: Number of holders to the number of values that have so many; values with one
            holder belong here too: they are what an account does not share.

    Raises:
        AssertionError: The two sides do not count the same holdings.

    Source: F. Saracco, R. Di Clemente, A. Gabrielli, T. Squartini, "Randomizing bipartite networks: the
    case of the World Trade Web", Scientific Reports 5 (2015); the fixed-point recipe: N. Vallarano et al.,
    "Fast and scalable likelihood maximization for exponential random graph models", ibid. 11 (2021).
    """
    classes, degrees, accounts = _degree_classes(account_degrees)
    crowds = np.array(sorted(value_crowds), dtype=np.float64)
    values = np.array([value_crowds[int(crowd)] for crowd in crowds], dtype=np.float64)
    holdings = float(degrees @ accounts)
    assert abs(holdings - float(crowds @ values)) < 0.5, "both sides count the same holdings"
    x, y = degrees / np.sqrt(holdings), crowds / np.sqrt(holdings)
    for _ in range(ROUNDS_MAX):
        new_x = degrees / ((y * values) / (1 + np.outer(x, y))).sum(axis=1)
        new_y = crowds / ((new_x * accounts)[:, None] / (1 + np.outer(new_x, y))).sum(axis=0)
        change = max(np.abs(new_x / x - 1).max(), np.abs(new_y / y - 1).max())
        x, y = new_x, new_y
        if change < TOLERANCE:
            break
    chances = np.outer(x, y) / (1 + np.outer(x, y))
    shared = crowds >= 2
    expected = (chances * values)[:, shared] @ chances[:, shared].T
    if shared.any():
        expected = round_up(expected)
    return Projection(classes=classes, degrees=degrees, accounts=accounts, chances=chances, expected=expected)


def _degree_classes(account_degrees: Mapping[int, int]) -> tuple[dict[int, int], Floats, Floats]:
    """Return degree to class, and each class's mean degree and number of accounts."""
    classes: dict[int, int] = {}
    totals: list[list[float]] = []
    for degree in sorted(account_degrees):
        begins = degree if degree < EXACT_DEGREES else float(f"{degree:.1e}")  # two digits
        if not totals or totals[-1][2] != begins:
            totals.append([0.0, 0.0, begins])
        totals[-1][0] += degree * account_degrees[degree]
        totals[-1][1] += account_degrees[degree]
        classes[degree] = len(totals) - 1
    accounts = np.array([count for _, count, _ in totals])
    return classes, np.array([total for total, _, _ in totals]) / accounts, accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Pairs of accounts that look the same to the model.

    Args:
        degree_a: How many values the one holds.
        degree_b: How many values the other holds.
        shared: How many they share, at least one.
        pairs: How many pairs are so.
    """

    degree_a: int
    degree_b: int
    shared: int
    pairs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the model says of pairs that look the same.

    Args:
        expected: How many values they would share by chance.
        log_p: ln of the chance to share at least as many.
        rate: False discovery rate of taking all pairs that are at least as surprising.
    """

    expected: float
    log_p: float
    rate: float


def judge(projection: Projection, seen: Sequence[Seen], *, clumped: bool = False) -> tuple[Verdict, ...]:
    """Say how surprising what pairs share is.

    Args:
        projection: Of the same accounts and values.
        seen: All pairs that share anything.
        clumped: Whether values come together (words of one text), so that each counts for less.
    """
    if not seen:
        return ()
    first = [projection.classes[one.degree_a] for one in seen]
    second = [projection.classes[one.degree_b] for one in seen]
    means = projection.expected[first, second]
    shared = np.array([one.shared for one in seen], dtype=np.float64)
    weights = np.array([one.pairs for one in seen], dtype=np.float64)
    clump = clump_size(projection, shared, weights, means) if clumped else 1.0
    log_p = log_tail(shared / clump, means / clump)
    rates = discrete_false_discovery_rates(
        log_p,
        weights,
        means=projection.expected.ravel(),
        hypotheses=projection.pairs().ravel(),
        clump=clump,
    )
    return tuple(
        Verdict(expected=float(mean), log_p=float(one), rate=float(rate))
        for mean, one, rate in zip(means, log_p, rates, strict=True)
    )


def clump_size(projection: Projection, shared: Floats, weights: Floats, means: Floats) -> float:
    """Return how many shared values come together: variance over mean, at least one.

    Two words of one text are not two coincidences. If coincidences come in clumps of k values, the counts
    vary k times more than the Poisson law says, and a count is as surprising as a k-th of it. The clump is
    measured on the platform's own pairs, nearly all of which are unrelated; pairs that stand out are left
    out, so that a group that copies cannot raise the bar for itself. That makes the measure a little too
    small: the second chance, :mod:`debar.linking.creative.resemblance`, is the one that guarantees.

    Source: D. Aldous, "Probability Approximations via the Poisson Clumping Heuristic" (1989); measuring
    the null on the bulk: B. Efron, "Large-scale simultaneous hypothesis testing", JASA 99 (2004).
    """
    pairs = projection.pairs()
    total = float((pairs * projection.expected).sum())
    nothing_shared = float((pairs * projection.expected**2).sum())
    excess = weights * (shared**2 - 2 * shared * means)
    clump = 1.0
    for _ in range(CLUMP_ROUNDS):
        plain = log_tail(shared / clump, means / clump) > -np.log(pairs.sum())
        clump = max(1.0, (float(excess[plain].sum()) + nothing_shared) / total)
    return clump
