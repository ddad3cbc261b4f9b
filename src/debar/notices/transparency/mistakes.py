"""How often decisions were wrong, month by month, as counts and as a picture.

Law: what nobody looked at again is neither right nor wrong; a share is shown with its interval, and a
month in which nothing was looked at has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from debar.notices.pictures import ACCENT, INK, LINE, MUTED, element, svg, svg_text
from debar.notices.transparency.proportions import wilson

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from debar.notices.transparency.history import AccountHistory

_WIDTH: Final = 720.0
_LEFT: Final = 48.0
_TOP: Final = 14.0
_HEIGHT: Final = 180.0
_SLOT_MAX: Final = 64.0
_LABEL: Final = 58.0
"""Room that a month's name takes."""
_PERCENT: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOfMistakes:
    """What was looked at again in a month.

    Args:
        month: ``2017-11``.
        looked_at: How many findings.
        wrong: How many of them found that it should not have been so.
    """

    month: str
    looked_at: int
    wrong: int

    @property
    def interval(self) -> tuple[float, float] | None:
        """The share that was wrong, as an interval that holds the truth 95 times in 100; None of nothing."""
        return wilson(self.wrong, self.looked_at)

    def as_json(self) -> dict[str, Any]:
        """Return it as a JSON object: shares in percent with one decimal."""
        interval = self.interval
        return {
            "month": self.month,
            "looked_at": self.looked_at,
            "wrong": self.wrong,
            "percent": _percent(self.wrong / self.looked_at) if self.looked_at else None,
            "low": None if interval is None else _percent(interval[0]),
            "high": None if interval is None else _percent(interval[1]),
        }


def _percent(share: float) -> str:
    return f"{share * _PERCENT:.1f}"


def finding_of(account: AccountHistory) -> tuple[date, bool] | None:
    """Return on which day people last looked at a ban again, and whether it was wrong; None where nobody did.

    A lapse is no finding: nobody said anything.
    """
    if account.was_right is None:
        return None
    looked = (account.lifted_at if account.is_reversed else None, account.confirmed_at, account.outcome_at)
    return max(at for at in looked if at is not None).date(), not account.was_right


def mistakes_by_month(findings: Iterable[tuple[date, bool]]) -> tuple[MonthOfMistakes, ...]:
    """Count findings by month, from the first month with one to the last, empty months included.

    Args:
        findings: A day, and whether what was found is a mistake.
    """
    counts: dict[tuple[int, int], list[int]] = {}
    for day, wrong in findings:
        row = counts.setdefault((day.year, day.month), [0, 0])
        row[0] += 1
        row[1] += wrong
    if not counts:
        return ()
    first, last = (year * 12 + month - 1 for year, month in (min(counts), max(counts)))
    months = [(number // 12, number % 12 + 1) for number in range(first, last + 1)]
    return tuple(
        MonthOfMistakes(
            month=f"{year}-{month:02d}",
            looked_at=counts.get((year, month), [0, 0])[0],
            wrong=counts.get((year, month), [0, 0])[1],
        )
        for year, month in months
    )


def mistakes_picture(months: Sequence[MonthOfMistakes], *, title: str) -> str:
    """Draw each month's share as a point within its interval; empty where nothing was looked at."""
    if not months:
        return ""
    slot = min((_WIDTH - _LEFT - 8) / len(months), _SLOT_MAX)
    body = _axis()
    for place, month in enumerate(months):
        x = _LEFT + slot * (place + 0.5)
        if month.interval is not None:
            body.append(_point(month, x))
    every = max(1, -int(-_LABEL // slot))
    body += [
        svg_text(
            _LEFT + slot * (place + 0.5),
            _TOP + _HEIGHT + 18,
            month.month,
            text_anchor="middle",
            font_size="11",
            fill=MUTED,
        )
        for place, month in enumerate(months)
        if place % every == 0
    ]
    said = "; ".join(_sentence(month) for month in months)
    return svg(body, width=_WIDTH, height=_TOP + _HEIGHT + 28, title=title, description=said)


def _axis() -> list[str]:
    body = []
    for percent in (0, 25, 50, 75, 100):
        y = _y(percent / _PERCENT)
        look = {"stroke": INK if percent == 0 else LINE, "stroke_width": "0.8"}
        body.append(element("line", x1=_LEFT, x2=_WIDTH - 8, y1=y, y2=y, **look))
        body.append(svg_text(_LEFT - 8, y + 4, f"{percent} %", text_anchor="end", font_size="11", fill=MUTED))
    return body


def _point(month: MonthOfMistakes, x: float) -> str:
    assert month.interval is not None, "a month that is drawn was looked at"
    low, high = (_y(bound) for bound in month.interval)
    parts = [element("line", x1=x, x2=x, y1=low, y2=high, stroke=ACCENT, stroke_width="2")]
    parts += [
        element("line", x1=x - 5, x2=x + 5, y1=y, y2=y, stroke=ACCENT, stroke_width="1.5")
        for y in (low, high)
    ]
    parts.append(element("circle", cx=x, cy=_y(month.wrong / month.looked_at), r=4.5, fill=ACCENT))
    return f"<g><title>{_sentence(month)}</title>{''.join(parts)}</g>"


def _sentence(month: MonthOfMistakes) -> str:
    told = month.as_json()
    if not month.looked_at:
        return f"{month.month}: nothing looked at"
    return (
        f"{month.month}: {month.wrong} of {month.looked_at} wrong,"
        f" {told['percent']} % ({told['low']} to {told['high']} %)"
    )


def _y(share: float) -> float:
    return _TOP + _HEIGHT * (1 - share)
