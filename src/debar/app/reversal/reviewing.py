"""What is due: suspensions to be confirmed, lapses to be recorded, appeals to be decided.

Law: a suspension that nobody confirmed has lapsed at the gate by itself; recording it makes money, watch and
statements say the same, in one transaction, and needs no approval, because it decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.app.applying import enrolled_keys
from debar.app.decisions import Decision, recorded_decision
from debar.app.hearing.clerk import all_appeals
from debar.app.hearing.denials import responses_of
from debar.app.money.donating import donation_at, draft_of
from debar.app.registering import record
from debar.app.reversal.carrying_out import without
from debar.app.reversal.noticing import lapsed_id, latest_statements, respond_by
from debar.app.reversal.standing import INTERIM, LAPSED, standings_of
from debar.appeals.deadlines import DEADLINES
from debar.appeals.states import words_of
from debar.plans.approval import enrolled
from debar.plans.revision import BAN, kind_of
from debar.register.address import open_register
from debar.register.drafts import gate_draft
from debar.register.entries import EntryDraft, instant_text
from debar.stores.keys import load_signer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from debar.app.opening import Setting
    from debar.app.reversal.standing import AccountStanding
    from debar.register.writing import Register

LAPSE_REASON = "the interim suspension was not confirmed by its day of review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """An interim suspension that has lapsed and is not recorded yet."""

    told: Decision
    standing: AccountStanding


def review(setting: Setting, *, days: int, key: Path | None, now: datetime) -> Answer:
    """Tell what is due within some days, and record the lapses where a key is given.

    Args:
        setting: Names the register.
        days: How far to look ahead.
        key: An enrolled key; with it every lapse is recorded, one decision after another.
        now: The present instant.
    """
    with open_register(setting.register_address(), read_only=key is None) as register:
        decisions = list(_decisions(register))
        recorded: list[dict[str, Any]] = []
        if key is not None:
            by = enrolled(enrolled_keys(register), load_signer(key).public_key).name
            for told in decisions:
                recorded += _record(register, told, by=by, now=now)
            decisions = list(_decisions(register))
        document = {
            "on": now.date().isoformat(),
            "interim": [one for told in decisions for one in _interim(told, days=days, now=now)],
            "lapsed": [
                {"decision_id": lapse.told.decision_id, **lapse.standing.as_json()}
                for told in decisions
                for lapse in _lapses(told, now)
            ],
            "recorded": recorded,
            "appeals": _appeals(register, days=days, now=now),
        }
    return Answer(document=document, text=_text(document))


def _decisions(register: Register) -> Iterator[Decision]:
    """Yield every decision of a register, oldest first."""
    for entry in register.entries_of_type("plan"):
        if entry.body is not None and kind_of(entry.body["plan"]) == BAN:
            told = recorded_decision(register, entry.public["decision_id"])
            assert told is not None, "the entry names its own decision"
            yield told


def _interim(told: Decision, *, days: int, now: datetime) -> list[dict[str, Any]]:
    found = []
    for account, one in standings_of(told, now).items():
        if one.word != INTERIM or one.until is None or one.until > now.date() + timedelta(days=days):
            continue
        day = respond_by(told, account)
        found.append(
            {
                "decision_id": told.decision_id,
                "account_id": account,
                "review_on": one.until.isoformat(),
                "respond_by": None if day is None else day.isoformat(),
                "responses": responses_of(told, account),
            }
        )
    return found


def _lapses(told: Decision, now: datetime) -> list[Lapse]:
    return [
        Lapse(told=told, standing=one)
        for one in standings_of(told, now).values()
        if one.word == LAPSED and one.at is None
    ]


def _record(register: Register, told: Decision, *, by: str, now: datetime) -> list[dict[str, Any]]:
    """Record what has lapsed of one decision: entries for gate, money and statements, together."""
    lapses = _lapses(told, now)
    if not lapses:
        return []
    revision = register.revision()
    drafts = lapse_drafts(told, [lapse.standing.account_id for lapse in lapses], by=by, now=now)
    done = record(register, drafts, now=now, expected_revision=revision)
    return [
        {"decision_id": told.decision_id, "account_id": entry.body["key"]["value"], "entry": entry.seq}
        for entry in done.entries
        if entry.type == "lift" and entry.body is not None
    ]


def lapse_drafts(told: Decision, accounts: Sequence[str], *, by: str, now: datetime) -> list[EntryDraft]:
    """Return the entries that say that some suspensions have lapsed."""
    drafts = [
        gate_draft(
            "lift",
            {
                "key": {"kind": "account", "value": account},
                "decision_id": told.decision_id,
                "lift_reason": LAPSED,
                "reason": LAPSE_REASON,
            },
            by=by,
        )
        for account in accounts
    ]
    donation = donation_at(told)
    if donation is not None:
        after = without(told, donation, frozenset(accounts), reason=LAPSE_REASON, now=now)
        if after.entries != donation.entries:
            drafts.append(draft_of(after, decision_id=told.decision_id, by=by))
    earlier = latest_statements(told)
    for account in accounts:
        body = {
            "to": "account_holder",
            "account_id": account,
            "statement_id": lapsed_id(earlier[account]),
            "informed_at": instant_text(now),
            "complaint_until": DEADLINES.complaint_until(now).isoformat(),
            "status": "lifted",
            "reason": LAPSE_REASON,
            "supersedes": earlier[account],
            "review_on": None,
            "respond_by": None,
        }
        public = {"decision_id": told.decision_id}
        drafts.append(EntryDraft(type="statement", by=by, body=body, subjects=(account,), public=public))
    return drafts


def _appeals(register: Register, *, days: int, now: datetime) -> list[dict[str, Any]]:
    found = []
    for appeal in all_appeals(register).values():
        due = appeal.due()
        if due is None or due > now.date() + timedelta(days=days):
            continue
        late = due < now.date()
        found.append(
            {"appeal_id": appeal.appeal_id, "state": appeal.state, "due_on": due.isoformat(), "overdue": late}
        )
    return found


def _text(document: Mapping[str, Any]) -> str:
    lines = [f"Due by now or soon, on {document['on']}"]
    for one in document["interim"]:
        said = ", ".join(f"entry {seq}" for seq in one["responses"]) or "nothing"
        lines.append(
            f"  {one['account_id']} of {one['decision_id']}: confirm by {one['review_on']}, or it lapses;"
            f" it has said {said}" + (f", and may until {one['respond_by']}" if one["respond_by"] else "")
        )
    lines += [
        f"  {one['account_id']} of {one['decision_id']}: lapsed after {one['until']}, not recorded yet"
        for one in document["lapsed"]
    ]
    lines += [
        f"  {one['account_id']} of {one['decision_id']}: lapse recorded, entry {one['entry']}"
        for one in document["recorded"]
    ]
    for one in document["appeals"]:
        late = ", OVERDUE" if one["overdue"] else ""
        lines.append(f"  {one['appeal_id']}: {words_of(one['state'])}, due on {one['due_on']}{late}")
    return "\n".join(lines if len(lines) > 1 else [*lines, "  nothing"])
