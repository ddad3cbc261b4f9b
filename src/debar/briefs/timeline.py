"""Spend over time as a picture: one bar a month, the window shaded, the day of the ban marked.

Law: every month between the first and the last is there, also the empty ones; heights are exact shares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from debar.model.money import MICROS, parse_micros

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WIDTH: Final = 1040
HEIGHT: Final = 250
LEFT: Final = 64
BOTTOM: Final = 212
TOP: Final = 34
MONTHS_MAX: Final = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One month: where its bar stands and what it says."""

    x: float
    y: float
    width: float
    height: float
    month: str
    amount_micros: int
    inside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A laid out picture of one currency's months."""

    currency: str
    bars: tuple[Bar, ...]
    gridlines: tuple[tuple[float, int], ...]
    years: tuple[tuple[float, str], ...]
    window: tuple[float, float] | None
    ban_x: float | None


def timelines(
    months: Sequence[Mapping[str, Any]],
    *,
    currency: str,
    window: Mapping[str, str] | None,
    ban_day: str | None,
) -> tuple[Timeline, ...]:
    """Lay out one picture a currency.

    Args:
        months: ``month`` (YYYY-MM), ``amount`` as a decimal string, and ``currency`` where it is not the
            report's.
        currency: The report's currency.
        window: ``start`` and ``end`` days of the case, or None.
        ban_day: Day from which the ban holds.
    """
    by_currency: dict[str, dict[str, int]] = {}
    for row in months:
        found = by_currency.setdefault(row.get("currency") or currency, {})
        found[row["month"]] = found.get(row["month"], 0) + parse_micros(row["amount"])
    order = sorted(by_currency, key=lambda code: (code != currency, code))
    return tuple(_timeline(code, by_currency[code], window, ban_day) for code in order)


def _timeline(
    currency: str, amounts: Mapping[str, int], window: Mapping[str, str] | None, ban_day: str | None
) -> Timeline:
    first, last = min(map(_index, amounts)), max(map(_index, amounts))
    if ban_day is not None:
        last = max(last, min(_index(ban_day), last + 24))
    first = max(first, last - MONTHS_MAX + 1)
    slot = (WIDTH - LEFT - 4) / (last - first + 1)
    most = max([1, *amounts.values()])
    top = nice_above(most)

    def x_of(day: str) -> float:
        share = (int(day[8:10]) - 1) / 31 if len(day) >= 10 else 0.0
        return round(LEFT + slot * (_index(day) - first + share), 1)

    def clamp(x: float) -> float:
        return min(max(x, float(LEFT)), WIDTH - 4.0)

    bars = []
    for month, amount in sorted(amounts.items()):
        height = (BOTTOM - TOP) * max(amount, 0) / top
        bars.append(
            Bar(
                x=round(x_of(month) + slot * 0.12, 1),
                y=round(BOTTOM - height, 1),
                width=round(slot * 0.76, 1),
                height=round(height, 1),
                month=month,
                amount_micros=amount,
                inside=window is not None and window["start"][:7] <= month <= window["end"][:7],
            )
        )
    years = [
        (round(LEFT + slot * (index - first), 1), str(index // 12))
        for index in range(first, last + 1)
        if index % 12 == 0
    ]
    return Timeline(
        currency=currency,
        bars=tuple(bars),
        gridlines=tuple((round(BOTTOM - (BOTTOM - TOP) * i / 2, 1), top * i // 2) for i in (0, 1, 2)),
        years=tuple(years),
        window=None if window is None else (clamp(x_of(window["start"])), clamp(x_of(window["end"]))),
        ban_x=None if ban_day is None else clamp(x_of(ban_day)),
    )


def _index(day: str) -> int:
    return 12 * int(day[:4]) + int(day[5:7]) - 1


def nice_above(amount_micros: int) -> int:
    """Return the next of 1, 2, 4, 5, 10 times a power of ten above an amount: the end of an axis.

    Example:
        >>> nice_above(37_000_000) // 1_000_000
        40
    """
    power = MICROS
    while power * 10 < amount_micros:
        power *= 10
    for factor in (1, 2, 4, 5, 10):
        if factor * power >= amount_micros:
            return factor * power
    raise AssertionError("ten times the power lies above")
