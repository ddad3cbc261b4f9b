"""Calibrate: from a few hundred reviewed pairs to a correction of every probability.

Law: with few labels the correction is the identity. All figures are cross-fitted, in folds that share no
account, on the frozen whole numbers that will be used.

The correction is a logistic regression whose starting point is the uncalibrated log odds. Its coefficients
are for standardised features and have a ridge; the offset has a wide normal prior. The strength of the
ridge is chosen by cross-validation inside the pairs that are fitted on, "no correction" among the choices.
Answers are not weighted in the fit: a pair's chance to be drawn depends on its score alone, which the
regression knows, so weights would add variance and take away no bias; they count in every measure.
Source: Hoerl and Kennard (1970) for the ridge; Pfeffermann (1993) for when sampling weights may be left out
of a fit.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from debar.evidence.calibration import (
    COEFFICIENT_UNIT,
    FEATURES,
    LOG_ODDS_MAX,
    MILLION,
    RAISE_MAX,
    Calibration,
    features_of,
    identity,
)
from debar.linking.assurance.measures import Quality, quality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from debar.evidence.calibration import Reviewed
    from debar.linking.assurance.labels import LabelledPair

LABELS_MIN: Final = 50
"""Fewer answers calibrate nothing."""

EACH_MIN: Final = 8
"""With fewer answers of either kind only the offset is fitted."""

OFFSET_ONLY: Final = 1e9
"""A ridge that leaves nothing but the offset."""

RIDGES: Final = (math.inf, 100.0, 30.0, 10.0, 3.0)
"""Strengths that are tried, the strongest first; infinite: the identity."""

OFFSET_SD: Final = 3.0
"""Standard deviation, in nats, of what is expected of the offset before any label."""

FOLDS: Final = 10
INNER_FOLDS: Final = 5
NEWTON_STEPS: Final = 30
BIT: Final = math.log(2.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Labelled pairs as arrays.

    Args:
        features: One row a pair, one column a feature of :data:`FEATURES`; whole numbers.
        start: Uncalibrated log odds, in nats.
        same: The answers.
        weights: Pairs of the platform that each stands for.
        groups: Pairs of one group share an account, or hang together through others.
    """

    features: NDArray[np.int64]
    start: NDArray[np.float64]
    same: NDArray[np.bool_]
    weights: NDArray[np.float64]
    groups: NDArray[np.int64]

    def some(self, which: NDArray[np.bool_]) -> Answers:
        """Return some of the pairs."""
        return Answers(
            features=self.features[which],
            start=self.start[which],
            same=self.same[which],
            weights=self.weights[which],
            groups=self.groups[which],
        )

    def ridges(self) -> tuple[float, ...]:
        """Return the strengths that these answers allow; none where they calibrate nothing."""
        if len(self.same) < LABELS_MIN:
            return ()
        positives = int(self.same.sum())
        fewer = min(positives, len(self.same) - positives)
        return RIDGES if fewer >= EACH_MIN else (math.inf, OFFSET_ONLY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """A correction and what it is worth.

    Args:
        calibration: The frozen correction, fitted on all labels.
        ridge: The strength that was chosen; infinite: the identity.
        before: Measures of the uncalibrated probabilities.
        after: Measures of corrected ones, each corrected without the labels of its fold.
        positives: Labels of one owner.
        groups: Sets of labels that share no account with each other.
    """

    calibration: Calibration
    ridge: float
    before: Quality
    after: Quality
    positives: int
    groups: int

    def as_json(self) -> dict[str, Any]:
        """Return all of it as a JSON object."""
        return {
            "fitted": self.calibration.fitted,
            "labels": self.calibration.labels,
            "positives": self.positives,
            "groups": self.groups,
            "ridge": None if math.isinf(self.ridge) else self.ridge,
            "before": self.before.as_json(),
            "after": self.after.as_json(),
            "reviews": [review.as_json() for review in self.calibration.reviews],
        }


def calibrate(labelled: Sequence[LabelledPair], reviews: tuple[Reviewed, ...] = ()) -> Calibrated:
    """Fit the correction and measure it.

    Args:
        labelled: Reviewed pairs with their scores; at least one.
        reviews: Counts by stratum, kept with the correction.

    Raises:
        ValueError: There is no pair.
    """
    answers = answers_of(labelled)
    before = quality(_sigmoid(answers.start), answers.same, answers.weights)
    ridge, calibration = fit(answers, reviews)
    after = before
    if calibration.fitted:
        crossed = _sigmoid(answers.start)
        for fold in folds(answers.groups, FOLDS):
            _, without = fit(answers.some(~fold))
            crossed[fold] = corrected(without, answers.some(fold))
        after = quality(crossed, answers.same, answers.weights)
    return Calibrated(
        calibration=calibration,
        ridge=ridge,
        before=before,
        after=after,
        positives=int(answers.same.sum()),
        groups=len(np.unique(answers.groups)),
    )


def answers_of(labelled: Sequence[LabelledPair]) -> Answers:
    """Turn labelled pairs into arrays."""
    features = np.array([features_of(pair.weighing) for pair in labelled], dtype=np.int64)
    features = features.reshape(len(labelled), len(FEATURES))
    return Answers(
        features=features,
        start=features[:, 0] / 1000 * BIT,
        same=np.array([pair.label.same for pair in labelled], dtype=np.bool_),
        weights=np.array([pair.weight for pair in labelled], dtype=np.float64),
        groups=_groups([(pair.label.account_a, pair.label.account_b) for pair in labelled]),
    )


def _groups(pairs: Sequence[tuple[str, str]]) -> NDArray[np.int64]:
    """Number the pairs so that those hanging together through accounts have one number."""
    above: dict[str, str] = {}

    def top(account: str) -> str:
        while above.setdefault(account, account) != account:
            above[account] = above[above[account]]
            account = above[account]
        return account

    for a, b in pairs:
        first, second = sorted((top(a), top(b)))
        above[second] = first
    tops = [top(a) for a, _ in pairs]
    numbers = {account: number for number, account in enumerate(sorted(set(tops)))}
    return np.array([numbers[account] for account in tops], dtype=np.int64)


def folds(groups: NDArray[np.int64], count: int) -> list[NDArray[np.bool_]]:
    """Part pairs into folds that share no group: the largest groups first, each to the emptiest fold.

    Groups of one size go in an order that is drawn by hash, so that neighbours in the sample part.
    """
    numbers, sizes = np.unique(groups, return_counts=True)
    order = sorted(
        zip(numbers.tolist(), sizes.tolist(), strict=True),
        key=lambda item: (-item[1], hashlib.sha256(str(item[0]).encode()).digest()),
    )
    filled = [0] * count
    fold_of = {}
    for number, size in order:
        emptiest = filled.index(min(filled))
        fold_of[number] = emptiest
        filled[emptiest] += size
    places = np.array([fold_of[number] for number in groups.tolist()], dtype=np.int64)
    return [places == fold for fold in range(count) if filled[fold]]


def fit(answers: Answers, reviews: tuple[Reviewed, ...] = ()) -> tuple[float, Calibration]:
    """Choose the ridge inside these answers, fit, and freeze."""
    ridges = answers.ridges()
    if not ridges:
        return math.inf, identity(labels=len(answers.same), reviews=reviews)
    losses = np.array([_held_out_losses(answers, ridge) for ridge in ridges])
    means = losses.mean(axis=1)
    ridge = ridges[int(means.argmin())]
    return ridge, _frozen(answers, ridge, reviews)


def _held_out_losses(answers: Answers, ridge: float) -> NDArray[np.float64]:
    losses = np.zeros(len(answers.same))
    for fold in folds(answers.groups, INNER_FOLDS):
        p = corrected(_frozen(answers.some(~fold), ridge, ()), answers.some(fold))
        losses[fold] = -np.log(np.where(answers.same[fold], p, 1 - p))
    return losses


def _frozen(answers: Answers, ridge: float, reviews: tuple[Reviewed, ...]) -> Calibration:
    """Fit with one ridge and write the correction in whole numbers, for features as they come."""
    if math.isinf(ridge):
        offset, slopes = 0.0, np.zeros(len(FEATURES))
    else:
        offset, slopes = _newton(answers, ridge)
    return Calibration(
        fitted=True,
        labels=len(answers.same),
        offset_millibits=round(1000 * offset / BIT),
        coefficients=tuple(round(COEFFICIENT_UNIT * slope) for slope in slopes.tolist()),
        lows=tuple(answers.features.min(axis=0).tolist()),
        highs=tuple(answers.features.max(axis=0).tolist()),
        reviews=reviews,
    )


def _newton(answers: Answers, ridge: float) -> tuple[float, NDArray[np.float64]]:
    """Return offset (nats) and slopes (nats a nat, for features in bits) at the penalised optimum."""
    raw = answers.features / 1000 * BIT
    mean, sd = raw.mean(axis=0), raw.std(axis=0)
    varies = answers.features.min(axis=0) < answers.features.max(axis=0)
    scaled = (raw[:, varies] - mean[varies]) / sd[varies]
    design = np.hstack([np.ones((len(raw), 1)), scaled])
    penalty = np.diag([OFFSET_SD**-2, *[ridge] * int(varies.sum())])
    beta = np.zeros(design.shape[1])
    for _ in range(NEWTON_STEPS):
        p = _sigmoid(answers.start + design @ beta)
        slope = design.T @ (answers.same - p) - penalty @ beta
        curve = design.T @ (design * (p * (1 - p))[:, None]) + penalty
        step = np.linalg.solve(curve, slope)
        beta += step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        if float(np.abs(step).max()) < 1e-9:
            break
    slopes = np.zeros(raw.shape[1])
    slopes[varies] = beta[1:] / sd[varies]
    return float(beta[0] - slopes @ mean), slopes


def corrected(calibration: Calibration, answers: Answers) -> NDArray[np.float64]:
    """Return what :meth:`Calibration.apply` gives each pair, as probabilities."""
    clamped = np.clip(answers.features, calibration.lows, calibration.highs)
    total = clamped @ np.array(calibration.coefficients, dtype=np.int64) // COEFFICIENT_UNIT
    score = answers.features[:, 0] + np.minimum(RAISE_MAX, calibration.offset_millibits + total)
    p = _sigmoid(np.clip(score, -LOG_ODDS_MAX, LOG_ODDS_MAX) / 1000 * BIT)
    return np.clip(np.round(MILLION * p), 1, MILLION - 1) / MILLION


def _sigmoid(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-log_odds))
