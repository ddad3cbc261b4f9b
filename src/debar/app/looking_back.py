"""Look back at a window: what was bought, by whom, aimed at whom, paid how.

Law: it counts and compares; it accuses nobody.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from debar.app.answer import Answer
from debar.app.verbs import read_subjects, write_whole
from debar.linking.lookup import resolve_subject
from debar.model.legible import legible
from debar.notices.retrospective_page import figures_with_rows, render_retrospective_html
from debar.retrospect.declarations import read_words
from debar.retrospect.groups import find_groups
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of the past.

    Args:
        window: Whole UTC days.
        place: Only ads and money aimed at this country; None for everywhere.
        subjects: Accounts to set against all others, by id, name or handle; none for all of the platform.
        time_zone: Zone of the clock.
        around: Day around which launches are counted.
        groups: Of the groups that act as one, this share at most may be chance alone; None to look for none.
        election_words: As ``declarations.read_words`` gives them; None for the shipped ones.
    """

    window: Window
    place: str | None = None
    subjects: Sequence[str] = ()
    time_zone: str = "UTC"
    around: date | None = None
    groups: float | None = None
    election_words: Sequence[str] | None = None

    def command(self, folder: str) -> str:
        """Return the command that asks the same of a folder, but for the day around which is counted."""
        words = [
            "debar",
            "retrospect",
            folder,
            "--from",
            str(self.window.start),
            "--to",
            str(self.window.end),
        ]
        words += [] if self.place is None else ["--place", self.place]
        words += [word for subject in self.subjects for word in ("--subject", subject)]
        words += [] if self.time_zone == "UTC" else ["--time-zone", self.time_zone]
        words += [] if self.groups is None else ["--groups", f"{self.groups:g}"]
        return shlex.join(words)


def election_words_in(path: Path | None) -> Sequence[str] | None:
    """Read a file of election words, one a line; a line that begins with ``#`` is a remark.

    Raises:
        DebarError: DBR-A008, the file is no text; DBR-T004, it holds no words that can be used.
    """
    return None if path is None else read_words(read_subjects(path))


def look_back(
    opened: Opened, question: Question, *, html: Path | None = None, folder: str = "PLATFORM"
) -> Answer:
    """Look back at a window: who bought what, aimed at whom, paid how.

    Args:
        opened: The platform.
        question: What is asked.
        html: Where to write the report too, as a page.
        folder: What the platform's folder is called in the commands of the page.
    """
    report = _survey(opened, question)
    if html is not None:
        marks = [] if question.around is None else [(question.around, "the day asked about")]
        page = render_retrospective_html(
            report,
            title=" and ".join(question.subjects) or opened.platform.name,
            marks=marks,
            rows=[
                _rows_behind(opened, question, figure, ROWS_IN_PAGE_MAX)
                for figure in figures_with_rows(report)
            ],
            command=f"{question.command(folder)} --rows",
        )
        write_whole(html, page)
    return Answer(document=report.as_json(), text=render_text(report))


def rows_of_figure(opened: Opened, question: Question, figure: str) -> Answer:
    """List the rows behind one figure, the largest amounts first."""
    _survey(opened, question)
    found = _rows_behind(opened, question, figure, ROWS_LISTED_MAX)
    return Answer(document=found.as_json(), text="\n".join(_lines(found)))


def _rows_behind(opened: Opened, question: Question, figure: str, most: int) -> Rows:
    return rows_behind(
        opened.engine,
        figure,
        window=question.window,
        place=question.place,
        time_zone=question.time_zone,
        most=most,
    )


def _survey(opened: Opened, question: Question) -> Retrospective:
    engine = opened.engine
    named = sorted({account for query in question.subjects for account in resolve_subject(engine, query)})
    report = retrospect(
        engine,
        window=question.window,
        place=question.place,
        accounts=named or None,
        time_zone=question.time_zone,
        around=question.around,
        election_words=question.election_words,
    )
    if question.groups is None:
        return report
    found = find_groups(engine, rate=question.groups, window=question.window, place=question.place)
    return replace(report, groups=found)


def _lines(found: Rows) -> list[str]:
    lines = [f"{legible(found.figure)}: {found.count:,} rows"]
    for row in found.rows:
        amount = "no amount stated" if row.amount is None else str(row.amount)
        source = "" if row.record is None else f"  {legible(row.file)} row {row.record}"
        lines.append(f"  {legible(row.row_id)}  {legible(row.account_id)}  {row.at}  {amount}{source}")
    if found.count > len(found.rows):
        lines.append(f"  and {found.count - len(found.rows):,} more, not listed")
    return lines
