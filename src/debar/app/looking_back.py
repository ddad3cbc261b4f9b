"""Look back at a window: what was bought, by whom, aimed at whom, paid how.

Law: it counts and compares; it accuses nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from debar.app.answer import Answer
from debar.app.verbs import write_whole
from debar.linking.lookup import resolve_subject
from debar.notices.retrospective_page import render_retrospective_html
from debar.retrospect.survey import retrospect
from debar.retrospect.words import render_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from debar.app.opening import Opened
    from debar.model.window import Window


def look_back(
    opened: Opened,
    window: Window,
    *,
    place: str | None,
    subjects: Sequence[str],
    time_zone: str,
    around: date | None,
    html: Path | None,
) -> Answer:
    """Look back at a window: who bought what, aimed at whom, paid how."""
    named = sorted({account for query in subjects for account in resolve_subject(opened.engine, query)})
    report = retrospect(
        opened.engine,
        window=window,
        place=place,
        accounts=named or None,
        time_zone=time_zone,
        around=around,
    )
    if html is not None:
        title = " and ".join(subjects) or opened.platform.name
        marks = [] if around is None else [(around, "the day asked about")]
        write_whole(html, render_retrospective_html(report, title=title, marks=marks))
    return Answer(document=report.as_json(), text=render_text(report))
