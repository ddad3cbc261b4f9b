"""The inbox: hits and appeals in one list, decided by people, with reasons that stay."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from console_steps import applied
from consoles import PASSWORD
from debar.app.hearing.clerk import Clerk
from debar.app.hearing.filing import Filing, file_appeal, link
from debar.app.verbs import screen_signup
from debar.register.address import open_register

if TYPE_CHECKING:
    from consoles import Browser, Open

GROUND = "We never owned that card. <b>Ask the bank.</b>"


@pytest.fixture
def banned(opened: Open) -> Open:
    """Return a console on which Ana's ban is in force, by Ben's approval."""
    applied(opened)
    return opened


@pytest.fixture
def watched(banned: Open) -> Open:
    """Return it with a sign-up in the inbox that uses a debarred account's page, card and e-mail."""
    folder = banned.files.folder / "signups"
    folder.mkdir()
    (folder / "accounts.csv").write_text("account_id,name\nS1,Fresh Clips\nS2,Somebody\n")
    (folder / "identifiers.csv").write_text(
        "account_id,kind,value\nS1,page,northwind-page\nS1,card,fp-77aa\nS1,email,desk@northwind.example\n"
        "S2,email,other@else.example\n"
    )
    told = screen_signup(banned.desk.setting, folder, now=banned.clock.at).document
    assert ["S1"] == [hit["account_id"] for hit in told["hits"]]
    banned.desk.hits.take_in(told["hits"], now=banned.clock.at)
    return banned


def filed(opened: Open, account: str = "N3") -> str:
    """File an appeal by the holder's link, and return its id."""
    with open_register(opened.desk.setting.register_address(), read_only=True) as register:
        decision = register.entries_of_type("debar")[0].public["decision_id"]
    setting = opened.desk.setting
    token = link(setting, decision, account, until=None).document["link"]
    clerk = Clerk(setting=setting, now=opened.clock.at, link=token)
    return str(file_appeal(clerk, Filing(grounds=[GROUND])).document["appeal_id"])


def rows(browser: Browser, query: str = "") -> Any:
    """Return the inbox's rows."""
    return browser.get(f"/inbox.json{query}").json["rows"]


def step(browser: Browser, appeal: str, name: str, *, code: int = 303, **fields: str) -> Any:
    """Take a step of an appeal from its page."""
    browser.get(f"/inbox/appeals/{appeal}")
    return browser.post(f"/inbox/appeals/{appeal}/{name}", code=code, password=PASSWORD, **fields)


def assigned(browser: Browser, appeal: str) -> None:
    """Bring an appeal to Dora."""
    step(browser, appeal, "acknowledge")
    step(browser, appeal, "admit")
    step(browser, appeal, "assign", reviewer="dora")


def test_a_hit_waits_until_somebody_releases_it_with_a_reason(watched: Open) -> None:
    """Released once, as a judgement in the register under the reviewer's name; without a reason nothing."""
    ben = watched.as_("ben")
    (row,) = rows(ben)
    assert ("watch", "S1", "open") == (row["kind"], row["account_id"], row["standing"])
    ben.get(row["href"])
    assert "DBR-K014" in ben.post(f"{row['href']}/release", code=400, reason=" ").text
    ben.post(f"{row['href']}/release", reason="the card was resold")
    assert [] == rows(ben)
    assert "DBR-K071" in ben.post(f"{row['href']}/confirm", code=409, reason="again").text
    with open_register(watched.desk.setting.register_address(), read_only=True) as register:
        judgement = register.entries_of_type("judgement")[-1]
    assert ("ben", "negative") == (judgement.by, judgement.body and judgement.body["judgement"])
    assert judgement.seq == ben.get(f"{row['href']}.json").json["said"]["entry"]


def test_the_command_puts_hits_into_the_inbox_once(watched: Open) -> None:
    """Debar desk watch: what is known stands as people left it."""
    ben = watched.as_("ben")
    (row,) = rows(ben)
    ben.post(f"{row['href']}/release", reason="the card was resold")
    command = ("desk", "watch", str(watched.desk.folder), watched.files.path("signups"))
    told = watched.files.json(*command)
    assert (["S1"], 0) == ([hit["account_id"] for hit in told["hits"]], told["added"])
    assert [] == rows(ben)


def test_a_confirmed_hit_leads_to_a_case_and_bans_nobody(watched: Open) -> None:
    """The page offers a case; the gate is asked and still says what it said."""
    ben = watched.as_("ben")
    (row,) = rows(ben)
    ben.post(f"{row['href']}/confirm", reason="same card and page")
    assert "/new-case?subjects=account:S1" in ben.get(row["href"]).text
    watched.files.run("check", "S1")


def test_an_exclusion_hides_what_rests_on_it_alone_until_it_ends(watched: Open) -> None:
    """One of three values leaves the hit; all three hide it; the day after the last it waits again."""
    ben = watched.as_("ben")
    (row,) = rows(ben)
    facts = [one["fact"] for one in ben.get(f"{row['href']}.json").json["facts"]]
    assert len(facts) >= 2
    until = (watched.clock.at + timedelta(days=5)).date().isoformat()
    for number, fact in enumerate(facts, start=1):
        ben.get(row["href"])
        ben.post(f"{row['href']}/exclude", fact=fact, reason="a coworking space", until=until)
        assert (number < len(facts)) == bool(rows(ben))
    assert ["S1"] == [one["account_id"] for one in rows(ben, "?state=excluded")]
    listed = ben.get("/inbox/exclusions.json").json["exclusions"]
    assert {("ben", until, True, 1)} == {(e["owner"], e["until"], e["holds"], e["hits"]) for e in listed}
    watched.clock.at += timedelta(days=6)
    assert ["S1"] == [one["account_id"] for one in rows(watched.as_("ben"))]


def test_an_exclusion_needs_one_of_the_hits_values_and_an_end(watched: Open) -> None:
    """DBR-K073 for another value, DBR-K014 for an end in the past or beyond a year; DBR-K072 to end none."""
    ben = watched.as_("ben")
    (row,) = rows(ben)
    fact = ben.get(f"{row['href']}.json").json["facts"][0]["fact"]
    ben.get(row["href"])
    december = "2017-12-01"
    other = ben.post(f"{row['href']}/exclude", code=400, fact="x", reason="shared", until=december)
    assert "DBR-K073" in other.text
    for day in ("2017-10-01", "2019-01-01", "soon"):
        answer = ben.post(f"{row['href']}/exclude", code=400, fact=fact, reason="shared", until=day)
        assert "DBR-K014" in answer.text
    assert "DBR-K072" in ben.post("/inbox/exclusions/9/end", code=409).text
    ben.post(f"{row['href']}/exclude", fact=fact, reason="shared", until=december)
    (one,) = ben.get("/inbox/exclusions.json").json["exclusions"]
    ben.get(row["href"])
    ben.post(f"/inbox/exclusions/{one['exclusion_id']}/end")
    assert [False] == [e["holds"] for e in ben.get("/inbox/exclusions.json").json["exclusions"]]


def test_a_hit_that_is_none(opened: Open) -> None:
    """DBR-K070, whatever stands in the address."""
    ben = opened.as_("ben")
    for number in ("1", "x", "9" * 30, "%C2%B2"):
        assert "DBR-K070" in ben.get(f"/inbox/hits/{number}", code=409).text


def test_an_appeal_is_heard_by_somebody_else_and_undone_by_two(banned: Open) -> None:
    """Filed, heard by Dora, overturned, planned by Ana, approved by Ben, applied: the account may buy again."""
    appeal = filed(banned)
    ana, dora = banned.as_("ana"), banned.as_("dora")
    (row,) = rows(ana)
    assert (GROUND, "N3", "filed") == (row["what"], row["account_id"], row["state"])
    text = ana.get(row["href"]).text
    assert "&lt;b&gt;Ask the bank." in text
    assert "<b>Ask the bank" not in text
    step(ana, appeal, "acknowledge")
    step(ana, appeal, "admit")
    step(ana, appeal, "assign", reviewer="dora")
    assert "decide" not in ana.get(f"/inbox/appeals/{appeal}.json").json["may"]
    step(dora, appeal, "review")
    step(dora, appeal, "decide", outcome="lifted", reasons="The card was resold before.")
    shown = dora.get(f"/inbox/appeals/{appeal}.json").json
    assert (True, "lifted") == (shown["carry_out"]["wanted"], shown["appeal"]["outcome"])
    ana.get(f"/inbox/appeals/{appeal}")
    ana.post(f"/inbox/appeals/{appeal}/plan")
    banned.desk.jobs.work_off()
    shown = ana.get(f"/inbox/appeals/{appeal}.json").json
    case, (version,) = shown["case_id"], shown["carry_out"]["versions"]
    for browser, deed in ((banned.as_("ben"), "approve"), (ana, "apply")):
        browser.get(f"/cases/{case}/plan?v={version['number']}")
        browser.post(
            f"/cases/{case}/{deed}",
            v=str(version["number"]),
            plan_sha256=version["plan_sha256"],
            password=PASSWORD,
        )
    banned.desk.jobs.work_off()
    banned.files.run("check", "N3")
    banned.files.run("check", "N1", code=1)
    step(ana, appeal, "inform")
    with open_register(banned.desk.setting.register_address(), read_only=True) as register:
        banned.clock.at = max(entry.at for entry in register.entries())
    ana = banned.as_("ana")
    wrong = ana.get("/inbox/mistakes.json").json["bans"]
    assert (1, 1) == (wrong["wrong"], wrong["looked_at"])
    assert ana.get("/inbox/mistakes").text.count("<circle") >= 1


def test_who_decided_does_not_hear_the_appeal(banned: Open) -> None:
    """DBR-H002 for Ben, though he is enrolled for appeals too; the page says so before anybody tries."""
    banned.files.run(
        "register", "enrol", "--key", banned.files.path("ben.key"), "--role", "appeals",
        "--by", banned.files.path("ben.key"),
    )  # fmt: skip
    appeal = filed(banned)
    ana = banned.as_("ana")
    step(ana, appeal, "acknowledge")
    step(ana, appeal, "admit")
    reviewers = {
        one["name"]: one["refused"] for one in ana.get(f"/inbox/appeals/{appeal}.json").json["reviewers"]
    }
    assert reviewers["dora"] is None
    assert "took part in the decision" in reviewers["ben"]
    assert "DBR-H002" in step(ana, appeal, "assign", code=409, reviewer="ben").text


def test_only_the_assigned_reviewer_decides(banned: Open) -> None:
    """By role the deed is refused to Ben; Fay, who hears appeals too, is not the one: DBR-H005."""
    banned.files.enrolled("fay", "appeals")
    from debar.stores.keys import load_signer

    signer = load_signer(banned.files.folder / "fay.key")
    banned.desk.people.add("fay", roles=["appeals"], password=PASSWORD, signer=signer, now=banned.clock.at)
    appeal = filed(banned)
    ana = banned.as_("ana")
    assigned(ana, appeal)
    step(banned.as_("dora"), appeal, "review")
    for name, code, refused in (("ben", 403, "DBR-K020"), ("fay", 409, "DBR-H005")):
        answer = step(banned.as_(name), appeal, "decide", code=code, outcome="lifted", reasons="resold")
        assert refused in answer.text


def test_a_wrong_password_records_no_step(banned: Open) -> None:
    """DBR-K003, and the appeal stands where it stood."""
    appeal = filed(banned)
    ana = banned.as_("ana")
    ana.get(f"/inbox/appeals/{appeal}")
    answer = ana.post(f"/inbox/appeals/{appeal}/acknowledge", code=400, password="another password")
    assert "DBR-K003" in answer.text
    assert ["filed"] == [row["state"] for row in rows(ana)]


def test_a_decision_of_elsewhere_is_undone_elsewhere(opened: Open) -> None:
    """DBR-K074 where the plan was made at the command line; the page says the command."""
    decision = opened.files.applied()
    appeal = filed(opened)
    ana = opened.as_("ana")
    assigned(ana, appeal)
    dora = opened.as_("dora")
    step(dora, appeal, "review")
    step(dora, appeal, "decide", outcome="lifted", reasons="resold")
    text = ana.get(f"/inbox/appeals/{appeal}").text
    assert f"debar lift {decision} N3 --appeal {appeal}" in text
    assert "DBR-K074" in ana.post(f"/inbox/appeals/{appeal}/plan", code=409).text


def test_filters_stand_in_the_address_and_the_oldest_due_comes_first(watched: Open) -> None:
    """Kind, standing and mine; a hit is due on the day it was found, an appeal later."""
    appeal = filed(watched)
    ben = watched.as_("ben")
    assert ["watch", "appeals"] == [row["kind"] for row in rows(ben)]
    assert [appeal] == [row["id"] for row in rows(ben, "?kind=appeals")]
    assert [] == rows(ben, "?mine=1")
    assert [] == rows(ben, "?state=done")
    watched.clock.at += timedelta(days=60)
    shown = watched.as_("ben").get("/inbox.json").json
    assert 2 == shown["overdue"]


def test_nothing_waits(opened: Open) -> None:
    """Empty states say what they mean, and a rate of nothing is no rate."""
    eve = opened.as_("eve")
    assert "Nothing waits." in eve.get("/inbox").text
    assert "No value is excluded." in eve.get("/inbox/exclusions").text
    assert "there is no rate yet" in eve.get("/inbox/mistakes").text
