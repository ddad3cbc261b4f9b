"""The transparency report: every number against a small history that can be counted by hand."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debar.model.window import Window
from debar.notices.transparency.pages import report_html, report_text
from debar.notices.transparency.proportions import median, percentile, wilson
from debar.notices.transparency.report import BANDS, STATUSES, TransparencyReport, transparency_report
from debar.notices.transparency.spreadsheet import report_csv
from histories import APPLIED, Log, eventful

YEAR = Window(start=date(2017, 1, 1), end=date(2017, 12, 31))


@pytest.fixture
def log(plan: dict[str, Any]) -> Log:
    """Return a year in which everything happened once."""
    return eventful(plan)


def report_of(log: Log, window: Window = YEAR) -> TransparencyReport:
    return transparency_report(log.entries, window)


def test_decisions_notices_and_answers_are_counted(log: Log) -> None:
    """One decision, four named and eight linked accounts, three notices, a denial and a response."""
    got = report_of(log)
    assert (got.decisions, got.named, got.linked, got.notices) == (1, 4, 8, 3)
    assert (got.denials, got.responses, got.confirmed, got.lapsed) == (1, 1, 1, 1)


def test_every_appeal_has_one_status(log: Log) -> None:
    """Five were filed: one reversed, one upheld, one inadmissible, one withdrawn, one pending and late."""
    got = report_of(log)
    assert got.appeals == {
        "inadmissible": 1, "withdrawn": 1, "upheld": 1, "partly_reversed": 0, "reversed": 1, "pending": 1,
    }  # fmt: skip
    assert (got.filed, got.late) == (5, 1)
    assert got.out_of_court == {
        "out_of_court_referred": 1, "out_of_court_resolved": 1, "court_referred": 0, "court_resolved": 0,
    }  # fmt: skip


def test_an_appeal_counts_by_what_was_known_at_the_end_of_the_period(log: Log) -> None:
    """On 30 October four had been filed and none was decided: all four are pending."""
    got = report_of(log, Window(start=date(2017, 10, 1), end=date(2017, 10, 30)))
    assert {status: count for status, count in got.appeals.items() if count} == {"pending": 4}
    assert got.reversed_on_appeal == 0


def test_reversals_are_told_apart_from_lapses(log: Log) -> None:
    """One on appeal, one without; a suspension that lapses is no finding of an error."""
    got = report_of(log)
    assert (got.reversed_on_appeal, got.reversed_without_appeal) == (1, 1)
    assert {part.name: (part.debarred, part.reviewed, part.reversed_count) for part in got.rules} == {
        "ads-policy-7 2017-10": (12, 4, 2)
    }
    assert {part.name: (part.debarred, part.reviewed, part.reversed_count) for part in got.bases} == {
        "legal_id": (8, 4, 2), "page": (1, 0, 0),
    }  # fmt: skip


def test_bands_compare_prediction_and_finding(log: Log) -> None:
    """Of five accounts at 96 % three were looked at again and one was right; the one at 99.95 % was right."""
    bands = {band.low: band for band in report_of(log).bands}
    assert (bands[950_000].debarred, bands[950_000].reviewed, bands[950_000].right) == (7, 3, 1)
    assert bands[950_000].predicted == 960_000
    assert bands[950_000].agrees is False
    assert (bands[999_000].reviewed, bands[999_000].right, bands[999_000].agrees) == (1, 1, True)
    assert [bands[low].agrees for low in (0, 500_000, 800_000, 900_000, 990_000)] == [None] * 5


def test_times_have_their_denominator(log: Log) -> None:
    """Two appeals took five and eight days: the median is 6.5, nine in ten took at most 8."""
    times = {t.name: t for t in report_of(log).times}
    assert (times["appeal"].count, times["appeal"].median_days, times["appeal"].p90_days) == (2, 6.5, 8.0)
    assert (times["notice_of_outcome"].count, times["notice_of_outcome"].median_days) == (1, 7.0)
    assert (times["plan"].count, times["plan"].median_days) == (1, 0.125)


def donation(*steps: tuple[str, str, str]) -> dict[str, Any]:
    """Return a donation's body: kind, day and amount of each step."""
    account = {"disburse": "Assets:Cash"}
    return {
        "currency": "USD",
        "entries": [
            {"kind": kind, "at": f"{day}T12:00:00Z", "lines": [
                {"ledger_account": account.get(kind, "Expenses:Donation:D"), "amount": amount},
                {"ledger_account": "Liabilities:Donation:D:Fund", "amount": "0.000000"},
            ]}
            for kind, day, amount in steps
        ],
    }  # fmt: skip


def test_money_is_what_happened_in_the_period(log: Log) -> None:
    """Pledged, lowered, paid and voided by a reversal: each within the period, from the newest state alone."""
    steps = [
        ("pledge", "2017-10-26", "1900000.000000"),
        ("true_up", "2017-11-02", "-10.500000"),
        ("disburse", "2017-11-03", "-1000.000000"),
        ("reverse", "2017-12-01", "-250.000000"),
        ("disburse", "2018-01-05", "-7.000000"),
    ]
    log.add("pledge", donation(*steps[:1]))
    log.add("pledge", donation(*steps))
    (money,) = report_of(log).money
    assert (money.pledged, money.lowered, money.paid, money.restored) == (
        1_900_000_000_000, 10_500_000, 1_000_000_000, 250_000_000,
    )  # fmt: skip


def test_an_erased_account_is_still_counted(plan: dict[str, Any]) -> None:
    """Without the private side the public one says how many, and why they were let back."""
    log = Log()
    log.decided(plan)
    log.lift("f-front", "reversed", days=1)
    erased = [
        replace(e, by=None, body=None, subjects=None) if e.type in ("debar", "lift") else e
        for e in log.entries
    ]
    got = transparency_report(erased, YEAR)
    assert (got.named, got.linked, got.reversed_without_appeal) == (4, 2, 1)


def test_months_without_anything_are_there_too(log: Log) -> None:
    """A period of a year has twelve months, whatever happened in them."""
    months = report_of(log).months
    assert [m.month for m in months] == [f"2017-{m:02d}" for m in range(1, 13)]
    assert [(m.month, m.decisions, m.filed, m.reversed_count) for m in months if m.filed or m.decisions] == [
        ("2017-10", 1, 5, 0)
    ]
    assert months[10].reversed_count == 2


EVENTS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from(["file", "refuse", "withdraw", "upheld", "varied", "lifted", "escalate", "resolve"]),
        st.integers(0, 40),
    ),
    max_size=30,
)


@given(EVENTS, st.integers(0, 400))
def test_the_parts_of_the_appeals_are_the_appeals(events: list[tuple[int, str, int]], days: int) -> None:
    """In whatever order steps are recorded, and whenever a period ends, the statuses add up to the filed."""
    log = Log()
    for number, event, after in events:
        outcome = event if event in {"upheld", "varied", "lifted"} else ""
        log.appeal(number, "x", "decide" if outcome else event, days=after, outcome=outcome)
    window = Window(start=APPLIED.date(), end=APPLIED.date() + timedelta(days=days))
    got = transparency_report(log.entries, window)
    last = {
        e.public["appeal_id"]: e
        for e in log.entries
        if e.public["event"] == "file" and e.at.date() <= window.end
    }
    assert got.filed == sum(e.at.date() in window for e in last.values())
    assert set(got.appeals) == set(STATUSES)


def test_the_bands_hold_every_probability_once() -> None:
    """From nothing to certainty, no gap and no overlap."""
    assert (BANDS[0], BANDS[-1]) == (0, 1_000_001)
    assert list(BANDS) == sorted(set(BANDS))


@pytest.mark.parametrize(
    ("count", "total", "expected"),
    [(0, 10, (0.0, 0.2775)), (5, 10, (0.2366, 0.7634)), (10, 10, (0.7225, 1.0)), (1, 1, (0.2065, 1.0))],
)
def test_an_interval_is_wilsons(count: int, total: int, expected: tuple[float, float]) -> None:
    """Published values of the score interval, to four digits; nothing has no share."""
    found = wilson(count, total)
    assert found is not None
    assert expected == tuple(round(bound, 4) for bound in found)
    assert wilson(0, 0) is None


def test_middles_and_ranks() -> None:
    """The median of an even count is between two values; a percentile is a value that occurs."""
    assert (median([3, 1, 2]), median([4, 1, 2, 3]), median([])) == (2, 2.5, None)
    assert (percentile([1, 2, 3], 90), percentile([5], 90), percentile([], 90)) == (3, 5, None)


@pytest.mark.parametrize("language", ["en", "de"])
def test_page_and_text_say_the_same_numbers(log: Log, language: str) -> None:
    """Every line of the text's tables stands in the page, with three pictures and nothing loaded."""
    got = report_of(log)
    page = report_html(got, platform="Birdsong", language=language)
    shown = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.split("<main>")[1])).split())
    for line in report_text(got, language=language).splitlines():
        assert " ".join(line.split()).strip("-") in shown, line
    assert page.count("<svg ") == 3
    assert not re.search(r'src=|href="http|url\(|@import|<script', page)


def test_a_period_without_anything_says_so() -> None:
    """No register entry, no picture, no share: "none", and no zero per cent of nothing."""
    got = transparency_report([], YEAR)
    page = report_html(got, platform="")
    assert "<svg " not in page
    assert "No money was pledged, paid or taken back." in page
    assert "nothing is known about the probabilities" in page
    assert "%" not in page.split("<main>")[1].replace("95 %", "")


def test_the_spreadsheet_holds_every_number_with_its_whole(log: Log) -> None:
    """Rows of five cells; the parts of the appeals add up; a name is never a formula."""
    rows = list(csv.reader(io.StringIO(report_csv(report_of(log)))))
    assert rows[0] == ["section", "name", "measure", "value", "of"]
    assert {len(row) for row in rows} == {5}
    appeals = {row[1]: row for row in rows if row[0] == "appeals"}
    assert sum(int(appeals[status][3]) for status in STATUSES) == 5
    assert {row[4] for row in appeals.values()} == {"5"}
    assert ["probability", "0.950-0.990", "right", "1", "3"] in rows


def test_a_rule_is_no_formula(plan: dict[str, Any]) -> None:
    """A rule that begins like a formula is quoted for the spreadsheet."""
    plan["decision"]["rule"]["id"] = '=HYPERLINK("http://x.example")'
    log = Log()
    log.decided(plan)
    rows = list(csv.reader(io.StringIO(report_csv(report_of(log)))))
    assert [row[1][:2] for row in rows if row[0] == "rule"] == ["'=", "'="]


def test_the_json_says_what_the_report_says(log: Log) -> None:
    """Shares stand beside their counts; what is not known is null."""
    told = json.loads(json.dumps(report_of(log).as_json()))
    assert told["appeals"]["filed"] == 5
    band = next(b for b in told["reversals"]["by_probability"] if b["from"] == "0.950")
    assert (band["reviewed"], band["right"], band["predicted"], band["agrees"]) == (3, 1, "0.960000", False)
    assert told["reversals"]["by_probability"][0]["observed_95"] is None


@pytest.mark.ci
@pytest.mark.browser
def test_the_page_fits_a_phone(log: Log, tmp_path: Any, browser: Any) -> None:
    """390 px wide, the page is no wider than the screen and fetches nothing."""
    (tmp_path / "report.html").write_text(
        report_html(report_of(log), platform="Birdsong", language="de"), encoding="utf-8"
    )
    page = browser.new_page(viewport={"width": 390, "height": 800})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "report.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert asked == [(tmp_path / "report.html").as_uri()]
    page.close()
