"""Look back at a window: what was bought, by whom, aimed at whom, paid how.

Law: it counts and compares; it accuses nobody.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from debar.app.answer import Answer
from debar.app.verbs import write_whole
from debar.linking.lookup import resolve_subject
from debar.model.legible import legible
from debar.notices.retrospective_page import figures_with_rows, render_retrospective_html
from debar.retrospect.rows import Rows, rows_behind
from debar.retrospect.survey import retrospect
from debar.retrospect.words import render_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from debar.app.opening import Opened
    from debar.model.window import Window
    from debar.retrospect.retrospective import Retrospective

ROWS_IN_PAGE_MAX: Final = 10
"""So many rows of a figure stand in the page; the others are listed by the command that it names."""

ROWS_LISTED_MAX: Final = 100_000
"""More rows than this are counted and not listed."""


def look_back(
    opened: Opened,
    window: Window,
    *,
    place: str | None,
    subjects: Sequence[str],
    time_zone: str,
    around: date | None,
    html: Path | None,
    folder: str = "PLATFORM",
) -> Answer:
    """Look back at a window: who bought what, aimed at whom, paid how."""
    report = _survey(opened, window, place=place, subjects=subjects, time_zone=time_zone, around=around)
    if html is not None:
        title = " and ".join(subjects) or opened.platform.name
        marks = [] if around is None else [(around, "the day asked about")]
        rows = [
            rows_behind(
                opened.engine,
                figure,
                window=window,
                place=place,
                time_zone=time_zone,
                most=ROWS_IN_PAGE_MAX,
            )
            for figure in figures_with_rows(report)
        ]
        words = ["debar", "retrospect", folder, "--from", str(window.start), "--to", str(window.end)]
        words += [] if place is None else ["--place", place]
        words += [word for subject in subjects for word in ("--subject", subject)]
        words += [] if time_zone == "UTC" else ["--time-zone", time_zone]
        page = render_retrospective_html(
            report, title=title, marks=marks, rows=rows, command=shlex.join([*words, "--rows"])
        )
        write_whole(html, page)
    return Answer(document=report.as_json(), text=render_text(report))


def rows_of_figure(
    opened: Opened,
    window: Window,
    figure: str,
    *,
    place: str | None,
    subjects: Sequence[str],
    time_zone: str,
    around: date | None,
) -> Answer:
    """List the rows behind one figure, the largest amounts first."""
    _survey(opened, window, place=place, subjects=subjects, time_zone=time_zone, around=around)
    found = rows_behind(
        opened.engine, figure, window=window, place=place, time_zone=time_zone, most=ROWS_LISTED_MAX
    )
    return Answer(document=found.as_json(), text="\n".join(_lines(found)))


def _survey(
    opened: Opened,
    window: Window,
    *,
    place: str | None,
    subjects: Sequence[str],
    time_zone: str,
    around: date | None,
) -> Retrospective:
    named = sorted({account for query in subjects for account in resolve_subject(opened.engine, query)})
    return retrospect(
        opened.engine,
        window=window,
        place=place,
        accounts=named or None,
        time_zone=time_zone,
        around=around,
    )


def _lines(found: Rows) -> list[str]:
    lines = [f"{legible(found.figure)}: {found.count:,} rows"]
    for row in found.rows:
        amount = "no amount stated" if row.amount is None else str(row.amount)
        source = "" if row.record is None else f"  {legible(row.file)} row {row.record}"
        lines.append(f"  {legible(row.row_id)}  {legible(row.account_id)}  {row.at}  {amount}{source}")
    if found.count > len(found.rows):
        lines.append(f"  and {found.count - len(found.rows):,} more, not listed")
    return lines
