"""Plan to lift, confirm or shorten a decision for some of its accounts.

Law: nothing is changed by planning; whoever hangs on a lifted account is listed, and the plan is refused
until each is reversed too or argued anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from debar.app.decisions import Decision, load_decision, open_for
from debar.app.hearing.clerk import find_appeal
from debar.app.hearing.denials import check_text, refuse_stranger, responses_of
from debar.app.money.case_money import has_billing
from debar.app.money.donating import donation_at
from debar.app.reversal.noticing import respond_by, told_list
from debar.app.reversal.standing import (
    INTERIM,
    before_of,
    due,
    left_the_promise,
    reduction_micros,
    rests_on,
    standings_of,
)
from debar.app.reversal.telling import revision_answer
from debar.app.verbs import write_whole
from debar.ledger.earned import earned
from debar.model.money import format_micros
from debar.model.problem import EXIT_REFUSED, DebarError
from debar.plans.plan import Plan, freeze
from debar.plans.revising import Revision, build_revision
from debar.plans.revision import REVERSAL, VARIATION, hanging_on, retracted_links
from debar.register.address import open_register
from debar.stores.keys import load_signer
from debar.stores.rates import shipped_rates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from debar.app.answer import Answer
    from debar.app.opening import Opened, Setting
    from debar.plans.revision import Before
    from debar.stores.keys import Ed25519Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of a decision.

    Args:
        decision: The decision's id.
        accounts: For which accounts.
        reason: Why, for those who are told.
        key: The proposer's key file; without it the plan is only to look at.
        out: Where to write the plan, if anywhere.
        now: The present instant.
        proposer: Name and public key (64 hex digits) of who proposes, where their key is not at hand: making
            a plan signs nothing.
    """

    decision: str
    accounts: Sequence[str]
    reason: str
    key: Path | Ed25519Signer | None
    out: Path | None
    now: datetime
    proposer: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """What else is asked when a decision is lifted.

    Args:
        also: Accounts that hang on them and are reversed too.
        reargued: Accounts that hang on them and stay, each with the argument.
        struck: Facts that are found wrong.
        links_stand: The links were right; the decision is lifted for another reason.
        appeal: The appeal that it carries out.
        platform: The platform's tables; None for where the plan says.
        opened: The same, where somebody has opened them already.
    """

    also: Sequence[str] = ()
    reargued: Mapping[str, str] = field(default_factory=dict)
    struck: Sequence[str] = ()
    links_stand: bool = False
    appeal: str | None = None
    platform: Path | None = None
    opened: Opened | None = None


def lift(setting: Setting, asked: Asked, more: Lift) -> Answer:
    """Plan to lift a decision for some accounts, and all that must follow.

    Raises:
        DebarError: DBR-A011 and DBR-A055, the decision does not stand against an account; DBR-A004, no such
            fact; DBR-A056, somebody hangs on them and nothing is chosen; DBR-A057, the appeal says no such
            thing.
    """
    told = _applied(setting, asked)
    lifted = tuple(sorted({*asked.accounts, *more.also}))
    for account in (*lifted, *more.reargued):
        _refuse_unless_stands(told, account, asked.now)
    _refuse_unknown_facts(told, more.struck)
    before = before_of(told, asked.now)
    hanging = _chosen(told, before, asked=asked, more=more)
    appeal = _appeal(setting, asked, more.appeal, outcome="lifted")
    standings = standings_of(told, asked.now)
    struck = frozenset(more.struck)
    wrong = frozenset(asked.accounts)
    revision = Revision(
        kind=REVERSAL,
        appeal_id=more.appeal,
        lifted=lifted,
        varied={
            account: (_day(standings[account].until), check_text(argument))
            for account, argument in more.reargued.items()
        },
        before=before,
        hanging=hanging,
        struck=tuple(sorted(struck)),
        retracted=[] if more.links_stand else retracted_links(told.plan, lifted=wrong, struck=struck),
        money=_money(told, frozenset(lifted)),
        prepayments=_prepayments(more.opened or open_for(setting, told.plan, more.platform), lifted),
        told=told_list(told, [*lifted, *more.reargued]),
        **_common(setting, asked, told),
    )
    return _frozen(asked, told, revision, appeal=appeal)


def vary(setting: Setting, asked: Asked, *, until: date | None, appeal: str | None) -> Answer:
    """Plan to confirm interim suspensions (no end), or to let a decision end on an earlier day.

    Raises:
        DebarError: DBR-A055, the decision does not stand against an account; DBR-A058, there is nothing to
            confirm, or the account's time to respond is not over; DBR-A059, the day is no earlier one.
    """
    told = _applied(setting, asked)
    for account in asked.accounts:
        _refuse_unless_stands(told, account, asked.now)
        if until is None:
            refuse_unheard(told, account, asked.now)
        else:
            _refuse_later(told, account, until, asked.now)
    found = _appeal(setting, asked, appeal, outcome="varied")
    revision = Revision(
        kind=VARIATION,
        appeal_id=appeal,
        varied={account: (_day(until), asked.reason) for account in asked.accounts},
        before=before_of(told, asked.now),
        retracts_judged=False,
        responses={account: responses_of(told, account) for account in asked.accounts},
        told=[one for one in told_list(told, asked.accounts) if one["to"] == "account_holder"],
        **_common(setting, asked, told),
    )
    return _frozen(asked, told, revision, appeal=found)


def _common(setting: Setting, asked: Asked, told: Decision) -> dict[str, Any]:
    proposer = asked.proposer
    if asked.key is not None:
        signer = load_signer(asked.key)
        proposer = signer.name, signer.public_key.hex()
    if proposer is not None:
        setting.register_address()
    first = next(entry.seq for entry in told.entries if entry.type == "plan")
    return {
        "decision_id": told.decision_id,
        "decision_entry": first,
        "proposed_by": proposer[0] if proposer else "nobody",
        "proposer_key": proposer[1] if proposer else "",
        "proposed_at": asked.now.replace(microsecond=0),
        "reason": check_text(asked.reason),
    }


def _frozen(asked: Asked, told: Decision, revision: Revision, *, appeal: tuple[str, str] | None) -> Answer:
    rows = rests_on(told, appeal=appeal, responses=revision.responses)
    made: Plan = freeze(build_revision(told.plan, revision, rows))
    if asked.out is not None:
        write_whole(asked.out, made.text())
    return revision_answer(made, out=asked.out)


def _applied(setting: Setting, asked: Asked) -> Decision:
    told = load_decision(setting, asked.decision)
    if told.applied_at is None:
        raise DebarError(
            "DBR-A010",
            "this plan was not applied: there is nothing to lift or confirm",
            hint="debar approve and debar apply come first",
            exit_code=EXIT_REFUSED,
        )
    for account in asked.accounts:
        refuse_stranger(told, account)
    return told


def _refuse_unless_stands(told: Decision, account: str, now: datetime) -> None:
    refuse_stranger(told, account)
    found = standings_of(told, now)[account]
    if not found.holds:
        raise DebarError(
            "DBR-A055",
            f"the decision does not stand against account {account} any more: {found.sentence()}",
            hint="debar check tells what denies it; a lapsed suspension is not revived",
            exit_code=EXIT_REFUSED,
        )


def _refuse_unknown_facts(told: Decision, struck: Sequence[str]) -> None:
    known = {fact["id"] for fact in told.plan["evidence"]["graph"]["facts"]}
    unknown = sorted(set(struck) - known)
    if unknown:
        raise DebarError(
            "DBR-A004",
            f"no account of this case shares {', '.join(unknown)}",
            hint="debar show plan.json lists the facts of the case by their ids",
        )


def _chosen(told: Decision, before: Before, *, asked: Asked, more: Lift) -> list[dict[str, Any]]:
    """Return who hangs on the lifted accounts, with what was chosen; refuse where nothing was."""
    lifted, struck = frozenset(asked.accounts) | frozenset(more.also), frozenset(more.struck)
    names = {member["account_id"]: member["name"] for member in told.plan["members"]}
    rooted = replace(before, reargued=before.reargued | frozenset(more.reargued))
    left = hanging_on(told.plan, rooted, lifted=lifted, struck=struck)
    idle = sorted(set(more.reargued) - set(hanging_on(told.plan, before, lifted=lifted, struck=struck)))
    if left or idle:
        wrong = [f"{a} ({names[a]}) hangs on what is lifted" for a in left]
        wrong += [f"{a} ({names[a]}) hangs on nothing that is lifted" for a in idle]
        raise DebarError(
            "DBR-A056",
            "accounts were banned through what is lifted, and each needs a choice",
            details=tuple(wrong),
            hint='--also ACCOUNT reverses it too; --reargue ACCOUNT="why it stays" argues it anew',
            exit_code=EXIT_REFUSED,
        )
    return [
        {
            "account_id": account,
            "name": names[account],
            "choice": "reargue" if account in more.reargued else "reverse",
            "argument": more.reargued.get(account, ""),
        }
        for account in sorted({*more.reargued, *(set(more.also) - set(asked.accounts))})
    ]


def _appeal(setting: Setting, asked: Asked, appeal_id: str | None, *, outcome: str) -> tuple[str, str] | None:
    """Return the appeal that is carried out, as the plan rests on it."""
    if appeal_id is None:
        return None
    with open_register(setting.register_address(), read_only=True) as register:
        appeal = find_appeal(register, appeal_id)
    says = appeal.state == "decided" and appeal.outcome == outcome
    if not says or appeal.account_id not in asked.accounts:
        raise DebarError(
            "DBR-A057",
            f"{appeal_id} does not say so: it is {appeal.state}"
            + (f", {appeal.outcome}," if appeal.outcome else "")
            + f" and about account {appeal.account_id}",
            hint="lift carries out a lifted outcome, vary a varied one, each for the appeal's own account",
            exit_code=EXIT_REFUSED,
        )
    return appeal_id, f"{appeal.state} {appeal.outcome}"


def refuse_unheard(told: Decision, account: str, now: datetime) -> None:
    """Refuse to confirm a suspension before the account was heard or its time to respond is over.

    Raises:
        DebarError: DBR-A058.
    """
    standing = standings_of(told, now)[account]
    if standing.word != INTERIM:
        raise DebarError(
            "DBR-A058",
            f"there is nothing to confirm for account {account}: {standing.sentence()}",
            exit_code=EXIT_REFUSED,
        )
    day = respond_by(told, account)
    if day is not None and now.date() <= day and not responses_of(told, account):
        raise DebarError(
            "DBR-A058",
            f"account {account} has time to respond until {day}, and has said nothing yet",
            hint=f"record its words: debar denial record {told.decision_id} --account {account}; or wait",
            exit_code=EXIT_REFUSED,
        )


def _refuse_later(told: Decision, account: str, until: date, now: datetime) -> None:
    standing = standings_of(told, now)[account]
    if until < now.date() or (standing.until is not None and until >= standing.until):
        raise DebarError(
            "DBR-A059",
            f"{until} is no earlier end for account {account}: {standing.sentence()}",
            hint="a decision is shortened to a day from today on; a longer one is a new plan",
            exit_code=EXIT_REFUSED,
        )


def _money(told: Decision, lifted: frozenset[str]) -> dict[str, Any]:
    """Say what becomes of the promise; what is paid out meanwhile is found when the plan is applied."""
    gone = left_the_promise(told)
    rest = due(told.plan, gone | lifted)
    if rest is None:
        return {}
    donation = donation_at(told)
    return {
        "currency": rest.currency,
        "reduction": format_micros(reduction_micros(told.plan, gone=gone, lifted=lifted)),
        "due_after": format_micros(rest.amount_micros),
        "pledged_now": None if donation is None else format_micros(donation.pledged_micros),
        "paid_now": None if donation is None else format_micros(donation.disbursed_micros),
    }


def _prepayments(opened: Opened, lifted: Sequence[str]) -> list[dict[str, Any]]:
    """List what the accounts paid in advance and did not use: it is theirs, to use or to be given back."""
    if not has_billing(opened):
        return []
    report = earned(opened.engine, dict.fromkeys(lifted, "named"), rates=shipped_rates(), to=None)
    return [
        {
            "account_id": account.account_id,
            "currency": waterfall.currency,
            "amount": format_micros(waterfall.kept.prepaid_micros),
        }
        for account in report.accounts
        for waterfall in account.waterfalls
        if waterfall.kept is not None and waterfall.kept.prepaid_micros > 0
    ]


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
