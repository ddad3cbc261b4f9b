"""The operator's policy: thresholds and choices that a plan is made under.

Law: hashed into every plan; read from ``debar.toml`` at the rim; every field has a sane default.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from debar.model.canonical import digest

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the operator decided once, for all cases.

    Args:
        propose_at: Least path probability (millionths) at which an account is proposed for a ban.
        ask_at: Least probability (millionths) of a tie to a named or proposed account at which a reviewer is
            asked.
        screen_at: Least probability (millionths) at which a sign-up is put before a reviewer.
        hops_max: Longest path from a named account.
        behind_one_max: So many proposed accounts may hang on one other proposed account alone; where more do,
            a reviewer is asked about them.
        crowd_cap: A value that more accounts hold is no evidence (it is *unknown*, never "disjoint").
        agencies: Account ids or names declared as agencies; never a bridge.
        families: Kinds that the operator adds, to their family.
        interim_days: Longest interim suspension of a linked account before review, at most 30.
        pledge_at: ``likely`` or ``high``: which bound is pledged.
        revenue_basis: ``net`` or ``gross``.
        third_signature_accounts: More accounts than this need a third signature.
        third_signature_share: A larger share of the platform's revenue (millionths) needs one too.
    """

    propose_at: int = 950_000
    ask_at: int = 50_000
    screen_at: int = 300_000
    hops_max: int = 3
    behind_one_max: int = 1
    crowd_cap: int = 200
    agencies: tuple[str, ...] = ()
    families: dict[str, str] = field(default_factory=dict)
    interim_days: int = 30
    pledge_at: Literal["likely", "high"] = "likely"
    revenue_basis: Literal["net", "gross"] = "net"
    third_signature_accounts: int = 1_000
    third_signature_share: int = 10_000

    def as_json(self) -> dict[str, Any]:
        """Return the policy as a JSON object."""
        document = asdict(self)
        document["agencies"] = sorted(self.agencies)
        return document

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Policy:
        """Read a policy back from the form of :meth:`as_json`."""
        return cls(**{**document, "agencies": tuple(document["agencies"])})

    def sha256(self) -> str:
        """Return the digest that a plan's base records."""
        return digest(self.as_json())
