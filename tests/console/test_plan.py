"""The plan page: what changes, who signs, where it holds, the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console_steps import GROUND, plan_of, proposed, signed
from consoles import PASSWORD
from debar.app.answer import Answer
from debar.app.assuring.judging import judge
from debar.console.desk.applying import Signed
from debar.model.problem import DebarError
from debar.register.address import open_register

if TYPE_CHECKING:
    from consoles import Open


def test_two_people_put_a_ban_into_force(opened: Open) -> None:
    """Ana proposes, Ben approves and applies: the gate denies, the certificate and the way back are kept."""
    case, ana = proposed(opened)
    ben = opened.as_("ben")
    assert ana.get(f"/cases/{case}/plan.json").json["signing"]["is_proposer"]
    signed(ben, case, "approve")
    assert ["ben"] == [one["name"] for one in plan_of(ben, case)["signing"]["signed"]]
    signed(ana, case, "apply")
    opened.desk.jobs.work_off()
    shown = plan_of(ana, case)
    assert ("done", "in force") == (shown["job"]["state"], shown["force"]["state"])
    assert shown["force"]["certificate"] is not None
    assert (True, shown["plan"]["changes"]) == (shown["undo"]["made"], shown["undo"]["accounts"])
    opened.files.run("check", "N1", code=1)
    opened.files.run("check", "B1")
    (row,) = ana.get("/cases.json").json["cases"]
    assert "in force" == row["state"]


def test_the_proposer_cannot_approve(opened: Open) -> None:
    """Not by role, and not by having both roles: the register refuses the own plan."""
    case, ana = proposed(opened)
    opened.desk.people.change_roles("ana", ["proposer", "approver"])
    ana = opened.as_("ana")
    assert not plan_of(ana, case)["signing"]["can_approve"]
    assert "DBR-P005" in signed(ana, case, "approve", code=409).text


def test_a_wrong_password_signs_nothing(opened: Open) -> None:
    """DBR-K003, for approving as for applying."""
    case, ana = proposed(opened)
    ben = opened.as_("ben")
    assert "DBR-K003" in signed(ben, case, "approve", code=400, password="another password").text
    assert [] == plan_of(ben, case)["signing"]["signed"]
    signed(ben, case, "approve")
    assert "DBR-K003" in signed(ana, case, "apply", code=400, password="another password").text
    opened.files.run("check", "N1")


def test_nothing_is_applied_without_an_approval(opened: Open) -> None:
    """DBR-K062."""
    case, ana = proposed(opened)
    assert "DBR-K062" in signed(ana, case, "apply", code=409).text


def test_a_signature_is_for_the_plan_that_was_read(opened: Open) -> None:
    """DBR-K063 when a form carries another digest."""
    case, _ = proposed(opened)
    ben = opened.as_("ben")
    plan_of(ben, case)
    answer = ben.post(f"/cases/{case}/approve", code=409, v="2", plan_sha256="0" * 64, password=PASSWORD)
    assert "DBR-K063" in answer.text


def test_a_proposal_needs_a_key_and_a_ground(opened: Open) -> None:
    """DBR-K060 and DBR-K061."""
    case = opened.case()
    ana = opened.as_("ana")
    ana.get(f"/cases/{case}/plan")
    assert "DBR-K061" in ana.post(f"/cases/{case}/propose", code=409, ground=" ").text
    opened.desk.people.add("kay", roles=["proposer"], password=PASSWORD, signer=None, now=opened.clock.at)
    kay = opened.as_("kay")
    assert "DBR-K060" in kay.post(f"/cases/{case}/propose", code=409, ground=GROUND).text


def test_an_approval_from_the_command_line_shows(opened: Open) -> None:
    """Whoever keeps their key to themselves signs elsewhere; the page picks it up."""
    case, ana = proposed(opened)
    file = plan_of(ana, case)["file"]
    opened.files.run("approve", file, "--key", opened.files.path("ben.key"))
    assert ["ben"] == [one["name"] for one in plan_of(ana, case)["signing"]["signed"]]
    assert plan_of(ana, case)["signing"]["can_apply"]


def test_a_plan_whose_evidence_changed_is_not_applied(opened: Open) -> None:
    """The platform is read again before an apply: one changed row on a path makes the plan stale."""
    case, ana = proposed(opened)
    signed(opened.as_("ben"), case, "approve")
    path = opened.files.folder / "export" / "identifiers.csv"
    path.write_text(path.read_text().replace("N3,page,northwind-page", "N3,page,other-page"))
    signed(ana, case, "apply")
    opened.desk.jobs.work_off()
    job = plan_of(ana, case)["job"]
    assert ("failed", "DBR-P003") == (job["state"], job["problem"]["code"])
    assert "page:northwind-page" in str(job["problem"])
    opened.files.run("check", "N1")


def test_what_a_crash_cut_off_is_applied_once(opened: Open) -> None:
    """The signature waits with the job: begun again it applies the same plan, and twice is once."""
    case, ana = proposed(opened)
    signed(opened.as_("ben"), case, "approve")
    for _ in range(2):
        signed(ana, case, "apply") if not plan_of(ana, case)["signing"]["applied"] else None
        opened.desk.jobs.work_off()
    with open_register(opened.desk.setting.register_address(), read_only=True) as register:
        debarred = register.entries_of_type("debar")
    assert len(debarred) == plan_of(ana, case)["plan"]["changes"]


def test_a_signature_is_given_for_one_message_alone() -> None:
    """What a job carries cannot sign anything else."""
    signer = Signed(public_key=b"k" * 32, message=b"this", signature=b"s" * 64)
    assert b"s" * 64 == signer.sign(b"this")
    with pytest.raises(AssertionError):
        signer.sign(b"that")


def test_the_difference_names_who_moved(opened: Open) -> None:
    """Between two versions: released where a reviewer said no, added where one said yes."""
    case = opened.case()
    for account, word in (("N3", "negative"), ("B1", "positive")):
        judge(
            opened.desk.setting, "N1", account, judgement=word, by="ben", reason="papers", now=opened.clock.at
        )
    opened.desk.jobs.ask(case, {"kind": "version", "why": "judged", "proposed": False}, by="ben")
    opened.desk.jobs.work_off()
    shown = plan_of(opened.as_("ben"), case)["difference"]
    assert ["B1"] == [one["account_id"] for one in shown["added"]]
    assert ["N3"] == [one["account_id"] for one in shown["released"]]


def test_a_desk_without_a_platform_says_so(opened: Open) -> None:
    """DBR-K015."""
    from debar.console.desk.tables import PlatformTables

    with pytest.raises(DebarError, match="DBR-K015"):
        PlatformTables(platform=None, setting=opened.desk.setting).opened(print)


def test_an_apply_that_does_not_hold_everywhere_is_no_success(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DBR-K064: the job fails with what the gate answers, though the decision is recorded."""
    case, ana = proposed(opened)
    signed(opened.as_("ben"), case, "approve")
    monkeypatch.setattr(
        "debar.console.desk.applying.put_in_force",
        lambda *_, **__: Answer(document={}, text="denies 1 of 2", exit_code=1),
    )
    signed(ana, case, "apply")
    opened.desk.jobs.work_off()
    job = plan_of(ana, case)["job"]
    assert ("failed", "DBR-K064") == (job["state"], job["problem"]["code"])
