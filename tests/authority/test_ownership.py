"""Who is blocked through ownership, case by case and in words."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from debar.authority.dates import read_span
from debar.authority.entities import Interest
from debar.authority.ownership import Holdings, derive, holdings_of, rule_of
from debar.authority.percentages import ANY, Share, read_share
from debar.authority.problems import Findings

TABLE = Path(__file__).resolve().parents[1] / "tables" / "ownership.md"
CASES = [
    [cell.strip() for cell in line.strip().strip("|").split("|")]
    for line in TABLE.read_text().splitlines()
    if re.match(r"\| \d+ ", line)
]


def interest(
    owner: str, asset: str, percentage: str, *, schema: str = "Ownership", start: str = "", end: str = ""
) -> Interest:
    """Make one tie."""
    return Interest(
        interest_id=f"{owner}-{asset}-{percentage}",
        schema=schema,
        source=owner,
        target=asset,
        role="board majority" if schema == "Control" else "",
        percentage=percentage,
        start=read_span(start) if start else None,
        end=read_span(end) if end else None,
    )


def ties(text: str) -> list[Interest]:
    """Read the stakes of a case."""
    made = []
    for part in text.split(", "):
        schema = "Control" if part.startswith("control:") else "Ownership"
        ends, _, percentage = part.removeprefix("control: ").partition(" ")
        owner, asset = ends.split(">")
        made.append(interest(owner, asset, percentage.replace("?", ""), schema=schema))
    return made


def held(interests: list[Interest], on: date = date(2026, 1, 1)) -> tuple[Holdings, Findings]:
    """Gather holdings, with what was found wrong."""
    findings = Findings()
    return holdings_of(interests, on=on, findings=findings, file="list"), findings


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_the_table_of_cases_holds(case: list[str]) -> None:
    """Each case of tests/tables/ownership.md is answered as its row says."""
    _, rule, day, stakes, listed, certainly, possibly, _ = case
    on = date.fromisoformat(day)
    holdings, _ = held(ties(stakes), on)
    found = derive(listed.split(), holdings, rule_of(rule, on))
    answers = {
        answer: [one for one, derived in found.items() if derived.answer == answer]
        for answer in ("certainly", "possibly")
    }
    assert {"certainly": certainly.split(), "possibly": possibly.split()} == answers


def test_the_table_has_all_its_cases() -> None:
    """The sheet's six vectors and what follows from them are all there."""
    assert len(CASES) == 22


def test_a_derived_entity_says_why_and_by_what_path() -> None:
    """The reason names the owners, what they hold, the rule and the chain from the listed person."""
    holdings, _ = held(ties("X>A 50, X>B 10, A>B 25-40"))
    found = derive(["X"], holdings, rule_of("ofac", date(2026, 1, 1)))["B"]
    assert found.path == ("X", "A", "B")
    assert found.sentence({"X": "Mr X", "A": "Holding A", "B": "B Ltd"}) == (
        "possibly owned by who is listed: Holding A holds 25 to 40 %; Mr X holds 10 %"
        " (rule: 50 % or more, together; OFAC FAQ 398 to 402); chain: Mr X > Holding A > B Ltd"
    )
    assert found.as_json()["stakes"][0] == {"owner": "A", "low_percent": "25", "high_percent": "40"}


def test_control_is_a_flag_of_its_own() -> None:
    """What only control makes possible says so, and says who and how."""
    holdings, _ = held(ties("X>A 10, control: X>A"))
    found = derive(["X"], holdings, rule_of("eu", date(2026, 1, 1)))["A"]
    assert (found.answer, found.by_control, found.controllers) == (
        "possibly",
        True,
        (("X", "board majority"),),
    )
    owned = derive(["X"], held(ties("X>A 60, control: X>A"))[0], rule_of("eu", date(2026, 1, 1)))["A"]
    assert (owned.answer, owned.by_control) == ("certainly", False)


def test_shares_beyond_a_whole_are_a_problem_and_conclude_nothing() -> None:
    """DBR-O018: where stakes add up to more than 100, what others hold frees nobody."""
    holdings, findings = held(ties("Z>A 70, Y>A 60, X>A ?"))
    assert findings.counts == {"DBR-O018": 1}
    assert findings.problems[0].place.value == "130 %"
    found = derive(["X"], holdings, rule_of("ofac", date(2026, 1, 1)))
    assert found["A"].answer == "possibly"
    assert derive(["X"], held(ties("Z>A 70, X>A ?"))[0], rule_of("ofac", date(2026, 1, 1))) == {}


def test_an_unreadable_percentage_is_a_problem_and_may_be_anything() -> None:
    """DBR-O017: nobody is freed because a percentage was not written as one."""
    holdings, findings = held([interest("X", "A", "a controlling stake")])
    assert findings.counts == {"DBR-O017": 1}
    assert derive(["X"], holdings, rule_of("ofac", date(2026, 1, 1)))["A"].answer == "possibly"


def test_a_stake_counts_on_the_days_that_it_is_held() -> None:
    """A stake sold before the day is gone; one whose end is a whole year is possible in that year only."""
    sold = [interest("X", "A", "60", end="2019")]
    rule = rule_of("ofac", date(2019, 6, 1))
    assert derive(["X"], held(sold, date(2018, 1, 1))[0], rule)["A"].answer == "certainly"
    assert derive(["X"], held(sold, date(2019, 6, 1))[0], rule)["A"].answer == "possibly"
    assert derive(["X"], held(sold, date(2020, 1, 1))[0], rule) == {}


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("50", 500_000, 500_000),
        ("50 %", 500_000, 500_000),
        ("33,34", 333_400, 333_400),
        ("25-50", 250_000, 500_000),
        ("25 % to 50 %", 250_000, 500_000),
        ("more than 25", 250_001, 1_000_000),
        (">= 75%", 750_000, 1_000_000),
        ("75% or more", 750_000, 1_000_000),
        ("< 50", 0, 499_999),
        ("up to 10 percent", 0, 100_000),
        ("majority", 500_001, 1_000_000),
        ("", 0, 1_000_000),
    ],
)
def test_a_percentage_is_read_as_an_interval(text: str, low: int, high: int) -> None:
    """What a register writes as free text is an interval, never a guess at its middle."""
    assert read_share(text) == Share(low=low, high=high)


@pytest.mark.parametrize("text", ["most of it", "150", "60-40", "50 shares", "-5"])
def test_what_is_no_percentage_is_not_read(text: str) -> None:
    """A text that may mean anything is none."""
    assert read_share(text) is None


def test_shares_are_shown_as_they_are_known() -> None:
    """An interval is shown as one, an unknown share as unknown."""
    shown = [str(ANY), str(Share(low=250_000, high=500_000)), str(Share(low=333_400, high=333_400))]
    assert shown == ["an unknown share", "25 to 50 %", "33.34 %"]
