"""The command line over a register in PostgreSQL: every step of a decision, and back into a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from desks import CONTACTS, Desk, set_up

if TYPE_CHECKING:
    from postgres_servers import PostgresServer


def approve(desk: Desk, plan: str) -> None:
    """Only what reads must work without the key file; what adds must ask for it."""
    secret = Path(desk.path("debar.register.key"))
    secret.rename(desk.path("elsewhere.key"))
    desk.run("check", "N1")
    assert "DBR-S031" in desk.run("approve", plan, "--key", desk.path("ben.key"), code=1).output
    moved = ("--register-key", desk.path("elsewhere.key"))
    desk.run("approve", plan, "--key", desk.path("ben.key"), *moved)
    Path(desk.path("elsewhere.key")).rename(secret)


def apply(desk: Desk, plan: str) -> str:
    """Where the policy declares high availability, a decision must not be applied to a lone server."""
    policy = desk.folder / "debar.toml"
    command = ("apply", plan, "--key", desk.path("ana.key"), "--policy", str(policy))
    for declared, code, problem in (("true", 1, "DBR-R055"), ("1", 2, "DBR-S061")):
        policy.write_text(f"[register]\nhigh_availability = {declared}\n")
        assert problem in desk.run(*command, code=code).output
        desk.run("check", "N1")
    policy.write_text("[register]\nhigh_availability = false\n")
    return str(desk.json(*command)["decision_id"])


def appeal(desk: Desk, decision: str) -> None:
    """What somebody hands in must be kept beside the key file, where the register's own files are."""
    letter = desk.folder / "letter.txt"
    letter.write_text("We never owned that card.")
    link = desk.json("appeal", "link", decision, "N3")["link"]
    filing = ("appeal", "file", "--link", link, "--ground", "We never owned that card.")
    filed = desk.json(*filing, "--attach", str(letter))["appeal_id"]
    assert "whole" in desk.run("appeal", "show", filed).output
    assert any(path.is_file() for path in (desk.folder / "debar.register.attachments").rglob("*"))


def move_out_and_back(desk: Desk, elsewhere: str) -> None:
    """A backup must come back as a file and as another database, and both deny what was decided."""
    checkpoint = desk.folder / "checkpoint"
    checkpoint.write_text(desk.json("register", "verify")["checkpoint"])
    desk.run("register", "backup", desk.path("backup"))
    for place in (desk.path("restored"), elsewhere):
        own = () if place == elsewhere else ("--register-key", desk.path("restored.key"))
        there = ("--register", place, *own)
        desk.run("register", "restore", desk.path("backup"), *there, "--checkpoint", str(checkpoint))
        desk.run("check", "N1", *there, code=1)
        desk.run("check", "B1", *there)
    assert desk.json("register", "migrate", desk.path("before"))["steps"] == []


def lift(desk: Desk, decision: str) -> None:
    """A lift must be in force at the next check, and the record be verified and published."""
    by_ana = ("--key", desk.path("ana.key"))
    change = desk.path("change.json")
    desk.run("lift", decision, "N3", "--out", change, "--reason", "the card was resold", *by_ana)
    desk.run("approve", change, "--key", desk.path("ben.key"))
    desk.run("apply", change, *by_ana)
    desk.run("check", "N3")
    verified = desk.json("register", "verify")
    assert verified["problems"] == []
    assert "tester" not in verified["register"]  # neither the user nor the password
    desk.run("record", "publish", desk.path("public"))
    assert "N1" not in (Path(desk.path("public")) / "index.html").read_text()


@pytest.mark.ci
def test_a_decision_from_plan_to_lift(postgres: PostgresServer, tmp_path: Path) -> None:
    """Every step must work over a database as it does over a file."""
    desk = set_up(tmp_path, database=postgres.new_database())
    (desk.folder / "export" / "contacts.csv").write_text(CONTACTS)
    plan = desk.plan()
    approve(desk, plan)
    decision = apply(desk, plan)
    desk.run("check", "N1", code=1)
    desk.run("check", "B1")
    assert desk.json("apply", plan, "--key", desk.path("ana.key"))["repeated"]
    appeal(desk, decision)
    move_out_and_back(desk, postgres.new_database())
    lift(desk, decision)
