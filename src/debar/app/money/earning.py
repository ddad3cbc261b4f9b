"""The money of a plan: what was earned, and the books for an auditor.

Law: figures are recomputed from the platform's billing, as it was known on a day; an archive without
billing has *stated spend*, never *earned*. Two billing events under one id are never passed over in
silence.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.app.decisions import banned_accounts, load_decision, money_standing
from debar.app.money.case_money import has_billing
from debar.app.money.donating import donation_at, make_donation, pledge_text, record_pledge
from debar.app.money.rates_added import rates_of
from debar.app.opening import open_platform
from debar.app.reversal.standing import standings_of
from debar.app.verbs import load_plan, write_whole
from debar.ledger.audit import check_books
from debar.ledger.books import make_books, render_books
from debar.ledger.earned import earned as account_for
from debar.ledger.stated import render_stated, stated_spend
from debar.ledger.text import render_by, render_text
from debar.model.money import format_micros, parse_micros
from debar.model.problem import EXIT_PROBLEMS, EXIT_REFUSED, DebarError, Place
from debar.stores.rates import shipped_rates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from debar.app.opening import Opened, Setting
    from debar.cases.case import MoneyStanding
    from debar.ledger.pledge import Donation
    from debar.ledger.report import EarnedReport
    from debar.model.rates import Rates
    from debar.model.window import Window

__all__ = [
    "Asked",
    "books",
    "books_check",
    "books_text",
    "earned",
    "make_donation",
    "plan_money",
    "pledge_text",
    "record_pledge",
]

CONFLICTING_ROWS = "DBR-I021"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked about the money of a plan.

    Args:
        currency: Of the converted totals.
        as_of: Last booked day that counts; None for all.
        window: Days that count; None for all.
        at_cut_off: Convert everything at one day's rate.
        cut_off: That day; None for the day from which the decision holds.
        by: ``account``, ``currency``, ``year`` or ``market``: only that table; None for the whole report.
        rates: A file of signed rates; None for the published ones alone.
    """

    currency: str = "USD"
    as_of: date | None = None
    window: Window | None = None
    at_cut_off: bool = False
    cut_off: date | None = None
    by: str | None = None
    rates: Path | None = None


def earned(
    setting: Setting,
    plan_file: Path,
    asked: Asked,
    *,
    platform: Path | None,
    now: datetime | None = None,
) -> Answer:
    """Account for what the accounts of a plan brought; where it was applied, without those it has let go."""
    gone, lines = _gone(setting, plan_file, now)
    plan = load_plan(plan_file).document
    opened = open_platform(platform or Path(str(plan["platform"])), setting)
    if not has_billing(opened):
        report = stated_spend(opened.engine, banned_accounts(plan), window=asked.window)
        return Answer(document=report.as_json(), text=render_stated(report))
    found = account_for(
        opened.engine,
        _standings(plan, gone),
        rates=rates_of(setting, asked.rates),
        to=asked.currency,
        as_of=asked.as_of,
        window=asked.window,
        policy="cut-off" if asked.at_cut_off else "service day",
        cut_off=asked.cut_off or _decision_day(plan),
        revenue_basis=opened.policy.revenue_basis,
        p_owner=_p_owner(plan),
        also=sorted({"GBP", "USD"} - {asked.currency}),
    )
    text = render_text(found) if asked.by is None else render_by(found, asked.by)
    conflicts = conflicting_events(opened)
    document = {**found.as_json(), "conflicts": conflicts, "not_counted": sorted(gone)}
    text = "\n".join([text.rstrip("\n"), *lines]) if lines else text
    if conflicts:
        text += "\n" + "\n".join(
            ["NOT SURE: two billing events have one id and say different things", *conflicts]
        )
    return Answer(document=document, text=text, exit_code=EXIT_PROBLEMS if conflicts else 0)


def conflicting_events(opened: Opened) -> list[str]:
    """Return where billing has one id with two contents, both places named; the first one counted."""
    return [
        f"{problem.place}: {problem.effect}"
        for problem in opened.platform.problems
        if problem.code == CONFLICTING_ROWS and problem.place.column == "event_id"
    ]


def _standings(plan: Mapping[str, Any], gone: frozenset[str]) -> dict[str, MoneyStanding]:
    """Return the members' standings; an account against which the decision no longer stands is cleared."""
    return {
        m["account_id"]: "cleared" if m["account_id"] in gone else money_standing(m) for m in plan["members"]
    }


def _gone(setting: Setting, plan_file: Path, now: datetime | None) -> tuple[frozenset[str], list[str]]:
    """Return who is no longer debarred by a plan that was applied, and a line about each."""
    if setting.register is None or now is None:
        return frozenset(), []
    told = load_decision(setting, str(plan_file))
    found = [one for one in standings_of(told, now).values() if not one.holds]
    lines = [f"not counted: {one.account_id}, {one.sentence()}" for one in found]
    return frozenset(one.account_id for one in found), lines


def _p_owner(plan: Mapping[str, Any]) -> dict[str, int]:
    """Read probabilities as whole millionths: their six decimals are micros of one."""
    return {m["account_id"]: parse_micros(m["p_owner"]) for m in plan["members"]}


def _decision_day(plan: Mapping[str, Any]) -> date:
    return date.fromisoformat(plan["decision"]["from"][:10])


def plan_money(
    opened: Opened,
    plan: Mapping[str, Any],
    *,
    rates: Rates,
    to: str,
    as_of: date | None,
    gone: frozenset[str] = frozenset(),
) -> EarnedReport:
    """Return the earned report of a plan's members, with the decision day as the cut-off."""
    return account_for(
        opened.engine,
        _standings(plan, gone),
        rates=rates,
        to=to,
        as_of=as_of,
        cut_off=_decision_day(plan),
        revenue_basis=opened.policy.revenue_basis,
        p_owner=_p_owner(plan),
        also=sorted({"GBP", "USD"} - {to}),
    )


def books(
    setting: Setting, plan_file: Path, asked: Asked, *, form: str, platform: Path | None, out: Path | None
) -> Answer:
    """Export every posting of a plan's accounts, with the donation if one was pledged."""
    plan = load_plan(plan_file)
    opened = open_platform(platform or Path(str(plan.document["platform"])), setting)
    donations: list[Donation] = []
    if setting.register is not None:
        donation = donation_at(load_decision(setting, str(plan_file)))
        donations = [] if donation is None else [donation]
    text = books_text(
        opened,
        plan.document,
        form=form,
        as_of=asked.as_of,
        donations=donations,
        rates=rates_of(setting, asked.rates),
    )
    document = {"format": form, "file": None if out is None else str(out), "lines": text.count("\n")}
    if out is None:
        return Answer(document={**document, "text": text}, text=text)
    write_whole(out, text)
    return Answer(document=document, text=f"{out}: {document['lines']} lines")


def books_text(
    opened: Opened,
    plan: Mapping[str, Any],
    *,
    form: str,
    as_of: date | None,
    donations: Sequence[Donation] = (),
    rates: Rates | None = None,
) -> str:
    """Return the books of a plan's accounts in one of the formats."""
    made = make_books(
        opened.engine,
        banned_accounts(plan),
        rates=rates or shipped_rates(),
        to=plan["earned"]["currency"] or "USD",
        as_of=as_of,
        donations=donations,
    )
    return render_books(made, form)


def books_check(path: Path, *, report: Path | None) -> Answer:
    """Work an exported book's sums out again from its text, and compare them with a report.

    Raises:
        DebarError: DBR-A008, a file cannot be read; DBR-A022, the report is none.
    """
    stated = None
    if report is not None:
        try:
            stated = json.loads(_text_of(report))
            _ = [(one["currency"], one["earned"], one["delivered"]) for one in stated["waterfalls"]]
        except (ValueError, KeyError, TypeError):
            raise DebarError(
                "DBR-A022",
                "this is no report of what was earned",
                place=Place(file=report.name),
                hint="debar earned plan.json --json > earned.json",
            ) from None
    check = check_books(_text_of(path), stated=stated)
    document = {
        "file": str(path),
        "sound": check.is_sound,
        "entries": check.entries,
        "postings": check.postings,
        "earned": {code: format_micros(amount) for code, amount in check.earned.items()},
        "findings": list(check.findings),
    }
    return Answer(document=document, text=str(check), exit_code=0 if check.is_sound else EXIT_REFUSED)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DebarError(
            "DBR-A008", f"the file cannot be read: {error}", place=Place(file=path.name)
        ) from None
