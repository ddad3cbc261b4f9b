"""Outside authority by its verbs: screening, findings on record, and plans that cite and go stale."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from authority_lists import entity, sanction, write_lines
from debar.register.sqlite import SqliteRegister
from desks import Desk, set_up

if TYPE_CHECKING:
    from click.testing import Result

NORTHWIND = entity(
    "NK-1", "Company", name="Northwind Broadcasting Ltd", registrationNumber="NW-100", country="ru"
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a desk's folder, made once, with a list and a document."""
    desk = set_up(tmp_path_factory.mktemp("desk"))
    write_lines(desk.folder / "list.jsonl", NORTHWIND, sanction("NK-1", sourceUrl="https://example.org/eu"))
    (desk.folder / "report.pdf").write_bytes(b"%PDF-1.7 the assessment")
    return desk.folder


@pytest.fixture
def desk(template: Path, tmp_path: Path) -> Desk:
    """Return a copy of the desk."""
    return Desk(folder=shutil.copytree(template, tmp_path / "desk"))


def screened(desk: Desk, *arguments: str) -> dict[str, Any]:
    """Screen, and return the document."""
    document: dict[str, Any] = json.loads(
        desk.run("screen", desk.path("export"), *arguments, "--json").output
    )
    return document


def recorded(desk: Desk, **others: str) -> Result:
    """Record the report as a finding."""
    options = {"issuer": "ODNI", "title": "Assessment", "page": "6-12", "date": "2017-01-06", **others}
    listed = [word for name, value in options.items() for word in (f"--{name}", value)]
    return desk.run("finding", "record", desk.path("report.pdf"), *listed, "--key", desk.path("ana.key"))


def planned(desk: Desk, *authorities: str, code: int = 0) -> Result:
    """Plan against Northwind, citing authorities."""
    cited = [word for one in authorities for word in ("--authority", one)]
    return desk.run(
        "plan", desk.path("export"), "Northwind", "--decision", desk.path("decision.toml"), "--key",
        desk.path("ana.key"), "--out", desk.path("plan.json"), *cited, code=code,
    )  # fmt: skip


def applied(desk: Desk, *options: str, code: int = 0) -> Result:
    """Approve and apply the plan."""
    desk.run("approve", desk.path("plan.json"), "--key", desk.path("ben.key"))
    return desk.run("apply", desk.path("plan.json"), "--key", desk.path("ana.key"), *options, code=code)


def test_a_screening_says_who_what_and_why_and_leaves_a_file_of_questions(desk: Desk) -> None:
    """Hits with measure and evidence; the file names accounts that a plan can start from; nobody is banned."""
    result = desk.run("screen", desk.path("export"), desk.path("list.jsonl"), "--out", desk.path("hits.txt"))
    assert "may be Northwind Broadcasting Ltd (list.jsonl:NK-1)" in result.output
    assert "asset freeze: EU-UKR, Council of the EU, day of listing not stated" in result.output
    assert "Nobody is banned by it." in result.output
    lines = (desk.folder / "hits.txt").read_text().splitlines()
    assert [line for line in lines if "account:" in line] == ["account:N1", "account:N2"]
    with SqliteRegister.open(Path(desk.path("debar.register"))) as register:
        assert register.entries_of_type("debar") == ()


def test_problems_of_a_list_are_told_and_strict_makes_them_an_exit_code(desk: Desk) -> None:
    """A line that cannot be read stands with its place; --strict exits 3."""
    with (desk.folder / "list.jsonl").open("a") as file:
        file.write("{broken\n")
    document = screened(desk, desk.path("list.jsonl"))
    assert [(p["code"], p["place"]["line"]) for p in document["problems"]] == [("DBR-O010", 3)]
    desk.run("screen", desk.path("export"), desk.path("list.jsonl"), "--strict", code=3)


def test_nothing_to_screen_against_is_wrong_use(desk: Desk) -> None:
    """DBR-O003: a screening without a list would find nobody and look like a clearance."""
    assert "DBR-O003" in desk.run("screen", desk.path("export"), code=2).output


def test_a_delta_tells_what_changed_since_an_earlier_list(desk: Desk) -> None:
    """New, gone and changed hits are told, and nothing else."""
    linden = [entity("NK-9", "Company", name="Linden GmbH", country="de"), sanction("NK-9")]
    write_lines(desk.folder / "older.jsonl", NORTHWIND, sanction("NK-1", programId="Unknown list"), *linden)
    changes = screened(desk, desk.path("list.jsonl"), "--delta", desk.path("older.jsonl"))["changes"]
    assert [(c["what"], c["account_id"], c["entity"]) for c in changes] == [
        ("gone", "B1", "NK-9"),
        ("changed", "N1", "NK-1"),
        ("changed", "N2", "NK-1"),
    ]
    assert changes[1]["before"]["measure"] == "measure unknown"
    assert changes[1]["now"]["measure"] == "asset freeze"
    same = screened(desk, desk.path("list.jsonl"), "--delta", desk.path("list.jsonl"))
    assert same["changes"] == []


def test_the_day_decides_whose_law_counts(desk: Desk) -> None:
    """Before a listing began nobody is found."""
    write_lines(desk.folder / "list.jsonl", NORTHWIND, sanction("NK-1", startDate="2022-03-01"))
    assert len(screened(desk, desk.path("list.jsonl"), "--at", "2022-03-01")["hits"]) == 2
    assert screened(desk, desk.path("list.jsonl"), "--at", "2022-02-28")["hits"] == []


def test_a_finding_is_an_entry_with_its_documents_digest(desk: Desk) -> None:
    """What was found, where and when is on record, the document kept beside it; again is the same entry."""
    first, again = recorded(desk), recorded(desk)
    assert "recorded before as" in again.output
    sha256 = hashlib.sha256(b"%PDF-1.7 the assessment").hexdigest()
    (told,) = json.loads(desk.run("finding", "list", "--json").output)["findings"]
    assert told["finding"] in first.output
    assert (
        told["document_sha256"],
        told["issuer"],
        told["page"],
        told["date"],
        told["kept"],
        told["by"],
    ) == (
        sha256,
        "ODNI",
        "6-12",
        "2017-01-06",
        True,
        "ana",
    )
    assert list(desk.folder.rglob(sha256))
    assert "ODNI, Assessment, 2017-01-06, 6-12" in desk.run("finding", "list").output


def test_a_finding_needs_its_document(desk: Desk) -> None:
    """DBR-O004: a digest of nothing proves nothing."""
    (desk.folder / "report.pdf").write_bytes(b"")
    line = [
        "finding",
        "record",
        desk.path("report.pdf"),
        "--issuer",
        "X",
        "--title",
        "T",
        "--date",
        "2017-01-06",
    ]
    assert "DBR-O004" in desk.run(*line, "--key", desk.path("ana.key"), code=1).output


def test_a_plan_cites_a_finding_and_a_listing_and_its_notices_print_them(desk: Desk) -> None:
    """decision.authorities holds both, and what was applied says so in the statement and the brief."""
    recorded(desk)
    finding = json.loads(desk.run("finding", "list", "--json").output)["findings"][0]["finding"]
    planned(desk, finding, f"{desk.path('list.jsonl')}:NK-1")
    plan = json.loads((desk.folder / "plan.json").read_text())
    report, listing = plan["decision"]["authorities"]
    assert (report["name"], report["page"], report["finding"]) == ("ODNI, Assessment", "6-12", finding)
    assert listing["name"].startswith("Council of the EU: Northwind Broadcasting Ltd, asset freeze: EU-UKR")
    assert (listing["page"], listing["url"]) == ("entry NK-1", "https://example.org/eu")
    decision = next(word for word in applied(desk).output.split() if word.startswith("decision-")).rstrip(",")
    statement = desk.run("statement", decision, "--format", "text").output
    for words in (
        "ODNI, Assessment",
        "6-12",
        "Northwind Broadcasting Ltd, asset freeze",
        report["document_sha256"],
    ):
        assert words in " ".join(statement.split())
    desk.run("brief", decision, "--out", desk.path("brief.html"))
    assert "ODNI, Assessment" in (desk.folder / "brief.html").read_text()


def test_a_plan_is_stale_when_a_cited_listing_changed_and_names_it(desk: Desk) -> None:
    """An end of the listing, in the list itself or in a delta behind it, makes the plan stale."""
    planned(desk, f"{desk.path('list.jsonl')}:NK-1")
    ended = sanction("NK-1", sourceUrl="https://example.org/eu", endDate="2026-01-01")
    delta = write_lines(desk.folder / "delta.jsonl", {"op": "MOD", "entity": ended})
    changed = "outside authority list.jsonl:NK-1 (Northwind Broadcasting Ltd): what it says"
    again = applied(desk, "--list", desk.path("list.jsonl"), "--list", str(delta), code=4)
    assert changed in again.output
    write_lines(desk.folder / "list.jsonl", NORTHWIND)
    assert changed in applied(desk, code=4).output


def test_a_list_made_again_without_a_change_leaves_the_plan_applicable(desk: Desk) -> None:
    """Other entities, another order and bookkeeping make nothing stale."""
    planned(desk, f"{desk.path('list.jsonl')}:NK-1")
    again = {**NORTHWIND, "last_seen": "2026-12-01T00:00:00"}
    other = entity("NK-5", "Person", name="Somebody")
    write_lines(
        desk.folder / "list.jsonl", sanction("NK-1", sourceUrl="https://example.org/eu"), other, again
    )
    applied(desk)


def test_a_list_that_is_gone_is_asked_for(desk: Desk) -> None:
    """DBR-O007: what a plan rests on must be looked at again; --list says where it is now."""
    planned(desk, f"{desk.path('list.jsonl')}:NK-1")
    (desk.folder / "elsewhere").mkdir()
    moved = shutil.move(desk.path("list.jsonl"), desk.folder / "elsewhere" / "list.jsonl")
    assert "DBR-O007" in applied(desk, code=1).output
    applied(desk, "--list", str(moved))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("finding-999", "DBR-O005"),
        ("nothing", "DBR-O005"),
        ("{list}:NK-404", "DBR-O005"),
        ("{list}:NK-8", "DBR-O006"),
    ],
)
def test_only_what_stands_can_be_cited(desk: Desk, name: str, code: str) -> None:
    """A finding that is not on record, an entity that is not on the list, or is not listed, is no authority."""
    with (desk.folder / "list.jsonl").open("a") as file:
        file.write(json.dumps(entity("NK-8", "Company", name="Unlisted")) + "\n")
    assert code in planned(desk, name.format(list=desk.path("list.jsonl")), code=1).output


def test_a_plan_whose_citation_was_struck_from_its_base_contradicts_itself(desk: Desk) -> None:
    """A citation that nothing would look at again is refused before anybody signs it."""
    from debar.plans.consistency import contradictions

    planned(desk, f"{desk.path('list.jsonl')}:NK-1")
    plan = json.loads((desk.folder / "plan.json").read_text())
    assert contradictions(plan) == []
    del plan["decision"]["authorities"][0]
    assert contradictions(plan) == [
        "the base and the decision do not both rest on list.jsonl:NK-1 (Northwind Broadcasting Ltd)"
    ]
