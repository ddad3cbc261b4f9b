"""Spend over time as a picture."""

from __future__ import annotations

from debar.briefs.timeline import BOTTOM, LEFT, TOP, WIDTH, nice_above, timelines

MONTHS = [
    {"month": "2015-05", "amount": "10.000000"},
    {"month": "2016-11", "amount": "40.000000"},
    {"month": "2016-02", "amount": "20.000000", "currency": "EUR"},
    {"month": "2016-11", "amount": "-1.000000", "currency": "EUR"},
]


def test_months_are_exact_shares_of_the_axis() -> None:
    """A bar is as high as its share of the end of the axis, and stands inside the picture."""
    usd, _ = timelines(
        MONTHS, currency="USD", window={"start": "2015-06-01", "end": "2016-11-08"}, ban_day="2017-10-26"
    )
    heights = {bar.month: bar.height for bar in usd.bars}

    assert usd.gridlines[-1][1] == 40_000_000
    assert heights == {"2015-05": round((BOTTOM - TOP) / 4, 1), "2016-11": float(BOTTOM - TOP)}
    assert [bar.inside for bar in usd.bars] == [False, True]
    assert all(bar.x >= LEFT and bar.x + bar.width <= WIDTH for bar in usd.bars)


def test_the_window_and_the_ban_stand_in_their_place() -> None:
    """The window begins after the month before it, and the ban lies after the window, at the right."""
    usd, _ = timelines(
        MONTHS, currency="USD", window={"start": "2015-06-01", "end": "2016-11-08"}, ban_day="2017-10-26"
    )

    assert usd.window is not None
    assert usd.ban_x is not None
    assert usd.bars[0].x + usd.bars[0].width <= usd.window[0] < usd.window[1] < usd.ban_x <= WIDTH
    assert [year for _, year in usd.years] == ["2016", "2017"]


def test_each_currency_has_its_own_picture_and_giving_back_is_no_bar_upwards() -> None:
    """Currencies are never added; the report's own comes first; a negative month has no height."""
    pictures = timelines(MONTHS, currency="USD", window=None, ban_day=None)

    assert [picture.currency for picture in pictures] == ["USD", "EUR"]
    assert [bar.height for bar in pictures[1].bars] == [float(BOTTOM - TOP), 0.0]
    assert timelines([], currency="USD", window=None, ban_day=None) == ()


def test_an_axis_ends_at_a_round_number() -> None:
    """One, two, four, five, ten times a power of ten."""
    assert [nice_above(n * 1_000_000) // 1_000_000 for n in (1, 3, 41, 100, 101, 999)] == [
        1,
        4,
        50,
        100,
        200,
        1000,
    ]
