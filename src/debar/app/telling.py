"""Tell a decision as one file: the brief.

Law: everything that is told comes from the plan, the register and the platform's rows; nothing is added.
"""

from __future__ import annotations

import base64
from datetime import date
from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.app.decisions import banned_accounts, load_decision, money_standing, open_for
from debar.app.reversal.noticing import revised_notices
from debar.app.stating.statements import issue_of, monthly_spend, publication_of
from debar.app.verbs import write_whole
from debar.briefs.build import BriefInput, build_brief
from debar.briefs.hearing import HEARD
from debar.briefs.verify import fingerprint_of
from debar.cases.contacts import contacts_of
from debar.ledger.earned import earned
from debar.model.money import format_micros
from debar.notices.pages import render_post_text, render_text
from debar.notices.public_post import public_post
from debar.register.entries import derived_salt, instant_text
from debar.register.signatures import approval_message
from debar.stores.rates import shipped_rates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from debar.app.decisions import Decision
    from debar.app.opening import Opened, Setting
    from debar.model.rates import Rates
    from debar.register.entries import Entry

TITLE_SUBJECTS_MAX = 3


def brief(setting: Setting, decision: str, *, out: Path, platform: Path | None, now: datetime) -> Answer:
    """Write the brief of a decision, or of a plan."""
    told = load_decision(setting, decision)
    opened = open_for(setting, told.plan, platform)
    page = make_brief(told, opened, rates=shipped_rates(), made_at=now)
    write_whole(out, page)
    fingerprint = fingerprint_of(page)
    return Answer(
        document={"file": str(out), "fingerprint": fingerprint, "decision_id": told.decision_id},
        text=f"{out}: {len(page) // 1024} KiB, fingerprint {fingerprint}",
    )


def make_brief(told: Decision, opened: Opened, *, rates: Rates, made_at: datetime) -> str:
    """Return the brief's page."""
    plan = told.plan
    accounts = [member["account_id"] for member in plan["members"]]
    banned = banned_accounts(plan)
    currency = plan["earned"]["currency"] or "USD"
    standings = {m["account_id"]: money_standing(m) for m in plan["members"]}
    as_of = plan["earned"]["as_of"]
    report = earned(
        opened.engine,
        standings,
        rates=rates,
        to=plan["earned"]["currency"],
        as_of=date.fromisoformat(as_of) if as_of else None,
        also=sorted({name.split(" ", 1)[0] for name in plan["earned"]["also"]}),
        cut_off=date.fromisoformat(plan["decision"]["from"][:10]),
    )
    money = report.as_json() if plan["earned"].get("basis") != "stated spend" else {}
    if money:
        spend = monthly_spend(opened, banned, rates, currency)
        money["months"] = [
            {"month": month.isoformat()[:7], "currency": currency, "amount": format_micros(micros)}
            for month, micros in spend
        ]
    notice, letters = "", []
    if told.applied_at is not None:
        notice = render_post_text(public_post(plan, publication_of(told, opened)), width=None)
        letters = [
            {
                "account_id": s.subject.account_id,
                "puid": s.puid,
                "status": s.status,
                "text": render_text(s, width=None),
            }
            for s, _ in revised_notices(told, issue_of(told, opened))
        ]
    return build_brief(
        BriefInput(
            plan=plan,
            accounts=account_facts(opened, accounts),
            money=money,
            contacts=contacts_of(opened.engine, banned),
            entries=[entry_document(entry, told) for entry in told.entries],
            checkpoint=told.checkpoint,
            verification_keys=told.keys(),
            approvals=[
                {
                    "by": entry.by or "",
                    "public_key": entry.public["public_key"],
                    "signature": entry.public["signature"],
                    "message": approval_message(entry.public["plan_sha256"]).decode(),
                }
                for entry in told.entries
                if entry.type == "approval" and entry.public["plan_sha256"] == plan["plan_sha256"]
            ],
            statement=notice,
            statements=letters,
            recipients=[
                {
                    "name": recipient.name,
                    "purpose": recipient.purpose,
                    "amount": format_micros(recipient.amount.amount_micros) if recipient.amount else "",
                    "currency": recipient.amount.currency if recipient.amount else "",
                }
                for recipient in told.recipients()
            ],
            title=title_of(plan),
            made_at=made_at.replace(microsecond=0).isoformat().replace("+00:00", "Z"),
        )
    )


def title_of(plan: Mapping[str, Any]) -> str:
    """Name a case by its subjects; by the first account and a count where that would be long."""
    queries = [subject["query"] for subject in plan["subjects"]]
    if len(queries) <= TITLE_SUBJECTS_MAX and not any(query.startswith("account:") for query in queries):
        return " and ".join(queries)
    named = [member["name"] for member in plan["members"] if member["basis"] == "named"]
    return named[0] if len(named) == 1 else f"{named[0]} and {len(named) - 1} more"


def account_facts(opened: Opened, account_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return each account's row and identifiers, masked, as a brief carries them."""
    rows = opened.engine.rows(
        "SELECT account_id, name, handle, legal_name, country, created_at, declared_agency FROM accounts"
        " WHERE account_id IN (SELECT unnest($ids))",
        {"ids": list(account_ids)},
    )
    found: dict[str, dict[str, Any]] = {
        row[0]: {
            "name": row[1] or row[0],
            "handle": row[2] or "",
            "legal_name": row[3] or "",
            "country": row[4] or "",
            "created_at": row[5].isoformat() + "Z" if row[5] else "",
            "declared_agency": bool(row[6]),
            "identifiers": [],
        }
        for row in rows
    }
    held = opened.engine.rows(
        "SELECT account_id, kind, shown, role, first_seen, last_seen, source, fact_id FROM identifiers"
        " WHERE account_id IN (SELECT unnest($ids)) AND family IS NOT NULL AND family <> 'creative'"
        " ORDER BY account_id, kind, fact_id",
        {"ids": list(account_ids)},
    )
    for account, kind, shown, role, first_seen, last_seen, source, fact in held:
        found[account]["identifiers"].append(
            {
                "kind": kind,
                "shown": shown,
                "role": role or "",
                "first_seen": first_seen.isoformat() if first_seen else "",
                "last_seen": last_seen.isoformat() if last_seen else "",
                "source": source or "",
                "fact_id": fact,
            }
        )
    return found


def entry_document(entry: Entry, told: Decision) -> dict[str, Any]:
    """Return an entry as a brief carries it: the leaf, its proof, and what it is about in a few words."""
    assert told.proofs is not None, "recorded entries come with proofs"
    summary = {
        "plan": "the plan, with its evidence",
        "approval": f"{entry.by} approved the plan",
        "enrol": f"the key of {entry.by} was enrolled as {entry.public.get('role', '')}",
        "pledge": "what was earned is pledged",
        "case": "the case was opened, with the digest of each contact",
        "denial": "the other side's answer, word for word",
        "appeal": f"an appeal: {str(entry.public.get('event', '')).replace('_', ' ')}",
        "outcome": f"an appeal was decided: {entry.public.get('outcome', '')}",
        "lift": "a debarment was lifted",
        "vary": "a debarment was changed",
        "statement": "somebody was told",
        "payment": "a recipient was paid",
        "judgement": "a reviewer's word on two accounts",
    }.get(entry.type, "")
    opened = None
    if entry.type in HEARD and entry.salt is not None and entry.body is not None:
        opened = {"salt": derived_salt(entry.salt, "body").hex(), "body": dict(entry.body)}
    if entry.type == "debar" and entry.body is not None:
        summary = f"{entry.body['name']} may not advertise ({entry.body['because']})"
    return {
        "seq": entry.seq,
        "type": entry.type,
        "at": instant_text(entry.at),
        "by": entry.by or "",
        "leaf": base64.b64encode(entry.leaf).decode(),
        "proof": [base64.b64encode(node).decode() for node in told.proofs[entry.seq]],
        "summary": summary,
        **({"opened": opened} if opened else {}),
    }
