"""One decision through the command line: plan, approve, apply, check, and every way it is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from debar.register.drafts import gate_draft
from debar.register.sqlite import SqliteRegister
from debar.stores.clock import SystemClock
from debar.stores.keys import load_register_secrets, random_salts

if TYPE_CHECKING:
    from desks import Desk


def test_a_decision_goes_through(desk: Desk) -> None:
    """Planned, approved under a second key, applied: the gate denies, and others buy on."""
    assert desk.json("check", "N1")["allowed"]
    decision = desk.applied()
    for account in ("N1", "N2", "N3"):
        answer = desk.json("check", account, code=1)
        assert answer["decision"] == decision
    assert desk.json("check", "B1")["allowed"]
    assert desk.json("check", "B2")["allowed"]


def test_an_agencys_client_is_left_alone_and_the_linked_account_is_suspended_only(desk: Desk) -> None:
    """Named accounts are banned, the linked one is suspended until review, the bakery is at most asked about."""
    document = json.loads(Path(desk.plan()).read_text())
    found = {m["account_id"]: (m["basis"], m["status"]) for m in document["members"]}
    assert {"N1": ("named", "in"), "N2": ("named", "in"), "N3": ("linked", "in")} == {
        k: found[k] for k in ("N1", "N2", "N3")
    }
    assert found["B1"] == ("linked", "ask")
    until = {c["key"]["value"]: c["until"] for c in document["changes"]}
    assert "B1" not in until
    assert until["N1"] is None
    assert until["N3"] is not None


def test_the_money_is_that_of_the_plans_accounts(desk: Desk) -> None:
    """Delivered less refunds, in each currency, and nobody else's."""
    document = json.loads(Path(desk.plan()).read_text())
    assert document["earned"]["by_currency"]["USD"]["likely"] == "1040.000000"
    assert document["earned"]["by_currency"]["EUR"]["likely"] == "200.000000"
    report = desk.json("earned", desk.path("plan.json"))
    assert report["totals"]["likely"] == document["earned"]["likely"]


def test_striking_the_facts_that_tie_it_frees_the_linked_account(desk: Desk) -> None:
    """Without its e-mail, page and card facts nothing holds the linked account in the plan."""
    document = json.loads(Path(desk.plan()).read_text())
    facts = [
        f["id"] for f in document["evidence"]["graph"]["facts"] if f["crowd"] == 2 and f["kind"] != "legal_id"
    ]
    struck = [option for fact in facts for option in ("--without", fact)]
    after = desk.json("plan", desk.path("export"), "Northwind Broadcasting Ltd", *struck)
    found = {m["account_id"]: m["status"] for m in after["members"]}
    assert found["N3"] != "in"
    assert sorted(facts) == sorted(after["without"])


def test_twice_is_once(desk: Desk) -> None:
    """Applying again changes nothing and says so."""
    desk.applied()
    before = desk.json("register", "verify")["revision"]
    again = desk.json("apply", desk.path("plan.json"), "--key", desk.path("ana.key"))
    assert again["repeated"]
    assert before == desk.json("register", "verify")["revision"]


def test_an_unapproved_plan_is_refused(desk: Desk) -> None:
    """Without a second key nothing happens to anyone."""
    plan = desk.plan()
    assert "DBR-P006" in desk.run("apply", plan, "--key", desk.path("ana.key"), code=1).stderr
    assert desk.json("check", "N1")["allowed"]


def test_a_self_approved_plan_is_refused(desk: Desk) -> None:
    """The proposer's key does not approve."""
    assert "DBR-P005" in desk.run("approve", desk.plan(), "--key", desk.path("ana.key"), code=1).stderr


def test_a_stranger_neither_approves_nor_applies(desk: Desk) -> None:
    """A key that is not enrolled is worth nothing."""
    plan = desk.plan()
    assert "DBR-P004" in desk.run("approve", plan, "--key", desk.path("cem.key"), code=1).stderr
    desk.run("approve", plan, "--key", desk.path("ben.key"))
    assert "DBR-P004" in desk.run("apply", plan, "--key", desk.path("cem.key"), code=1).stderr
    assert desk.json("check", "N1")["allowed"]


def test_one_person_cannot_do_it_alone(desk: Desk) -> None:
    """Ben approves and applies: one key, refused."""
    plan = desk.plan()
    desk.run("approve", plan, "--key", desk.path("ben.key"))
    assert "DBR-P006" in desk.run("apply", plan, "--key", desk.path("ben.key"), code=1).stderr


def test_a_tampered_plan_is_refused_at_every_door(desk: Desk) -> None:
    """An account slipped into an approved plan is noticed by show, approve, apply and verify."""
    plan = Path(desk.plan())
    desk.run("approve", str(plan), "--key", desk.path("ben.key"))
    document = json.loads(plan.read_text())
    document["changes"].append({**document["changes"][0], "key": {"kind": "account", "value": "B1"}})
    plan.write_text(json.dumps(document))
    for arguments in (
        ("show",),
        ("approve", "--key", desk.path("ben.key")),
        ("apply", "--key", desk.path("ana.key")),
    ):
        assert "DBR-P002" in desk.run(arguments[0], str(plan), *arguments[1:], code=1).stderr
    desk.run("verify", str(plan), code=1)
    assert desk.json("check", "B1")["allowed"]


def test_a_changed_row_on_a_path_makes_the_plan_stale_and_is_named(desk: Desk) -> None:
    """The e-mail address that tied the account is gone: exit code 4, nothing applied."""
    plan = desk.plan()
    desk.run("approve", plan, "--key", desk.path("ben.key"))
    path = desk.folder / "export" / "identifiers.csv"
    path.write_text(path.read_text().replace("N3,email,desk@northwind.example\n", ""))
    error = desk.run("apply", plan, "--key", desk.path("ana.key"), code=4).stderr
    assert "DBR-P003" in error
    assert "N3" in error
    assert "email:" in error
    assert desk.json("check", "N3")["allowed"]


def test_unrelated_decisions_and_a_fresh_export_leave_the_plan_applicable(desk: Desk) -> None:
    """Ten thousand other decisions, new accounts, new billing and newer last-seen days change nothing."""
    plan = desk.plan()
    desk.run("approve", plan, "--key", desk.path("ben.key"))
    register = desk.folder / "debar.register"
    drafts = [
        gate_draft(
            "debar",
            {"key": {"kind": "account", "value": f"Z{i}"}, "decision_id": "decision-2017-01-01-00000001",
             "scopes": ["buy"], "because": "named", "reason": "other", "statement": ""},
            by="ana",
        )
        for i in range(10_000)
    ]  # fmt: skip
    with SqliteRegister.open(register) as opened:
        opened.append(
            drafts, salts=random_salts(len(drafts)), now=SystemClock().now(),
            signer=load_register_secrets(register).log_signer,
        )  # fmt: skip
    export = desk.folder / "export"
    more = "".join(f"Z{i},Shop {i},,,\n" for i in range(3000))
    (export / "accounts.csv").write_text((export / "accounts.csv").read_text() + more)
    with (export / "billing.csv").open("a") as file:
        file.write("e9,N1,delivered,2016-07-01,5.00,USD\n")
    assert not desk.json("apply", plan, "--key", desk.path("ana.key"))["repeated"]
    assert not desk.json("check", "N1", code=1)["allowed"]


@pytest.mark.parametrize("share", ["0.0000001", "0.000001"])
def test_a_plan_with_a_large_share_of_revenue_needs_a_third_key(desk: Desk, share: str) -> None:
    """Above the policy's share two keys are refused, and three are enough."""
    policy = desk.folder / "debar.toml"
    policy.write_text(f"third_signature_share = {share}\n")
    plan = desk.plan("--policy", str(policy))
    desk.run("approve", plan, "--key", desk.path("ben.key"))
    apply = ("apply", plan, "--key", desk.path("ana.key"), "--policy", str(policy))
    assert "3 different enrolled keys" in desk.run(*apply, code=1).stderr
    desk.run(
        "register", "enrol", "--key", desk.path("cem.key"), "--role", "approver", "--by", desk.path("ben.key")
    )
    desk.run("approve", plan, "--key", desk.path("cem.key"))
    desk.run(*apply)


def test_another_policy_than_the_plans_makes_it_stale(desk: Desk) -> None:
    """The thresholds that a plan was approved under must still be the operator's."""
    plan = desk.plan()
    desk.run("approve", plan, "--key", desk.path("ben.key"))
    policy = desk.folder / "debar.toml"
    policy.write_text("propose_at = 0.96\n")
    error = desk.run("apply", plan, "--key", desk.path("ana.key"), "--policy", str(policy), code=4).stderr
    assert "policy" in error


def test_a_plan_that_nobody_proposed_or_that_states_no_ground_is_refused(desk: Desk) -> None:
    """An enrolled proposer stands behind a plan, and the banned are told why."""
    out = desk.path("plan.json")
    base = ("plan", desk.path("export"), "Northwind Broadcasting Ltd", "--out", out)
    desk.run(*base, "--decision", desk.path("decision.toml"))
    assert "DBR-P008" in desk.run("approve", out, "--key", desk.path("ben.key"), code=1).stderr
    desk.run(*base, "--key", desk.path("ana.key"))
    assert "ground" in desk.run("approve", out, "--key", desk.path("ben.key"), code=1).stderr


def test_a_proposer_cannot_make_the_own_approver(desk: Desk) -> None:
    """Only an approver enrols a key, so that nobody needs only oneself."""
    enrol = (
        "register",
        "enrol",
        "--key",
        desk.path("cem.key"),
        "--role",
        "approver",
        "--by",
        desk.path("ana.key"),
    )
    assert "only an approver" in desk.run(*enrol, code=1).stderr


def test_a_reviewers_no_after_the_plan_makes_it_stale(desk: Desk) -> None:
    """A new judgement between the linked account and any member is part of what the plan rests on."""
    plan = desk.plan()
    desk.run("approve", plan, "--key", desk.path("ben.key"))
    judgements = (
        "account_a,account_b,judgement,by,at,reason\nN2,N3,negative,eva,2017-10-01T00:00:00Z,other owner\n"
    )
    (desk.folder / "export" / "judgements.csv").write_text(judgements)
    error = desk.run("apply", plan, "--key", desk.path("ana.key"), code=4).stderr
    assert '["N2", "N3"]' in error


def test_an_apply_that_does_not_hold_at_the_gate_is_no_success(desk: Desk) -> None:
    """Where what stands was tampered with, applying again says so and exits 1."""
    import sqlite3

    desk.applied()
    with sqlite3.connect(desk.folder / "debar.register") as connection:
        connection.execute("DELETE FROM standing")
    again = desk.run("apply", desk.path("plan.json"), "--key", desk.path("ana.key"), code=1)
    assert "NOT IN FORCE" in again.stdout


def test_money_without_a_rate_does_not_stop_a_ban(desk: Desk) -> None:
    """Roubles after the last published rate stay roubles, and the plan says which rate is missing."""
    with (desk.folder / "export" / "billing.csv").open("a") as file:
        file.write("e7,N1,delivered,2023-05-02,100.00,RUB\n")
    plan = desk.plan()
    document = json.loads(Path(plan).read_text())
    assert document["earned"]["by_currency"]["RUB"]["likely"] == "100.000000"
    assert "RUB" in document["earned"]["unconverted"]
    desk.run("approve", plan, "--key", desk.path("ben.key"))
    decision = desk.json("apply", plan, "--key", desk.path("ana.key"))["decision_id"]
    assert "RUB" in desk.run("statement", decision).stdout
    desk.run("brief", decision, "--out", desk.path("brief.html"))
    desk.run("verify", desk.path("brief.html"))


def test_a_file_that_cannot_be_written_is_an_error_with_its_place(desk: Desk) -> None:
    """The system's refusal is told with a code, not with a traceback."""
    out = str(desk.folder / "ana.key" / "plan.json")
    error = desk.run("plan", desk.path("export"), "Northwind Broadcasting Ltd", "--out", out, code=1).stderr
    assert "DBR-A030" in error


def test_a_plan_of_last_month_is_too_old(desk: Desk) -> None:
    """A suspension that would be over before it begins is refused as stale."""
    from datetime import timedelta
    from pathlib import Path as File

    from debar.app.applying import apply_plan, approve
    from debar.app.opening import Setting, open_platform
    from debar.model.problem import DebarError
    from debar.plans.plan import read_plan
    from debar.stores.keys import load_signer

    plan = read_plan(File(desk.plan()).read_text())
    register_path = desk.folder / "debar.register"
    later = SystemClock().now() + timedelta(days=40)
    opened = open_platform(desk.folder / "export", Setting(register=register_path))
    with SqliteRegister.open(register_path) as register:
        approve(plan, register, signer=load_signer(desk.folder / "ben.key"), now=later)
        with pytest.raises(DebarError, match="DBR-P009"):
            apply_plan(plan, register, opened, signer=load_signer(desk.folder / "ana.key"), now=later)


def test_an_unknown_currency_is_wrong_use(desk: Desk) -> None:
    """Lower case is taken; what is no currency is refused."""
    plan = desk.plan()
    desk.run("earned", plan, "--to", "eur")
    assert "ISO 4217" in desk.run("earned", plan, "--to", "ZZZ", code=2).output


def test_a_plan_under_a_key_needs_its_register(desk: Desk) -> None:
    """Hashed under the public default key, a plan could never be applied: it is refused at once."""
    from click.testing import CliRunner

    from debar.cli.commands import debar

    arguments = ["plan", desk.path("export"), "Northwind Broadcasting Ltd", "--key", desk.path("ana.key")]
    result = CliRunner().invoke(debar, arguments, env={"DEBAR_REGISTER": ""})
    assert result.exit_code == 2
    assert "DBR-A001" in result.stderr
