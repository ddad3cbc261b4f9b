"""What public archives state was spent: intervals, never earned.

Law: an archive states, it does not bill: the sums are intervals per currency, never added across
currencies and never called earned. An unknown amount is counted as unknown, a stated zero as zero.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from debar.ledger.postings import MEMBERS
from debar.model.money import Money, format_micros, show
from debar.model.step import quote_identifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from debar.model.ports import Engine
    from debar.model.window import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedSpend:
    """What is stated of one account (or of all together) in one currency.

    Args:
        account_id: The account; empty for all together.
        currency: ISO 4217.
        low_micros: Sum of the lower ends.
        high_micros: Sum of the upper ends that are stated; see ``open_rows``.
        rows: How many rows state an amount.
        zero_rows: How many of them state exactly zero.
        open_rows: How many state no upper end: the sum is then "at least".
        series: Which other account of the same money this is; empty for the one that counts.
    """

    account_id: str
    currency: str
    low_micros: int
    high_micros: int
    rows: int
    zero_rows: int
    open_rows: int
    series: str = ""

    @property
    def is_exact(self) -> bool:
        """Whether both ends are the same and stated."""
        return self.low_micros == self.high_micros and not self.open_rows

    def as_json(self) -> dict[str, Any]:
        """Return the interval as a JSON object; ``high`` is null where it is open."""
        return {
            "account_id": self.account_id,
            "currency": self.currency,
            "low": format_micros(self.low_micros),
            "high": None if self.open_rows else format_micros(self.high_micros),
            "rows": self.rows,
            "zero_rows": self.zero_rows,
            "open_rows": self.open_rows,
            **({"series": self.series} if self.series else {}),
        }

    def __str__(self) -> str:
        low = Money(amount_micros=self.low_micros, currency=self.currency)
        if self.is_exact:
            return show(low)
        if self.open_rows:
            return f"at least {show(low)}"
        high = Money(amount_micros=self.high_micros, currency=self.currency)
        return f"{show(low).removesuffix(f' {self.currency}')} to {show(high)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedReport:
    """Stated spend of some accounts.

    Args:
        window: Days asked for; None for all.
        totals: All accounts together, one a currency.
        by_account: One an account and currency, by account id.
        accounts: How many accounts were asked about.
        unknown_rows: Spend rows that state no amount.
        ads: How many ads the accounts have.
        ads_unstated: How many of them state no spend, in neither table.
        apart: Further accounts of the same money, one a series and currency; never added to ``totals``.
    """

    window: Window | None
    totals: tuple[StatedSpend, ...]
    by_account: tuple[StatedSpend, ...]
    accounts: int
    unknown_rows: int
    ads: int
    ads_unstated: int
    apart: tuple[StatedSpend, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        window = self.window
        return {
            "basis": "stated spend",
            "window": None
            if window is None
            else {"start": window.start.isoformat(), "end": window.end.isoformat()},
            "totals": [total.as_json() for total in self.totals],
            "by_account": [one.as_json() for one in self.by_account],
            "apart": [one.as_json() for one in self.apart],
            "accounts": self.accounts,
            "unknown_rows": self.unknown_rows,
            "ads": self.ads,
            "ads_unstated": self.ads_unstated,
        }


def stated_spend(engine: Engine, accounts: Iterable[str], *, window: Window | None = None) -> StatedReport:
    """Add up what an archive states about some accounts.

    Args:
        engine: Holds ``spend`` and ``ads``; gets the table ``ledger_members``.
        accounts: Account ids.
        window: Days that count; None for all. A row that lies partly in the window may have been spent
            outside it: it adds nothing to the low end and all of it to the high end.

    Returns:
        Intervals per currency.
    """
    chosen = sorted(set(accounts))
    columns = {"account_id": "VARCHAR", "standing": "VARCHAR"}
    engine.load(MEMBERS, columns, [(account_id, "stated") for account_id in chosen])
    by_account = _read(engine, window)
    ads, ads_unstated = _ads(engine, window)
    return StatedReport(
        window=window,
        totals=_totals(by_account),
        by_account=tuple(by_account),
        accounts=len(chosen),
        unknown_rows=_unknown(engine),
        ads=ads,
        ads_unstated=ads_unstated,
        apart=_apart(engine, window),
    )


def _read(engine: Engine, window: Window | None) -> list[StatedSpend]:
    return _sums(engine, window, "spend", "s.account_id, s.currency, ''")


def _apart(engine: Engine, window: Window | None) -> tuple[StatedSpend, ...]:
    """Return the further accounts of the same money, where the platform was read with any."""
    if not engine.columns("spend_apart"):
        return ()
    return tuple(_sums(engine, window, "spend_apart", "'', s.currency, s.series"))


def _sums(engine: Engine, window: Window | None, table: str, grouped: str) -> list[StatedSpend]:
    inside, where = "TRUE", ""
    values: dict[str, Any] = {}
    if window is not None:
        values = {"start": window.start, "end": window.end}
        inside = "(s.from_day >= $start AND s.to_day <= $end)"
        where = " AND coalesce(s.from_day, $start) <= $end AND coalesce(s.to_day, $end) >= $start"
    rows = engine.rows(
        f"SELECT {grouped},"
        f" CAST(SUM(CASE WHEN {inside} THEN s.low_micros ELSE 0 END) AS DECIMAL(38,0)),"
        " CAST(SUM(coalesce(s.high_micros, s.low_micros)) AS DECIMAL(38,0)), COUNT(*),"
        " SUM(CASE WHEN s.low_micros = 0 AND s.high_micros = 0 THEN 1 ELSE 0 END),"
        " SUM(CASE WHEN s.high_micros IS NULL THEN 1 ELSE 0 END)"
        f" FROM {table} AS s JOIN {quote_identifier(MEMBERS)} AS m ON s.account_id = m.account_id"
        f" WHERE s.low_micros IS NOT NULL{where} GROUP BY 1, 2, 3 ORDER BY 3, 1, 2",
        values,
    )
    return [
        StatedSpend(
            account_id=row[0],
            currency=row[1],
            series=row[2],
            low_micros=int(row[3]),
            high_micros=int(row[4]),
            rows=int(row[5]),
            zero_rows=int(row[6]),
            open_rows=int(row[7]),
        )
        for row in rows
    ]


def _totals(by_account: Sequence[StatedSpend]) -> tuple[StatedSpend, ...]:
    grouped: dict[str, list[StatedSpend]] = defaultdict(list)
    for one in by_account:
        grouped[one.currency].append(one)
    return tuple(
        StatedSpend(
            account_id="",
            currency=currency,
            low_micros=sum(one.low_micros for one in grouped[currency]),
            high_micros=sum(one.high_micros for one in grouped[currency]),
            rows=sum(one.rows for one in grouped[currency]),
            zero_rows=sum(one.zero_rows for one in grouped[currency]),
            open_rows=sum(one.open_rows for one in grouped[currency]),
        )
        for currency in sorted(grouped)
    )


def _unknown(engine: Engine) -> int:
    ((count,),) = engine.rows(
        f"SELECT COUNT(*) FROM spend AS s JOIN {quote_identifier(MEMBERS)} AS m"
        " ON s.account_id = m.account_id WHERE s.low_micros IS NULL"
    )
    return int(count)


def _ads(engine: Engine, window: Window | None) -> tuple[int, int]:
    """Count the accounts' ads (started in the window), and those of which no spend is stated anywhere."""
    where = " WHERE CAST(a.started_at AS DATE) BETWEEN $start AND $end" if window else ""
    values = {"start": window.start, "end": window.end} if window else {}
    ((count, unstated),) = engine.rows(
        "SELECT COUNT(*), SUM(CASE WHEN a.spend_low_micros IS NULL AND p.ad_id IS NULL THEN 1 ELSE 0 END)"
        f" FROM ads AS a JOIN {quote_identifier(MEMBERS)} AS m ON a.account_id = m.account_id"
        " LEFT JOIN (SELECT DISTINCT ad_id FROM spend"
        " WHERE ad_id IS NOT NULL AND low_micros IS NOT NULL) AS p"
        f" ON a.ad_id = p.ad_id{where}",
        values,
    )
    return int(count), int(unstated or 0)


def render_stated(report: StatedReport) -> str:
    """Write stated spend for people; the word earned does not occur."""
    count = report.accounts
    lines = [f"Stated spend of {count} account{'s' if count != 1 else ''}, as the archive says it"]
    if report.window:
        lines.append(f"In the window {report.window}; rows partly inside count in the upper end only.")
    for total in report.totals:
        zero = f", {total.zero_rows:,} of them zero" if total.zero_rows else ""
        lines.append(f"  {total}: {total.rows:,} row{'s' if total.rows != 1 else ''}{zero}")
    if not report.totals:
        lines.append("  nothing is stated: 0 rows")
    if report.apart:
        lines.append("The same money, stated again in other ways; never to be added to the above:")
        lines += [
            f"  {one.series}: {one}, {one.rows:,} row{'s' if one.rows != 1 else ''}" for one in report.apart
        ]
    lines.append(
        f"{report.ads_unstated:,} of {report.ads:,} ads state no spend; a stated 0.00 is not one of them."
    )
    lines.append("An archive states what was spent; what a platform earned is in its books, not here.")
    return "\n".join(lines) + "\n"
