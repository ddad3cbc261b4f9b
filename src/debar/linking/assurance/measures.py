"""How good probabilities are: log loss, Brier score, calibration error, innocents predicted over actual.

Law: whoever calls says on which pairs the probabilities were fitted; these must be others. Pairs count with
their sampling weight, so that two hundred reviews speak for a whole platform.
Source: Brier (1950); Naeini, Cooper and Hauskrecht (2015) for the expected calibration error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from debar.linking.assurance.bound import clopper_pearson

if TYPE_CHECKING:
    from numpy.typing import NDArray

EDGES: Final = (0.0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
"""Edges of the bins; the last one is closed."""

THRESHOLDS: Final = (0.5, 0.8, 0.9, 0.95, 0.99)
"""Where predicted innocents are set against actual ones."""

RATIO_LOW: Final = 0.5
RATIO_HIGH: Final = 2.0
"""Predicted over actual innocents must lie between these."""

LEAST: Final = 1e-6
"""No probability is surer than a millionth, here as in a score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Pairs of like probability.

    Args:
        low: Lower edge.
        high: Upper edge.
        reviewed: Reviewed pairs in it.
        weight: Pairs of the platform that they stand for.
        predicted: Their mean probability, weighted.
        actual: Share of one owner among them, weighted.
    """

    low: float
    high: float
    reviewed: int
    weight: float
    predicted: float
    actual: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Innocents:
    """Predicted and actual innocents among the pairs from a threshold on.

    Args:
        threshold: Least probability.
        reviewed: Reviewed pairs there.
        found: Innocents among them, unweighted.
        predicted: Innocent pairs that the probabilities expect on the platform.
        actual: Innocent pairs that the reviews show, weighted.
    """

    threshold: float
    reviewed: int
    found: int
    predicted: float
    actual: float

    @property
    def ratio(self) -> float | None:
        """Predicted over actual; None where no innocent was seen."""
        return self.predicted / self.actual if self.actual > 0 else None

    @property
    def interval(self) -> tuple[float, float]:
        """Return between which ratios the truth lies at 95 %, from the exact interval of the share.

        The weighted share is taken to err by the factor of the unweighted one; infinite without innocents.
        """
        if not self.found:
            return 0.0, math.inf
        low, high = clopper_pearson(self.found, self.reviewed)
        seen = self.found / self.reviewed
        ratio = self.predicted / self.actual
        return ratio * seen / high, ratio * seen / low

    @property
    def holds(self) -> bool | None:
        """Whether the ratio lies between :data:`RATIO_LOW` and :data:`RATIO_HIGH`.

        None where it lies outside and yet may lie inside: too few innocents were seen to tell.
        """
        if self.ratio is not None and RATIO_LOW <= self.ratio <= RATIO_HIGH:
            return True
        low, high = self.interval
        return None if low <= RATIO_HIGH and high >= RATIO_LOW else False


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """All measures of one set of probabilities.

    Args:
        reviewed: Reviewed pairs.
        log_loss: Mean, in nats, weighted.
        brier: Mean squared error, weighted.
        calibration_error: Expected calibration error, weighted by pairs of the platform.
        calibration_error_drawn: The same with every reviewed pair counting once: the far tail, which holds
            nearly all pairs and few doubts, does not hide the rest.
        bins: Where there are pairs.
        innocents: At each of :data:`THRESHOLDS`.
    """

    reviewed: int
    log_loss: float
    brier: float
    calibration_error: float
    calibration_error_drawn: float
    bins: tuple[Bin, ...]
    innocents: tuple[Innocents, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the measures as a JSON object, rounded."""
        return {
            "reviewed": self.reviewed,
            "log_loss": round(self.log_loss, 6),
            "brier": round(self.brier, 6),
            "calibration_error": round(self.calibration_error, 6),
            "calibration_error_drawn": round(self.calibration_error_drawn, 6),
            "bins": [
                {
                    "low": b.low,
                    "high": b.high,
                    "reviewed": b.reviewed,
                    "pairs": round(b.weight, 1),
                    "predicted": round(b.predicted, 6),
                    "actual": round(b.actual, 6),
                }
                for b in self.bins
            ],
            "innocents": [
                {
                    "from": i.threshold,
                    "reviewed": i.reviewed,
                    "found": i.found,
                    "predicted": round(i.predicted, 3),
                    "actual": round(i.actual, 3),
                    "ratio": None if i.ratio is None else round(i.ratio, 3),
                    "interval": [round(end, 3) if math.isfinite(end) else None for end in i.interval],
                    "holds": i.holds,
                }
                for i in self.innocents
            ],
        }


def quality(
    probabilities: NDArray[np.float64], same: NDArray[np.bool_], weights: NDArray[np.float64]
) -> Quality:
    """Measure probabilities against answers.

    Args:
        probabilities: Of one owner, one a pair.
        same: Whether it is one owner.
        weights: Pairs of the platform that each stands for, above zero.

    Raises:
        ValueError: There is no pair.
    """
    if not len(probabilities):
        raise ValueError("there is nothing to measure")
    p = np.clip(probabilities, LEAST, 1 - LEAST)
    loss = -np.where(same, np.log(p), np.log1p(-p))
    return Quality(
        reviewed=len(p),
        log_loss=float(np.average(loss, weights=weights)),
        brier=float(np.average((p - same) ** 2, weights=weights)),
        calibration_error=_calibration_error(bins_of(p, same, weights)),
        calibration_error_drawn=_calibration_error(bins_of(p, same, np.ones_like(p))),
        bins=bins_of(p, same, weights),
        innocents=tuple(_innocents(p, same, weights, threshold) for threshold in THRESHOLDS),
    )


def bins_of(p: NDArray[np.float64], same: NDArray[np.bool_], weights: NDArray[np.float64]) -> tuple[Bin, ...]:
    """Sort pairs into the bins of :data:`EDGES`; empty bins are left out."""
    place = np.clip(np.searchsorted(EDGES, p, side="right") - 1, 0, len(EDGES) - 2)
    found = []
    for number in range(len(EDGES) - 1):
        inside = place == number
        if inside.any():
            found.append(
                Bin(
                    low=EDGES[number],
                    high=EDGES[number + 1],
                    reviewed=int(inside.sum()),
                    weight=float(weights[inside].sum()),
                    predicted=float(np.average(p[inside], weights=weights[inside])),
                    actual=float(np.average(same[inside], weights=weights[inside])),
                )
            )
    return tuple(found)


def _calibration_error(bins: tuple[Bin, ...]) -> float:
    total = sum(b.weight for b in bins)
    return sum(b.weight * abs(b.predicted - b.actual) for b in bins) / total


def _innocents(
    p: NDArray[np.float64], same: NDArray[np.bool_], weights: NDArray[np.float64], threshold: float
) -> Innocents:
    inside = p >= threshold
    return Innocents(
        threshold=threshold,
        reviewed=int(inside.sum()),
        found=int((inside & ~same).sum()),
        predicted=float((weights * (1 - p))[inside].sum()),
        actual=float((weights * ~same)[inside].sum()),
    )
