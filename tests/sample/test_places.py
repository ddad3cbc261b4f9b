from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from debar.evidence.normalise import normalise
from debar.model.currencies import MINOR_DIGITS
from debar.sample.places import COUNTRIES, phone

if TYPE_CHECKING:
    from debar.model.rates import Rates


def test_every_currency_has_rates(rates: Rates) -> None:
    """The ECB published a rate for every currency of the world on every day of it."""
    for currency in {country.currency for country in COUNTRIES}:
        assert currency in MINOR_DIGITS
        assert rates.per_euro(currency, date(2011, 1, 3)) > 0
        assert rates.per_euro(currency, date(2018, 1, 15)) > 0


@pytest.mark.parametrize("country", ["US", "FR", "AU", "RU", "JP"])
def test_phones_are_different_and_readable(country: str) -> None:
    """A thousand running numbers give a thousand telephone numbers that intake accepts."""
    found = {normalise("phone", phone(country, number), country=country).value for number in range(1, 1_001)}
    assert len(found) == 1_000
