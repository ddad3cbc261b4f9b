"""A plan's bound: from the hops that it rests on and from what reviewers found on pairs of their kind.

Law: the bound follows from the plan's own evidence, so that whoever reads the plan can work it out again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from debar.linking.assurance.bound import PlannedPair, bound_of
from debar.linking.assurance.strata import stratum_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from debar.evidence.parameters import Parameters
    from debar.linking.expand import Hop, Standing


def planned_pairs(standings: Iterable[Standing]) -> tuple[PlannedPair, ...]:
    """Return the hops over which accounts are proposed, each with the accounts behind it.

    A hop that a reviewer decided is no number's word, and needs no bound.
    """
    behind: dict[tuple[str, str], set[str]] = {}
    hops: dict[tuple[str, str], Hop] = {}
    for standing in standings:
        if standing.status != "in":
            continue
        for hop in standing.path:
            if hop.judgement != "positive":
                key = (min(hop.start, hop.end), max(hop.start, hop.end))
                hops[key] = hop
                behind.setdefault(key, set()).add(standing.account_id)
    return tuple(
        PlannedPair(
            stratum=stratum_of(hop.weighing.uncalibrated_p_owner, firm=hop.weighing.carries_a_ban),
            accounts=frozenset(behind[key]),
        )
        for key, hop in sorted(hops.items(), key=lambda item: item[0])
    )


def bound_block(standings: Iterable[Standing], parameters: Parameters) -> dict[str, Any]:
    """Return the block ``bound`` of a plan.

    Args:
        standings: Where the accounts stand.
        parameters: What they were weighed with, and what reviewers found of that.
    """
    known = parameters.calibration
    reviews = () if known is None else known.reviews
    return bound_of(planned_pairs(standings), reviews, calibrated=parameters.calibrated).as_json()
