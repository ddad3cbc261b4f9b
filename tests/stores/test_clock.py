"""The clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from debar.stores.clock import FixedClock, SystemClock


def test_the_system_clock_is_aware_and_runs() -> None:
    """The world's time must be in UTC and must not run backwards here."""
    first, second = SystemClock().now(), SystemClock().now()
    assert first.tzinfo == UTC
    assert first <= second


def test_a_fixed_clock_stands() -> None:
    """A fixed clock must show its instant, in UTC, for ever."""
    clock = FixedClock(datetime(2017, 10, 26, 14, tzinfo=timezone(timedelta(hours=2))))
    assert clock.now() == clock.now() == datetime(2017, 10, 26, 12, tzinfo=UTC)
    assert clock.now().tzinfo == UTC


def test_a_fixed_clock_needs_a_zone() -> None:
    """An instant without a zone must not become a clock."""
    with pytest.raises(AssertionError, match="zone"):
        FixedClock(datetime(2017, 10, 26))  # noqa: DTZ001 - what must be refused
