"""A reason: one thing that speaks for a link or against it, in words and as a weight.

Law: the words never show a sensitive value in clear; the weights of a pair add up to its score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One contribution to a link, as plans, briefs and statements show it.

    Args:
        family: Evidence family: legal, web, contact, access, creative.
        kind: Identifier kind of the rarest shared value, or ``none`` where nothing is shared.
        shown: That value for people, masked if sensitive.
        shared_by: How many accounts of the platform hold it; 0 where nothing is shared.
        role: ``independent``, ``unclear`` or ``operator``: how the value behaves elsewhere.
        weight_millibits: Match weight (log2) in thousandths of a bit; negative speaks against.
        sentence: The reason in a sentence.
        fact_ids: The facts that it rests on; striking one changes the weight.
    """

    family: str
    kind: str
    shown: str
    shared_by: int
    role: str
    weight_millibits: int
    sentence: str
    fact_ids: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the reason as a JSON object; the weight in bits, as a string."""
        return {
            "family": self.family,
            "kind": self.kind,
            "shown": self.shown,
            "shared_by": self.shared_by,
            "role": self.role,
            "weight": f"{self.weight_millibits / 1000:.3f}",
            "sentence": self.sentence,
            "facts": list(self.fact_ids),
        }
