"""What lowers and raises earnings after an ad was shown: coupons, credit notes, rebates, disputes.

Law: every change answers a delivery that is large enough for it, and the cash that follows it is written
too; the US delivery of 2016 is never touched.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from debar.sample.books import Delivery, dispute, event
from debar.sample.sheet import day, instant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from debar.sample.sheet import Account, Sheet

SIGNS: Final = {
    "delivered": 1, "fee": 1, "breakage": 1, "correction_up": 1,
    "invalid_traffic": -1, "overdelivery": -1, "correction": -1, "refund": -1, "promo": -1, "rebate": -1,
    "chargeback_lost": -1,
}  # fmt: skip
"""How each kind counts towards earned; kinds that are not here only move money."""


CREDIT_NOTES: Final = ("refund", "invalid_traffic", "correction")
"""Kinds that are paid back; here on a 28th, when the month's invoices are paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that lowered or raised what an account earned the platform.

    Args:
        label: The account.
        kind: Billing kind; a chargeback by how it ended.
        on: Service day, or the day near which it is.
        delay: Days until it was known.
        minor: Amount in minor units.
        currency: ISO 4217.
        note: What the books say.
    """

    label: str
    kind: str
    on: str
    delay: int
    minor: int
    currency: str
    note: str


def _read_changes(table: str) -> tuple[Change, ...]:
    found = []
    for line in table.strip().splitlines():
        label, kind, on, delay, minor, currency, *note = line.split(maxsplit=6)
        found.append(
            Change(
                label=label,
                kind=kind,
                on=on,
                delay=int(delay),
                minor=int(minor.replace("_", "")),
                currency=currency,
                note=note[0] if note else "",
            )
        )
    return tuple(found)


_AT_ONCE: Final = _read_changes("""
house promo 2011-02-14 1 200_00 USD welcome coupon
america promo 2012-05-02 1 600_00 USD launch credit
deutsch overdelivery 2015-09-14 1 41_30 EUR
performance correction_up 2015-02-12 1 95_00 USD unbilled day
ruptly fee 2016-05-09 1 64_20 EUR regulatory operating cost
""")
"""Changes that the invoice of the month already took in."""

BY_THEN: Final = _read_changes("""
rt refund 2013-06-11 70 350_40 USD campaign ended early
rt invalid_traffic 2015-11-20 75 218_75 USD
espanol rebate 2013-12-09 90 7_374_41 MXN agency volume bonus
uk invalid_traffic 2015-03-17 70 112_60 GBP
arabic correction 2014-04-08 80 120_00 USD wrong price per follower
russian breakage 2016-11-30 33 4_120_00 RUB balance expired
clips refund 2016-08-30 75 80_00 USD paused by the advertiser
business chargeback_lost 2014-08-05 60 140_00 USD
redline chargeback_won 2016-06-20 60 210_25 USD
""")
"""Changes that were known on the day of the decision."""

LATER: Final = _read_changes("""
rt invalid_traffic 2017-10-18 28 204_30 USD learnt after the decision
america refund 2017-09-27 54 150_00 USD learnt after the decision
uk invalid_traffic 2017-10-05 60 88_20 GBP learnt after the decision
espanol rebate 2014-03-10 1400 4_000_00 MXN learnt after the decision
desk chargeback_lost 2017-07-11 130 115_00 USD
""")
"""Changes that came later: they change the total of later days, never that of the day."""


def _original(sheet: Sheet, account: Account, change: Change, *, on: int) -> tuple[int, str, str]:
    """Find the delivery that a change answers: the nearest one that is large enough.

    Returns:
        Its service day, market and event id; the day that was asked for, without the others, where the
        account has no such delivery. US delivery of 2016 is left alone: its sum is public record.
    """
    found = [
        (abs(day(row[3]) - on), row[0], day(row[3]), row[8])
        for row in sheet.billing
        if row[1] == account.account_id
        and row[2] == "delivered"
        and row[5] == change.currency
        and int(row[4].replace(".", "")) >= change.minor
        and not (row[8] == "US" and row[3][:4] == "2016")
    ]
    if not found:
        return on, "", ""
    _, event_id, service_day, market = min(found)
    return service_day, market, event_id


def write_change(sheet: Sheet, cast: Mapping[str, Account], change: Change) -> None:
    """Write a change that came after the invoice, and the cash that follows it."""
    account = cast[change.label]
    on, market, event_id = _original(sheet, account, change, on=day(change.on))
    known = max(on + change.delay, day(change.on) + change.delay)
    if change.kind in CREDIT_NOTES:
        known = date.fromordinal(known).replace(day=28).toordinal()
    if change.kind in ("chargeback_won", "chargeback_lost"):
        dispute(
            sheet, account, on, change.minor, change.currency, known=known,
            won=change.kind == "chargeback_won", reverses=event_id,
        )  # fmt: skip
        return
    payer = cast["agency"].account_id if change.kind == "rebate" else ""
    if change.kind == "breakage":
        event(
            sheet, account, "prepay", day=on - 200, minor=change.minor, currency=change.currency,
            booked=instant(on - 200, 41_000),
        )  # fmt: skip
    event(
        sheet, account, change.kind, day=on, minor=change.minor, currency=change.currency,
        booked=instant(known, 40_000), market=market, payer=payer, reverses=event_id, note=change.note,
    )  # fmt: skip
    if change.kind in CREDIT_NOTES:
        event(
            sheet, account, "refund_paid", day=known + 4, minor=change.minor, currency=change.currency,
            booked=instant(known + 4, 41_000),
        )  # fmt: skip


def before_invoice(
    sheet: Sheet, account: Account, budget: tuple[str, str], deliveries: Sequence[Delivery]
) -> dict[int, int]:
    """Write the coupons and fees of a budget, which is a label and a currency.

    Returns:
        First day of a month to the minor units by which its invoice changes.
    """
    changed: dict[int, int] = defaultdict(int)
    for change in _AT_ONCE:
        if (change.label, change.currency) != budget:
            continue
        large = [d for d in deliveries if d.minor >= change.minor]
        on = min(large, key=lambda d: abs(d.day - day(change.on)))
        event(
            sheet, account, change.kind, day=on.day, minor=change.minor, currency=change.currency,
            market=on.market, note=change.note,
        )  # fmt: skip
        changed[month_of(on.day)] += SIGNS[change.kind] * change.minor
    return changed


def month_of(ordinal: int) -> int:
    """Return the ordinal of the first day of a day's month."""
    return date.fromordinal(ordinal).replace(day=1).toordinal()
