"""Lifting, confirming, lapsing: everything that follows, through the command line."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from debar.app.money.earning import Asked as AskedMoney
from debar.app.money.earning import earned
from debar.app.opening import Setting, open_platform
from debar.app.reversal.planning import Asked, vary
from debar.app.reversal.reviewing import review
from debar.app.verbs import apply, approve
from debar.app.watching import screen_signups
from debar.gate import check
from debar.model.canonical import digest
from debar.model.problem import DebarError
from debar.register.sqlite import SqliteRegister
from debar.register.tree import leaf_hash, verify_inclusion

if TYPE_CHECKING:
    from debar.register.entries import Entry
    from desks import Decided

RECIPIENT = """[[recipient]]
name = "Open Lab"
purposes = ["election research"]
conflict = "none found"
independence = "publishes as it finds"
share = 1
"""
BOTH = ("N3", "--also", "N4")


def entries(decided: Decided) -> tuple[Entry, ...]:
    """Return the whole log."""
    with SqliteRegister.open(decided.folder / "debar.register", read_only=True) as register:
        assert register.verify() == ()
        return register.entries()


def pledge(decided: Decided) -> Any:
    """Pledge what was earned, all to one recipient."""
    path = decided.folder / "recipients.toml"
    path.write_text(RECIPIENT)
    donate = (
        "donate",
        "pledge",
        decided.decision,
        "--purpose",
        "election research",
        "--recipients",
        str(path),
    )
    return decided.json(*donate, "--key", decided.path("ana.key"))


def signup_hits(decided: Decided, *, days: int = 0) -> list[str]:
    """Return the verdict on a sign-up that uses what N3 and N4 alone had held, some days from now."""
    signups = decided.folder / "signups"
    signups.mkdir(exist_ok=True)
    (signups / "accounts.csv").write_text("account_id,name\nS4,Start\n")
    (signups / "identifiers.csv").write_text(
        "account_id,kind,value\nS4,email,bills@cove.example\nS4,page,cove-page\nS4,card,fp-c0fe\n"
    )
    path = decided.folder / "debar.register"
    opened = open_platform(signups, Setting(register=path))
    with SqliteRegister.open(path, read_only=True) as register:
        found = screen_signups(opened, register, now=datetime.now(UTC) + timedelta(days=days)).document[
            "hits"
        ]
    return [f"{hit['account_id']} {hit['verdict']} as {hit['resembles']['account_id']}" for hit in found]


def test_the_chain_is_banned_and_everybody_is_told(decided: Decided) -> None:
    """Two named, two linked, one of them through the other; each has an entry that says when it was told."""
    told = [e.body for e in entries(decided) if e.type == "statement" and e.body]
    assert ["N1", "N2", "N3", "N4"] == sorted(one["account_id"] for one in told)
    due = {one["account_id"]: (one["review_on"] is None, one["respond_by"] is None) for one in told}
    assert {"N1": (True, True), "N2": (True, True), "N3": (False, False), "N4": (False, False)} == due
    for one in told:
        if one["respond_by"]:
            assert one["informed_at"][:10] < one["respond_by"] < one["review_on"]


def test_lifting_restores_everything_in_one_transaction(decided: Decided) -> None:
    """Gate, links, promise, watch, statement, notices: all of it between two revisions, and each with its proof."""
    before = pledge(decided)
    assert ["S4 hold as N4"] == signup_hits(decided)
    revision = len(entries(decided))
    done = decided.lifted(*BOTH)
    assert {"N3": "lift", "N4": "lift"} == {one["account_id"]: one["action"] for one in done["accounts"]}
    assert all(one["allowed"] and one["proven"] and one["done"] for one in done["accounts"])
    new = entries(decided)[revision:]
    kinds = [entry.type for entry in new]
    assert ["approval", "plan", "lift", "lift", "judgement", "pledge"] == kinds[:6]
    assert 1 == len({entry.at for entry in new[1:]}), "one transaction"
    assert ["statement"] * 4 == kinds[6:]
    to = [entry.body["to"] for entry in new[6:] if entry.body]
    assert ["account_holder", "account_holder", "public", "recipient"] == to
    assert decided.json("check", "N3")["allowed"]
    assert not decided.json("check", "N1", code=1)["allowed"]
    donation = decided.json("donate", "show", decided.decision)
    assert "57.000000" == f"{float(before['pledged']) - float(donation['pledged']):.6f}"
    assert "0.000000" == donation["loss"]
    assert [] == signup_hits(decided)
    text = decided.run("statement", decided.decision, "--account", "N3").stdout
    assert "may buy and run advertising" in text
    assert "the card was resold" in text


def test_a_lift_is_in_force_with_its_inclusion_proof(decided: Decided) -> None:
    """The proof leads from the lift's leaf to the root that the newest checkpoint signs, as the ban's does."""
    done = decided.lifted(*BOTH)
    path = decided.folder / "debar.register"
    with SqliteRegister.open(path, read_only=True) as register:
        for one in done["accounts"]:
            entry, proof = register.entry(one["entry"]), register.proof(one["entry"])
            root = register.checkpoint().splitlines()[2]
            assert verify_inclusion(
                leaf_hash(entry.leaf),
                proof.path,
                index=proof.index,
                size=proof.size,
                root=base64.b64decode(root),
            )
            assert "reversed" == entry.public["lift_reason"]
            assert b"N3" not in entry.leaf


def test_what_was_paid_out_is_a_loss_and_is_taken_back_from_nobody(decided: Decided) -> None:
    """All was paid: the promise falls all the same, the recipient keeps everything, the difference is a loss."""
    pledged = pledge(decided)["pledged"]
    receipt = decided.folder / "receipt.pdf"
    receipt.write_text("paid")
    pay = ("donate", "disburse", decided.decision, "--recipient", "Open Lab", "--amount", pledged.rstrip("0"))
    decided.run(*pay, "--receipt", str(receipt), "--key", decided.path("ana.key"))
    decided.lifted(*BOTH)
    donation = decided.json("donate", "show", decided.decision)
    assert pledged == donation["disbursed"]
    assert "57.000000" == donation["loss"]
    assert "lost: paid out before a ban was undone" in decided.run("donate", "show", decided.decision).stdout
    books = decided.folder / "books.journal"
    decided.run("books", decided.path("plan.json"), "--out", str(books))
    assert "Expenses:DonationLoss:" in books.read_text()
    assert decided.json("books", "check", str(books))["sound"]


def test_a_decision_that_is_lifted_for_all_owes_nothing(decided: Decided) -> None:
    """Named and linked: nothing stands, nothing is promised, nothing is watched; the record keeps both."""
    pledge(decided)
    done = decided.lifted("N1", "N2", "N3", "N4")
    assert all(one["allowed"] for one in done["accounts"])
    donation = decided.json("donate", "show", decided.decision)
    assert ("0.000000", "0.000000") == (donation["pledged"], donation["unallocated"])
    kinds = [entry.type for entry in entries(decided)]
    assert 4 == kinds.count("debar") == kinds.count("lift")


def test_whoever_hangs_on_a_lifted_account_needs_a_choice(decided: Decided) -> None:
    """N4 was banned through N3 alone: lifting N3 is refused until N4 is reversed too or argued anew."""
    error = decided.change_refused("lift", "N3", "--reason", "resold")
    assert "DBR-A056" in error
    assert "N4 (Cove Films) hangs on what is lifted" in error
    assert "hangs on nothing" in decided.change_refused("lift", "N4", "--reason", "x", "--reargue", "N3=y")
    assert "DBR-A054" in decided.change_refused("lift", "N3", "--reason", "x", "--reargue", "N4", code=2)
    document = decided.change("lift", "N3", "--reason", "resold", "--reargue", "N4=it said so itself")
    assert [("N4", "reargue")] == [(one["account_id"], one["choice"]) for one in document["hanging"]]
    text = decided.run("show", decided.path("change.json")).stdout
    assert "stays, argued anew: it said so itself; it hangs on another lifted account" in text
    done = decided.carry_out()
    assert {"N3": True, "N4": False} == {one["account_id"]: one["allowed"] for one in done["accounts"]}
    notice = decided.run("statement", decided.decision, "--account", "N4").stdout
    assert "it said so itself" in notice
    assert "argued anew" in decided.run("check", "N4", code=1).stdout
    assert ["S4 hold as N4"] == signup_hits(decided)
    decided.lifted("N4")
    assert decided.json("check", "N4")["allowed"]


def test_lifting_the_last_named_account_drags_everybody_who_hangs_on_it(decided: Decided) -> None:
    """A link to somebody who is no longer banned bans nobody."""
    error = decided.change_refused("lift", "N1", "--reason", "x")
    assert "N3" in error
    assert "N4" in error
    assert "N2" not in error, "the other named account stands by itself"


def test_a_struck_fact_frees_whoever_stood_on_it(decided: Decided) -> None:
    """The fact is named by its id; an unknown one is refused; the links that used it are retracted with it."""
    plan = json.loads(Path(decided.path("plan.json")).read_text())
    facts = [
        f["id"]
        for f in plan["evidence"]["graph"]["facts"]
        if "cove" in f["shown"] or f["id"].endswith("cove-page")
    ]
    strike = [part for fact in facts for part in ("--strike", fact)]
    document = decided.change("lift", "N4", "--reason", "x", *strike)
    assert sorted(facts) == document["struck"]
    (link,) = document["retracted"]
    assert ("N3", "N4") == (link["from"], link["to"])
    assert plan["plan_sha256"] == link["plan_sha256"]
    assert {"id", "kind", "shown", "crowd"} == set(link["facts"][0])
    assert "DBR-A004" in decided.change_refused("lift", "N4", "--reason", "x", "--strike", "card:no", code=2)


def test_a_link_that_was_right_is_not_retracted(decided: Decided) -> None:
    """Lifted for another reason: the links stand, and no judgement is recorded."""
    document = decided.change("lift", *BOTH, "--reason", "an agreement", "--links-stand")
    assert [] == document["retracted"]
    decided.carry_out()
    assert "judgement" not in [entry.type for entry in entries(decided)]


def test_a_retracted_link_is_a_judgement_that_later_plans_obey(decided: Decided) -> None:
    """Each says what it rested on; a new plan leaves the account out, as judged."""
    decided.lifted(*BOTH)
    judged = [entry for entry in entries(decided) if entry.type == "judgement"]
    assert [("N1", "N3")] == [e.subjects for e in judged], "N3 and N4 may well belong together"
    for entry in judged:
        assert entry.body is not None
        assert "negative" == entry.body["judgement"]
        assert "retracted by the reversal of" in entry.body["reason"]
        assert entry.body["retracts"]["facts"]
    plan = json.loads(Path(decided.path("plan.json")).read_text())
    again = decided.json("plan", plan["platform"], "Northwind Broadcasting Ltd")
    assert "out" == {m["account_id"]: m["status"] for m in again["members"]}["N3"]


def test_unused_prepayments_are_listed(decided: Decided) -> None:
    """Thirty paid in advance, ten used: twenty are the account's own, and the plan says so."""
    document = decided.change("lift", *BOTH, "--reason", "x")
    assert [{"account_id": "N3", "amount": "20.000000", "currency": "USD"}] == document["prepayments"]
    text = decided.run("show", decided.path("change.json")).stdout
    assert "20.00 USD paid in advance by N3 and not used" in text
    assert "nothing was pledged yet" in text


def test_a_lift_takes_two_keys(decided: Decided) -> None:
    """Not approved, approved by the proposer, or applied by the approver alone: refused, and nothing changes."""
    decided.change("lift", *BOTH, "--reason", "x")
    change = decided.path("change.json")
    revision = len(entries(decided))
    assert "DBR-P006" in decided.run("apply", change, "--key", decided.path("ana.key"), code=1).stderr
    assert "DBR-P005" in decided.run("approve", change, "--key", decided.path("ana.key"), code=1).stderr
    assert "DBR-P004" in decided.run("apply", change, "--key", decided.path("cem.key"), code=1).stderr
    assert revision == len(entries(decided))
    decided.run("approve", change, "--key", decided.path("ben.key"))
    assert "DBR-P006" in decided.run("apply", change, "--key", decided.path("ben.key"), code=1).stderr
    assert not decided.json("check", "N3", code=1)["allowed"]


def test_twice_is_once_and_a_second_lift_is_refused(decided: Decided) -> None:
    """The same plan again changes nothing; a new plan for the same account is refused; a strange account too."""
    decided.lifted(*BOTH)
    revision = len(entries(decided))
    again = decided.json("apply", decided.path("change.json"), "--key", decided.path("ana.key"))
    assert again["repeated"]
    assert revision == len(entries(decided))
    assert "DBR-A055" in decided.change_refused("lift", "N3", "--reason", "x")
    assert "its accounts: N1, N2, N3, N4" in decided.change_refused("lift", "B1", "--reason", "x")
    assert "DBR-A011" in decided.change_refused("lift", "NX", "--reason", "x")


def test_two_plans_for_one_account_and_the_second_is_stale(decided: Decided) -> None:
    """What the second rests on has changed: exit 4, and the account is named."""
    decided.change("lift", *BOTH, "--reason", "first")
    first = Path(decided.path("change.json")).read_text()
    decided.change("lift", "N4", "--reason", "second")
    decided.carry_out()
    Path(decided.path("change.json")).write_text(first)
    decided.run("approve", decided.path("change.json"), "--key", decided.path("ben.key"))
    error = decided.run("apply", decided.path("change.json"), "--key", decided.path("ana.key"), code=4).stderr
    assert "DBR-P003" in error
    assert "account N4: whether and until when the decision stands against it" in error
    assert not decided.json("check", "N3", code=1)["allowed"]


def test_unrelated_entries_leave_a_lift_applicable(decided: Decided) -> None:
    """Somebody else's appeal and denial do not make it stale."""
    decided.change("lift", *BOTH, "--reason", "x")
    decided.filed("N2")
    who = ("--who", "Northwind", "--on", "2017-10-27", "--text", "No.", "--key", decided.path("ana.key"))
    decided.run("denial", "record", decided.decision, *who)
    assert decided.carry_out()["accounts"][0]["allowed"]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"hanging": []}, "is varied, and hangs on nothing"),
        ({"reason": " "}, "it gives no reason"),
        ({"kind": "pardon"}, "there is no plan of the kind"),
        ({"changes": []}, "nothing is changed"),
        ({"members": []}, "the members are not the accounts that are changed"),
    ],
)
def test_a_change_that_contradicts_itself_is_refused(
    decided: Decided, changed: dict[str, Any], says: str
) -> None:
    """Edited by hand and hashed again: nobody may sign it."""
    document = decided.change("lift", "N3", "--reason", "x", "--reargue", "N4=y")
    del document["plan_sha256"]
    document |= changed
    document["plan_sha256"] = digest(document)
    Path(decided.path("change.json")).write_text(json.dumps(document))
    error = decided.run("show", decided.path("change.json"), code=1).stderr
    assert "DBR-P007" in error
    assert says in error


def test_an_appeal_is_carried_out_by_a_plan(decided: Decided) -> None:
    """Decided, planned by the reviewer, approved, applied: the appeal says so itself, and the filer can be told."""
    appeal = decided.in_review("N4")
    assert "DBR-A057" in decided.change_refused("lift", "N4", "--reason", "x", "--appeal", appeal)
    decided.step("decide", appeal, "--outcome", "lifted", "--reasons", "It is not theirs.", by="dora")
    assert "DBR-A057" in decided.change_refused("lift", *BOTH, "--reason", "x", "--appeal", appeal).replace(
        "A056", ""
    )
    document = decided.change("lift", "N4", "--reason", "It is not theirs.", "--appeal", appeal, by="dora")
    assert appeal == document["appeal_id"]
    decided.carry_out()
    shown = decided.json("appeal", "show", appeal)
    assert ("carried_out", "lifted") == (shown["state"], shown["outcome"])
    assert "informed" == decided.step("inform", appeal)["state"]
    (lift,) = [entry for entry in entries(decided) if entry.type == "lift"]
    assert "appeal" == lift.public["lift_reason"]


def test_a_varied_outcome_is_carried_out_by_an_earlier_end(decided: Decided) -> None:
    """Not by a lift: the reviewer signed something else; the appeal is carried out by the plan that varies."""
    appeal = decided.in_review("N3")
    decided.step("decide", appeal, "--outcome", "varied", "--reasons", "A week is enough.", by="dora")
    assert "DBR-A057" in decided.change_refused("lift", *BOTH, "--reason", "x", "--appeal", appeal)
    end = (datetime.now(UTC) + timedelta(days=5)).date().isoformat()
    decided.change("vary", "N3", "--until", end, "--reason", "A week is enough.", "--appeal", appeal)
    decided.carry_out()
    assert "carried_out" == decided.json("appeal", "show", appeal)["state"]


def test_a_reviewer_of_appeals_proposes_no_ban(decided: Decided) -> None:
    """The role is for changing a decision, not for making one."""
    plan = json.loads(Path(decided.path("plan.json")).read_text())
    out = decided.path("new.json")
    ban = ("plan", plan["platform"], "Linden GmbH", "--key", decided.path("dora.key"), "--out", out)
    decided.run(*ban, "--decision", decided.path("decision.toml"))
    assert "DBR-P008" in decided.run("approve", out, "--key", decided.path("ben.key"), code=1).stderr


def test_a_suspension_is_confirmed_only_after_the_account_was_heard(decided: Decided) -> None:
    """Before its day and without a word: refused. With a response it becomes a ban without an end, and watched."""
    error = decided.change_refused("confirm", "N3", "--reason", "x")
    assert "DBR-A058" in error
    assert "time to respond until" in error
    assert "nothing to confirm" in decided.change_refused("confirm", "N1", "--reason", "x")
    who = (
        "--who",
        "Harbour",
        "--on",
        "2017-10-27",
        "--text",
        "It was sold.",
        "--key",
        decided.path("ana.key"),
    )
    seq = decided.json("denial", "record", decided.decision, "--account", "N3", *who)["entry"]
    document = decided.change("confirm", "N3", "--reason", "it paid by the same card")
    assert {"N3": [seq]} == document["responses"]
    assert f"response of N3: entry {seq}" in decided.run("show", decided.path("change.json")).stdout
    done = decided.carry_out()
    assert [("vary", False, True)] == [(o["action"], o["allowed"], o["done"]) for o in done["accounts"]]
    answer = check(decided.folder / "debar.register", "N3", now=datetime.now(UTC) + timedelta(days=4000))
    assert not answer.allowed
    assert ["S4 hold as N3"] == signup_hits(decided, days=4000)
    notice = decided.json("statement", decided.decision, "--account", "N3")
    assert "ban" == notice["restrictions"][0]["kind"]
    assert notice["supersedes"]


def test_words_that_come_after_the_plan_make_a_confirmation_stale(decided: Decided) -> None:
    """Nobody is confirmed past what they said."""
    who = (
        "--who",
        "Harbour",
        "--on",
        "2017-10-27",
        "--text",
        "It was sold.",
        "--key",
        decided.path("ana.key"),
    )
    record = ("denial", "record", decided.decision, "--account", "N3", *who)
    decided.run(*record)
    decided.change("confirm", "N3", "--reason", "x")
    decided.run(*record)
    decided.run("approve", decided.path("change.json"), "--key", decided.path("ben.key"))
    error = decided.run("apply", decided.path("change.json"), "--key", decided.path("ana.key"), code=4).stderr
    assert "account N3: what it has said" in error


def test_an_unconfirmed_suspension_lapses_everywhere_and_the_record_says_so(decided: Decided) -> None:
    """The gate allows by itself; review lists it and records it: promise, watch and statement follow."""
    before = pledge(decided)
    path = decided.folder / "debar.register"
    setting = Setting(register=path)
    now = datetime.now(UTC) + timedelta(days=31)
    soon = review(setting, days=31, key=None, now=datetime.now(UTC)).document["interim"]
    assert ["N3", "N4"] == [one["account_id"] for one in soon]
    assert check(path, "N3", now=now).allowed
    assert not check(path, "N1", now=now).allowed
    assert [] == signup_hits(decided, days=31)
    due = review(setting, days=0, key=None, now=now)
    assert ["N3", "N4"] == [one["account_id"] for one in due.document["lapsed"]]
    assert "not recorded yet" in due.text
    money = earned(setting, Path(decided.path("plan.json")), AskedMoney(), platform=None, now=now)
    assert ["N3", "N4"] == money.document["not_counted"]
    assert "not counted: N3, lapsed after" in money.text
    revision = len(entries(decided))
    done = review(setting, days=0, key=decided.folder / "eve.key", now=now)
    assert ["N3", "N4"] == [one["account_id"] for one in done.document["recorded"]]
    assert [] == done.document["lapsed"]
    new = entries(decided)[revision:]
    assert ["lift", "lift", "pledge", "statement", "statement"] == [entry.type for entry in new]
    assert {"lapsed"} == {entry.public["lift_reason"] for entry in new[:2]}
    donation = decided.json("donate", "show", decided.decision)
    assert "57.000000" == f"{float(before['pledged']) - float(donation['pledged']):.6f}"
    assert "lifted" == decided.json("statement", decided.decision, "--account", "N3")["status"]
    again = review(setting, days=0, key=decided.folder / "eve.key", now=now)
    assert [] == again.document["recorded"]
    assert "nothing" in again.text


def test_what_has_lapsed_is_not_revived_by_confirming(decided: Decided) -> None:
    """Neither planned after the day, nor applied after it."""
    setting = Setting(register=decided.folder / "debar.register")
    out = decided.folder / "change.json"
    later = datetime.now(UTC) + timedelta(days=31)
    ana = decided.folder / "ana.key"

    def asked(now: datetime) -> Asked:
        return Asked(decision=decided.decision, accounts=["N3"], reason="x", key=ana, out=out, now=now)

    with pytest.raises(DebarError, match="DBR-A055"):
        vary(setting, asked(later), until=None, appeal=None)
    in_time = later - timedelta(days=10)
    vary(setting, asked(in_time), until=None, appeal=None)
    approve(setting, out, key=decided.folder / "ben.key", now=in_time)
    with pytest.raises(DebarError, match="DBR-A055"):
        apply(setting, out, key=ana, platform=None, now=later)


def test_a_decision_is_shortened_and_never_lengthened(decided: Decided) -> None:
    """A ban gets an end; a later end, or one in the past, is refused."""
    end = (datetime.now(UTC) + timedelta(days=5)).date().isoformat()
    assert "DBR-A059" in decided.change_refused("vary", "N3", "--until", "2099-01-01", "--reason", "x")
    assert "DBR-A059" in decided.change_refused("vary", "N1", "--until", "2020-01-01", "--reason", "x")
    document = decided.change("vary", "N1", "N3", "--until", end, "--reason", "enough")
    assert [end, end] == [change["until"] for change in document["changes"]]
    decided.carry_out()
    path = decided.folder / "debar.register"
    assert not check(path, "N1", now=datetime.now(UTC)).allowed
    assert check(path, "N1", now=datetime.now(UTC) + timedelta(days=7)).allowed
    assert end == decided.json("statement", decided.decision, "--account", "N1")["restrictions"][0]["until"]


def test_lift_then_debar_again(decided: Decided) -> None:
    """A new plan makes a new decision; the old one stays lifted; lifting the new one needs a plan of its own."""
    decided.lifted("N1", "N2", "N3", "N4")
    plan = json.loads(Path(decided.path("plan.json")).read_text())
    out = decided.path("again.json")
    ban = (
        "plan",
        plan["platform"],
        "Northwind Broadcasting Ltd",
        "account:N3",
        "--key",
        decided.path("ana.key"),
    )
    decided.run(*ban, "--decision", decided.path("decision.toml"), "--out", out)
    decided.run("approve", out, "--key", decided.path("ben.key"))
    again = decided.json("apply", out, "--key", decided.path("ana.key"))["decision_id"]
    assert again != decided.decision
    assert again == decided.json("check", "N3", code=1)["decision"]
    assert "DBR-A055" in decided.change_refused("lift", "N3", "--reason", "x")


def test_a_pledge_after_a_lift_leaves_the_lifted_out_and_a_true_up_does_not_bring_them_back(
    decided: Decided,
) -> None:
    """What is pledged is what those brought who are still banned."""
    whole = json.loads(Path(decided.path("plan.json")).read_text())["earned"]["likely"]
    decided.lifted(*BOTH)
    pledged = pledge(decided)["pledged"]
    assert "57.000000" == f"{float(whole) - float(pledged):.6f}"
    true_up = ("donate", "true-up", decided.decision, "--reason", "x", "--key", decided.path("ana.key"))
    assert pledged == decided.json(*true_up)["pledged"]


def test_every_statement_is_written_and_the_superseded_say_so(decided: Decided) -> None:
    """The folder holds the first ones and those that replaced them; the brief still checks itself."""
    decided.lifted(*BOTH)
    out = decided.folder / "statements"
    decided.run("statement", decided.decision, "--out", str(out))
    stated = json.loads((out / "statements.json").read_text())["statements"]
    assert ["in force", "in force", "superseded", "superseded", "lifted", "lifted"] == [
        s["status"] for s in stated
    ]
    ids = [s["statement_id"] for s in stated]
    assert ids[2:4] == [s["supersedes"] for s in stated[4:]]
    assert len(ids) == len(set(ids))
    decided.run("brief", decided.decision, "--out", decided.path("brief.html"))
    decided.run("verify", decided.path("brief.html"))
    assert decided.json("statement", decided.path("change.json"), "--account", "N3")["status"] == "lifted"
