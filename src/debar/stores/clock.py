"""Clocks: the world's, and one that stands where it is put.

Law: only the rim tells the time; every room takes ``now`` as an argument.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's wall clock, in UTC."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that always shows the same instant: for the demo, for tests, for replaying a decision.

    Args:
        at: The instant, aware.

    Example:
        >>> FixedClock(datetime(2017, 10, 26, 12, tzinfo=UTC)).now().isoformat()
        '2017-10-26T12:00:00+00:00'
    """

    at: datetime

    def __post_init__(self) -> None:
        assert self.at.tzinfo is not None, "an instant has a zone"

    def now(self) -> datetime:
        """Return the instant, in UTC."""
        return self.at.astimezone(UTC)
