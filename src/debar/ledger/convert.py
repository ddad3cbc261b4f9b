"""From many currencies to one: exact until the single rounding.

Law: each (currency, day) subtotal is multiplied with its own rate, the products are added exactly, and
only the sum is rounded, half-even, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from debar.model.currencies import MINOR_DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from fractions import Fraction

    from debar.model.rates import Rates

RATE_SCALE: Final = 10**40
"""Rates are first cut to this fineness; where that leaves the rounding open, all digits are used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Units of the target for one unit.

    Args:
        numerator: Of the quotient of two printed rates.
        denominator: Of the same; a common divisor may be left in.
        scaled: The quotient, cut to forty decimals, times ten to the fortieth.
    """

    numerator: int
    denominator: int
    scaled: int


def rate_of(exact: Fraction) -> Rate:
    """Return a rate with its cut form."""
    return _rate(exact.numerator, exact.denominator)


def _rate(numerator: int, denominator: int) -> Rate:
    return Rate(numerator=numerator, denominator=denominator, scaled=numerator * RATE_SCALE // denominator)


RateTable = dict[tuple[str, "date"], Rate]
"""(currency, service day) to the rate that converts it."""


def round_sum(terms: Iterable[tuple[int, Rate]], *, unit_micros: int) -> int:
    """Add products of amounts and rates exactly and round the sum half-even to a unit.

    Why: the denominators of thousands of daily rates multiply into numbers of ten thousand digits. Cut
    rates bound the sum first; only where a boundary lies inside the bound is it worked out in full.

    Args:
        terms: Amounts in micros, each with its rate.
        unit_micros: Smallest unit of the result, in micros.

    Returns:
        Micros, a multiple of the unit: the same as ``round`` of the exact sum.

    Example:
        >>> from fractions import Fraction
        >>> round_sum([(1_005_000, rate_of(Fraction(1)))], unit_micros=10_000)
        1000000
    """
    kept = [term for term in terms if term[0]]
    cut = sum(amount * rate.scaled for amount, rate in kept)
    above = sum(amount for amount, _ in kept if amount > 0)
    below = sum(amount for amount, _ in kept if amount < 0)
    lowest = _round_half_even(cut + below, unit_micros * RATE_SCALE)
    highest = _round_half_even(cut + above, unit_micros * RATE_SCALE)
    if lowest != highest:
        numerator, denominator = _add_exactly(kept)
        lowest = _round_half_even(numerator, denominator * unit_micros)
    return lowest * unit_micros


def _round_half_even(numerator: int, denominator: int) -> int:
    quotient, rest = divmod(numerator, denominator)
    return quotient + (2 * rest > denominator or (2 * rest == denominator and quotient % 2 == 1))


def _add_exactly(terms: list[tuple[int, Rate]]) -> tuple[int, int]:
    """Add by halves, so that few multiplications are long; no common divisor is ever looked for."""
    assert terms, "a sum of nothing needs no second look"
    if len(terms) == 1:
        ((amount, rate),) = terms
        return amount * rate.numerator, rate.denominator
    middle = len(terms) // 2
    left, right = _add_exactly(terms[:middle]), _add_exactly(terms[middle:])
    return left[0] * right[1] + right[0] * left[1], left[1] * right[1]


def minor_unit(currency: str) -> int:
    """Return a currency's smallest unit in micros.

    Example:
        >>> minor_unit("JPY"), minor_unit("USD"), minor_unit("KWD")
        (1000000, 10000, 1000)
    """
    return int(10 ** (6 - MINOR_DIGITS[currency]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """How amounts become one currency.

    Args:
        rates: Published and added rates.
        to: Target currency.
        day: None for each amount's own service day; a day to use that one for all.
    """

    rates: Rates
    to: str
    day: date | None = None

    def table(self, pairs: Iterable[tuple[str, date]]) -> RateTable:
        """Look up the rate of each (currency, service day) once.

        Raises:
            DebarError: DBR-M001, no rate for a currency on a day.
        """
        chosen = sorted(set(pairs))
        fixed = None if self.day is None else self.day
        found: dict[tuple[str, date], Rate] = {}
        for currency, day in chosen:
            key = (currency, fixed or day)
            if key not in found:
                found[key] = self._cross(*key)
        return {pair: found[pair[0], fixed or pair[1]] for pair in chosen}

    def _cross(self, currency: str, day: date) -> Rate:
        """Return a cross rate without looking for common divisors, of which thousands would cost time."""
        if currency == self.to:
            return _rate(1, 1)
        top, top_unit = _parts(self.rates.printed(self.to, day))
        bottom, bottom_unit = _parts(self.rates.printed(currency, day))
        return _rate(top * bottom_unit, bottom * top_unit)


def _parts(printed: str) -> tuple[int, int]:
    """Read a printed decimal as a quotient of two integers."""
    whole, _, decimals = printed.partition(".")
    return int(whole + decimals), 10 ** len(decimals)


@dataclass(frozen=True, slots=True, kw_only=True)
class CutSum:
    """A converted sum, made with cut rates: the exact one lies between ``cut + below`` and ``cut + above``.

    Args:
        cut: Sum of amounts times cut rates, over the scale of the rates.
        above: Sum of the positive amounts.
        below: Sum of the negative amounts.
    """

    cut: int = 0
    above: int = 0
    below: int = 0

    def times(self, weight: int) -> CutSum:
        """Return the sum times a weight that is not negative."""
        assert weight >= 0, "a negative weight would turn the bounds round"
        return CutSum(cut=weight * self.cut, above=weight * self.above, below=weight * self.below)

    def __add__(self, other: CutSum) -> CutSum:
        return CutSum(
            cut=self.cut + other.cut, above=self.above + other.above, below=self.below + other.below
        )

    def rounded(self, *, scale: int, unit_micros: int) -> int | None:
        """Round half-even to a unit; None where the cut rates leave the rounding open."""
        lowest = _round_half_even(self.cut + self.below, unit_micros * scale)
        highest = _round_half_even(self.cut + self.above, unit_micros * scale)
        return lowest * unit_micros if lowest == highest else None
