"""The file itself: offline, readable, safe from the names in it, the same every time."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING, Any

from debar.briefs.build import build_brief
from debar.briefs.seal import normal_form, section_text
from debar.briefs.verify import SECTIONS, verify_brief
from debar.register.notes import parse_key
from debar.register.published.proofs import check_proof

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


def with_words(entries: Sequence[Mapping[str, Any]], words: str) -> list[dict[str, Any]]:
    """Put words into everything that the other side said, committed to as the register commits to them."""
    made = []
    for entry in entries:
        if "opened" not in entry:
            made.append(dict(entry))
            continue
        body = {
            name: words if name in ("text", "who", "source", "reason", "reasons") else value
            for name, value in entry["opened"]["body"].items()
        }
        made.append({**entry, "opened": {**entry["opened"], "body": body}})
    return made


def test_the_other_side_stands_in_it_word_for_word(brief_html: str) -> None:
    """Answer, response, appeal with its steps, and what was lifted because of it."""
    text = text_of(brief_html)
    for expected in (
        "RT, 26 October 2017 · entry 9", "Your own people pitched us a package for the election; we declined it.",
        "https://rt.example/answer", "letter.pdf SHA-256 " + "ab" * 32, "We bought that card used.",
        "RT America appeal-0a0b0c0d lifted", "file entry 11", "grounds We never owned that card.",
        "decide entry 12", "reasons The card was sold.", "lifted on appeal entry 13 the card was sold",
    ):  # fmt: skip
        assert expected in text, expected
    assert "nonce" not in text.split("The other side", 1)[1].split("Signatures", 1)[0]


def test_every_account_has_its_letter_and_the_money_its_recipients(brief_html: str) -> None:
    """The statements to the accounts and whom the money goes to stand beside the public post."""
    text = text_of(brief_html)
    assert "RT debar-1 Statement of reasons From then on this account may not buy advertising." in text
    assert "Civic Research Fund research into elections $1,900,000.00" in text


def test_each_entry_carries_a_proof_for_other_tools(brief_html: str, brief_input: BriefInput) -> None:
    """Every .tlog-proof on the page holds under the log's key, and opens exactly the words that are shown."""
    keys = [parse_key(key) for key in brief_input.verification_keys if isinstance(key, str)]
    proofs = [
        unescape(text) for text in re.findall(r'<pre class="tlog-proof">(.*?)</pre>', brief_html, re.DOTALL)
    ]
    proved = [check_proof(text, keys) for text in proofs]
    assert [entry["seq"] for entry in brief_input.entries] == [one.index for one in proved]
    opened = {one.index: json.loads(one.opened["body"]) for one in proved if one.opened}
    assert {e["seq"]: e["opened"]["body"] for e in brief_input.entries if "opened" in e} == opened


def test_erased_words_are_counted(brief_input: BriefInput) -> None:
    """An entry whose private side is gone is not passed over."""
    entries = [{name: value for name, value in e.items() if name != "opened"} for e in brief_input.entries]
    page = build_brief(replace(brief_input, entries=entries))
    assert "5 further entries of the other side have no words any more" in text_of(page)
    detail = {c.name: c for c in verify_brief(page)}["hearing"]
    assert (detail.status, detail.detail.endswith("; of 5 the words were erased.")) == ("ok", True)


def test_none_is_printed_where_there_is_none(brief_input: BriefInput) -> None:
    """No contact, no denial, no approval, no entry: each absence is said."""
    bare = replace(
        brief_input,
        contacts=[],
        approvals=[],
        entries=[],
        checkpoint="",
        statement="",
        statements=[],
        recipients=[],
    )
    text = text_of(build_brief(bare))

    assert "Our sales people none Governments none Others none" in text
    assert "none: nothing was answered, or not yet" in text
    assert "none: nobody has approved this plan yet" in text
    assert "none was issued yet To each account none" in text
    assert "Responses of single accounts none Appeals none Lifted, lapsed, changed none:" in text
    assert "none: nobody was named to receive it yet" in text
    assert "Proposed, not in force: barred from creating" in text


def test_hostile_names_are_shown_and_never_obeyed(brief_input: BriefInput) -> None:
    """Markup, script ends and characters that hide or reorder are text like any other."""
    plan = json.loads(json.dumps(brief_input.plan))
    evil = '</script><script>alert(1)</script><!-- "quoted" \u202egnp\u0000 & \u2028'
    plan["members"][4]["name"] = evil
    plan["decision"]["authorities"][0]["url"] = "javascript:alert(1)"
    html = build_brief(
        replace(brief_input, plan=plan, title=evil, entries=with_words(brief_input.entries, evil))
    )

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
    text = text_of(build_brief(replace(brief_input, plan={**plan, "earned": earned}, money={}, statement="")))

    assert "Stated spend by the accounts in the ban" in text
    assert "low, likely and high agree" in text
    assert " Earned" not in text
    assert "None" not in text


def test_a_very_long_title_leaves_room_for_the_case(brief_input: BriefInput) -> None:
    """A title that names fifty accounts is cut on the first screen."""
    html = build_brief(replace(brief_input, title="account:x and " * 50))

    assert '<h1 class="long">' in html
    assert len(html.split("<h1", 1)[1].split("</h1>", 1)[0]) < 200
