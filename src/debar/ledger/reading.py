"""The few sums about a case that leave the engine.

Law: the engine adds, over all events; Python sees one row an account and currency at most.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from debar.ledger.kinds import EARNED_SIGN
from debar.ledger.postings import EVENTS, POSTINGS, known, postings_step, quote_all
from debar.ledger.report import Basis, Kept, OverCredited, RevenueBasis
from debar.model.step import Step, quote_identifier

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from debar.model.ports import Engine
    from debar.model.window import Window


def signed(revenue_basis: RevenueBasis) -> str:
    """Return an event's part in the figure as an expression over ``b``: income less givebacks, or income."""
    income = quote_all(kind for kind, sign in EARNED_SIGN.items() if sign > 0)
    contra = quote_all(kind for kind, sign in EARNED_SIGN.items() if sign < 0)
    minus = f" WHEN b.kind IN ({contra}) THEN -b.amount_micros" if revenue_basis == "net" else ""
    return f"CASE WHEN b.kind IN ({income}) THEN b.amount_micros{minus} ELSE 0 END"


def conditions(
    *, as_of: date | None, window: Window | None, basis: Basis, every_kind: bool = False
) -> tuple[str, dict[str, Any]]:
    """Return the WHERE text over ``b`` and its values; one plain comparison each, so that scans stay fast."""
    parts = ["TRUE"] if every_kind else [f"b.kind IN ({quote_all(EARNED_SIGN)})"]
    values: dict[str, Any] = {}
    if as_of is not None:
        parts.append(known("b"))
        values["before"] = as_of + timedelta(days=1)
    if window is not None:
        parts.append(f"{day_of(basis)} BETWEEN $start AND $end")
        values.update(start=window.start, end=window.end)
    return " AND ".join(parts), values


def day_of(basis: Basis) -> str:
    """Return the day that a report counts by, as an expression over ``b``."""
    if basis == "service day":
        return "b.service_day"
    return "CAST(coalesce(b.booked_at, CAST(b.service_day AS TIMESTAMP)) AS DATE)"


def year_of(basis: Basis) -> str:
    """Return that day's year, as an expression over ``b``."""
    return f"CAST(EXTRACT(YEAR FROM {day_of(basis)}) AS INTEGER)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The last booked day, and the last day on which service was given or a card charged."""

    last_booked: date | None
    last_charge: date | None


def find_days(engine: Engine) -> Days:
    """Find the days on which a report's status rests."""
    ((booked, served, charged),) = engine.rows(
        "SELECT MAX(CAST(booked_at AS DATE)),"
        " MAX(CASE WHEN kind IN ('delivered', 'fee', 'breakage') THEN service_day END),"
        " MAX(CASE WHEN kind IN ('payment', 'prepay') THEN CAST(booked_at AS DATE) END)"
        f" FROM {quote_identifier(EVENTS)}"
    )
    charges = [day for day in (served, charged) if day is not None]
    return Days(last_booked=booked, last_charge=max(charges) if charges else None)


DAYS: Final = "ledger_days"
"""What each account brought in a market, currency and day: one row each, as far as the report counts it.

Columns: account_id; market (empty where the books do not say); currency; service_day (its rate converts);
year (of the day that the report counts by); delivered_micros and earned_micros (BIGINT, never NULL).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseBooks:
    """The sums of a case.

    Args:
        by_kind: (account id, currency) to billing kind to its sum, as billed.
        earned: (account id, currency) to the figure of the revenue basis.
        kept: (account id, currency) to its open balances; None in a window.
        disputes: (account id, currency) to what is in open disputes and the last one's service day.
        over_credited: Months in which more was given back than earned.
        basis: What the days are.
        where: Condition under which events counted.
        values: Its bound values.
    """

    by_kind: Mapping[tuple[str, str], Mapping[str, int]]
    earned: Mapping[tuple[str, str], int]
    kept: Mapping[tuple[str, str], Kept] | None
    disputes: Mapping[tuple[str, str], tuple[int, date]]
    over_credited: tuple[OverCredited, ...]
    basis: Basis
    where: str
    values: Mapping[str, Any]


def read_books(
    engine: Engine, *, window: Window | None, basis: Basis, revenue_basis: RevenueBasis
) -> CaseBooks:
    """Read the sums of the chosen events out of the engine.

    Args:
        engine: Holds the tables of :func:`debar.ledger.postings.events_step` and the members.
        window: Days that count; None for all, and only then are there balances.
        basis: What the window's days are.
        revenue_basis: What the figure is.

    Returns:
        The sums.
    """
    where, values = conditions(as_of=None, window=window, basis=basis)
    engine.run(days_step(where, values, basis=basis, revenue_basis=revenue_basis))
    if window is None:
        engine.run(postings_step())
    return CaseBooks(
        by_kind=_by_kind(engine, where, values),
        earned=_earned(engine),
        kept=_kept(engine) if window is None else None,
        disputes=_disputes(engine) if window is None else {},
        over_credited=_over_credited(engine, where, values),
        basis=basis,
        where=where,
        values=values,
    )


def days_step(
    where: str, values: Mapping[str, Any], *, basis: Basis, revenue_basis: RevenueBasis, name: str = DAYS
) -> Step:
    """Return the step that makes :data:`DAYS` from the events that count."""
    day_columns = f"b.account_id, coalesce(b.market, ''), b.currency, b.service_day, {year_of(basis)}"
    return Step(
        name=name,
        sql=(
            "SELECT b.account_id, coalesce(b.market, '') AS market, b.currency, b.service_day,"
            f" {year_of(basis)} AS year,"
            " CAST(SUM(CASE WHEN b.kind = 'delivered' THEN b.amount_micros ELSE 0 END) AS BIGINT)"
            f" AS delivered_micros, CAST(SUM({signed(revenue_basis)}) AS BIGINT) AS earned_micros"
            f" FROM {quote_identifier(EVENTS)} AS b WHERE {where} GROUP BY {day_columns}"
        ),
        parameters=values,
    )


def _earned(engine: Engine) -> dict[tuple[str, str], int]:
    rows = engine.rows(
        "SELECT account_id, currency, CAST(SUM(earned_micros) AS DECIMAL(38,0))"
        f" FROM {quote_identifier(DAYS)} GROUP BY account_id, currency ORDER BY 1, 2"
    )
    return {(account_id, currency): int(amount) for account_id, currency, amount in rows}


def _by_kind(engine: Engine, where: str, values: Mapping[str, Any]) -> dict[tuple[str, str], dict[str, int]]:
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for account_id, currency, kind, amount in engine.rows(
        "SELECT b.account_id, b.currency, b.kind, CAST(SUM(b.amount_micros) AS DECIMAL(38,0))"
        f" FROM {quote_identifier(EVENTS)} AS b WHERE {where}"
        " GROUP BY b.account_id, b.currency, b.kind ORDER BY 1, 2, 3",
        values,
    ):
        found[account_id, currency][kind] = int(amount)
    return found


_POSITIONS: Final = {
    "Assets:Receivable": "receivable_micros",
    "Assets:Unbilled": "unbilled_micros",
    "Assets:Disputed": "disputed_micros",
    "Expenses:BadDebt": "bad_debt_micros",
    "Liabilities:Rebate": "rebate_owed_micros",
    "Liabilities:RefundOwed": "refund_owed_micros",
    "Assets:Cash": "cash_micros",
    "Expenses:ChargebackFee": "chargeback_fee_micros",
    "Liabilities:Prepaid": "prepaid_micros",
    "Liabilities:SalesTax": "tax_micros",
}
_WITH_TAX: Final = frozenset(
    {"receivable_micros", "unbilled_micros", "disputed_micros", "rebate_owed_micros", "refund_owed_micros"}
)


def _kept(engine: Engine) -> dict[tuple[str, str], Kept]:
    """Read the balances of each account and currency, and take the tax out of those that carry it.

    Why: an unpaid invoice holds tax that is neither earned nor kept. The tax inside a balance is the
    share of the tax that went into it; cash movements do not state theirs.
    """
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for account_id, currency, ledger_account, balance, stated, tax in engine.rows(
        "SELECT account_id, currency, ledger_account, CAST(SUM(amount_micros) AS DECIMAL(38,0)),"
        " CAST(SUM(CASE WHEN tax_micros IS NULL THEN 0 ELSE amount_micros END) AS DECIMAL(38,0)),"
        " CAST(SUM(coalesce(tax_micros, 0)) AS DECIMAL(38,0))"
        f" FROM {quote_identifier(POSTINGS)} GROUP BY account_id, currency, ledger_account ORDER BY 1, 2, 3"
    ):
        name = _POSITIONS.get(ledger_account)
        if name is None:
            continue
        sign = -1 if ledger_account.startswith("Liabilities:") else 1
        amount = sign * int(balance)
        lines = found[account_id, currency]
        if name in _WITH_TAX:
            inside = _tax_inside(amount, stated=sign * int(stated), tax=sign * int(tax))
            toward = -1 if sign == 1 else 1
            lines["tax_micros"] = lines.get("tax_micros", 0) + toward * inside
            amount -= inside
        lines[name] = lines.get(name, 0) + amount
    return {key: Kept(**lines) for key, lines in found.items()}


def _tax_inside(balance: int, *, stated: int, tax: int) -> int:
    """Return the tax inside a balance, in proportion to what is stated of it."""
    if stated == 0 or tax == 0:
        return 0
    return round(balance * min(max(Fraction(tax, stated), Fraction(0)), Fraction(1)))


def _disputes(engine: Engine) -> dict[tuple[str, str], tuple[int, date]]:
    """Find open disputes, without tax, and the service day of the last one opened."""
    rows = engine.rows(
        "SELECT account_id, currency, CAST(SUM(amount_micros - coalesce(tax_micros, 0)) AS DECIMAL(38,0)),"
        " MAX(CASE WHEN kind = 'chargeback_open' THEN service_day END)"
        f" FROM {quote_identifier(POSTINGS)} WHERE ledger_account = 'Assets:Disputed'"
        " GROUP BY account_id, currency HAVING SUM(amount_micros) > 0 ORDER BY 1, 2"
    )
    return {(account_id, currency): (int(amount), day) for account_id, currency, amount, day in rows}


def _over_credited(engine: Engine, where: str, values: Mapping[str, Any]) -> tuple[OverCredited, ...]:
    income = quote_all(kind for kind, sign in EARNED_SIGN.items() if sign > 0)
    plus = f"SUM(CASE WHEN b.kind IN ({income}) THEN b.amount_micros ELSE 0 END)"
    minus = f"SUM(CASE WHEN b.kind IN ({income}) THEN 0 ELSE b.amount_micros END)"
    year, month = (f"CAST(EXTRACT({part} FROM b.service_day) AS INTEGER)" for part in ("YEAR", "MONTH"))
    rows = engine.rows(
        f"SELECT b.account_id, b.currency, {year}, {month},"
        f" CAST({plus} AS DECIMAL(38,0)), CAST({minus} AS DECIMAL(38,0))"
        f" FROM {quote_identifier(EVENTS)} AS b WHERE {where}"
        f" GROUP BY b.account_id, b.currency, {year}, {month} HAVING {minus} > {plus} ORDER BY 1, 2, 3, 4",
        values,
    )
    return tuple(
        OverCredited(
            account_id=account_id,
            currency=currency,
            month=f"{year_number:04d}-{month_number:02d}",
            income_micros=int(income_micros),
            given_back_micros=int(given_back_micros),
        )
        for account_id, currency, year_number, month_number, income_micros, given_back_micros in rows
    )
