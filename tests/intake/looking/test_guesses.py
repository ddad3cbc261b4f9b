from __future__ import annotations

import pytest

from debar.intake.looking.guesses import Column, Guess, guess, words_of
from debar.intake.looking.shapes_of_values import shapes_of

VALUES = {
    "e-mail address": "ana@harbour-news.org",
    "IP address": "2001:db8::1",
    "web address": "https://harbour-news.org/a?b=1",
    "domain": "harbour-news.org",
    "country code": "de",
    "country name": "Deutschland",
    "currency": "RUB",
    "day": "2016-11-08",
    "day with slashes": "2016/11/8",
    "time with zone": "2016-11-08T09:30:00+03:00",
    "time without zone": "2016-11-08 09:30",
    "day.month.year": "8.11.2016",
    "day-month-year": "08-11-2016",
    "day/month/year": "23/11/2016",
    "month/day/year": "11/23/2016",
    "day-month name-year": "1-Oct-26",
    "month name day, year": "October 1, 2026",
    "compact day": "20161108",
    "seconds since 1970": "1478600000",
    "milliseconds since 1970": "1478600000000",
    "whole number": "42",
    "number with a point": "$1234.50",
    "number with a comma": "1.234,50 €",
    "number in groups": "1,234,500",
    "range": "≤100",
    "card number in clear": "4111 1111 1111 1111",
    "card fingerprint": "fp_1a2b3c4d5e",
    "bank account": "DE89 3704 0044 0532 0130 00",
    "telephone number": "+49 30 1234567",
    "digest": "e2daee05014be59a3fb7a595deeb6003",
    "UUID": "123e4567-e89b-12d3-a456-426614174000",
    "id": "AR00000000000000000001",
    "yes or no": "nein",
    "JSON": '{"a": 1}',
    "words": "join the event",
}
"""Shape to a value that has it."""


@pytest.mark.parametrize(("shape", "value"), VALUES.items())
def test_each_shape_is_seen(shape: str, value: str) -> None:
    """A value of a shape has it."""
    assert shape in shapes_of([value])


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        ("bank account", "AR00000000000000000001"),
        ("card number in clear", "4111 1111 1111 1112"),
        ("country code", "XX"),
        ("currency", "All"),
        ("IP address", "1.2.3.4.5"),
        ("month/day/year", "23/11/2016"),
        ("day/month/year", "31/02/2016"),
        ("domain", "1.234"),
        ("e-mail address", "ana@host"),
        ("seconds since 1970", "42"),
        ("number with a comma", "1,234,500"),
        ("compact day", "20169908"),
    ],
)
def test_what_only_looks_alike_is_told_apart(shape: str, value: str) -> None:
    """Check digits, calendars and lists decide, not the look."""
    assert shape not in shapes_of([value])


def column(header: str, values: list[str]) -> Guess:
    shapes = shapes_of(list(dict.fromkeys(values)))
    length = sorted(map(len, values))[len(values) // 2] if values else 0
    return guess(
        Column(
            at=0,
            header=header,
            rows=len(values),
            filled=len(values),
            distinct=len(set(values)),
            shapes=shapes,
            length=length,
        )
    )


@pytest.mark.parametrize(
    ("header", "values", "role"),
    [
        ("Betrag", ["1.234,50", "99,00", "12,10"], "amount"),
        ("Amount Spent (EUR)", ["≤100", "274,100"], "amount"),
        ("spend_lower", ["0", "100"], "amount_low"),
        ("max_spend", ["99", "399"], "amount_high"),
        ("Währung", ["EUR", "RUB"], "currency"),
        ("pays", ["FR", "US", "DE", "GB"], "country"),
        ("země", ["Německo", "Česko", "Polsko", "Rakousko"], "country"),
        ("créé", ["2016-11-08T09:30:00Z"], "created"),
        ("Datum", ["08.11.2016"], "day"),
        ("PayingAdvertiserName", ["Harbour"], "payer"),
        ("disclaimer", ["Harbour LLC"], "payer"),
        ("OrganizationName", ["Lantern Agency"], "agency"),
        ("Page ID", ["100000000000001"], "account_id"),
        ("kundennummer", ["k-1", "k-2"], "account_id"),
        ("Advertiser_Name", ["Harbour"], "name"),
        ("ad_archive_id", ["1", "2", "333085529870108"], "ad_id"),
        ("Public_IDs_List", ["EIN ID 53-1111111"], "legal_id"),
        ("x", ["10.0.0.1", "10.0.0.2"], "ip"),
        ("kontakt", ["ana@harbour-news.org"], "email"),
        ("zahlung", ["fp_1a2b3c4d5e"], "card"),
        ("ziel", ["https://harbour-news.org"], "landing_url"),
        ("Impressionen", ["100-199", "≤ 10k"], "impressions"),
        ("текст", ["join the event, bring your friends, feel safe with us, all of you"], "text"),
        ("Number of ads in Library", ["12", "3"], ""),
        ("Regions", ["US", "US"], "market"),
        ("zzz", ["q"], ""),
        ("empty", [], ""),
    ],
)
def test_header_and_values_make_a_guess(header: str, values: list[str], role: str) -> None:
    """Each guess has its role and says why; where nothing fits, nothing is guessed."""
    found = column(header, values)
    assert found.role == role
    assert found.reason


def test_a_day_that_can_be_read_in_two_ways_is_asked() -> None:
    """One value above twelve settles it; without one nobody knows, and nobody guesses."""
    asked = column("date", ["03/04/2016", "05/06/2016"])
    assert (asked.role, asked.day_form) == ("day", "")
    assert "day or the month" in asked.question
    assert column("date", ["03/04/2016", "23/06/2016"]).day_form == "%d/%m/%Y"
    assert column("date", ["03/04/2016", "06/23/2016"]).day_form == "%m/%d/%Y"


def test_card_numbers_in_clear_are_named_before_all_else() -> None:
    """A column of them is a danger, whatever its header says."""
    values = ["4111111111111111", "5555555555554444", "4012888888881881", "378282246310005"]
    found = column("customer_id", values)
    assert (found.role, "erase" in found.question) == ("card_number", True)


def test_a_time_without_zone_is_asked_for_its_zone() -> None:
    """The zone is not assumed."""
    assert "time zone" in column("created_at", ["2016-11-08 09:30:00"]).question


def test_headers_are_parted_at_capitals_and_marks() -> None:
    """Words are found however a header is written."""
    assert words_of("\ufeffpayingAdvertiser_name (USD)") == {"paying", "advertiser", "name", "usd"}
