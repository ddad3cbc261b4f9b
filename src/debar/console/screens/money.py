"""The money of a case: delivered, earned, kept; by year, by currency, by account; and where it goes.

Law: the figures are those that the version was made with; each leads to the rows behind it.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from debar.app.decisions import load_decision
from debar.app.money.donating import Giving, donate_allocate, donate_disburse, donate_pledge, donation_at
from debar.app.verbs import write_whole
from debar.briefs.moneyview import KEPT_LINES, LABELS
from debar.console.money.kept import BOOK_FORMS
from debar.console.money.plots import shares, waterfall
from debar.console.screens.cases import decided_by
from debar.console.web.asking import SIGNED_IN, Asked, Deed, Done, File, Page, Screen
from debar.console.web.rendering import money
from debar.model.canonical import canonical_json
from debar.model.money import format_micros, parse_micros
from debar.model.problem import EXIT_REFUSED, DebarError
from debar.model.window import Window
from debar.notices.pictures import spend_over_time
from debar.register.address import open_register

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from debar.console.desk.cases import Version

ROWS: Final = 100
_MEDIA: Final = {"books.csv": "text/csv"}
_PROPOSER: Final = frozenset({"proposer"})


def money_page(asked: Asked) -> Mapping[str, Any]:
    """Show what a version's accounts brought."""
    case = asked.desk.cases.get(asked.path["case_id"])
    version = asked.desk.cases.version(case.case_id)
    shown: dict[str, Any] = {"case": {"case_id": case.case_id, "title": case.title}, "version": None}
    if version is None:
        return shown
    plan = asked.desk.cases.plan(version)
    block = plan.document["earned"]
    kept = asked.desk.cases.read_artefact(version, "money.json")
    report = kept["report"] if kept else None
    window = case.asked.get("window")
    return shown | {
        "version": version.number,
        "block": {
            name: block.get(name)
            for name in ("basis", "as_of", "currency", "low", "likely", "high", "status", "final_on")
        }
        | {
            "unconverted": block.get("unconverted"),
            "rates_source": block["rates_source"],
            "rates_sha256": block["rates_sha256"],
            "also": dict(block["also"]),
            "by_currency": dict(block["by_currency"]),
        },
        "estimated_share": report["estimated_share"] if report else None,
        "spend": {"svg": _spend(kept, block, window), "months": kept["months"] if kept else []},
        "waterfalls": [_waterfall(one) for one in report["waterfalls"]] if report else [],
        "currencies": _currencies(report) if report else {"svg": "", "rows": []},
        "years": report["years"] if report else [],
        "accounts": _accounts(plan.members),
        "books": [name for name in BOOK_FORMS if kept and kept["books"]],
        "giving": giving(asked, version),
    }


def _spend(kept: Mapping[str, Any] | None, block: Mapping[str, Any], window: Mapping[str, str] | None) -> str:
    if kept is None or not kept["months"]:
        return ""
    shaded = None
    if window:
        shaded = Window(start=date.fromisoformat(window["start"]), end=date.fromisoformat(window["end"]))
    points = [(date.fromisoformat(day), parse_micros(amount)) for day, amount in kept["months"]]
    return spend_over_time(points, currency=block["currency"], window=shaded)


def _waterfall(one: Mapping[str, Any]) -> dict[str, Any]:
    lines = [(LABELS.get(line["kind"], line["kind"]), line["amount"], False) for line in one["lines"]]
    lines.append(("Earned", one["earned"], True))
    kept = one["to_kept"]
    if kept is not None:
        lines += [
            (label, format_micros(sign * parse_micros(kept[name])), False)
            for name, label, sign in KEPT_LINES
            if parse_micros(kept[name])
        ]
        lines.append(("Kept", kept["kept"], True))
    shown = [money(amount, one["currency"]) for _, amount, _ in lines]
    return {
        "currency": one["currency"],
        "lines": [{"label": label, "amount": amount, "total": total} for label, amount, total in lines],
        "svg": waterfall(lines, title=f"From delivered to kept, {one['currency']}", shown=shown),
    }


def _currencies(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return each currency's bounds, and its part of the converted total as the accounts' figures add up."""
    rows = [{"currency": code, **bounds} for code, bounds in sorted(report["by_currency"].items())]
    converted: dict[str, int] = {}
    for year in report["years"]:
        if year["converted"] is not None:
            converted[year["currency"]] = converted.get(year["currency"], 0) + parse_micros(year["converted"])
    drawn = [(code, *(format_micros(max(0, amount)),) * 3) for code, amount in sorted(converted.items())]
    for row in rows:
        row["converted"] = format_micros(converted[row["currency"]]) if row["currency"] in converted else None
    shown = [money(likely, report["currency"]) for _, _, likely, _ in drawn]
    total = max((high for *_, high in drawn), key=parse_micros, default="1")
    svg = shares(
        drawn, title=f"What each currency brought, in {report['currency']}", shown=shown, total=total
    )
    return {"svg": svg, "rows": rows}


def _accounts(members: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - the plan's JSON
    rows = [
        {
            "account_id": m["account_id"],
            "name": m["name"],
            "status": m["status"],
            "by_currency": dict(m["earned"]["by_currency"]),
            "converted": m["earned"]["converted"]["amount"],
            "currency": m["earned"]["converted"]["currency"],
        }
        for m in members
        if m["status"] != "out"
    ]
    return sorted(rows, key=lambda row: (-parse_micros(row["converted"] or "0"), row["account_id"]))


def giving(asked: Asked, version: Version) -> dict[str, Any]:
    """Return how the pledge of a case stands, and what the person at the page may do about it."""
    proposed = [one for one in asked.desk.cases.versions(version.case_id) if one.proposed]
    nothing: dict[str, Any] = {"decision_id": None, "donation": None, "can_give": False}
    if not proposed:
        return nothing
    with open_register(asked.desk.setting.register_address(), read_only=True) as register:
        decision_id = decided_by(proposed[-1], register)
    if decision_id is None:
        return nothing
    donation = donation_at(load_decision(asked.desk.setting, decision_id))
    return {
        "decision_id": decision_id,
        "donation": None
        if donation is None
        else {
            "purpose": donation.purpose,
            "currency": donation.currency,
            "pledged": format_micros(donation.pledged_micros),
            "unallocated": format_micros(donation.unallocated_micros),
            "paid": format_micros(donation.disbursed_micros),
            "recipients": [
                {
                    "name": one.name,
                    "conflict": one.conflict,
                    "independence": one.independence,
                    "owed": format_micros(donation.owed_micros(one.name)),
                }
                for one in donation.recipients
            ],
            "steps": [
                {
                    "at": e.at,
                    "kind": e.kind.replace("_", " "),
                    "reason": e.reason,
                    "receipt": e.receipt_sha256,
                }
                for e in donation.entries
            ],
        },
        "can_give": asked.may("proposer") and asked.who.public_key is not None,
    }


def pledge(asked: Asked) -> Done:
    """Pledge what the case brought, unallocated."""
    decision_id, giving_now = _giver(asked)
    donate_pledge(giving_now, purpose=_needed(asked, "purpose"), recipients=None)
    return Done(to=_page(asked), said=f"The money of {decision_id} is pledged.")


def allocate(asked: Asked) -> Done:
    """Give a part of what is unallocated to a recipient."""
    _, giving_now = _giver(asked)
    table = {
        "name": _needed(asked, "name"),
        "purposes": [_needed(asked, "purpose")],
        "conflict": _needed(asked, "conflict"),
        "independence": _needed(asked, "independence"),
        "share": 1,
    }
    lines = "\n".join(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in table.items())
    file = asked.desk.folder / "recipient.toml"
    write_whole(file, f"[[recipient]]\n{lines}\n")
    donate_allocate(giving_now, recipients=file, amount=_needed(asked, "amount"))
    return Done(to=_page(asked), said=f"{table['name']} is owed {asked.form['amount']}.")


def disburse(asked: Asked) -> Done:
    """Record that a recipient was paid, with its receipt's own words."""
    _, giving_now = _giver(asked)
    receipt = {
        "recipient": _needed(asked, "name"),
        "amount": _needed(asked, "amount"),
        "receipt": _needed(asked, "receipt"),
    }
    file = asked.desk.folder / "receipt.json"
    file.write_bytes(canonical_json(receipt))
    donate_disburse(
        giving_now,
        recipient=receipt["recipient"],
        amount=receipt["amount"],
        receipt=file,
        reason=receipt["receipt"],
    )
    return Done(to=_page(asked), said=f"{receipt['recipient']} was paid {receipt['amount']}.")


def _giver(asked: Asked) -> tuple[str, Giving]:
    version = asked.desk.cases.version(asked.path["case_id"])
    decision_id = giving(asked, version)["decision_id"] if version else None
    if decision_id is None:
        raise DebarError(
            "DBR-K065",
            "nobody is banned by this case yet: there is nothing to give away",
            hint="put its plan in force first",
            exit_code=EXIT_REFUSED,
        )
    signer = asked.desk.people.signer(asked.who, asked.form.get("password", ""))
    return decision_id, Giving(setting=asked.desk.setting, decision=decision_id, key=signer, now=asked.now)


def _needed(asked: Asked, name: str) -> str:
    text = asked.form.get(name, "").strip()
    if not text:
        raise DebarError("DBR-K066", f"the form lacks: {name}", hint="nothing is filled in for you")
    return text


def _page(asked: Asked) -> str:
    return f"/cases/{asked.path['case_id']}/money#giving"


def rows_page(asked: Asked) -> Mapping[str, Any]:
    """List the postings behind a figure: of ``?account=``, ``?currency=``, ``?kind=``, ``?year=``."""
    case = asked.desk.cases.get(asked.path["case_id"])
    version = asked.desk.cases.version(case.case_id)
    chosen = {name: asked.query.get(name, "") for name in ("account", "currency", "kind", "year")}
    start = int(asked.query["from"]) if asked.query.get("from", "").isdecimal() else 0
    rows, count, sums = [], 0, dict[str, int]()
    if version is not None:
        for row in _postings(asked.desk.cases.artefact(case.case_id, version.number, "books.csv"), chosen):
            sums[row["currency"]] = sums.get(row["currency"], 0) - parse_micros(row["amount"])
            if start <= count < start + ROWS:
                rows.append(row)
            count += 1
    return {
        "case": {"case_id": case.case_id, "title": case.title},
        "chosen": chosen,
        "rows": rows,
        "count": count,
        "from": start,
        "next": start + ROWS if start + ROWS < count else None,
        "sums": {code: format_micros(amount) for code, amount in sorted(sums.items())},
    }


def _postings(path: Path, chosen: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield the income side of each event that was chosen: one row an event, as the books say it."""
    if not path.exists():
        return
    with path.open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        for row in csv.DictReader(lines):
            parts = row["ledger_account"].split(":")
            if parts[0] not in ("Income", "Expenses"):
                continue
            if (
                chosen["account"] in ("", parts[-1])
                and chosen["currency"] in ("", row["currency"])
                and chosen["kind"] in ("", row["kind"])
                and row["service_day"].startswith(chosen["year"])
            ):
                yield row


def rows_file(asked: Asked) -> tuple[bytes, str, str]:
    """Hand over the chosen postings as CSV; what a spreadsheet would take for a formula is quoted."""
    case = asked.desk.cases.get(asked.path["case_id"])
    version = asked.desk.cases.version(case.case_id)
    chosen = {name: asked.query.get(name, "") for name in ("account", "currency", "kind", "year")}
    out = io.StringIO()
    writer = csv.writer(out)
    names = ("entry_id", "kind", "service_day", "booked_at", "ledger_account", "currency", "amount")
    writer.writerow(names)
    if version is not None:
        for row in _postings(asked.desk.cases.artefact(case.case_id, version.number, "books.csv"), chosen):
            writer.writerow([_plain(row[name], number=name == "amount") for name in names])
    return out.getvalue().encode(), "text/csv", f"{case.case_id}-postings.csv"


def _plain(text: str, *, number: bool) -> str:
    return f"'{text}" if not number and text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def book_file(asked: Asked) -> tuple[bytes, str, str]:
    """Hand over a version's books.

    Raises:
        DebarError: DBR-K067, they were not kept.
    """
    name = asked.path["name"]
    version = asked.desk.cases.version(asked.path["case_id"])
    if version is not None and name in BOOK_FORMS:
        path = asked.desk.cases.artefact(version.case_id, version.number, name)
        if path.exists() and path.stat().st_size:
            return path.read_bytes(), _MEDIA.get(name, "text/plain"), f"{version.case_id}-{name}"
    raise DebarError(
        "DBR-K067",
        "these books are not kept with the case",
        hint="debar books plan.json --format hledger writes them",
    )


SCREEN: Final = Screen(
    pages=(
        Page(path="/cases/{case_id}/money", view=money_page, template="money.html.j2", allowed=SIGNED_IN),
        Page(
            path="/cases/{case_id}/money/rows",
            view=rows_page,
            template="money_rows.html.j2",
            allowed=SIGNED_IN,
        ),
    ),
    deeds=(
        Deed(path="/cases/{case_id}/pledge", do=pledge, allowed=_PROPOSER),
        Deed(path="/cases/{case_id}/allocate", do=allocate, allowed=_PROPOSER),
        Deed(path="/cases/{case_id}/disburse", do=disburse, allowed=_PROPOSER),
    ),
    files=(
        File(path="/cases/{case_id}/money/postings.csv", make=rows_file, allowed=SIGNED_IN),
        File(path="/cases/{case_id}/money/books/{name}", make=book_file, allowed=SIGNED_IN),
    ),
)
