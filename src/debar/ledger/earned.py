"""What was earned from some accounts, as known on a day: the heart of the room.

Law: as-of a day, whatever is booked later changes nothing. Low is never above likely, nor likely above
high. Amounts are added per currency as whole micros and converted exactly, rounded once. Who is named,
confirmed, likely, possible or cleared is told to the ledger: it never judges.
Source: the project's reference sheet on money, sections 2, 5 and 6.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from debar.ledger.bounds import BoundSums, say_also, translate
from debar.ledger.convert import Conversion
from debar.ledger.postings import EVENTS, MEMBERS, check_kinds, events_step, quote_all
from debar.ledger.reading import DAYS, CaseBooks, conditions, find_days, read_books, signed, year_of
from debar.ledger.report import (
    IN_PLAN,
    STANDINGS,
    AccountEarned,
    Basis,
    EarnedReport,
    Kept,
    RatePolicy,
    RevenueBasis,
    Share,
    Standing,
    Waterfall,
)
from debar.model.problem import DebarError
from debar.model.step import Step, quote_identifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from debar.ledger.bounds import Converted
    from debar.model.ports import Engine
    from debar.model.rates import Rates
    from debar.model.window import Window

REVERSAL_DAYS_MAX: Final = 540
"""A card charge can be disputed this many days after the service at the latest (interrupted services)."""

ROWS: Final = "ledger_rows"


def earned_rows(
    engine: Engine,
    *,
    as_of: date | None = None,
    window: Window | None = None,
    basis: Basis = "service day",
    revenue_basis: RevenueBasis = "net",
    table: str = ROWS,
) -> str:
    """Add up what each account of the whole platform brought, in one scan.

    Args:
        engine: Holds ``billing``.
        as_of: Last booked day that counts; None for all.
        window: Days that count; None for all.
        basis: Whether the window's days are service days or booked days.
        revenue_basis: ``net`` or ``gross``.
        table: Name of the table to make.

    Returns:
        The table's name. Columns: account_id; currency; delivered_micros and earned_micros
        (DECIMAL(38,0), micros, never NULL; 0 where an account was only invoiced or paid).
    """
    where, parameters = conditions(as_of=as_of, window=window, basis=basis, every_kind=True)
    engine.run(
        Step(
            name=table,
            sql=(
                "SELECT b.account_id, b.currency,"
                " CAST(SUM(CASE WHEN b.kind = 'delivered' THEN b.amount_micros ELSE 0 END) AS DECIMAL(38,0))"
                " AS delivered_micros,"
                f" CAST(SUM({signed(revenue_basis)}) AS DECIMAL(38,0)) AS earned_micros"
                f" FROM billing AS b WHERE {where} GROUP BY b.account_id, b.currency"
            ),
            parameters=parameters,
        )
    )
    return table


def earned(  # noqa: PLR0913 - the options of one verb, all keyword-only
    engine: Engine,
    standings: Mapping[str, Standing],
    *,
    rates: Rates,
    to: str | None,
    as_of: date | None = None,
    window: Window | None = None,
    basis: Basis = "service day",
    policy: RatePolicy = "service day",
    cut_off: date | None = None,
    revenue_basis: RevenueBasis = "net",
    p_owner: Mapping[str, int] | None = None,
    also: Sequence[str] = (),
) -> EarnedReport:
    """Account for every cent of some accounts.

    Args:
        engine: Holds ``billing`` and ``accounts``; gets tables whose names start with ``ledger_``.
        standings: Account id to named, confirmed, likely, possible or cleared.
        rates: Published rates, with what the operator added.
        to: Currency of the converted totals; None for none.
        as_of: Last booked day that counts; None for all.
        window: Days that count; None for all. With a window, kept is not stated: cash has no service day.
        basis: Whether days are service days (restated) or booked days (as Finance closed).
        policy: ``service day``: each amount at its own day's rate; ``cut-off``: all at one day's.
        cut_off: That day, and the day of the translated total; by default the as-of day, or the last
            booked one.
        revenue_basis: ``net``: the figure is earned; ``gross``: all income before anything was given back.
        p_owner: Account id to its probability in millionths, for the model's expectation.
        also: Further currencies in which the total is said: at the service days, and translated once.

    Returns:
        The report; an account that earned nothing is in it.

    Raises:
        DebarError: DBR-B001 an unknown billing kind; DBR-B002 an unknown standing; DBR-M001 a rate is
            missing.
    """
    _check_standings(standings)
    engine.load(MEMBERS, {"account_id": "VARCHAR", "standing": "VARCHAR"}, sorted(standings.items()))
    engine.run(events_step(as_of=as_of))
    check_kinds(engine)
    days = find_days(engine)
    known_on = as_of or days.last_booked
    cut_off = cut_off or known_on
    books = read_books(engine, window=window, basis=basis, revenue_basis=revenue_basis)
    sums = BoundSums(
        engine=engine,
        amounts=books.earned,
        disputes=books.disputes,
        standings=standings,
        p_owner=p_owner,
        rates=rates,
    )
    day = cut_off if policy == "cut-off" else None
    other = None if policy == "cut-off" else cut_off
    table = sums.convert(Conversion(rates=rates, to=to, day=day)) if to else None
    converted = sums.bounds(table, to=to) if table is not None and to else None
    years, markets = list_years(engine, converted=table), list_markets(engine, books, converted=table)
    final_on = days.last_charge + timedelta(days=REVERSAL_DAYS_MAX) if days.last_charge else None
    is_final = final_on and known_on and known_on >= final_on and not books.disputes
    return EarnedReport(
        as_of=as_of,
        known_on=known_on,
        window=window,
        basis=basis,
        revenue_basis=revenue_basis,
        to=to,
        policy=policy,
        cut_off=cut_off,
        accounts=list_accounts(
            engine, standings, books=books, converted=None if table is None else sums.by_account(table)
        ),
        by_currency=sums.by_currency(),
        converted=converted,
        alternative=translate(sums, to, day=other) if to and cut_off else None,
        also=say_also(sums, also, total=converted, to=to, cut_off=cut_off),
        years=years,
        markets=markets,
        over_credited=books.over_credited,
        status="final" if is_final else "projected",
        final_on=final_on,
        rates_sha256=rates.sha256,
        rates_source=rates.source,
    )


def _check_standings(standings: Mapping[str, str]) -> None:
    wrong = sorted({standing for standing in standings.values() if standing not in STANDINGS})
    if wrong:
        raise DebarError(
            "DBR-B002",
            f"no such standing: {', '.join(wrong)}",
            hint=f"an account is one of {', '.join(STANDINGS)}",
        )


def list_accounts(
    engine: Engine,
    standings: Mapping[str, Standing],
    *,
    books: CaseBooks,
    converted: Mapping[tuple[str, str], int] | None,
) -> tuple[AccountEarned, ...]:
    """List what each account brought, by account id; also those that brought nothing.

    Args:
        engine: Holds ``accounts`` and the members.
        standings: Account id to standing.
        books: The sums.
        converted: (account id, currency) to earned in the report's currency; None without one.

    Returns:
        One value an account.
    """
    names = {
        account_id: (name, currency)
        for account_id, name, currency in engine.rows(
            "SELECT a.account_id, a.name, a.currency FROM accounts AS a"
            f" JOIN {quote_identifier(MEMBERS)} AS m ON a.account_id = m.account_id"
        )
    }
    currencies: dict[str, set[str]] = defaultdict(set)
    for account_id, currency in (*books.by_kind, *(books.kept or {})):
        currencies[account_id].add(currency)
    found = []
    for account_id in sorted(standings):
        name, own = names.get(account_id, (None, None))
        mine = sorted(currencies[account_id])
        total = None if converted is None else sum(converted.get((account_id, code), 0) for code in mine)
        found.append(
            AccountEarned(
                account_id=account_id,
                name=name or account_id,
                currency=own or (mine[0] if mine else ""),
                standing=standings[account_id],
                waterfalls=tuple(_waterfall(books, account_id, code) for code in mine),
                converted_micros=total,
            )
        )
    return tuple(found)


def _waterfall(books: CaseBooks, account_id: str, currency: str) -> Waterfall:
    key = account_id, currency
    kept = None if books.kept is None else books.kept.get(key, Kept())
    return Waterfall(currency=currency, by_kind=books.by_kind.get(key, {}), kept=kept)


def list_years(engine: Engine, *, converted: Converted | None) -> tuple[Share, ...]:
    """List what the plan's accounts brought in each year and currency."""
    return tuple(
        _shares(engine, "''", ads=None, amounts=converted.shares(by_market=False) if converted else None)
    )


def list_markets(engine: Engine, books: CaseBooks, *, converted: Converted | None) -> tuple[Share, ...]:
    """List what the plan's accounts brought in each year, market and currency, and on how many ads."""
    year = year_of(books.basis)
    ads = {
        (year_number, market, currency): int(count)
        for year_number, market, currency, count in engine.rows(
            f"SELECT {year}, coalesce(b.market, ''), b.currency, COUNT(DISTINCT b.ad_id)"
            f" FROM {quote_identifier(EVENTS)} AS b JOIN {quote_identifier(MEMBERS)} AS m"
            f" ON b.account_id = m.account_id WHERE {books.where} AND b.kind = 'delivered'"
            f" AND m.standing IN ({quote_all(sorted(IN_PLAN))})"
            f" GROUP BY {year}, coalesce(b.market, ''), b.currency",
            books.values,
        )
    }
    return tuple(
        _shares(engine, "d.market", ads=ads, amounts=converted.shares(by_market=True) if converted else None)
    )


def _shares(
    engine: Engine,
    market: str,
    *,
    ads: Mapping[tuple[int, str, str], int] | None,
    amounts: Mapping[tuple[int, str, str], int] | None,
) -> Iterable[Share]:
    """Group the days of the plan's accounts by year, market and currency; without ads, without markets."""
    rows = engine.rows(
        f"SELECT d.year, {market} AS market, d.currency,"
        " CAST(SUM(d.delivered_micros) AS DECIMAL(38,0)), CAST(SUM(d.earned_micros) AS DECIMAL(38,0))"
        f" FROM {quote_identifier(DAYS)} AS d JOIN {quote_identifier(MEMBERS)} AS m"
        f" ON d.account_id = m.account_id WHERE m.standing IN ({quote_all(sorted(IN_PLAN))})"
        f" GROUP BY d.year, {'d.currency' if ads is None else 'd.market, d.currency'} ORDER BY 1, 2, 3"
    )
    for year, where, currency, delivered, earned in rows:
        group = (year, where, currency)
        yield Share(
            year=year,
            market=None if ads is None else (where or "unstated"),
            currency=currency,
            delivered_micros=int(delivered),
            earned_micros=int(earned),
            ads=None if ads is None else ads.get(group, 0),
            converted_micros=None if amounts is None else amounts[group],
        )
