"""The other side through the command line: denials, contacts, links, appeals and their guards."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from debar.app.hearing.clerk import Clerk
from debar.app.hearing.filing import Filing, file_appeal
from debar.app.hearing.steps import expire
from debar.app.opening import Setting
from debar.model.problem import DebarError
from debar.register.sqlite import SqliteRegister
from desks import CONTACTS

if TYPE_CHECKING:
    from desks import Decided, Desk


def test_a_denial_is_recorded_word_for_word_and_changes_nothing(decided: Decided) -> None:
    """Not a space is lost; the gate answers as before; the public post shows the words."""
    words = "  We reject it.\n\nYour own sales people came to us:\twith a package — in 2016.\n"
    path = decided.folder / "answer.txt"
    path.write_bytes(words.encode())
    done = decided.json(
        "denial", "record", decided.decision, "--who", "Northwind", "--on", "2017-10-26", "--text-file", str(path),
        "--source", "https://example.org/answer", "--attach", str(path), "--key", decided.path("ana.key"),
    )  # fmt: skip
    assert words == done["text"]
    (received,) = decided.json("denial", "show", decided.decision)["received"]
    assert words == received["text"]
    assert "statement_received" == received["kind"]
    assert not decided.json("check", "N1", code=1)["allowed"]
    assert "with a package" in decided.run("statement", decided.decision).stdout
    assert decided.json("register", "verify")["problems"] == []


def test_an_accounts_response_is_kept_apart_from_the_advertisers_answer(decided: Decided) -> None:
    """A linked account's words never stand in the public post; empty or endless words are refused."""
    assert "none was received" in decided.run("denial", "show", decided.decision).stdout
    who = ("--who", "Harbour", "--on", "2017-10-27", "--key", decided.path("ana.key"))
    record = ("denial", "record", decided.decision, *who)
    decided.run(*record, "--account", "N3", "--text", "We bought that card used.")
    assert "used" not in decided.run("statement", decided.decision).stdout
    assert "for account N3" in decided.run("denial", "show", decided.decision).stdout
    assert "DBR-A011" in decided.run(*record, "--account", "B1", "--text", "x", code=1).stderr
    assert "DBR-A050" in decided.run(*record, "--text", "  ", code=2).stderr
    assert "DBR-A050" in decided.run(*record, "--text", "x" * 100_001, code=2).stderr
    assert "DBR-A050" in decided.run(*record, "--text-file", decided.path("nothing"), code=2).stderr
    assert "DBR-A053" in decided.run(*record, code=2).stderr
    assert "DBR-A053" in decided.run(*record, "--text", "x", "--text-file", "y", code=2).stderr


def test_a_later_edit_of_the_contacts_is_named(desk: Desk) -> None:
    """Unedited: exit 0 and both counts. One changed, one removed, one added: each named, exit 1."""
    path = desk.folder / "export" / "contacts.csv"
    path.write_text(CONTACTS)
    decision = desk.applied()
    told = desk.json("contacts", decision)
    assert {"sales": 2, "government": 0, "other": 0} == told["counts"] == told["recorded"]["counts"]
    assert told["changes"] == []
    text = desk.run("contacts", decision).stdout
    assert "government contacts: none" in text
    assert "offer 1,500,000.00 USD" in text
    assert "nothing was edited since" in text
    head, first, _, third = CONTACTS.splitlines()
    first = first.replace("package for the election", "a chat")
    path.write_text(f"{head}\n{first}\n{third}\nc4,N2,2017-01-01T00:00:00Z,other,,,,,,\n")
    told = desk.json("contacts", decision, code=1)
    assert [("c1", "changed"), ("c2", "removed"), ("c4", "added")] == [
        (change["contact_id"], change["what"]) for change in told["changes"]
    ]
    assert "changed since: contact c1 with account N1" in desk.run("contacts", decision, code=1).stdout


def test_no_contacts_is_an_answer_and_no_record_of_them_is_said(desk: Desk) -> None:
    """Where there are none, "none" is printed; where no case was opened, nobody claims that nothing was edited."""
    text = desk.run("contacts", desk.applied()).stdout
    assert "sales contacts: none\ngovernment contacts: none\nother contacts: none" in text
    assert "recorded when the case was opened: none (entry" in text
    out = desk.path("look.json")
    desk.run("plan", desk.path("export"), "Northwind Broadcasting Ltd", "--out", out)
    assert desk.json("contacts", out)["recorded"] is None
    assert "an edit since then cannot be seen" in desk.run("contacts", out).stdout


def test_the_contacts_leaf_shows_nothing(decided: Decided) -> None:
    """No contact, account or person stands in the public leaf of the case."""
    with SqliteRegister.open(decided.folder / "debar.register", read_only=True) as register:
        (case,) = register.entries_of_type("case")
    assert case.body is not None
    assert [["N1", "sol"], ["N3", "sid"]] == case.body["salespeople"]
    assert {"plan_id", "plan_sha256"} == set(case.public)


def test_an_appeal_goes_its_whole_way_without_a_login(decided: Decided) -> None:
    """Filed by link with an attachment, acknowledged, admitted, assigned, asked, answered, upheld, told, closed."""
    bill = decided.folder / "bill.pdf"
    bill.write_bytes(b"%PDF sold")
    link = decided.link()
    document = decided.json(
        "appeal",
        "file",
        "--link",
        link,
        "--ground",
        "We never owned it.",
        "--ask-relief",
        "--attach",
        str(bill),
    )
    appeal = document["appeal_id"]
    said = document["steps"][0]["said"]
    assert (True, "link", False) == (said["filer"]["verified"], said["channel"], said["late"])
    decided.step("acknowledge", appeal)
    decided.step("relief", appeal, "--deny", "--reason", "It ends on Friday.", by="dora")
    decided.step("admit", appeal)
    assert "dora" == decided.step("assign", appeal, "--reviewer", " Dora")["reviewer"]
    decided.step("review", appeal, by="dora")
    asked = decided.step("request", appeal, "--question", "Who paid?", "--answer-by", "2099-01-02", by="dora")
    assert ("info_requested", "2099-01-02") == (asked["state"], asked["due_on"])
    assert "DBR-H010" in decided.refused("expire", appeal)
    decided.run("appeal", "answer", appeal, "--link", link, "--text", "The buyer did.", "--attach", str(bill))
    done = decided.step("decide", appeal, "--outcome", "upheld", "--reasons", "The card is yours.", by="dora")
    assert ("decided", "upheld") == (done["state"], done["outcome"])
    assert ["informed", "closed"] == [decided.step(step, appeal)["state"] for step in ("inform", "close")]
    shown = decided.json("appeal", "show", appeal)
    assert [True, True] == [one["whole"] for one in shown["attachments"]]
    assert ["escalate"] == shown["may_follow"]
    text = decided.run("appeal", "show", appeal).stdout
    assert "reasons: The card is yours." in text
    assert "attachment bill.pdf (9 bytes" in text
    assert "closed: upheld" in decided.run("appeal", "list").stdout
    assert "no appeals" == decided.run("appeal", "list", "--open").stdout.strip()
    assert [] == decided.json("appeal", "list", "--decision", "decision-2017-10-26-00000000")["appeals"]
    assert decided.json("register", "verify")["problems"] == []


def test_no_leaf_of_an_appeal_shows_whom_it_is_about(decided: Decided) -> None:
    """Steps, outcome and digests are public; account, filer, words and files are not."""
    appeal = decided.in_review()
    decided.step("decide", appeal, "--outcome", "upheld", "--reasons", "The card is yours.", by="dora")
    with SqliteRegister.open(decided.folder / "debar.register", read_only=True) as register:
        entries = [e for kind in ("appeal", "outcome") for e in register.entries_of_type(kind)]
    assert {"file", "acknowledge", "admit", "assign", "review", "decide"} == {
        e.public["event"] for e in entries
    }
    for entry in entries:
        assert ("N3",) == entry.subjects
        for word in (b"N3", b"dora", b"card", b'eve"'):
            assert word not in entry.leaf


def test_attachments_are_kept_by_their_digest_and_cannot_be_run(decided: Decided) -> None:
    """Once for two filings, readable by the owner only; a changed copy is noticed."""
    bill = decided.folder / "bill.sh"
    bill.write_text("#!/bin/sh\nexit 1\n")
    bill.chmod(0o755)
    appeal = decided.filed("N3", "--attach", str(bill))
    decided.filed("N2", "--attach", str(bill))
    store = decided.folder / "debar.register.attachments"
    (kept,) = [path for path in store.rglob("*") if path.is_file()]
    assert 0o600 == stat.S_IMODE(kept.stat().st_mode)
    kept.write_text("another")
    assert [False] == [one["whole"] for one in decided.json("appeal", "show", appeal)["attachments"]]
    assert "MISSING OR CHANGED" in decided.run("appeal", "show", appeal).stdout


def test_what_is_no_ordinary_file_or_too_large_is_not_taken(decided: Decided) -> None:
    """Folders, links, pipes, empty and huge files, and too many of them: refused, and nothing is recorded."""
    link = decided.link()
    (decided.folder / "empty").write_bytes(b"")
    (decided.folder / "folder").mkdir()
    (decided.folder / "huge").write_bytes(b"x" * (10 * 1024 * 1024 + 1))
    (decided.folder / "ok").write_bytes(b"x")
    (decided.folder / "symlink").symlink_to(decided.folder / "ok")
    os.mkfifo(decided.folder / "pipe")
    before = decided.json("register", "verify")["revision"]
    file = ("appeal", "file", "--link", link, "--ground", "x")
    for name in ("empty", "huge", "symlink", "pipe", "folder", "nowhere"):
        assert "DBR-S050" in decided.run(*file, "--attach", decided.path(name), code=1).stderr, name
    many = [part for _ in range(21) for part in ("--attach", decided.path("ok"))]
    assert "DBR-S050" in decided.run(*file, *many, code=2).stderr
    assert before == decided.json("register", "verify")["revision"]


def test_a_link_is_bound_and_nobody_else_gets_in_by_it(decided: Decided) -> None:
    """A changed link files nothing; a link to one account withdraws no other's appeal; staff names both."""
    appeal = decided.filed("N2")
    other = decided.json("appeal", "link", decided.decision, "N3", "--until", "2099-12-31")
    assert "2099-12-31" == other["until"]
    changed = other["link"][:-6] + "AAAAAA"
    assert "DBR-H006" in decided.run("appeal", "file", "--link", changed, "--ground", "x", code=1).stderr
    assert "DBR-H006" in decided.run("appeal", "withdraw", appeal, "--link", other["link"], code=1).stderr
    assert "DBR-A051" in decided.run("appeal", "withdraw", appeal, code=2).stderr
    assert "DBR-A051" in decided.run("appeal", "file", "--ground", "x", code=2).stderr
    assert "DBR-A052" in decided.refused("file", "--ground", "x", code=2)
    assert "DBR-A011" in decided.run("appeal", "link", decided.decision, "B1", code=1).stderr
    withdrawn = decided.json("appeal", "withdraw", appeal, "--link", decided.link("N2"))
    assert "withdrawn" == withdrawn["state"]


def test_against_what_was_not_applied_there_is_no_appeal(desk: Desk) -> None:
    """A plan touches nobody yet."""
    assert "DBR-A010" in desk.run("appeal", "link", desk.plan(), "N1", code=1).stderr


def test_a_late_appeal_is_marked_and_heard(decided: Decided) -> None:
    """Seven months later the link has expired; staff files it, it is late, and it can be admitted."""
    later = datetime.now(UTC) + timedelta(days=215)
    setting = Setting(register=decided.folder / "debar.register")
    with pytest.raises(DebarError, match="DBR-H007"):
        file_appeal(Clerk(setting=setting, now=later, link=decided.link()), Filing(grounds=["x"]))
    done = file_appeal(
        Clerk(setting=setting, now=later, key=decided.folder / "ana.key"),
        Filing(grounds=["x"], channel="letter"),
        decision=decided.decision,
        account_id="N3",
    )
    assert done.document["late"]
    assert "it is late" in done.text
    appeal = str(done.document["appeal_id"])
    assert ["acknowledged", "admitted"] == [
        decided.step(step, appeal)["state"] for step in ("acknowledge", "admit")
    ]
    assert "filed late" in decided.run("appeal", "list", "--open").stdout


def test_whoever_decided_or_sells_cannot_review(decided: Decided) -> None:
    """Proposer, approver, salesperson and a key without the role are refused at the assignment."""
    appeal = decided.filed()
    for step in ("acknowledge", "admit"):
        decided.step(step, appeal)
    for name in ("ben", "ana"):
        path = decided.path(f"{name}.key")
        decided.run("register", "enrol", "--key", path, "--role", "appeals", "--by", decided.path("ben.key"))
    for name, code in (
        ("ben", "H002"),
        ("ana", "H002"),
        ("sid", "H003"),
        ("eve", "H004"),
        ("nobody", "P004"),
    ):
        assert f"DBR-{code}" in decided.refused("assign", appeal, "--reviewer", name)
    assert "admitted" == decided.json("appeal", "show", appeal)["state"]
    assert "assigned" == decided.step("assign", appeal, "--reviewer", "sol")["state"], "sold to N1, not to N3"


def test_only_the_assigned_reviewer_decides_and_signs(decided: Decided) -> None:
    """Another reviewer and staff are refused; the signature stands in the leaf and is checked again."""
    appeal = decided.in_review()
    decide = ("decide", appeal, "--outcome", "upheld", "--reasons", "x")
    assert "DBR-H005" in decided.refused(*decide, by="sol")
    assert "DBR-H004" in decided.refused(*decide, by="eve")
    assert "DBR-H005" in decided.refused("request", appeal, "--question", "x", by="eve")
    decided.step(*decide, by="dora")
    with SqliteRegister.open(decided.folder / "debar.register", read_only=True) as register:
        (outcome,) = register.entries_of_type("outcome")
        assert register.verify() == ()
    assert "upheld" == outcome.public["outcome"]
    assert 128 == len(outcome.public["signature"])


def test_a_reviewer_who_approved_meanwhile_may_no_longer_decide(decided: Decided) -> None:
    """Taking part after the assignment counts as well."""
    appeal = decided.in_review()
    dora = decided.path("dora.key")
    decided.run("register", "enrol", "--key", dora, "--role", "approver", "--by", decided.path("ben.key"))
    decided.run("approve", decided.path("plan.json"), "--key", dora)
    assert "DBR-H002" in decided.refused("decide", appeal, "--outcome", "upheld", "--reasons", "x", by="dora")


def test_a_lifted_outcome_is_told_only_after_it_was_carried_out(decided: Decided) -> None:
    """Signing it restores nobody yet, and the filer is not told as if it had."""
    appeal = decided.in_review()
    decide = ("appeal", "decide", appeal, "--outcome", "lifted", "--reasons", "x")
    text = decided.run(*decide, "--key", decided.path("dora.key")).stdout
    assert f"debar lift {decided.decision} N3 --appeal {appeal}" in text
    assert "DBR-H011" in decided.refused("inform", appeal)
    assert not decided.json("check", "N3", code=1)["allowed"]


def test_an_inadmissible_appeal_has_its_reason_and_can_go_outside(decided: Decided) -> None:
    """Refused with a reason; escalated with the day of the body; resolved; it stands where it stood."""
    appeal = decided.filed()
    decided.step("acknowledge", appeal)
    assert "DBR-A050" in decided.refused("admit", appeal, "--refuse", "", code=2)
    assert "inadmissible" == decided.step("admit", appeal, "--refuse", "Filed by a stranger.")["state"]
    escalated = decided.step(
        "escalate", appeal, "--route", "out_of_court", "--body", "Appeals Centre",
        "--received-on", "2017-11-02", "--complex",
    )  # fmt: skip
    assert ("escalated", "2018-05-01") == (escalated["state"], escalated["due_on"])
    assert "inadmissible" == decided.step("resolve", appeal, "--result", "Dismissed.")["state"]


def test_an_unanswered_request_expires_and_the_appeal_is_still_decided(decided: Decided) -> None:
    """Silence decides nothing: a reviewer signs, on what there is."""
    appeal = decided.in_review()
    decided.step("request", appeal, "--question", "Who paid?", by="dora")
    setting = Setting(register=decided.folder / "debar.register")
    later = datetime.now(UTC) + timedelta(days=11)
    clerk = Clerk(setting=setting, now=later, key=decided.folder / "eve.key")
    assert "expired" == expire(clerk, appeal).document["state"]
    done = decided.step("decide", appeal, "--outcome", "upheld", "--reasons", "x", by="dora")
    assert "decided" == done["state"]


def test_an_unknown_appeal_and_a_step_out_of_order_are_refused(decided: Decided) -> None:
    """By name, with what may follow."""
    assert "DBR-H009" in decided.run("appeal", "show", "appeal-2017-11-02-000000000000", code=1).stderr
    error = decided.refused("admit", decided.filed())
    assert "DBR-H001" in error
    assert "may follow: acknowledge" in error
