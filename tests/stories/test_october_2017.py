"""October 2017, end to end, held against the truth that the product never read."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from debar.app.verifying import verify
from debar.gate import check
from debar.plans.plan import read_plan

if TYPE_CHECKING:
    from story import Played

AFTER = datetime(2017, 10, 26, 12, 0, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def plan(played: Played) -> dict[str, Any]:
    """Return the plan's document."""
    return dict(read_plan((played.folder / "plan.json").read_text()).document)


@pytest.fixture(scope="module")
def truth(played: Played) -> dict[str, dict[str, str]]:
    """Return who really owns what."""
    found: dict[str, dict[str, str]] = json.loads((played.folder / "world" / "truth.json").read_text())
    return found


def test_the_first_line_says_that_the_world_is_invented(played: Played) -> None:
    """Nobody may take the planted totals for a discovery."""
    first = played.transcript.splitlines()[0]
    assert "invented" in first
    assert "planted" in first
    assert "arithmetic, not discovery" in first


def test_nobody_is_banned_who_does_not_belong_to_the_two(
    plan: dict[str, Any], truth: dict[str, dict[str, str]]
) -> None:
    """Every account in the plan is really the subjects' own."""
    owners = {truth[m["account_id"]]["owner"] for m in plan["members"] if m["status"] == "in"}
    named = {truth[m["account_id"]]["owner"] for m in plan["members"] if m["basis"] == "named"}
    assert owners == named


def test_the_totals_are_the_public_ones(plan: dict[str, Any], played: Played) -> None:
    """$1,900,000.00, its part aimed at the US in 2016, and the pounds of the announcement."""
    assert plan["earned"]["likely"] == "1900000.000000"
    assert "1438943.250000" in plan["earned"]["also"].values()
    assert "1,823 promoted tweets, $274,100.00" in played.transcript
    assert "Sputnik: $0.00" in played.transcript
    assert "£1,438,943.25" in played.transcript


def test_the_gate_refuses_every_account_of_the_plan_and_no_other(
    plan: dict[str, Any], truth: dict[str, dict[str, str]], played: Played
) -> None:
    """What the plan names is denied, for each kind of buying; everybody else buys on."""
    register = played.folder / "record" / "register.sqlite"
    banned = {change["key"]["value"] for change in plan["changes"]}
    for account in banned:
        for action in ("create", "buy", "serve", "charge"):
            assert not check(register, account, action=action, now=AFTER).allowed
    others = sorted(set(truth) - banned)
    assert all(check(register, account, now=AFTER).allowed for account in others[::40])


def test_the_proposer_could_not_approve(played: Played) -> None:
    """The transcript shows the refused self-approval before the approval under the second key."""
    assert "ana: refused" in played.transcript
    assert played.transcript.index("ana: refused") < played.transcript.index("signature over")


def test_the_old_card_is_held_in_november_and_the_innocent_are_not(
    played: Played, truth: dict[str, Any]
) -> None:
    """One sign-up comes back with an old card; it alone is held."""
    del truth
    november = played.transcript.split("NOVEMBER 2017", 1)[1].split("\n\n", 1)[0]
    verdicts = [
        line.split()[0] for line in november.splitlines()[1:] if line.startswith("  ") and line.strip()
    ]
    assert verdicts.count("hold") == 1
    assert set(verdicts) <= {"hold", "allow", "review"}
    held = next(line for line in november.splitlines() if line.strip().startswith("hold"))
    assert "card" in held


def test_the_folder_verifies_itself(played: Played) -> None:
    """Every check of the brief and of the plan holds."""
    answer = verify(played.folder)
    assert answer.exit_code == 0, answer.text
    assert all(check["ok"] for check in answer.document["checks"])


def test_the_folder_has_what_the_issue_promises(played: Played) -> None:
    """Plan, statements, books, record and brief are there to open."""
    for name in (
        "plan.json", "brief.html", "statements/post.html", "statements/post.txt", "statements/statements.json",
        "statements/post.md", "statements/post.de.html", "statements/post.de.md", "statements/statements.de.json",
        "transparency/report.html", "transparency/report.de.html", "transparency/report.csv", "transparency/report.json",
        "books/books.journal", "books/books.beancount", "books/books.csv", "books/earned.txt",
        "record/register.sqlite", "record/public/checkpoint", "record/public/index.html", "record/rt.tlog-proof",
    ):  # fmt: skip
        assert (played.folder / name).stat().st_size > 0, name


def test_no_sensitive_value_is_left_in_clear(played: Played) -> None:
    """No e-mail address or phone number of the export stands in anything that goes out."""
    rows = (played.folder / "world" / "identifiers.csv").read_text().splitlines()[1:]
    values = {
        row.split(",")[2].strip('"')
        for row in rows
        if row.split(",")[1] in ("email", "phone", "card", "device")
    }
    outgoing = [
        played.folder / "brief.html",
        played.folder / "plan.json",
        *sorted((played.folder / "statements").rglob("*.*")),
    ]
    text = "\n".join(path.read_text() for path in outgoing if path.is_file())
    assert [value for value in sorted(values)[::7] if len(value) > 6 and value in text] == []


@pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed")
def test_the_books_equal_hledger_to_the_micro(played: Played) -> None:
    """An outside program reads the journal and finds the same income in every currency."""
    journal = played.folder / "books" / "books.journal"
    out = subprocess.run(
        ["hledger", "-f", journal, "balance", "--flat", "-E", "--no-total", "-O", "json", "^Income:"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, int] = {}
    for row in json.loads(out.stdout)[0]:
        for part in row[3]:
            micros = part["aquantity"]["decimalMantissa"] * 10**6 // 10 ** part["aquantity"]["decimalPlaces"]
            found[part["acommodity"]] = found.get(part["acommodity"], 0) - micros
    report = json.loads((played.folder / "books" / "earned.json").read_text())
    earned = {w["currency"]: round(float(w["earned"]) * 10**6) for w in report["waterfalls"]}
    assert {c: m for c, m in earned.items() if m} == {c: m for c, m in found.items() if m}


@pytest.mark.ci
def test_the_same_demo_twice_decides_the_same(played: Played, plan: dict[str, Any], tmp_path: Any) -> None:
    """Another run, with other keys, names the same accounts and the same money."""
    from debar.app.demo.october import play

    play(tmp_path / "again", ira=None, say=lambda _: None)
    again = read_plan((tmp_path / "again" / "plan.json").read_text()).document
    del played
    assert [(m["account_id"], m["status"], m["p_owner"]) for m in again["members"]] == [
        (m["account_id"], m["status"], m["p_owner"]) for m in plan["members"]
    ]
    assert again["earned"] == plan["earned"]
