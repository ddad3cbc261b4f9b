"""What is earned after a legal date is found, however late it is booked."""

from __future__ import annotations

from datetime import UTC, date, datetime

from debar.ledger.after import AfterReport, earned_after, render_after
from ledger_books import books_of, event

BAN = datetime(2017, 10, 26, 12, 0, tzinfo=UTC)
EVENTS = [
    event("1", "A", "delivered", "10", day=date(2017, 10, 25)),
    event("2", "A", "delivered", "20", day=date(2017, 10, 26)),
    event("3", "A", "delivered", "40", day=date(2017, 10, 27), booked=date(2018, 1, 15)),
    event("4", "A", "invalid_traffic", "15", day=date(2017, 10, 27), booked=date(2018, 1, 16)),
    event("5", "B", "delivered", "99", day=date(2017, 11, 1)),
    event("6", "A", "fee", "1", day=date(2017, 10, 28), booked=date(2017, 10, 28), currency="EUR"),
    event("7", "A", "payment", "500", day=date(2017, 12, 1)),
]


def report_of(as_of: date | None = None) -> AfterReport:
    """Return what account A earned after the ban."""
    with books_of(EVENTS) as engine:
        return earned_after(engine, ["A"], instant=BAN, as_of=as_of)


def test_late_delivery_after_the_ban_is_found() -> None:
    """Delivery after the ban is flagged although it was booked months later; the ban's own day is apart."""
    report = report_of()
    assert [(one.event_id, one.booked_late) for one in report.after] == [("3", True), ("6", False)]
    assert [one.event_id for one in report.on_the_day] == ["2"]
    assert report.totals() == {"EUR": 1_000_000, "USD": 25_000_000}
    assert not report.is_clean


def test_what_was_not_booked_yet_is_not_found() -> None:
    """As of the day after the ban, nothing shows; the report says so plainly."""
    report = report_of(as_of=date(2017, 10, 27))
    assert report.is_clean
    assert render_after(report).startswith("Nothing was earned after 2017-10-26.\n")


def test_the_report_is_said_in_words_and_json() -> None:
    """Each event is listed with its amount and its lateness, and in JSON with six decimals."""
    expected = """\
EARNED AFTER 2017-10-26: 2 events
  1.00 EUR net
  25.00 USD net
  2017-10-27 A delivered 40.00 USD (3), booked late, on 2018-01-15
  2017-10-28 A fee 1.00 EUR (6)
On 2017-10-26 itself, before or after the hour: 1 events
  2017-10-26 A delivered 20.00 USD (2)
"""
    report = report_of()
    assert expected == render_after(report)
    document = report.as_json()
    assert (document["after"], document["clean"], document["as_of"]) == ("2017-10-26T12:00:00Z", False, None)
    assert document["events"][0]["amount"] == "40.000000"
    assert document["earned"][:1] == [{"account_id": "A", "currency": "EUR", "amount": "1.000000"}]


def test_a_day_without_events_is_not_mentioned() -> None:
    """Where nothing ran on the day itself, the text does not speak of it."""
    with books_of(EVENTS[:1]) as engine:
        report = earned_after(engine, ["A"], instant=BAN)
    assert render_after(report) == "Nothing was earned after 2017-10-26.\n"
