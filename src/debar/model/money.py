"""Money is integer micros and a currency; a float never touches it.

Law: text to micros and back is exact, or it is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from debar.model.currencies import MINOR_DIGITS

MICROS: Final = 1_000_000
"""Micros in one unit of any currency, also of those without a minor unit (JPY)."""

AMOUNT_MICROS_MAX: Final = 10**18
"""Largest single amount that is accepted: a million million units; sums are wider."""

_AMOUNT = re.compile(r"[+-]?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Money:
    """An exact amount of one currency.

    Args:
        amount_micros: Millionths of one unit; may be negative.
        currency: ISO 4217 code in capitals.
    """

    currency: str
    amount_micros: int

    def __post_init__(self) -> None:
        assert isinstance(self.amount_micros, int), "money is counted in whole micros"
        assert self.currency in MINOR_DIGITS, f"{self.currency} is no ISO 4217 currency"

    def __str__(self) -> str:
        return f"{format_micros(self.amount_micros)} {self.currency}"


def parse_micros(text: str) -> int:
    """Read a plain decimal number as micros.

    Args:
        text: Digits with an optional sign and decimal point: no thousands separators, no exponent.

    Returns:
        The amount in micros, exact.

    Raises:
        ValueError: The text is no plain decimal, has more than six decimals, or is beyond
            ``AMOUNT_MICROS_MAX``; the message says which.

    Example:
        >>> parse_micros("274100.00")
        274100000000
    """
    text = text.strip()
    if not text.isascii() or not _AMOUNT.fullmatch(text):
        raise ValueError("amount is not a plain decimal number")
    sign = -1 if text.startswith("-") else 1
    whole, _, decimals = text.lstrip("+-").partition(".")
    if len(decimals.rstrip("0")) > 6:
        raise ValueError("amount has more than six decimals")
    if len(whole.lstrip("0")) > 13:
        raise ValueError("amount is too large")
    micros = sign * (int(whole) * MICROS + int((decimals + "000000")[:6]))
    if abs(micros) > AMOUNT_MICROS_MAX:
        raise ValueError("amount is too large")
    return micros


def format_micros(amount_micros: int) -> str:
    """Write micros as a decimal string with six decimals, the form of every JSON file.

    Example:
        >>> format_micros(-1_500_000)
        '-1.500000'
    """
    sign = "-" if amount_micros < 0 else ""
    whole, rest = divmod(abs(amount_micros), MICROS)
    return f"{sign}{whole}.{rest:06d}"


def round_to_minor(amount: Fraction | int, currency: str) -> int:
    """Round micros half-even, once, to the minor unit of a currency.

    Args:
        amount: Micros, exact.
        currency: ISO 4217 code; it decides the digits (JPY 0, USD 2, KWD 3).

    Returns:
        Micros, a multiple of the minor unit.

    Example:
        >>> round_to_minor(Fraction(1_005_000), "USD")
        1000000
    """
    unit: int = 10 ** (6 - MINOR_DIGITS[currency])
    return round(Fraction(amount) / unit) * unit


def show(money: Money, *, symbol: bool = False) -> str:
    """Write money for people: grouped digits, the currency's own decimals.

    An amount that does not fit the minor unit keeps its further decimals: nothing is hidden.

    Example:
        >>> show(Money(amount_micros=1_900_000_000_000, currency="USD"))
        '1,900,000.00 USD'
        >>> show(Money(amount_micros=1_900_000_000_000, currency="USD"), symbol=True)
        '$1,900,000.00'
    """
    digits = MINOR_DIGITS[money.currency]
    sign = "-" if money.amount_micros < 0 else ""
    whole, rest = divmod(abs(money.amount_micros), MICROS)
    decimals = f"{rest:06d}".rstrip("0").ljust(digits, "0")
    number = f"{whole:,}" + (f".{decimals}" if decimals else "")
    mark = {"USD": "$", "GBP": "£", "EUR": "€"}.get(money.currency) if symbol else None
    return f"{sign}{mark}{number}" if mark else f"{sign}{number} {money.currency}"


def split_largest_remainder(
    amount_micros: int, shares: tuple[int, ...], *, unit_micros: int
) -> tuple[int, ...]:
    """Divide an amount in proportion to shares, so that the parts add up exactly.

    Args:
        amount_micros: What is divided; not negative.
        shares: Non-negative weights, at least one positive.
        unit_micros: Smallest unit of a part; what does not fill a unit goes to the first part.

    Returns:
        One part a share, in the same order; each is within one unit of its exact share.

    Raises:
        ValueError: No share is positive, or one is negative.
    """
    if not shares or min(shares) < 0 or sum(shares) == 0:
        raise ValueError("shares must be non-negative, with at least one positive")
    units, loose = divmod(amount_micros, unit_micros)
    total = sum(shares)
    parts = [units * share // total for share in shares]
    remainders = [units * share % total for share in shares]
    order = sorted(range(len(shares)), key=lambda i: (-remainders[i], i))
    for i in order[: units - sum(parts)]:
        parts[i] += 1
    micros = [part * unit_micros for part in parts]
    micros[0] += loose
    assert sum(micros) == amount_micros, "the parts of a split add up"
    return tuple(micros)
