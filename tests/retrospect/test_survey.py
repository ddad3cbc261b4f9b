from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from debar.model.canonical import canonical_json
from debar.model.problem import DebarError
from debar.model.window import Window
from debar.retrospect import render_text, retrospect, signals
from debar.retrospect.retrospective import Amount

if TYPE_CHECKING:
    from collections.abc import Callable

    from debar.stores.duckdb_engine import DuckEngine

    Load = Callable[..., DuckEngine]

WINDOW = Window(start=date(2016, 10, 1), end=date(2016, 11, 30))
MONDAY = datetime(2016, 10, 3, 9)  # noqa: DTZ001 - normalised times are naive UTC


def ad(ad_id: str, account_id: str, minutes: float, **more: Any) -> dict[str, Any]:
    at = MONDAY + timedelta(minutes=minutes)
    return {"ad_id": ad_id, "account_id": account_id, "created_at": at, **more}


def spend(micros: int, currency: str = "RUB") -> dict[str, Any]:
    return {"spend_low_micros": micros, "spend_high_micros": micros, "currency": currency}


def world() -> dict[str, list[dict[str, Any]]]:
    """Two accounts asked for, two others, one ad that nobody claims."""
    return {
        "accounts": [
            {"account_id": "a1", "name": "Redfern Stories", "currency": "RUB"},
            {"account_id": "a2", "name": "Harbour Views", "currency": "RUB"},
            {"account_id": "b1", "name": "Bakery", "currency": "USD"},
            {"account_id": "b2", "name": "Florist", "currency": "USD"},
        ],
        "ads": [
            ad(
                "1",
                "a1",
                0.1,
                **spend(5_000_000),
                countries=["US"],
                impressions=10,
                clicks=1,
                text="Stand up for it, now!",
            ),
            ad(
                "2",
                "a2",
                0.5,
                **spend(7_000_000),
                countries=["US", "GB"],
                impressions_low=5,
                impressions_high=9,
                text="stand up for it, NOW! ",
            ),
            ad("3", "a2", 60, **spend(0, "RUB"), countries=["GB"]),
            ad("4", "a1", 61.2, spend_low_micros=1_000_000, currency="USD"),
            ad("5", "a1", 120, targeting="Location: US\nInterests: Jazz or\nBlues"),
            ad("6", "unattributed", 120.1, **spend(1_000_000)),
            {"ad_id": "7", "account_id": "a1", **spend(9_000_000)},
            ad("8", "a1", -60 * 24 * 40, **spend(3_000_000)),
            ad("9", "b1", 5, **spend(2_000_000, "USD"), countries=["US"]),
            ad("10", "b2", 60 * 24 * 5 + 5.3, **spend(2_000_000, "USD"), countries=["US"]),
        ],
    }


def test_what_is_stated_is_kept_by_currency(load: Load) -> None:
    """Stated spend is never added across currencies; an open end stays open; zero and unstated are apart."""
    got = retrospect(load(**world()), window=WINDOW, accounts=["a1", "a2"])
    totals = {total.amount.currency: total.amount for total in got.totals}
    assert totals == {
        "RUB": Amount(currency="RUB", low_micros=12_000_000, high_micros=12_000_000),
        "USD": Amount(currency="USD", low_micros=1_000_000, high_micros=None),
    }
    assert (got.counts.ads_count, got.counts.unstated_count, got.counts.zero_count) == (5, 1, 1)


def test_what_has_no_day_is_told_apart(load: Load) -> None:
    """An ad without a date is in no window and no total, and is never lost."""
    got = retrospect(load(**world()), window=WINDOW, accounts=["a1", "a2"])
    assert (1, (Amount(currency="RUB", low_micros=9_000_000, high_micros=9_000_000),)) == (
        got.undated_count,
        got.undated,
    )
    assert "1 ad has no day" in render_text(got)


def test_the_background_is_everybody_else(load: Load) -> None:
    """Shares stand beside those of all other accounts, of which the unattributed one is no account."""
    got = retrospect(load(**world()), window=WINDOW, accounts=["a1", "a2"])
    assert got.background is not None
    assert (got.background.ads_count, got.background.accounts_count, got.background.unattributed_count) == (
        3,
        2,
        1,
    )
    assert [(use.currency, use.ads_count, use.ads_share, use.background_share) for use in got.currencies] == [
        ("RUB", 3, 600_000, 333_333),
        ("", 1, 200_000, 0),
        ("USD", 1, 200_000, 666_667),
    ]


def test_without_anybody_else_there_is_no_background(load: Load) -> None:
    """Asked for the whole platform, every signal says that there is nobody to compare with."""
    got = retrospect(load(**world()), window=WINDOW, around=date(2016, 10, 8))
    assert got.background is None
    assert all("no background" in signal.background for signal in signals(got))


def test_impressions_are_bounds(load: Load) -> None:
    """Stated ranges of impressions add up to a range; what is not stated is counted."""
    counts = retrospect(load(**world()), window=WINDOW, accounts=["a1", "a2"]).counts
    assert (
        counts.impressions_low,
        counts.impressions_high,
        counts.impressions_unknown_count,
        counts.clicks,
    ) == (15, 19, 3, 1)


def test_a_place_narrows_the_ads(load: Load) -> None:
    """Only ads aimed at the place are counted; one aimed at two places counts for both."""
    engine = load(**world())
    assert retrospect(engine, window=WINDOW, accounts=["a1", "a2"], place="US").counts.ads_count == 2
    assert retrospect(engine, window=WINDOW, accounts=["a1", "a2"], place="GB").counts.ads_count == 2


def test_close_launches_are_counted_across_known_accounts(load: Load) -> None:
    """Ads within thirty seconds of the one before count; an ad of nobody is never another account's."""
    got = retrospect(load(**world()), window=WINDOW).launches
    assert (got.ads_count, got.close_count, got.across_count, got.pairs) == (8, 2, 1, (("a1", "a2", 1),))


def test_shared_texts_ignore_case_and_edges(load: Load) -> None:
    """A text used by two accounts is found, however it is capitalised."""
    got = retrospect(load(**world()), window=WINDOW, accounts=["a1", "a2"]).shared_texts
    assert (got.texts_count, got.ads_count, got.top, got.peers_ads_count) == (
        1,
        2,
        (("stand up for it, now!", 2, 2),),
        0,
    )


def test_phrases_are_cut_from_targeting(load: Load) -> None:
    """Parts of the targeting text are counted without their labels, over line breaks."""
    got = retrospect(load(**world()), window=WINDOW, accounts=["a1"]).phrases
    assert {"Jazz", "Blues"} <= {aim.what for aim in got}


def test_billing_is_delivered_and_stated_is_stated(load: Load) -> None:
    """What was billed and what an archive states stand apart; only delivered ads in the window count."""
    event = {"account_id": "a1", "kind": "delivered", "currency": "USD", "market": "US", "amount_micros": 4}
    tables = world()
    tables["billing"] = [
        {**event, "event_id": "e1", "service_day": date(2016, 10, 1)},
        {**event, "event_id": "e2", "service_day": date(2016, 11, 30), "market": None},
        {**event, "event_id": "e3", "service_day": date(2016, 12, 1)},
        {**event, "event_id": "e4", "service_day": date(2016, 10, 1), "kind": "refund"},
    ]
    engine = load(**tables)
    got = retrospect(engine, window=WINDOW, accounts=["a1", "a2"])
    assert [(total.basis, total.amount.currency, total.amount.low_micros) for total in got.totals] == [
        ("delivered", "USD", 8),
        ("stated by ad", "RUB", 12_000_000),
        ("stated by ad", "USD", 1_000_000),
    ]
    assert {"USD": ((date(2016, 10, 1), 4), (date(2016, 11, 1), 4))} == got.months
    narrow = retrospect(engine, window=WINDOW, accounts=["a1", "a2"], place="US")
    assert [t.amount.low_micros for t in narrow.totals if t.basis == "delivered"] == [4]


def test_a_period_beyond_the_window_counts_nothing_at_least(load: Load) -> None:
    """An archive's sum over a period that reaches beyond the window is an upper bound only."""
    row = {"account_id": "a1", "currency": "EUR", "low_micros": 10, "high_micros": 20}
    tables = world()
    tables["spend"] = [
        {**row, "from_day": date(2016, 10, 1), "to_day": date(2016, 10, 31)},
        {**row, "from_day": date(2016, 9, 1), "to_day": date(2016, 10, 1)},
        {**row, "from_day": date(2016, 8, 1), "to_day": date(2016, 9, 30)},
        {**row, "from_day": date(2016, 10, 2), "to_day": date(2016, 10, 3), "ad_id": "5"},
    ]
    got = retrospect(load(**tables), window=WINDOW, accounts=["a1"])
    totals = {(total.basis, total.amount.currency): total.amount for total in got.totals}
    assert Amount(currency="EUR", low_micros=10, high_micros=40) == totals["stated by period", "EUR"]
    assert Amount(currency="EUR", low_micros=10, high_micros=20) == totals["stated by ad", "EUR"]


def test_an_ads_own_spend_is_not_added_to_its_spend_row(load: Load) -> None:
    """Where both tables state the same ad's spend, it counts once."""
    tables = world()
    tables["spend"] = [
        {
            "account_id": "a1",
            "currency": "RUB",
            "low_micros": 5_000_000,
            "high_micros": 5_000_000,
            "ad_id": "1",
        }
    ]
    got = retrospect(load(**tables), window=WINDOW, accounts=["a1", "a2"])
    assert Amount(currency="RUB", low_micros=12_000_000, high_micros=12_000_000) == got.totals[0].amount


def test_the_calendar_counts_around_a_day(load: Load) -> None:
    """Eight weeks on either side of a day, the background beside it, only inside the window."""
    got = retrospect(load(**world()), window=WINDOW, accounts=["a1", "a2"], around=date(2016, 10, 4)).around
    assert got is not None
    assert (got.before_count, got.after_count, got.background_before_count, got.background_after_count) == (
        5,
        0,
        2,
        1,
    )


def test_row_order_changes_nothing(load: Load) -> None:
    """The same rows in another order give the same bytes."""
    tables = world()
    first = canonical_json(retrospect(load(**tables), window=WINDOW, accounts=["a1", "a2"]).as_json())
    backwards = {name: rows[::-1] for name, rows in tables.items()}
    assert first == canonical_json(
        retrospect(load(**backwards), window=WINDOW, accounts=["a2", "a1", "a2"]).as_json()
    )


def test_dates_without_a_time_tell_no_hours(load: Load) -> None:
    """Where an archive gives dates only, the clock stays empty and says how many it left out."""
    tables = world()
    for row in tables["ads"]:
        if "created_at" in row:
            row["created_at"] = datetime.combine(row["created_at"].date(), datetime.min.time())
    got = retrospect(load(**tables), window=WINDOW, accounts=["a1", "a2"])
    assert (got.clock.launches_count, got.clock.dates_only_count, dict(got.clock.counts)) == (0, 5, {})
    assert got.launches.close_count == 0
    assert "clock" not in {signal.name for signal in signals(got)}


def test_an_unknown_account_is_refused(load: Load) -> None:
    """DBR-T001: a misspelt account is not an account without ads."""
    with pytest.raises(DebarError) as caught:
        retrospect(load(**world()), window=WINDOW, accounts=["a1", "nobody"])
    assert (caught.value.code, caught.value.details) == ("DBR-T001", ("nobody",))


def test_nothing_in_the_window_is_an_answer(load: Load) -> None:
    """An empty window, and an empty platform, are told without a crash."""
    empty = Window(start=date(2001, 1, 1), end=date(2001, 1, 2))
    assert "0 ads of 0 accounts" in render_text(retrospect(load(**world()), window=empty))
    assert "none is stated or billed" in render_text(retrospect(load(), window=empty))


def test_hostile_names_are_shown_as_they_are_not_obeyed(load: Load) -> None:
    """A name cannot send commands to a terminal."""
    tables = world()
    tables["accounts"][0]["name"] = "\x1b[2J\u202eevil"
    text = render_text(retrospect(load(**tables), window=WINDOW))
    assert "⟨U+001B⟩[2J⟨U+202E⟩evil" in text
    assert "\x1b" not in text


def test_every_signal_says_what_it_cannot_show(load: Load) -> None:
    """No signal stands without its background and its limit."""
    got = signals(retrospect(load(**world()), window=WINDOW, accounts=["a1", "a2"], around=date(2016, 10, 8)))
    counted = {"currency", "clock", "offset", "launches", "texts", "calendar", "unstated"}
    untold = {"undeclared election ads", "landing templates", "changed hands"}
    assert counted | untold == {s.name for s in got}
    assert untold == {s.name for s in got if s.found.startswith("Cannot be told from this data: ")}
    assert all(s.found and s.background and s.shows and s.cannot_show for s in got)
