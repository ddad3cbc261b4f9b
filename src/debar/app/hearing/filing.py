"""Links and filings: how an appeal comes in, with or without a login.

Law: whoever holds a link may file about one decision on one account; staff may file for whoever wrote.
A late filing is recorded and marked late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.app.applying import enrolled_keys
from debar.app.decisions import Decision, banned_accounts, load_decision
from debar.app.hearing.clerk import BY_LINK, Clerk, open_link, step_answer
from debar.app.hearing.denials import check_text, refuse_stranger
from debar.app.registering import record
from debar.appeals.appeal import Appeal, draft_of
from debar.appeals.deadlines import DEADLINES
from debar.appeals.links import AppealLink, make_link
from debar.model.problem import EXIT_REFUSED, DebarError
from debar.notices.issue import references
from debar.plans.approval import enrolled
from debar.register.address import open_register
from debar.stores.attachments import keep
from debar.stores.keys import load_register_secrets, load_signer, random_salts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from debar.app.opening import Setting


def applied(setting: Setting, decision: str) -> Decision:
    """Return a decision that is in force or was.

    Raises:
        DebarError: DBR-A010, the plan was not applied.
    """
    told = load_decision(setting, decision)
    if told.applied_at is None:
        raise DebarError(
            "DBR-A010",
            "this plan was not applied: there is nothing to object to",
            hint="debar approve and debar apply come first",
            exit_code=EXIT_REFUSED,
        )
    return told


def link(setting: Setting, decision: str, account_id: str, *, until: date | None) -> Answer:
    """Make the link with which an account holder files without a login.

    Args:
        setting: Names the register, whose log key signs.
        decision: The decision.
        account_id: The account.
        until: Last day on which it works; by default the last day of the complaint period.
    """
    told = applied(setting, decision)
    refuse_stranger(told, account_id)
    secrets = load_register_secrets(setting.register_home())
    day = until or DEADLINES.complaint_until(told.informed_at(account_id))
    _, reference = references(told.decision_id, account_id)
    made = AppealLink(
        decision_id=told.decision_id,
        reference=reference,
        until=datetime.combine(day, time(23, 59, 59), UTC),
    )
    text = make_link(made, origin=secrets.log_signer.name, signer=secrets.log_signer)
    document = {
        "link": text,
        "decision_id": told.decision_id,
        "reference": reference,
        "until": day.isoformat(),
    }
    return Answer(document=document, text=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """What is filed.

    Args:
        grounds: Why the decision is wrong, in the filer's words; one or more.
        requested: What the filer asks for: ``lifted`` or ``varied``.
        filer: ``account_holder``, ``representative``, ``linked_party`` or ``notifier``.
        name: Who files, as they give it; may be empty.
        reply_to: Where to answer; may be empty.
        channel: How it came.
        language: ISO 639-1.
        relief: Whether the filer asks that the restriction rests meanwhile.
        files: Attachments.
    """

    grounds: Sequence[str]
    requested: str = "lifted"
    filer: str = "account_holder"
    name: str = ""
    reply_to: str = ""
    channel: str = "link"
    language: str = "en"
    relief: bool = False
    files: Sequence[Path] = ()


def file_appeal(
    clerk: Clerk, filing: Filing, *, decision: str | None = None, account_id: str | None = None
) -> Answer:
    """File an appeal, by the holder's link or by staff for whoever wrote.

    Raises:
        DebarError: The link does not hold; DBR-A011, the decision does not touch the account; DBR-A052, staff
            named no decision or account.
    """
    for ground in filing.grounds:
        check_text(ground)
    with open_register(clerk.setting.register_address()) as register:
        if clerk.key is not None and clerk.link is None:
            if decision is None or account_id is None:
                raise DebarError(
                    "DBR-A052", "staff files with --decision and --account; a link names both by itself"
                )
            by = enrolled(enrolled_keys(register), load_signer(clerk.key).public_key).name
            told = applied(clerk.setting, decision)
            refuse_stranger(told, account_id)
        else:
            bound = open_link(clerk, register)
            told = applied(clerk.setting, bound.decision_id)
            account_id, by = _account_of(told, bound.reference), BY_LINK
        kept = keep(register.home, filing.files)
        nonce = random_salts(1)[0].hex()
        appeal = Appeal(
            appeal_id=f"appeal-{clerk.now.date().isoformat()}-{nonce[:12]}", decision_id=told.decision_id
        )
        informed_at = told.informed_at(account_id)
        said: dict[str, Any] = {
            "account_id": account_id,
            "reference": references(told.decision_id, account_id)[1],
            "filer": {
                "kind": filing.filer,
                "name": filing.name,
                "reply_to": filing.reply_to,
                "verified": by == BY_LINK,
            },
            "channel": "link" if by == BY_LINK else filing.channel,
            "grounds": list(filing.grounds),
            "requested": filing.requested,
            "attachments": [one.as_json() for one in kept],
            "relief_asked": filing.relief,
            "language": filing.language,
            "complaint_until": DEADLINES.complaint_until(informed_at).isoformat(),
            "late": DEADLINES.is_late(filed_at=clerk.now, informed_at=informed_at),
            "decide_by": DEADLINES.decide_by(clerk.now).isoformat(),
        }
        draft = draft_of(appeal, "file", by=by, account_id=account_id, said=said)
        entry = record(register, [draft], now=clerk.now).entries[0].seq
        answer = step_answer(register, appeal.appeal_id, entry=entry)
    late = f"\nit is late: the period ended on {said['complaint_until']}" if said["late"] else ""
    return Answer(document=answer.document, text=answer.text + late)


def _account_of(told: Decision, reference: str) -> str:
    found = [a for a in banned_accounts(told.plan) if references(told.decision_id, a)[1] == reference]
    assert len(found) == 1, "a signed link is bound to one account of its decision"
    return found[0]
