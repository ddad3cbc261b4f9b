"""A logistic regression on what a pair is reduced to: the most that labels get out of the same codes.

Law: it reads the codes that the product weighs and nothing else. Each code has a coefficient, so have its
parts, and so has each combination of what two families say, because the product's latent relations are a way
of telling combinations apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from debar.evidence.parameters import CODES, CROWD_BUCKETS, GRADES, ROLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

RIDGE: Final = 5.0
"""Each coefficient is expected at zero, with a variance of one in so many."""

STEPS: Final = 50
NEAR: Final = 1e-3
"""Newton's steps end when no coefficient moves by more."""

STEP_MAX: Final = 2.0
"""No step moves a coefficient further: from afar Newton's method would overshoot."""

BUCKETS: Final = len(CROWD_BUCKETS) + 1
STATES: Final = 2 + 2 * len(ROLES)
"""What a family says in short: not known, nothing shared, or strength and role of what is shared."""


def categories(codes: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Yield the categorical columns of some pairs, each of small whole numbers.

    Args:
        codes: One row a pair, one column a family (:data:`debar.evidence.parameters.CODES`).
    """
    states = []
    for code in codes.T:
        shared = code >= 2
        kinds_less_one, grade = np.divmod(np.maximum(code - 2, 0), GRADES)
        weak, rest = np.divmod(grade, BUCKETS * len(ROLES))
        bucket, role = np.divmod(rest, len(ROLES))
        yield code
        for part in (kinds_less_one, weak * BUCKETS + bucket, weak * len(ROLES) + role):
            yield np.where(shared, 1 + part, 0)
        states.append(np.where(shared, 2 + weak * len(ROLES) + role, code))
    for place, one in enumerate(states):
        for other in states[:place]:
            yield one * STATES + other


@dataclass(frozen=True, slots=True, kw_only=True)
class Logistic:
    """A fitted regression.

    Args:
        start: Log odds of a pair before anything is known.
        tables: One a column of :func:`categories`: category to its coefficient; zero where none was seen.
    """

    start: float
    tables: tuple[NDArray[np.float64], ...]

    def predict(self, codes: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return each pair's probability of one owner."""
        score = np.full(len(codes), self.start)
        for table, column in zip(self.tables, categories(codes), strict=True):
            score += table[column]
        return _probability(score)


def fit(codes: NDArray[np.int64], same: NDArray[np.bool_]) -> Logistic:
    """Fit by Newton's method on the distinct rows of codes.

    Args:
        codes: One row a pair, one column a family.
        same: Whether each pair has one owner; both answers must occur.
    """
    rows, place = np.unique(codes, axis=0, return_inverse=True)
    pairs = np.bincount(place.reshape(-1)).astype(np.float64)
    true = np.bincount(place.reshape(-1), same).astype(np.float64)
    columns = list(categories(rows))
    seen = [np.unique(column) for column in columns]
    ends = np.cumsum([len(values) for values in seen])
    design = np.zeros((len(rows), int(ends[-1])), dtype=np.float32)
    for column, values, end in zip(columns, seen, ends, strict=True):
        design[np.arange(len(rows)), np.searchsorted(values, column) + end - len(values)] = 1
    start = float(np.log(true.sum() / (pairs.sum() - true.sum())))
    found = _newton(design, pairs, true, start)
    tables = []
    for values, end in zip(seen, ends, strict=True):
        table = np.zeros(max(CODES, STATES**2))
        table[values] = found[end - len(values) : end]
        tables.append(table)
    return Logistic(start=start, tables=tuple(tables))


def _probability(score: NDArray[np.float64]) -> NDArray[np.float64]:
    result: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(score, -60, 60)))
    return result


def _newton(
    design: NDArray[np.float32], pairs: NDArray[np.float64], true: NDArray[np.float64], start: float
) -> NDArray[np.float64]:
    found = np.zeros(design.shape[1])
    for _ in range(STEPS):
        p = _probability(start + design @ found)
        slope = design.T @ (pairs * p - true) + RIDGE * found
        weight = np.maximum(pairs * p * (1 - p), 1e-6).astype(np.float32)
        curve = (design.T @ (design * weight[:, None])).astype(np.float64)
        curve[np.diag_indices_from(curve)] += RIDGE
        step = np.linalg.solve(curve, slope)
        found -= step * min(1.0, STEP_MAX / max(np.abs(step).max(), NEAR))
        if np.abs(step).max() < NEAR:
            break
    return found
