"""Look at files: say what they are, what is in them, who repeats, and what stands out.

Law: text, JSON and page say the same; sensitive values are shown masked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.app.verbs import write_whole
from debar.evidence.keying import is_keyed, keyed, mask
from debar.intake.archives.sources import open_sources
from debar.intake.looking import find, look_at, propose
from debar.model.legible import legible
from debar.model.money import Money, format_micros, show
from debar.notices.look_page import render_look_html
from debar.stores.duckdb_engine import DuckEngine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from debar.app.opening import Setting
    from debar.evidence.keying import HashKey
    from debar.intake.archives.sources import Member
    from debar.intake.looking import Looked
    from debar.intake.looking.standing_out import Finding, Repeated

REPEATED_SHOWN = 12
PUBLIC = ("address", "legal_id")
"""Roles that public archives publish; in a file of no archive an address is masked all the same."""

_KINDS = {**dict.fromkeys(("payer", "agency", "name", "text"), "legal_name"), "landing_url": "domain"}
"""Role to the kind of identifier that says whether it is sensitive, where the two differ."""


def look(setting: Setting, files: Sequence[Path], *, html: Path | None = None) -> Answer:
    """Look at files.

    Args:
        setting: Key for masks, and who is told of the progress.
        files: Files, zips or folders.
        html: Where to write a page; it has all files.
    """
    key = setting.hash_key()
    with open_sources(files) as opened:
        reports = []
        for number, member in enumerate(opened.members, start=1):
            setting.say(f"looking at {member.name}")
            reports.append(_look_at(member, number, key))
        others = list(opened.others)
    document = {"files": reports, "not_read": others}
    text = "\n\n".join(_text(report) for report in reports)
    if others:
        text += f"\n\nnot looked at, since no table stands in files of this name: {', '.join(others[:10])}"
    if html is not None:
        write_whole(
            html,
            render_look_html(
                [{**report, "stated": [stated(m) for m in report["money"]]} for report in reports]
            ),
        )
        text += f"\n\nwritten to {html}"
    return Answer(document=document, text=text.lstrip("\n") or "there is no file to look at")


def _look_at(member: Member, number: int, key: HashKey) -> dict[str, Any]:
    with DuckEngine() as engine:
        looked = look_at(engine, member, number=number)
        found = find(engine, looked)
    proposal = propose(looked)
    return {
        "name": looked.name,
        "sha256": looked.sha256,
        "bytes": looked.bytes_count,
        "recognised": looked.shape.says if looked.shape else None,
        "archive": looked.shape.archive if looked.shape else None,
        "sign": list(looked.sign),
        "rows": looked.rows,
        "accounts": found.accounts,
        "period": None if found.period is None else {"first": found.period[0], "last": found.period[1]},
        "money": [
            {
                "currency": m.currency,
                "low": format_micros(m.low_micros),
                "high": None if m.high_micros is None else format_micros(m.high_micros),
                "rows": m.rows,
            }
            for m in found.money
        ],
        "coverage": {name: round(share, 4) for name, share in found.coverage.items()},
        "findings": [_finding(one, looked, key) for one in found.findings],
        "repeated": [_repeated(one, looked, key) for one in found.repeated],
        "notes": list(found.notes),
        "columns": _columns(looked),
        "command": proposal.command or None,
        "platform_toml": proposal.toml or None,
        "tables_as_they_are": list(proposal.native),
        "questions": list(proposal.questions),
    }


def _columns(looked: Looked) -> list[dict[str, Any]]:
    return [
        {
            "header": legible(c.header, length_max=80),
            "filled": c.filled,
            "distinct": c.distinct,
            "role": g.role or None,
            "reason": legible(g.reason, length_max=300),
            "question": g.question or None,
        }
        for c, g in zip(looked.columns, looked.guesses, strict=True)
    ]


def _shown(value: str, role: str, looked: Looked, key: HashKey) -> str:
    """Return a value as people may see it: masked where it is sensitive and no archive publishes it."""
    is_public = looked.shape is not None and role in PUBLIC
    kind = _KINDS.get(role, role)
    if role and is_keyed(kind) and not is_public:
        return mask(kind, keyed(kind, value, key))
    return legible(value, length_max=80)


def _finding(one: Finding, looked: Looked, key: HashKey) -> dict[str, Any]:
    shown = _shown(one.value, one.role, looked, key)
    return {"says": one.sentence.replace("{}", shown), "null": one.null}


def _repeated(one: Repeated, looked: Looked, key: HashKey) -> dict[str, Any]:
    return {
        "role": one.role,
        "column": legible(one.header, length_max=80),
        "value": _shown(one.value, one.role, looked, key),
        "accounts": one.accounts,
        "rows": one.rows,
        "such_as": [legible(place, length_max=60) for place in one.places],
    }


def _text(report: Mapping[str, Any]) -> str:
    lines = [f"{report['name']}  {report['bytes']:,} bytes, sha256 {report['sha256']}"]
    if report["recognised"]:
        lines.append(f"  is       {report['recognised']}, by its columns {', '.join(report['sign'])}")
    else:
        lines.append("  is       no archive's file that debar knows")
    lines.append(f"  holds    {held(report)}")
    lines += [f"  note     {note}" for note in report["notes"]]
    lines.append("")
    lines += _stands_out(report)
    if report["repeated"]:
        lines += ["", "  who repeats"]
        lines += [
            f"    {one['accounts']:>6,} accounts  {one['column']}: {one['value']}"
            for one in report["repeated"][:REPEATED_SHOWN]
        ]
        more = len(report["repeated"]) - REPEATED_SHOWN
        lines += [f"    and {more:,} more with --json or --html"] if more > 0 else []
    lines += ["", "  columns"]
    lines += [
        f"    {column['header']:<28} {column['role'] or '-':<16} {column['reason']}"
        for column in report["columns"]
    ]
    lines += _next(report)
    return "\n".join(lines)


def held(report: Mapping[str, Any]) -> str:
    """Return in one line what a file holds."""
    parts = [f"{report['rows']:,} rows"]
    if report["accounts"] is not None:
        parts.append(f"{report['accounts']:,} accounts")
    if report["period"]:
        parts.append(f"{report['period']['first']} to {report['period']['last']}")
    parts += [stated(money) for money in report["money"][:6]]
    more = len(report["money"]) - 6
    return ", ".join(parts) + (f", and {more} more currencies" if more > 0 else "")


def stated(money: Mapping[str, Any]) -> str:
    """Return stated money of one currency."""
    low = _amount(money["low"], money["currency"])
    if money["high"] is None:
        return f"at least {low}"
    return low if money["high"] == money["low"] else f"{low} to {_amount(money['high'], money['currency'])}"


def _amount(amount: str, currency: str | None) -> str:
    if currency is None:
        return f"{float(amount):,.2f} in a currency that nothing says"
    whole, _, decimals = amount.partition(".")
    try:
        return show(Money(amount_micros=int(whole + decimals), currency=currency))
    except (ValueError, KeyError):
        return f"{amount} {currency}"


def _stands_out(report: Mapping[str, Any]) -> list[str]:
    if not report["findings"]:
        return ["  nothing stands out against chance"]
    lines = ["  what stands out"]
    for number, one in enumerate(report["findings"], start=1):
        lines += [f"    {number}. {one['says']}", f"       beside it: {one['null']}"]
    return lines


def _next(report: Mapping[str, Any]) -> list[str]:
    lines = [""]
    if report["questions"]:
        lines += ["  to answer first", *(f"    {question}" for question in report["questions"])]
    if report["command"]:
        return [*lines, "  next", f"    {report['command']}"]
    if report["tables_as_they_are"]:
        return [
            *lines,
            f"  next     it has the columns of {', '.join(report['tables_as_they_are'])} as they are",
        ]
    if report["platform_toml"]:
        lines += ["  for platform.toml", *(f"    {line}" for line in report["platform_toml"].splitlines())]
        return lines
    return [*lines, "  debar has no table for it"]
