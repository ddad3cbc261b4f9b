"""Deadlines as data, with the vectors."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from debar.appeals.deadlines import DEADLINES, Deadlines

NOON = (12, 0)


def at(day: date, hour: int = 12) -> datetime:
    """Return an instant of a day."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("informed", "until"),
    [
        (date(2025, 8, 31), date(2026, 2, 28)),
        (date(2026, 11, 23), date(2027, 5, 23)),
        (date(2023, 8, 31), date(2024, 2, 29)),
        (date(2023, 8, 29), date(2024, 2, 29)),
        (date(2017, 10, 26), date(2018, 4, 26)),
        (date(2017, 12, 31), date(2018, 6, 30)),
        (date(2018, 3, 31), date(2018, 9, 30)),
        (date(2024, 2, 29), date(2024, 8, 29)),
        (date(2099, 8, 30), date(2100, 2, 28)),
    ],
)
def test_six_calendar_months(informed: date, until: date) -> None:
    """The period runs six calendar months from the notice, rolled back to a month's end, the last day included."""
    assert until == DEADLINES.complaint_until(at(informed))
    assert not DEADLINES.is_late(filed_at=at(until, 23), informed_at=at(informed))
    assert DEADLINES.is_late(
        filed_at=at(date.fromordinal(until.toordinal() + 1), 0), informed_at=at(informed)
    )


def test_an_operator_may_be_more_generous_and_never_less() -> None:
    """Twelve months are lawful, five are not."""
    assert date(2018, 10, 26) == Deadlines(complaint_months=12).complaint_until(at(date(2017, 10, 26)))
    with pytest.raises(AssertionError, match="six calendar months"):
        Deadlines(complaint_months=5)


def test_targets_and_outside_bodies() -> None:
    """Fourteen days for us, ten for an answer, ninety or a hundred and eighty for a certified body."""
    filed = at(date(2017, 11, 2))
    assert date(2017, 11, 16) == DEADLINES.decide_by(filed)
    assert date(2017, 11, 12) == DEADLINES.answer_by(filed)
    assert date(2018, 1, 31) == DEADLINES.out_of_court_by(date(2017, 11, 2), is_complex=False)
    assert date(2018, 5, 1) == DEADLINES.out_of_court_by(date(2017, 11, 2), is_complex=True)


def test_a_response_is_waited_for_until_before_the_review() -> None:
    """Two weeks, and never beyond the day before the review."""
    informed = at(date(2017, 10, 26))
    assert date(2017, 11, 9) == DEADLINES.respond_by(informed_at=informed, review_on=date(2017, 11, 24))
    assert date(2017, 10, 31) == DEADLINES.respond_by(informed_at=informed, review_on=date(2017, 11, 1))
