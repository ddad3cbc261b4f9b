from __future__ import annotations

from datetime import date
from xml.etree import ElementTree as ET

from debar.model.window import Window
from debar.notices.retrospective_page import render_retrospective_html
from debar.retrospect.clock import read_clock
from debar.retrospect.retrospective import Aim, Amount, Counts, Launches, Retrospective, SharedTexts, Spender

HOSTILE = "<script>alert(1)</script>\u202e"


def one() -> Retrospective:
    amount = Amount(currency="RUB", low_micros=5_000_000, high_micros=None)
    spender = Spender(
        account_id="a", name=HOSTILE, amount=amount, basis="stated by ad", ads_count=2, market=HOSTILE
    )
    monday = date(2016, 11, 7)
    return Retrospective(
        window=Window(start=date(2016, 11, 1), end=date(2016, 11, 30)),
        place=HOSTILE,
        asked_count=1,
        counts=Counts(ads_count=2, accounts_count=1, unattributed_count=1, unstated_count=1),
        background=None,
        undated_count=1,
        undated=(amount,),
        totals=(spender,),
        spenders=(spender,),
        currencies=(),
        countries=(Aim(what=HOSTILE, ads_count=2, ads_share=1_000_000, background_share=500_000),),
        phrases=(),
        clock=read_clock({}, {}, time_zone="UTC", dates_only_count=2),
        weeks={monday: 2},
        background_weeks={},
        around=None,
        launches=Launches(
            seconds=30,
            ads_count=0,
            close_count=0,
            across_count=0,
            pairs=(),
            peers_ads_count=None,
            peers_across_count=None,
        ),
        shared_texts=SharedTexts(texts_count=0, ads_count=0, top=(), peers_ads_count=None),
        months={"RUB": ((date(2016, 11, 1), 5_000_000),)},
    )


def test_hostile_names_stay_text_in_page_and_pictures() -> None:
    """Names, markets and places from outside never become a tag, in the page or in its pictures."""
    page = render_retrospective_html(one(), title=HOSTILE)
    assert "<script" not in page
    assert "\u202e" not in page
    for part in page.split("<svg ")[1:]:
        ET.fromstring("<svg " + part.split("</svg>")[0] + "</svg>")


def test_the_page_says_what_it_leaves_out() -> None:
    """Ads without a day, open amounts and the limits of every signal stand on the page."""
    page = render_retrospective_html(one())
    assert "1 ad has no day" in page
    assert "at least 5.00 RUB" in page
    assert "It cannot show:" in page
    assert "None of these signals is a reason for a ban." in page
