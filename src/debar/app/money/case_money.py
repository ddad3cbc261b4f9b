"""The money of a case: earned where there is billing, stated spend where there is only an archive.

Law: stated spend is never called earned, never converted, never added across currencies.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from debar.ledger.earned import earned
from debar.ledger.stated import stated_spend
from debar.model.money import format_micros
from debar.model.problem import DebarError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from debar.app.opening import Opened
    from debar.cases.case import MoneyStanding
    from debar.model.rates import Rates

CERTAIN = frozenset({"named", "confirmed"})
IN_PLAN = CERTAIN | {"likely"}
ALL_ASKED = IN_PLAN | {"possible"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMoney:
    """The money blocks of a plan.

    Args:
        block: The plan's ``earned``.
        members: Account id to the member's ``earned``.
    """

    block: Mapping[str, Any]
    members: Mapping[str, Mapping[str, Any]]


def has_billing(opened: Opened) -> bool:
    """Tell whether the platform hands over billing at all; an archive does not."""
    return bool(opened.engine.rows("SELECT 1 FROM billing LIMIT 1"))


def case_money(
    opened: Opened,
    standings: Mapping[str, MoneyStanding],
    *,
    rates: Rates,
    to: str,
    as_of: date | None,
    cut_off: date,
    p_owner: Mapping[str, int],
    also: Sequence[str],
) -> CaseMoney:
    """Account for the members of a case.

    Where a rate is missing, the amounts stay in their own currencies and the plan says which rate it was:
    money without a rate must not stop a ban.

    Args:
        opened: The platform.
        standings: Account id to named, confirmed, likely, possible or cleared.
        rates: Exchange rates.
        to: Currency of the totals, where there is billing.
        as_of: Last booked day that counts; None for all.
        cut_off: The decision's day.
        p_owner: Account id to its probability in millionths.
        also: Further currencies.
    """
    if not has_billing(opened):
        return stated_money(opened, standings)
    ask = partial(
        earned,
        opened.engine,
        standings,
        rates=rates,
        as_of=as_of,
        cut_off=cut_off,
        revenue_basis=opened.policy.revenue_basis,
        p_owner=p_owner,
    )
    missing = {}
    try:
        report = ask(to=to, also=also)
    except DebarError as error:
        if error.code != "DBR-M001":
            raise
        report = ask(to=None)
        missing = {"unconverted": error.what}
    return CaseMoney(
        block={"basis": "earned", **report.plan_block(), **missing},
        members={account: report.member_block(account) for account in standings},
    )


def stated_money(opened: Opened, standings: Mapping[str, MoneyStanding]) -> CaseMoney:
    """Return stated spend in the shape of a plan's money.

    The totals are in the currency in which most of the accounts state a spend; other currencies stand beside
    it. ``converted`` repeats the amount of that one currency: nothing is converted. The amounts are the low
    ends; a high end that is open adds nothing.
    """
    report = stated_spend(opened.engine, list(standings))
    used: dict[str, int] = {}
    for one in report.by_account:
        used[one.currency] = used.get(one.currency, 0) + 1
    currency = max(sorted(used), key=lambda code: used[code]) if used else "USD"
    low: dict[str, dict[str, int]] = {account: {} for account in standings}
    high: dict[str, dict[str, int]] = {account: {} for account in standings}
    for one in report.by_account:
        low[one.account_id][one.currency] = one.low_micros
        high[one.account_id][one.currency] = max(one.low_micros, one.high_micros)

    def total(amounts: Mapping[str, Mapping[str, int]], chosen: frozenset[str], code: str) -> str:
        return format_micros(
            sum(amounts[a].get(code, 0) for a, standing in standings.items() if standing in chosen)
        )

    bounds = {
        code: {
            "low": total(low, CERTAIN, code),
            "likely": total(low, IN_PLAN, code),
            "high": total(high, ALL_ASKED, code),
        }
        for code in sorted(used)
    }
    zero = {"low": "0.000000", "likely": "0.000000", "high": "0.000000"}
    block = {
        "basis": "stated spend",
        "as_of": None,
        "currency": currency,
        "policy": "as stated",
        **bounds.get(currency, zero),
        "by_currency": bounds,
        "rates_sha256": "",
        "rates_source": "",
        "status": "stated",
        "final_on": None,
        "also": {},
    }
    members = {
        account: {
            "by_currency": {code: format_micros(micros) for code, micros in sorted(amounts.items())},
            "converted": {"currency": currency, "amount": format_micros(amounts.get(currency, 0))},
        }
        for account, amounts in low.items()
    }
    return CaseMoney(block=block, members=members)
