"""Archives state spend; nothing of it is earned."""

from __future__ import annotations

from datetime import date
from typing import Any

from debar.ledger.stated import StatedReport, render_stated, stated_spend
from debar.model.window import Window
from ledger_books import books_of

SPEND = {
    "account_id": "VARCHAR",
    "currency": "VARCHAR",
    "low_micros": "BIGINT",
    "high_micros": "BIGINT",
    "from_day": "DATE",
    "to_day": "DATE",
    "ad_id": "VARCHAR",
}
ADS = {
    "ad_id": "VARCHAR",
    "account_id": "VARCHAR",
    "started_at": "TIMESTAMP",
    "spend_low_micros": "BIGINT",
    "currency": "VARCHAR",
}
JUNE, JULY = date(2016, 6, 1), date(2016, 7, 1)
ROWS = [
    ("A", "RUB", 5_000_000, 5_000_000, JUNE, JUNE, "a1"),
    ("A", "RUB", 0, 0, JUNE, JUNE, "a2"),
    ("A", "USD", 1_000_000, 1_000_000, JULY, JULY, "a3"),
    ("A", "RUB", None, None, JUNE, JUNE, "a4"),
    ("B", "RUB", 100_000_000, 499_000_000, JUNE, JULY, None),
    ("B", "EUR", 7_000_000, None, JUNE, JULY, None),
    ("Z", "RUB", 9_000_000, 9_000_000, JUNE, JUNE, None),
]


def report_of(
    accounts: list[str], window: Window | None = None, rows: list[Any] | None = None
) -> StatedReport:
    """Return the report on the small archive."""
    ads = [
        (ad, "A", "2016-06-01 10:00:00" if ad != "a3" else "2016-07-01 10:00:00", None, None)
        for ad in ("a1", "a2", "a3", "a4")
    ]
    with books_of([]) as engine:
        engine.load("spend", SPEND, ROWS if rows is None else rows)
        engine.load("ads", ADS, ads)
        return stated_spend(engine, accounts, window=window)


def test_currencies_are_never_added() -> None:
    """Each currency has its own interval; nothing is converted."""
    got = {total.currency: str(total) for total in report_of(["A", "B"]).totals}
    assert got == {
        "EUR": "at least 7.00 EUR",
        "RUB": "105.00 to 504.00 RUB",
        "USD": "1.00 USD",
    }


def test_unknown_and_zero_are_kept_apart() -> None:
    """An ad without a stated amount is unknown; one with a stated zero is stated."""
    report = report_of(["A"])
    assert (report.unknown_rows, report.ads, report.ads_unstated) == (1, 4, 1)
    assert next(total.zero_rows for total in report.totals if total.currency == "RUB") == 1


def test_a_row_partly_in_the_window_counts_high_only() -> None:
    """What may have been spent outside the window adds nothing to the low end."""
    report = report_of(["A", "B"], Window(start=JUNE, end=date(2016, 6, 30)))
    got = {total.currency: str(total) for total in report.totals}
    assert got == {"EUR": "at least 0.00 EUR", "RUB": "5.00 to 504.00 RUB"}
    assert (report.ads, report.ads_unstated) == (3, 1)


def test_the_word_earned_is_not_used_for_it() -> None:
    """The text says stated spend, and says that it is not what was earned."""
    text = render_stated(report_of(["A"]))
    expected = """\
Stated spend of 1 account, as the archive says it
  5.00 RUB: 2 rows, 1 of them zero
  1.00 USD: 1 row
1 of 4 ads state no spend; a stated 0.00 is not one of them.
An archive states what was spent; what a platform earned is in its books, not here.
"""
    assert expected == text
    assert report_of(["A"]).as_json()["basis"] == "stated spend"


def test_nothing_stated_is_said() -> None:
    """An account of which nothing is stated has no interval; the text says so, in a window too."""
    report = report_of(["NOBODY"], Window(start=JUNE, end=JULY))
    assert report.totals == ()
    assert "nothing is stated: 0 rows" in render_stated(report)
    assert report.as_json()["window"] == {"start": "2016-06-01", "end": "2016-07-01"}


def test_an_open_end_is_null_in_json() -> None:
    """An interval without an upper end is open in JSON as well."""
    (euro, rouble) = report_of(["B"]).by_account
    assert (euro.as_json()["high"], rouble.as_json()["high"]) == (None, "499.000000")
    assert [euro.as_json(), rouble.as_json()] == report_of(["B"]).as_json()["by_account"]
