"""Exact until the single rounding."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from debar.ledger.convert import CutSum, minor_unit, rate_of, round_sum
from debar.ledger.earned import earned
from debar.model.rates import Rates
from ledger_books import books_of, event


def test_half_goes_to_the_even_cent() -> None:
    """Exactly half a cent goes to the even cent, below and above zero."""
    half = [Fraction(5, 1000), Fraction(15, 1000), Fraction(-5, 1000), Fraction(-15, 1000)]
    got = [round_sum([(10**6, rate_of(rate))], unit_micros=10_000) for rate in half]
    assert got == [0, 20_000, 0, -20_000]


def test_a_sum_on_the_boundary_is_worked_out_in_full() -> None:
    """Thirds that add up to half a cent exactly are not pushed off it by being cut."""
    third = (1, rate_of(Fraction(5000, 3)))
    assert round_sum([third] * 3, unit_micros=10_000) == 0
    assert round_sum([third] * 9, unit_micros=10_000) == 20_000
    above = (1, rate_of(Fraction(1, 10**40)))
    assert round_sum([third, third, third, above], unit_micros=10_000) == 10_000


def test_nothing_is_zero() -> None:
    """An empty sum is zero, and so is one of zeros."""
    assert round_sum([], unit_micros=1) == 0
    assert round_sum([(0, rate_of(Fraction(7)))], unit_micros=1) == 0


def test_the_minor_unit_is_the_currencys() -> None:
    """Yen have none, dollars cents, Kuwaiti dinars thousandths."""
    assert (minor_unit("JPY"), minor_unit("USD"), minor_unit("KWD")) == (1_000_000, 10_000, 1_000)


def half_rates() -> Rates:
    """Return a world in which a euro is always one dollar and a half."""
    days = (date(2016, 11, 7), date(2016, 11, 8))
    return Rates(published={"USD": (days, ("1.5", "1.5"))}, sha256="00" * 32, source="halves")


def test_a_rounding_that_cut_rates_leave_open_is_worked_out_exactly() -> None:
    """Exactly half a cent, half a micro in an account, a year and a market: half-even, as if in one go."""
    day = date(2016, 11, 8)
    events = [
        event("1", "A", "delivered", "0.010000", day=day, currency="EUR"),
        event("2", "B", "delivered", "0.000001", day=day, currency="EUR", market="US"),
        event("3", "B", "refund", "0.000002", day=day, currency="EUR", market="GB"),
        event("4", "A", "delivered", "0.000001", day=day, currency="EUR", market="GB"),
    ]
    with books_of(events) as engine:
        report = earned(engine, {"A": "named", "B": "likely"}, rates=half_rates(), to="USD")
        cents = earned(engine, {"A": "named"}, rates=half_rates(), to="USD")
    assert [2, 15_002, 15_000] == [
        -(report.account("B").converted_micros or 0),
        report.account("A").converted_micros,
        report.years[0].converted_micros,
    ]
    markets = {share.market: share.converted_micros for share in report.markets}
    assert {"GB": -2, "US": 2, "unstated": 15_000} == markets
    assert report.converted is not None
    assert report.converted.likely_micros == 20_000
    assert cents.converted is not None
    assert cents.converted.likely_micros == 20_000


def test_what_is_disputed_is_taken_away_before_the_rounding() -> None:
    """An open dispute lowers low by its own day's rate, inside the one sum that is rounded."""
    events = [
        event("1", "A", "delivered", "1.00", day=date(2016, 11, 7), currency="EUR"),
        event("2", "A", "payment", "1.00", day=date(2016, 11, 7), currency="EUR"),
        event("3", "A", "chargeback_open", "0.01", day=date(2016, 11, 8), currency="EUR"),
    ]
    with books_of(events) as engine:
        report = earned(engine, {"A": "named"}, rates=half_rates(), to="USD")
    assert report.converted is not None
    assert (report.converted.low_micros, report.converted.likely_micros) == (1_480_000, 1_500_000)


def test_cut_sums_add_and_weigh() -> None:
    """Two sums add part by part, a weight multiplies each; a wide bound leaves the rounding open."""
    one = CutSum(cut=149, above=3, below=-5)
    assert CutSum(cut=447, above=9, below=-15) == one.times(2) + one
    assert one.rounded(scale=10, unit_micros=1) is None
    assert CutSum(cut=140, above=3).rounded(scale=10, unit_micros=1) == 14
