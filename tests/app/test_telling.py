"""Statements, books, pledges, sign-ups, backups: what follows a decision."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desks import Desk


def test_reasons_are_stated_to_the_public_and_to_each_account(desk: Desk) -> None:
    """The post names the decision; the notice to the linked account says what ties it and how to complain."""
    decision = desk.applied()
    post = desk.run("statement", decision).stdout
    assert "Northwind" in post
    notice = desk.run("statement", decision, "--account", "N3").stdout
    assert "Harbour Clips" in notice
    assert "organic" in notice.lower()
    page = desk.run("statement", decision, "--format", "html").stdout
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert desk.json("statement", decision, "--account", "N3")["subject"]["account_id"] == "N3"


def test_no_reasons_are_stated_for_what_was_not_done(desk: Desk) -> None:
    """An unapplied plan, an unknown decision and an untouched account are refused."""
    plan = desk.plan()
    assert "DBR-A010" in desk.run("statement", plan, code=1).stderr
    assert "DBR-A009" in desk.run("statement", "decision-2017-10-26-00000000", code=1).stderr
    decision = desk.applied()
    assert "DBR-A011" in desk.run("statement", decision, "--account", "B1", code=1).stderr


def test_a_brief_of_a_plan_and_of_a_decision_verify(desk: Desk) -> None:
    """Before and after the apply the brief holds all its checks; a changed byte does not."""
    plan = desk.plan()
    desk.run("brief", plan, "--out", desk.path("before.html"))
    desk.run("verify", desk.path("before.html"))
    decision = desk.applied()
    out = Path(desk.path("brief.html"))
    desk.run("brief", decision, "--out", str(out))
    desk.run("verify", str(out))
    page = out.read_text()
    out.write_text(page.replace("Harbour Clips", "Harbour Clops", 1))
    desk.run("verify", str(out), code=1)


def test_there_must_be_something_to_verify(desk: Desk) -> None:
    """An empty folder is no verified folder."""
    (desk.folder / "empty").mkdir()
    assert "DBR-A012" in desk.run("verify", desk.path("empty"), code=2).stderr


def test_books_of_three_formats(desk: Desk) -> None:
    """Every format writes the same earned sums, and names its file."""
    plan = desk.plan()
    for form in ("hledger", "beancount", "csv"):
        out = Path(desk.path(f"books.{form}"))
        desk.run("books", plan, "--format", form, "--out", str(out))
        assert "1000.000000" in out.read_text()


def test_what_was_earned_is_pledged_once(desk: Desk) -> None:
    """The pledge divides the likely total without losing a cent; a second one is refused."""
    decision = desk.applied()
    donate = ("donate", "pledge", decision, "--purpose", "election research", "--key", desk.path("ana.key"))
    recipients = desk.folder / "recipients.toml"
    recipients.write_text(
        "".join(
            f'[[recipient]]\nname = "{name}"\npurposes = ["election research"]\nconflict = "none found"\n'
            f'independence = "publishes as it finds"\nshare = {share}\n'
            for name, share in (("Institute", 2), ("Archive", 1))
        )
    )
    done = desk.json(*donate, "--recipients", str(recipients))
    plan = desk.json("show", desk.path("plan.json"))
    assert done["pledged"] == plan["earned"]["likely"]
    assert done["unallocated"] == "0.000000"
    assert "DBR-A014" in desk.run(*donate, code=1).stderr
    assert "Institute" in desk.run("statement", decision).stdout


def test_a_sign_up_with_old_identifiers_is_held_and_others_are_let_through(desk: Desk) -> None:
    """The same page, e-mail and card are held; the agency's card holds nobody."""
    desk.applied()
    signups = desk.folder / "signups"
    signups.mkdir()
    (signups / "accounts.csv").write_text("account_id,name\nS1,Fresh Start\nS2,Client\nS3,Nobody\n")
    (signups / "identifiers.csv").write_text(
        "account_id,kind,value\nS1,email,desk@northwind.example\nS1,page,northwind-page\nS1,card,fp-77aa\nS2,card,fp-blue\n"
        "S3,email,new@nobody.example\n"
    )
    found = desk.json("screen-signup", str(signups))
    assert [("S1", "hold")] == [
        (hit["account_id"], hit["verdict"]) for hit in found["hits"] if hit["verdict"] == "hold"
    ]
    assert {"S3"} & {hit["account_id"] for hit in found["hits"]} == set()
    assert "allow" in desk.run("screen-signup", str(signups)).stdout


def test_a_backup_restores_the_whole_record(desk: Desk) -> None:
    """What is restored verifies, and the gate answers the same."""
    desk.applied()
    desk.run("register", "backup", desk.path("copy"))
    desk.run("register", "restore", desk.path("copy"), "--register", desk.path("again"))
    desk.run("register", "verify", "--register", desk.path("again"))
    assert not desk.json("check", "N1", "--register", desk.path("again"), code=1)["allowed"]
