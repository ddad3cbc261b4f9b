"""The report's pictures: what became of appeals, predicted against observed, month by month.

Law: as in :mod:`debar.notices.pictures`; every mark has its own shape, and the tables beside say the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.model.money import format_micros
from debar.notices.pictures import (
    ACCENT,
    ALARM,
    INK,
    LINE,
    MUTED,
    SURFACE,
    bars,
    element,
    svg,
    svg_text,
    text_width,
)
from debar.notices.transparency.report import STATUSES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from debar.notices.messages import Catalogue
    from debar.notices.transparency.report import Band, TransparencyReport

_WIDTH: Final = 720.0
_ROW: Final = 34.0
_TICKS: Final = (0, 25, 50, 75, 100)


def appeals_picture(report: TransparencyReport, words: Catalogue) -> str:
    """Draw a bar for each status of the appeals that were filed; empty where there were none."""
    if not report.filed:
        return ""
    items = [(words.say(f"report.status.{status}"), report.appeals[status]) for status in STATUSES]
    shown = [words.say("report.share", count=count, total=report.filed) for _, count in items]
    return bars(items, shown=shown, title=words.say("report.picture.appeals"))


def calibration_picture(bands: Sequence[Band], words: Catalogue) -> str:
    """Draw for each band what was predicted, what was observed, and its interval; empty without reviews."""
    shown = [band for band in bands if band.reviewed]
    if not shown:
        return ""
    labels = [band_words(band, words) for band in shown]
    counts = [words.say("report.share", count=band.right, total=band.reviewed) for band in shown]
    left = max(text_width(label, 12) for label in labels) + 14
    right = _WIDTH - max(text_width(count, 12) for count in counts) - 14
    top, bottom = 52.0, 52.0 + _ROW * len(shown)
    body = [*_legend(words), *_percent_axis(words, left=left, right=right, top=top, bottom=bottom)]
    for row, (band, label, count) in enumerate(zip(shown, labels, counts, strict=True)):
        y = top + _ROW * row + _ROW / 2
        body.append(svg_text(left - 10, y + 4, label, text_anchor="end", fill=INK))
        body.append(svg_text(_WIDTH - 2, y + 4, count, text_anchor="end", fill=MUTED))
        body += _observed(band, y, left=left, right=right)
    description = "; ".join(
        f"{label}: {predicted_words(band, words)} · {observed_words(band, words)}"
        for band, label in zip(shown, labels, strict=True)
    )
    title = words.say("report.picture.calibration")
    return svg(body, width=_WIDTH, height=bottom + 40, title=title, description=description)


def _legend(words: Catalogue) -> list[str]:
    predicted, observed = (words.say(f"report.picture.calibration.{w}") for w in ("predicted", "observed"))
    start = 26 + text_width(predicted, 11)
    return [
        _diamond(8, 12),
        svg_text(18, 16, predicted, font_size="11", fill=MUTED),
        element("line", x1=start, x2=start + 26, y1=12, y2=12, stroke=ACCENT, stroke_width="3"),
        element("circle", cx=start + 13, cy=12, r=4.5, fill=ACCENT),
        svg_text(start + 34, 16, observed, font_size="11", fill=MUTED),
    ]


def _percent_axis(words: Catalogue, *, left: float, right: float, top: float, bottom: float) -> list[str]:
    body = []
    for tick in _TICKS:
        x = left + (right - left) * tick / 100
        body.append(element("line", x1=x, x2=x, y1=top - 6, y2=bottom, stroke=LINE, stroke_width="0.8"))
        label = words.say("percent", number=tick)
        body.append(svg_text(x, bottom + 16, label, text_anchor="middle", font_size="11", fill=MUTED))
    axis = words.say("report.picture.calibration.axis")
    body.append(
        svg_text((left + right) / 2, bottom + 34, axis, text_anchor="middle", font_size="11", fill=MUTED)
    )
    return body


def _observed(band: Band, y: float, *, left: float, right: float) -> list[str]:
    assert band.interval is not None, "a band that is drawn was reviewed"
    assert band.predicted is not None, "a band that is drawn was predicted"
    low, high = (left + (right - left) * bound for bound in band.interval)
    middle = left + (right - left) * band.right / band.reviewed
    ends = [
        element("line", x1=x, x2=x, y1=y - 5, y2=y + 5, stroke=ACCENT, stroke_width="1.5")
        for x in (low, high)
    ]
    return [
        element("line", x1=low, x2=high, y1=y, y2=y, stroke=ACCENT, stroke_width="3"),
        *ends,
        element("circle", cx=middle, cy=y, r=4.5, fill=ACCENT),
        _diamond(left + (right - left) * band.predicted / 1_000_000, y),
    ]


def _diamond(x: float, y: float) -> str:
    d = f"M{x:.1f} {y - 6:.1f}l6 6-6 6-6-6z"
    return element("path", d=d, fill=SURFACE, stroke=ALARM, stroke_width="2")


def months_picture(report: TransparencyReport, words: Catalogue) -> str:
    """Draw decisions, appeals and reversals, a strip each, a column a month; empty where nothing happened."""
    strips = [
        (words.say("report.picture.decisions"), [m.decisions for m in report.months]),
        (words.say("report.picture.filed"), [m.filed for m in report.months]),
        (words.say("report.picture.reversed"), [m.reversed_count for m in report.months]),
    ]
    if not any(any(counts) for _, counts in strips):
        return ""
    left, height, gap = 34.0, 64.0, 34.0
    slot = (_WIDTH - left - 8) / len(report.months)
    body: list[str] = []
    for place, (name, counts) in enumerate(strips):
        base = 24 + height + place * (height + gap)
        body.append(svg_text(left, base - height - 8, name, fill=INK))
        body.append(element("line", x1=left, x2=_WIDTH - 8, y1=base, y2=base, stroke=INK, stroke_width="0.8"))
        most = max(*counts, 1)
        body.append(svg_text(left - 6, base - height + 8, words.number(most), text_anchor="end", fill=MUTED))
        body += _columns(report, counts, words=words, left=left, base=base, scale=height / most, slot=slot)
    bottom = 24 + 3 * height + 2 * gap
    body += _month_words(report, left=left, slot=slot, y=bottom + 16)
    description = "; ".join(
        f"{m.month}: " + ", ".join(f"{words.number(counts[i])} {name}" for name, counts in strips)
        for i, m in enumerate(report.months)
    )
    title = words.say("report.picture.months")
    return svg(body, width=_WIDTH, height=bottom + 26, title=title, description=description)


def _columns(
    report: TransparencyReport,
    counts: Sequence[int],
    *,
    words: Catalogue,
    left: float,
    base: float,
    scale: float,
    slot: float,
) -> list[str]:
    body = []
    for i, (count, m) in enumerate(zip(counts, report.months, strict=True)):
        if count:
            width = min(max(slot * 0.7, 1.0), 40.0)
            x = left + slot * i + (slot - width) / 2
            column = element(
                "rect", x=x, y=base - count * scale, width=width, height=count * scale, fill=ACCENT
            )
            body.append(f"<g><title>{m.month}: {words.number(count)}</title>{column}</g>")
    return body


def _month_words(report: TransparencyReport, *, left: float, slot: float, y: float) -> list[str]:
    every = next((n for n in (1, 2, 3, 6, 12, 24, 60) if slot * n >= 56), len(report.months))
    return [
        svg_text(left + slot * i + slot / 2, y, m.month, text_anchor="middle", font_size="11", fill=MUTED)
        for i, m in enumerate(report.months)
        if i % every == 0
    ]


def band_words(band: Band, words: Catalogue) -> str:
    """Name a band, such as ``95.0 % to below 99.0 %``."""
    low = words.per_cent(band.low / 1_000_000)
    if band.high > 1_000_000:
        return words.say("report.band.last", low=low)
    return words.say("report.band", low=low, high=words.per_cent(band.high / 1_000_000))


def predicted_words(band: Band, words: Catalogue) -> str:
    """Say what a band predicted, never rounded up to certainty; a dash without reviews."""
    return "–" if band.predicted is None else words.percent(format_micros(band.predicted))


def observed_words(band: Band, words: Catalogue) -> str:
    """Say what was observed, as an interval; a dash without reviews."""
    if band.interval is None:
        return "–"
    return interval_words(band.interval, words)


def interval_words(interval: tuple[float, float], words: Catalogue) -> str:
    """Write an interval of shares."""
    low, high = (words.per_cent(bound) for bound in interval)
    return words.say("report.interval", low=low, high=high)
