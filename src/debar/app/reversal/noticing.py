"""Record who was told what: one entry for each statement that is issued.

Law: whoever was told of a decision is told of its end; a later statement supersedes an earlier one and
deletes none.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from debar.appeals.deadlines import DEADLINES
from debar.notices.issue import Issue, references, statements_from_plan
from debar.plans.plan import decision_id_of
from debar.register.entries import EntryDraft, instant_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from debar.app.decisions import Decision
    from debar.notices.statement import StatementOfReasons


def notice_drafts(
    document: Mapping[str, Any], *, decision_id: str, by: str, now: datetime, earlier: Mapping[str, str]
) -> list[EntryDraft]:
    """Return one entry for each account that a plan changes: that its statement of reasons is issued.

    Args:
        document: The plan.
        decision_id: The decision that it makes or changes.
        by: Who applies it.
        now: When the accounts' holders are told.
        earlier: Account id to the statement that is superseded; empty for a new decision.
    """
    drafts = []
    for change in document["changes"]:
        account = change["key"]["value"]
        statement_id, reference = references(decision_id_of(document), account)
        body: dict[str, Any] = {
            "to": "account_holder",
            "account_id": account,
            "statement_id": statement_id,
            "reference": reference,
            "informed_at": instant_text(now),
            "complaint_until": DEADLINES.complaint_until(now).isoformat(),
            "status": "lifted" if change["action"] == "lift" else "in force",
            "supersedes": earlier.get(account),
            "review_on": change["until"],
            "respond_by": None,
        }
        if change["action"] == "debar" and change["until"] is not None:
            review_on = date.fromisoformat(change["until"][:10])
            body["respond_by"] = DEADLINES.respond_by(informed_at=now, review_on=review_on).isoformat()
        drafts.append(_draft(document, body, decision_id=decision_id, by=by, subjects=(account,)))
    return drafts


def word_drafts(document: Mapping[str, Any], *, decision_id: str, by: str, now: datetime) -> list[EntryDraft]:
    """Return one entry for everybody else who was told of the decision: the public, recipients, peers."""
    return [
        _draft(
            document,
            {**one, "informed_at": instant_text(now), "reason": document["reason"]},
            decision_id=decision_id,
            by=by,
            subjects=(),
        )
        for one in document["told"]
        if one["to"] != "account_holder"
    ]


def _draft(
    document: Mapping[str, Any],
    body: Mapping[str, Any],
    *,
    decision_id: str,
    by: str,
    subjects: tuple[str, ...],
) -> EntryDraft:
    public = {"decision_id": decision_id, "plan_sha256": document["plan_sha256"]}
    return EntryDraft(type="statement", by=by, body=dict(body), subjects=subjects, public=public)


def latest_statements(told: Decision) -> dict[str, str]:
    """Return the newest statement of each account: as recorded, or as it follows from the decision."""
    found = {
        change["key"]["value"]: references(told.decision_id, change["key"]["value"])[0]
        for change in told.plan["changes"]
    }
    for body in told.bodies("statement"):
        if body.get("account_id"):
            found[body["account_id"]] = body["statement_id"]
    return found


def respond_by(told: Decision, account_id: str) -> date | None:
    """Return until when a suspended account's response is waited for; None where it is not recorded."""
    days = [
        body["respond_by"]
        for body in told.bodies("statement")
        if body.get("account_id") == account_id and body.get("respond_by")
    ]
    return date.fromisoformat(days[-1]) if days else None


Issued = tuple["StatementOfReasons", "Mapping[str, Any]"]
"""A statement, and the plan that it was made from."""


def revised_notices(told: Decision, issue: Issue) -> list[Issued]:
    """Return every statement of a decision, oldest first: the first ones, and those that superseded them.

    Args:
        told: The decision, with all the plans that changed it.
        issue: As for the first statements; times and ids are taken from the record.
    """
    made: list[Issued] = []
    places: dict[str, int] = {}

    def supersede(account: str, fresh: StatementOfReasons, plan: Mapping[str, Any]) -> None:
        if account in places:
            earlier, base = made[places[account]]
            made[places[account]] = replace(earlier, status="superseded"), base
            fresh = replace(fresh, supersedes=earlier.statement_id)
        places[account] = len(made)
        made.append((fresh, plan))

    for entry in told.entries:
        if entry.body is None:
            continue
        if entry.type == "plan":
            plan = entry.body["plan"]
            own = replace(issue, decision_id=decision_id_of(plan), applied_at=entry.at, informed_at=entry.at)
            for statement in statements_from_plan(plan, own):
                supersede(statement.subject.account_id, statement, plan)
        elif entry.type == "lift" and entry.public.get("lift_reason") == "lapsed":
            account = entry.body["key"]["value"]
            earlier, base = made[places[account]]
            supersede(account, _lapsed(earlier, entry.at), base)
    return made


def lapsed_id(statement_id: str) -> str:
    """Return the id of the statement that says that a suspension has lapsed."""
    return f"{statement_id}-lapsed"


def _lapsed(earlier: StatementOfReasons, at: datetime) -> StatementOfReasons:
    return replace(
        earlier,
        statement_id=lapsed_id(earlier.statement_id),
        puid=lapsed_id(earlier.puid),
        restrictions=(),
        applies_from=at,
        informed_at=at,
        redress=replace(earlier.redress, complaint_until=DEADLINES.complaint_until(at)),
        status="lifted",
    )


def told_list(told: Decision, lifted: Sequence[str]) -> list[dict[str, Any]]:
    """Return who was told of a decision about some accounts, and so is told that it ended.

    Their holders; the public, which read the post; recipients of the money; peers to whom it was referred.
    """
    earlier = latest_statements(told)
    found: list[dict[str, Any]] = [
        {"to": "account_holder", "account_id": account, "statement_id": earlier[account]}
        for account in sorted(lifted)
    ]
    found.append({"to": "public"})
    found += [{"to": "recipient", "name": one.name} for one in told.recipients()]
    found += [{"to": "peer", "entry": entry.seq} for entry in told.entries if entry.type == "referral"]
    return found
