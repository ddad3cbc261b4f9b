"""The cases: what is open, what is ready, what is in force, and what is due.

Law: the state of a case is what the register says of its newest proposed plan.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from debar.app.hearing.clerk import all_appeals
from debar.console.web.asking import SIGNED_IN, Asked, Deed, Done, Page, Screen
from debar.console.web.forms import day_of, unfit
from debar.register.address import is_there, open_register

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from debar.console.desk.cases import KeptCase, Version
    from debar.register.reading import RegisterReader

STATES: Final = ("open", "plan ready", "approved", "in force", "under appeal", "reversed")
SUBJECTS_MAX: Final = 50


def cases_page(asked: Asked) -> Mapping[str, Any]:
    """List the cases, by default all; ``?state=`` and ``?q=`` choose."""
    state, words = asked.query.get("state", ""), asked.query.get("q", "").strip().lower()
    rows = case_rows(asked)
    counts = {name: sum(row["state"] == name for row in rows) for name in STATES}
    shown = [
        row
        for row in rows
        if (not state or row["state"] == state) and (not words or words in row["title"].lower())
    ]
    most = max((float(row["earned"]["high"] or 0) for row in rows if row["earned"]), default=0.0)
    return {
        "cases": shown,
        "counts": counts,
        "total": len(rows),
        "filters": {"state": state, "q": asked.query.get("q", "")},
        "states": STATES,
        "most": most,
        "can_open": asked.may("proposer", "reviewer") and asked.desk.platform is not None,
    }


def case_rows(asked: Asked) -> list[dict[str, Any]]:
    """Return one row a case, what is due soonest first."""
    desk, latest = asked.desk, asked.desk.cases.latest()
    address = desk.setting.register
    kept = desk.cases.everything()
    if address is None or not is_there(address):
        rows = [_row(asked, case, latest.get(case.case_id), None, frozenset()) for case in kept]
    else:
        with open_register(address, read_only=True) as register:
            appealed = under_appeal(register)
            rows = [_row(asked, case, latest.get(case.case_id), register, appealed) for case in kept]
    return sorted(
        rows, key=lambda row: (row["due_on"] or "9999", row["state"] in STATES[3:4], row["case_id"])
    )


def _row(
    asked: Asked,
    case: KeptCase,
    version: Version | None,
    register: RegisterReader | None,
    appealed: frozenset[str],
) -> dict[str, Any]:
    job = asked.desk.jobs.of_case(case.case_id)
    summary = version.summary if version else {}
    versions = asked.desk.cases.versions(case.case_id)
    proposed = [v for v in versions if v.proposed]
    state = standing(proposed[-1], register, appealed) if proposed and register else {"state": "open"}
    since = _undecided_since(versions)
    return {
        "case_id": case.case_id,
        "title": case.title,
        "window": case.asked.get("window"),
        "opened_by": case.opened_by,
        "opened_at": case.opened_at,
        "version": version.number if version else None,
        "in": summary.get("in"),
        "ask": summary.get("ask"),
        "earned": {name: summary[name] for name in ("low", "likely", "high", "currency")}
        if summary
        else None,
        "undecided_since": since,
        "undecided_days": None if since is None else (asked.now - datetime.fromisoformat(since)).days,
        "due_on": state.get("due_on"),
        "state": state["state"],
        "decision_id": state.get("decision_id"),
        "job": None if job is None else {"state": job.state, "progress": job.progress},
    }


def _undecided_since(versions: Sequence[Version]) -> str | None:
    """Return when the oldest of the newest versions was made that all leave somebody undecided."""
    since = None
    for version in reversed(versions):
        if not version.summary.get("ask"):
            break
        since = version.made_at
    return since


def under_appeal(register: RegisterReader) -> frozenset[str]:
    """Return the decisions against which an appeal is open."""
    return frozenset(appeal.decision_id for appeal in all_appeals(register).values() if appeal.is_open)


def decided_by(version: Version, register: RegisterReader) -> str | None:
    """Return the id of the decision that a proposed version became; None where it was not applied."""
    applied = any(entry.type == "debar" for entry in register.entries_of_plan(version.plan_sha256))
    return str(version.summary["decision_id"]) if applied else None


def standing(version: Version, register: RegisterReader, appealed: frozenset[str]) -> dict[str, Any]:
    """Return the state of a proposed version: state, decision_id, due_on (soonest review of a suspension).

    Args:
        version: The version.
        register: Says what became of it.
        appealed: What :func:`under_appeal` gives.
    """
    decision_id = decided_by(version, register)
    if decision_id is None:
        approved = bool(register.approvals(version.plan_sha256))
        return {"state": "approved" if approved else "plan ready", "decision_id": None, "due_on": None}
    in_force = register.standings(decision_id)
    state = "reversed" if not in_force else "under appeal" if decision_id in appealed else "in force"
    return {
        "state": state,
        "decision_id": decision_id,
        "due_on": version.summary["due_on"] if in_force else None,
    }


def new_case_page(asked: Asked) -> Mapping[str, Any]:
    """Show the form for a new case; what an account's page or a list hit hands over is filled in."""
    return {
        "subjects": asked.query.get("subjects", ""),
        "authority": asked.query.get("authority", ""),
        "has_platform": asked.desk.platform is not None,
    }


def open_case(asked: Asked) -> Done:
    """Open a case, and ask for its first version.

    Raises:
        DebarError: DBR-K014, the form is not filled in as it must be.
    """
    if asked.desk.platform is None:
        raise unfit("this desk has no platform", hint="start the console with --platform")
    wanted = {
        "subjects": _lines(asked.form.get("subjects", "")),
        "window": _window(asked.form),
        "authorities": _lines(asked.form.get("authority", "")),
        "currency": asked.form.get("currency", "USD").strip().upper() or "USD",
        "as_of": _written(day_of(asked.form.get("as_of", ""), "as of")),
        "decision": {
            name: asked.form[name].strip() for name in ("ground", "facts") if asked.form.get(name, "").strip()
        },
    }
    case = asked.desk.cases.open(wanted, by=asked.who.name, now=asked.now)
    asked.desk.jobs.ask(
        case.case_id, {"kind": "version", "why": "opened", "proposed": False}, by=asked.who.name
    )
    return Done(
        to=f"/cases/{case.case_id}", said=f"{case.case_id} is opened; its first version is being made."
    )


def _lines(text: str) -> list[str]:
    found = [line.strip() for line in text.replace("\r", "").split("\n") if line.strip()]
    if len(found) > SUBJECTS_MAX:
        raise unfit(f"{len(found)} lines are too many", hint=f"at most {SUBJECTS_MAX}")
    return found


def _window(form: Mapping[str, str]) -> dict[str, str] | None:
    start, end = day_of(form.get("from", ""), "from"), day_of(form.get("to", ""), "to")
    if not start and not end:
        return None
    if not start or not end or end < start:
        raise unfit("a window has a first and a last day, in order", hint="2015-06-01 to 2016-11-08")
    return {"start": start.isoformat(), "end": end.isoformat()}


def _written(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


SCREEN: Final = Screen(
    title="Cases",
    entry="/cases",
    pages=(
        Page(path="/", view=cases_page, template="cases.html.j2", allowed=SIGNED_IN),
        Page(path="/cases", view=cases_page, template="cases.html.j2", allowed=SIGNED_IN),
        Page(
            path="/new-case",
            view=new_case_page,
            template="new_case.html.j2",
            allowed=frozenset({"proposer", "reviewer"}),
        ),
    ),
    deeds=(Deed(path="/cases", do=open_case, allowed=frozenset({"proposer", "reviewer"})),),
)
