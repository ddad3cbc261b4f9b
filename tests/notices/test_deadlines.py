from datetime import date

import pytest

from debar.notices.deadlines import complaint_until, months_later


@pytest.mark.parametrize(
    ("informed_on", "expected"),
    [
        (date(2025, 8, 31), date(2026, 2, 28)),
        (date(2026, 11, 23), date(2027, 5, 23)),
        (date(2023, 8, 31), date(2024, 2, 29)),
        (date(2017, 10, 26), date(2018, 4, 26)),
        (date(2017, 12, 31), date(2018, 6, 30)),
    ],
)
def test_six_calendar_months_roll_back_to_the_month_end(informed_on: date, expected: date) -> None:
    """A complaint stays open for six calendar months from the day on which the advertiser was informed."""
    assert expected == complaint_until(informed_on)


def test_no_months_later_is_the_same_day() -> None:
    """A period of no months ends where it starts."""
    assert date(2017, 10, 31) == months_later(date(2017, 10, 31), 0)
