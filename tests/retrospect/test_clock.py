from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debar.model.problem import DebarError
from debar.retrospect.clock import by_hour, decimal, read_clock, share, weeks, zone

FIRST, LAST = datetime(2015, 1, 1), datetime(2017, 12, 31)  # noqa: DTZ001 - naive UTC
NOON = datetime(2016, 6, 15, 12)  # noqa: DTZ001 - normalised times are naive UTC; a Wednesday


def test_summer_time_is_followed() -> None:
    """The same UTC hour is another local hour in winter than in summer."""
    winter, summer = datetime(2016, 1, 13, 12), datetime(2016, 7, 13, 12)  # noqa: DTZ001 - naive UTC
    assert by_hour({winter: 1, summer: 1}, zone("Europe/Berlin")) == {(2, 13): 1, (2, 14): 1}


def test_half_hour_zones_count_by_quarters() -> None:
    """A zone that is off by half an hour still gets whole launches into the right hour."""
    start = NOON + timedelta(minutes=30)
    assert by_hour({start: 2}, zone("Asia/Kolkata")) == {(2, 18): 2}


def test_an_unknown_zone_is_refused() -> None:
    """DBR-T002: hours are not counted in a zone that nobody knows."""
    for name in ("Mars/Olympus", "", "../etc/passwd"):
        with pytest.raises(DebarError) as caught:
            zone(name)
        assert caught.value.code == "DBR-T002"


def test_the_best_offset_is_found() -> None:
    """Launches from 06:00 to 15:59 UTC on weekdays look like an office three hours to the east."""
    monday = datetime(2016, 6, 13)  # noqa: DTZ001 - naive UTC
    quarters = {monday + timedelta(days=day, hours=hour): 1 for day in range(5) for hour in range(6, 16)}
    got = read_clock(quarters, {NOON: 1}, time_zone="Europe/Moscow", dates_only_count=0)
    assert (got.best_offset_hours, got.best_share, got.office_share) == (3, 1_000_000, 1_000_000)
    assert got.best_background_share == 1_000_000


def test_without_launches_there_is_no_offset() -> None:
    """Nothing is read from nothing."""
    got = read_clock({}, {}, time_zone="UTC", dates_only_count=3)
    assert (got.best_offset_hours, got.office_share, got.background_share, got.dates_only_count) == (
        None,
        0,
        None,
        3,
    )


@given(st.dictionaries(st.datetimes(FIRST, LAST), st.integers(1, 99), max_size=30))
def test_no_launch_is_lost_or_counted_twice(quarters: dict[datetime, int]) -> None:
    """Hours and weeks add up to the launches, in every zone."""
    total = sum(quarters.values())
    for name in ("UTC", "Europe/Moscow", "America/New_York"):
        assert total == sum(by_hour(quarters, zone(name)).values())
    days: dict[date, int] = {}
    for at, count in quarters.items():
        days[at.date()] = days.get(at.date(), 0) + count
    got = weeks(days)
    assert total == sum(got.values())
    assert all(monday.weekday() == 0 for monday in got)
    assert all((b - a).days == 7 for a, b in zip(got, list(got)[1:], strict=False))


def test_shares_are_millionths() -> None:
    """A share is rounded to the nearest millionth, and nothing of nothing is nothing."""
    assert (share(1, 3), share(0, 0), decimal(333_333), decimal(None)) == (333_333, 0, "0.333333", None)
