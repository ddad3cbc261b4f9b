"""Groups that act as one as a picture: accounts one below another, ties as arcs beside them.

Law: no label lies on another, however long the names are; what is not drawn is counted in the picture; what
a tie rests on is told by its line's form, colour only repeats it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from debar.model.legible import legible
from debar.notices.pictures import ACCENT, ALARM, INK, MUTED, element, number, svg, svg_text, text_width
from debar.retrospect.groups.words import OF_OTHERS, OF_TOPIC

if TYPE_CHECKING:
    from debar.retrospect.groups import Group, Groups, Tie

GROUPS_DRAWN: Final = 12
MEMBERS_DRAWN: Final = 12

WIDTH: Final = 312.0
"""Of one group, in pixels: a telephone's."""

ARCS: Final = 84.0
"""Room for the arcs, left of the accounts."""

ROW: Final = 22.0
HEAD: Final = 22.0
SIZE: Final = 12.0

STYLES: Final = (
    ("launches together", {"stroke": ALARM, "stroke_width": "2.6"}),
    ("the same copy, pages or templates", {"stroke": ACCENT, "stroke_width": "1.6"}),
    (
        "wording alone",
        {"stroke": MUTED, "stroke_width": "1.3", "stroke_dasharray": "4 3"},
    ),
)
"""What a tie rests on at best, and how its arc looks."""


def groups_picture(found: Groups, *, title: str) -> str:
    """Draw the largest groups, at most :data:`GROUPS_DRAWN` of them, each as a picture of its own.

    So they stand beside one another where there is room, and below one another on a telephone.

    Args:
        found: Groups; at least one.
        title: What the picture is called.

    Returns:
        SVG elements, one after another: what the lines mean, then a group each.
    """
    assert found.groups, "without a group there is no picture"
    drawn = found.groups[:GROUPS_DRAWN]
    legend = _legend({_style(tie) for group in drawn for tie in group.ties}, title)
    more = len(found.groups) - len(drawn)
    left_out = [_words(f"and {more:,} more groups, not drawn")] if more else []
    return "".join([legend, *(_group(place, group) for place, group in enumerate(drawn, start=1)), *left_out])


def _style(tie: Tie) -> int:
    """Return which of :data:`STYLES` a tie has: what it rests on at best."""
    signals = set(tie.signals)
    if signals - OF_OTHERS - OF_TOPIC:
        return 0
    return 1 if signals & OF_OTHERS else 2


def _legend(present: set[int], title: str) -> str:
    """Draw what the lines mean, a line each."""
    body, said = [], []
    for row, style in enumerate(sorted(present)):
        word, line = STYLES[style]
        y = 12 + 18.0 * row
        body.append(element("line", x1=0, x2=26, y1=y - 4, y2=y - 4, **line))
        body.append(svg_text(34, y, word, fill=MUTED))
        said.append(word)
    height = 18.0 * len(said) + 6
    return svg(body, width=WIDTH, height=height, title=f"{title}: the lines", description="; ".join(said))


def _words(text: str) -> str:
    body = [svg_text(0, 14, text, fill=MUTED)]
    return svg(body, width=WIDTH, height=20, title=text, description=text)


def _group(place: int, group: Group) -> str:
    """Draw one group: its number and what ties how many pairs, its accounts, its ties."""
    on = ", ".join(held.signal for held in group.signals)
    head = f"{place}. {len(group.ties):,} of {group.pairs_count:,} tied: {on}"
    body = [svg_text(0, 12, _fitted(head, WIDTH), fill=INK, font_weight="600")]
    rows = {account: HEAD + ROW * (row + 0.5) for row, account in enumerate(group.members[:MEMBERS_DRAWN])}
    body.extend(
        _arc(tie, rows[tie.account_a], rows[tie.account_b])
        for tie in sorted(group.ties, key=lambda tie: -_style(tie))
        if tie.account_a in rows and tie.account_b in rows
    )
    for name, row in zip(group.names, rows.values(), strict=False):
        said = _fitted(legible(name), WIDTH - ARCS - 14)
        label = svg_text(ARCS + 12, row + 4, said, fill=INK)
        body.append(element("circle", cx=ARCS, cy=row, r=4.5, fill=INK))
        body.append(f"<g><title>{escape(legible(name))}</title>{label}</g>")
    height = HEAD + ROW * len(rows) + 8
    if len(group.members) > len(rows):
        more = f"and {len(group.members) - len(rows):,} more, not drawn"
        body.append(svg_text(ARCS + 12, height + 8, more, fill=MUTED))
        height += ROW
    tied = (
        f"{len(group.members):,} accounts, {len(group.ties):,} of {group.pairs_count:,} pairs tied by {on}."
    )
    return svg(body, width=WIDTH, height=height, title=f"Group {place}", description=tied)


def _arc(tie: Tie, y0: float, y1: float) -> str:
    """Draw a tie as an arc left of two accounts: the further apart they stand, the wider."""
    top, bottom = sorted((y0, y1))
    wide = min(ARCS - 8, 16 + (bottom - top) * 0.3)
    control = ARCS - wide * 4 / 3  # a cubic arc reaches three quarters of the way to its control points
    path = f"M{number(ARCS)} {number(top)}C{number(control)} {number(top)} {number(control)} {number(bottom)}"
    style = STYLES[_style(tie)][1]
    drawn = element("path", d=f"{path} {number(ARCS)} {number(bottom)}", fill="none", **style)
    return f"<g><title>{escape(legible(' '.join(tie.sentences)))}</title>{drawn}</g>"


def _fitted(text: str, room: float) -> str:
    """Cut a text to the room that it has."""
    if text_width(text, SIZE) <= room:
        return text
    while text and text_width(text + "\u2026", SIZE) > room:
        text = text[:-1]
    return text.rstrip() + "\u2026"
