"""From a case, its money and its reasons to a plan that a person can read and sign.

Law: whoever is touched, why, what it costs and what speaks for them stands in the plan before anything
happens. Named accounts get a ban; linked ones an interim suspension with a day of review.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from debar.model.canonical import digest
from debar.plans.bounding import bound_block
from debar.plans.plan import SCOPES, VERSION, DraftPlan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from debar.cases.case import Case, CaseMember
    from debar.linking.expand import Hop
    from debar.model.reason import Reason
    from debar.model.window import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What people bring to a plan, beside the evidence.

    Args:
        platform: Where the platform's tables are.
        platform_name: What people call it.
        proposed_by: Name under which the proposer's key is enrolled.
        proposer_key: The proposer's public key, base64; empty where the plan is only looked at.
        proposed_at: Aware UTC.
        effective_from: When the ban is to hold, aware UTC.
        window: The retrospective's window, if one.
        decision: ground, rule, facts, surfaces, territories, authorities.
        alternatives_considered: Sentences.
        expected_consequences: Sentences.
        gates: How many enforcement points are known.
    """

    platform: str
    platform_name: str
    proposed_by: str
    proposer_key: str
    proposed_at: datetime
    effective_from: datetime
    window: Window | None
    decision: Mapping[str, Any]
    alternatives_considered: Sequence[str] = ()
    expected_consequences: Sequence[str] = ()
    gates: int = 1


def build(
    case: Case,
    proposal: Proposal,
    *,
    reasons: Mapping[str, Sequence[Reason]],
    speaks_for: Mapping[str, Sequence[Reason]],
    earned: Mapping[str, Any],
    earned_by_account: Mapping[str, Mapping[str, Any]],
    base: Mapping[str, Any],
    audit: str | None = None,
) -> DraftPlan:
    """Build a plan's document.

    Args:
        case: Who stands where.
        proposal: What people bring.
        reasons: Account id to what links it.
        speaks_for: Account id to what speaks for it.
        earned: The plan's ``earned`` block.
        earned_by_account: Account id to ``by_currency`` and ``converted``.
        base: As made by :func:`debar.plans.base.base_of`.
        audit: What the hold-out audit said, in a sentence; None where it was not asked.

    Returns:
        The document, ready to be frozen.
    """
    review_on = (proposal.effective_from + timedelta(days=case.policy.interim_days - 1)).date().isoformat()
    members = [
        _member(
            member,
            case=case,
            review_on=review_on,
            reasons=reasons.get(member.account_id, ()),
            speaks_for=speaks_for.get(member.account_id, ()),
            earned=earned_by_account[member.account_id],
        )
        for member in case.members
    ]
    changes = [_change(member, review_on) for member in case.members if member.status == "in"]
    window = proposal.window
    document: dict[str, Any] = {
        "version": VERSION,
        "platform": proposal.platform,
        "platform_name": proposal.platform_name,
        "proposed_by": proposal.proposed_by,
        "proposer_key": proposal.proposer_key,
        "proposed_at": instant(proposal.proposed_at),
        "window": None
        if window is None
        else {"start": window.start.isoformat(), "end": window.end.isoformat()},
        "alternatives_considered": list(proposal.alternatives_considered),
        "expected_consequences": list(proposal.expected_consequences),
        "decision": {**proposal.decision, "from": instant(proposal.effective_from), "until": None},
        "subjects": [{"query": query, "account_ids": list(ids)} for query, ids in case.subjects],
        "members": members,
        "changes": changes,
        "earned": dict(earned),
        "bound": bound_block((m.standing for m in case.members), case.parameters),
        "preview": {"gates": proposal.gates, "statements": len(changes)},
        "without": sorted(case.without),
        "evidence": {
            "parameters": case.parameters.as_json(),
            "graph": case.graph.as_json(),
            **({} if audit is None else {"audit": audit}),
        },
        "base": dict(base),
    }
    day = proposal.proposed_at.date().isoformat()
    document["plan_id"] = f"plan-{day}-{digest(document)[:8]}"
    return DraftPlan(document=document)


def instant(at: datetime) -> str:
    """Write an aware UTC time as ISO 8601 with a ``Z``."""
    assert at.utcoffset() == timedelta(0), "times in documents are UTC"
    return at.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _member(
    member: CaseMember,
    *,
    case: Case,
    review_on: str,
    reasons: Sequence[Reason],
    speaks_for: Sequence[Reason],
    earned: Mapping[str, Any],
) -> dict[str, Any]:
    standing = member.standing
    interim = member.basis == "linked" and member.status == "in"
    return {
        "account_id": member.account_id,
        "name": member.name,
        "handle": member.handle,
        "legal_name": member.legal_name,
        "basis": member.basis,
        "status": member.status,
        "confirmed_by": member.confirmed_by,
        "p_owner": millionths(standing.p_owner),
        "p_operator": millionths(standing.p_operator),
        "calibrated": case.parameters.calibrated,
        "why": standing.why,
        "path": [_hop(hop) for hop in standing.path],
        "reasons": [reason.as_json() for reason in reasons],
        "speaks_for": [reason.as_json() for reason in speaks_for],
        "review_on": review_on if interim else None,
        "earned": dict(earned),
    }


def millionths(probability: int) -> str:
    """Write a probability in millionths as a decimal string.

    Example:
        >>> millionths(973_000)
        '0.973000'
    """
    return f"{probability // 1_000_000}.{probability % 1_000_000:06d}"


def _hop(hop: Hop) -> dict[str, Any]:
    facts = sorted(c.rarest.fact_id for c in hop.weighing.contributions if c.rarest is not None)
    return {
        "from": hop.start,
        "to": hop.end,
        "p_owner": millionths(hop.p_owner),
        "judgement": hop.judgement,
        "facts": facts,
    }


def _change(member: CaseMember, review_on: str) -> dict[str, Any]:
    return {
        "action": "debar",
        "key": {"kind": "account", "value": member.account_id},
        "scopes": list(SCOPES),
        "because": member.basis,
        "until": None if member.basis == "named" else review_on,
    }
