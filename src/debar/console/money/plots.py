"""The pictures of the money: the way from delivered to kept, and what each currency brought.

Law: a step hangs where the step before it ended; its length is its amount; the table beside says the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.model.money import format_micros, parse_micros
from debar.notices.pictures import ACCENT, INK, LINE, MUTED, element, svg, svg_text, text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDTH: Final = 720.0
_ROW: Final = 30.0


def waterfall(lines: Sequence[tuple[str, str, bool]], *, title: str, shown: Sequence[str]) -> str:
    """Draw the way from one total to the next.

    Args:
        lines: Label, amount as a decimal string, and whether it is a total (which begins at zero).
        title: What the picture is called.
        shown: Each line's amount in words, in the same order.

    Returns:
        An SVG element.
    """
    assert len(lines) == len(shown), "every bar has its amount in words"
    spans, at = [], 0
    for _, amount, total in lines:
        micros = parse_micros(amount)
        start, end = (0, micros) if total else (at, at + micros)
        spans.append((min(start, end), max(start, end), total))
        at = end
    low = min(0, *(start for start, _, _ in spans))
    high = max(1, *(end for _, end, _ in spans))
    left = max(text_width(label, 12) for label, _, _ in lines) + 14
    right = _WIDTH - max(text_width(word, 12) for word in shown) - 14
    scale = (right - left) / (high - low)
    body = [
        element("line", x1=left - scale * low, x2=left - scale * low, y1=2, y2=len(lines) * _ROW, stroke=LINE)
    ]
    for row, ((label, _, total), (start, end, _), word) in enumerate(zip(lines, spans, shown, strict=True)):
        y = row * _ROW
        x = left + scale * (start - low)
        body.append(
            svg_text(
                left - 10, y + 19, label, text_anchor="end", fill=INK, font_weight="600" if total else "400"
            )
        )
        length = max(scale * (end - start), 1.5)
        look = {"fill": ACCENT} if total else {"fill": "none", "stroke": ACCENT, "stroke_width": "1.5"}
        body.append(element("rect", x=x, y=y + 8, width=length, height=14, rx="1.5", **look))
        body.append(svg_text(_WIDTH - 2, y + 19, word, text_anchor="end", fill=INK if total else MUTED))
    said = "; ".join(f"{label}: {word}" for (label, _, _), word in zip(lines, shown, strict=True))
    return svg(body, width=_WIDTH, height=len(lines) * _ROW + 4, title=title, description=said)


def shares(
    items: Sequence[tuple[str, str, str, str]], *, title: str, shown: Sequence[str], total: str
) -> str:
    """Draw for each currency its part of the converted total, from low to high with likely as a mark.

    Args:
        items: Currency with low, likely and high, all in the report's one currency, as decimal strings.
        title: What the picture is called.
        shown: Each currency's likely amount in words, in the same order.
        total: The largest high, as a decimal string: all are drawn to its scale.

    Returns:
        An SVG element; empty where there is nothing to draw.
    """
    if not items:
        return ""
    right = _WIDTH - max(text_width(word, 12) for word in shown) - 14
    left, largest = 54.0, max(parse_micros(total), 1)
    body = []
    for row, ((code, low, likely, high), word) in enumerate(zip(items, shown, strict=True)):
        y = row * _ROW
        x = [left + (right - left) * parse_micros(amount) / largest for amount in (low, likely, high)]
        body.append(svg_text(left - 10, y + 19, code, text_anchor="end", fill=INK))
        body.append(element("line", x1=left, x2=right, y1=y + 15, y2=y + 15, stroke=LINE))
        body.append(
            element(
                "rect",
                x=x[0],
                y=y + 10,
                width=max(x[2] - x[0], 2),
                height=10,
                rx="1.5",
                fill=ACCENT,
                opacity="0.35",
            )
        )
        body.append(element("rect", x=x[1] - 1, y=y + 6, width=2.5, height=18, fill=ACCENT))
        body.append(svg_text(_WIDTH - 2, y + 19, word, text_anchor="end", fill=INK))
    said = "; ".join(f"{code}: {word}" for (code, *_), word in zip(items, shown, strict=True))
    return svg(body, width=_WIDTH, height=len(items) * _ROW + 4, title=title, description=said)


def sum_of(amounts: Sequence[str]) -> str:
    """Add decimal strings."""
    return format_micros(sum(parse_micros(amount) for amount in amounts))
