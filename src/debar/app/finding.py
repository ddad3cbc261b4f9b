"""Read a platform, find accounts, link them, and say why.

Law: these verbs look; they change nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from debar.app.answer import Answer
from debar.app.opening import fitted
from debar.intake.ira import import_ira
from debar.intake.report import describe
from debar.intake.report import render_text as render_report
from debar.linking.explain import render_why_text, why
from debar.linking.handovers import split_accounts
from debar.linking.lookup import find_accounts
from debar.linking.renames import Seen, name_changes
from debar.model.money import Money, format_micros, show
from debar.model.problem import EXIT_PROBLEMS, EXIT_REFUSED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from debar.app.opening import Opened
    from debar.linking.handovers import Handover
    from debar.linking.renames import NameChange


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


TOLD: Final = ("handover", "unclear", "hands", "rename")
"""Kinds of change that are reported; a new spelling is none."""


def handovers(
    opened: Opened,
    *,
    seen_on: date | None = None,
    earlier: Opened | None = None,
    earlier_seen_on: date | None = None,
) -> Answer:
    """Find accounts that changed hands, by what they hold and by how an earlier export names them.

    Args:
        opened: The platform.
        seen_on: Day of its export; without it names change nothing about periods.
        earlier: An earlier export of the same platform.
        earlier_seen_on: Day of that export.
    """
    changes: tuple[NameChange, ...] = ()
    if earlier is not None:
        changes = name_changes([read_seen(earlier, earlier_seen_on), read_seen(opened, seen_on)])
    found = split_accounts(opened.engine, changes)
    told = [change for change in changes if change.kind in TOLD]
    document = {
        "handovers": [_handover(one) for one in found],
        "names": [_change(one) for one in told],
    }
    return Answer(document=document, text="\n".join(_lines(found, told)))


def read_seen(opened: Opened, seen_on: date | None) -> list[Seen]:
    """Return the accounts of an export as they name themselves, with their public ids."""
    ids: dict[str, set[str]] = {}
    for account_id, shown in opened.engine.rows(
        "SELECT account_id, shown FROM identifiers WHERE kind = 'legal_id'"
    ):
        ids.setdefault(account_id, set()).add(shown)
    return [
        Seen(
            account_id=account_id,
            name=name,
            legal_ids=frozenset(ids.get(account_id, ())),
            seen_on=seen_on,
        )
        for account_id, name in opened.engine.rows(
            "SELECT account_id, COALESCE(legal_name, name) FROM accounts"
            " WHERE account_id <> 'unattributed' AND COALESCE(legal_name, name) IS NOT NULL"
            " ORDER BY account_id"
        )
    ]


def _handover(one: Handover) -> dict[str, Any]:
    return {
        "account_id": one.account_id,
        "day": one.day.isoformat(),
        "not_before": one.not_before.isoformat() if one.not_before else None,
        "families": list(one.families),
        "former": list(one.former),
        "later": list(one.later),
        "sentence": one.sentence,
    }


def _change(one: NameChange) -> dict[str, Any]:
    return {
        "account_id": one.account_id,
        "kind": one.kind,
        "former": one.former.name,
        "later": one.later.name,
        "signs": list(one.signs),
        "sentence": one.sentence,
    }


def _lines(found: Sequence[Handover], told: Sequence[NameChange]) -> list[str]:
    lines = [f"{len(found):,} hand-overs: each of these accounts is judged as one account a holder"]
    lines += [f"  {one.account_id}  {one.sentence}" for one in found]
    unclear = [one for one in told if one.kind == "unclear"]
    if unclear:
        lines.append(
            f"{len(unclear):,} accounts bear an unrelated name; nothing says whether the holder changed"
        )
        lines += [f"  {one.account_id}  {one.sentence}" for one in unclear]
    return lines
