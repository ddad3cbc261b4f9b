"""Tell a plan that changes a decision: who, why, who hangs on it, what becomes of the money, who is told.

Law: whatever the plan will do stands in the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.model.money import Money, parse_micros, show
from debar.plans.revision import kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from debar.plans.plan import Plan

_TO = {"public": "the public, which read the post", "peer": "the peer of the referral in entry {entry}"}


def revision_answer(plan: Plan, *, out: Path | None = None) -> Answer:
    """Tell the plan."""
    written = f"\nwritten to {out}" if out else ""
    return Answer(document=plan.document, text=revision_text(plan) + written)


def revision_text(plan: Plan) -> str:
    """Return the plan's text."""
    document = plan.document
    reverses = document["reverses"]
    lines = [
        f"{document['plan_id']}   proposed by {document['proposed_by']}, {document['proposed_at']}",
        f"plan_sha256 {plan.sha256}",
        "",
        f"A {kind_of(document)} of {reverses['decision_id']} (entry {reverses['entry']})"
        + (f", carrying out {document['appeal_id']}" if document["appeal_id"] else ""),
        f"Why: {document['reason']}",
        "",
        *_changes(document),
        *_links(document),
        *_money(document),
        *_responses(document),
        "",
        "Told of it:",
        *(f"  {_told(one)}" for one in document["told"]),
        "",
        f"Applying it changes {len(document['changes'])} accounts, in one transaction or not at all.",
    ]
    return "\n".join(lines)


def _changes(document: Mapping[str, Any]) -> list[str]:
    names = {member["account_id"]: member["name"] for member in document["members"]}
    hanging = {one["account_id"]: one for one in document["hanging"]}
    lines = []
    for change in document["changes"]:
        account = change["key"]["value"]
        if change["action"] == "lift":
            what = "may advertise again"
        elif account in hanging:
            what = f"stays, argued anew: {change['reason']}"
        else:
            what = f"until {change['until']}" if change["until"] else "confirmed: a ban, without an end"
        also = "; it hangs on another lifted account" if account in hanging else ""
        lines.append(f"  {names[account]} ({account}): {what}{also}")
    return lines


def _links(document: Mapping[str, Any]) -> list[str]:
    if not document["retracted"]:
        return []
    lines = ["", f"Links retracted ({len(document['retracted'])})"]
    for link in document["retracted"]:
        facts = ", ".join(f"{fact['shown']} ({fact['crowd']} accounts)" for fact in link["facts"])
        lines.append(f"  {link['from']} to {link['to']}, p {link['p_owner']}: {facts or 'a judgement'}")
    return lines


def _money(document: Mapping[str, Any]) -> list[str]:
    money = document["money"]
    lines = []
    if money:
        pledged = money["pledged_now"]
        lines += ["", f"The promise falls by {_amount(money['reduction'], money['currency'])}"]
        lines.append(
            "  nothing was pledged yet" if pledged is None else f"  of {_amount(pledged, money['currency'])}"
        )
        if money["paid_now"] is not None:
            paid = _amount(money["paid_now"], money["currency"])
            lines.append(f"  {paid} is paid out and stays paid: what it lacks then is a loss")
    for one in document["prepayments"]:
        amount = _amount(one["amount"], one["currency"])
        lines.append(
            f"  {amount} paid in advance by {one['account_id']} and not used: theirs, to use or to get back"
        )
    return lines


def _responses(document: Mapping[str, Any]) -> list[str]:
    lines = []
    for account, entries in document["responses"].items():
        said = ", ".join(f"entry {seq}" for seq in entries) or "none was received"
        lines.append(f"  response of {account}: {said}")
    return ["", "Heard before", *lines] if lines else []


def _told(one: Mapping[str, Any]) -> str:
    if one["to"] == "account_holder":
        return f"the holder of {one['account_id']}, superseding {one['statement_id']}"
    if one["to"] == "recipient":
        return f"{one['name']}, a recipient of the money"
    return _TO[one["to"]].format(**one)


def _amount(text: str, currency: str) -> str:
    return show(Money(amount_micros=parse_micros(text), currency=currency))
