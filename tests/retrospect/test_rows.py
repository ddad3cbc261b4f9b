from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from debar.model.problem import DebarError
from debar.model.window import Window
from debar.notices.retrospective_page import figures_with_rows
from debar.retrospect import retrospect, rows_behind

if TYPE_CHECKING:
    from collections.abc import Callable

    from debar.stores.duckdb_engine import DuckEngine

WINDOW = Window(start=date(2016, 5, 1), end=date(2016, 6, 30))
M = 1_000_000


def at(*parts: int) -> datetime:
    """Return a time as intake leaves it: UTC, without its zone."""
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)  # type: ignore[arg-type, misc]


def ad(number: int, account: str, created: datetime | None, **more: Any) -> dict[str, Any]:
    return {"ad_id": f"ad-{number}", "account_id": account, "created_at": created, **more}


def spent(low: int, high: int | None, currency: str = "RUB") -> dict[str, Any]:
    high_micros = None if high is None else high * M
    return {"spend_low_micros": low * M, "spend_high_micros": high_micros, "currency": currency}


TEXT = {"text": "Come and see for yourself"}

ADS = [
    ad(1, "a", at(2016, 5, 5, 13, 0, 5), countries=["US"], targeting="Interests: Jazz", **spent(5, 9)),
    ad(2, "b", at(2016, 5, 5, 13, 0, 9), countries=["US", "CA"], **spent(7, 7), **TEXT),
    ad(3, "a", at(2016, 6, 6, 8, 30), **TEXT),
    ad(4, "a", at(2016, 6, 7), **spent(0, 0)),
    ad(5, "b", at(2016, 6, 8, 9, 0), **spent(3, None, "USD")),
    ad(6, "b", None, **spent(2, 2)),
    ad(7, "b", at(2017, 1, 1, 9, 0), **spent(99, 99)),
]

SPEND = [{"account_id": "b", "ad_id": "ad-2", "currency": "RUB", "file_sha256": "cafe", "row": 41}]

BILLING = [
    {"event_id": "e1", "account_id": "a", "kind": "delivered", "service_day": date(2016, 5, 9)}
    | {"amount_micros": 4 * M, "currency": "EUR", "file": "billing.csv", "record": 1},
    {"event_id": "e2", "account_id": "a", "kind": "delivered", "service_day": date(2016, 6, 9)}
    | {"amount_micros": 6 * M, "currency": "EUR", "file": "billing.csv", "record": 2},
    {"event_id": "e3", "account_id": "a", "kind": "paid", "service_day": date(2016, 6, 9)}
    | {"amount_micros": 6 * M, "currency": "EUR", "file": "billing.csv", "record": 3},
]


@pytest.mark.parametrize(
    ("figure", "rows"),
    [
        ("ads", ["ad-2", "ad-1", "ad-5", "ad-4", "ad-3"]),
        ("stated=RUB", ["ad-2", "ad-1", "ad-4"]),
        ("stated=RUB:2016-05", ["ad-2", "ad-1"]),
        ("currency=USD", ["ad-5"]),
        ("currency=", ["ad-3"]),
        ("month=2016-06", ["ad-5", "ad-4", "ad-3"]),
        ("week=2016-05-02", ["ad-2", "ad-1"]),
        ("hour=Thu-16", ["ad-2", "ad-1"]),
        ("hour=Tue-03", []),
        ("country=CA", ["ad-2"]),
        ("account=a", ["ad-1", "ad-4", "ad-3"]),
        ("phrase=Jazz", ["ad-1"]),
        ("unstated", ["ad-3"]),
        ("zero", ["ad-4"]),
        ("undated", ["ad-6"]),
        ("launches", ["ad-2"]),
        ("texts", ["ad-2", "ad-3"]),
        ("delivered=EUR", ["e2", "e1"]),
        ("delivered=EUR:2016-05", ["e1"]),
        ("billed=a", ["e2", "e1"]),
        ("billed=b", []),
    ],
)
def test_an_address_gives_the_rows_that_were_counted(
    load: Callable[..., DuckEngine], figure: str, rows: list[str]
) -> None:
    """Each figure's rows, the largest first; an ad at 00:00:00 has a date and no hour (Moscow's Tue 03)."""
    engine = load(ads=ADS, spend=SPEND, billing=BILLING)
    retrospect(engine, window=WINDOW, time_zone="Europe/Moscow")
    got = rows_behind(engine, figure, window=WINDOW, place=None, time_zone="Europe/Moscow", most=9)
    assert [row.row_id for row in got.rows] == rows
    assert got.count == len(rows)


def test_every_figure_that_the_page_links_has_rows_and_the_money_adds_up(
    load: Callable[..., DuckEngine],
) -> None:
    """No link leads to nothing, and the rows of a total add up to it, at least and at most."""
    engine = load(ads=ADS, spend=SPEND, billing=BILLING)
    report = retrospect(engine, window=WINDOW, time_zone="UTC")
    for figure in figures_with_rows(report):
        assert rows_behind(engine, figure, window=WINDOW, place=None, time_zone="UTC", most=1).count, figure
    for total in report.totals:
        kind = "delivered" if total.basis == "delivered" else "stated"
        figure = f"{kind}={total.amount.currency}"
        got = rows_behind(engine, figure, window=WINDOW, place=None, time_zone="UTC", most=9)
        amounts = [row.amount for row in got.rows if row.amount]
        assert sum(amount.low_micros for amount in amounts) == total.amount.low_micros
        highs = [amount.high_micros for amount in amounts]
        high = None if None in highs else sum(value or 0 for value in highs)
        assert high == total.amount.high_micros


def test_a_row_says_where_it_stands(load: Callable[..., DuckEngine]) -> None:
    """File and row come from the spend row that states the amount, or from billing; else nothing is claimed."""
    engine = load(ads=ADS, spend=SPEND, billing=BILLING)
    retrospect(engine, window=WINDOW)
    ads = rows_behind(engine, "stated=RUB", window=WINDOW, place=None, time_zone="UTC", most=2).rows
    assert [(row.file, row.record) for row in ads] == [("cafe", 41), ("", None)]
    billed = rows_behind(engine, "billed=a", window=WINDOW, place=None, time_zone="UTC", most=1)
    assert [(row.file, row.record) for row in billed.rows] == [("billing.csv", 2)]
    assert billed.count == 2


def test_months_keep_both_ends_of_what_is_stated(load: Callable[..., DuckEngine]) -> None:
    """A month is an interval where an ad is, and open at the top where an ad is."""
    report = retrospect(load(ads=ADS), window=WINDOW)
    assert report.months_high == {"RUB": {date(2016, 5, 1): 16 * M}, "USD": {date(2016, 6, 1): None}}


def test_a_period_is_the_row_of_what_is_stated_by_period(load: Callable[..., DuckEngine]) -> None:
    """A period that reaches beyond the window counts nothing at least and all of it at most."""
    row = {"account_id": "a", "currency": "EUR", "low_micros": M, "high_micros": 2 * M, "row": 3}
    days = {"from_day": date(2016, 6, 1), "to_day": date(2016, 7, 31)}
    engine = load(spend=[row | days | {"file_sha256": "f"}])
    retrospect(engine, window=WINDOW)
    got = rows_behind(engine, "period=EUR", window=WINDOW, place=None, time_zone="UTC", most=9)
    (one,) = got.rows
    assert one.amount is not None
    assert (one.at, one.amount.low_micros, one.amount.high_micros, one.record) == (
        "2016-06-01 to 2016-07-31",
        0,
        2 * M,
        3,
    )


@pytest.mark.parametrize("figure", ["", "nonsense", "ads=1", "month=2016-13", "hour=Noon-3", "week=May"])
def test_an_unknown_figure_is_refused(load: Callable[..., DuckEngine], figure: str) -> None:
    """DBR-T003: a misspelt figure is not a figure without rows."""
    engine = load(ads=ADS)
    retrospect(engine, window=WINDOW)
    with pytest.raises(DebarError) as caught:
        rows_behind(engine, figure, window=WINDOW, place=None, time_zone="UTC", most=9)
    assert caught.value.code == "DBR-T003"
