"""Read a platform, find accounts, link them, and say why.

Law: these verbs look; they change nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from debar.app.answer import Answer
from debar.app.opening import fitted
from debar.intake.ira import import_ira
from debar.intake.report import describe
from debar.intake.report import render_text as render_report
from debar.linking.lookup import find_accounts
from debar.linking.why import render_why_text, why
from debar.model.money import Money, format_micros, show
from debar.model.problem import EXIT_PROBLEMS, EXIT_REFUSED

if TYPE_CHECKING:
    from pathlib import Path

    from debar.app.opening import Opened


def read(opened: Opened, *, strict: bool = False) -> Answer:
    """Check an export: tables, counts, problems."""
    document = describe(opened.engine, opened.platform)
    code = EXIT_PROBLEMS if strict and opened.platform.problem_counts else 0
    return Answer(document=document, text=render_report(document), exit_code=code)


def import_archive(source: Path, out: Path) -> Answer:
    """Make a platform folder of the Internet Research Agency's published ads."""
    report = import_ira(source, out)
    document = {
        "folder": str(report.folder),
        "sources": dict(report.sources),
        "accounts": report.accounts,
        "ads": report.ads,
        "stated_spend": {code: format_micros(micros) for code, micros in report.spend_micros.items()},
        "ads_with_stated_spend": dict(report.spend_ads),
        "ads_stated_none": report.stated_none,
        "ads_stated_zero": report.stated_zero,
        "unattributed_ads": report.unattributed_ads,
        "notes": [{"ad_id": ad_id, "note": note} for ad_id, note in report.notes],
    }
    lines = [f"{report.folder}: {report.ads:,} ads of {report.accounts:,} pages and sites"]
    for code, micros in sorted(report.spend_micros.items()):
        total = show(Money(amount_micros=micros, currency=code))
        lines.append(f"  stated spend {total} on {report.spend_ads[code]:,} ads")
    lines.append(f'  {report.stated_none:,} ads say "None", {report.stated_zero:,} say 0.00: kept apart')
    lines.append(
        f"  {report.unattributed_ads:,} ads name no page; {len(report.notes):,} have a note on their source"
    )
    return Answer(document=document, text="\n".join(lines))


def why_linked(opened: Opened, one: str, other: str) -> Answer:
    """Say why two accounts are linked, or are not."""
    opened = fitted(opened)
    answer = why(opened.engine, one, other, opened.parameters, opened.policy)
    return Answer(document=answer.as_json(), text=render_why_text(answer))


def accounts(opened: Opened, query: str) -> Answer:
    """Find accounts by name, handle, id, domain or legal entity."""
    found = find_accounts(opened.engine, query)
    document = {"query": query, "candidates": [candidate.as_json() for candidate in found]}
    if not found:
        return Answer(document=document, text=f'nothing here answers to "{query}"', exit_code=EXIT_REFUSED)
    return Answer(document=document, text="\n".join(str(candidate) for candidate in found))
