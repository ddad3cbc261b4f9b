"""The steps of an appeal, one function each.

Law: staff keeps the file, the assigned reviewer decides, the filer answers and may always withdraw or go
outside; every step is recorded with who took it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.app.applying import enrolled_keys
from debar.app.hearing.clerk import (
    Clerk,
    all_appeals,
    at_desk,
    find_appeal,
    involved_in,
    take,
    told_of,
)
from debar.app.hearing.denials import check_text
from debar.appeals.appeal import draft_of, outcome_draft, refuse_to_expire, refuse_to_inform
from debar.appeals.deadlines import DEADLINES
from debar.appeals.guards import Reviewer, named, refuse_other, refuse_reviewer
from debar.appeals.states import UPHELD, following, words_of
from debar.model.problem import EXIT_REFUSED, DebarError
from debar.register.address import open_register
from debar.stores.attachments import is_whole, keep
from debar.stores.keys import load_signer, random_salts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from debar.app.hearing.clerk import Desk
    from debar.app.opening import Setting
    from debar.appeals.appeal import Appeal


def acknowledge(clerk: Clerk, appeal_id: str) -> Answer:
    """Tell the filer that the appeal has arrived."""
    return take(clerk, appeal_id, "acknowledge", {})


def admit(clerk: Clerk, appeal_id: str, *, refused_because: str | None) -> Answer:
    """Admit an appeal, or refuse it with a reason."""
    if refused_because is not None:
        return take(clerk, appeal_id, "refuse", {"reason": check_text(refused_because)})
    return take(clerk, appeal_id, "admit", {})


def assign(clerk: Clerk, appeal_id: str, *, reviewer: str) -> Answer:
    """Give an appeal to a reviewer who had no part in the decision and does not sell to the account.

    Args:
        clerk: Who assigns.
        appeal_id: The appeal.
        reviewer: The reviewer's name as enrolled.

    Raises:
        DebarError: DBR-H002 to DBR-H004, the reviewer may not hear it; DBR-P004, nobody is enrolled so.
    """
    with at_desk(clerk, appeal_id) as desk:
        found = _named_reviewer(desk, reviewer)
        told = told_of(clerk, desk.appeal)
        refuse_reviewer(found, involved_in(told, desk.appeal.account_id))
        said = {"reviewer": found.name, "reviewer_key": found.public_key}
        draft = draft_of(desk.appeal, "assign", by=desk.by, account_id=desk.appeal.account_id, said=said)
        return desk.record(draft, now=clerk.now)


def review(clerk: Clerk, appeal_id: str) -> Answer:
    """Begin the review: the assigned reviewer."""
    return _as_reviewer(clerk, appeal_id, "review", {})


def request(clerk: Clerk, appeal_id: str, *, question: str, answer_by: date | None) -> Answer:
    """Ask the filer for something, by a day."""
    day = answer_by or DEADLINES.answer_by(clerk.now)
    said = {"question": check_text(question), "answer_by": day.isoformat()}
    return _as_reviewer(clerk, appeal_id, "request", said)


def answer_request(clerk: Clerk, appeal_id: str, *, text: str, files: Sequence[Path]) -> Answer:
    """Answer a request: the filer by link, or staff for the filer."""
    check_text(text)
    kept = keep(clerk.setting.register_home(), files)
    said = {"answer": text, "attachments": [one.as_json() for one in kept]}
    return take(clerk, appeal_id, "answer", said)


def expire(clerk: Clerk, appeal_id: str) -> Answer:
    """Record that a request was not answered in time; the appeal is still decided."""
    with at_desk(clerk, appeal_id) as desk:
        draft = draft_of(desk.appeal, "expire", by=desk.by, account_id=desk.appeal.account_id, said={})
        refuse_to_expire(desk.appeal, clerk.now.date())
        return desk.record(draft, now=clerk.now)


def relief(clerk: Clerk, appeal_id: str, *, granted: bool, reason: str, until: date | None) -> Answer:
    """Record whether the restriction is to rest meanwhile; at the gate that takes a plan.

    The reviewer may be anybody who could hear the appeal: relief does not wait for the assignment.
    """
    with at_desk(clerk, appeal_id) as desk:
        _refuse(clerk, desk)
        said = {
            "granted": granted,
            "reason": check_text(reason),
            "until": None if until is None else until.isoformat(),
        }
        draft = draft_of(desk.appeal, "relief", by=desk.by, account_id=desk.appeal.account_id, said=said)
        return desk.record(draft, now=clerk.now)


def decide(clerk: Clerk, appeal_id: str, *, outcome: str, reasons: str) -> Answer:
    """Sign the outcome of an appeal: the assigned reviewer, and nobody and nothing else.

    Raises:
        DebarError: DBR-H005, another key; DBR-H002 to DBR-H004, the reviewer may no longer hear it.
    """
    check_text(reasons)
    with at_desk(clerk, appeal_id) as desk:
        _refuse(clerk, desk)
        _refuse_other(desk)
        assert clerk.key is not None, "a reviewer has a key"
        said = {
            "outcome": outcome,
            "reasons": reasons,
            "effects": [] if outcome == UPHELD else ["a plan carries it out"],
        }
        draft = outcome_draft(
            desk.appeal,
            by=desk.by,
            account_id=desk.appeal.account_id,
            said=said,
            nonce=random_salts(1)[0].hex(),
            origin=desk.register.origin,
            signer=load_signer(clerk.key),
        )
        answer = desk.record(draft, now=clerk.now)
    if outcome == UPHELD:
        return answer
    appeal = answer.document
    verb = "lift" if outcome == "lifted" else "vary"
    hint = f"next: debar {verb} {appeal['decision_id']} {appeal['account_id']} --appeal {appeal_id}"
    return Answer(document=answer.document, text=f"{answer.text}\n{hint}")


def inform(clerk: Clerk, appeal_id: str) -> Answer:
    """Record that the filer was told the outcome, its reasons, and of out-of-court bodies.

    Raises:
        DebarError: DBR-H011, the outcome was not carried out yet.
    """
    with at_desk(clerk, appeal_id) as desk:
        refuse_to_inform(desk.appeal)
        said = {"out_of_court_told": True}
        draft = draft_of(desk.appeal, "inform", by=desk.by, account_id=desk.appeal.account_id, said=said)
        return desk.record(draft, now=clerk.now)


def withdraw(clerk: Clerk, appeal_id: str) -> Answer:
    """Take an appeal back."""
    return take(clerk, appeal_id, "withdraw", {})


def escalate(
    clerk: Clerk, appeal_id: str, *, route: str, body_name: str, received_on: date | None, is_complex: bool
) -> Answer:
    """Record that the dispute went to an out-of-court body or a court."""
    said: dict[str, Any] = {
        "route": route,
        "body_name": body_name,
        "received_on": (received_on or clerk.now.date()).isoformat(),
        "is_complex": is_complex,
    }
    return take(clerk, appeal_id, "escalate", said)


def resolve(clerk: Clerk, appeal_id: str, *, result: str, engaged: bool) -> Answer:
    """Record what the body or the court said; the appeal stands again where it stood."""
    return take(clerk, appeal_id, "resolve", {"result": check_text(result), "engaged": engaged})


def close(clerk: Clerk, appeal_id: str) -> Answer:
    """Close an appeal on which nothing is left to do."""
    return take(clerk, appeal_id, "close", {})


def list_appeals(setting: Setting, *, decision: str | None, only_open: bool) -> Answer:
    """Tell all appeals, or those against one decision."""
    with open_register(setting.register_address(), read_only=True) as register:
        found = [
            appeal
            for appeal in all_appeals(register).values()
            if (decision is None or appeal.decision_id == decision) and (appeal.is_open or not only_open)
        ]
    lines = [_line(appeal) for appeal in found]
    return Answer(
        document={"appeals": [appeal.as_json() for appeal in found]},
        text="\n".join(lines) or "no appeals",
    )


def show_appeal(setting: Setting, appeal_id: str) -> Answer:
    """Tell an appeal with every step, whether its attachments are whole, and what may follow."""
    with open_register(setting.register_address(), read_only=True) as register:
        appeal = find_appeal(register, appeal_id)
        home = register.home
    attachments = [
        {**one, "whole": is_whole(home, one["sha256"])}
        for step in appeal.steps
        for one in step.body.get("attachments", [])
    ]
    may = [transition.event for transition in following(appeal.state)]
    lines = [_line(appeal)]
    for step in appeal.steps:
        lines.append(f"  {step.at:%Y-%m-%d %H:%M}  {words_of(step.event)} by {step.by or 'erased'}")
        lines += [f"      {line}" for line in _said(step.body)]
    for one in attachments:
        lines.append(
            f"  attachment {one['name']} ({one['size_bytes']:,} bytes, sha256 {one['sha256'][:16]}):"
            f" {'whole' if one['whole'] else 'MISSING OR CHANGED'}"
        )
    lines.append(f"  may follow: {', '.join(words_of(event) for event in may) or 'nothing'}")
    document = {**appeal.as_json(), "attachments": attachments, "may_follow": may}
    return Answer(document=document, text="\n".join(lines))


def _line(appeal: Appeal) -> str:
    due = appeal.due()
    late = ", filed late" if appeal.said("file", "late") else ""
    outcome = f": {appeal.outcome}" if appeal.outcome else ""
    return (
        f"{appeal.appeal_id}  {words_of(appeal.state)}{outcome}{late}"
        f"  account {appeal.account_id or 'erased'} of {appeal.decision_id}"
        + (f"  due on {due}" if due else "")
    )


_SHOWN = ("grounds", "reason", "reviewer", "question", "answer_by", "answer", "granted", "outcome", "reasons",
          "route", "body_name", "result", "relief_asked")  # fmt: skip


def _said(body: Any) -> list[str]:  # noqa: ANN401 - an entry's JSON
    lines = []
    for name in _SHOWN:
        value = body.get(name)
        several = value if isinstance(value, list) else [value]
        lines += [f"{words_of(name)}: {one}" for one in several if one not in (None, "", False)]
    return lines


def _named_reviewer(desk: Desk, reviewer: str) -> Reviewer:
    keys = [key for key in enrolled_keys(desk.register) if named([key.name]) == named([reviewer])]
    if len(keys) != 1:
        raise DebarError(
            "DBR-P004",
            f"{len(keys) or 'no'} keys are enrolled for {reviewer}",
            hint="debar register enrol --key FILE --role appeals --by FILE",
            exit_code=EXIT_REFUSED,
        )
    return Reviewer(name=keys[0].name, public_key=keys[0].public_key.hex(), roles=keys[0].roles)


def _as_reviewer(clerk: Clerk, appeal_id: str, event: str, said: dict[str, Any]) -> Answer:
    with at_desk(clerk, appeal_id) as desk:
        draft = draft_of(desk.appeal, event, by=desk.by, account_id=desk.appeal.account_id, said=said)
        _refuse_other(desk)
        return desk.record(draft, now=clerk.now)


def _acting(desk: Desk) -> Reviewer:
    return desk.reviewer or Reviewer(name=desk.by, public_key="", roles=frozenset())


def _refuse_other(desk: Desk) -> None:
    refuse_other(
        _acting(desk),
        assigned_key=str(desk.appeal.said("assign", "reviewer_key") or "nobody"),
        assigned_name=desk.appeal.reviewer,
    )


def _refuse(clerk: Clerk, desk: Desk) -> None:
    """Refuse whoever may not hear the appeal, also where they were assigned before they took part."""
    refuse_reviewer(_acting(desk), involved_in(told_of(clerk, desk.appeal), desk.appeal.account_id))
