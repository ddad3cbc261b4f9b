"""Build the document of a plan that changes a decision.

Law: it carries what the decision carried (rule, evidence, weights, thresholds) and what is new: who, why, who
hangs on it, what becomes of the money, who is told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from debar.model.canonical import digest
from debar.plans.base import base_of
from debar.plans.build import instant
from debar.plans.plan import SCOPES, VERSION, DraftPlan
from debar.plans.revision import Before

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from debar.plans.base import ReadRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What somebody wants to change about a decision.

    Args:
        kind: ``reversal`` or ``variation``.
        decision_id: The decision.
        decision_entry: The entry of the plan that made it.
        proposed_by: Name under which the proposer's key is enrolled.
        proposer_key: 64 hex digits.
        proposed_at: Aware UTC.
        reason: Why, for those who are told.
        appeal_id: The appeal that it carries out, or None.
        lifted: Accounts for which the decision is lifted.
        varied: Account id to the last day on which it holds from now on (None: no end) and the new argument.
        before: Where the decision stands.
        hanging: Objects with account_id, name, choice and, for ``reargue``, the argument.
        struck: Facts that are found wrong.
        retracted: As :func:`debar.plans.revision.retracted_links` gives them.
        retracts_judged: Whether each retracted link is recorded as a reviewer's "not the same owner".
        money: What becomes of the promise.
        prepayments: What the accounts paid in advance and did not use.
        responses: Account id to the entries with what it has said.
        told: Who is told.
    """

    kind: str
    decision_id: str
    decision_entry: int
    proposed_by: str
    proposer_key: str
    proposed_at: datetime
    reason: str
    appeal_id: str | None = None
    lifted: tuple[str, ...] = ()
    varied: Mapping[str, tuple[str | None, str]] = field(default_factory=dict)
    before: Before = field(default_factory=Before)
    hanging: Sequence[Mapping[str, Any]] = ()
    struck: tuple[str, ...] = ()
    retracted: Sequence[Mapping[str, Any]] = ()
    retracts_judged: bool = True
    money: Mapping[str, Any] = field(default_factory=dict)
    prepayments: Sequence[Mapping[str, Any]] = ()
    responses: Mapping[str, Sequence[int]] = field(default_factory=dict)
    told: Sequence[Mapping[str, Any]] = ()


def build_revision(plan: Mapping[str, Any], revision: Revision, rows: Sequence[ReadRow]) -> DraftPlan:
    """Build the document.

    Args:
        plan: The plan that made the decision.
        revision: What is to change.
        rows: What the plan rests on, digested as it is now.
    """
    changed = (*revision.lifted, *revision.varied)
    members = {member["account_id"]: member for member in plan["members"]}
    document: dict[str, Any] = {
        "version": VERSION,
        "kind": revision.kind,
        "platform": plan["platform"],
        "platform_name": plan["platform_name"],
        "proposed_by": revision.proposed_by,
        "proposer_key": revision.proposer_key,
        "proposed_at": instant(revision.proposed_at),
        "window": plan["window"],
        "reason": revision.reason,
        "appeal_id": revision.appeal_id,
        "reverses": {
            "decision_id": revision.decision_id,
            "plan_sha256": plan["plan_sha256"],
            "entry": revision.decision_entry,
        },
        "before": revision.before.as_json(),
        "struck": sorted(revision.struck),
        "retracted": [dict(link) for link in revision.retracted],
        "retracts_judged": revision.retracts_judged,
        "hanging": [dict(one) for one in revision.hanging],
        "alternatives_considered": [],
        "expected_consequences": [],
        "decision": {
            **plan["decision"],
            "facts": revision.reason,
            "from": instant(revision.proposed_at),
            "until": None,
        },
        "subjects": plan["subjects"],
        "members": [_member(members[account], revision) for account in sorted(changed)],
        "changes": [_change(members[account], revision) for account in sorted(changed)],
        "earned": plan["earned"],
        "bound": plan["bound"],
        "preview": {"gates": 1, "statements": len(changed)},
        "without": list(plan.get("without", ())),
        "evidence": plan["evidence"],
        "money": dict(revision.money),
        "prepayments": [dict(one) for one in revision.prepayments],
        "responses": {account: list(seqs) for account, seqs in sorted(revision.responses.items())},
        "told": [dict(one) for one in revision.told],
        "base": base_of(rows, model_sha256=plan["base"]["model_sha256"], policy=plan["base"]["policy"]),
    }
    day = revision.proposed_at.date().isoformat()
    document["plan_id"] = f"plan-{day}-{digest(document)[:8]}"
    return DraftPlan(document=document)


def _member(member: Mapping[str, Any], revision: Revision) -> dict[str, Any]:
    """Return a member as it is told: what is lifted, or argued anew, has no path to anybody any more."""
    account = member["account_id"]
    if account in revision.lifted:
        return {**member, "path": [], "reasons": [], "speaks_for": [], "review_on": None}
    until, argument = revision.varied[account]
    changed = {**member, "review_on": None if member["review_on"] is None else until}
    if until is None:
        changed["confirmed_by"] = revision.proposed_by
    if revision.kind == "reversal":
        changed |= {"path": [], "reasons": [_argued(argument)]}
    return changed


def _argued(argument: str) -> dict[str, Any]:
    return {
        "family": "other",
        "kind": "argued",
        "shown": "",
        "shared_by": 0,
        "role": "",
        "weight": "0.000",
        "sentence": argument,
        "facts": [],
    }


def _change(member: Mapping[str, Any], revision: Revision) -> dict[str, Any]:
    account = member["account_id"]
    lifted = account in revision.lifted
    until, argument = (None, "") if lifted else revision.varied[account]
    change: dict[str, Any] = {
        "action": "lift" if lifted else "vary",
        "key": {"kind": "account", "value": account},
        "scopes": list(SCOPES),
        "because": member["basis"],
        "until": until,
    }
    return change if lifted else {**change, "reason": argument}
