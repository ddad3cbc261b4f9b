"""A decision as it stands in the register: the plan, its entries and their proofs.

Law: what is told later is read from the record, not remembered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from debar.app.opening import open_platform
from debar.app.verbs import load_plan
from debar.model.money import Money, parse_micros
from debar.model.problem import EXIT_REFUSED, DebarError
from debar.notices.public_post import Denial
from debar.notices.statement import Recipient
from debar.plans.plan import decision_id_of
from debar.plans.revision import BAN, kind_of
from debar.register.address import open_register
from debar.register.notes import open_checkpoint

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from debar.app.opening import Opened, Setting
    from debar.cases.case import MoneyStanding
    from debar.register.address import RegisterAddress
    from debar.register.entries import Entry
    from debar.register.writing import Register


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision as it is told.

    Args:
        plan: The plan's document.
        decision_id: Its id; of a plan that was not applied, the id it would have.
        applied_at: When it was applied; None where it was not.
        entries: The register's entries about it, in order.
        checkpoint: The newest signed checkpoint; empty without a register.
        verifier_key: The log's key; empty without a register.
        proofs: Entry place to its audit path in the checkpoint's tree.
    """

    plan: Mapping[str, Any]
    decision_id: str
    applied_at: datetime | None
    entries: tuple[Entry, ...] = ()
    checkpoint: str = ""
    verifier_key: str = ""
    proofs: Mapping[int, tuple[bytes, ...]] | None = None

    def bodies(self, entry_type: str) -> list[Mapping[str, Any]]:
        """Return the bodies of the entries of one type that were not erased."""
        return [entry.body for entry in self.entries if entry.type == entry_type and entry.body is not None]

    def keys(self) -> list[Any]:
        """Return the keys that a reader checks with: the log's, and those that were enrolled."""
        enrolled = [
            {"by": entry.by or "", "public_key": entry.public["public_key"], "role": entry.public["role"]}
            for entry in self.entries
            if entry.type == "enrol"
        ]
        return [self.verifier_key, *enrolled] if self.verifier_key else []

    def plans(self) -> list[Mapping[str, Any]]:
        """Return the plans that made the decision and changed it, oldest first."""
        return [body["plan"] for body in self.bodies("plan")] or [self.plan]

    def informed_at(self, account_id: str) -> datetime:
        """Return when an account's holder was told, as recorded; the day of the apply where that is not."""
        assert self.applied_at is not None, "only an applied decision is told"
        told = [
            entry.at
            for entry in self.entries
            if entry.type == "statement" and entry.body and entry.body.get("account_id") == account_id
        ]
        return told[0] if told else self.applied_at

    def recipients(self) -> tuple[Recipient, ...]:
        """Return whom the money is pledged to, as it stands after the last step."""
        return tuple(
            Recipient(
                name=part["recipient"],
                purpose=body["purpose"],
                amount=Money(amount_micros=parse_micros(part["amount"]), currency=body["currency"]),
            )
            for body in self.bodies("pledge")[-1:]
            for part in body["allocations"]
        )

    def denial(self) -> Denial | None:
        """Return the advertiser's answer to the whole decision, if any; never one account's response."""
        bodies = [body for body in self.bodies("denial") if not body.get("account_id")]
        if not bodies:
            return None
        return Denial(
            who=bodies[-1]["who"], said_on=date.fromisoformat(bodies[-1]["said_on"]), text=bodies[-1]["text"]
        )


def load_decision(setting: Setting, decision: str) -> Decision:
    """Find a decision in the register, or take a plan's file.

    Raises:
        DebarError: DBR-A009, the register has no such decision.
    """
    path = Path(decision)
    if path.suffix == ".json" or path.is_file():
        plan = load_plan(path)
        if kind_of(plan.document) != BAN:
            return load_decision(setting, plan.document["reverses"]["decision_id"])
        decision_id = decision_id_of(plan.document)
        if setting.register is None:
            return Decision(plan=plan.document, decision_id=decision_id, applied_at=None)
        found = _recorded(setting.register_address(), decision_id)
        return found or Decision(plan=plan.document, decision_id=decision_id, applied_at=None)
    found = _recorded(setting.register_address(), decision)
    if found is None:
        raise DebarError(
            "DBR-A009",
            f"the register has no decision {decision!r}",
            hint="debar apply prints the decision's id; a plan.json that was not applied can be given too",
            exit_code=EXIT_REFUSED,
        )
    return found


def _recorded(address: RegisterAddress, decision_id: str) -> Decision | None:
    with open_register(address, read_only=True) as register:
        return recorded_decision(register, decision_id)


def recorded_decision(register: Register, decision_id: str) -> Decision | None:
    """Read a decision with its entries and their proofs; None where the register has none with this id."""
    entries = tuple(register.entries())
    plans = [e for e in entries if e.type == "plan" and e.public.get("decision_id") == decision_id and e.body]
    if not plans:
        return None
    first = plans[0]
    assert first.body is not None, "an erased plan was passed over"
    plans_sha256 = {e.public["plan_sha256"] for e in plans}
    about = tuple(
        e
        for e in entries
        if e.type == "enrol"
        or e.public.get("plan_sha256") in plans_sha256
        or e.public.get("decision_id") == decision_id
    )
    checkpoint = register.checkpoint()
    size = open_checkpoint(checkpoint, (register.key,)).size
    proofs = {e.seq: register.proof(e.seq, size).path for e in about}
    return Decision(
        plan=first.body["plan"],
        decision_id=decision_id,
        applied_at=first.at,
        entries=about,
        checkpoint=checkpoint,
        verifier_key=str(register.key),
        proofs=proofs,
    )


def banned_accounts(plan: Mapping[str, Any]) -> list[str]:
    """Return the accounts that the plan is about: named and linked."""
    return [member["account_id"] for member in plan["members"] if member["status"] == "in"]


def open_for(setting: Setting, plan: Mapping[str, Any], platform: Path | None) -> Opened:
    """Open the platform that a plan names, or another that is given."""
    return open_platform(platform or Path(str(plan["platform"])), setting)


def money_standing(member: Mapping[str, Any]) -> MoneyStanding:
    """Return a member's standing for the money, from the plan's own words."""
    if member["basis"] == "named":
        return "named"
    if member["status"] == "in":
        return "confirmed" if member["confirmed_by"] else "likely"
    return "possible" if member["status"] == "ask" else "cleared"
