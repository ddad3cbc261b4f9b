"""How many innocents a plan can hold, at 95 %, given what reviewers found.

Law: exact, whatever the true rate is; where nothing was reviewed, nothing is promised.
Source: Clopper and Pearson (1934) for the rate; Thatcher (1964) for the count among pairs not yet seen:
given the sum of both counts, the split between reviewed and planned is hypergeometric, whatever the rate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from debar.evidence.calibration import Reviewed

CONFIDENCE: Final = 0.95

NO_BOUND: Final = "no bound can be given: no pair of this kind was drawn by lot and reviewed"


def clopper_pearson(found: int, tried: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the exact two-sided interval of a rate.

    Args:
        found: Successes, 0 to ``tried``.
        tried: Trials; with none the interval is 0 to 1.
        confidence: Such as .95.

    Example:
        >>> low, high = clopper_pearson(0, 59)
        >>> low, round(high, 4)
        (0.0, 0.0606)
    """
    assert 0 <= found <= tried, "successes are trials"
    tail = (1 - confidence) / 2
    low = 0.0 if found == 0 else _root(lambda rate: 1 - binomial_cdf(found - 1, tried, rate) - tail)
    high = 1.0 if found == tried else _root(lambda rate: tail - binomial_cdf(found, tried, rate))
    return low, high


def _root(rising: Callable[[float], float]) -> float:
    """Return where a rising function on 0 to 1 crosses zero."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def binomial_cdf(count: int, tried: int, rate: float) -> float:
    """Return the probability of at most ``count`` successes.

    Example:
        >>> binomial_cdf(0, 2, 0.5)
        0.25
    """
    if rate <= 0:
        return 1.0
    if rate >= 1:
        return float(count >= tried)
    log, miss = math.log(rate), math.log1p(-rate)
    return min(
        1.0, math.fsum(math.exp(_choose(tried, i) + i * log + (tried - i) * miss) for i in range(count + 1))
    )


def _choose(total: int, some: int) -> float:
    """Return the logarithm of a binomial coefficient."""
    return math.lgamma(total + 1) - math.lgamma(some + 1) - math.lgamma(total - some + 1)


def unseen_at_most(innocents: int, reviewed: int, planned: int, risk: float) -> int:
    """Return how many of the planned pairs can be innocent, given the reviewed ones.

    Both are taken as draws from one population of pairs. The largest count is returned that a one-sided
    exact test at level ``risk`` does not reject, so the promise fails in at most that share of cases.

    Args:
        innocents: Among the reviewed.
        reviewed: How many were; with none every planned pair may be innocent.
        planned: How many the plan rests on.
        risk: Such as .05.

    Example:
        >>> unseen_at_most(0, 80, 20, 0.05), unseen_at_most(0, 0, 20, 0.05)
        (1, 20)
    """
    for count in range(planned, 0, -1):
        together = innocents + count
        everybody = _choose(reviewed + planned, together)
        seen = math.fsum(
            math.exp(_choose(reviewed, i) + _choose(planned, together - i) - everybody)
            for i in range(max(0, together - planned), innocents + 1)
        )
        if seen > risk:
            return count
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPair:
    """A hop that a plan proposes accounts over, no reviewer having decided it.

    Args:
        stratum: That of its pair.
        accounts: The linked accounts whose path runs over it: all are innocent if the hop is wrong.
    """

    stratum: str
    accounts: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What a plan may promise.

    Args:
        at_most: Innocents at :data:`CONFIDENCE`; None where none can be promised.
        planned: Linked accounts that no reviewer confirmed.
        reviewed: Pairs drawn by lot and reviewed in the strata that the plan uses.
        innocents: How many of these were innocent.
        calibrated: Whether the probabilities are.
        unreviewed: Strata that the plan uses and in which nothing was reviewed.
    """

    at_most: int | None
    planned: int
    reviewed: int
    innocents: int
    calibrated: bool
    unreviewed: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Say it in a sentence."""
        prefix = "" if self.calibrated else "uncalibrated; "
        if not self.planned:
            return f"{prefix}no linked account rests on a number, so there is nothing to bound"
        if self.at_most is None:
            return f"{prefix}{NO_BOUND}; any of the {self.planned:,} linked accounts may be innocent"
        innocent = "innocent" if self.at_most == 1 else "innocents"
        told = (
            f"{prefix}at most {self.at_most:,} {innocent} at 95 % among {self.planned:,} linked accounts,"
            f" from {self.reviewed:,} reviewed pairs of the same kind ({self.innocents:,} of them innocent)"
        )
        if self.unreviewed:
            told += "; accounts of kinds that nobody reviewed are counted as innocent"
        return told

    def as_json(self) -> dict[str, Any]:
        """Return the block ``bound`` of a plan."""
        return {
            "calibrated": self.calibrated,
            "at_most": self.at_most,
            "confidence": "0.95",
            "linked": self.planned,
            "reviewed": self.reviewed,
            "innocents_reviewed": self.innocents,
            "unreviewed": list(self.unreviewed),
            "sentence": self.sentence(),
        }


def bound_of(pairs: Sequence[PlannedPair], reviews: Sequence[Reviewed], *, calibrated: bool) -> Bound:
    """Bound the innocents among the linked accounts of a plan.

    Each stratum that the plan uses gets an equal part of the risk (Bonferroni), and its reviewed pairs bound
    how many of its hops can be wrong; a wrong hop costs every account behind it, so the hops with the most
    accounts are taken to be the wrong ones. Sampling weights are not needed: a stratum's reviewed pairs are
    a simple random sample of it.

    Args:
        pairs: The hops, each once.
        reviews: What was found; only strata that were drawn by lot count.
        calibrated: Said in the sentence.
    """
    accounts = frozenset().union(*(pair.accounts for pair in pairs))
    found: Mapping[str, Reviewed] = {r.stratum: r for r in reviews if r.drawn and r.reviewed}
    used = sorted({pair.stratum for pair in pairs})
    known = [found[name] for name in used if name in found]
    common = {
        "planned": len(accounts),
        "reviewed": sum(r.reviewed for r in known),
        "innocents": sum(r.innocents for r in known),
    }
    unreviewed = tuple(name for name in used if name not in found)
    if accounts and not known:
        return Bound(at_most=None, calibrated=calibrated, unreviewed=unreviewed, **common)
    lost = 0
    for name in used:
        sizes = sorted((len(p.accounts) for p in pairs if p.stratum == name), reverse=True)
        wrong = len(sizes)
        if name in found:
            review = found[name]
            wrong = unseen_at_most(review.innocents, review.reviewed, wrong, (1 - CONFIDENCE) / len(known))
        lost += sum(sizes[:wrong])
    at_most = min(lost, len(accounts))
    return Bound(at_most=at_most, calibrated=calibrated, unreviewed=unreviewed, **common)
