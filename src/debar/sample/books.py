"""How the invented platform bills: months of delivery, credit notes, invoices and what was paid.

Law: amounts are whole minor units of one currency; every row that is written could stand in a real ledger,
and its books close.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from debar.sample.places import BY_CODE
from debar.sample.sheet import instant, iso, money

if TYPE_CHECKING:
    from collections.abc import Sequence

    from debar.sample.draws import Draws
    from debar.sample.sheet import Account, Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Ads of one account shown on one day.

    Args:
        day: Ordinal of the service day.
        minor: Price in minor units.
        market: Country served, or empty.
        ad_id: The ad, or empty.
    """

    day: int
    minor: int
    market: str
    ad_id: str = ""


BOOKED_SECOND: Final = 86_400 + 11_520
"""Delivery is booked on the next day at 03:12."""


def event(  # noqa: PLR0913 - one row, its columns by name
    sheet: Sheet,
    account: Account,
    kind: str,
    *,
    day: int,
    minor: int,
    currency: str,
    booked: str = "",
    tax: int = 0,
    market: str = "",
    ad_id: str = "",
    payer: str = "",
    reverses: str = "",
    note: str = "",
) -> str:
    """Write one billing event and return its id."""
    event_id = f"b{len(sheet.billing) + 1:07d}"
    sheet.billing.append(
        (
            event_id,
            account.account_id,
            kind,
            iso(day),
            money(minor, currency),
            currency,
            booked or instant(day, BOOKED_SECOND),
            money(tax, currency),
            market,
            ad_id,
            payer,
            reverses,
            note,
        )
    )
    return event_id


def deliver(
    sheet: Sheet, account: Account, deliveries: Sequence[Delivery], currency: str, payer: str = ""
) -> list[str]:
    """Write the delivery of some days; return the event ids."""
    return [
        event(
            sheet, account, "delivered", day=d.day, minor=d.minor, currency=currency, market=d.market,
            ad_id=d.ad_id, payer=payer,
        )
        for d in deliveries
    ]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What a month came to, before it is invoiced.

    Args:
        end: Ordinal of the day on which it is invoiced, after its last service day.
        net: Minor units that are still to be billed.
        first_event: Event id of its first delivery.
        first: That delivery.
        currency: ISO 4217.
        payer: Account id of whoever pays instead, or empty.
    """

    end: int
    net: int
    first_event: str
    first: Delivery
    currency: str
    payer: str = ""


def invoice(sheet: Sheet, account: Account, month: Month, *, tax_percent: int, paid_after: int | None) -> int:
    """Invoice a month and, unless it was never paid, pay it.

    Args:
        sheet: Where the rows go.
        account: Who is billed.
        month: What is billed.
        tax_percent: Sales tax on top.
        paid_after: Days until the payment; None writes the invoice off after half a year.

    Returns:
        The tax, in minor units.
    """
    tax = month.net * tax_percent // 100
    event(
        sheet, account, "invoice", day=month.end, minor=month.net, currency=month.currency, tax=tax,
        booked=instant(month.end, 64_800), payer=month.payer,
    )  # fmt: skip
    if paid_after is None:
        event(
            sheet, account, "write_off", day=month.end + 180, minor=month.net, currency=month.currency,
            tax=tax, booked=instant(month.end + 180, 43_200), note="never paid",
        )  # fmt: skip
    else:
        event(
            sheet, account, "payment", day=month.end + paid_after, minor=month.net + tax,
            currency=month.currency, booked=instant(month.end + paid_after, 32_400), payer=month.payer,
        )  # fmt: skip
    return tax


def _before_invoice(sheet: Sheet, draws: Draws, account: Account, month: Month) -> int:
    """Write what changes a month before it is billed; return what is left to bill."""
    net, first = month.net, month.first
    rows = []
    if draws.chance(35):
        rows.append(("promo", first.minor // 2, "welcome coupon"))
    if draws.chance(12):
        rows.append(("overdelivery", first.minor // 10, ""))
    if draws.chance(15):
        rows.append(("fee", net // 50, "regulatory operating cost"))
    if draws.chance(6):
        rows.append(("correction_up", first.minor // 5, "price corrected"))
    for kind, minor, note in rows:
        if minor == 0:
            continue
        event(
            sheet, account, kind, day=first.day, minor=minor, currency=month.currency, market=first.market,
            reverses=month.first_event if kind == "overdelivery" else "", note=note,
        )  # fmt: skip
        net += minor if kind in ("fee", "correction_up") else -minor
    return net


def _after_payment(sheet: Sheet, draws: Draws, account: Account, month: Month, *, tax_percent: int) -> None:
    """Write what a platform learns after a month was paid: credit notes, rebates, disputes."""
    first, known = month.first, month.end + draws.between(30, 60)
    minor = first.minor * draws.between(5, 60) // 100
    if minor == 0:
        return
    tax = minor * tax_percent // 100
    if draws.chance(40):
        kind = draws.pick(("invalid_traffic", "invalid_traffic", "refund", "correction"))
        event(
            sheet, account, kind, day=first.day, minor=minor, currency=month.currency, tax=tax,
            market=first.market, booked=instant(known, 39_600), reverses=month.first_event,
        )  # fmt: skip
        event(
            sheet, account, "refund_paid", day=known + 5, minor=minor + tax, currency=month.currency,
            booked=instant(known + 5, 39_600),
        )  # fmt: skip
    elif month.payer and draws.chance(150):
        event(
            sheet, account, "rebate", day=first.day, minor=month.net // 25 or 1, currency=month.currency,
            booked=instant(known, 50_400), payer=month.payer, note="agency volume bonus",
        )  # fmt: skip
    elif tax_percent == 0 and draws.chance(12):
        dispute(
            sheet, account, first.day, minor, month.currency, known=known, won=draws.chance(400),
            reverses=month.first_event,
        )  # fmt: skip


def dispute(
    sheet: Sheet,
    account: Account,
    day: int,
    minor: int,
    currency: str,
    *,
    known: int,
    won: bool,
    reverses: str = "",
) -> None:
    """Write a card dispute: opened, then won or lost, with the network's fee when lost."""
    event(
        sheet, account, "chargeback_open", day=day, minor=minor, currency=currency,
        booked=instant(known, 36_000), reverses=reverses,
    )  # fmt: skip
    end = known + 70
    event(
        sheet, account, "chargeback_won" if won else "chargeback_lost", day=day, minor=minor,
        currency=currency, booked=instant(end, 36_000), reverses=reverses,
    )  # fmt: skip
    if not won:
        event(
            sheet, account, "chargeback_fee", day=end, minor=1_500, currency=currency,
            booked=instant(end, 36_060),
        )  # fmt: skip


def bill_month(
    sheet: Sheet, draws: Draws, account: Account, deliveries: Sequence[Delivery], *, end: int
) -> None:
    """Bill one month of an ordinary account, with what happens to ordinary accounts."""
    currency, payer = account.currency, account.works_with
    events = deliver(sheet, account, deliveries, currency, payer)
    month = Month(
        end=end,
        net=sum(d.minor for d in deliveries),
        first_event=events[0],
        first=deliveries[0],
        currency=currency,
        payer=payer,
    )
    net = _before_invoice(sheet, draws, account, month)
    if net <= 0:
        return
    month = Month(
        end=end, net=net, first_event=events[0], first=deliveries[0], currency=currency, payer=payer
    )
    tax_percent = BY_CODE[account.country].tax_percent
    paid_after = None if draws.chance(8) else draws.between(2, 25)
    invoice(sheet, account, month, tax_percent=tax_percent, paid_after=paid_after)
    if paid_after is not None:
        _after_payment(sheet, draws, account, month, tax_percent=tax_percent)


def bill_prepaid(
    sheet: Sheet, draws: Draws, account: Account, deliveries: Sequence[Delivery], *, end: int
) -> None:
    """Bill one month of an account that pays in advance; the rest is returned, or expires."""
    currency = account.currency
    net = sum(d.minor for d in deliveries)
    step = 100_00
    put_in = (net // step + 1) * step
    begun = deliveries[0].day - 1
    event(sheet, account, "prepay", day=begun, minor=put_in, currency=currency, booked=instant(begun, 30_000))
    deliver(sheet, account, deliveries, currency)
    for d in deliveries:
        event(sheet, account, "prepay_draw", day=d.day, minor=d.minor, currency=currency)
    rest = put_in - net
    kind = "breakage" if draws.chance(150) else "prepay_return"
    event(sheet, account, kind, day=end, minor=rest, currency=currency, booked=instant(end, 70_000))
