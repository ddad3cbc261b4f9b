"""The tables beside the pictures of a retrospective, and which figures have their rows in the page.

Law: a table says what its picture shows, in the same order; a figure that has rows in the page leads to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from debar.model.legible import legible
from debar.retrospect.clock import percent
from debar.retrospect.retrospective import Amount
from debar.retrospect.words import WEEKDAYS, label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from debar.retrospect.retrospective import Aim, CurrencyUse, Retrospective, Spender

MONTHS_WITH_ROWS: Final = 24
ACCOUNTS_WITH_ROWS: Final = 15
AIMS_WITH_ROWS: Final = 10
CELLS_WITH_ROWS: Final = 5
ACCOUNTS_LISTED: Final = 50
GROUPS_WITH_ROWS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: its words, and the figure it states, whose rows it leads to.

    Args:
        said: The words, legible.
        figure: Address of the figure; empty for words alone.
    """

    said: str
    figure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table beside a picture.

    Args:
        caption: What it holds.
        head: One word a column; the first column heads the rows, the others are numbers.
        lines: The rows, a cell a column.
        left_out: What is not in it; empty where nothing is left out.
    """

    caption: str
    head: tuple[str, ...]
    lines: tuple[tuple[Cell, ...], ...]
    left_out: str = ""


def money_figure(spender: Spender) -> str:
    """Return the address of an amount: a total's, or one account's."""
    currency = spender.amount.currency
    if spender.basis == "delivered":
        return (
            f"billed={spender.account_id}" if spender.account_id else f"delivered={spender.amount.currency}"
        )
    if spender.basis == "stated by period":
        return f"period={currency}"
    return f"account={spender.account_id}" if spender.account_id else f"stated={currency}"


def month_figure(r: Retrospective, currency: str, month: str) -> str:
    """Return the address of a month's money: billed where anything was billed, else stated."""
    billed = any(total.basis == "delivered" for total in r.totals)
    return f"{'delivered' if billed else 'stated'}={currency}:{month}"


def months_table(r: Retrospective, currency: str) -> Table:
    """Return the money of each month in one currency."""
    high = r.months_high.get(currency, {})
    lines = []
    for day, low_micros in sorted(r.months[currency]):
        month = f"{day:%Y-%m}"
        amount = Amount(currency=currency, low_micros=low_micros, high_micros=high.get(day, low_micros))
        lines.append((Cell(said=month), Cell(said=str(amount), figure=month_figure(r, currency, month))))
    return Table(caption=f"Spend by month in {currency}", head=("Month", "Spend"), lines=tuple(lines))


def currencies_table(uses: Sequence[CurrencyUse]) -> Table:
    """Return how often each currency pays."""
    lines = tuple(
        (
            Cell(said=use.currency or "not stated"),
            Cell(said=f"{use.ads_count:,}", figure=f"currency={use.currency}"),
            Cell(said=percent(use.ads_share)),
            Cell(said="nobody else" if use.background_share is None else percent(use.background_share)),
        )
        for use in uses
    )
    head = ("Currency", "Ads", "Share", "All other ads")
    return Table(caption="Ads by the currency that pays", head=head, lines=lines)


def aims_table(aims: Sequence[Aim], kind: str, caption: str) -> Table:
    """Return what ads were aimed at; ``kind`` is ``country`` or ``phrase``."""
    lines = tuple(
        (
            Cell(said=legible(aim.what)),
            Cell(said=f"{aim.ads_count:,}", figure=f"{kind}={aim.what}"),
            Cell(said=percent(aim.ads_share)),
            Cell(said="not counted" if aim.background_share is None else percent(aim.background_share)),
        )
        for aim in aims
    )
    return Table(caption=caption, head=("Aim", "Ads", "Share", "All other ads"), lines=lines)


def clock_table(r: Retrospective) -> Table:
    """Return launches by hour of the week: a line an hour, a column a weekday."""
    lines = tuple(
        (
            Cell(said=f"{hour:02d}:00"),
            *(
                Cell(said=f"{r.clock.counts.get((day, hour), 0):,}", figure=f"hour={name}-{hour:02d}")
                for day, name in enumerate(WEEKDAYS)
            ),
        )
        for hour in range(24)
    )
    caption = f"Launches by hour and weekday, {legible(r.clock.time_zone)}"
    return Table(caption=caption, head=("Hour", *WEEKDAYS), lines=lines)


def weeks_table(r: Retrospective) -> Table:
    """Return launches by week, those of everybody else beside them."""
    beside = bool(r.background_weeks)
    lines = tuple(
        (
            Cell(said=str(monday)),
            Cell(said=f"{count:,}", figure=f"week={monday}"),
            *([Cell(said=f"{r.background_weeks.get(monday, 0):,}")] if beside else []),
        )
        for monday, count in r.weeks.items()
    )
    head = ("Week of", "Launches", "All others") if beside else ("Week of", "Launches")
    return Table(caption="Launches by week", head=head, lines=lines)


def spenders_table(group: Sequence[Spender], caption: str) -> Table:
    """Return the accounts of one basis and currency, the largest first."""
    lines = tuple(
        (
            Cell(said=", ".join(filter(None, [label(s), legible(s.market)]))),
            Cell(said=legible(s.account_id)),
            Cell(said="" if s.ads_count is None else f"{s.ads_count:,}"),
            Cell(said=str(s.amount), figure=money_figure(s)),
        )
        for s in group[:ACCOUNTS_LISTED]
    )
    more = len(group) - len(lines)
    return Table(
        caption=caption,
        head=("Name", "Account", "Ads", "Spend"),
        lines=lines,
        left_out=f"{more:,} more accounts are not listed; --json has them all" if more > 0 else "",
    )


def figures_with_rows(r: Retrospective) -> tuple[str, ...]:
    """Return the figures whose first rows stand in the page: all totals, and the largest of each table."""
    figures = ["ads"] if r.counts.ads_count else []
    figures += [money_figure(total) for total in r.totals]
    figures += [f"currency={use.currency}" for use in r.currencies]
    flags = {
        "account=unattributed": r.counts.unattributed_count,
        "unstated": r.counts.unstated_count,
        "zero": r.counts.zero_count,
        "undated": r.undated_count,
        "launches": r.launches.close_count,
        "texts": r.shared_texts.ads_count,
    }
    figures += [name for name, count in flags.items() if count]
    for currency, points in r.months.items():
        largest = sorted(points, key=lambda point: (-point[1], point[0]))[:MONTHS_WITH_ROWS]
        figures += [month_figure(r, currency, f"{day:%Y-%m}") for day, _ in sorted(largest)]
    figures += [f"country={aim.what}" for aim in r.countries[:AIMS_WITH_ROWS]]
    figures += [f"phrase={aim.what}" for aim in r.phrases[:AIMS_WITH_ROWS]]
    hours = sorted(r.clock.counts.items(), key=lambda item: (-item[1], item[0]))[:CELLS_WITH_ROWS]
    figures += [f"hour={WEEKDAYS[day]}-{hour:02d}" for (day, hour), _ in hours]
    weeks = sorted(r.weeks.items(), key=lambda item: (-item[1], item[0]))[:CELLS_WITH_ROWS]
    figures += [f"week={monday}" for monday, count in weeks if count]
    for total in r.totals:
        key = (total.basis, total.amount.currency)
        group = [s for s in r.spenders if (s.basis, s.amount.currency) == key]
        figures += [money_figure(s) for s in group[:ACCOUNTS_WITH_ROWS]]
    for place, one in enumerate(() if r.groups is None else r.groups.groups[:GROUPS_WITH_ROWS], start=1):
        figures += [
            f"group={place}",
            *(f"group={place}:{held.signal}" for held in one.signals if held.ads_count),
        ]
    return tuple(dict.fromkeys(figures))
