"""What people do on a case's pages, without a screen: decide, strike, compare, look back."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from consoles import open_console
from debar.app.opening import open_platform
from debar.linking.why import why
from debar.register.address import open_register

if TYPE_CHECKING:
    from consoles import Browser, Open

CARD = re.compile("card .*")
LINKED = "N3"


@pytest.fixture
def case(opened: Open) -> str:
    """Let Ana open the case of Northwind, and return its id."""
    return opened.case()


def doubt(browser: Browser, case: str) -> dict[str, Any]:
    """Return the linked account's entry of the list of doubts; the bakery's is the other."""
    (found,) = [
        one for one in browser.get(f"/cases/{case}.json").json["doubts"] if one["account_id"] == LINKED
    ]
    return dict(found)


def decided(browser: Browser, case: str, word: str, reason: str = "I called them") -> None:
    """Decide on the one linked account."""
    account = doubt(browser, case)["account_id"]
    browser.get(f"/cases/{case}")
    browser.post(f"/cases/{case}/decide", account=account, word=word, reason=reason)


def again(opened: Open, browser: Browser, case: str) -> None:
    """Have a new version made."""
    browser.get(f"/cases/{case}")
    browser.post(f"/cases/{case}/version")
    opened.desk.jobs.work_off()


def test_the_question_comes_with_its_evidence_before_the_score(opened: Open, case: str) -> None:
    one = doubt(opened.as_("ana"), case)
    assert "Harbour Clips" == one["name"]
    assert "Shared with Northwind" in one["tie"]
    page = opened.as_("ana").get(f"/cases/{case}").text
    at = page.index("Harbour Clips", page.index('id="doubts-title"'))
    assert page.index(one["tie"], at) < page.index("one owner", at)


def test_clear_is_a_judgement_in_the_register_and_shows_at_once(opened: Open, case: str) -> None:
    ana = opened.as_("ana")
    one = doubt(ana, case)
    decided(ana, case, "clear", "a customer of theirs, not they")
    found = ana.get(f"/cases/{case}.json").json
    assert "out" == doubt(ana, case)["status"]
    assert ["clear"] == [word["word"] for word in found["version"]["pending"]]
    with open_register(opened.desk.setting.register_address(), read_only=True) as register:
        said = register.judgements()
    assert {"negative"} == {j.judgement for j in said}
    assert {("ana", "a customer of theirs, not they")} == {(j.by, j.reason) for j in said}
    assert all(one["account_id"] in (j.account_a, j.account_b) for j in said)


def test_recomputing_takes_a_word_in_and_never_overrides_it(opened: Open, case: str) -> None:
    ana = opened.as_("ana")
    account = doubt(ana, case)["account_id"]
    decided(ana, case, "clear")
    for number in (2, 3):
        again(opened, ana, case)
        found = ana.get(f"/cases/{case}.json?show=all").json
        assert number == found["version"]["number"]
        assert [] == found["version"]["pending"]
        (row,) = [row for row in found["rows"] if row["account_id"] == account]
        assert ("out", "out") == (row["status"], row["was"])


def test_add_confirms_an_account(opened: Open, case: str) -> None:
    ana = opened.as_("ana")
    decided(ana, case, "ask")
    assert "ask" == doubt(ana, case)["status"]
    decided(ana, case, "add", "they told us so")
    assert "in" == doubt(ana, case)["status"]
    again(opened, ana, case)
    plan = opened.desk.cases.plan(opened.desk.cases.versions(case)[-1])
    assert ["ana"] == [m["confirmed_by"] for m in plan.members if m["confirmed_by"]]


def test_two_reviewers_who_disagree_are_both_shown(opened: Open, case: str) -> None:
    ana, ben = opened.as_("ana"), opened.as_("ben")
    decided(ana, case, "clear", "not theirs")
    opened.clock.at += timedelta(minutes=10)
    decided(ben, case, "add", "theirs after all")
    found = doubt(ana, case)
    assert found["disputed"]
    assert [("ana", "clear"), ("ben", "add")] == [(w["by"], w["word"]) for w in found["words"]]
    page = ana.get(f"/cases/{case}").text
    assert "Reviewers disagree" in page
    assert "not theirs" in page
    assert "theirs after all" in page


def test_the_second_reviewer_sees_neither_score_nor_first_word_unasked(opened: Open, case: str) -> None:
    ana, ben = opened.as_("ana"), opened.as_("ben")
    assert not doubt(ben, case)["fold"]
    decided(ana, case, "clear")
    assert doubt(ben, case)["fold"]
    assert not doubt(ana, case)["fold"]
    page = ben.get(f"/cases/{case}").text
    folded = re.search(r'<details class="score">.*?</details>', page, re.DOTALL)
    assert folded is not None
    assert "one owner" in folded.group()
    assert "I called them" in folded.group()


def test_a_struck_fact_makes_a_version_and_can_be_taken_back(opened: Open, case: str) -> None:
    ana = opened.as_("ana")
    facts = [f["fact_id"] for f in ana.get(f"/cases/{case}.json").json["facts"] if CARD.match(f["shown"])]
    fact = ana.get(f"/cases/{case}/fact.json?fact={facts[0]}").json["fact"]
    assert not fact["struck"]
    ana.get(f"/cases/{case}/fact?fact={facts[0]}")
    ana.post(f"/cases/{case}/strike", fact=facts[0], reason="that card was resold")
    opened.desk.jobs.work_off()
    versions = opened.desk.cases.versions(case)
    assert 2 == len(versions)
    assert "that card was resold" in versions[-1].why
    assert [facts[0]] == opened.desk.cases.plan(versions[-1]).document["without"]
    ana.get(f"/cases/{case}/fact?fact={facts[0]}")
    ana.post(f"/cases/{case}/strike", fact=facts[0], reason="again", code=409)
    ana.post(f"/cases/{case}/restore", fact=facts[0], reason="it was not")
    opened.desk.jobs.work_off()
    assert [] == opened.desk.cases.plan(opened.desk.cases.versions(case)[-1]).document["without"]
    assert [facts[0]] == opened.desk.cases.plan(versions[-1]).document["without"], "a version never changes"


def test_compare_has_the_very_numbers_of_why(opened: Open, case: str) -> None:
    ana = opened.as_("ana")
    rows = {row["name"]: row["account_id"] for row in ana.get(f"/cases/{case}.json").json["rows"]}
    one, other = rows["Northwind"], rows["Harbour Clips"]
    found = ana.get(f"/cases/{case}/compare.json?a={one}&b={other}").json
    plan = opened.desk.cases.plan(opened.desk.cases.versions(case)[-1])
    platform = open_platform(opened.files.folder / "export", opened.desk.setting)
    from debar.evidence.parameters import Parameters

    parameters = Parameters.from_json(plan.document["evidence"]["parameters"])
    answer = why(platform.engine, one, other, parameters, platform.policy).as_json()
    assert answer["p_owner"] == found["p_owner"]
    assert answer["weight"] == f"{found['sum']['score_millibits'] / 1000:.3f}"
    assert answer["prior"] == f"{found['sum']['prior_millibits'] / 1000:.3f}"
    told = {reason["family"]: reason["weight"] for reason in answer["reasons"]}
    assert told == {p["family"]: f"{p['millibits'] / 1000:.3f}" for p in found["sum"]["parts"]}
    assert {"agree", "differ", "missing"} <= {field["found"] for field in found["fields"]}
    assert "<svg" in found["waterfall"]


def test_history_tells_who_did_what_when_and_why(opened: Open, case: str) -> None:
    ana = opened.as_("ana")
    opened.clock.at += timedelta(minutes=10)
    decided(ana, case, "clear", "not theirs")
    ana.get(f"/cases/{case}/notes")
    ana.post(f"/cases/{case}/note", reason="called the bank")
    told = ana.get(f"/cases/{case}/history.json").json["events"]
    assert {"opened the case", "made", "cleared", "noted"} == {event["did"] for event in told}
    (cleared,) = [event for event in told if event["did"] == "cleared"]
    assert ("ana", "not theirs", "Harbour Clips") == (cleared["by"], cleared["why"], cleared["about"])
    assert cleared["entries"]
    assert "called the bank" in ana.get(f"/cases/{case}/notes").text


def test_an_older_version_is_shown_and_nothing_is_decided_there(opened: Open, case: str) -> None:
    ana = opened.as_("ana")
    decided(ana, case, "clear")
    again(opened, ana, case)
    first = ana.get(f"/cases/{case}.json?version=1").json
    assert ("in", False, False) == (
        next(one["status"] for one in first["doubts"] if one["account_id"] == LINKED),
        first["version"]["newest"],
        first["can_judge"],
    )
    assert "/decide" not in ana.get(f"/cases/{case}?version=1").text
    ana.get(f"/cases/{case}?version=9", code=404)


def test_the_page_says_that_the_platform_has_changed(opened: Open, case: str) -> None:
    ana = opened.as_("ana")
    assert not ana.get(f"/cases/{case}.json").json["version"]["stale"]
    file = opened.files.folder / "export" / "contacts.csv"
    file.write_text(file.read_text() + "\n")
    assert ana.get(f"/cases/{case}.json").json["version"]["stale"]
    assert "have changed since this version" in ana.get(f"/cases/{case}").text


def test_deeds_that_do_not_fit_are_refused(opened: Open, case: str) -> None:
    ana = opened.as_("ana")
    one = doubt(ana, case)
    named = ana.get(f"/cases/{case}.json?show=named").json["rows"][0]["account_id"]
    refusals = [
        ("decide", {"account": one["account_id"], "word": "clear", "reason": " "}, "DBR-K056"),
        ("decide", {"account": one["account_id"], "word": "ban", "reason": "x"}, "DBR-K053"),
        ("decide", {"account": "nobody", "word": "clear", "reason": "x"}, "DBR-K053"),
        ("decide", {"account": named, "word": "clear", "reason": "x"}, "DBR-K054"),
        ("strike", {"fact": "card:none", "reason": "x"}, "DBR-K051"),
        ("restore", {"fact": one["fact_id"], "reason": "x"}, "DBR-K055"),
    ]
    ana.get(f"/cases/{case}")
    for deed, fields, code in refusals:
        answer = ana.post(f"/cases/{case}/{deed}", code=409 if code == "DBR-K055" else 400, **fields)
        assert code in answer.text
    assert () == tuple(opened.desk.cases.words(case)), "nothing was kept"
    assert "DBR-K052" in ana.get(f"/cases/{case}/compare?a={named}&b={named}", code=400).text
    assert "DBR-K051" in ana.get(f"/cases/{case}/fact?fact=none", code=400).text


def test_a_case_without_a_version_says_so(opened: Open) -> None:
    ana = opened.as_("ana")
    ana.get("/new-case")
    sent = ana.post("/cases", subjects="Northwind Broadcasting Ltd")
    case = sent.headers["location"].rpartition("/")[2]
    assert "A version is being made" in ana.get(f"/cases/{case}").text
    assert "DBR-K050" in ana.get(f"/cases/{case}/timeline", code=400).text
    opened.desk.jobs.work_off()
    assert "Who is swept in by mistake?" in ana.get(f"/cases/{case}").text


def test_a_case_that_was_refused_says_why(opened: Open) -> None:
    ana = opened.as_("ana")
    ana.get("/new-case")
    sent = ana.post("/cases", subjects="Nobody At All")
    case = sent.headers["location"].rpartition("/")[2]
    opened.desk.jobs.work_off()
    page = ana.get(f"/cases/{case}").text
    assert "DBR-L001" in page or "DBR-L003" in page or "Nobody At All" in page
    assert "Try again" in page


def test_an_auditor_reads_and_decides_nothing(opened: Open, case: str) -> None:
    eve = opened.as_("eve")
    page = eve.get(f"/cases/{case}").text
    assert "/decide" not in page
    assert "Who is swept in by mistake?" in page
    eve.post(f"/cases/{case}/decide", code=403, account="x", word="clear", reason="x")


def test_the_picture_is_handed_over_as_a_file(opened: Open, case: str) -> None:
    svg = opened.as_("ana").get(f"/cases/{case}/network.svg")
    assert "image/svg+xml" in svg.headers["content-type"]
    assert b"Harbour" in svg.body
    assert b"<style>" in svg.body


def test_identifiers_are_masked_everywhere(opened: Open, case: str) -> None:
    export = (opened.files.folder / "export" / "identifiers.csv").read_text()
    secret = [
        line.split(",")[2] for line in export.splitlines()[1:] if line.split(",")[1] in ("card", "email")
    ]
    assert secret
    ana = opened.as_("ana")
    for path in (
        "",
        "/timeline",
        "/history",
        "/contacts",
        ".json?show=all",
        "/evidence-file.json",
        "/network.svg",
    ):
        text = ana.get(f"/cases/{case}{path}").text
        assert not [value for value in secret if value and value in text], path


def test_a_desk_without_a_platform_makes_no_version(opened: Open, case: str) -> None:
    """DBR-K057, where somebody asks all the same."""
    alone = open_console(opened.files, platform=False)
    ana = alone.as_("ana")
    ana.get(f"/cases/{case}/notes")
    assert "DBR-K057" in ana.post(f"/cases/{case}/version", code=400).text
