"""What was earned: the worked story, its bounds, windows, markets, translations."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from debar.ledger.bounds import translate_once
from debar.ledger.earned import earned, earned_rows
from debar.ledger.report import Bounds, EarnedReport
from debar.ledger.text import render_by, render_text, translation_sentence
from debar.model.money import Money, format_micros, parse_micros
from debar.model.problem import DebarError
from debar.model.window import Window
from ledger_books import BAN_DAY, P_OWNER, STANDINGS, Event, books_of, event, rates, story

DAY = date(2016, 11, 8)
EXAMPLE = Path(__file__).parents[2] / ".." / "shared" / "data" / "money_worked_example"


def report_of(events: list[Event] | None = None, **options: Any) -> EarnedReport:
    """Return the story's report (or another's) with the usual standings."""
    standings = options.pop("standings", STANDINGS)
    with books_of(story() if events is None else events) as engine:
        return earned(engine, standings, **{"rates": rates(), "to": "USD", **options})


def test_the_worked_story_is_right_to_the_cent() -> None:
    """Low, likely, high and expected of the worked story are the sheet's, in dollars, rounded once."""
    expected = Bounds(
        low_micros=2_587_040_000,
        likely_micros=3_623_960_000,
        high_micros=3_708_230_000,
        expected_micros=3_435_180_000,
    )
    assert expected == report_of(p_owner=P_OWNER).converted


def test_as_of_the_ban_day_the_rebate_is_not_known_yet() -> None:
    """As of the ban day the story's six accounts earned 3,762.80 dollars; the rebate came later."""
    converted = report_of(as_of=BAN_DAY).converted
    assert converted is not None
    assert parse_micros("3762.80") == converted.high_micros


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (date(2016, 12, 31), {"USD": "1230.500000", "GBP": "500.000000", "RUB": "64000.000000"}),
        (
            BAN_DAY,
            {"USD": "1030.500000", "GBP": "450.000000", "RUB": "64000.000000", "EUR": "1080.000000"},
        ),
        (
            None,
            {"USD": "1030.500000", "GBP": "450.000000", "RUB": "64000.000000", "EUR": "1030.000000"},
        ),
    ],
)
def test_each_currency_is_counted_apart(as_of: date | None, expected: dict[str, str]) -> None:
    """What was known on a day is the sheet's figure in every currency."""
    got = report_of(as_of=as_of).by_currency
    assert expected == {code: format_micros(bounds.high_micros) for code, bounds in got.items()}


@pytest.mark.real
@pytest.mark.skipif(not EXAMPLE.exists(), reason="the real data folder is not here")
def test_the_handed_over_example_agrees() -> None:
    """The worked example that was handed over gives its own expected figures, all of them."""
    told = json.loads((EXAMPLE / "expected.json").read_text(encoding="utf-8"))
    with (EXAMPLE / "billing.csv").open(encoding="utf-8", newline="") as file:
        events = [
            event(
                row["event_id"],
                row["account_id"],
                row["kind"],
                row["amount"],
                day=date.fromisoformat(row["service_day"]),
                booked=date.fromisoformat(row["booked_at"][:10]),
                tax=row["tax"],
                currency=row["currency"],
            )
            for row in csv.DictReader(file)
        ]
    owners = {key: round(value * 1_000_000) for key, value in told["p_owner"].items()}
    latest = report_of(events, standings=told["status"], p_owner=owners)
    then = report_of(events, standings=told["status"], as_of=BAN_DAY)
    assert latest.converted is not None
    assert then.converted is not None
    assert told["earned_latest_by_account"] == {
        a.account_id: {w.currency: format_micros(w.earned_micros) for w in a.waterfalls}
        for a in latest.accounts
    }
    cents = {
        "usd_latest_all": latest.converted.high_micros,
        "usd_as_of_2017-10-26_all": then.converted.high_micros,
        "usd_latest_low": latest.converted.low_micros,
        "usd_latest_likely": latest.converted.likely_micros,
        "usd_latest_high": latest.converted.high_micros,
        "usd_latest_expected": latest.converted.expected_micros,
    }
    assert {name: parse_micros(told[name]) for name in cents} == cents


def test_earned_reconciles_with_kept() -> None:
    """In every currency, earned less what is open is the cash less what is not the platform's."""
    for as_of in (None, BAN_DAY, date(2017, 1, 22), date(2017, 3, 1), date(2016, 11, 30)):
        for waterfall in report_of(as_of=as_of).waterfalls:
            assert waterfall.kept is not None
            assert waterfall.earned_micros - waterfall.kept.open_micros == waterfall.kept.kept_micros


def test_an_unpaid_invoice_is_earned_and_not_kept() -> None:
    """The invoice that was never paid is earned, its tax is not, and nothing of it is kept."""
    for as_of in (BAN_DAY, None):
        (waterfall,) = report_of(as_of=as_of).account("SPT").waterfalls
        assert waterfall.kept is not None
        assert (waterfall.earned_micros, waterfall.kept.kept_micros) == (80_000_000, 0)


def test_prepaid_money_that_was_not_used_is_not_kept() -> None:
    """Of 100,000 roubles paid in advance the 36,000 unused ones stay the customer's."""
    (waterfall,) = report_of(as_of=BAN_DAY).account("RT-RU").waterfalls
    assert waterfall.kept is not None
    assert (waterfall.kept.prepaid_micros, waterfall.kept.kept_micros) == (36_000_000_000, 64_000_000_000)


def test_delivery_paid_by_coupon_is_delivered_and_not_earned() -> None:
    """130 dollars of ads, 100 of them by coupon: 130 delivered, 30 earned."""
    (waterfall,) = report_of().account("RT-AR").waterfalls
    assert (waterfall.delivered_micros, waterfall.earned_micros) == (130_000_000, 30_000_000)


def test_gross_counts_all_income() -> None:
    """On the gross basis the figure is all income before givebacks; net is printed beside it."""
    report = report_of(revenue_basis="gross")
    assert parse_micros("1330.50") == report.by_currency["USD"].likely_micros
    assert parse_micros("1030.50") == {w.currency: w for w in report.waterfalls}["USD"].earned_micros


def test_an_account_that_earned_nothing_is_printed() -> None:
    """A subject that never bought an ad is in the report, and its zero is printed."""
    report = report_of(standings={"NEVER": "named"})
    assert "named      NEVER (NEVER)  0.00 USD" in render_text(report)
    assert report.member_block("NEVER") == {
        "by_currency": {},
        "converted": {"currency": "USD", "amount": "0.000000"},
    }
    assert Bounds(low_micros=0, likely_micros=0, high_micros=0) == report.converted


def test_cleared_accounts_count_nowhere() -> None:
    """A cleared account is listed and moves no bound."""
    report = report_of(standings={**STANDINGS, "RT-DE": "cleared"}, p_owner=P_OWNER)
    assert report.converted is not None
    assert parse_micros("2587.04") == report.converted.likely_micros
    assert parse_micros("2671.30") == report.converted.high_micros


def test_an_over_credited_uncertain_account_never_lowers_high() -> None:
    """An uncertain account that cost more than it brought lowers low, and cannot push high below likely."""
    events = [
        event("1", "A", "delivered", "100", day=DAY),
        event("2", "B", "refund", "30", day=DAY),
        event("3", "C", "refund", "7", day=DAY),
    ]
    report = report_of(events, standings={"A": "named", "B": "possible", "C": "likely"})
    expected = Bounds(low_micros=63_000_000, likely_micros=93_000_000, high_micros=100_000_000)
    assert expected == report.by_currency["USD"]
    assert expected == report.converted
    assert [flag.month for flag in report.over_credited] == ["2016-11", "2016-11"]


def test_an_open_dispute_lowers_low_only() -> None:
    """While a chargeback is open the low bound counts it as lost; once it is won it counts again."""
    events = [
        event("1", "A", "delivered", "100", day=DAY),
        event("2", "A", "payment", "100", day=DAY),
        event("3", "A", "chargeback_open", "40", day=DAY, booked=date(2017, 1, 5)),
        event("4", "A", "chargeback_won", "40", day=DAY, booked=date(2017, 2, 5)),
    ]
    open_then = report_of(events, standings={"A": "named"}, as_of=date(2017, 1, 31))
    won = report_of(events, standings={"A": "named"})
    assert (
        Bounds(low_micros=60_000_000, likely_micros=100_000_000, high_micros=100_000_000)
        == open_then.converted
    )
    assert won.converted is not None
    assert won.converted.low_micros == 100_000_000


def test_a_window_counts_service_days_or_booked_days() -> None:
    """A late credit falls into its service month, or, by booked day, into the month of its booking."""
    november = Window(start=date(2016, 11, 1), end=date(2016, 11, 30))
    january = Window(start=date(2017, 1, 1), end=date(2017, 1, 31))
    by_service = report_of(window=november, as_of=BAN_DAY)
    by_booking = report_of(window=january, basis="booked day")
    assert by_service.by_currency["GBP"].likely_micros == 450_000_000
    assert {code: b.likely_micros for code, b in by_booking.by_currency.items()} == {"GBP": -50_000_000}
    assert all(waterfall.kept is None for waterfall in by_service.waterfalls)


def test_markets_and_years_show_the_share_of_a_country() -> None:
    """The share of a market in a year states its ads, what they cost and what was earned."""
    (share,) = report_of().market(2016, "US")
    assert (2, parse_micros("1330.50"), parse_micros("1030.50")) == (
        share.ads,
        share.delivered_micros,
        share.earned_micros,
    )
    assert [(s.year, s.currency) for s in report_of().years] == [
        (2016, "GBP"),
        (2016, "RUB"),
        (2016, "USD"),
        (2017, "EUR"),
    ]


def test_the_published_total_translates_as_it_was_published() -> None:
    """1,900,000 dollars are 1,438,943.25 pounds at the ECB cross rate of the decision day."""
    total = Bounds(low_micros=0, likely_micros=1_900_000_000_000, high_micros=0)
    translated = translate_once(total, rates(), base="USD", to="GBP", day=BAN_DAY)
    assert translated.bounds is not None
    pounds = Money(amount_micros=translated.bounds.likely_micros, currency="GBP")
    sentence = translation_sentence(
        Money(amount_micros=total.likely_micros, currency="USD"), pounds, day=BAN_DAY.isoformat()
    )
    assert sentence == "1,900,000.00 USD = 1,438,943.25 GBP at the ECB cross rate of 2017-10-26"


def test_the_other_rate_policy_is_shown_beside() -> None:
    """64,000 roubles are 998.99 dollars at their service day and 1,110.09 at the ban day's rate."""
    standings = {"RT-RU": "named"}
    at_service = report_of(standings=standings, as_of=BAN_DAY)
    at_cut_off = report_of(standings=standings, as_of=BAN_DAY, policy="cut-off")
    assert at_service.converted is not None
    assert at_service.alternative is not None
    assert at_cut_off.alternative is not None
    assert parse_micros("998.99") == at_service.converted.likely_micros
    assert at_cut_off.converted == at_service.alternative.bounds
    assert at_service.converted == at_cut_off.alternative.bounds
    assert parse_micros("1110.09") == at_cut_off.converted.likely_micros if at_cut_off.converted else None


def test_further_currencies_are_said_both_ways() -> None:
    """A total in a further currency is stated at the service days and translated once."""
    block = report_of(as_of=BAN_DAY, also=("GBP",)).plan_block()
    assert {"GBP at the decision day", "GBP at the service day"} == set(block["also"])


def test_a_missing_rate_is_refused_and_named() -> None:
    """Roubles of 2024 have no rate: the error names currency and day; without conversion all is well."""
    events = [event("1", "A", "delivered", "100", day=date(2024, 5, 2), currency="RUB")]
    with pytest.raises(DebarError, match="DBR-M001") as caught:
        report_of(events, standings={"A": "named"})
    assert "no exchange rate for RUB on 2024-05-02" in str(caught.value)
    assert (
        report_of(events, standings={"A": "named"}, to=None).by_currency["RUB"].likely_micros == 100_000_000
    )


def test_a_missing_rate_of_the_alternative_is_said() -> None:
    """Where only the cut-off day lacks a rate, the report stands and says why the alternative does not."""
    events = [event("1", "A", "delivered", "100", day=date(2021, 5, 3), currency="RUB")]
    report = report_of(events, standings={"A": "named"}, cut_off=date(2024, 5, 2), also=("RUB",))
    assert report.alternative is not None
    assert report.alternative.bounds is None
    assert "not stated; no exchange rate for RUB on 2024-05-02" in render_text(report)


def test_projected_becomes_final_when_no_charge_can_be_disputed() -> None:
    """A report is projected until 540 days after the last card charge or service day, and final from then."""
    report = report_of(as_of=BAN_DAY)
    assert ("projected", date(2018, 12, 22)) == (report.status, report.final_on)
    assert report_of(as_of=date(2018, 12, 21)).status == "projected"
    assert report_of(as_of=date(2018, 12, 22)).status == "final"


def test_an_open_dispute_keeps_a_report_projected() -> None:
    """However late, nothing is final while a dispute is open."""
    events = [
        event("1", "A", "delivered", "100", day=DAY),
        event("2", "A", "chargeback_open", "40", day=DAY),
    ]
    assert report_of(events, standings={"A": "named"}, as_of=date(2020, 1, 1)).status == "projected"


def test_the_report_of_a_day_never_changes() -> None:
    """Later bookings change nothing about the report as of an earlier day, byte for byte."""
    known = [one for one in story() if one.booked_at.date() <= BAN_DAY]
    late = [event("9z", "RT-EN", "refund", "999", day=DAY, booked=date(2017, 10, 27))]
    first = report_of(known, as_of=BAN_DAY, also=("GBP",))
    again = report_of([*reversed(late), *story()], as_of=BAN_DAY, also=("GBP",))
    names = {"accounts": None}
    assert {**first.as_json(), **names} == {**again.as_json(), **names}
    assert render_text(first) == render_text(again)


def test_an_unknown_kind_is_refused() -> None:
    """An event that the ledger cannot post is an error, never a silent zero."""
    with pytest.raises(DebarError, match="DBR-B001") as caught:
        report_of([event("1", "A", "gift", "1", day=DAY)], standings={"A": "named"})
    assert caught.value.details == ("gift: 1 events",)


def test_an_unknown_standing_is_refused() -> None:
    """A standing outside the five is an error before anything is counted."""
    with pytest.raises(DebarError, match="DBR-B002"):
        report_of(standings={"RT-EN": "suspected"})


def test_a_report_knows_only_what_it_was_asked() -> None:
    """Asking a report for another account is a mistake of the caller."""
    with pytest.raises(KeyError):
        report_of().account("ELSE")


def test_the_whole_platform_adds_up_to_its_accounts() -> None:
    """The one scan over the platform gives each account's figure, as of a day and in a window."""
    with books_of(story()) as engine:
        table = earned_rows(engine, as_of=BAN_DAY)
        rows = engine.rows(f"SELECT account_id, currency, earned_micros FROM {table} ORDER BY 1")
        report = earned(engine, STANDINGS, rates=rates(), to=None, as_of=BAN_DAY)
        window = Window(start=date(2017, 1, 1), end=date(2017, 12, 31))
        earned_rows(engine, window=window, revenue_basis="gross", table="gross_rows")
        gross = engine.rows("SELECT account_id, earned_micros FROM gross_rows ORDER BY 1")
    expected = [(a.account_id, w.currency, w.earned_micros) for a in report.accounts for w in a.waterfalls]
    assert expected == [(account, currency, int(amount)) for account, currency, amount in rows]
    assert [(account, int(amount)) for account, amount in gross] == [
        ("RT-DE", 1_000_000_000),
        ("RT-EN", 0),
        ("RT-RU", 0),
        ("RT-UK", 0),
        ("SPT", 80_000_000),
    ]


def test_the_text_of_a_window_says_so() -> None:
    """In a window the way to kept is left out, and the text says which days count and how."""
    window = Window(start=date(2016, 11, 1), end=date(2016, 11, 30))
    text = render_text(report_of(window=window, p_owner=P_OWNER, policy="cut-off", revenue_basis="gross"))
    assert "Only the window 2016-11-01 to 2016-11-30, by service day.\n" in text
    assert "The figure is gross income, before givebacks, without tax." in text
    assert "Converted at the rate of 2018-01-15; the exact sum was rounded once, half-even.\n" in text
    assert "expected: the model's expectation, not the pledge.\n" in text
    assert "kept" not in text


def test_the_text_takes_many_currencies_and_markets() -> None:
    """More than four currencies stand in two blocks; of many markets the largest are shown and the rest counted."""
    codes = ("USD", "EUR", "GBP", "RUB", "JPY")
    events = [
        event(f"{code}{at}", "A", "delivered", f"{at + 1}", day=DAY, currency=code, market=f"M{at}")
        for at in range(5)
        for code in codes
    ]
    report = report_of(
        [*events, event("z", "A", "refund", "99", day=date(2016, 12, 1))], standings={"A": "named"}
    )
    text = render_text(report)
    assert [line[:33] for line in text.splitlines() if line.startswith("delivered")] == 2 * [
        "delivered: the price of ads shown"
    ]
    assert "and 14 more, in the JSON form\n" in text
    assert "Look: A was given back more than it brought in 2016-12 (USD).\n" in text


def test_the_text_without_any_money() -> None:
    """Without a currency and without billing the text still prints zeros."""
    text = render_text(report_of(standings={"NEVER": "named"}, to=None))
    assert "low 0.00   likely 0.00   high 0.00\n" in text
    assert "Nothing was ever billed to these accounts: 0.00 USD.\n" in text


def test_further_currencies_without_a_first_are_at_the_service_day() -> None:
    """Without a total there is nothing to translate once."""
    assert [one.method for one in report_of(to=None, also=("GBP",)).also] == ["at the service day"]


def test_a_report_in_json_says_how_it_was_made() -> None:
    """The JSON form carries window, bounds, flags and policy, money with six decimals."""
    window = Window(start=date(2016, 11, 1), end=date(2016, 12, 31))
    events = [*story(), event("z", "RT-EN", "refund", "99", day=date(2016, 12, 1))]
    document = report_of(events, window=window, p_owner=P_OWNER, also=("GBP",)).as_json()
    assert document["window"] == {"start": "2016-11-01", "end": "2016-12-31"}
    assert document["over_credited"] == [
        {
            "account_id": "RT-EN",
            "currency": "USD",
            "month": "2016-12",
            "income": "0.000000",
            "given_back": "99.000000",
        }
    ]
    assert {"low", "likely", "high", "expected"} == set(document["totals"])
    assert report_of().converted == Bounds(
        low_micros=2_587_040_000, likely_micros=3_623_960_000, high_micros=3_708_230_000
    )


def test_the_text_is_a_reconciled_waterfall() -> None:
    """The report as people read it, whole."""
    expected = """\
Earned from 2 accounts, as known on 2017-01-22: projected
Final on 2018-05-29, when the last card charge can no longer be disputed.
The figure is net revenue, without tax. The waterfall is of the plan's accounts.

                                       GBP
delivered: the price of ads shown   500.00
  invalid traffic credited          -50.00
                                   -------
earned                              450.00
  refunds not yet paid               50.00
                                   -------
kept                                500.00
  cash in less cash out             600.00
  tax, owed to a state             -100.00

                   low  likely    high
GBP             450.00  450.00  450.00
in all, in GBP  450.00  450.00  450.00
low: named and confirmed accounts. likely: the plan's. high: the undecided ones too.

By account
named      The RT-UK (RT-UK)  450.00 GBP
possible   The SPT (SPT)        0.00 GBP

By year (the plan's accounts)
2016  450.00 GBP

By market and year (the plan's accounts)
2016 GB  450.00 GBP  1 ad

Converted at each service day's rate; the exact sum was rounded once, half-even.
At the cut-off day 2017-01-22: 450.00 GBP.
"""
    standings = {"RT-UK": "named", "SPT": "possible"}
    text = render_text(report_of(standings=standings, as_of=date(2017, 1, 22), to="GBP"))
    assert expected == text[: text.index("Rates: ")]


def test_a_report_is_divided_by_what_it_knows() -> None:
    """One table alone has the head, the rows and the notes; a table that there is not is refused."""
    with books_of(story()) as engine:
        report = earned(engine, STANDINGS, rates=rates(), to="USD")
    for by in ("account", "currency", "year", "market"):
        text = render_by(report, by)
        assert text.startswith("Earned from 6 accounts")
        assert "Rates: " in text
    with pytest.raises(DebarError, match="DBR-B021"):
        render_by(report, "month")
