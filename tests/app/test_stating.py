"""Reasons stated from the command line: two languages, Markdown, and the EU's database."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from debar.app.decisions import open_for
from debar.app.opening import Setting
from debar.app.reversal.noticing import revised_notices
from debar.app.stating.statements import applied_decision, issue_of
from debar.notices.dsa.form import AccountAtDecision, DsaTerms, dsa_form
from desks import set_up

if TYPE_CHECKING:
    from desks import Decided, Desk

CIVIC = "STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS"
TERMS = f"""[dsa]
category = "{CIVIC}"
keywords = ["KEYWORD_MISINFORMATION_DISINFORMATION"]
"""
GERMAN = """
[translations.de]
"It promoted posts aimed at voters." = "Es bewarb Beiträge, die sich an Wähler richteten."
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, str]:
    """Return a desk with dated accounts and a decision that brings its translations and terms."""
    desk = set_up(tmp_path_factory.mktemp("told"))
    accounts = desk.folder / "export" / "accounts.csv"
    head, *rows = accounts.read_text().splitlines()
    lines = [f"{head},created_at", *(f"{row},2015-03-0{i + 1}T00:00:00Z" for i, row in enumerate(rows))]
    accounts.write_text("\n".join(lines) + "\n")
    decision = desk.folder / "decision.toml"
    decision.write_text(decision.read_text() + GERMAN + TERMS)
    return desk, desk.applied()


def test_a_statement_speaks_german_where_it_is_asked_to(told: tuple[Desk, str]) -> None:
    """The post and a notice are German, the decision's facts in the translation that came with it."""
    desk, decision = told
    post = desk.run("statement", decision, "--language", "de", "--format", "markdown").stdout
    assert post.startswith("# Northwind Broadcasting Ltd: keine Werbung mehr auf ")
    assert "Es bewarb Beiträge, die sich an Wähler richteten." in post
    notice = desk.json("statement", decision, "--account", "N3", "--language", "de")
    assert notice["language"] == "de"
    assert notice["facts"] == "Es bewarb Beiträge, die sich an Wähler richteten."


def test_a_folder_of_statements_holds_both_languages(told: tuple[Desk, str]) -> None:
    """Post as page, text and Markdown, a notice an account, and the public statements as JSON."""
    desk, decision = told
    files = desk.json("statement", decision, "--out", desk.path("told"))["files"]
    assert [name for name in files if not name.startswith("notices/")] == [
        "post.html", "post.txt", "post.md", "statements.json",
        "post.de.html", "post.de.txt", "post.de.md", "statements.de.json",
    ]  # fmt: skip
    assert len([name for name in files if name.endswith(".de.html")]) == 1 + 3
    assert all((desk.folder / "told" / name).is_file() for name in files)


def test_the_database_form_of_one_account_and_of_all(told: tuple[Desk, str]) -> None:
    """One account's form is one object; all of them are the body of one call, in a file if asked."""
    desk, decision = told
    one = json.loads(desk.run("statement", decision, "--account", "N3", "--format", "dsa").stdout)
    assert one["decision_provision"] == "DECISION_PROVISION_PARTIAL_SUSPENSION"
    assert one["content_date"] == "2015-03-03"
    out = Path(desk.path("calls.jsonl"))
    told_all = desk.json("statement", decision, "--format", "dsa", "--out", str(out))
    (body,) = [json.loads(line) for line in out.read_text().splitlines()]
    assert told_all["calls"] == [body]
    assert one in body["statements"]
    assert [s["decision_provision"] for s in body["statements"]].count(
        "DECISION_PROVISION_PARTIAL_TERMINATION"
    ) == 2


def test_what_the_database_would_not_take_is_refused_with_the_reason(desk: Desk) -> None:
    """Without a category and dates of registration nothing is sent, and a file of terms cures one of the two."""
    decision = desk.applied()
    said = desk.run("statement", decision, "--account", "N1", "--format", "dsa", code=1).stderr
    assert "DBR-N005" in said
    assert "category: not stated" in said
    (desk.folder / "dsa.toml").write_text(TERMS)
    all_of_them = desk.json("statement", decision, "--format", "dsa", "--dsa", desk.path("dsa.toml"), code=1)
    assert all_of_them["statements"] == 0
    assert {tuple(refused["why"]) for refused in all_of_them["refused"]} == {
        ("content_date: the platform's tables do not say when the account was registered",)
    }
    (desk.folder / "dsa.toml").write_text("category = 7")
    said = desk.run("statement", decision, "--format", "dsa", "--dsa", desk.path("dsa.toml"), code=2).stderr
    assert "DBR-N006" in said


def test_forms_and_options_that_do_not_go_together_are_wrong_use(told: tuple[Desk, str]) -> None:
    """DBR-A061, a letter has no Markdown form; DBR-A062, only the database's form uses its terms."""
    desk, decision = told
    said = desk.run("statement", decision, "--account", "N1", "--format", "markdown", code=2).stderr
    assert "DBR-A061" in said
    (desk.folder / "dsa.toml").write_text(TERMS)
    assert "DBR-A062" in desk.run("statement", decision, "--dsa", desk.path("dsa.toml"), code=2).stderr


def test_a_source_that_is_none_is_refused(desk: Desk) -> None:
    """DBR-A060: what set a decision off is one of four things, and a notification may name its notifier."""
    file = desk.folder / "decision.toml"
    plain = file.read_text()
    file.write_text('source = { type = "rumour" }\n' + plain)
    assert "DBR-A060" in desk.run("statement", desk.applied(), "--account", "N1", code=2).stderr


def test_a_notification_is_told_as_one(desk: Desk) -> None:
    """A decision that states its source says so in each statement."""
    file = desk.folder / "decision.toml"
    file.write_text('source = { type = "notification", identity = "the regulator" }\n' + file.read_text())
    assert "by the regulator" in desk.run("statement", desk.applied(), "--account", "N1").stdout


def test_translations_of_another_form_are_refused(desk: Desk) -> None:
    """DBR-A003: translations are tables of texts by language."""
    file = desk.folder / "decision.toml"
    file.write_text(file.read_text() + "\n[translations]\nde = 7\n")
    said = desk.run("plan", desk.path("export"), "N1", "--decision", str(file), code=2).stderr
    assert "DBR-A003" in said
    assert "translations" in said


def test_a_confirmed_suspension_is_a_termination_and_a_lift_is_refused(decided: Decided) -> None:
    """The suspension and its confirmation have a form and a reference each; the database knows no lift."""
    decided.run(
        "denial", "record", decided.decision, "--account", "N3", "--who", "Harbour", "--on", "2017-10-27",
        "--text", "It was sold.", "--key", decided.path("ana.key"),
    )  # fmt: skip
    decided.change("confirm", "N3", "--reason", "it paid by the same card")
    decided.carry_out()
    setting = Setting(register=decided.folder / "debar.register")
    told = applied_decision(setting, decided.decision)
    opened = open_for(setting, told.plan, None)
    account, terms = AccountAtDecision(registered_on=date(2015, 3, 3)), DsaTerms(category=CIVIC)
    forms = [
        dsa_form(notice, plan, terms, account)
        for notice, plan in revised_notices(told, issue_of(told, opened))
        if notice.subject.account_id == "N3"
    ]
    assert [form["decision_provision"].removeprefix("DECISION_PROVISION_") for form in forms] == [
        "PARTIAL_SUSPENSION", "PARTIAL_TERMINATION",
    ]  # fmt: skip
    assert len({form["puid"] for form in forms}) == 2
    (decided.folder / "dsa.toml").write_text(TERMS)
    decided.lifted("N1", "N2", "N3", "N4")
    dsa = ("--format", "dsa", "--dsa", decided.path("dsa.toml"))
    said = decided.run("statement", decided.decision, "--account", "N1", *dsa, code=1).stderr
    assert "a lift: the database takes restrictions only" in said
    every = decided.json("statement", decided.decision, *dsa, code=1)
    assert [r["account_id"] for r in every["refused"]].count("N3") == 3
