"""The case: its network and evidence side by side, and the question who is swept in by mistake.

Law: what a page shows comes from the version's own files and from what was said since; nobody's table is read
while somebody waits.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from debar.console.case.comparing import compared, waterfall
from debar.console.case.deciding import decide, make_version, note, restore, strike_fact
from debar.console.case.history import events_of
from debar.console.case.picture import canvas, picture_of, summary, svg
from debar.console.case.purchases import strip_of
from debar.console.case.rows import doubt_rows, fact_row, member_rows
from debar.console.case.sheet import evidence_kept, kept, needed, refuse_unknown, sheet_of
from debar.console.web.asking import SIGNED_IN, Asked, Deed, File, Page, Screen
from debar.model.problem import DebarError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from debar.console.case.picture import Picture
    from debar.console.case.sheet import Sheet

JUDGES: Final = frozenset({"proposer", "reviewer"})
SHOWN: Final = ("named", "in", "ask", "out")


def case_page(asked: Asked) -> Mapping[str, Any]:
    """Show the network, who may be swept in by mistake, and the evidence."""
    sheet = _sheet(asked)
    frame = _frame(asked, sheet, "evidence")
    if sheet is None:
        return frame
    wanted = asked.query.get("show", "")
    picture = _picture(asked, sheet)
    rows = member_rows(sheet)
    return {
        **frame,
        "picture": {
            "svg": svg(picture),
            "canvas": canvas(picture),
            "summary": summary(picture),
            "notes": list(picture.drawing.notes),
            "nodes": len(picture.drawing.nodes),
        },
        "doubts": doubt_rows(sheet, asked.who.name),
        "rows": [
            row
            for row in rows
            if row["status"] == wanted or (not wanted and row["status"] != "out") or wanted == "all"
        ],
        "show": wanted,
        "facts": [fact_row(sheet, fact_id) for fact_id in sheet.facts],
    }


def _sheet(asked: Asked) -> Sheet | None:
    text = asked.query.get("version", "")
    number = int(text) if text.isdecimal() and len(text) < 9 else 0
    return sheet_of(asked.desk.cases, asked.path["case_id"], number if text else None)


def _shown(asked: Asked) -> Sheet:
    """Return the sheet of a page that only a case with a version has.

    Raises:
        DebarError: DBR-K050.
    """
    return needed(_sheet(asked))


def _frame(asked: Asked, sheet: Sheet | None, tab: str) -> dict[str, Any]:
    """Return what every tab of a case shows: its head, its figures, what is being done."""
    case = asked.desk.cases.get(asked.path["case_id"])
    job = asked.desk.jobs.of_case(case.case_id)
    return {
        "case": {
            "case_id": case.case_id,
            "title": case.title,
            "opened_at": case.opened_at,
            "opened_by": case.opened_by,
            "window": case.asked.get("window"),
            "authorities": case.asked.get("authorities", []),
        },
        "tab": tab,
        "job": None if job is None else job.as_json(),
        "can_judge": asked.may(*JUDGES)
        and (sheet is None or sheet.newest)
        and asked.desk.platform is not None,
        "version": None if sheet is None else _version(sheet),
    }


def _version(sheet: Sheet) -> dict[str, Any]:
    statuses = list(sheet.statuses.values())
    struck, restored = sheet.pending_strikes() if sheet.newest else ([], [])
    return {
        "number": sheet.version.number,
        "of": len(sheet.versions),
        "newest": sheet.newest,
        "made_at": sheet.version.made_at,
        "made_by": sheet.version.made_by,
        "why": sheet.version.why,
        "proposed": sheet.version.proposed,
        "data_to": sheet.document["data_to"],
        "stale": sheet.newest and sheet.is_stale(),
        "earned": sheet.document["money"],
        "counts": {standing: statuses.count(standing) for standing in SHOWN},
        "pending": [
            {
                "account_id": word.account_id,
                "name": sheet.name(word.account_id or ""),
                "word": word.word,
                "by": word.by,
                "reason": word.reason,
            }
            for word in sheet.pending
        ],
        "struck": struck,
        "restored": restored,
        "without": [fact_row(sheet, fact_id) for fact_id in sorted(sheet.struck) if fact_id in sheet.facts],
    }


def _picture(asked: Asked, sheet: Sheet) -> Picture:
    path = asked.desk.cases.artefact(sheet.case.case_id, sheet.version.number, "network.json")
    return picture_of(kept(path, sheet.version.plan_sha256), sheet.statuses)


def fact_page(asked: Asked) -> Mapping[str, Any]:
    """Show one fact: who has it, and what would follow if it were struck."""
    sheet = _shown(asked)
    fact_id = asked.query.get("fact", "")
    refuse_unknown(fact_id, sheet.facts)
    fact = sheet.facts[fact_id]
    touched = {
        account for name in ("holders", "leaves", "asks", "settled", "joins") for account in fact[name]
    }
    words = [word for word in sheet.words if word.details.get("fact") == fact_id]
    return {
        **_frame(asked, sheet, "fact"),
        "fact": fact_row(sheet, fact_id),
        "touched": [row for row in member_rows(sheet) if row["account_id"] in touched],
        "words": [{"word": w.word, "by": w.by, "at": w.at, "reason": w.reason} for w in words],
        "is_struck": fact_id in sheet.struck,
    }


def compare_page(asked: Asked) -> Mapping[str, Any]:
    """Show two accounts side by side, field by field, and the sum from prior to posterior."""
    sheet = _shown(asked)
    one, other = asked.query.get("a", ""), asked.query.get("b", "")
    if one == other or one not in sheet.accounts or other not in sheet.accounts:
        raise DebarError(
            "DBR-K052", "two different accounts of the case can be compared", hint="choose them in its table"
        )
    plan_file = asked.desk.cases.plan_file(sheet.case.case_id, sheet.version.number)
    evidence = evidence_kept(plan_file, sheet.version.plan_sha256)
    found = compared(sheet, evidence, one, other)
    return {
        **_frame(asked, sheet, "compare"),
        **found,
        "waterfall": waterfall(found["sum"]) if found["sum"] else "",
        "everybody": [{"account_id": a, "name": sheet.name(a)} for a in sheet.document["order"]],
    }


def timeline_page(asked: Asked) -> Mapping[str, Any]:
    """Show who bought what, when."""
    sheet = _shown(asked)
    return {**_frame(asked, sheet, "timeline"), **strip_of(sheet)}


def contacts_page(asked: Asked) -> Mapping[str, Any]:
    """Show what our own people, and governments, said."""
    sheet = _shown(asked)
    kinds = {"sales": "Our sales people", "government": "Governments", "other": "Others"}
    rows = [{**row, "name": sheet.name(row["account_id"])} for row in sheet.document["contacts"]]
    return {
        **_frame(asked, sheet, "contacts"),
        "groups": [
            {
                "title": title,
                "rows": [
                    row
                    for row in rows
                    if (row["counterpart"] if row["counterpart"] in kinds else "other") == kind
                ],
            }
            for kind, title in kinds.items()
        ],
    }


def notes_page(asked: Asked) -> Mapping[str, Any]:
    """Show the case's notes."""
    case_id = asked.path["case_id"]
    words = asked.desk.cases.words(case_id)
    return {
        **_frame(asked, _sheet(asked), "notes"),
        "notes": [{"by": w.by, "at": w.at, "text": w.reason} for w in words if w.word == "note"],
        "can_note": asked.may("proposer", "reviewer", "approver", "appeals"),
    }


def history_page(asked: Asked) -> Mapping[str, Any]:
    """Show who did what when, and why: versions, decisions, facts struck, notes."""
    sheet = _sheet(asked)
    cases = asked.desk.cases
    case_id = asked.path["case_id"]
    return {
        **_frame(asked, sheet, "history"),
        "events": events_of(sheet, cases.get(case_id), cases.versions(case_id), cases.words(case_id)),
    }


def network_file(asked: Asked) -> tuple[bytes, str, str]:
    """Hand over the picture as a file."""
    sheet = _shown(asked)
    text = svg(_picture(asked, sheet), alone=True)
    name = f"{sheet.case.case_id}-v{sheet.version.number}.svg"
    return text.encode(), "image/svg+xml", name


def facts_file(asked: Asked) -> tuple[bytes, str, str]:
    """Hand over all that is kept with the version."""
    sheet = _shown(asked)
    text = json.dumps(dict(sheet.document), ensure_ascii=False, indent=1)
    return text.encode(), "application/json", f"{sheet.case.case_id}-v{sheet.version.number}.json"


_AT: Final = "/cases/{case_id}"
SCREEN: Final = Screen(
    pages=(
        Page(path=_AT, view=case_page, template="case/case.html.j2", allowed=SIGNED_IN),
        Page(path=f"{_AT}/fact", view=fact_page, template="case/fact.html.j2", allowed=SIGNED_IN),
        Page(path=f"{_AT}/compare", view=compare_page, template="case/compare.html.j2", allowed=SIGNED_IN),
        Page(path=f"{_AT}/timeline", view=timeline_page, template="case/timeline.html.j2", allowed=SIGNED_IN),
        Page(path=f"{_AT}/contacts", view=contacts_page, template="case/contacts.html.j2", allowed=SIGNED_IN),
        Page(path=f"{_AT}/notes", view=notes_page, template="case/notes.html.j2", allowed=SIGNED_IN),
        Page(path=f"{_AT}/history", view=history_page, template="case/history.html.j2", allowed=SIGNED_IN),
    ),
    deeds=(
        Deed(path=f"{_AT}/decide", do=decide, allowed=JUDGES),
        Deed(path=f"{_AT}/strike", do=strike_fact, allowed=JUDGES),
        Deed(path=f"{_AT}/restore", do=restore, allowed=JUDGES),
        Deed(path=f"{_AT}/version", do=make_version, allowed=JUDGES),
        Deed(path=f"{_AT}/note", do=note, allowed=frozenset({"proposer", "reviewer", "approver", "appeals"})),
    ),
    files=(
        File(path=f"{_AT}/network.svg", make=network_file, allowed=SIGNED_IN),
        File(path=f"{_AT}/evidence-file.json", make=facts_file, allowed=SIGNED_IN),
    ),
)
