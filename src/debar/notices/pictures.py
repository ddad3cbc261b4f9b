"""Pictures as plain SVG: drawn by us, the same for everyone, readable without colour.

Law: the same values give the same bytes; every text is escaped; every colour is paired with a shape or a
word; a picture has a title and a description, and the page beside it says the same in words.
Colours are CSS variables with a light fallback, so that one picture serves both themes and paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from unicodedata import combining, east_asian_width
from xml.sax.saxutils import escape, quoteattr

from debar.model.legible import legible
from debar.model.money import Money
from debar.notices.messages import Catalogue, catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from debar.model.window import Window

INK: Final = "var(--ink, #1d1f23)"
MUTED: Final = "var(--muted, #62666d)"
LINE: Final = "var(--line, #d9dbdf)"
SURFACE: Final = "var(--surface, #ffffff)"
ACCENT: Final = "var(--accent, #2f4fc4)"
ALARM: Final = "var(--named, #a3231f)"
SHADE: Final = "var(--shade, #f0ede4)"

FONT: Final = "Inter, 'Segoe UI', system-ui, sans-serif"

ENGLISH: Final = catalogue("en")


def text_width(text: str, size: float) -> float:
    """Return a generous estimate of how wide a text is drawn, in the picture's units."""
    units = 0.0
    for character in text:
        if combining(character):
            continue
        wide = east_asian_width(character) in {"W", "F"} or ord(character) > 0x1F000
        units += 1.3 if wide else 0.62
    return units * size


def element(name: str, /, **attributes: float | str) -> str:
    """Return one empty SVG element; keyword names have ``-`` written as ``_``."""
    return f"<{name}{_attributes(attributes)}/>"


def svg_text(x: float, y: float, text: str, **style: str) -> str:
    """Return one text element; keyword names have ``-`` written as ``_``."""
    return f"<text{_attributes({'x': x, 'y': y, **style})}>{escape(legible(text))}</text>"


def _attributes(values: Mapping[str, float | str]) -> str:
    return "".join(
        f" {name.replace('_', '-')}={quoteattr(value if isinstance(value, str) else number(value))}"
        for name, value in values.items()
    )


def number(value: float) -> str:
    """Write a coordinate with one decimal at most.

    Example:
        >>> number(12.04), number(-0.01)
        ('12', '0')
    """
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def svg(body: Sequence[str], *, width: float, height: float, title: str, description: str) -> str:
    """Wrap drawn elements as one picture with a title and a description."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {number(width)} {number(height)}"'
        f' width="{number(width)}" height="{number(height)}" font-family="{FONT}" font-size="12"'
        f" aria-label={quoteattr(legible(title))}>"
        f"<title>{escape(legible(title))}</title><desc>{escape(legible(description))}</desc>"
        + "".join(body)
        + "</svg>"
    )


def nice_steps(largest: int, *, steps: int = 4) -> list[int]:
    """Return round numbers from 0 up to the first one at or above ``largest``."""
    assert largest > 0, "an axis has a length"
    scale = 1
    while True:
        for factor in (1, 2, 5):
            step = factor * scale
            if step * steps >= largest:
                return [step * i for i in range(-(-largest // step) + 1)]
        scale *= 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _Axis:
    """Where days and amounts fall on the paper."""

    first: date
    months: int
    left: float
    right: float
    top: float
    bottom: float
    low: int
    high: int

    def x(self, day: date) -> float:
        months = (day.year - self.first.year) * 12 + day.month - self.first.month + (day.day - 1) / 31
        return self.left + (self.right - self.left) * months / self.months

    def y(self, amount: int) -> float:
        return self.bottom - (self.bottom - self.top) * (amount - self.low) / (self.high - self.low)


def spend_over_time(
    points: Sequence[tuple[date, int]],
    *,
    currency: str,
    window: Window | None = None,
    marks: Sequence[tuple[date, str]] = (),
    words: Catalogue = ENGLISH,
    title: str = "",
    high: Mapping[date, int] | None = None,
) -> str:
    """Draw spend as one column a month, the window shaded, decision days marked.

    Args:
        points: First day of a month and the month's amount in micros; months without a point had none.
        currency: Of all points.
        window: Shaded, with its word above it.
        marks: Days with a word, drawn as a line.
        words: The language.
        title: What the picture is called; "Spend over time" where empty.
        high: For a month whose amount is only a lower end, its upper end: drawn as a pale band on top.

    Returns:
        An SVG element.
    """
    width, height = 720.0, 270.0
    title = title or words.say("post.heading.spend")
    if not points:
        none = words.say("picture.spend.none", currency=currency)
        empty = svg_text(width / 2, 40, none, text_anchor="middle", fill=MUTED)
        return svg([empty], width=width, height=80, title=title, description=none)
    days = [day for day, _ in points] + [day for day, _ in marks]
    days += [window.start, window.end] if window else []
    first, last = min(days), max(days)
    high = high or {}
    lowest = min(0, *(a for _, a in points))
    highest = max(0, *(a for _, a in points), *high.values())
    steps = nice_steps(max(highest, -lowest, 1))
    low = -nice_steps(-lowest)[-1] if lowest < 0 else 0
    axis = _Axis(
        first=first.replace(day=1),
        months=(last.year - first.year) * 12 + last.month - first.month + 1,
        left=max(text_width(words.compact(step, currency), 12) for step in steps) + 14,
        right=width - 12,
        top=44,
        bottom=height - 34,
        low=low,
        high=steps[-1],
    )
    body = [
        *_shade(axis, window, words.say("picture.window")),
        *_amount_lines(axis, [(step, words.compact(step, currency)) for step in steps]),
        *_bands(axis, points, high),
        *_columns(axis, points, currency, words),
        *_month_words(axis, last),
        *_marks(axis, marks),
    ]
    description = _spend_description(points, currency, window=window, marks=marks, words=words)
    return svg(body, width=width, height=height, title=title, description=description)


def _spend_description(
    points: Sequence[tuple[date, int]],
    currency: str,
    *,
    window: Window | None,
    marks: Sequence[tuple[date, str]],
    words: Catalogue,
) -> str:
    """Say what the columns show, for who cannot see them."""
    peak_day, peak = max(points, key=lambda point: (point[1], point[0]))
    days = [day for day, _ in points]
    sentences = [
        words.say(
            "picture.spend.total",
            total=words.money(Money(currency=currency, amount_micros=sum(a for _, a in points))),
            first=words.month(min(days)),
            last=words.month(max(days)),
            month=words.month(peak_day),
            most=words.money(Money(currency=currency, amount_micros=peak)),
        )
    ]
    if window:
        shade, start, end = words.say("picture.window"), words.day(window.start), words.day(window.end)
        sentences.append(words.say("picture.spend.window", word=shade, start=start, end=end))
    sentences += [words.say("picture.spend.mark", day=words.day(day), word=word) for day, word in marks]
    return " ".join(sentences)


def launches_by_week(
    weeks: Mapping[date, int], *, marks: Sequence[tuple[date, str]] = (), title: str = "Launches by week"
) -> str:
    """Draw how many ads were launched in each week, days of interest marked.

    Args:
        weeks: Monday to a count.
        marks: Days with a word, drawn as a line.
        title: What the picture is called.

    Returns:
        An SVG element.
    """
    if not weeks:
        return svg(
            [svg_text(0, 24, "no launches", fill=MUTED)], width=720, height=40, title=title, description=""
        )
    days = [*weeks, *(day for day, _ in marks)]
    first, last = min(days), max(days) + timedelta(days=6)
    steps = nice_steps(max(*weeks.values(), 1))
    axis = _Axis(
        first=first.replace(day=1),
        months=(last.year - first.year) * 12 + last.month - first.month + 1,
        left=text_width(str(steps[-1]), 12) + 14,
        right=708,
        top=34,
        bottom=196,
        low=0,
        high=steps[-1],
    )
    body = []
    for step in steps:
        y = axis.y(step)
        colour = LINE if step else INK
        body.append(
            element("line", x1=axis.left, x2=axis.right, y1=y, y2=y, stroke=colour, stroke_width="0.7")
        )
        body.append(svg_text(axis.left - 8, y + 4, f"{step:,}", text_anchor="end", fill=MUTED))
    for monday, count in sorted(weeks.items()):
        x, y = axis.x(monday), axis.y(count)
        width = max(axis.x(monday + timedelta(days=7)) - x - 0.8, 0.8)
        body.append(element("rect", x=x, y=y, width=width, height=axis.bottom - y, fill=ACCENT))
    body += [*_month_words(axis, last), *_marks(axis, marks)]
    monday, most = max(weeks.items(), key=lambda item: (item[1], item[0]))
    description = (
        f"{sum(weeks.values()):,} launches from the week of {min(weeks)} to the week of {max(weeks)};"
        f" most in the week of {monday}: {most:,}." + "".join(f" {day}: {word}." for day, word in marks)
    )
    return svg(body, width=720, height=230, title=title, description=description)


def _shade(axis: _Axis, window: Window | None, word: str) -> list[str]:
    if window is None:
        return []
    x0, x1 = axis.x(window.start), axis.x(window.end)
    width = text_width(word, 11)
    middle = min(max((x0 + x1) / 2, axis.left + width / 2), axis.right - width / 2)
    shade = element(
        "rect", x=x0, y=axis.top - 8, width=max(x1 - x0, 1), height=axis.bottom - axis.top + 8, fill=SHADE
    )
    return [shade, svg_text(middle, axis.top - 14, word, text_anchor="middle", font_size="11", fill=MUTED)]


def _amount_lines(axis: _Axis, steps: Sequence[tuple[int, str]]) -> list[str]:
    body = []
    for step, label in steps:
        y = axis.y(step)
        colour, weight = (INK, "1") if step == 0 else (LINE, "0.7")
        body.append(
            element("line", x1=axis.left, x2=axis.right, y1=y, y2=y, stroke=colour, stroke_width=weight)
        )
        body.append(svg_text(axis.left - 8, y + 4, label, text_anchor="end", fill=MUTED))
    return body


def _bands(axis: _Axis, points: Sequence[tuple[date, int]], high: Mapping[date, int]) -> list[str]:
    """Draw what an interval may hold beyond its lower end: outlined, so that no shade alone tells it."""
    slot = (axis.right - axis.left) / axis.months
    width = max(slot * 0.72, 0.8)
    style = {"fill": ACCENT, "fill_opacity": "0.18", "stroke": ACCENT, "stroke_width": "0.8"}
    return [
        element(
            "rect",
            x=axis.x(month.replace(day=1)) + (slot - width) / 2,
            y=axis.y(high[month]),
            width=width,
            height=axis.y(low) - axis.y(high[month]),
            **style,
        )
        for month, low in sorted(points)
        if high.get(month, low) > low
    ]


def _columns(axis: _Axis, points: Sequence[tuple[date, int]], currency: str, words: Catalogue) -> list[str]:
    slot = (axis.right - axis.left) / axis.months
    width = max(slot * 0.72, 0.8)
    body = []
    for month, amount in sorted(points):
        x = axis.x(month.replace(day=1)) + (slot - width) / 2
        top, bottom = sorted((axis.y(amount), axis.y(0)))
        said = f"{words.month(month)}: {words.money(Money(currency=currency, amount_micros=amount))}"
        column = element("rect", x=x, y=top, width=width, height=bottom - top, fill=ACCENT)
        body.append(f"<g><title>{escape(said)}</title>{column}</g>")
    return body


def _month_words(axis: _Axis, last: date) -> list[str]:
    """Write the years, or the months where there are two years at most."""
    body = []
    slot = (axis.right - axis.left) / axis.months
    every = next((n for n in (1, 2, 3, 6) if slot * n >= 52), 12) if axis.months <= 30 else 12
    for index in range(axis.months):
        years, month = divmod(axis.first.month - 1 + index, 12)
        day = date(axis.first.year + years, month + 1, 1)
        starts = month % every == 0 if every < 12 else month == 0 or (index == 0 and last.year == day.year)
        if not starts:
            continue
        x = axis.x(day)
        body.append(element("line", x1=x, x2=x, y1=axis.bottom, y2=axis.bottom + 5, stroke=MUTED))
        word = f"{day:%Y-%m}" if every < 12 else str(day.year)
        if x + 3 + text_width(word, 12) <= axis.right + 12:
            body.append(svg_text(x + 3, axis.bottom + 17, word, fill=MUTED))
    return body


def _marks(axis: _Axis, marks: Sequence[tuple[date, str]]) -> list[str]:
    body = []
    for row, (day, word) in enumerate(sorted(marks)):
        x, y = axis.x(day), 13 + 13 * (row % 2)
        right = x + text_width(word, 12) + 8 <= axis.right + 12
        line = {"stroke": ALARM, "stroke_width": "1.5", "stroke_dasharray": "5 3"}
        body.append(element("line", x1=x, x2=x, y1=y - 9, y2=axis.bottom, **line))
        body.append(
            svg_text(
                x + 5 if right else x - 5,
                y,
                word,
                text_anchor="start" if right else "end",
                fill=ALARM,
                font_weight="600",
            )
        )
    return body


def bars(
    items: Sequence[tuple[str, int]],
    *,
    shown: Sequence[str],
    title: str,
    compare: Sequence[int] | None = None,
    compare_word: str = "",
) -> str:
    """Draw ranked bars, each with its label and its value in words.

    Args:
        items: Label and size; sizes are not negative.
        shown: Each item's value in words, in the same order.
        title: What the picture is called.
        compare: For each item a second size on the same scale, drawn as an upright line.
        compare_word: What the upright line means.

    Returns:
        An SVG element.
    """
    assert len(items) == len(shown), "every bar has its value in words"
    width, row = 640.0, 34.0
    top = 22.0 if compare else 4.0
    largest = max([size for _, size in items] + list(compare or ()) + [1])
    room = width - 16 - max((text_width(word, 12) for word in shown), default=0)
    body = []
    if compare:
        body.append(_bar_line(2, 2, 12))
        body.append(svg_text(10, 12, compare_word, fill=MUTED, font_size="11"))
    for index, ((label, size), word) in enumerate(zip(items, shown, strict=True)):
        y = top + index * row
        length = room * size / largest
        body.append(svg_text(0, y + 12, legible(label, length_max=80), fill=INK))
        body.append(element("rect", x=0, y=y + 17, width=max(length, 1), height=9, rx="1.5", fill=ACCENT))
        if compare:
            body.append(_bar_line(room * compare[index] / largest, y + 14, 15))
        body.append(svg_text(width - 2, y + 26, word, fill=INK, text_anchor="end"))
    description = "; ".join(f"{label}: {word}" for (label, _), word in zip(items, shown, strict=True))
    return svg(body, width=width, height=top + len(items) * row + 4, title=title, description=description)


def _bar_line(x: float, y: float, height: float) -> str:
    return element("rect", x=x, y=y, width=2.5, height=height, fill=ALARM)
