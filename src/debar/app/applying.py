"""Approve a plan, apply it, and ask the gate.

Law: apply obeys only the plan's changes, after its digest, its signatures and its base were checked; twice
is once; all of it is recorded in one transaction or none of it is.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.app.authority.citing import said_now
from debar.app.opening import prepare
from debar.app.planning import standing_decisions
from debar.app.registering import record
from debar.app.reversal.noticing import notice_drafts
from debar.evidence.parameters import Parameters
from debar.gate.direct import Gate
from debar.linking.counting.facts import held_step
from debar.linking.links import salt_of
from debar.model.problem import EXIT_REFUSED, EXIT_STALE, DebarError
from debar.plans.approval import (
    EnrolledKey,
    Signature,
    enrolled,
    refuse_if_unapproved,
    refuse_self_approval,
    refuse_without_proposer,
    signatures_needed,
)
from debar.plans.base import read_rows, refuse_if_stale
from debar.plans.plan import decision_id_of
from debar.register.drafts import approval_draft, gate_draft
from debar.register.entries import EntryDraft
from debar.register.signatures import APPROVER, sign_approval
from debar.stores.rates import shipped_rates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from debar.app.opening import Opened
    from debar.model.ports import Signer
    from debar.plans.plan import Plan
    from debar.register.address import RegisterAddress
    from debar.register.reading import RegisterReader
    from debar.register.writing import Register


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What an apply did.

    Args:
        decision_id: The decision's id.
        revision: The register's revision that holds it.
        entries: Type and place of each entry.
        signers: Names of the keys that signed, the applier's last.
        repeated: Whether it had been applied before.
        acknowledged: Account id to the gate's answer after the apply.
    """

    decision_id: str
    revision: int
    entries: tuple[tuple[str, int], ...]
    signers: tuple[str, ...]
    repeated: bool
    acknowledged: Mapping[str, bool]


def decision_of(plan: Plan) -> str:
    """Return the id of the decision that applying a plan makes."""
    return decision_id_of(plan.document)


def enrolled_keys(register: RegisterReader) -> tuple[EnrolledKey, ...]:
    """Return the enrolled keys, one a key with all its roles."""
    roles: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    for enrolment in register.enrolments():
        roles.setdefault(enrolment.public_key, set()).add(enrolment.role)
        names[enrolment.public_key] = enrolment.name
    return tuple(
        EnrolledKey(name=names[key], public_key=bytes.fromhex(key), roles=frozenset(found))
        for key, found in roles.items()
    )


def approve(plan: Plan, register: Register, *, signer: Signer, now: datetime) -> Answer:
    """Approve a plan under an enrolled approver's key.

    Raises:
        DebarError: The key is not an approver's, or it is the proposer's.
    """
    keys = enrolled_keys(register)
    refuse_without_proposer(plan, keys)
    refuse_self_approval(plan, signer.public_key)
    key = enrolled(keys, signer.public_key, role=APPROVER)
    draft = approval_draft(plan.sha256, by=key.name, signer=signer)
    request = f"approval {plan.sha256} {signer.public_key.hex()}"
    done = record(register, [draft], now=now, request_key=request)
    entry = done.entries[0].seq
    return Answer(
        document={
            "plan_sha256": plan.sha256,
            "approved_by": key.name,
            "entry": entry,
            "revision": done.revision,
        },
        text=f"{key.name} approved {plan.plan_id}: entry {entry}, signature over {plan.sha256}",
    )


def apply_plan(
    plan: Plan,
    register: Register,
    opened: Opened,
    *,
    signer: Signer,
    now: datetime,
    lists: Sequence[Path] = (),
) -> tuple[Answer, Applied]:
    """Apply an approved plan whose base still stands.

    Args:
        plan: The plan; its digest was checked when it was read.
        register: The register.
        opened: The platform as it is now.
        signer: The applier's key.
        now: The present instant.
        lists: The authority lists that the plan cites, as they are now; empty for the files that it names.

    Raises:
        DebarError: Too few signatures, a stale base, or a refused entry: nothing is changed then.
    """
    keys = enrolled_keys(register)
    refuse_without_proposer(plan, keys)
    approvals = register.approvals(plan.sha256)
    signers = refuse_if_unapproved(
        plan,
        approvals=[
            Signature(public_key=bytes.fromhex(a.public_key), signature=bytes.fromhex(a.signature))
            for a in approvals
        ],
        applier=Signature(public_key=signer.public_key, signature=sign_approval(plan.sha256, signer)),
        keys=keys,
        needed=signatures_needed(plan, opened.policy, revenue_share=_revenue_share(plan, opened)),
    )
    names = tuple(key.name for key in signers)
    before = _applied_before(plan, register)
    if before is not None:
        return _tell(
            plan,
            register,
            entries=before,
            revision=register.revision(),
            signers=names,
            now=now,
            repeated=True,
        )
    _refuse_late(plan, now)
    _refuse_stale(plan, register, opened, lists)
    drafts = [
        *_drafts(plan, opened, by=names[-1]),
        *notice_drafts(plan.document, decision_id=decision_of(plan), by=names[-1], now=now, earlier={}),
    ]
    done = record(register, drafts, now=now, request_key=f"apply {plan.sha256}")
    entries = tuple((entry.type, entry.seq) for entry in done.entries if entry.type in ("plan", "debar"))
    return _tell(
        plan,
        register,
        entries=entries,
        revision=done.revision,
        signers=names,
        now=now,
        repeated=done.repeated,
    )


def _applied_before(plan: Plan, register: Register) -> tuple[tuple[str, int], ...] | None:
    found = register.entries_of_plan(plan.sha256)
    return tuple((entry.type, entry.seq) for entry in found if entry.type in ("plan", "debar")) or None


def _refuse_late(plan: Plan, now: datetime) -> None:
    """Refuse a plan that would be over before it begins."""
    days = [date.fromisoformat(change["until"][:10]) for change in plan.changes if change["until"]]
    if days and min(days) <= now.date():
        raise DebarError(
            "DBR-P009",
            f"the plan is too old: a suspension in it was to be reviewed by {min(days)}",
            hint="make a new plan with debar plan and have it approved",
            exit_code=EXIT_STALE,
        )


def _refuse_stale(plan: Plan, register: Register, opened: Opened, lists: Sequence[Path]) -> None:
    prepare(opened)
    base = plan.document["base"]
    keys = [(row["table"], row["key"]) for row in base["read_set"]]
    refuse_if_stale(
        base,
        read_rows(
            opened.engine,
            standing_decisions(register),
            keys,
            authorities=said_now(plan.document, register, lists),
        ),
        model_sha256=Parameters.from_json(plan.document["evidence"]["parameters"]).model_sha256(),
        policy_sha256=opened.policy.sha256(),
    )


def _revenue_share(plan: Plan, opened: Opened) -> int | None:
    """Return the share of the platform's delivered revenue that the plan's accounts brought, in millionths.

    Each currency at its last rate published by the decision's day, however old: this is a threshold, not an
    account. A currency that never had a rate counts as if it were all there is.
    None where the platform has no billing.
    """
    rows = opened.engine.rows(
        "SELECT currency, CAST(SUM(amount_micros) AS DECIMAL(38,0)),"
        " CAST(SUM(CASE WHEN account_id IN (SELECT unnest($ids)) THEN amount_micros ELSE 0 END)"
        " AS DECIMAL(38,0)) FROM billing WHERE kind = 'delivered' GROUP BY currency ORDER BY currency",
        {"ids": [change["key"]["value"] for change in plan.changes]},
    )
    rates, day = shipped_rates(), date.fromisoformat(plan.document["decision"]["from"][:10])
    everything = touched = Fraction(0)
    largest = 0
    for currency, total, own in rows:
        days, values = rates.published.get(currency, ((), ()))
        at = bisect_right(days, day) - 1
        if at < 0 and currency != "EUR":
            largest = max(largest, int(own) * 1_000_000 // int(total) if total else 0)
            continue
        rate = 1 / Fraction(values[at]) if currency != "EUR" else Fraction(1)
        everything, touched = everything + rate * int(total), touched + rate * int(own)
    if everything:
        largest = max(largest, int(touched * 1_000_000 / everything))
    return largest if rows else None


def _drafts(plan: Plan, opened: Opened, *, by: str) -> list[EntryDraft]:
    """Return the plan, then one debar entry for each of its changes, with what the watch must know."""
    decision_id = decision_of(plan)
    decision = plan.document["decision"]
    drafts = [
        EntryDraft(
            type="plan",
            by=by,
            body={"plan": plan.document},
            public={"plan_sha256": plan.sha256, "plan_id": plan.plan_id, "decision_id": decision_id},
        )
    ]
    watched = watched_values(opened, [change["key"]["value"] for change in plan.changes])
    names = {member["account_id"]: member["name"] for member in plan.members}
    for change in plan.changes:
        assert change["action"] == "debar", "a plan that changes a decision is applied elsewhere"
        account = change["key"]["value"]
        interim = change["until"] is not None
        word = "suspended from advertising until review" if interim else "banned from advertising"
        body: dict[str, Any] = {
            "key": dict(change["key"]),
            "decision_id": decision_id,
            "scopes": list(change["scopes"]),
            "surfaces": list(decision["surfaces"]),
            "territories": list(decision["territories"]),
            "because": change["because"],
            "reason": f"{word}: {decision['ground']}",
            "statement": f"statement of {decision_id}",
            "name": names[account],
            "watch": watched.get(account, []),
        }
        if interim:
            body["until"] = change["until"]
        drafts.append(gate_draft("debar", body, by=by, plan_sha256=plan.sha256))
    return drafts


def watched_values(opened: Opened, account_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Return what each account held, as sign-ups are later compared with it."""
    prepare(opened)
    engine = opened.engine
    engine.load("watched_accounts", {"account_id": "VARCHAR"}, [(account,) for account in account_ids])
    engine.run(held_step("watched", "watched_accounts", salt_of(engine)))
    rows = engine.rows("SELECT * FROM watched ORDER BY account_id, fact_id")
    names = ("fact_id", "kind", "family", "value_key", "shown", "crowd", "agreeing", "with_data")
    found: dict[str, list[dict[str, Any]]] = {}
    for account, *values in rows:
        found.setdefault(account, []).append(dict(zip(names, values, strict=True)))
    return found


def _tell(
    plan: Plan,
    register: Register,
    *,
    entries: tuple[tuple[str, int], ...],
    revision: int,
    signers: tuple[str, ...],
    now: datetime,
    repeated: bool,
) -> tuple[Answer, Applied]:
    gate = Gate(register)
    accounts = [change["key"]["value"] for change in plan.changes]
    acknowledged = {a: not gate.check(a, at_least=revision, now=now).allowed for a in accounts}
    gate.close()
    applied = Applied(
        decision_id=decision_of(plan),
        revision=revision,
        entries=entries,
        signers=signers,
        repeated=repeated,
        acknowledged=acknowledged,
    )
    document = {
        "decision_id": applied.decision_id,
        "plan_sha256": plan.sha256,
        "revision": revision,
        "signers": list(signers),
        "repeated": repeated,
        "entries": [{"type": kind, "seq": seq} for kind, seq in entries],
        "denied_at_the_gate": sum(acknowledged.values()),
        "accounts": len(accounts),
    }
    text = (
        f"{'already applied' if repeated else 'applied'}: {applied.decision_id}, revision {revision},"
        f" signed by {' and '.join(signers)}\n"
        f"the gate denies {sum(acknowledged.values())} of {len(accounts)} accounts at this revision"
    )
    if not all(acknowledged.values()):
        text += "\nNOT IN FORCE for all of them: run debar register verify"
    code = 0 if all(acknowledged.values()) else EXIT_REFUSED
    return Answer(document=document, text=text, exit_code=code), applied


def check(
    register: RegisterAddress,
    account_id: str,
    *,
    action: str,
    at_least: int | None,
    now: datetime,
    surface: str | None = None,
    territory: str | None = None,
) -> Answer:
    """Ask the gate whether an account may advertise."""
    gate = Gate(register)
    answer = gate.check(
        account_id, action=action, at_least=at_least, now=now, surface=surface, territory=territory
    )
    gate.close()
    if answer.allowed:
        text = f"allow {action} for {account_id} (revision {answer.revision})"
    else:
        until = f", until {answer.until:%Y-%m-%d %H:%M}Z" if answer.until else ""
        where = f"; {answer.decision}, entry {answer.entry}" if answer.decision else ""
        text = f"deny {action} for {account_id}: {answer.reason}{until}{where} (revision {answer.revision})"
    return Answer(
        document={"account_id": account_id, "action": action, **answer.as_json()},
        text=text,
        exit_code=answer.exit_code,
    )
