from __future__ import annotations

import re
from datetime import date
from xml.etree import ElementTree as ET

from debar.model.window import Window
from debar.notices.pictures import ENGLISH, bars, launches_by_week, nice_steps, spend_over_time
from debar.notices.report.clock_picture import clock

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SVG = "{http://www.w3.org/2000/svg}"


def drawn(picture: str) -> ET.Element:
    """Parse a picture; it is well-formed and has a role, a title and a description."""
    root = ET.fromstring(picture)
    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[1].tag == f"{SVG}desc"
    assert all("nan" not in value for e in root.iter() for value in e.attrib.values())
    return root


def test_spend_has_one_column_a_month_and_says_its_sum() -> None:
    """Each point is a column of the right height, the window is shaded, and the day of the ban is marked."""
    points = [(date(2016, 1, 1), 1_000_000_000), (date(2016, 3, 1), 2_000_000_000)]
    picture = spend_over_time(
        points,
        currency="USD",
        window=Window(start=date(2015, 6, 1), end=date(2016, 11, 8)),
        marks=[(date(2017, 10, 26), "ban")],
    )
    root = drawn(picture)
    heights = [
        float(rect.get("height") or 0)
        for rect in root.iter(f"{SVG}rect")
        if "accent" in (rect.get("fill") or "")
    ]
    assert len(heights) == 2
    assert abs(heights[1] - 2 * heights[0]) < 0.2
    assert "3,000.00 USD in all" in (root[1].text or "")
    assert "ban" in picture


def test_spend_can_be_negative_and_can_be_none() -> None:
    """A month of corrections is drawn below the line; without any spend the picture says so."""
    drawn(spend_over_time([(date(2016, 1, 1), -5), (date(2016, 2, 1), 7)], currency="JPY"))
    drawn(spend_over_time([(date(2016, 1, 1), 0)], currency="JPY"))
    assert "no spend in RUB" in spend_over_time([], currency="RUB")


def test_bars_keep_order_and_escape_labels() -> None:
    """Bars stand in the order given, each with its words; a hostile label stays text."""
    picture = bars(
        [("<b>x</b>", 3), ("y", 0)], shown=["3 ads", "none"], title="t", compare=[1, 2], compare_word="c"
    )
    texts = [text.text for text in drawn(picture).iter(f"{SVG}text")]
    assert texts == ["c", "<b>x</b>", "3 ads", "y", "none"]


def test_the_clock_prints_every_count() -> None:
    """Each hour with launches shows its number, so that the shade only repeats it."""
    root = drawn(
        clock({(0, 9): 3, (6, 23): 12_345}, weekdays=DAYS, title="t", office=(range(5), range(9, 19)))
    )
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert "3" in texts
    assert "12k" in texts
    drawn(clock({}, weekdays=DAYS, title="empty"))


def test_weeks_are_drawn_with_their_marks() -> None:
    """A column a week, and the day of interest beside it."""
    picture = launches_by_week(
        {date(2016, 11, 7): 5, date(2016, 11, 14): 0}, marks=[(date(2016, 11, 8), "election")]
    )
    assert "election" in picture
    drawn(picture)
    drawn(launches_by_week({}))


def test_colours_come_from_variables() -> None:
    """A picture has no colour of its own but the fallback of a variable: it follows the theme and the paper."""
    picture = spend_over_time([(date(2016, 1, 1), 5_000_000)], currency="USD")
    assert not re.search(r'(?:fill|stroke)="#', picture)


def test_axis_steps_are_round_and_reach_the_top() -> None:
    """Steps start at zero, are 1, 2 or 5 times a power of ten, and end at or above the largest value."""
    for largest in (1, 3, 7, 99, 100, 101, 4_560_630_540_000):
        steps = nice_steps(largest)
        assert steps[0] == 0
        assert steps[-1] >= largest > steps[-2]
        assert str(steps[1]).rstrip("0") in {"1", "2", "5"}


def test_axis_amounts_are_short() -> None:
    """Amounts on an axis fit beside it."""
    assert [
        ENGLISH.compact(40_000_000_000, "USD"),
        ENGLISH.compact(1_500_000_000_000, "RUB"),
        ENGLISH.compact(-2_000_000_000, "GBP"),
        ENGLISH.compact(0, "RUB"),
        ENGLISH.compact(500_000, "RUB"),
    ] == ["$40k", "1.5m", "−£2k", "0", "0.5"]
