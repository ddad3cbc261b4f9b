"""Rates that an operator adds where the ECB publishes none: signed, and checked before they count.

Law: a rate counts only under the signature of a key that the register enrolled; its digest and source go into
every figure that rests on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from debar.app.answer import Answer
from debar.app.applying import enrolled_keys
from debar.model.problem import EXIT_REFUSED, DebarError, Place
from debar.model.rates import AddedRate
from debar.plans.approval import enrolled
from debar.register.address import open_register
from debar.stores.keys import load_signer
from debar.stores.rates import read_signed_rates, shipped_rates, sign_rate, write_signed_rates

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from debar.app.opening import Setting
    from debar.model.rates import Rates


def rates_of(setting: Setting, path: Path | None) -> Rates:
    """Return the shipped rates, with those of a file of signed ones.

    Raises:
        DebarError: DBR-A019, a row was changed after it was signed, or names somebody else than its key's
            owner; DBR-P004, its key is not enrolled; DBR-M002, it would replace a published rate.
    """
    if path is None:
        return shipped_rates()
    signed = read_signed_rates(path)
    with open_register(setting.register_address(), read_only=True) as register:
        keys = enrolled_keys(register)
    for number, one in enumerate(signed, start=1):
        owner = enrolled(keys, one.public_key).name
        if owner != one.rate.added_by or not one.holds():
            raise DebarError(
                "DBR-A019",
                f"the signature does not vouch for the rate of {one.rate.currency} on {one.rate.day}",
                place=Place(file=path.name, record=number),
                hint="add it again with debar rates add; a row that was changed by hand counts for nothing",
                exit_code=EXIT_REFUSED,
            )
    return shipped_rates().extended(one.rate for one in signed)


def add_rate(
    setting: Setting, path: Path, *, currency: str, day: date, per_euro: str, source: str, key: Path
) -> Answer:
    """Sign a rate and add it to a file; the file is made where there is none.

    Raises:
        DebarError: As :func:`rates_of`, for this rate and for those that stand there.
    """
    signer = load_signer(key)
    with open_register(setting.register_address(), read_only=True) as register:
        owner = enrolled(enrolled_keys(register), signer.public_key).name
    rate = AddedRate(currency=currency, day=day, per_euro=per_euro, source=source, added_by=owner)
    before = read_signed_rates(path) if path.exists() else ()
    rates = shipped_rates().extended([*(one.rate for one in before), rate])
    write_signed_rates(path, [*before, sign_rate(rate, signer)])
    document = {"file": str(path), "rate": rate.as_json(), "rates_sha256": rates.sha256}
    return Answer(document=document, text=f"{path}: {per_euro} {currency} for one euro, {rate}")
