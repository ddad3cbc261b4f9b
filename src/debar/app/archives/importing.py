"""Make a platform folder of a public archive, and say what it holds.

Law: what is printed is what was written: each account of the money by itself, one line a currency.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.intake.archives import ImportedArchive, import_google, import_meta, import_snapchat
from debar.intake.ira import import_ira
from debar.intake.problems import what_of
from debar.model.money import Money, format_micros, show
from debar.stores.duckdb_engine import DuckEngine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from debar.app.opening import Setting
    from debar.intake.archives.writing import Stated

PROBLEMS_SHOWN = 3


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


def import_from(
    setting: Setting, archive: str, sources: Sequence[Path], out: Path, *, currency: str | None = None
) -> Answer:
    """Make a platform folder of Google's, Meta's or Snapchat's archive.

    Args:
        setting: Who is told of the progress.
        archive: ``google``, ``meta`` or ``snapchat``.
        sources: Files, zips or folders.
        out: Folder to write.
        currency: Of Meta's reports that do not say theirs.
    """
    with DuckEngine() as engine:
        if archive == "google":
            made = import_google(engine, sources, out, say=setting.say)
        elif archive == "meta":
            made = import_meta(engine, sources, out, currency=currency, say=setting.say)
        else:
            made = import_snapchat(engine, sources, out, say=setting.say)
    return Answer(document=_document(made), text=_text(made))


def _document(made: ImportedArchive) -> dict[str, Any]:
    return {
        "archive": made.archive,
        "folder": str(made.folder),
        "files": [
            {"name": f.name, "says": f.says, "sha256": f.sha256, "bytes": f.bytes_count, "rows": f.rows}
            for f in made.files
        ],
        "not_read": list(made.others),
        "tables": dict(made.tables),
        "counts": made.main,
        "stated_spend": [
            {
                "series": stated.series or made.main,
                "counts": not stated.series,
                "currency": stated.currency,
                "low": format_micros(stated.low_micros),
                "high": None if stated.high_micros is None else format_micros(stated.high_micros),
                "rows": stated.rows,
            }
            for stated in made.stated
        ],
        "notes": list(made.notes),
        "problem_counts": dict(made.problem_counts),
        "problems": [problem.as_json() for problem in made.problems],
    }


def _text(made: ImportedArchive) -> str:
    counts = ", ".join(f"{rows:,} {name}" for name, rows in made.tables.items())
    lines = [f"{made.folder}: {counts}"]
    lines += [f"  read {f.name}: {f.says}, {f.rows:,} rows" for f in made.files]
    if made.others:
        more = f" and {len(made.others) - 5} more" if len(made.others) > 5 else ""
        lines.append(f"  not read: {', '.join(made.others[:5])}{more}")
    series = dict.fromkeys(stated.series for stated in made.stated)
    for name in series:
        apart = f"{name}: the same money again, never to be added" if name else f"{made.main}: this counts"
        lines.append(f"  stated spend {apart}")
        lines += [f"    {_shown(one)} in {one.rows:,} rows" for one in made.stated if one.series == name]
    if not made.stated:
        lines.append("  no spend is stated")
    lines += [f"  {note}" for note in made.notes]
    for code, count in made.problem_counts.items():
        first = [p for p in made.problems if p.code == code][:PROBLEMS_SHOWN]
        lines.append(
            f"  {code} {what_of(code)}: {count:,} times" if count > 1 else f"  {code} {what_of(code)}"
        )
        lines += [f"    at {problem.place}: {problem.effect}" for problem in first]
    return "\n".join(lines)


def _shown(stated: Stated) -> str:
    low = show(Money(amount_micros=stated.low_micros, currency=stated.currency))
    if stated.high_micros is None:
        return f"at least {low}"
    if stated.high_micros == stated.low_micros:
        return low
    return f"{low} to {show(Money(amount_micros=stated.high_micros, currency=stated.currency))}"
