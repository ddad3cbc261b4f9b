"""From an uncalibrated weighing to a probability that reviewed pairs stand behind, in whole numbers.

Law: pure and integer, so that linking, a plan, a brief's browser and a sign-up desk give the same number.
Without labels it is the identity. It corrects one pair from that pair's own evidence; nothing else is looked
at. Reviewed pairs may take any amount of confidence away, and add :data:`RAISE_MAX` at most.
Source: Platt (1999) for the logistic map; the identity as what ridge shrinks towards is ours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from debar.model.identifiers import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MILLION: Final = 1_000_000

LOG_ODDS_MAX: Final = 19_932
"""log2 odds of a probability of 999,999 in a million, in thousandths of a bit: no score is surer."""

COEFFICIENT_UNIT: Final = 1_000_000
"""Coefficients are millionths of a bit a bit."""

RAISE_MAX: Final = 3_000
"""A correction raises no pair by more, in thousandths of a bit: a few hundred answers cannot make likely what
the evidence calls unlikely, and a neighbourhood stays finite whatever facts are struck."""


class Part(Protocol):
    """What one family adds, as :class:`debar.evidence.weigh.Contribution` says it."""

    @property
    def family(self) -> str:
        """Evidence family."""
        ...

    @property
    def level(self) -> str:
        """``unknown``, ``none`` or ``shared``."""
        ...

    @property
    def owner_millibits(self) -> int:
        """For "same owner"."""
        ...


class Scored(Protocol):
    """A pair's score, as :class:`debar.evidence.weigh.Weighing` says it."""

    @property
    def uncalibrated_p_owner(self) -> int:
        """Millionths."""
        ...

    @property
    def uncalibrated_p_operator(self) -> int:
        """Millionths."""
        ...

    @property
    def operator_millibits(self) -> int:
        """Score of "same operator"."""
        ...

    @property
    def carries_a_ban(self) -> bool:
        """Whether something firm is shared."""
        ...

    @property
    def contributions(self) -> Sequence[Part]:
        """One a family."""
        ...


BENDS: Final = (2_000, 6_629)
"""Log odds (thousandths of a bit; probabilities of .8 and .99) where the correction may bend: above them
scores tend to promise more than stolen ids and mistakes allow."""

FEATURES: Final = (
    "log_odds",
    *(f"log_odds_above_{bend}" for bend in BENDS),
    *(f"owner_{family}" for family in FAMILIES),
    *(f"shared_{family}" for family in FAMILIES),
    "operator",
    "operator_log_odds",
    "families_shared",
    "families_none",
    "firm",
)
"""What a pair is corrected from, in the order of :func:`features_of`.

``log_odds``: of one owner against everything else, uncalibrated. ``log_odds_above_*``: how far they pass
one of :data:`BENDS`. ``owner_*``: a family's contribution for one owner. ``shared_*``: whether anything is
shared in it. ``operator``: the score of the same hands. ``operator_log_odds``: of the same hands against
everything else. ``families_shared``, ``families_none``: how many families share something, or are known to
both and share nothing. ``firm``: whether the pair may carry a ban. Counts and flags are thousands, the rest
thousandths of a bit: a coefficient is bits a bit, or bits a family.
"""


def log_odds(probability: int) -> int:
    """Return log2 odds in thousandths of a bit, at most :data:`LOG_ODDS_MAX` either way.

    Args:
        probability: In millionths.

    Example:
        >>> log_odds(500_000), log_odds(800_000), log_odds(0)
        (0, 2000, -19932)
    """
    inside = min(max(probability, 1), MILLION - 1)
    return round(1000 * math.log2(inside / (MILLION - inside)))


def probability_of(millibits: int) -> int:
    """Return the probability, in millionths, of log2 odds in thousandths of a bit.

    Example:
        >>> probability_of(0), probability_of(2000), probability_of(-60_000)
        (500000, 800000, 1)
    """
    odds = 2.0 ** (max(-LOG_ODDS_MAX, min(LOG_ODDS_MAX, millibits)) / 1000)
    probability: int = round(MILLION * odds / (1.0 + odds))
    return probability


def features_of(weighing: Scored) -> tuple[int, ...]:
    """Return what a pair is corrected from, in the order of :data:`FEATURES`, as whole numbers."""
    parts = {part.family: part for part in weighing.contributions}
    levels = [part.level for part in weighing.contributions]
    start = log_odds(weighing.uncalibrated_p_owner)
    return (
        start,
        *(max(0, start - bend) for bend in BENDS),
        *(parts[family].owner_millibits for family in FAMILIES),
        *(1000 * (parts[family].level == "shared") for family in FAMILIES),
        weighing.operator_millibits,
        log_odds(weighing.uncalibrated_p_operator),
        1000 * levels.count("shared"),
        1000 * levels.count("none"),
        1000 * weighing.carries_a_ban,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """What reviewers found in one stratum of a drawn sample.

    Args:
        stratum: Its name (:mod:`debar.linking.assurance.strata`).
        pairs: Candidate pairs of the platform in it when the sample was drawn.
        reviewed: How many drawn ones were answered with yes or no.
        innocents: How many of these are not one owner.
        drawn: Whether they were drawn by lot; what reviewers happened to judge bounds nothing.
    """

    stratum: str
    pairs: int
    reviewed: int
    innocents: int
    drawn: bool

    def as_json(self) -> dict[str, Any]:
        """Return the counts as a JSON object."""
        return {
            "stratum": self.stratum,
            "pairs": self.pairs,
            "reviewed": self.reviewed,
            "innocents": self.innocents,
            "drawn": self.drawn,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Reviewed:
        """Read the counts back."""
        return cls(
            stratum=str(document["stratum"]),
            pairs=int(document["pairs"]),
            reviewed=int(document["reviewed"]),
            innocents=int(document["innocents"]),
            drawn=bool(document["drawn"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A frozen correction of the log odds of "one owner".

    corrected log odds = uncalibrated log odds + offset + sum of coefficient x feature, where each feature is
    first clamped to the range that reviewers saw, and what is added is at most :data:`RAISE_MAX`. The sum is
    rounded down once; in JavaScript ``Math.floor(sum / 1e6)`` gives the same, as no sum passes 2^53.

    Args:
        fitted: Whether there were labels enough; where not, offset and coefficients are zero.
        labels: Reviewed pairs that it was fitted on.
        offset_millibits: Added to every pair.
        coefficients: In millionths of a bit a bit, one a feature of :data:`FEATURES`.
        lows: Least value of each feature among the labels.
        highs: Greatest value.
        reviews: What was found, by stratum: a plan's bound rests on it.
    """

    fitted: bool
    labels: int
    offset_millibits: int
    coefficients: tuple[int, ...]
    lows: tuple[int, ...]
    highs: tuple[int, ...]
    reviews: tuple[Reviewed, ...] = ()

    def apply(self, weighing: Scored) -> tuple[int, int]:
        """Return the corrected probabilities of one owner and of the same hands, in millionths.

        What is taken from one owner goes to the other explanations in their proportions. Where nothing was
        fitted, nothing changes.
        """
        before, operator = weighing.uncalibrated_p_owner, weighing.uncalibrated_p_operator
        if not self.fitted:
            return before, operator
        total = 0
        for value, coefficient, low, high in zip(
            features_of(weighing), self.coefficients, self.lows, self.highs, strict=True
        ):
            total += coefficient * max(low, min(high, value))
        added = min(RAISE_MAX, self.offset_millibits + total // COEFFICIENT_UNIT)
        p_owner = probability_of(log_odds(before) + added)
        return p_owner, operator * (MILLION - p_owner) // max(1, MILLION - before)

    def least_for(self, p_owner: int) -> int:
        """Return the least uncalibrated probability that can be corrected to a given one, in millionths."""
        return probability_of(log_odds(p_owner) - self.raised_at_most - 1) if self.fitted else p_owner

    @property
    def raised_at_most(self) -> int:
        """The most that any pair is raised by, in millibits."""
        if not self.fitted:
            return 0
        raised = self.offset_millibits + 1
        for coefficient, low, high in zip(self.coefficients, self.lows, self.highs, strict=True):
            raised += max(coefficient * low, coefficient * high) // COEFFICIENT_UNIT + 1
        return min(RAISE_MAX, max(0, raised))

    def as_json(self) -> dict[str, Any]:
        """Return the correction as a JSON object of whole numbers, as plans carry it."""
        return {
            "version": 2,
            "raise_max": RAISE_MAX,
            "fitted": self.fitted,
            "labels": self.labels,
            "offset_millibits": self.offset_millibits,
            "features": [
                {"name": name, "coefficient": coefficient, "low": low, "high": high}
                for name, coefficient, low, high in zip(
                    FEATURES, self.coefficients, self.lows, self.highs, strict=True
                )
            ],
            "reviews": [review.as_json() for review in self.reviews],
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Calibration:
        """Read a correction back.

        Raises:
            ValueError: It is of another version, or corrects from other features than this one does.
        """
        if (
            document["version"] != 2
            or document["raise_max"] != RAISE_MAX
            or tuple(f["name"] for f in document["features"]) != FEATURES
        ):
            raise ValueError("the calibration corrects from other features")
        return cls(
            fitted=bool(document["fitted"]),
            labels=int(document["labels"]),
            offset_millibits=int(document["offset_millibits"]),
            coefficients=tuple(int(f["coefficient"]) for f in document["features"]),
            lows=tuple(int(f["low"]) for f in document["features"]),
            highs=tuple(int(f["high"]) for f in document["features"]),
            reviews=tuple(Reviewed.from_json(review) for review in document["reviews"]),
        )


def identity(*, labels: int = 0, reviews: tuple[Reviewed, ...] = ()) -> Calibration:
    """Return the correction that changes nothing: what too few labels allow."""
    zeros = (0,) * len(FEATURES)
    return Calibration(
        fitted=False,
        labels=labels,
        offset_millibits=0,
        coefficients=zeros,
        lows=zeros,
        highs=zeros,
        reviews=reviews,
    )
