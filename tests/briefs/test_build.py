"""The file itself: offline, readable, safe from the names in it, the same every time."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from debar.briefs.build import build_brief
from debar.briefs.seal import normal_form, section_text
from debar.briefs.verify import SECTIONS, verify_brief

if TYPE_CHECKING:
    from debar.briefs.build import BriefInput


def text_of(html: str) -> str:
    body = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_the_same_input_makes_the_same_bytes(brief_input: BriefInput, brief_html: str) -> None:
    """A brief carries no clock and no chance."""
    assert build_brief(brief_input) == brief_html


def test_the_file_is_in_the_normal_form(brief_html: str) -> None:
    """What is written is what a browser would write out again."""
    assert normal_form(brief_html) == brief_html


def test_nothing_in_it_points_outside(brief_html: str) -> None:
    """No source, no style sheet, no image, no font of elsewhere; links wait to be followed."""
    assert not re.findall(r"<(?:script|img|iframe|object|embed|source|audio|video)[^>]*\ssrc=", brief_html)
    assert re.findall(r"<link [^>]*>", brief_html) == ['<link rel="icon" href="data:,">']
    assert "url(" not in brief_html
    assert "@import" not in brief_html


def test_every_section_of_the_case_is_there_and_readable_as_data(
    brief_html: str, brief_input: BriefInput
) -> None:
    """The data behind the page is all there, and the plan in it is the plan."""
    sections = {name: json.loads(section_text(brief_html, name) or "null") for name in SECTIONS}

    assert sections["plan"] == brief_input.plan
    assert sections["record"]["checkpoint"] == brief_input.checkpoint


def test_everything_is_said_without_scripts(brief_html: str) -> None:
    """Members, facts, money, contacts, denial, signatures, proofs and statement stand in the page's text."""
    text = text_of(brief_html)
    for expected in (
        "RT and Sputnik", "Who is swept in by mistake?", "Kestrel Views", "$1,900,000.00", "£1,438,943.25", "$0.00",
        "Election package: reach on election night", "offer: $1,500,000.00", "we declined it.", "ODNI, Background",
        "A limit on spend", "Russia may answer in kind.", "Approved by ben", "example.org/debar/register", "Organic use is unchanged.",
        "It falls out of the ban, $66,100.44 with it, and must then be asked about.", "A declared agency.", "A reviewer told it apart.",
        "Nothing changes: other facts carry it.", "review 2017-11-25", "Uncalibrated",
    ):  # fmt: skip
        assert expected in text, expected


def test_none_is_printed_where_there_is_none(brief_input: BriefInput) -> None:
    """No contact, no denial, no approval, no entry: each absence is said."""
    bare = replace(
        brief_input, contacts=[], denial=None, approvals=[], entries=[], checkpoint="", statement=""
    )
    text = text_of(build_brief(bare))

    assert "Our sales people none Governments none Others none" in text
    assert "none: nothing was answered, or not yet" in text
    assert "none: nobody has approved this plan yet" in text
    assert "none was issued yet" in text
    assert "Proposed, not in force: barred from creating" in text


def test_hostile_names_are_shown_and_never_obeyed(brief_input: BriefInput) -> None:
    """Markup, script ends and characters that hide or reorder are text like any other."""
    plan = json.loads(json.dumps(brief_input.plan))
    evil = '</script><script>alert(1)</script><!-- "quoted" \u202egnp\u0000 & \u2028'
    plan["members"][4]["name"] = evil
    plan["decision"]["authorities"][0]["url"] = "javascript:alert(1)"
    html = build_brief(replace(brief_input, plan=plan, title=evil, denial=evil))

    assert html.count("<script") == len(SECTIONS) + 2
    assert "alert(1)</script>" not in html
    assert "\u202e" not in re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    assert 'href="javascript' not in html
    assert normal_form(html) == html
    assert {c.name: c.status for c in verify_brief(html)}["page"] == "ok"


def test_a_plan_with_named_accounts_only_and_no_currency_is_shown(
    brief_input: BriefInput, plan: dict[str, Any]
) -> None:
    """A case without linked accounts, conversion, window, months or authorities is a brief too."""
    members = [{**m, "earned": {**m["earned"], "converted": None}} for m in plan["members"]]
    earned = {
        "as_of": None,
        "currency": None,
        "policy": "service day",
        "by_currency": plan["earned"]["by_currency"],
    }
    decision = {**plan["decision"], "authorities": []}
    small = {
        **plan,
        "members": members,
        "earned": earned,
        "window": None,
        "decision": decision,
        "alternatives_considered": [],
    }
    text = text_of(build_brief(replace(brief_input, plan=small, money={})))

    assert "€350,214.65" in text
    assert "none: the decision relies on no outside authority" in text


def test_an_archive_says_stated_spend_and_never_earned(brief_input: BriefInput, plan: dict[str, Any]) -> None:
    """What a public archive states is not what a platform earned, and the page never says it was."""
    earned = {
        **plan["earned"],
        "basis": "stated spend",
        "as_of": None,
        "low": plan["earned"]["likely"],
        "high": plan["earned"]["likely"],
    }
    text = text_of(
        build_brief(
            replace(brief_input, plan={**plan, "earned": earned}, money={}, denial=None, statement="")
        )
    )

    assert "Stated spend by the accounts in the ban" in text
    assert "low, likely and high agree" in text
    assert " Earned" not in text
    assert "None" not in text


def test_a_very_long_title_leaves_room_for_the_case(brief_input: BriefInput) -> None:
    """A title that names fifty accounts is cut on the first screen."""
    html = build_brief(replace(brief_input, title="account:x and " * 50))

    assert '<h1 class="long">' in html
    assert len(html.split("<h1", 1)[1].split("</h1>", 1)[0]) < 200
