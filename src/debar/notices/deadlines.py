"""How long a decision can be complained about.

Law: calendar months, rolled back to the end of a shorter month; the period starts on the UTC day on which the
advertiser was informed. Being generous is always lawful: the day itself still counts.
Source: Regulation (EU) 2022/2065, Article 20(1) and (2).
"""

from __future__ import annotations

import calendar
from datetime import date
from typing import Final

COMPLAINT_MONTHS: Final = 6
"""Article 20(1): at least six months."""


def months_later(day: date, months: int) -> date:
    """Return the day some calendar months later, at most the last of its month.

    Args:
        day: The day on which the period starts.
        months: How many, not negative.

    Example:
        >>> months_later(date(2025, 8, 31), 6)
        datetime.date(2026, 2, 28)
    """
    assert months >= 0, "a period runs forward"
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def complaint_until(informed_on: date) -> date:
    """Return the last day on which an internal complaint is open.

    Example:
        >>> complaint_until(date(2026, 11, 23))
        datetime.date(2027, 5, 23)
    """
    return months_later(informed_on, COMPLAINT_MONTHS)
