"""Money is integer micros and a currency; text to micros and back is exact, or refused."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debar.model.currencies import MINOR_DIGITS
from debar.model.money import (
    AMOUNT_MICROS_MAX,
    Money,
    format_micros,
    parse_micros,
    round_to_minor,
    show,
    split_largest_remainder,
)

AMOUNTS = st.integers(min_value=-AMOUNT_MICROS_MAX, max_value=AMOUNT_MICROS_MAX)


@given(AMOUNTS)
def test_text_and_back_is_the_identity(amount: int) -> None:
    """What is written is read back, whatever the amount."""
    assert amount == parse_micros(format_micros(amount))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("-0.00", 0),
        ("+1.5", 1_500_000),
        (" 274100.00 ", 274_100_000_000),
        ("0.000001", 1),
        ("1.10000000", 1_100_000),
        ("0000000000000001", 1_000_000),
        ("1000000000000", AMOUNT_MICROS_MAX),
    ],
)
def test_plain_decimals_are_read(text: str, expected: int) -> None:
    """Digits, a sign, a point: read exactly."""
    assert expected == parse_micros(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,234.50", "not a plain decimal"),
        ("1.234,50", "not a plain decimal"),
        ("None", "not a plain decimal"),
        ("", "not a plain decimal"),
        (".5", "not a plain decimal"),
        ("≤100", "not a plain decimal"),
        ("NaN", "not a plain decimal"),
        ("1e400", "not a plain decimal"),
        ("١٢", "not a plain decimal"),
        ("0.0000001", "more than six decimals"),
        ("1000000000000.000001", "too large"),
        ("99999999999999", "too large"),
    ],
)
def test_anything_else_is_refused(text: str, message: str) -> None:
    """Nothing is guessed: thousands separators, words, exponents and further decimals are refused."""
    with pytest.raises(ValueError, match=message):
        parse_micros(text)


@pytest.mark.parametrize(
    ("money", "expected"),
    [
        (Money(amount_micros=1_900_000_000_000, currency="USD"), "1,900,000.00 USD"),
        (Money(amount_micros=-500_000, currency="GBP"), "-0.50 GBP"),
        (Money(amount_micros=1_234_567, currency="USD"), "1.234567 USD"),
        (Money(amount_micros=7_000_000, currency="JPY"), "7 JPY"),
        (Money(amount_micros=1_000_000, currency="KWD"), "1.000 KWD"),
    ],
)
def test_people_see_the_currencys_digits(money: Money, expected: str) -> None:
    """Grouped digits and the currency's own decimals; further ones are never hidden."""
    assert expected == show(money)


def test_a_symbol_where_one_is_usual() -> None:
    """Dollars, pounds and euros may be shown with their sign; others keep their code."""
    assert show(Money(amount_micros=-1_500_000, currency="USD"), symbol=True) == "-$1.50"
    assert show(Money(amount_micros=1_500_000, currency="RUB"), symbol=True) == "1.50 RUB"


def test_money_is_whole_micros_of_a_known_currency() -> None:
    """A float or an unknown currency is our own mistake and fails at once."""
    with pytest.raises(AssertionError, match="whole micros"):
        Money(amount_micros=1.5, currency="USD")  # type: ignore[arg-type] # the mistake under test
    with pytest.raises(AssertionError, match="no ISO 4217"):
        Money(amount_micros=1, currency="usd")
    assert str(Money(amount_micros=1, currency="USD")) == "0.000001 USD"


@given(st.fractions(), st.sampled_from(sorted(MINOR_DIGITS)))
def test_rounding_moves_half_a_minor_unit_at_most(amount: Fraction, currency: str) -> None:
    """A rounded amount is a multiple of the minor unit, at most half of one away."""
    unit = 10 ** (6 - MINOR_DIGITS[currency])
    rounded = round_to_minor(amount, currency)
    assert rounded % unit == 0
    assert abs(rounded - amount) * 2 <= unit


@given(
    st.integers(min_value=0, max_value=AMOUNT_MICROS_MAX),
    st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=9).filter(any),
    st.sampled_from([1, 1_000, 10_000, 1_000_000]),
)
def test_a_split_adds_up(amount: int, shares: list[int], unit: int) -> None:
    """The parts add up exactly and each is within a unit of its share; the first takes what is loose."""
    parts = split_largest_remainder(amount, tuple(shares), unit_micros=unit)
    assert amount == sum(parts)
    loose = amount % unit
    exact = [Fraction(amount - loose) * share / sum(shares) for share in shares]
    off = [abs(part - one) for part, one in zip((parts[0] - loose, *parts[1:]), exact, strict=True)]
    assert max(off) < unit


@pytest.mark.parametrize("shares", [(), (0, 0), (1, -1)])
def test_a_split_needs_shares(shares: tuple[int, ...]) -> None:
    """No share, none that is positive, or a negative one is refused."""
    with pytest.raises(ValueError, match="shares must be"):
        split_largest_remainder(1, shares, unit_micros=1)
