"""Dates as authority lists write them, as spans of days.

Law: a date is as exact as it was stated, and no more; what cannot be read is no date.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from debar.authority.entities import Span

_ISO: Final = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ].*)?)?)?")
_DOTTED: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


def read_span(text: str) -> Span | None:
    """Read a date.

    Args:
        text: ``2014``, ``2014-11``, ``2014-11-05``, with or without a time, or ``5.11.2014``.

    Returns:
        The days that it may mean; None where it is no date.

    Example:
        >>> read_span("2014-11").last.isoformat(), read_span("someday")
        ('2014-11-30', None)
    """
    text = text.strip()
    found = _DOTTED.fullmatch(text)
    year, month, day = reversed(found.groups()) if found else ("", None, None)
    if not found:
        if not (iso := _ISO.fullmatch(text)):
            return None
        year, month, day = iso.groups()
    try:
        first = date(int(year), int(month or 1), int(day or 1))
        if day:
            return Span(first=first, last=first)
        if month:
            return Span(first=first, last=_before(first.year + first.month // 12, first.month % 12 + 1))
        return Span(first=first, last=date(first.year, 12, 31))
    except ValueError:
        return None


def _before(year: int, month: int) -> date:
    return date(year, month, 1) - timedelta(days=1)
