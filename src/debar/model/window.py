"""A window is whole UTC days, both ends included.

Law: a time belongs to the UTC day in which it falls; windows are compared as days only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Whole UTC days from ``start`` to ``end``, inclusive.

    Raises:
        ValueError: The end lies before the start.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"the window ends on {self.end}, before it starts on {self.start}")

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    def __str__(self) -> str:
        return f"{self.start} to {self.end}"

    def days(self) -> Iterator[date]:
        """Yield each day once, in order."""
        day = self.start
        while day <= self.end:
            yield day
            day += timedelta(days=1)
