"""Landing templates: what few accounts share is found, what many or nobody shares is not."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from debar.model.window import Window
from debar.retrospect import retrospect
from debar.retrospect.landings import USERS_MAX
from retrospect.test_against import draw

if TYPE_CHECKING:
    from collections.abc import Callable

    from debar.retrospect.against import AgainstOthers
    from debar.retrospect.retrospective import Retrospective
    from debar.stores.duckdb_engine import DuckEngine

    Load = Callable[..., DuckEngine]

WINDOW = Window(start=date(2016, 9, 1), end=date(2016, 11, 30))
NAME = "landing templates"
OTHERS = 150


def world(*forms: str) -> dict[str, list[dict[str, Any]]]:
    """Make shops with a site and the common form each, and further accounts that lead by the forms given."""
    accounts, ads = [], []
    common = "https://www.{0}.example/?utm_source=fb&utm_medium=cpc&utm_campaign={0}-{1}"
    for number, form in enumerate([*[common] * OTHERS, *forms]):
        name = f"a{number}"
        accounts.append({"account_id": name, "name": name})
        ads += [
            {"ad_id": f"{name}-{place}", "account_id": name, "landing_url": form.format(name, place),
             "created_at": datetime(2016, 10, 1 + place, 9)}  # noqa: DTZ001 - naive UTC
            for place in range(6)
        ]  # fmt: skip
    return {"accounts": accounts, "ads": ads}


def found(report: Retrospective) -> AgainstOthers:
    """Return the signal."""
    (one,) = (one for one in report.against if one.name == NAME)
    return one


@pytest.mark.parametrize(
    "pair",
    [
        ("https://{0}.example/?zone={1}&utm_source=hq&cid={0}", "HTTP://{0}.example/a/{1}?zone=x{1}&utm_source=hq&cid="),
        ("https://one.example/join/?x={1}", "http://www.One.example/join#{1}"),
    ],
    ids=["form", "page"],
)  # fmt: skip
def test_two_accounts_with_a_template_of_their_own_stand_out(load: Load, pair: tuple[str, str]) -> None:
    """One form of tracking on two sites, or one page by two addresses."""
    got = found(retrospect(load(**world(*pair)), window=WINDOW, accounts=["a150", "a151"]))
    assert [(one.account_id, one.shown) for one in got.flagged] == [
        ("a150", "6 of 6 ads"),
        ("a151", "6 of 6 ads"),
    ]
    assert got.false_alarm_rate == 0


@pytest.mark.parametrize(
    "pair",
    [
        ("https://shop.example/?a={1}", "https://shop.example/?b={1}"),
        ("https://{0}.example/?utm_source=one&x=1", "https://{0}.example/?utm_source=two&x=1"),
        ("https://{0}.example/?a=1&b=2", "https://{0}.example/?b=2&a=1"),
        ("https://{0}.example/#a=1", "https://{0}.example/#a=1"),
    ],
    ids=["front page", "source", "order", "fragment"],
)
def test_what_is_not_one_template_is_not_taken_for_one(load: Load, pair: tuple[str, str]) -> None:
    """A front page, another source, another order of parameters and what stands behind a # tell nothing."""
    assert found(retrospect(load(**world(*pair)), window=WINDOW, accounts=["a150", "a151"])).flagged == ()


def test_what_many_use_is_nobodys_habit(load: Load) -> None:
    """A form of as many accounts as count as few is counted; of one more it is not."""
    form = "https://{0}.example/?zone={1}&utm_source=hq"
    few = found(retrospect(load(**world(*[form] * USERS_MAX)), window=WINDOW, accounts=["a150"]))
    assert few.others_flagged_count + len(few.flagged) == 0  # fifteen others do the same: nobody stands out
    many = retrospect(load(**world(*[form] * (USERS_MAX + 1))), window=WINDOW, accounts=["a150", "a151"])
    assert found(many).exceeds == 500_000
    asked = [f"a{150 + number}" for number in range(USERS_MAX)]
    together = retrospect(load(**world(*[form] * USERS_MAX)), window=WINDOW, accounts=asked)
    assert len(found(together).flagged) == USERS_MAX


def test_the_null_rate_holds(load: Load) -> None:
    """Of shops of which some share a form by pairs, one in a hundred is flagged at most, over many draws."""
    pairs = [f"https://{{0}}.example/?p{number // 2}={{1}}" for number in range(20)]
    engine = load(**world(*pairs))
    flagged = asked = 0
    for trial in range(12):
        chosen = [f"a{number}" for number in range(OTHERS + 20) if draw(f"{trial} {number}", 12) == 0]
        got = found(retrospect(engine, window=WINDOW, accounts=chosen))
        flagged, asked = flagged + len(got.flagged), asked + got.asked_count
    assert asked > 100
    assert flagged / asked <= 0.03


def test_where_no_ad_says_where_it_leads_nothing_is_told(load: Load) -> None:
    """Without addresses there is no signal, and it says so."""
    tables = world()
    for ad in tables["ads"]:
        del ad["landing_url"]
    report = retrospect(load(**tables), window=WINDOW, accounts=["a1"])
    assert NAME not in {one.name for one in report.against}
    assert (NAME, "no ad says where it leads") in {(one.name, one.why) for one in report.untold}
