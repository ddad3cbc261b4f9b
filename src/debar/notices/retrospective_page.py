"""A retrospective as one self-contained page, with its pictures.

Law: the page says what the text says: every figure with its background and its limits beside it. It stands in
this room, not in ``retrospect``, because pictures and templates do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.model.legible import legible
from debar.notices.pages import render_page
from debar.notices.pictures import bars, clock, launches_by_week, spend_over_time
from debar.retrospect.clock import OFFICE_DAYS, OFFICE_HOURS
from debar.retrospect.words import WEEKDAYS, label, of_ads, percent, signals, undated

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from debar.retrospect.retrospective import Aim, Retrospective, Spender

SPENDERS_DRAWN: Final = 15

CURRENCIES_DRAWN: Final = 3


def render_retrospective_html(
    retrospective: Retrospective, *, title: str = "Retrospective", marks: Sequence[tuple[date, str]] = ()
) -> str:
    """Write a retrospective as one self-contained page.

    Args:
        retrospective: The figures.
        title: What it is about, such as the subject's name.
        marks: Days with a word, drawn into the pictures over time.
    """
    r = retrospective
    return render_page(
        "retrospective.html.j2",
        language="en",
        title=legible(title),
        window=str(r.window),
        place=None if r.place is None else legible(r.place),
        figures=_figures(r),
        totals=[(total.basis, str(total.amount), of_ads(total).removeprefix(", ")) for total in r.totals],
        undated=undated(r) if r.undated_count else "",
        months=_months(r, marks),
        spenders=_spenders(r),
        countries=_aims(r.countries, "Countries aimed at"),
        phrases=_aims(r.phrases[:15], "Parts of the targeting"),
        clock=_clock(r),
        weeks=launches_by_week(r.weeks, marks=marks) if r.weeks else "",
        signals=signals(r),
    )


def _figures(r: Retrospective) -> list[tuple[str, str]]:
    counts = r.counts
    impressions = f"{counts.impressions_low:,}"
    if counts.impressions_high != counts.impressions_low:
        impressions += f" to {counts.impressions_high:,}"
    figures = [
        ("Ads launched", f"{counts.ads_count:,}"),
        ("Accounts", f"{counts.accounts_count:,}"),
        ("Impressions", impressions),
        ("Clicks", f"{counts.clicks:,}"),
        ("Ads that state no spend", f"{counts.unstated_count:,}"),
        ("Ads that state exactly 0.00", f"{counts.zero_count:,}"),
    ]
    if counts.unattributed_count:
        figures.insert(2, ("Ads that no account claims", f"{counts.unattributed_count:,}"))
    return figures


def _months(r: Retrospective, marks: Sequence[tuple[date, str]]) -> list[tuple[str, str]]:
    """Return (currency, picture) for the currencies in which most ads or accounts were paid."""
    rank = {use.currency: position for position, use in enumerate(r.currencies)}
    order = sorted(r.months, key=lambda currency: (rank.get(currency, len(rank)), currency))
    return [
        (
            currency,
            spend_over_time(
                r.months[currency],
                currency=currency,
                marks=marks,
                title=f"Spend by month in {currency}",
            ),
        )
        for currency in order[:CURRENCIES_DRAWN]
    ]


def _spenders(r: Retrospective) -> list[tuple[str, str, int]]:
    """Return (heading, picture, how many more) for each basis and currency; intervals by their lower end."""
    drawn = []
    for total in r.totals[: 2 * CURRENCIES_DRAWN]:
        key = (total.basis, total.amount.currency)
        group = [s for s in r.spenders if (s.basis, s.amount.currency) == key]
        picture = bars(
            [(_who(s), max(s.amount.low_micros, 0)) for s in group[:SPENDERS_DRAWN]],
            shown=[f"{s.amount}{of_ads(s)}" for s in group[:SPENDERS_DRAWN]],
            title=f"Accounts by spend, {total.basis}, {total.amount.currency}",
        )
        drawn.append(
            (f"{total.basis}, {total.amount.currency}", picture, max(len(group) - SPENDERS_DRAWN, 0))
        )
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
