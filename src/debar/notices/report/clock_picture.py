"""The clock of a week: how many things happened in each hour of each weekday.

Law: every count stands in its cell, so that the shade only repeats it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from debar.notices.pictures import ACCENT, ALARM, INK, LINE, MUTED, SURFACE, element, svg, svg_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_HOURS = 24
_WEEKDAYS = 7


def clock(
    counts: Mapping[tuple[int, int], int],
    *,
    weekdays: Sequence[str],
    title: str,
    office: tuple[range, range] | None = None,
    office_word: str = "",
) -> str:
    """Draw how many things happened in each hour of each weekday.

    Args:
        counts: (weekday, hour) to a count; weekday 0 is Monday.
        weekdays: Seven names, Monday first.
        title: What the picture is called.
        office: Weekdays and hours that are framed.
        office_word: What the frame means.

    Returns:
        An SVG element; every count stands in its cell, so that the shade only repeats it.
    """
    assert len(weekdays) == _WEEKDAYS, "a week has seven names"
    left, top, cell_width, cell_height = 44.0, 20.0, 26.0, 24.0
    width, height = left + cell_width * _HOURS + 4, top + cell_height * _WEEKDAYS + 26
    largest = max(counts.values(), default=0)
    body = [
        svg_text(left + cell_width * hour, 12, f"{hour:02d}", fill=MUTED, font_size="11")
        for hour in range(0, _HOURS, 3)
    ]
    for weekday in range(_WEEKDAYS):
        y = top + cell_height * weekday
        body.append(svg_text(left - 8, y + 16, weekdays[weekday], text_anchor="end", fill=MUTED))
        for hour in range(_HOURS):
            count = counts.get((weekday, hour), 0)
            body.extend(_cell(left + cell_width * hour, y, count=count, largest=largest))
    if office is not None:
        days, hours = office
        frame = {"fill": "none", "stroke": ALARM, "stroke_width": "2"}
        x, y = left + cell_width * hours.start, top + cell_height * days.start
        wide, high = cell_width * len(hours), cell_height * len(days)
        body.append(element("rect", x=x, y=y, width=wide, height=high, **frame))
        body.append(element("rect", x=left, y=height - 15, width=12, height=9, **frame))
        body.append(svg_text(left + 18, height - 6, office_word, fill=MUTED, font_size="11"))
    busiest = max(counts, key=lambda key: (counts[key], key), default=None)
    description = f"{sum(counts.values())} in all." + (
        f" Busiest: {weekdays[busiest[0]]} from {busiest[1]:02d}:00, {counts[busiest]}." if busiest else ""
    )
    return svg(body, width=width, height=height, title=title, description=description)


def _cell(x: float, y: float, *, count: int, largest: int) -> list[str]:
    cell = {"x": x + 0.5, "y": y + 0.5, "width": 25.0, "height": 23.0}
    if count == 0:
        return [element("rect", **cell, fill=SURFACE, stroke=LINE, stroke_width="0.5")]
    level = min(5, 1 + count * 5 // (largest + 1))
    word = str(count) if count < 1000 else f"{count / 1000:.0f}k"
    return [
        element("rect", **cell, fill=ACCENT, fill_opacity=f"{0.12 + 0.17 * level:.2f}"),
        svg_text(
            x + 13,
            y + 16,
            word,
            text_anchor="middle",
            font_size="10",
            fill="var(--on-accent, #ffffff)" if level >= 4 else INK,
        ),
    ]
