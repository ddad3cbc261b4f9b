"""What the log says about each account, appeal and donation: a fold over its entries.

Law: in the log's order, and up to a day; whoever was erased is still counted, by what leaves say in public.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from debar.model.money import parse_micros

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from debar.register.entries import Entry

OUTCOMES: Final = {"upheld": "upheld", "varied": "partly_reversed", "lifted": "reversed"}
"""What a decided appeal did, as the register and as this report call it."""


@dataclass(slots=True, kw_only=True)
class AccountHistory:
    """One account in one decision.

    Args:
        decision_id: The decision.
        because: ``named`` or ``linked``.
        debarred_at: When.
        rule: Id and version of the rule.
        kinds: Kinds of the facts on its path, each once.
        p_owner: Chance of one owner, in millionths, of a linked account; None where it is not known.
        lifted_at: When it was let back; None while it was not.
        lift_reason: ``appeal``, ``reversed`` or ``lapsed``; empty while it was not.
        confirmed_at: When people confirmed an interim suspension.
        appealed_at: When the first appeal about it was filed.
        outcome: What the newest decided appeal did; empty while there is none.
        outcome_at: When that was decided.
    """

    decision_id: str
    because: str
    debarred_at: datetime
    rule: tuple[str, str] = ("", "")
    kinds: tuple[str, ...] = ()
    p_owner: int | None = None
    lifted_at: datetime | None = None
    lift_reason: str = ""
    confirmed_at: datetime | None = None
    appealed_at: datetime | None = None
    outcome: str = ""
    outcome_at: datetime | None = None

    @property
    def is_reversed(self) -> bool:
        """Whether people found that it should not have been debarred: a lapse is no such finding."""
        return self.lift_reason in {"appeal", "reversed"}

    @property
    def was_right(self) -> bool | None:
        """What people found when they looked again; None where nobody has."""
        if self.is_reversed:
            return False
        return True if self.outcome == "upheld" or self.confirmed_at is not None else None


@dataclass(slots=True, kw_only=True)
class AppealHistory:
    """One appeal: when what happened, and how it ended.

    Args:
        filed_at: When it came in.
        status: ``pending``, ``inadmissible``, ``withdrawn``, ``upheld``, ``partly_reversed`` or ``reversed``.
        decided_at: When the outcome was signed.
        informed_at: When the filer was told.
        is_late: Whether it came after its last day.
        escalations: Where it went further: ``out_of_court`` or ``court``, and whether that was resolved.
    """

    filed_at: datetime
    status: str = "pending"
    decided_at: datetime | None = None
    informed_at: datetime | None = None
    is_late: bool = False
    escalations: list[list[Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyStep:
    """One step of a donation.

    Args:
        on: Its day.
        kind: ``pledge``, ``disburse``, ``true_up`` or ``reverse``.
        currency: ISO 4217.
        amount_micros: What the promise rose or fell by; for ``disburse``, what was paid.
    """

    on: str
    kind: str
    currency: str
    amount_micros: int


@dataclass(slots=True, kw_only=True)
class History:
    """Everything that the report counts, up to a day.

    Args:
        accounts: (decision, key) to the account's history; an erased account has its entry for a key.
        appeals: Appeal id to its history.
        decided: (applied at, days from proposal) of each plan that debarred somebody.
        notices: When each recorded notice was sent.
        denials: When each denial of a whole decision was recorded.
        responses: When each account's own response was recorded.
        money: Steps of all donations.
        lifts_of_erased: Reason and time of lifts of accounts that nobody can name any more.
    """

    accounts: dict[tuple[str, str], AccountHistory] = field(default_factory=dict)
    appeals: dict[str, AppealHistory] = field(default_factory=dict)
    decided: list[tuple[datetime, float]] = field(default_factory=list)
    notices: list[datetime] = field(default_factory=list)
    denials: list[datetime] = field(default_factory=list)
    responses: list[datetime] = field(default_factory=list)
    money: list[MoneyStep] = field(default_factory=list)
    lifts_of_erased: list[tuple[str, datetime]] = field(default_factory=list)


def history_of(entries: Iterable[Entry], until: date) -> History:
    """Fold the entries of a register into what the report counts.

    Args:
        entries: In the log's order.
        until: Last UTC day that counts.
    """
    history = History()
    plans: dict[str, Mapping[str, Any]] = {}
    donations: dict[str, Mapping[str, Any]] = {}
    for entry in entries:
        if entry.at.date() > until:
            break
        if entry.type == "plan":
            _plan(entry, history, plans)
        elif entry.type in ("pledge", "payment") and entry.body is not None:
            donations[entry.public["decision_id"]] = entry.body
        else:
            _take(entry, history, plans)
    history.money = [step for body in donations.values() for step in _money(body)]
    return history


def _plan(entry: Entry, history: History, plans: dict[str, Mapping[str, Any]]) -> None:
    plan = entry.body["plan"] if entry.body is not None else {}
    plans[entry.public["plan_sha256"]] = plan
    if any(change["action"] == "debar" for change in plan.get("changes", ())):
        days = (entry.at - datetime.fromisoformat(plan["proposed_at"])).total_seconds() / 86_400
        history.decided.append((entry.at, days))


def _take(entry: Entry, history: History, plans: Mapping[str, Mapping[str, Any]]) -> None:
    """Take up one entry about an account or an appeal; other types count for nothing here."""
    match entry.type:
        case "debar":
            _debar(entry, history, plans.get(entry.public.get("plan_sha256", ""), {}))
        case "lift":
            _lift(entry, history)
        case "vary":
            _vary(entry, history)
        case "statement":
            history.notices.append(entry.at)
        case "denial":
            is_response = entry.body is not None and entry.body.get("account_id")
            (history.responses if is_response else history.denials).append(entry.at)
        case "appeal" | "outcome":
            _appeal(entry, history)


def _key(entry: Entry) -> tuple[str, str]:
    own = f"entry {entry.seq}" if entry.body is None else entry.body["key"]["value"]
    return entry.public["decision_id"], own


def _debar(entry: Entry, history: History, plan: Mapping[str, Any]) -> None:
    key = _key(entry)
    found = AccountHistory(
        decision_id=key[0], because=entry.public.get("because", "named"), debarred_at=entry.at
    )
    member = next((m for m in plan.get("members", ()) if m["account_id"] == key[1]), None)
    if member is not None:
        rule = plan["decision"].get("rule") or {}
        kinds = {fact["id"]: fact["kind"] for fact in plan["evidence"]["graph"]["facts"]}
        facts = [fact for hop in member["path"] for fact in hop["facts"]]
        found.rule = (rule.get("id") or "", rule.get("version") or "")
        found.kinds = tuple(sorted({kinds[fact] for fact in facts if fact in kinds}))
        found.p_owner = parse_micros(member["p_owner"]) if found.because == "linked" else None
    history.accounts[key] = found


def _lift(entry: Entry, history: History) -> None:
    reason = str(entry.public.get("lift_reason", "reversed"))
    account = history.accounts.get(_key(entry))
    if account is None:
        history.lifts_of_erased.append((reason, entry.at))
    elif account.lifted_at is None:
        account.lifted_at, account.lift_reason = entry.at, reason


def _vary(entry: Entry, history: History) -> None:
    account = history.accounts.get(_key(entry))
    ends = entry.body is not None and "until" in entry.body and entry.body["until"] is None
    if account is not None and ends and account.because == "linked":
        account.confirmed_at = entry.at


def _appeal(entry: Entry, history: History) -> None:
    event, appeal_id = entry.public["event"], entry.public["appeal_id"]
    account = history.accounts.get((entry.public["decision_id"], _about(entry)))
    if event == "file":
        is_late = bool((entry.body or {}).get("late"))
        history.appeals[appeal_id] = AppealHistory(filed_at=entry.at, is_late=is_late)
        if account is not None and account.appealed_at is None:
            account.appealed_at = entry.at
    elif appeal_id in history.appeals:
        _step(history.appeals[appeal_id], event, entry)
    if event == "decide" and account is not None:
        account.outcome, account.outcome_at = OUTCOMES[entry.public["outcome"]], entry.at


def _step(appeal: AppealHistory, event: str, entry: Entry) -> None:
    match event:
        case "refuse":
            appeal.status = "inadmissible"
        case "withdraw":
            appeal.status = "withdrawn"
        case "decide":
            appeal.status, appeal.decided_at = OUTCOMES[entry.public["outcome"]], entry.at
        case "inform":
            appeal.informed_at = entry.at
        case "escalate":
            appeal.escalations.append([(entry.body or {}).get("route", "out_of_court"), entry.at, None])
        case "resolve" if appeal.escalations:
            appeal.escalations[-1][2] = entry.at


def _about(entry: Entry) -> str:
    """Return the account that an appeal's entry is about; empty once it is erased."""
    return entry.subjects[0] if entry.subjects else ""


def _money(donation: Mapping[str, Any]) -> Iterable[MoneyStep]:
    for step in donation["entries"]:
        amounts = {
            name: sum(
                parse_micros(line["amount"])
                for line in step["lines"]
                if line["ledger_account"].startswith(name)
            )
            for name in ("Expenses:Donation", "Assets:Cash")
        }
        kind = str(step["kind"])
        amount = -amounts["Assets:Cash"] if kind == "disburse" else amounts["Expenses:Donation"]
        if amount:
            yield MoneyStep(
                on=str(step["at"])[:10], kind=kind, currency=donation["currency"], amount_micros=amount
            )
