"""What was earned, as values: waterfalls, accounts, bounds, years, markets, and one JSON form.

Law: a report carries all that is needed to make it again: as-of day, window, policy, and the digest of
the rates. Money in JSON is a decimal string with six decimals.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from debar.ledger.kinds import EARNED_SIGN
from debar.model.money import format_micros

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from debar.model.window import Window

Standing = Literal["named", "confirmed", "likely", "possible", "cleared"]
Basis = Literal["service day", "booked day"]
RatePolicy = Literal["service day", "cut-off"]
RevenueBasis = Literal["net", "gross"]
Bound = Literal["low", "likely", "high"]

STANDINGS: Final[tuple[Standing, ...]] = ("named", "confirmed", "likely", "possible", "cleared")
CERTAIN: Final = frozenset({"named", "confirmed"})
IN_PLAN: Final = frozenset({"named", "confirmed", "likely"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """From earned to the money that stayed, both ways; all amounts without tax unless said.

    Args:
        receivable_micros: Invoiced, not paid.
        unbilled_micros: Delivered, not yet invoiced.
        disputed_micros: In open chargebacks.
        bad_debt_micros: Written off.
        rebate_owed_micros: Rebates granted, not given yet.
        refund_owed_micros: Refunds granted, not paid yet.
        cash_micros: All cash in less all cash out, with tax.
        chargeback_fee_micros: Fees of card schemes, an expense that earned does not carry.
        prepaid_micros: Paid in advance and not used: still the customer's.
        tax_micros: Tax inside the cash, owed to a state.
    """

    receivable_micros: int = 0
    unbilled_micros: int = 0
    disputed_micros: int = 0
    bad_debt_micros: int = 0
    rebate_owed_micros: int = 0
    refund_owed_micros: int = 0
    cash_micros: int = 0
    chargeback_fee_micros: int = 0
    prepaid_micros: int = 0
    tax_micros: int = 0

    @property
    def kept_micros(self) -> int:
        """The cash that is the platform's own."""
        return self.cash_micros + self.chargeback_fee_micros - self.prepaid_micros - self.tax_micros

    @property
    def open_micros(self) -> int:
        """What separates earned from kept."""
        return (
            self.receivable_micros
            + self.unbilled_micros
            + self.disputed_micros
            + self.bad_debt_micros
            - self.rebate_owed_micros
            - self.refund_owed_micros
        )

    def as_json(self) -> dict[str, str]:
        """Return the lines as decimal strings, ``kept`` last."""
        lines = {name.removesuffix("_micros"): format_micros(getattr(self, name)) for name in self.__slots__}
        return {**lines, "kept": format_micros(self.kept_micros)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    """Delivered, then earned, then kept, in one currency.

    Args:
        currency: ISO 4217.
        by_kind: Billing kind to its sum in micros, as billed (positive); only kinds that change earned.
        kept: The way from earned to kept; None in a window of service days, which cash is not tied to.
    """

    currency: str
    by_kind: Mapping[str, int]
    kept: Kept | None

    @property
    def delivered_micros(self) -> int:
        """The price of the ads that were shown."""
        return self.by_kind.get("delivered", 0)

    @property
    def gross_micros(self) -> int:
        """All income, before anything was given back."""
        return sum(amount for kind, amount in self.by_kind.items() if EARNED_SIGN[kind] > 0)

    @property
    def earned_micros(self) -> int:
        """Net revenue: income less everything that was given back."""
        return sum(EARNED_SIGN[kind] * amount for kind, amount in self.by_kind.items())

    def as_json(self) -> dict[str, Any]:
        """Return the waterfall as a JSON object."""
        return {
            "currency": self.currency,
            "delivered": format_micros(self.delivered_micros),
            "lines": [
                {"kind": kind, "amount": format_micros(sign * self.by_kind[kind])}
                for kind, sign in EARNED_SIGN.items()
                if self.by_kind.get(kind)
            ],
            "gross": format_micros(self.gross_micros),
            "earned": format_micros(self.earned_micros),
            "to_kept": None if self.kept is None else self.kept.as_json(),
        }


def add_waterfalls(waterfalls: Iterable[Waterfall]) -> tuple[Waterfall, ...]:
    """Add waterfalls, currency by currency, in the order of the currencies' codes."""
    grouped: dict[str, list[Waterfall]] = {}
    for waterfall in waterfalls:
        grouped.setdefault(waterfall.currency, []).append(waterfall)
    return tuple(_added(currency, grouped[currency]) for currency in sorted(grouped))


def _added(currency: str, parts: list[Waterfall]) -> Waterfall:
    by_kind: dict[str, int] = {}
    for part in parts:
        for kind, amount in part.by_kind.items():
            by_kind[kind] = by_kind.get(kind, 0) + amount
    kept = [part.kept for part in parts if part.kept is not None]
    assert len(kept) in (0, len(parts)), "kept is stated for all accounts or for none"
    total = Kept(**{name: sum(getattr(one, name) for one in kept) for name in Kept.__slots__})
    return Waterfall(currency=currency, by_kind=by_kind, kept=total if kept else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEarned:
    """What one account brought.

    Args:
        account_id: The advertised account.
        name: Its name.
        currency: Its own currency, for printing a zero; may be empty.
        standing: How sure it is that the account belongs to the subject.
        waterfalls: One a currency in which it was billed; empty when it never was.
        converted_micros: Earned in the report's currency, to the micro; None without one.
    """

    account_id: str
    name: str
    currency: str
    standing: Standing
    waterfalls: tuple[Waterfall, ...]
    converted_micros: int | None

    def as_json(self) -> dict[str, Any]:
        """Return the account as a JSON object."""
        return {
            "account_id": self.account_id,
            "name": self.name,
            "standing": self.standing,
            "waterfalls": [waterfall.as_json() for waterfall in self.waterfalls],
            "converted": None if self.converted_micros is None else format_micros(self.converted_micros),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Between what and what the figure lies.

    Args:
        low_micros: Named and confirmed accounts; open disputes lost.
        likely_micros: The accounts of the plan: what is pledged.
        high_micros: The undecided ones too.
        expected_micros: Each account times its probability; a model's expectation, never pledged.
    """

    low_micros: int
    likely_micros: int
    high_micros: int
    expected_micros: int | None = None

    def at(self, bound: Bound) -> int:
        """Return one of the three."""
        return {"low": self.low_micros, "likely": self.likely_micros, "high": self.high_micros}[bound]

    def as_json(self) -> dict[str, str]:
        """Return the bounds as decimal strings; ``expected`` only where probabilities were given."""
        document = {
            "low": format_micros(self.low_micros),
            "likely": format_micros(self.likely_micros),
            "high": format_micros(self.high_micros),
        }
        if self.expected_micros is not None:
            document["expected"] = format_micros(self.expected_micros)
        return document


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A year or a market's part of what the plan's accounts brought.

    Args:
        year: Year of the day that the report counts by.
        market: Country served; None in a share that does not tell markets apart.
        currency: ISO 4217.
        delivered_micros: Price of the ads shown.
        earned_micros: Net revenue.
        ads: How many different ads were billed; None where that was not counted.
        converted_micros: Earned in the report's currency, to the micro; None without one.
    """

    year: int
    market: str | None
    currency: str
    delivered_micros: int
    earned_micros: int
    ads: int | None
    converted_micros: int | None

    def as_json(self) -> dict[str, Any]:
        """Return the share as a JSON object."""
        return {
            "year": self.year,
            "market": self.market,
            "currency": self.currency,
            "delivered": format_micros(self.delivered_micros),
            "earned": format_micros(self.earned_micros),
            "ads": self.ads,
            "converted": None if self.converted_micros is None else format_micros(self.converted_micros),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """A total said in another way: under the other policy, or in a further currency.

    Args:
        currency: Currency of the result.
        method: Words for how it was made.
        day: The one day whose rate was used; None for each service day's own.
        bounds: The result; None where a rate is missing.
        why_missing: What is missing then.
    """

    currency: str
    method: str
    day: date | None
    bounds: Bounds | None
    why_missing: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the translation as a JSON object."""
        return {
            "currency": self.currency,
            "method": self.method,
            "day": None if self.day is None else self.day.isoformat(),
            "amounts": None if self.bounds is None else self.bounds.as_json(),
            "why_missing": self.why_missing,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class OverCredited:
    """More was given back for a month of service than was ever earned in it: worth a look."""

    account_id: str
    currency: str
    month: str
    income_micros: int
    given_back_micros: int

    def as_json(self) -> dict[str, str]:
        """Return the flag as a JSON object."""
        return {
            "account_id": self.account_id,
            "currency": self.currency,
            "month": self.month,
            "income": format_micros(self.income_micros),
            "given_back": format_micros(self.given_back_micros),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class EarnedReport:
    """Every cent that some accounts brought, as it was known on a day.

    Args:
        as_of: Last booked day that counts; None for all that is in the books.
        known_on: The as-of day, or the last booked day found; None when nothing was ever booked.
        window: Days that count, by ``basis``; None for all.
        basis: Whether days are service days or booked days.
        revenue_basis: ``net``: the figure is earned; ``gross``: it is all income before givebacks.
        to: Currency of the converted figures; None where none was asked for.
        policy: Whose day's rate converts: each service day's, or the cut-off's for all.
        cut_off: Day of the one rate; also of the alternative that is shown beside.
        accounts: Every account asked for, also those that earned nothing, by account id.
        by_currency: Bounds in each currency, never added across.
        converted: Bounds in ``to``, rounded once.
        alternative: The same under the other rate policy.
        also: The total in further currencies, both ways.
        years: The plan's accounts by year.
        markets: The plan's accounts by year and market.
        over_credited: Months in which more was given back than earned.
        status: ``projected`` until ``final_on``.
        final_on: The day when no card charge can be reversed any more; None when nothing was charged.
        rates_sha256: Digest of the rates.
        rates_source: Where they come from.
    """

    as_of: date | None
    known_on: date | None
    window: Window | None
    basis: Basis
    revenue_basis: RevenueBasis
    to: str | None
    policy: RatePolicy
    cut_off: date | None
    accounts: tuple[AccountEarned, ...]
    by_currency: Mapping[str, Bounds]
    converted: Bounds | None
    alternative: Translation | None
    also: tuple[Translation, ...]
    years: tuple[Share, ...]
    markets: tuple[Share, ...]
    over_credited: tuple[OverCredited, ...]
    status: Literal["projected", "final"]
    final_on: date | None
    rates_sha256: str
    rates_source: str
    standings: frozenset[str] = field(default=IN_PLAN)

    @property
    def waterfalls(self) -> tuple[Waterfall, ...]:
        """The waterfall of the plan's accounts, one a currency."""
        chosen = (a.waterfalls for a in self.accounts if a.standing in self.standings)
        return add_waterfalls(waterfall for some in chosen for waterfall in some)

    def account(self, account_id: str) -> AccountEarned:
        """Return one account's part.

        Raises:
            KeyError: The report was not asked about it.
        """
        for account in self.accounts:
            if account.account_id == account_id:
                return account
        raise KeyError(account_id)

    def market(self, year: int, market: str) -> tuple[Share, ...]:
        """Return a year's share of one market, one a currency."""
        return tuple(share for share in self.markets if share.year == year and share.market == market)

    def as_json(self) -> dict[str, Any]:
        """Return the whole report as a JSON object; equal reports have equal objects."""
        window = self.window
        return {
            "basis": self.basis,
            "revenue_basis": self.revenue_basis,
            "as_of": _day(self.as_of),
            "known_on": _day(self.known_on),
            "window": None
            if window is None
            else {"start": window.start.isoformat(), "end": window.end.isoformat()},
            "status": self.status,
            "final_on": _day(self.final_on),
            "currency": self.to,
            "policy": self.policy,
            "cut_off": _day(self.cut_off),
            "estimated_share": "0.000000",
            "totals": None if self.converted is None else self.converted.as_json(),
            "by_currency": {code: bounds.as_json() for code, bounds in self.by_currency.items()},
            "alternative": None if self.alternative is None else self.alternative.as_json(),
            "also": [translation.as_json() for translation in self.also],
            "waterfalls": [waterfall.as_json() for waterfall in self.waterfalls],
            "accounts": [account.as_json() for account in self.accounts],
            "years": [share.as_json() for share in self.years],
            "markets": [share.as_json() for share in self.markets],
            "over_credited": [flag.as_json() for flag in self.over_credited],
            "rates_sha256": self.rates_sha256,
            "rates_source": self.rates_source,
        }

    def plan_block(self) -> dict[str, Any]:
        """Return the ``earned`` block of a plan."""
        return {
            "as_of": _day(self.known_on),
            "currency": self.to,
            "policy": self.policy,
            **(self.converted.as_json() if self.converted is not None else {}),
            "by_currency": {code: bounds.as_json() for code, bounds in self.by_currency.items()},
            "rates_sha256": self.rates_sha256,
            "rates_source": self.rates_source,
            "status": self.status,
            "final_on": _day(self.final_on),
            "also": {
                f"{translation.currency} {translation.method}": format_micros(
                    translation.bounds.likely_micros
                )
                for translation in self.also
                if translation.bounds is not None
            },
        }

    def member_block(self, account_id: str) -> dict[str, Any]:
        """Return the ``earned`` block of one member of a plan: earned in each currency, and converted.

        Converted amounts keep all six decimals, so that the members add up to the total before it is
        rounded.
        """
        account = self.account(account_id)
        converted = account.converted_micros
        return {
            "by_currency": {w.currency: format_micros(self.figure(w)) for w in account.waterfalls},
            "converted": None
            if converted is None
            else {"currency": self.to, "amount": format_micros(converted)},
        }

    def figure(self, waterfall: Waterfall) -> int:
        """Return the figure that the revenue basis makes the headline."""
        return waterfall.gross_micros if self.revenue_basis == "gross" else waterfall.earned_micros


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
