"""When ads are launched: hours of the week in a place's own time, and which offset looks like an office.

Law: counting is exact and the offsets are compared on the same ads; a clock suggests where people work, it
never says who they are. Times that are only dates tell nothing and are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from debar.model.problem import DebarError

if TYPE_CHECKING:
    from collections.abc import Mapping

OFFICE_DAYS: Final = range(5)
"""Monday to Friday."""

OFFICE_HOURS: Final = range(9, 19)
"""From 09:00 to 18:59: the hours that begin at 9 and at 18 are both counted."""

OFFSET_HOURS: Final = range(-12, 15)
"""Whole offsets from UTC that places use."""

MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Launches by hour of the week.

    Args:
        time_zone: The zone that the hours are in.
        counts: (weekday, hour) to launches of the accounts asked for; weekday 0 is Monday.
        launches_count: How many launches have a time of day.
        dates_only_count: How many have only a date, and are left out.
        office_share: Of the launches, in millionths, Monday to Friday 09:00 to 18:59 in that zone.
        background_share: The same of all other accounts; None where there are none.
        best_offset_hours: Whole offset from UTC under which that share is largest; None without launches.
        best_share: The share under it, in millionths.
        best_background_share: The background's share under the same offset; None where there is none.
    """

    time_zone: str
    counts: Mapping[tuple[int, int], int]
    launches_count: int
    dates_only_count: int
    office_share: int
    background_share: int | None
    best_offset_hours: int | None
    best_share: int
    best_background_share: int | None

    def as_json(self) -> dict[str, Any]:
        """Return the clock as a JSON object; hours with launches only, shares as decimal strings."""
        return {
            "time_zone": self.time_zone,
            "counts": [
                {"weekday": weekday, "hour": hour, "launches": count}
                for (weekday, hour), count in sorted(self.counts.items())
            ],
            "launches": self.launches_count,
            "dates_only": self.dates_only_count,
            "office_share": decimal(self.office_share),
            "background_office_share": decimal(self.background_share),
            "best_offset_hours": self.best_offset_hours,
            "best_share": decimal(self.best_share),
            "best_background_share": decimal(self.best_background_share),
        }


def decimal(millionths: int | None) -> str | None:
    """Write millionths as a decimal string with six decimals.

    Example:
        >>> decimal(974_110)
        '0.974110'
    """
    return None if millionths is None else f"{millionths // MILLION}.{millionths % MILLION:06d}"


def share(part: int, whole: int) -> int:
    """Return a part in millionths of the whole, rounded to the nearest; 0 of nothing."""
    return (2 * part * MILLION + whole) // (2 * whole) if whole else 0


def percent(millionths: int) -> str:
    """Write millionths as per cent with one decimal; a share that is not nothing is never shown as nothing.

    Example:
        >>> percent(974_110)
        '97.4 %'
    """
    if 0 < millionths < 500:
        return "under 0.1 %"
    if MILLION - 500 < millionths < MILLION:
        return "over 99.9 %"
    tenths = (millionths + 500) // 1000
    return f"{tenths // 10}.{tenths % 10} %"


def zone(name: str) -> tzinfo:
    """Return a time zone by its name.

    Raises:
        DebarError: DBR-T002, there is no such zone.
    """
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise DebarError(
            "DBR-T002",
            "there is no such time zone in this machine's tables",
            hint="use a name such as Europe/Moscow or UTC",
        ) from error


def read_clock(
    asked: Mapping[datetime, int],
    background: Mapping[datetime, int],
    *,
    time_zone: str,
    dates_only_count: int,
) -> Clock:
    """Count launches by hour of the week and look for the offset that looks most like an office.

    Args:
        asked: Start of a quarter of an hour, naive UTC, to launches of the accounts asked for.
        background: The same of all others.
        time_zone: Name of the zone to count in.
        dates_only_count: Launches that were left out because only their date is known.
    """
    place = zone(time_zone)
    counts = by_hour(asked, place)
    others = sum(background.values())
    total = sum(asked.values())
    best = None
    if total:
        best = max(OFFSET_HOURS, key=lambda hours: (_office(_shifted(asked, hours)), -abs(hours)))
    return Clock(
        time_zone=time_zone,
        counts=counts,
        launches_count=total,
        dates_only_count=dates_only_count,
        office_share=share(_office(counts), total),
        background_share=share(_office(by_hour(background, place)), others) if others else None,
        best_offset_hours=best,
        best_share=share(_office(_shifted(asked, best or 0)), total),
        best_background_share=share(_office(_shifted(background, best or 0)), others) if others else None,
    )


def by_hour(quarters: Mapping[datetime, int], place: tzinfo) -> dict[tuple[int, int], int]:
    """Return launches by (weekday, hour) in a zone, its summer time included."""
    counts: dict[tuple[int, int], int] = {}
    for start, count in quarters.items():
        local = start.replace(tzinfo=UTC).astimezone(place)
        key = (local.weekday(), local.hour)
        counts[key] = counts.get(key, 0) + count
    return dict(sorted(counts.items()))


def _shifted(quarters: Mapping[datetime, int], hours: int) -> dict[tuple[int, int], int]:
    counts: dict[tuple[int, int], int] = {}
    for start, count in quarters.items():
        local = start + timedelta(hours=hours)
        key = (local.weekday(), local.hour)
        counts[key] = counts.get(key, 0) + count
    return counts


def _office(counts: Mapping[tuple[int, int], int]) -> int:
    return sum(
        count for (weekday, hour), count in counts.items() if weekday in OFFICE_DAYS and hour in OFFICE_HOURS
    )


def weeks(days: Mapping[date, int]) -> dict[date, int]:
    """Return counts by week, each by its Monday, weeks without a launch included."""
    if not days:
        return {}
    mondays = {day - timedelta(days=day.weekday()) for day in days}
    week, last = min(mondays), max(mondays)
    counts = {}
    while week <= last:
        counts[week] = sum(days.get(week + timedelta(days=i), 0) for i in range(7))
        week += timedelta(days=7)
    return counts
