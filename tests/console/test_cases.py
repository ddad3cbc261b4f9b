"""Cases and their versions: opened, made in the background, told as they stand."""

from __future__ import annotations

import sqlite3
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from consoles import open_console
from debar.app.assuring.judging import judge
from debar.model.problem import DebarError
from debar.plans.plan import read_plan

if TYPE_CHECKING:
    from consoles import Open

SUBJECT = "Northwind Broadcasting Ltd"
VERSION = {"kind": "version", "why": "again", "proposed": False}


def test_a_case_is_opened_and_its_first_version_is_a_plan(opened: Open) -> None:
    """What is kept is the plan's own document, and the list tells what it says."""
    case = opened.case()
    version = opened.desk.cases.version(case)
    assert version is not None
    plan = read_plan(opened.desk.cases.plan_file(case, 1).read_text())
    assert version.plan_sha256 == plan.sha256
    (row,) = opened.as_("ben").get("/cases.json").json["cases"]
    assert (case, SUBJECT, "open", 1) == (row["case_id"], row["title"], row["state"], row["version"])
    assert sum(m["status"] == "in" for m in plan.members) == row["in"]
    assert plan.document["earned"]["likely"] == row["earned"]["likely"]


def test_a_subject_that_is_nobody_fails_where_everybody_sees_it(opened: Open) -> None:
    """A job that is refused keeps its problem; nothing else is left behind."""
    case = opened.case("Nobody At All")
    job = opened.desk.jobs.of_case(case)
    assert job is not None
    assert ("failed", True) == (job.state, str(job.problem and job.problem["code"]).startswith("DBR-"))
    assert opened.desk.cases.version(case) is None
    assert "failed" in opened.as_("ana").get("/cases").text


def test_one_version_at_a_time(opened: Open) -> None:
    """DBR-K012 while one is being made; then another may be asked for."""
    case = opened.case()
    opened.desk.jobs.ask(case, VERSION, by="ana")
    with pytest.raises(DebarError, match="DBR-K012"):
        opened.desk.jobs.ask(case, VERSION, by="ben")
    opened.desk.jobs.work_off()
    assert [1, 2] == [version.number for version in opened.desk.cases.versions(case)]


def test_what_a_crash_cut_off_is_begun_again(opened: Open) -> None:
    """A job that was running when the console died is done after the next start, once."""
    case = opened.case()
    opened.desk.jobs.ask(case, VERSION, by="ana")
    with sqlite3.connect(opened.files.folder / "desk" / "desk.sqlite") as database:
        database.execute("UPDATE jobs SET state = 'running' WHERE state = 'waiting'")
    opened.desk.jobs.work_off()
    assert 1 == len(opened.desk.cases.versions(case))
    again = open_console(opened.files)
    again.desk.jobs.start()
    deadline = time.monotonic() + 60
    while len(again.desk.cases.versions(case)) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    again.desk.jobs.stop()
    assert [1, 2] == [version.number for version in opened.desk.cases.versions(case)]


def test_our_own_mistake_is_told_and_nothing_is_kept(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """DBR-K013: the person hears that it was us; the details go to the log."""
    case = opened.case()

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("debar.console.desk.desk.make_plan", broken)
    opened.desk.jobs.ask(case, VERSION, by="ana")
    opened.desk.jobs.work_off()
    job = opened.desk.jobs.of_case(case)
    assert job is not None
    assert job.problem is not None
    assert "DBR-K013" == job.problem["code"]
    assert 1 == len(opened.desk.cases.versions(case))


def test_a_reviewers_word_stands_in_the_next_version(opened: Open) -> None:
    """A negative judgement takes an account out, a positive one on two who share nothing puts one in."""
    case = opened.case()
    before = _statuses(opened, case)
    assert before["N3"] != "out"
    for account, word in (("N3", "negative"), ("B1", "positive")):
        judge(
            opened.desk.setting, "N1", account, judgement=word, by="ben", reason="seen the papers",
            now=opened.clock.at,
        )  # fmt: skip
    opened.desk.jobs.ask(case, VERSION, by="ben")
    opened.desk.jobs.work_off()
    after = _statuses(opened, case)
    assert ("out", "in") == (after["N3"], after["B1"])


def test_a_version_made_here_equals_the_plan_that_a_fresh_reading_makes(opened: Open) -> None:
    """Taking in judgements later is the same as having read the platform after them."""
    case = opened.case()
    judge(opened.desk.setting, "N2", "B2", judgement="unsure", by="ben", reason="hm", now=opened.clock.at)
    opened.desk.jobs.ask(case, VERSION, by="ben")
    opened.desk.jobs.work_off()
    version = opened.desk.cases.version(case)
    assert version is not None
    fresh = opened.files.json(
        "plan", opened.files.path("export"), SUBJECT, "--register", opened.files.path("debar.register")
    )
    kept = opened.desk.cases.plan(version).document
    dated = ("review_on",)
    assert [{k: v for k, v in m.items() if k not in dated} for m in fresh["members"]] == [
        {k: v for k, v in m.items() if k not in dated} for m in kept["members"]
    ]
    assert fresh["evidence"]["parameters"] == kept["evidence"]["parameters"]


def _statuses(opened: Open, case: str) -> dict[str, str]:
    version = opened.desk.cases.version(case)
    assert version is not None
    return {m["account_id"]: m["status"] for m in opened.desk.cases.plan(version).members}


def test_the_list_can_be_narrowed_by_its_address(opened: Open) -> None:
    """State and words stand in the address; what does not match is not shown."""
    opened.case()
    ana = opened.as_("ana")
    assert 1 == len(ana.get("/cases.json?q=northwind&state=open").json["cases"])
    assert [] == ana.get("/cases.json?q=harbour").json["cases"]
    assert [] == ana.get("/cases.json?state=reversed").json["cases"]
    assert "No case matches" in ana.get("/cases?q=harbour").text


def test_an_undecided_account_ages(opened: Open) -> None:
    """The list says for how many days the oldest has waited."""
    case = opened.case()
    opened.clock.at += timedelta(days=3)
    (row,) = opened.as_("ana").get("/cases.json").json["cases"]
    expected = 3 if "ask" in _statuses(opened, case).values() else None
    assert expected == row["undecided_days"]


@pytest.mark.parametrize(
    "form",
    [
        {"subjects": "RT", "from": "2016-11-08", "to": "2015-06-01"},
        {"subjects": "RT", "from": "8.11.2016", "to": "2016-11-08"},
        {"subjects": "RT", "from": "2016-11-08"},
        {"subjects": "\n".join(str(n) for n in range(60))},
    ],
)
def test_a_form_that_is_not_right_opens_nothing(opened: Open, form: dict[str, str]) -> None:
    """DBR-K014, and the form's own words stay in the browser."""
    ana = opened.as_("ana")
    ana.get("/new-case")
    assert "DBR-K014" in ana.post("/cases", code=400, **form).text
    assert [] == opened.desk.cases.everything()


@pytest.mark.parametrize("case_id", ["case-2017-0099", "../../etc", "case-2017-0001/../x", "%2e%2e"])
def test_there_is_no_such_case(opened: Open, case_id: str) -> None:
    """DBR-K010, before any file is looked for; DBR-K011 for a version that is not there."""
    with pytest.raises(DebarError, match="DBR-K010"):
        opened.desk.cases.version(case_id)
    case = opened.case()
    with pytest.raises(DebarError, match="DBR-K011"):
        opened.desk.cases.version(case, 7)


def test_nothing_at_an_address_is_said(opened: Open) -> None:
    """DBR-K024."""
    assert "DBR-K024" in opened.as_("ana").get("/nowhere", code=404).text


def test_a_versions_file_that_was_replaced_is_not_shown(opened: Open) -> None:
    """DBR-K017: another plan under a version's name, though whole in itself."""
    case = opened.case()
    opened.clock.at += timedelta(minutes=1)
    opened.desk.jobs.ask(case, VERSION, by="ana")
    opened.desk.jobs.work_off()
    file = opened.desk.cases.plan_file(case, 2)
    file.write_text(opened.desk.cases.plan_file(case, 1).read_text())
    with pytest.raises(DebarError, match="DBR-K017"):
        opened.desk.cases.plan(opened.desk.cases.versions(case)[1])
