"""Election subjects without a declaration: what is planted is found, and what cannot be told is not told."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from debar.model.problem import DebarError
from debar.model.window import Window
from debar.retrospect import retrospect, signals
from debar.retrospect.against import ONE_IN
from debar.retrospect.clock import MILLION
from debar.retrospect.declarations import pattern, read_words, shipped_words
from retrospect.test_against import draw

if TYPE_CHECKING:
    from collections.abc import Callable

    from debar.retrospect.against import AgainstOthers
    from debar.retrospect.retrospective import Retrospective
    from debar.stores.duckdb_engine import DuckEngine

    Load = Callable[..., DuckEngine]

WINDOW = Window(start=date(2016, 9, 1), end=date(2016, 11, 30))
NAME = "undeclared election ads"


def world(*, undeclared: bool | None = False) -> dict[str, list[dict[str, Any]]]:
    """Make 150 shops, twenty campaigns that declare, and one account that campaigns without declaring."""
    accounts, ads = [], []
    for number in range(171):
        name = f"a{number}"
        accounts.append({"account_id": name, "name": name})
        campaigns = number >= 150
        for place in range(12):
            speaks = campaigns or draw(f"{name} {place}", 40) == 0
            ads.append(
                {"ad_id": f"{name}-{place}", "account_id": name,
                 "created_at": datetime(2016 if place else 2014, 10, 1 + place, 9),  # noqa: DTZ001 - naive UTC
                 "text": f"Vote on the eighth, {name}" if speaks else f"Shoes for everybody, {name}",
                 "declared_political": True if 150 <= number < 170 else undeclared}
            )  # fmt: skip
    return {"accounts": accounts, "ads": ads}


def found(report: Retrospective) -> AgainstOthers:
    """Return the signal."""
    (one,) = (one for one in report.against if one.name == NAME)
    return one


def test_who_campaigns_without_declaring_stands_out(load: Load) -> None:
    """The one is flagged; those who say the same and declare it are not, and make no false alarm."""
    got = found(retrospect(load(**world()), window=WINDOW, accounts=["a170"]))
    assert [(one.account_id, one.shown) for one in got.flagged] == [("a170", "11 of 11 ads")]
    campaigns = [f"a{number}" for number in range(150, 170)]
    assert found(retrospect(load(**world()), window=WINDOW, accounts=campaigns)).flagged == ()


def test_the_null_rate_holds(load: Load) -> None:
    """Of shops asked for by hash, over and over, no more than one in a hundred is flagged."""
    engine = load(**world())
    flagged = asked = 0
    for trial in range(12):
        chosen = [f"a{number}" for number in range(150) if draw(f"{trial} {number}", 12) == 0]
        got = found(retrospect(engine, window=WINDOW, accounts=chosen))
        assert got.false_alarm_rate <= MILLION // ONE_IN
        flagged, asked = flagged + len(got.flagged), asked + got.asked_count
    assert asked > 100
    assert flagged / asked <= 0.03


def test_how_often_the_words_stand_elsewhere_is_told_beside(load: Load) -> None:
    """In declared ads of others, and in undeclared ones of others outside the window."""
    report = retrospect(load(**world()), window=WINDOW, accounts=["a170"])
    speaking = sum(draw(f"a{number} 0", 40) == 0 for number in range(150))
    assert 0 < speaking < 10
    assert f"({len(shipped_words())} shipped ones) stands in 100.0 % of declared ads of others and in" in (
        found(report).beside
    )
    said = {signal.name: signal.background for signal in signals(report)}
    assert f"{100 * speaking / 150:.1f} % of undeclared ads of others outside the window." in said[NAME]


def test_words_of_ones_own_count_instead_of_the_shipped_ones(load: Load) -> None:
    """With a list that names shoes, the shops speak of nothing else and nobody stands out."""
    got = found(
        retrospect(load(**world()), window=WINDOW, accounts=["a170"], election_words=read_words(["shoes"]))
    )
    assert (got.flagged, "(1 given)" in got.beside) == ((), True)


@pytest.mark.parametrize("undeclared", [None, True])
def test_where_no_ad_says_that_it_was_not_declared_nothing_is_told(
    load: Load, undeclared: bool | None
) -> None:
    """Neither an empty column nor an archive of declared ads alone is a platform without undeclared ads."""
    report = retrospect(load(**world(undeclared=undeclared)), window=WINDOW, accounts=["a170"])
    assert NAME not in {one.name for one in report.against}
    (untold,) = (one for one in report.as_json()["cannot_be_told"] if one["name"] == NAME)
    assert untold["why"] == "no ad with a text says that it was not declared political"
    (said,) = (signal for signal in signals(report) if signal.name == NAME)
    assert said.found.startswith("Cannot be told from this data: ")
    assert " 0 " not in said.found


@pytest.mark.parametrize(
    ("text", "speaks"),
    [
        ("vote!", True),
        ("go and vote", True),
        ("devote yourself", False),
        ("на выборах", True),
        ("выборка образцов", False),
        ("zur bundestagswahl", True),
        ("auswahl an schuhen", False),
        ("élections législatives", True),
        ("de tweede kamer kiest", True),
    ],
)
def test_words_are_whole_words_of_any_script(text: str, speaks: bool) -> None:
    """A word within another one is another word."""
    either = pattern(shipped_words()).replace(r"\p{L}\p{N}", r"\w").replace(r"\p{L}", r"\w")
    assert bool(re.search(either, text)) == speaks


def test_signs_in_a_word_are_signs(load: Load) -> None:
    """A list can hold any characters; none of them is read as a pattern."""
    engine = load(**world())
    words = read_words(["v.te", "c++ [party]", "a|b|c", "x^y-z\\d", "(vote", "Shoes*for"])
    assert found(retrospect(engine, window=WINDOW, accounts=["a170"], election_words=words)).flagged == ()


@pytest.mark.parametrize("lines", [[], ["  "], ["EU", "vote"], ["**"]])
def test_a_list_without_words_is_refused(lines: list[str]) -> None:
    """DBR-T004: with it nothing, or everything, would speak of the election."""
    with pytest.raises(DebarError) as caught:
        read_words(lines)
    assert caught.value.code == "DBR-T004"
