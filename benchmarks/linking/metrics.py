"""How good scored pairs and clusters are, against the true owners.

Law: every pair of one owner counts, scored or not; what a method does not score, it misses. Ties are never
broken in a method's favour: pairs of equal probability stand or fall together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from benchmarks.linking.truth import Truth

CLIP: Final = 1e-6
"""Probabilities are held this far from 0 and 1 in the log loss; an unscored pair counts as this."""

THRESHOLDS: Final = (0.1, 0.3, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999)
"""Where precision and recall are read off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredPairs:
    """Pairs that a method scored, each once.

    Args:
        a: Account numbers.
        b: Account numbers, each greater than its ``a``.
        p: Probability (0 to 1) that both have one owner; for a method that knows none, a score that orders.
    """

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    p: NDArray[np.float64]

    @classmethod
    def of(cls, a: ArrayLike, b: ArrayLike, p: ArrayLike) -> ScoredPairs:
        """Order each pair; of a pair given twice the higher probability counts."""
        first, second = np.asarray(a, dtype=np.int64), np.asarray(b, dtype=np.int64)
        score = np.asarray(p, dtype=np.float64)
        low, high = np.minimum(first, second), np.maximum(first, second)
        order = np.lexsort((-score, high, low))
        low, high, score = low[order], high[order], score[order]
        new = np.ones(len(low), dtype=np.bool_)
        new[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
        return cls(a=low[new], b=high[new], p=score[new])


def average_precision(p: ArrayLike, is_true: ArrayLike, true_count: int) -> float:
    """Return the area under precision over recall, stepwise, over *all* true pairs.

    The sum over the distinct probabilities, from the highest down, of (gain in recall) x (precision there).
    Recall is out of ``true_count``, so a true pair that was not scored is never gained.

    Args:
        p: Probabilities of the scored pairs.
        is_true: Whether each has one owner.
        true_count: Pairs with one owner, scored or not. Where there is none, the answer is nan.

    Example:
        >>> average_precision([0.9, 0.8, 0.7], [True, False, True], 4)
        0.4166666666666667
    """
    if true_count == 0:
        return float("nan")
    _, hits, all_of_them = _steps(p, is_true)
    gained = np.diff(hits, prepend=0) / true_count
    return float((gained * hits / all_of_them).sum())


def _steps(
    p: ArrayLike, is_true: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct probabilities downwards, with true and all pairs at or above each."""
    score, true = np.asarray(p, dtype=np.float64), np.asarray(is_true, dtype=np.bool_)
    order = np.argsort(-score, kind="stable")
    score, true = score[order], true[order]
    last = np.flatnonzero(np.append(score[1:] != score[:-1], True)) if len(score) else np.zeros(0, np.int64)
    return score[last], np.cumsum(true, dtype=np.int64)[last], (last + 1).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtThreshold:
    """What comes of taking the pairs from a probability on.

    Args:
        threshold: The least probability.
        pairs: Pairs taken.
        precision: Share of them with one owner; nan where none is taken.
        recall: Share of all pairs with one owner that are taken.
        innocents_predicted: Sum of 1 - p over the pairs taken: how many wrong ones the method expects.
        innocents_actual: Wrong pairs taken.
    """

    threshold: float
    pairs: int
    precision: float
    recall: float
    innocents_predicted: float
    innocents_actual: int


def at_threshold(p: ArrayLike, is_true: ArrayLike, true_count: int, threshold: float) -> AtThreshold:
    """Return precision and recall at a threshold."""
    score, true = np.asarray(p, dtype=np.float64), np.asarray(is_true, dtype=np.bool_)
    taken = score >= threshold
    pairs, hits = int(taken.sum()), int((taken & true).sum())
    return AtThreshold(
        threshold=threshold,
        pairs=pairs,
        precision=ratio(hits, pairs),
        recall=ratio(hits, true_count),
        innocents_predicted=float((1 - score[taken]).sum()),
        innocents_actual=pairs - hits,
    )


def ratio(part: float, whole: float) -> float:
    """Divide; nan where there is nothing to divide by."""
    return part / whole if whole else float("nan")


def recall_at_precision(p: ArrayLike, is_true: ArrayLike, true_count: int, least: float) -> float:
    """Return the highest recall that some threshold reaches at a precision of at least ``least``."""
    _, hits, all_of_them = _steps(p, is_true)
    fine = hits / all_of_them >= least
    return ratio(float(hits[fine].max(initial=0)), true_count)


def log_loss(p: ArrayLike, is_true: ArrayLike) -> float:
    """Return the mean log loss (nats) over the scored pairs, probabilities held within ``CLIP``."""
    score = np.clip(np.asarray(p, dtype=np.float64), CLIP, 1 - CLIP)
    true = np.asarray(is_true, dtype=np.bool_)
    return float(-np.log(np.where(true, score, 1 - score)).mean()) if len(score) else float("nan")


def log_loss_of_all(p: ArrayLike, is_true: ArrayLike, *, true_count: int, pairs_count: int) -> float:
    """Return the log loss over all pairs of the platform, in nats a true pair.

    Unlike :func:`log_loss` it can be compared between methods that score different pairs: a pair that was not
    scored counts with the probability ``CLIP``.

    Args:
        p: Probabilities of the scored pairs.
        is_true: Whether each has one owner.
        true_count: Pairs with one owner, scored or not.
        pairs_count: All pairs, N (N - 1) / 2.
    """
    true = np.asarray(is_true, dtype=np.bool_)
    missed = true_count - int(true.sum())
    rest = pairs_count - len(true) - missed
    scored = log_loss(p, true) * len(true) if len(true) else 0.0
    return ratio(scored - missed * float(np.log(CLIP)) - rest * float(np.log1p(-CLIP)), true_count)


def brier(p: ArrayLike, is_true: ArrayLike) -> float:
    """Return the mean squared error of the probabilities over the scored pairs."""
    score, true = np.asarray(p, dtype=np.float64), np.asarray(is_true, dtype=np.float64)
    return float(((score - true) ** 2).mean()) if len(score) else float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """One bar of a reliability plot: pairs whose probability lies in [low, high)."""

    low: float
    high: float
    pairs: int
    p_mean: float
    true_share: float


def reliability(p: ArrayLike, is_true: ArrayLike, bins: int = 10, at_least: float = 0.0) -> tuple[Bin, ...]:
    """Return the bins of equal width that hold a pair; the last one holds 1 as well.

    Args:
        p: Probabilities.
        is_true: Whether each pair has one owner.
        bins: Number of bins between 0 and 1.
        at_least: Pairs below are left out: most scored pairs are plainly nothing, and would hide the rest.
    """
    score, true = np.asarray(p, dtype=np.float64), np.asarray(is_true, dtype=np.float64)
    kept = score >= at_least
    score, true = score[kept], true[kept]
    place = np.minimum((score * bins).astype(np.int64), bins - 1)
    counts = np.bincount(place, minlength=bins)
    p_sum, true_sum = np.bincount(place, score, bins), np.bincount(place, true, bins)
    return tuple(
        Bin(
            low=i / bins,
            high=(i + 1) / bins,
            pairs=int(counts[i]),
            p_mean=float(p_sum[i] / counts[i]),
            true_share=float(true_sum[i] / counts[i]),
        )
        for i in range(bins)
        if counts[i]
    )


def expected_calibration_error(bins: Sequence[Bin]) -> float:
    """Return the mean distance of stated and true share over the bins, weighted by their pairs.

    Example:
        >>> expected_calibration_error(reliability([0.9, 0.9], [True, False]))
        0.4
    """
    return ratio(
        sum(one.pairs * abs(one.p_mean - one.true_share) for one in bins), sum(one.pairs for one in bins)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BCubed:
    """B-cubed precision, recall and their harmonic mean. Source: Bagga and Baldwin, 1998."""

    precision: float
    recall: float

    @property
    def f(self) -> float:
        """Return the harmonic mean."""
        return ratio(2 * self.precision * self.recall, self.precision + self.recall)


def b_cubed(clusters: ArrayLike, owners: ArrayLike) -> BCubed:
    """Compare a clustering with the owners, each account counting once.

    Args:
        clusters: Account number to a cluster number; every account is in one cluster.
        owners: Account number to an owner number.

    Example:
        >>> b_cubed([0, 0, 1], [0, 0, 0])
        BCubed(precision=1.0, recall=0.5555555555555556)
    """
    found, meant = np.asarray(clusters, dtype=np.int64), np.asarray(owners, dtype=np.int64)
    cells, places = np.unique(np.stack([found, meant]), axis=1, return_inverse=True)
    both = np.bincount(places.reshape(-1)).astype(np.float64)
    squares = both**2
    return BCubed(
        precision=float((squares / np.bincount(found)[cells[0]]).sum() / len(found)),
        recall=float((squares / np.bincount(meant)[cells[1]]).sum() / len(found)),
    )


def components(count: int, a: ArrayLike, b: ArrayLike) -> NDArray[np.int64]:
    """Return the cluster number of each account when all given pairs are joined: the least account in it.

    Args:
        count: Number of accounts.
        a: One end of each pair.
        b: The other end.
    """
    label = np.arange(count, dtype=np.int64)
    left, right = np.asarray(a, dtype=np.int64), np.asarray(b, dtype=np.int64)
    while True:
        one, other = label[left], label[right]
        apart = one != other
        if not apart.any():
            return label
        left, right, one, other = left[apart], right[apart], one[apart], other[apart]
        np.minimum.at(label, np.maximum(one, other), np.minimum(one, other))
        while not np.array_equal(label, label[label]):
            label = label[label]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairQuality:
    """Everything that is said about scored pairs.

    Args:
        accounts: Accounts of the platform.
        true_pairs: Pairs with one owner.
        scored_pairs: Pairs that the method scored.
        scored_true_pairs: Of those, the ones with one owner.
        average_precision: See :func:`average_precision`.
        covert_average_precision: The same where a true pair counts only if its owner hides behind an end, and
            overt true pairs are left out.
        log_loss: Over the scored pairs.
        log_loss_of_all: Over all pairs, in nats a true pair.
        brier: Over the scored pairs.
        calibration_error: Expected calibration error over the scored pairs.
        calibration_error_decided: The same over pairs from a probability of .1 on.
        recall_at_95: Highest recall at a precision of .95.
        thresholds: Precision and recall, threshold by threshold.
        bins: The reliability plot, pairs from .01 on.
        b_cubed: Threshold to B-cubed of the closure over the pairs from it on.
    """

    accounts: int
    true_pairs: int
    scored_pairs: int
    scored_true_pairs: int
    average_precision: float
    covert_average_precision: float
    log_loss: float
    log_loss_of_all: float
    brier: float
    calibration_error: float
    calibration_error_decided: float
    recall_at_95: float
    thresholds: tuple[AtThreshold, ...]
    bins: tuple[Bin, ...]
    b_cubed: dict[float, BCubed]


def pair_quality(pairs: ScoredPairs, truth: Truth, thresholds: Sequence[float] = THRESHOLDS) -> PairQuality:
    """Measure scored pairs against the truth."""
    count = len(truth.accounts)
    true, true_count = truth.same_owner(pairs.a, pairs.b), truth.true_pairs_count()
    hidden = truth.covert[pairs.a] | truth.covert[pairs.b]
    asked = ~true | hidden
    return PairQuality(
        accounts=count,
        true_pairs=true_count,
        scored_pairs=len(pairs.p),
        scored_true_pairs=int(true.sum()),
        average_precision=average_precision(pairs.p, true, true_count),
        covert_average_precision=average_precision(pairs.p[asked], true[asked], covert_pairs_count(truth)),
        log_loss=log_loss(pairs.p, true),
        log_loss_of_all=log_loss_of_all(
            pairs.p, true, true_count=true_count, pairs_count=count * (count - 1) // 2
        ),
        brier=brier(pairs.p, true),
        calibration_error=expected_calibration_error(reliability(pairs.p, true)),
        calibration_error_decided=expected_calibration_error(reliability(pairs.p, true, at_least=0.1)),
        recall_at_95=recall_at_precision(pairs.p, true, true_count, 0.95),
        thresholds=tuple(at_threshold(pairs.p, true, true_count, t) for t in thresholds),
        bins=reliability(pairs.p, true, at_least=0.01),
        b_cubed={t: _closure_quality(pairs, truth, t) for t in thresholds},
    )


def covert_pairs_count(truth: Truth) -> int:
    """Return the number of pairs with one owner that hides behind at least one of the two."""
    open_sizes = np.bincount(truth.owners[~truth.covert])
    return truth.true_pairs_count() - int((open_sizes * (open_sizes - 1) // 2).sum())


def _closure_quality(pairs: ScoredPairs, truth: Truth, threshold: float) -> BCubed:
    taken = pairs.p >= threshold
    return b_cubed(components(len(truth.accounts), pairs.a[taken], pairs.b[taken]), truth.owners)
