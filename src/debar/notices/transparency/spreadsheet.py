"""The report as rows for a spreadsheet.

Law: every number of the report stands in it once, beside what it is a part of.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from debar.model.money import format_micros
from debar.notices.transparency.report import MONEY_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from debar.notices.transparency.report import Band, TransparencyReport


def report_csv(report: TransparencyReport) -> str:
    """Write the report as rows: section, what, measure, value, and what the value is a part of.

    Returns:
        CSV with a header (RFC 4180, lines end in CR LF). Columns: section, name, measure, value, of. Money is
        a decimal string with six decimals, its currency the name; probabilities and shares lie between 0
        and 1; times are days.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("section", "name", "measure", "value", "of"))
    writer.writerows(_rows(report))
    return out.getvalue()


def _rows(report: TransparencyReport) -> Iterator[tuple[Any, ...]]:
    for name in ("decisions", "named", "linked", "notices", "denials", "responses", "confirmed", "lapsed"):
        yield "decisions", name, "count", getattr(report, name), ""
    for status, count in report.appeals.items():
        yield "appeals", status, "count", count, report.filed
    yield "appeals", "late", "count", report.late, report.filed
    for name, count in report.out_of_court.items():
        yield "out_of_court", name, "count", count, ""
    yield "reversals", "on_appeal", "count", report.reversed_on_appeal, ""
    yield "reversals", "without_appeal", "count", report.reversed_without_appeal, ""
    for section, parts in (("rule", report.rules), ("link_basis", report.bases)):
        for part in parts:
            yield section, _safe(part.name), "debarred", part.debarred, ""
            yield section, _safe(part.name), "reversed", part.reversed_count, part.reviewed
    for band in report.bands:
        yield from _band_rows(band)
    yield from _times_and_money(report)


def _band_rows(band: Band) -> Iterator[tuple[Any, ...]]:
    name = f"{band.low / 1_000_000:.3f}-{min(band.high, 1_000_000) / 1_000_000:.3f}"
    yield "probability", name, "debarred", band.debarred, ""
    yield "probability", name, "right", band.right, band.reviewed
    if band.predicted is not None and band.interval is not None:
        yield "probability", name, "predicted", format_micros(band.predicted), band.reviewed
        for bound, share in zip(("observed_low_95", "observed_high_95"), band.interval, strict=True):
            yield "probability", name, bound, f"{share:.6f}", band.reviewed


def _times_and_money(report: TransparencyReport) -> Iterator[tuple[Any, ...]]:
    for times in report.times:
        for measure, days in (("median_days", times.median_days), ("p90_days", times.p90_days)):
            yield "times", times.name, measure, "" if days is None else f"{days:.4f}", times.count
    for given in report.money:
        for name in MONEY_FIELDS:
            yield "money", given.currency, name, format_micros(getattr(given, name)), ""
    for m in report.months:
        yield "months", m.month, "decisions", m.decisions, ""
        yield "months", m.month, "appeals_filed", m.filed, ""
        yield "months", m.month, "accounts_reversed", m.reversed_count, ""


def _safe(text: str) -> str:
    """Keep a spreadsheet from taking a name for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
