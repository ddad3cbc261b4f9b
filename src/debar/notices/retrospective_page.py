"""A retrospective as one self-contained page, with its pictures.

Law: the page says what the text says: every figure with its background and its limits beside it. It stands in
this room, not in ``retrospect``, because pictures and templates do.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from debar.model.legible import legible
from debar.notices.pages import render_page
from debar.notices.pictures import bars, launches_by_week, spend_over_time
from debar.notices.report.clock_picture import clock
from debar.notices.report.groups_section import groups_section
from debar.notices.report.tables import (
    Table,
    aims_table,
    clock_table,
    currencies_table,
    figures_with_rows,
    money_figure,
    months_table,
    spenders_table,
    weeks_table,
)
from debar.retrospect.clock import OFFICE_DAYS, OFFICE_HOURS, percent
from debar.retrospect.words import WEEKDAYS, label, of_ads, signals, undated

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from debar.retrospect.retrospective import Aim, Retrospective, Spender
    from debar.retrospect.rows import Row, Rows

__all__ = ["figures_with_rows", "render_retrospective_html"]

SPENDERS_DRAWN: Final = 15

CURRENCIES_DRAWN: Final = 3


def render_retrospective_html(
    retrospective: Retrospective,
    *,
    title: str = "Retrospective",
    marks: Sequence[tuple[date, str]] = (),
    rows: Sequence[Rows] = (),
    command: str = "",
) -> str:
    """Write a retrospective as one self-contained page.

    Args:
        retrospective: The figures.
        title: What it is about, such as the subject's name.
        marks: Days with a word, drawn into the pictures over time.
        rows: The first rows behind the figures that :func:`figures_with_rows` names.
        command: The command that lists all rows of a figure, up to the figure's address.
    """
    r = retrospective
    return render_page(
        "retrospective.html.j2",
        language="en",
        title=legible(title),
        window=str(r.window),
        place=None if r.place is None else legible(r.place),
        figures=_figures(r),
        totals=[
            (total.basis, str(total.amount), of_ads(total).removeprefix(", "), money_figure(total))
            for total in r.totals
        ],
        undated=undated(r) if r.undated_count else "",
        months=_months(r, marks),
        currencies=_currencies(r),
        spenders=_spenders(r),
        countries=_aims(r.countries, "Countries aimed at"),
        countries_table=aims_table(r.countries, "country", "Countries aimed at"),
        phrases=_aims(r.phrases[:15], "Subjects: parts of the targeting"),
        phrases_table=aims_table(r.phrases, "phrase", "Parts of the targeting"),
        clock=_clock(r),
        clock_table=clock_table(r),
        weeks=launches_by_week(r.weeks, marks=marks) if r.weeks else "",
        weeks_table=weeks_table(r),
        signals=signals(r),
        signal_figures={name: name for name in ("launches", "texts", "unstated")},
        groups=None if r.groups is None else groups_section(r.groups),
        behind=[_behind(one, command) for one in rows],
        ids={one.figure: f"rows-{place}" for place, one in enumerate(rows, start=1)},
        command=command,
    )


def _behind(one: Rows, command: str) -> dict[str, object]:
    """Return the rows of one figure as the page shows them."""
    return {
        "figure": legible(one.figure),
        "count": one.count,
        "rows": [
            (*map(legible, (row.row_id, row.account_id, row.at)), _stated(row), row) for row in one.rows
        ],
        "command": f"{command} {shlex.quote(one.figure)}" if command else "",
    }


def _stated(row: Row) -> str:
    return "not stated" if row.amount is None else str(row.amount)


def _currencies(r: Retrospective) -> tuple[str, Table] | None:
    if not r.currencies:
        return None
    others = [use.background_share or 0 for use in r.currencies]
    beside = any(use.background_share is not None for use in r.currencies)
    picture = bars(
        [(use.currency or "not stated", use.ads_share) for use in r.currencies],
        shown=[f"{use.ads_count:,} ads, {percent(use.ads_share)}" for use in r.currencies],
        title="Ads by the currency that pays",
        compare=others if beside else None,
        compare_word="share of all other ads",
    )
    return picture, currencies_table(r.currencies)


def _figures(r: Retrospective) -> list[tuple[str, str, str]]:
    """Return (term, value, the figure's address or nothing)."""
    counts = r.counts
    impressions = f"{counts.impressions_low:,}"
    if counts.impressions_high != counts.impressions_low:
        impressions += f" to {counts.impressions_high:,}"
    figures = [
        ("Ads launched", f"{counts.ads_count:,}", "ads"),
        ("Accounts", f"{counts.accounts_count:,}", ""),
        ("Impressions", impressions, ""),
        ("Clicks", f"{counts.clicks:,}", ""),
        ("Ads that state no spend", f"{counts.unstated_count:,}", "unstated"),
        ("Ads that state exactly 0.00", f"{counts.zero_count:,}", "zero"),
    ]
    if counts.unattributed_count:
        figures.insert(
            2, ("Ads that no account claims", f"{counts.unattributed_count:,}", "account=unattributed")
        )
    return figures


def _months(r: Retrospective, marks: Sequence[tuple[date, str]]) -> list[tuple[str, str, Table]]:
    """Return (currency, picture, table) for the currencies in which most ads or accounts were paid."""
    rank = {use.currency: position for position, use in enumerate(r.currencies)}
    order = sorted(r.months, key=lambda currency: (rank.get(currency, len(rank)), currency))
    return [
        (
            currency,
            spend_over_time(
                r.months[currency],
                currency=currency,
                window=r.window,
                marks=marks,
                title=f"Spend by month in {currency}",
                high={m: a for m, a in r.months_high.get(currency, {}).items() if a is not None},
            ),
            months_table(r, currency),
        )
        for currency in order[:CURRENCIES_DRAWN]
    ]


def _spenders(r: Retrospective) -> list[tuple[str, str, int, Table]]:
    """Return (heading, picture, how many more, table) by basis and currency; intervals by their lower end."""
    drawn = []
    for total in r.totals[: 2 * CURRENCIES_DRAWN]:
        key = (total.basis, total.amount.currency)
        group = [s for s in r.spenders if (s.basis, s.amount.currency) == key]
        picture = bars(
            [(_who(s), max(s.amount.low_micros, 0)) for s in group[:SPENDERS_DRAWN]],
            shown=[f"{s.amount}{of_ads(s)}" for s in group[:SPENDERS_DRAWN]],
            title=f"Accounts by spend, {total.basis}, {total.amount.currency}",
        )
        heading = f"{total.basis}, {total.amount.currency}"
        more = max(len(group) - SPENDERS_DRAWN, 0)
        drawn.append((heading, picture, more, spenders_table(group, f"Accounts by spend, {heading}")))
    return drawn


def _who(spender: Spender) -> str:
    return f"{label(spender)}, {legible(spender.market)}" if spender.market else label(spender)


def _aims(aims: Sequence[Aim], title: str) -> str:
    if not aims:
        return ""
    compare = [aim.background_share or 0 for aim in aims]
    beside = any(aim.background_share is not None for aim in aims)
    return bars(
        [(aim.what, aim.ads_share) for aim in aims],
        shown=[f"{aim.ads_count:,} ads, {percent(aim.ads_share)}" for aim in aims],
        title=title,
        compare=compare if beside else None,
        compare_word="share of all other ads",
    )


def _clock(r: Retrospective) -> str:
    if not r.clock.launches_count:
        return ""
    return clock(
        r.clock.counts,
        weekdays=WEEKDAYS,
        title=f"Launches by hour of the week, {r.clock.time_zone}",
        office=(OFFICE_DAYS, OFFICE_HOURS),
        office_word="Monday to Friday, 09:00 to 18:59",
    )
