"""The look back at past linked bans, as a page for a sceptical reader and as text.

Law: every ban stands in the table with its sentence, the ones that speak against the model first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.linking.assurance.backtest import UNKNOWN, WOULD
from debar.model.legible import isolated, legible
from debar.notices.pages import render_page
from debar.notices.pictures import ACCENT, INK, LINE, MUTED, SHADE, element, svg, svg_text

if TYPE_CHECKING:
    from debar.linking.assurance.backtest import Backtest, Tried

ROWS_SHOWN: Final = 40
"""Bans told on a terminal; the page and the JSON hold all."""

WORDS: Final = {"repeat": "repeat", "ask": "ask a reviewer", "spare": "spare", UNKNOWN: "cannot say"}
COLOURS: Final = {"repeat": ACCENT, "ask": MUTED, "spare": SHADE}


def against_it(one: Tried) -> int:
    """Order bans by how much they speak against the model: innocents repeated, then owners missed."""
    if one.ban.overturned:
        return {"repeat": 0, "ask": 2}.get(one.would, 3)
    return {"spare": 1, "ask": 2}.get(one.would, 3)


def render_backtest_html(result: Backtest, title: str) -> str:
    """Write the page.

    Args:
        result: The bans, tried.
        title: The platform's name.
    """
    return render_page(
        "backtest.html.j2",
        language="en",
        title=legible(title),
        headline=result.headline(),
        picture=fates_picture(result),
        shares=[
            (
                WORDS[would],
                str(result.share(would, overturned=False)),
                str(result.share(would, overturned=True)),
            )
            for would in WOULD
        ],
        notes=notes(result),
        rows=[_row(one) for one in sorted(result.tried, key=against_it)],
    )


def _row(one: Tried) -> dict[str, str]:
    return {
        "decision": isolated(legible(one.ban.decision, length_max=80)),
        "account": isolated(legible(one.ban.account_id, length_max=80)),
        "day": "" if one.ban.day is None else one.ban.day.isoformat(),
        "outcome": "overturned" if one.ban.overturned else "upheld",
        "would": WORDS[one.would],
        "p": f"{one.p_owner / 1_000_000:.3f}",
        "why": one.why,
    }


def notes(result: Backtest) -> list[str]:
    """Say what the figures rest on."""
    told = [
        "A ban is no evidence for itself: no reviewer's word counts, nor what was first seen after its day."
    ]
    undated = len(result.tried) - result.dated_bans
    if undated:
        told.append(f"{undated:,} bans state no day: for them everything that is known today counts.")
    if result.undated_facts:
        told.append(
            f"{result.undated_facts:,} identifiers state no first day and count as always known:"
            " the model may know more than was known then."
        )
    if result.unknown_count:
        told.append(f"{result.unknown_count:,} bans cannot be tried: an account is not on the platform.")
    told.append(
        "Upheld means not overturned. A ban that nobody appealed may have been wrong,"
        " and one that was overturned may have been right."
    )
    if not result.calibrated:
        told.append("The probabilities are uncalibrated: they order accounts, and do not count errors.")
    return told


def render_backtest_text(result: Backtest) -> str:
    """Write the same for a terminal; of many bans, those that speak against the model first."""
    lines = [result.headline(), "", f"{'':16}{'upheld bans':40}overturned bans"]
    for would in WOULD:
        upheld, overturned = (str(result.share(would, overturned=flag)) for flag in (False, True))
        lines.append(f"{WORDS[would]:16}{upheld:40}{overturned}")
    lines += ["", *(f"  {note}" for note in notes(result)), ""]
    rows = sorted(result.tried, key=against_it)
    for one in rows[:ROWS_SHOWN]:
        row = _row(one)
        lines.append(
            f"{row['decision']}  {row['account']}  {row['outcome']}; would {row['would']} (p {row['p']})"
        )
        lines.append(f"    {one.why}")
    if len(rows) > ROWS_SHOWN:
        lines.append(f"and {len(rows) - ROWS_SHOWN:,} more: --html or --json")
    return "\n".join(lines)


def fates_picture(result: Backtest) -> str:
    """Draw what would happen to upheld and to overturned bans: one bar each, and a line for its interval."""
    width, left, room = 640.0, 120.0, 500.0
    body, told = [], []
    for number, (flag, word) in enumerate(((False, "upheld"), (True, "overturned"))):
        y = 16.0 + 74 * number
        body.append(svg_text(0, y + 18, word, fill=INK))
        x = left
        for would in WOULD:
            share = result.share(would, overturned=flag)
            told.append(f"{word}, {WORDS[would]}: {share}")
            part = room * share.count / share.total if share.total else 0.0
            if part > 0:
                shape = {"fill": COLOURS[would], "stroke": LINE}
                body.append(element("rect", x=x, y=y, width=part, height=26, **shape))
                body.append(
                    svg_text(x + 4, y + 42, f"{WORDS[would]} {share.count:,}", fill=INK, font_size="11")
                )
            x += part
        spared = result.share("spare", overturned=flag)
        if spared.total:
            low, high = spared.interval
            for share_of in (low, high):
                at = left + room * (1 - share_of)
                body.append(
                    element("line", x1=at, y1=y - 5, x2=at, y2=y + 31, stroke=INK, stroke_width="1.5")
                )
        else:
            body.append(svg_text(left, y + 18, "none to try", fill=MUTED))
    return svg(
        body,
        width=width,
        height=160,
        title="What the model would do with past bans",
        description="; ".join(told),
    )
