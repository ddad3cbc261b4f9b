"""The contacts of a case, told whole, with what was edited since it opened.

Law: never filtered, "none" is said; a row that was edited, removed or added since is named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.app.decisions import banned_accounts, load_decision, open_for
from debar.cases.contacts import (
    contact_changes,
    contact_counts,
    contacts_of,
)
from debar.model.money import Money, parse_micros, show
from debar.model.problem import EXIT_REFUSED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from debar.app.decisions import Decision
    from debar.app.opening import Setting


def cases_of(told: Decision) -> list[Mapping[str, Any]]:
    """Return the bodies of the entries that opened a decision's case; none where it was not recorded."""
    return told.bodies("case")


def salespeople_of(told: Decision, account_id: str) -> frozenset[str]:
    """Return who had sales contacts with an account when the case was opened."""
    return frozenset(
        person for body in cases_of(told) for account, person in body["salespeople"] if account == account_id
    )


def contacts(setting: Setting, decision: str, *, platform: Path | None) -> Answer:
    """Tell every contact with a decision's accounts, and what was edited since the case was opened."""
    told = load_decision(setting, decision)
    opened = open_for(setting, told.plan, platform)
    rows = contacts_of(opened.engine, banned_accounts(told.plan))
    cases = cases_of(told)
    before = [one for body in cases for one in body["contacts"]]
    changes = contact_changes(before, rows) if cases else []
    edited = [change for change in changes if change["what"] != "added"]
    document: dict[str, Any] = {
        "decision_id": told.decision_id,
        "counts": contact_counts(rows),
        "contacts": rows,
        "recorded": {
            "entries": [entry.seq for entry in told.entries if entry.type == "case"],
            "counts": _sum(cases),
            "contacts_sha256": [body["contacts_sha256"] for body in cases],
        }
        if cases
        else None,
        "changes": changes,
    }
    text = "\n".join([*_lines(rows), *_record_lines(document)])
    return Answer(document=document, text=text, exit_code=EXIT_REFUSED if edited else 0)


def _sum(cases: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    names = contact_counts([])
    return {name: sum(body["counts"][name] for body in cases) for name in names}


def _lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = []
    for counterpart, count in contact_counts(rows).items():
        lines.append(f"{counterpart} contacts: {count or 'none'}")
        known = {"sales", "government"}
        own = [
            row
            for row in rows
            if (row["counterpart"] if row["counterpart"] in known else "other") == counterpart
        ]
        lines += [f"  {_line(row)}" for row in own]
    return lines


def _line(row: Mapping[str, Any]) -> str:
    offer = row["offer"]
    amount = ""
    if offer and offer["currency"]:
        money = Money(amount_micros=parse_micros(offer["amount"]), currency=offer["currency"])
        amount = f", offer {show(money)}"
    at = (row["at"] or "no day")[:10]
    words = " ".join(str(row[name]) for name in ("direction", "channel") if row[name])
    return (
        f"{at}  {row['account_id']}  {words}, {row['by'] or 'nobody named'}: {row['subject'] or ''}{amount}"
    )


def _record_lines(document: Mapping[str, Any]) -> list[str]:
    recorded = document["recorded"]
    if recorded is None:
        return ["not recorded when the case was opened: an edit since then cannot be seen"]
    count = sum(recorded["counts"].values())
    entries = ", ".join(str(seq) for seq in recorded["entries"])
    lines = [f"recorded when the case was opened: {count or 'none'} (entry {entries})"]
    if not document["changes"]:
        return [*lines, "nothing was edited since"]
    return lines + [
        f"  {change['what']} since: contact {change['contact_id']} with account {change['account_id']}"
        for change in document["changes"]
    ]
