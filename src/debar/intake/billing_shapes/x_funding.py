"""X (Twitter) funding instruments and what was billed on them, as billing events.

Law: amounts are millionths of a unit in every currency, the yen too. An instrument says what stands
behind the money, its statistics what was delivered; a budget or a limit is never taken for money.
Source: the X Ads API's funding instruments, and its statistics of them in the metric group ``BILLING``.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from debar.intake.billing_shapes.rows import (
    BillingAccount,
    BillingRow,
    Gathering,
    ImportedBilling,
    came_before,
    conflict,
    day_of,
    micros_of,
    read_documents,
    share_rebates,
    unreadable,
    write_platform,
)
from debar.intake.files import refuse_full
from debar.model.money import format_micros
from debar.model.problem import Place

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

NAME: Final = "X funding instruments"

ARRANGEMENTS: Final = {
    "CREDIT_CARD": "threshold",
    "CREDIT_LINE": "credit line",
    "AGENCY_CREDIT_LINE": "credit line of an agency",
    "INSERTION_ORDER": "invoice",
    "PREPAID": "prepaid",
    "PREPAID_BALANCE": "prepaid",
}
"""Type of instrument to how its holder pays."""

_TAKEN_BACK: Final = {"delivered": "correction", "prepay": "prepay_return", "prepay_draw": "prepay"}
"""What a figure below zero means."""

_HOURS_IN_DAY: Final = 24


def import_x_funding(source: Path, out: Path) -> ImportedBilling:
    """Write X funding instruments and their statistics as a platform folder.

    Args:
        source: A JSON file, or a folder of them: responses for accounts, funding instruments, and statistics
            of the entity FUNDING_INSTRUMENT by hour or day. ``rebates.csv`` beside them is shared among
            the accounts of its payer.
        out: Folder to write; it must not exist, or be empty.

    Returns:
        What was written, with what the responses leave open. Of several states of one instrument the newest
        counts.

    Raises:
        DebarError: DBR-I051, the folder is not empty; DBR-I060, these are no such responses; DBR-I061, one id
            has two contents; DBR-I063, an amount is no whole number of micros.
    """
    refuse_full(out)
    read = _Responses(accounts={}, instruments={}, places={}, billed=defaultdict(dict))
    gathering = Gathering()
    paths: list[Path] = []
    statistics: list[tuple[Path, Mapping[str, Any]]] = []
    for path, document in read_documents(source):
        paths.append(path)
        statistics.extend((path, one) for one in _sort(gathering, read, document, path))
    for path, document in statistics:
        _statistics(read, document, path)
    for instrument_id in sorted(read.instruments):
        _instrument(gathering, read, instrument_id)
    for instrument_id in sorted(read.billed.keys() - read.instruments.keys()):
        raise unreadable(source, f"there are statistics of {instrument_id}, and no such funding instrument")
    share_rebates(gathering, source)
    return write_platform(gathering, out, name=NAME, command="x-funding", sources=paths)


@dataclass(slots=True, kw_only=True)
class _Responses:
    """What was read.

    Args:
        accounts: Account id to its document.
        instruments: Instrument id to its newest document.
        places: Instrument id to where that stood.
        billed: Instrument id to day to micros.
    """

    accounts: dict[str, Mapping[str, Any]]
    instruments: dict[str, Mapping[str, Any]]
    places: dict[str, Place]
    billed: dict[str, dict[date, int]]


def _sort(gathering: Gathering, read: _Responses, document: Any, path: Path) -> list[Mapping[str, Any]]:  # noqa: ANN401 - any JSON value
    """Sort a response's items; statistics are returned, since they need all accounts first."""
    if isinstance(document, list):
        return [one for part in document for one in _sort(gathering, read, part, path)]
    if not isinstance(document, dict) or "data" not in document:
        raise unreadable(path, "a response has request and data")
    data = document["data"]
    items = data if isinstance(data, list) else [data]
    params = (document.get("request") or {}).get("params") or {}
    if any("id_data" in one for one in items):
        return [document]
    for one in items:
        if "funded_amount_local_micro" in one or "credit_limit_local_micro" in one:
            _newest(gathering, read, {"account_id": params.get("account_id"), **one}, path)
        elif "id" in one and "name" in one:
            gathering.repeated += came_before(read.accounts, str(one["id"]), one, noun="account")
        else:
            raise unreadable(path, "its items are no accounts, funding instruments or statistics")
    return []


def _newest(gathering: Gathering, read: _Responses, document: Mapping[str, Any], path: Path) -> None:
    """Keep an instrument's newest state; two states of one moment must be the same."""
    name = str(document["id"])
    known = read.instruments.get(name)
    place = Place(file=path.name, value=name)
    if known is None or str(known.get("updated_at")) < str(document.get("updated_at")):
        read.instruments[name], read.places[name] = document, place
    elif known.get("updated_at") == document.get("updated_at"):
        gathering.repeated += came_before({name: known}, name, document, noun="funding instrument")


def _statistics(read: _Responses, document: Mapping[str, Any], path: Path) -> None:
    """Add up what was billed, a day of the account's own time zone."""
    params = (document.get("request") or {}).get("params") or {}
    granularity = str(params.get("granularity") or "DAY").upper()
    if granularity not in ("DAY", "HOUR"):
        raise unreadable(
            path, "statistics by DAY or HOUR say what was billed when; these are by " + granularity
        )
    for one in document["data"]:
        name = str(one["id"])
        place = Place(file=path.name, value=name)
        start = _local(params.get("start_time"), read, name, place=place)
        found: dict[date, int] = defaultdict(int)
        for part in one["id_data"]:
            billed = (part.get("metrics") or {}).get("billed_charge_local_micro") or []
            for at, value in enumerate(billed):
                days = at if granularity == "DAY" else (start.hour + at) // _HOURS_IN_DAY
                found[start.date() + timedelta(days=days)] += micros_of(
                    {"billed": value}, "billed", place=place
                )
        known = read.billed[name]
        for day, amount in found.items():
            if known.setdefault(day, amount) != amount:
                first, then = format_micros(known[day]), format_micros(amount)
                raise conflict("billed charge", f"{name} on {day}", first, then)


def _local(text: object, read: _Responses, instrument_id: str, *, place: Place) -> datetime:
    """Return a time on the clock of the instrument's account; UTC where its zone is not known."""
    day_of(text, place=place)
    moment = datetime.fromisoformat(str(text))
    account_id = str(read.instruments.get(instrument_id, {}).get("account_id"))
    zone = str(read.accounts.get(account_id, {}).get("timezone") or "UTC")
    try:
        return moment.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        return moment


def _instrument(gathering: Gathering, read: _Responses, instrument_id: str) -> None:
    """Turn an instrument into events: what was delivered on it, and for a prepaid one the money itself."""
    document, place = read.instruments[instrument_id], read.places[instrument_id]
    account_id = str(document.get("account_id") or "")
    account = read.accounts.get(account_id, {})
    gathering.accounts.setdefault(
        account_id,
        BillingAccount(
            account_id=account_id,
            name=str(account.get("name") or account_id),
            currency=str(document.get("currency") or ""),
            created_at=str(account.get("created_at") or ""),
        ),
    )
    arrangement = ARRANGEMENTS.get(str(document.get("type")), "")
    billed = dict(read.billed.get(instrument_id, {}))
    spent = _spent(document, place=place)
    if spent is not None and not billed:
        billed = {day_of(document.get("updated_at") or document.get("created_at"), place=place): spent}
        _find(gathering, place, f"{format_micros(spent)} {document.get('currency')} stand on its last day.")
    elif not billed:
        _find(gathering, place, "Nothing is counted: a budget, a card or a limit is no money.")
    elif spent is not None and spent != sum(billed.values()):
        _differ(gathering, place, spent, sum(billed.values()))
    for day, amount in sorted(billed.items()):
        gathering.add(_row(document, day, "delivered", amount))
        if arrangement == "prepaid":
            gathering.add(_row(document, day, "prepay_draw", amount))
    if arrangement == "prepaid":
        _prepaid(gathering, document, sum(billed.values()), place=place)
    if not arrangement:
        gathering.find(
            "DBR-I067",
            "a funding instrument's type is unknown",
            place=place,
            effect=f"{document.get('type')!r} says nothing about how its holder pays; delivery is counted.",
        )


def _spent(document: Mapping[str, Any], *, place: Place) -> int | None:
    """Return what a credit line says was spent on it; nothing for other instruments."""
    if "CREDIT_LINE" not in str(document.get("type")) or document.get("credit_remaining_local_micro") is None:
        return None
    limit = micros_of(document, "credit_limit_local_micro", place=place)
    return max(limit - micros_of(document, "credit_remaining_local_micro", place=place), 0)


def _find(gathering: Gathering, place: Place, effect: str) -> None:
    gathering.find(
        "DBR-I068",
        "a funding instrument has no daily figures",
        place=place,
        effect=effect,
        hint="add its statistics: entity FUNDING_INSTRUMENT, metric group BILLING, by DAY",
    )


def _differ(gathering: Gathering, place: Place, spent: int, billed: int) -> None:
    gathering.find(
        "DBR-I069",
        "a funding instrument and its daily figures differ",
        place=place,
        effect=f"It says {format_micros(spent)} were used, the days add up to {format_micros(billed)}:"
        " the days are counted.",
        hint="figures of other days, or payments in between, explain it",
    )


def _prepaid(gathering: Gathering, document: Mapping[str, Any], drawn: int, *, place: Place) -> None:
    funded = micros_of(document, "funded_amount_local_micro", place=place)
    day = day_of(document.get("start_time") or document.get("created_at"), place=place)
    gathering.add(_row(document, day, "prepay", funded))
    if drawn > funded:
        _differ(gathering, place, funded, drawn)


def _row(document: Mapping[str, Any], day: date, kind: str, amount: int) -> BillingRow:
    name, order = str(document["id"]), str(document.get("io_header") or "")
    words = ARRANGEMENTS.get(str(document.get("type")), str(document.get("type")))
    agency = (order or name) if document.get("type") == "AGENCY_CREDIT_LINE" else ""
    return BillingRow(
        event_id=f"x:{name}:{day}:{kind}",
        account_id=str(document.get("account_id") or ""),
        kind=kind if amount >= 0 else _TAKEN_BACK[kind],
        service_day=day,
        booked_at="",
        amount_micros=abs(amount),
        tax_micros=0,
        currency=str(document.get("currency") or ""),
        payer_account_id=agency,
        note=f"{words}, insertion order {order}" if order else words,
    )
