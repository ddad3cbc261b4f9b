"""Percentages of ownership as intervals: lists write them as free text.

Law: what is written narrows the interval; what is not written leaves it open, from 0 to 100.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

WHOLE: Final = 1_000_000
"""A hundred percent, in millionths."""

_NUMBER: Final = r"(\d{1,3}(?:[.,]\d+)?)"
_RANGE: Final = re.compile(rf"{_NUMBER}\s*%?\s*(?:-|–|—|to|\.\.)\s*{_NUMBER}\s*(?:%|percent)?")
_EXACT: Final = re.compile(rf"=?\s*{_NUMBER}\s*(?:%|percent)?")
_ABOVE: Final = re.compile(rf"(?:>|more than|over|above)\s*{_NUMBER}\s*(?:%|percent)?")
_AT_LEAST: Final = re.compile(rf"(?:>=|≥|at least)\s*{_NUMBER}\s*(?:%|percent)?")
_OR_MORE: Final = re.compile(rf"{_NUMBER}\s*(?:%|percent)?\s*(?:\+|or more|and more)")
_BELOW: Final = re.compile(rf"(?:<|less than|under|below)\s*{_NUMBER}\s*(?:%|percent)?")
_AT_MOST: Final = re.compile(rf"(?:<=|≤|at most|up to)\s*{_NUMBER}\s*(?:%|percent)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A stake, as an interval of millionths of the whole; both ends belong to it.

    Args:
        low: At least so much.
        high: At most so much.
    """

    low: int = 0
    high: int = WHOLE

    def __str__(self) -> str:
        if (self.low, self.high) == (0, WHOLE):
            return "an unknown share"
        low, high = percent(self.low), percent(self.high)
        return f"{low} %" if self.low == self.high else f"{low} to {high} %"


ANY: Final = Share()
"""A stake of which nothing is known."""


def percent(millionths: int) -> str:
    """Write millionths as a percentage.

    Example:
        >>> percent(500_000), percent(123_456)
        ('50', '12.3456')
    """
    whole, rest = divmod(millionths, 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".")


def read_share(text: str) -> Share | None:
    """Read a percentage.

    Args:
        text: ``50``, ``50 %``, ``25-50``, ``more than 25``, ``>= 75%``, ``majority``; empty for unknown.

    Returns:
        The interval; None where the text cannot be read, or lies outside 0 to 100.

    Example:
        >>> read_share("25-50"), read_share("") == ANY, read_share("some")
        (Share(low=250000, high=500000), True, None)
    """
    text = " ".join(text.casefold().split())
    if text in ("", "unknown", "n/a"):
        return ANY
    if text in ("majority", "minority"):
        return Share(low=WHOLE // 2 + 1) if text == "majority" else Share(high=WHOLE // 2 - 1)
    for pattern, make in _READINGS:
        if found := pattern.fullmatch(text):
            numbers = [_millionths(number) for number in found.groups()]
            share = make(*numbers)
            return share if 0 <= share.low <= share.high <= WHOLE else None
    return None


_READINGS: Final = (
    (_RANGE, lambda low, high: Share(low=low, high=high)),
    (_EXACT, lambda number: Share(low=number, high=number)),
    (_ABOVE, lambda number: Share(low=number + 1)),
    (_AT_LEAST, lambda number: Share(low=number)),
    (_OR_MORE, lambda number: Share(low=number)),
    (_BELOW, lambda number: Share(high=number - 1)),
    (_AT_MOST, lambda number: Share(high=number)),
)


def _millionths(number: str) -> int:
    whole, _, rest = number.replace(",", ".").partition(".")
    return int(whole) * 10_000 + int((rest + "0000")[:4])
