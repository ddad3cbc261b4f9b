"""Who counts in which bound, and what that is in one currency.

Law: low <= likely <= high, whatever the amounts and standings; each total is rounded once.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from debar.ledger.convert import RATE_SCALE, Conversion, CutSum, Rate, minor_unit, rate_of, round_sum
from debar.ledger.postings import MEMBERS, quote_all
from debar.ledger.reading import DAYS
from debar.ledger.report import CERTAIN, IN_PLAN, Bounds, Standing, Translation
from debar.model.problem import DebarError
from debar.model.step import quote_identifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from debar.model.ports import Engine
    from debar.model.rates import Rates

MILLION: Final = 1_000_000

RATES: Final = "ledger_rates"
"""How the table of one conversion's cut rates begins: currency, service_day, scaled."""


class Converted:
    """The case's days in one currency: nearly, by the engine; exactly, where that leaves a rounding open.

    Why: a case may have a hundred thousand days. The engine multiplies them with cut rates as whole
    numbers; how far that can be off is known, and only where a rounding depends on it are the days read
    one by one.

    Args:
        engine: Holds the days; gets a table whose name starts with ``ledger_rates``.
        conversion: Whose rates, and to which currency.
        more: Further (currency, day) pairs whose rates are needed.

    Raises:
        DebarError: DBR-M001, no rate for a currency on a day.
    """

    def __init__(self, engine: Engine, conversion: Conversion, more: Iterable[tuple[str, date]]) -> None:
        pairs = engine.rows(f"SELECT DISTINCT currency, service_day FROM {quote_identifier(DAYS)}")
        self.engine = engine
        self.table = conversion.table([*((code, day) for code, day in pairs), *more])
        largest = max((rate.scaled for rate in self.table.values()), default=0) // RATE_SCALE
        self.digits = min(15, 17 - len(str(largest)))
        cut = RATE_SCALE // 10**self.digits
        rows = [(code, day, rate.scaled // cut) for (code, day), rate in self.table.items()]
        columns = {"currency": "VARCHAR", "service_day": "DATE", "scaled": "BIGINT"}
        day = conversion.day.strftime("%Y_%m_%d") if conversion.day else "service"
        self.rates = f"{RATES}_{conversion.to.lower()}_{day}"
        engine.load(self.rates, columns, rows)
        self.accounts = self._sums("d.account_id, d.currency")

    @property
    def scale(self) -> int:
        """What the cut rates were multiplied with."""
        return int(10**self.digits)

    def _sums(self, group: str, join: str = "") -> dict[tuple[Any, ...], CutSum]:
        size = group.count(",") + 1
        rows = self.engine.rows(
            f"SELECT {group}, CAST(SUM("
            "CAST(d.earned_micros AS DECIMAL(19,0)) * CAST(r.scaled AS DECIMAL(18,0))) AS DECIMAL(38,0)),"
            " CAST(SUM(CASE WHEN d.earned_micros > 0 THEN d.earned_micros ELSE 0 END) AS DECIMAL(38,0)),"
            " CAST(SUM(CASE WHEN d.earned_micros < 0 THEN d.earned_micros ELSE 0 END) AS DECIMAL(38,0))"
            f" FROM {quote_identifier(DAYS)} AS d JOIN {quote_identifier(self.rates)} AS r"
            f" ON d.currency = r.currency AND d.service_day = r.service_day{join} GROUP BY {group}"
        )
        return {
            tuple(row[:size]): CutSum(cut=int(row[size]), above=int(row[size + 1]), below=int(row[size + 2]))
            for row in rows
        }

    def account(self, key: tuple[str, str]) -> int:
        """Convert one account and currency, to the micro."""
        found = self.accounts.get(key, CutSum()).rounded(scale=self.scale, unit_micros=1)
        return self.total({key: 1}, unit_micros=1) if found is None else found

    def total(
        self,
        weights: Mapping[tuple[str, str], int],
        *,
        unit_micros: int,
        less: Sequence[tuple[int, Rate]] = (),
    ) -> int:
        """Add accounts by weight, take amounts away, and round once.

        Args:
            weights: (account id, currency) to a weight, zero or more.
            unit_micros: Smallest unit of the result.
            less: Amounts to take away, each with its rate.
        """
        whole = CutSum()
        for key, weight in weights.items():
            whole += self.accounts.get(key, CutSum()).times(weight)
        for amount, rate in less:
            cut = -amount * (rate.scaled * self.scale // RATE_SCALE)
            whole += CutSum(cut=cut, above=max(-amount, 0), below=min(-amount, 0))
        found = whole.rounded(scale=self.scale, unit_micros=unit_micros)
        if found is not None:
            return found
        terms = [
            (weights.get((account_id, currency), 0) * amount, self.table[currency, day])
            for account_id, _, currency, day, _, amount in self._days()
        ]
        return round_sum([*terms, *((-amount, rate) for amount, rate in less)], unit_micros=unit_micros)

    def shares(self, *, by_market: bool) -> dict[tuple[int, str, str], int]:
        """Convert what the plan's accounts brought by (year, market, currency), to the micro."""
        market = "d.market" if by_market else "''"
        planned = (
            f" JOIN {quote_identifier(MEMBERS)} AS m ON d.account_id = m.account_id"
            f" AND m.standing IN ({quote_all(sorted(IN_PLAN))})"
        )
        group = "d.year, d.market, d.currency" if by_market else "d.year, d.currency"
        found: dict[tuple[int, str, str], int] = {}
        for key, cut in self._sums(group, planned).items():
            whole = key if by_market else (key[0], "", key[1])
            near = cut.rounded(scale=self.scale, unit_micros=1)
            found[whole] = self._share(whole, planned, market) if near is None else near
        return found

    def _share(self, key: tuple[int, str, str], planned: str, market: str) -> int:
        rows = self._days(
            f"{planned} WHERE d.year = $year AND {market} = $market AND d.currency = $currency",
            {"year": key[0], "market": key[1], "currency": key[2]},
        )
        return round_sum(((row[5], self.table[row[2], row[3]]) for row in rows), unit_micros=1)

    def _days(self, tail: str = "", values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Read days one by one: account, market, currency, service day, year, amount."""
        return self.engine.rows(
            "SELECT d.account_id, d.market, d.currency, d.service_day, d.year, d.earned_micros"
            f" FROM {quote_identifier(DAYS)} AS d{tail}",
            values,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundSums:
    """The books under the standings: who counts in which bound.

    Args:
        engine: Holds the days.
        amounts: (account id, currency) to micros of the figure.
        disputes: (account id, currency) to what is in open disputes and the last one's service day.
        standings: Account id to standing.
        p_owner: Account id to probability in millionths; None for no expectation.
        rates: Published rates.
    """

    engine: Engine
    amounts: Mapping[tuple[str, str], int]
    disputes: Mapping[tuple[str, str], tuple[int, date]]
    standings: Mapping[str, Standing]
    p_owner: Mapping[str, int] | None
    rates: Rates

    def convert(self, conversion: Conversion) -> Converted:
        """Convert the books.

        Raises:
            DebarError: DBR-M001, no rate for a currency on a day.
        """
        more = [(currency, day) for (_, currency), (_, day) in self.disputes.items()]
        return Converted(self.engine, conversion, more)

    def by_currency(self) -> dict[str, Bounds]:
        """Return the bounds of each currency."""
        grouped: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
        for key, amount in self.amounts.items():
            grouped[key[1]][key] = amount
        return {code: self._bounds_of(grouped[code]) for code in sorted(grouped)}

    def _bounds_of(self, amounts: Mapping[tuple[str, str], int]) -> Bounds:
        low = likely = high = 0
        for key, amount in amounts.items():
            in_low, in_likely, in_high = self.counts(key[0], negative=amount < 0)
            disputed, _ = self.disputes.get(key, (0, None))
            low += amount - disputed if in_low else 0
            likely += amount if in_likely else 0
            high += amount if in_high else 0
        expected = sum(Fraction(self.p(key[0]) * amount, MILLION) for key, amount in amounts.items())
        return Bounds(
            low_micros=low,
            likely_micros=likely,
            high_micros=high,
            expected_micros=None if self.p_owner is None else round(expected),
        )

    def counts(self, account_id: str, *, negative: bool) -> tuple[bool, bool, bool]:
        """Tell in which of low, likely and high an account counts.

        Why: an uncertain account that cost more than it brought lowers the low bound, and never the high
        one, so that the three stay in order and the expectation lies between them.
        """
        standing = self.standings[account_id]
        certain, planned = standing in CERTAIN, standing in IN_PLAN
        uncertain = standing in ("likely", "possible")
        return certain or (negative and uncertain), planned, certain or (uncertain and not negative)

    def p(self, account_id: str) -> int:
        """Return an account's probability in millionths; cleared ones have none."""
        if self.p_owner is None or self.standings[account_id] == "cleared":
            return 0
        return self.p_owner.get(account_id, MILLION if self.standings[account_id] in CERTAIN else 0)

    def by_account(self, converted: Converted) -> dict[tuple[str, str], int]:
        """Convert each account and currency, to the micro."""
        return {key: converted.account(key) for key in self.amounts}

    def bounds(self, converted: Converted, *, to: str) -> Bounds:
        """Convert the bounds: exact (currency, day) subtotals, one rounding each."""
        pools: tuple[dict[tuple[str, str], int], ...] = ({}, {}, {}, {})
        less: list[tuple[int, Rate]] = []
        for key in self.amounts:
            sure = self.standings[key[0]] in CERTAIN
            negative = not sure and converted.account(key) < 0
            weights = (*self.counts(key[0], negative=negative), self.p(key[0]))
            for pool, weight in zip(pools, weights, strict=True):
                if weight:
                    pool[key] = int(weight)
            if weights[0] and key in self.disputes:
                disputed, day = self.disputes[key]
                less.append((disputed, converted.table[key[1], day]))
        unit = minor_unit(to)
        expected = None
        if self.p_owner is not None:
            expected = converted.total(pools[3], unit_micros=unit * MILLION) // MILLION
        return Bounds(
            low_micros=converted.total(pools[0], unit_micros=unit, less=less),
            likely_micros=converted.total(pools[1], unit_micros=unit),
            high_micros=converted.total(pools[2], unit_micros=unit),
            expected_micros=expected,
        )


def translate(sums: BoundSums, to: str, *, day: date | None) -> Translation:
    """Say the bounds in a currency, at one day's rates or each service day's; or why that cannot be."""
    method = "at the cut-off day" if day else "at the service day"
    conversion = Conversion(rates=sums.rates, to=to, day=day)
    try:
        bounds = sums.bounds(sums.convert(conversion), to=to)
        return Translation(currency=to, method=method, day=day, bounds=bounds)
    except DebarError as error:
        return Translation(currency=to, method=method, day=day, bounds=None, why_missing=error.what)


def say_also(
    sums: BoundSums, currencies: Sequence[str], *, total: Bounds | None, to: str | None, cut_off: date | None
) -> tuple[Translation, ...]:
    """Say the total in further currencies: at the service days, and the rounded total translated once."""
    found: list[Translation] = []
    for currency in currencies:
        if total is not None and to is not None and cut_off is not None:
            found.append(translate_once(total, sums.rates, base=to, to=currency, day=cut_off))
        found.append(translate(sums, currency, day=None))
    return tuple(found)


def translate_once(total: Bounds, rates: Rates, *, base: str, to: str, day: date) -> Translation:
    """Translate a published total once, at one day's cross rate, as announcements do.

    Args:
        total: Rounded totals in ``base``.
        rates: Published rates.
        base: Their currency.
        to: Currency of the result.
        day: Whose rate.

    Returns:
        The translation, rounded half-even once; with a reason instead of figures where a rate is missing.
    """
    method = "at the decision day"
    try:
        rate = rate_of(rates.cross(base, to, day))
    except DebarError as error:
        return Translation(currency=to, method=method, day=day, bounds=None, why_missing=error.what)

    def once(amount: int) -> int:
        return round_sum([(amount, rate)], unit_micros=minor_unit(to))

    expected = total.expected_micros
    bounds = Bounds(
        low_micros=once(total.low_micros),
        likely_micros=once(total.likely_micros),
        high_micros=once(total.high_micros),
        expected_micros=None if expected is None else once(expected),
    )
    return Translation(currency=to, method=method, day=day, bounds=bounds)
