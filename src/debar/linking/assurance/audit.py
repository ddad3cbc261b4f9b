"""Audit without labels: hold the legal ids out, and ask how often they agree where the rest would link.

Law: it rests on pairs of which both state a legal id, and on as many pairs as share no account; with too
few it says "cannot audit", never "fine". Where legal ids hardly ever agree, the data cannot carry a ban.

Legal ids are the one thing that an owner cannot share by accident: if the rest of the evidence finds owners,
legal ids of linked pairs agree often (not always: an owner has several companies); if it finds only crowds,
almost never. A value that many accounts hold makes many pairs, all alike; so that one agency's clients do
not count a thousand times, an account counts in one pair at most, drawn by hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from debar.linking.assurance.bound import clopper_pearson

PAIRS_MIN: Final = 30
"""Fewer independent pairs audit nothing, unless even they are sure."""

AGREE_MIN: Final = 0.25
"""Below this agreement, at 95 %, the data does not identify owners: half of what healthy platforms reach."""

HEALTHY_FROM: Final = 0.5
"""From this agreement on the audit has nothing to say against the data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What the legal ids say about links made without them.

    Args:
        pairs: Pairs that would be linked without legal ids and of which both state one.
        agreeing: How many of them share one.
        apart: How many pairs were counted so that no account counts twice.
        apart_agreeing: How many of these share one.
    """

    pairs: int
    agreeing: int
    apart: int
    apart_agreeing: int

    @property
    def interval(self) -> tuple[float, float]:
        """Return the exact 95 % interval of the agreement, from the pairs that share no account."""
        return clopper_pearson(self.apart_agreeing, self.apart)

    @property
    def verdict(self) -> str:
        """Return ``cannot audit``, ``not identifiable``, ``doubtful`` or ``healthy``."""
        low, high = self.interval
        if high < AGREE_MIN:
            return "not identifiable"
        if low >= AGREE_MIN:
            return "healthy"
        if self.apart < PAIRS_MIN:
            return "cannot audit"
        return "healthy" if self.apart_agreeing >= HEALTHY_FROM * self.apart else "doubtful"

    def carries(self, *, fitted: bool) -> bool:
        """Tell whether accounts may be proposed by numbers alone.

        Args:
            fitted: Whether the weights were fitted to the platform. Where there was enough to fit and not
                enough to audit, nothing shows that the fit found owners: on a platform where nobody is linked
                it finds something too. The default weights, for small platforms, are what people judged.
        """
        return self.verdict != "not identifiable" and not (fitted and self.verdict == "cannot audit")

    def sentence(self) -> str:
        """Say it in a sentence."""
        verdict = self.verdict
        if verdict == "cannot audit":
            return (
                f"cannot audit: {self.apart:,} independent pairs would be linked without their legal ids and"
                f" state one on both sides, too few to tell ({PAIRS_MIN} are enough)"
            )
        low, high = self.interval
        told = (
            f"held out, legal ids agree in {self.apart_agreeing:,} of {self.apart:,} independent pairs"
            f" that would be linked without them ({low:.0%} to {high:.0%} at 95 %)"
        )
        ends = {
            "not identifiable": "not identifiable; set priors or review 200 pairs",
            "doubtful": "doubtful; review 200 pairs before a ban rests on these numbers",
            "healthy": "nothing speaks against the data",
        }
        return f"{told}: {ends[verdict]}"

    def as_json(self) -> dict[str, Any]:
        """Return the audit as a JSON object."""
        low, high = self.interval
        return {
            "verdict": self.verdict,
            "pairs": self.pairs,
            "agreeing": self.agreeing,
            "independent_pairs": self.apart,
            "independent_agreeing": self.apart_agreeing,
            "interval": [round(low, 6), round(high, 6)],
            "sentence": self.sentence(),
        }
