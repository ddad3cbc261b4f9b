"""Apply a plan that changes a decision: everything that follows from it, in one transaction.

Law: gates, links, money, watch, statements, notices and the appeal change together or not at all; a lift is
in force when its entry is proven in the signed tree, as the ban was. What was paid out is never taken back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.app.applying import enrolled_keys
from debar.app.decisions import Decision, recorded_decision
from debar.app.hearing.clerk import find_appeal
from debar.app.money.donating import donation_at, draft_of, instant
from debar.app.registering import record
from debar.app.reversal.noticing import latest_statements, notice_drafts, word_drafts
from debar.app.reversal.planning import refuse_unheard
from debar.app.reversal.standing import left_the_promise, reduction_micros, rests_on, standings_of
from debar.appeals.appeal import draft_of as appeal_draft
from debar.gate.direct import Gate
from debar.ledger.pledge import reverse_part
from debar.model.problem import EXIT_REFUSED, EXIT_STALE, DebarError
from debar.plans.approval import (
    Signature,
    refuse_if_unapproved,
    refuse_without_proposer,
    signatures_needed,
)
from debar.plans.base import refuse_if_stale
from debar.plans.revision import REVERSAL, kind_of
from debar.register.drafts import gate_draft, judgement_draft
from debar.register.entries import EntryDraft
from debar.register.notes import open_checkpoint
from debar.register.signatures import sign_approval
from debar.register.tree import leaf_hash, verify_inclusion

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from debar.ledger.pledge import Donation
    from debar.model.policy import Policy
    from debar.model.ports import Signer
    from debar.plans.plan import Plan
    from debar.register.entries import Entry
    from debar.register.writing import Register


@dataclass(frozen=True, slots=True, kw_only=True)
class _Carrying:
    """A plan on its way into the register."""

    plan: Plan
    told: Decision
    by: str
    now: datetime


def apply_revision(
    plan: Plan, register: Register, *, policy: Policy, signer: Signer, now: datetime
) -> Answer:
    """Apply an approved plan that changes a decision.

    Args:
        plan: The plan; its digest was checked when it was read.
        register: The register.
        policy: The operator's policy now: how many signatures are needed.
        signer: The applier's key.
        now: The present instant.

    Raises:
        DebarError: Too few signatures, a stale base, or what stood no longer stands: nothing is changed then.
    """
    names = _signers(plan, register, policy=policy, signer=signer)
    decision_id = plan.document["reverses"]["decision_id"]
    done = [
        entry for entry in register.entries_of_plan(plan.sha256) if entry.type in ("plan", "lift", "vary")
    ]
    if done:
        return _tell(plan, register, entries=done, signers=names, now=now, repeated=True)
    revision = register.revision()
    told = recorded_decision(register, decision_id)
    if told is None:
        raise DebarError("DBR-A009", f"the register has no decision {decision_id!r}", exit_code=EXIT_REFUSED)
    _refuse_stale(plan, register, told, now)
    carrying = _Carrying(plan=plan, told=told, by=names[-1], now=now)
    drafts = [
        *_decision_drafts(carrying),
        *_judgement_drafts(carrying),
        *_money_drafts(carrying),
        *_notice_drafts(carrying),
        *_appeal_drafts(carrying, register),
    ]
    made = record(register, drafts, now=now, request_key=f"apply {plan.sha256}", expected_revision=revision)
    return _tell(plan, register, entries=made.entries, signers=names, now=now, repeated=made.repeated)


def _signers(plan: Plan, register: Register, *, policy: Policy, signer: Signer) -> tuple[str, ...]:
    keys = enrolled_keys(register)
    refuse_without_proposer(plan, keys)
    approvals = [
        Signature(public_key=bytes.fromhex(a.public_key), signature=bytes.fromhex(a.signature))
        for a in register.approvals(plan.sha256)
    ]
    applier = Signature(public_key=signer.public_key, signature=sign_approval(plan.sha256, signer))
    needed = signatures_needed(plan, policy)
    signers = refuse_if_unapproved(plan, approvals=approvals, applier=applier, keys=keys, needed=needed)
    return tuple(key.name for key in signers)


def _refuse_stale(plan: Plan, register: Register, told: Decision, now: datetime) -> None:
    """Refuse a plan whose base has moved, or that would confirm what has lapsed meanwhile."""
    document = plan.document
    appeal = None
    if document["appeal_id"]:
        found = find_appeal(register, document["appeal_id"])
        appeal = (found.appeal_id, f"{found.state} {found.outcome}")
    base = document["base"]
    refuse_if_stale(
        base,
        rests_on(told, appeal=appeal, responses=document["responses"]),
        model_sha256=base["model_sha256"],
        policy_sha256=base["policy_sha256"],
    )
    standings = standings_of(told, now)
    for change in document["changes"]:
        account = change["key"]["value"]
        if change["action"] == "vary" and not standings[account].holds:
            raise DebarError(
                "DBR-A055",
                f"the decision does not stand against account {account} any more:"
                f" {standings[account].sentence()}",
                hint="what has lapsed is not revived; a new plan can be made",
                exit_code=EXIT_STALE,
            )
        if kind_of(document) != REVERSAL and change["until"] is None:
            refuse_unheard(told, account, now)


def _decision_drafts(carrying: _Carrying) -> list[EntryDraft]:
    """Return the plan, then a lift or vary entry for each of its changes."""
    document, decision_id = carrying.plan.document, carrying.told.decision_id
    drafts = [
        EntryDraft(
            type="plan",
            by=carrying.by,
            body={"plan": document},
            public={
                "plan_sha256": carrying.plan.sha256,
                "plan_id": carrying.plan.plan_id,
                "decision_id": decision_id,
            },
        )
    ]
    ground = document["decision"]["ground"]
    for change in document["changes"]:
        body: dict[str, Any] = {"key": dict(change["key"]), "decision_id": decision_id}
        if change["action"] == "lift":
            body |= {
                "lift_reason": "appeal" if document["appeal_id"] else "reversed",
                "reason": document["reason"],
            }
        elif kind_of(document) == REVERSAL:
            body["reason"] = f"banned from advertising: {ground}; argued anew: {change['reason']}"
        else:
            word = "banned from advertising" if change["until"] is None else "suspended from advertising"
            body |= {"until": change["until"], "reason": f"{word}: {ground}"}
        drafts.append(gate_draft(change["action"], body, by=carrying.by, plan_sha256=carrying.plan.sha256))
    return drafts


def _judgement_drafts(carrying: _Carrying) -> list[EntryDraft]:
    """Return a reviewer's "not the same owner" for each retracted link, with what the link rested on."""
    document = carrying.plan.document
    if not document["retracts_judged"]:
        return []
    drafts = []
    for link in document["retracted"]:
        draft = judgement_draft(
            link["from"],
            link["to"],
            judgement="negative",
            by=document["proposed_by"],
            reason=f"retracted by the reversal of {carrying.told.decision_id}: {document['reason']}",
        )
        public = {"decision_id": carrying.told.decision_id, "plan_sha256": carrying.plan.sha256}
        drafts.append(replace(draft, body={**draft.body, "retracts": dict(link)}, public=public))
    return drafts


def _money_drafts(carrying: _Carrying) -> list[EntryDraft]:
    document = carrying.plan.document
    lifted = frozenset(c["key"]["value"] for c in document["changes"] if c["action"] == "lift")
    donation = donation_at(carrying.told)
    if donation is None or not lifted:
        return []
    after = without(carrying.told, donation, lifted, reason=document["reason"], now=carrying.now)
    if after.entries == donation.entries:
        return []
    draft = draft_of(after, decision_id=carrying.told.decision_id, by=carrying.by)
    return [replace(draft, public={**draft.public, "plan_sha256": carrying.plan.sha256})]


def without(
    told: Decision, donation: Donation, lifted: frozenset[str], *, reason: str, now: datetime
) -> Donation:
    """Return a donation without what some accounts had added to it; all of it goes where nobody is left."""
    gone = left_the_promise(told)
    everybody = {change["key"]["value"] for change in told.plan["changes"]}
    amount = (
        reduction_micros(told.plan, gone=gone, lifted=lifted)
        if everybody - gone - lifted
        else donation.pledged_micros
    )
    return reverse_part(donation, amount, at=instant(now), reason=reason)


def _notice_drafts(carrying: _Carrying) -> list[EntryDraft]:
    document = carrying.plan.document
    decision_id, by, now = carrying.told.decision_id, carrying.by, carrying.now
    return [
        *notice_drafts(
            document, decision_id=decision_id, by=by, now=now, earlier=latest_statements(carrying.told)
        ),
        *word_drafts(document, decision_id=decision_id, by=by, now=now),
    ]


def _appeal_drafts(carrying: _Carrying, register: Register) -> list[EntryDraft]:
    appeal_id = carrying.plan.document["appeal_id"]
    if not appeal_id:
        return []
    appeal = find_appeal(register, appeal_id)
    said = {"plan_sha256": carrying.plan.sha256, "plan_id": carrying.plan.plan_id}
    return [
        appeal_draft(
            appeal,
            "carry_out",
            by=carrying.by,
            account_id=appeal.account_id,
            said=said,
            plan_sha256=carrying.plan.sha256,
        )
    ]


def _tell(
    plan: Plan,
    register: Register,
    *,
    entries: Iterable[Entry],
    signers: tuple[str, ...],
    now: datetime,
    repeated: bool,
) -> Answer:
    """Ask the gate and check the proofs: this decision no longer denies what was lifted."""
    found = [entry for entry in entries if entry.type in ("plan", "lift", "vary")]
    revision, decision_id = register.revision(), plan.document["reverses"]["decision_id"]
    gate = Gate(register)
    accounts: list[dict[str, Any]] = []
    for entry in found:
        if entry.type == "plan" or entry.body is None:
            continue
        account = entry.body["key"]["value"]
        answer = gate.check(account, at_least=revision, now=now)
        stands = any(one.decision_id == decision_id for one in register.standing("account", account))
        accounts.append(
            {
                "account_id": account,
                "action": entry.type,
                "entry": entry.seq,
                "allowed": answer.allowed,
                "denied_by": answer.decision,
                "proven": is_proven(register, entry),
                "done": is_proven(register, entry) and stands == (entry.type == "vary"),
            }
        )
    gate.close()
    document = {
        "decision_id": decision_id,
        "plan_sha256": plan.sha256,
        "kind": kind_of(plan.document),
        "revision": revision,
        "signers": list(signers),
        "repeated": repeated,
        "accounts": accounts,
    }
    return Answer(
        document=document,
        text=_text(document),
        exit_code=0 if all(one["done"] for one in accounts) else EXIT_REFUSED,
    )


def is_proven(register: Register, entry: Entry) -> bool:
    """Tell whether an entry is in the tree that the newest checkpoint signs: then it is in force."""
    checkpoint = open_checkpoint(register.checkpoint(), (register.key,))
    proof = register.proof(entry.seq, checkpoint.size)
    return verify_inclusion(
        leaf_hash(entry.leaf), proof.path, index=entry.seq, size=checkpoint.size, root=checkpoint.root
    )


def _text(document: Mapping[str, Any]) -> str:
    word = "already applied" if document["repeated"] else "applied"
    head = f"{word}: a {document['kind']} of {document['decision_id']}, revision {document['revision']}"
    lines = [f"{head}, signed by {' and '.join(document['signers'])}"]
    for one in document["accounts"]:
        state = "allow" if one["allowed"] else f"deny, by {one['denied_by']}"
        proof = "proven" if one["proven"] else "NOT PROVEN"
        lines.append(
            f"  {one['account_id']}: {one['action']}, entry {one['entry']} {proof}; the gate: {state}"
        )
    return "\n".join(lines)
