"""How often things happen in the bazaar, and how each variant bends that.

Law: every rate of the world stands here under one name; a variant is a change of rates, never of code.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

COVERAGE: Final[Mapping[str, float]] = {
    "legal_id": 0.43,
    "domain": 0.54,
    "email": 0.68,
    "card": 0.61,
    "admin": 0.58,
    "device": 0.55,
    "ip": 0.83,
    "pixel": 0.25,
    "phone": 0.34,
    "address": 0.27,
}
"""The ten kinds, and the share of accounts on which a platform knows at least one value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The habits of one bazaar; all are probabilities unless their sentence says otherwise.

    Args:
        coverage: Kind to the share of accounts on which it is known.
        depth: How unevenly accounts are known, as the spread of a logit.
        several: An owner has two accounts or more.
        large: An owner has four accounts or more.
        tail: Exponent of the sizes of large owners; smaller means larger owners.
        covert: An owner hides.
        disciplined: A hiding owner is careful.
        ring: A hiding owner lives on stolen identities.
        slip: A careful owner uses an old card, device or office once more in a new campaign.
        engaged: An owner works with an agency when it starts.
        leaves: A client leaves its agency before its next campaign.
        moves: A member of an agency's staff leaves in a month.
        hosts: An agency builds sites on its own host with its own pixel, whatever its habit.
        renew: Scale of how often a team replaces card, device, staff, brand, entity, office.
        touch: A living account meets what its team has newly got.
        borrow: A team helps itself from another team of its owner for one account.
        campaign: Accounts in a campaign, in the middle.
        nat: A person is often behind a carrier's address.
        household: A private owner lives with another one.
        franchise: A small owner is a franchisee.
        coworking: A small owner rents a desk in a shared building.
        recycled: A device, a number or a domain comes second-hand, where one is on offer.
        leavers: Who is hired comes from another house, with login, device and telephone.
        farmed: Accounts raised on farms, as a share of all.
        bought: A hiding owner buys an account instead of opening one.
        sold: An ordinary account is sold on.
        joint: Two organisations run an account together.
        junk: A field of an account is filled with nothing in particular.
        singletons: Every owner has one account.
    """

    coverage: Mapping[str, float] = field(default_factory=lambda: dict(COVERAGE))
    depth: float = 1.65
    several: float = 0.24
    large: float = 0.065
    tail: float = 1.08
    covert: float = 0.035
    disciplined: float = 0.4
    ring: float = 0.1
    slip: float = 0.7
    engaged: float = 0.42
    leaves: float = 0.12
    moves: float = 0.02
    hosts: float = 0.06
    renew: float = 1.0
    touch: float = 0.36
    borrow: float = 0.06
    campaign: float = 5.0
    nat: float = 0.45
    household: float = 0.05
    franchise: float = 0.05
    coworking: float = 0.08
    recycled: float = 0.15
    leavers: float = 0.1
    farmed: float = 0.115
    bought: float = 0.34
    sold: float = 0.017
    joint: float = 0.006
    junk: float = 0.035
    singletons: bool = False


def rates_of(variant: str, rng: random.Random) -> Rates:
    """Return the rates of a variant; ``wild`` draws them."""
    base = Rates()
    if variant == "no_agencies":
        return replace(base, engaged=0.0)
    if variant == "few_legal_ids":
        return replace(base, coverage={**COVERAGE, "legal_id": 0.1})
    if variant == "agency_sites":
        return replace(base, hosts=1.0, engaged=0.55)
    if variant == "nobody_linked":
        return replace(base, singletons=True, farmed=0.0)
    if variant == "wild":
        return _wild(base, rng)
    return base


_STEADY: Final = frozenset({"coverage", "singletons", "tail", "depth", "campaign", "renew"})


def _wild(base: Rates, rng: random.Random) -> Rates:
    """Move every rate far: odds up to six times as high or low, sizes and speeds up to twice."""
    drawn: dict[str, object] = {
        item.name: _shift(getattr(base, item.name), rng.uniform(-1.8, 1.8))
        for item in fields(base)
        if item.name not in _STEADY
    }
    drawn["coverage"] = {kind: _shift(rate, rng.uniform(-1.5, 1.2)) for kind, rate in COVERAGE.items()}
    drawn["tail"] = rng.uniform(1.0, 1.7)
    drawn["depth"] = rng.uniform(0.3, 2.4)
    drawn["campaign"] = rng.uniform(1.5, 10.0)
    drawn["renew"] = math.exp(rng.uniform(-0.9, 0.9))
    drawn["large"] = min(float(str(drawn["large"])), 0.14)
    drawn["several"] = max(float(str(drawn["several"])), float(str(drawn["large"])))
    drawn["covert"] = min(float(str(drawn["covert"])), 0.1)
    drawn["farmed"] = min(float(str(drawn["farmed"])), 0.2)
    return replace(base, **drawn)  # type: ignore[arg-type]


def _shift(probability: float, logits: float) -> float:
    odds = probability / (1 - probability) * math.exp(logits)
    return odds / (1 + odds)
