"""The report as text and as one page.

Law: both say the same numbers; an empty section says "none" and is not left out.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from debar.model.money import Money
from debar.notices.messages import catalogue
from debar.notices.pages import TEXT_WIDTH, render_page
from debar.notices.transparency.plots import (
    appeals_picture,
    band_words,
    calibration_picture,
    interval_words,
    months_picture,
    observed_words,
    predicted_words,
)
from debar.notices.transparency.proportions import wilson
from debar.notices.transparency.report import MONEY_FIELDS, STATUSES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from debar.notices.messages import Catalogue
    from debar.notices.transparency.report import Part, TransparencyReport

Table = tuple[tuple[str, ...], list[tuple[str, ...]]]
"""Head and rows; the first column names, the others count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section of the report.

    Args:
        heading: Its title.
        tables: Caption, which may be empty, and table.
        notes: Sentences under them.
        picture: SVG; empty where there is nothing to draw.
    """

    heading: str
    tables: list[tuple[str, Table]]
    notes: list[str] = field(default_factory=list)
    picture: str = ""


def report_html(report: TransparencyReport, *, platform: str, language: str = "en") -> str:
    """Write the report as one self-contained page with its pictures."""
    words = catalogue(language)
    return render_page(
        "transparency.html.j2",
        language=language,
        say=words.say,
        platform=words.listed([platform]) if platform else "",
        period=_period(report, words),
        sections=_sections(report, words),
    )


def report_text(report: TransparencyReport, *, language: str = "en") -> str:
    """Write the report as plain text."""
    words = catalogue(language)
    out = [words.say("report.title"), _period(report, words), ""]
    for section in _sections(report, words):
        out += [section.heading, "-" * len(section.heading)]
        for caption, table in section.tables:
            out += ([caption] if caption else []) + _text_table(table, words) + [""]
        for note in section.notes:
            out += [*textwrap.wrap(note, TEXT_WIDTH), ""]
    return "\n".join(out).rstrip() + "\n"


def _text_table(table: Table, words: Catalogue) -> list[str]:
    head, rows = table
    if not rows:
        return [f"  {words.say('report.none')}"]
    lines = [head, *rows] if any(head) else rows
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    lines_out = []
    for line in lines:
        cells = [cell.rjust(width) for cell, width in zip(line, widths, strict=True)]
        lines_out.append("  " + "  ".join([line[0].ljust(widths[0]), *cells[1:]]))
    return lines_out


def _sections(report: TransparencyReport, words: Catalogue) -> list[Section]:
    """Return every section of the report, in its order."""
    say = words.say
    money = [("", _money(report, words))] if report.money else []
    return [
        Section(heading=say("report.heading.decisions"), tables=[("", _counts(_decisions(report, words)))]),
        Section(
            heading=say("report.heading.appeals"),
            tables=[("", _appeals(report, words)), ("", _counts(_elsewhere(report, words)))],
            notes=[say("report.appeals.note", late=report.late)],
            picture=appeals_picture(report, words),
        ),
        Section(
            heading=say("report.heading.reversals"),
            tables=_reversals(report, words),
            notes=[say("report.by_basis.note")],
        ),
        Section(
            heading=say("report.heading.calibration"),
            tables=[("", _calibration(report, words))],
            notes=_calibration_notes(report, words),
            picture=calibration_picture(report.bands, words),
        ),
        Section(heading=say("report.heading.times"), tables=[("", _times(report, words))]),
        Section(
            heading=say("report.heading.money"),
            tables=money,
            notes=[] if money else [say("report.money.none")],
        ),
        Section(
            heading=say("report.heading.months"),
            tables=[("", _months(report, words))],
            notes=[say("report.method")],
            picture=months_picture(report, words),
        ),
    ]


def _calibration_notes(report: TransparencyReport, words: Catalogue) -> list[str]:
    reviewed = [band for band in report.bands if band.reviewed]
    if not reviewed:
        return [words.say("report.calibration.none")]
    agree = sum(band.agrees is True for band in reviewed)
    return [
        words.say("report.calibration.agree", agree=agree, bands=len(reviewed)),
        words.say("report.calibration.note"),
    ]


def _period(report: TransparencyReport, words: Catalogue) -> str:
    first, last = words.day(report.window.start), words.day(report.window.end)
    return words.say("report.period", first=first, last=last)


def _counts(rows: Sequence[tuple[str, str]]) -> Table:
    return ("", ""), [*rows]


def _decisions(report: TransparencyReport, words: Catalogue) -> list[tuple[str, str]]:
    names = ("decisions", "named", "linked", "notices", "confirmed", "lapsed", "denials", "responses")
    return [(words.say(f"report.{name}"), words.number(getattr(report, name))) for name in names]


def _appeals(report: TransparencyReport, words: Catalogue) -> Table:
    rows: list[tuple[str, ...]] = [(words.say("report.filed"), words.number(report.filed), "")]
    for status in STATUSES:
        count = report.appeals[status]
        interval = wilson(count, report.filed)
        share = interval_words(interval, words) if interval else ""
        told = words.say("report.share", count=count, total=report.filed) if report.filed else "0"
        rows.append((words.say(f"report.status.{status}"), told, share))
    return ("", "", ""), rows


def _elsewhere(report: TransparencyReport, words: Catalogue) -> list[tuple[str, str]]:
    return [(words.say(f"report.out_of_court.{k}"), words.number(n)) for k, n in report.out_of_court.items()]


def _reversals(report: TransparencyReport, words: Catalogue) -> list[tuple[str, Table]]:
    totals = [
        (words.say(f"report.reversed.{name}"), words.number(getattr(report, f"reversed_{name}")))
        for name in ("on_appeal", "without_appeal")
    ]
    rules = _parts(report.rules, words, lambda name: words.listed([name or words.say("report.no_rule")]))
    bases = _parts(report.bases, words, lambda name: words.say_known("kind.short", name))
    return [
        ("", _counts(totals)),
        (words.say("report.by_rule"), rules),
        (words.say("report.by_basis"), bases),
    ]


def _parts(parts: Sequence[Part], words: Catalogue, named: Callable[[str], str]) -> Table:
    columns = ("what", "debarred", "reviewed", "reversed", "share")
    rows: list[tuple[str, ...]] = []
    for part in parts:
        interval = wilson(part.reversed_count, part.reviewed)
        counts = (part.debarred, part.reviewed, part.reversed_count)
        share = interval_words(interval, words) if interval else "–"
        rows.append((named(part.name), *(words.number(count) for count in counts), share))
    return tuple(words.say(f"report.column.{name}") for name in columns), rows


def _calibration(report: TransparencyReport, words: Catalogue) -> Table:
    columns = ("band", "debarred", "reviewed", "right", "predicted", "observed")
    rows: list[tuple[str, ...]] = [
        (
            band_words(band, words),
            *(words.number(n) for n in (band.debarred, band.reviewed, band.right)),
            predicted_words(band, words),
            observed_words(band, words),
        )
        for band in report.bands
        if band.debarred or band.reviewed
    ]
    return tuple(words.say(f"report.column.{name}") for name in columns), rows


def _times(report: TransparencyReport, words: Catalogue) -> Table:
    columns = ("what", "count", "median", "p90")
    rows: list[tuple[str, ...]] = [
        (
            words.say(f"report.times.{t.name}"),
            words.number(t.count),
            "–" if t.median_days is None else words.decimal(t.median_days, 1),
            "–" if t.p90_days is None else words.decimal(t.p90_days, 1),
        )
        for t in report.times
    ]
    return tuple(words.say(f"report.column.{name}") for name in columns), rows


def _money(report: TransparencyReport, words: Catalogue) -> Table:
    rows: list[tuple[str, ...]] = [
        (
            given.currency,
            *(
                words.money(Money(currency=given.currency, amount_micros=getattr(given, name)))
                for name in MONEY_FIELDS
            ),
        )
        for given in report.money
    ]
    return tuple(words.say(f"report.column.{name}") for name in ("currency", *MONEY_FIELDS)), rows


def _months(report: TransparencyReport, words: Catalogue) -> Table:
    head = (
        words.say("report.column.month"),
        *(words.say(f"report.picture.{n}") for n in ("decisions", "filed", "reversed")),
    )
    rows: list[tuple[str, ...]] = [
        (m.month, *(words.number(count) for count in (m.decisions, m.filed, m.reversed_count)))
        for m in report.months
    ]
    return head, rows
