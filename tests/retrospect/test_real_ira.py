"""The Internet Research Agency's ads, as the public record has them."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from debar.model.money import parse_micros
from debar.model.window import Window
from debar.notices.retrospective_page import render_retrospective_html
from debar.retrospect import render_text, retrospect

if TYPE_CHECKING:
    from collections.abc import Callable

    from debar.stores.duckdb_engine import DuckEngine

ADS = Path(__file__).parents[2].parent / "shared" / "data" / "ira_ads.csv"
ALWAYS = Window(start=date(2015, 1, 1), end=date(2017, 12, 31))

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not ADS.is_file(), reason="the real data folder ../shared/data is absent"),
]


def utc(text: str) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None) if text else None


@pytest.fixture
def ira(load: Callable[..., DuckEngine]) -> DuckEngine:
    """Load the ads straight from the file: one account a page key."""
    with ADS.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    ads: list[dict[str, Any]] = [
        {
            "ad_id": row["bates"],
            "account_id": row["page_key"] or "unattributed",
            "created_at": utc(row["created"]),
            "text": row["ad_text"],
            "targeting": row["targeting_raw"],
            "impressions": int(float(row["impressions"])) if row["impressions"] else None,
            "clicks": int(float(row["clicks"])) if row["clicks"] else None,
            "spend_low_micros": parse_micros(row["spend"]) if row["spend"] else None,
            "spend_high_micros": parse_micros(row["spend"]) if row["spend"] else None,
            "currency": row["currency"] or None,
        }
        for row in rows
    ]
    accounts = sorted({row["page_key"] for row in rows if row["page_key"]})
    return load(accounts=[{"account_id": a, "name": a, "currency": "RUB"} for a in accounts], ads=ads)


def test_the_money_of_the_public_record(ira: DuckEngine) -> None:
    """RUB 5,849,822.97 on 2,548 ads and USD 109.33 on 5; 787 without a figure and 176 zeros stay apart.

    Two of the ads have no date: they are in no window, and are told beside it.
    """
    got = retrospect(ira, window=ALWAYS)
    totals = {total.amount.currency: (total.amount.low_micros, total.ads_count) for total in got.totals}
    undated = {amount.currency: amount.low_micros for amount in got.undated}
    assert totals["RUB"][0] + undated["RUB"] == 5_849_822_970_000
    assert (totals["RUB"][1], got.undated_count - 1) == (2_547, 1)
    assert totals["USD"] == (109_330_000, 5)
    assert (got.counts.unstated_count, got.counts.zero_count) == (787, 176)


def test_the_election_window(ira: DuckEngine) -> None:
    """Before 2016-11-09 there are 2,220 ads, 1,484 of them paid with RUB 4,560,630.54."""
    got = retrospect(ira, window=Window(start=date(2015, 1, 1), end=date(2016, 11, 8)))
    roubles = next(total for total in got.totals if total.amount.currency == "RUB")
    assert (got.counts.ads_count, roubles.ads_count, roubles.amount.low_micros) == (
        2_220,
        1_484,
        4_560_630_540_000,
    )


def test_the_office_clock(ira: DuckEngine) -> None:
    """97.4 % were created Monday to Friday, 09:00 to 18:59 Moscow time; UTC+2 fits even a little better."""
    got = retrospect(ira, window=ALWAYS, time_zone="Europe/Moscow").clock
    assert got.office_share == 974_111
    assert (got.best_offset_hours, got.best_share) == (2, 981_508)
    assert sum(got.counts.values()) == 3_515


def test_launches_from_one_desk(ira: DuckEngine) -> None:
    """1,421 ads were created within 30 seconds of the one before, at least 226 of those on another page."""
    got = retrospect(ira, window=ALWAYS).launches
    assert (got.close_count, got.across_count) == (1_421, 226)


def test_the_real_retrospective_can_be_read(ira: DuckEngine) -> None:
    """Text and page are made of the real ads, whatever these hold."""
    got = retrospect(ira, window=ALWAYS, time_zone="Europe/Moscow", around=date(2016, 11, 8))
    assert "447 launches in the eight weeks up to 2016-11-08, 262 in the eight weeks after." in render_text(
        got
    )
    page = render_retrospective_html(got, title="IRA", marks=[(date(2016, 11, 8), "election day")])
    assert page.count("<svg ") >= 6
