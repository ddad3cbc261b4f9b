"""The currencies and their minor units."""

from __future__ import annotations

from babel.numbers import get_currency_precision

from debar.model.currencies import MINOR_DIGITS

ENDED = {
    "BYR",
    "CYP",
    "EEK",
    "HRK",
    "LTL",
    "LVL",
    "MRO",
    "MTL",
    "SIT",
    "SKK",
    "STD",
    "TRL",
    "VEF",
    "ZMK",
    "ZWL",
}
CASH_ONLY = {"AFN", "ALL", "IQD", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SLL", "SOS", "SYP", "YER"}
"""CLDR rounds these to whole units because coins are gone; ISO 4217 still gives them decimals."""


def test_digits_agree_with_another_source() -> None:
    """The digits are those of CLDR, but where CLDR follows what cash is still in use."""
    known = {code: digits for code, digits in MINOR_DIGITS.items() if code not in ENDED | CASH_ONLY}
    differing = {
        code: get_currency_precision(code) for code in known if get_currency_precision(code) != known[code]
    }
    assert differing == {}


def test_codes_are_three_capitals() -> None:
    """Every code is three ASCII capitals, and ended ones stay: old billing names them."""
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in MINOR_DIGITS)
    assert MINOR_DIGITS.keys() >= ENDED
