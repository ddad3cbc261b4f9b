"""A case as a folder: all of it goes out, and any change in it is found, offline and by other tools too."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from click.testing import CliRunner

from debar.app.exporting.entries import about
from debar.app.exporting.folder import CASE, SEAL, SUMS, seal_text
from debar.app.exporting.tables import reasons
from debar.app.registering import record
from debar.cli.commands import debar
from debar.model.canonical import sha256_hex
from debar.register.drafts import judgement_draft
from debar.register.entries import EntryDraft
from debar.register.notes import sign_note
from debar.register.sqlite import SqliteRegister
from debar.stores.keys import load_register_secrets
from desks import Decided, Desk
from go_oracle import ask, build
from registers import LOG, NOW, salts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def entries_in(folder: Path) -> list[dict[str, Any]]:
    """Return the entries of a case folder."""
    return [json.loads(path.read_text()) for path in sorted((folder / "record" / "entries").iterdir())]


def reseal(desk: Desk, folder: Path, *, signer: Any = None) -> None:
    """Write the list of digests anew and sign it: what somebody with the log's key could do."""
    paths = sorted(
        p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and SUMS not in p.name
    )
    text = "".join(f"{sha256_hex((folder / name).read_bytes())}  {name}\n" for name in paths)
    (folder / SUMS).write_text(text)
    signer = signer or load_register_secrets(desk.folder / "debar.register").log_signer
    note = sign_note(seal_text(sha256_hex(text.encode())), name=signer.name, signer=signer)
    (folder / SEAL).write_text(str(note))


@pytest.fixture(scope="module")
def exported(decided_once: Decided, tmp_path_factory: pytest.TempPathFactory) -> tuple[Decided, Path]:
    """Return a desk on which much has happened, and the folder of its case."""
    folder = tmp_path_factory.mktemp("exported")
    shutil.copytree(decided_once.folder, folder, dirs_exist_ok=True)
    desk = Decided(folder=folder, decision=decided_once.decision)
    (folder / "bill.txt").write_text("paid by somebody else")
    filing = ("--attach", str(folder / "bill.txt"))
    desk.filed("N3", *filing)
    path = folder / "debar.register"
    with SqliteRegister.open(path) as register:
        judged = judgement_draft("B1", "N1", judgement="negative", by="ana", reason="two companies")
        elsewhere = judgement_draft("Z1", "Z2", judgement="negative", by="ana", reason="not of this case")
        later = EntryDraft(
            type="referral", by="ana", body={"note": "x"}, public={"decision_id": desk.decision}
        )
        gone = EntryDraft(
            type="denial",
            by="ana",
            body={"note": "gone"},
            subjects=("B2",),
            public={"decision_id": desk.decision},
        )
        record(register, [judged, elsewhere, later, gone], now=NOW)
        signer = load_register_secrets(path).log_signer
        register.erase("B2", by="ana", salt=salts(1, 5)[0], now=NOW, signer=signer)
    desk.run("case", "export", desk.decision, "--out", desk.path("case"))
    return desk, folder / "case"


@pytest.fixture
def case(exported: tuple[Decided, Path], tmp_path: Path) -> Path:
    """Return a copy of the folder."""
    return shutil.copytree(exported[1], tmp_path / "case")


def test_the_folder_verifies_and_holds_everything(exported: tuple[Decided, Path]) -> None:
    """Plan, brief, statements, facts, money, contacts, appeals, attachments, proofs, checkpoint must be there."""
    desk, folder = exported
    done = desk.json("verify", str(folder))
    assert [check for check in done["checks"] if check["ok"] is False] == []
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"README.md", CASE, "plan.json", "brief.html", "statements/post.html", "statements/post.de.md",
            "facts/contacts.csv", "facts/reasons.parquet", "money/earned.json", "money/books.csv",
            "money/billing.parquet", "record/checkpoint", "record/log.pub", SUMS, SEAL} <= names  # fmt: skip
    assert "paid by somebody else" in [p.read_text() for p in (folder / "attachments").iterdir()]
    assert any(check["file"].startswith("attachments/") and check["ok"] for check in done["checks"])


def test_every_entry_about_the_case_goes_out_whatever_its_type(exported: tuple[Decided, Path]) -> None:
    """What names the decision, is about its accounts, or erased any of that must be there; nothing else may."""
    _, folder = exported
    entries = entries_in(folder)
    types = [entry["type"] for entry in entries]
    assert {"enrol", "approval", "plan", "debar", "case", "appeal", "judgement", "referral", "erase"} <= set(
        types
    )
    reasons = [entry["body"]["reason"] for entry in entries if entry["type"] == "judgement"]
    assert reasons == ["two companies"]
    erased = [entry for entry in entries if entry["erased"]]
    assert [(entry["type"], entry["body"], entry["by"]) for entry in erased] == [("denial", None, None)]


def test_the_digests_are_checked_by_sha256sum(exported: tuple[Decided, Path]) -> None:
    """The list must be one that the system's own tool reads, and every file must be on it."""
    _, folder = exported
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", SUMS],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    listed = {line[66:] for line in (folder / SUMS).read_text().splitlines()}
    assert listed == {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {
        SUMS,
        SEAL,
    }


@pytest.mark.ci
def test_go_accepts_every_proof_of_the_folder(exported: tuple[Decided, Path], tmp_path: Path) -> None:
    """Each proof must convince Go's own code."""
    desk, folder = exported
    program = build(tmp_path)
    key = (folder / "record" / "log.pub").read_text().strip()
    for entry, proof in zip(
        entries_in(folder), sorted((folder / "record" / "proofs").iterdir()), strict=True
    ):
        convinced, said = ask(program, "proof", proof, key)
        assert convinced, said
        assert said.startswith(f"entry {entry['seq']} of ")
    assert desk.decision in (folder / "README.md").read_text()


def test_facts_read_the_same_in_another_program(exported: tuple[Decided, Path]) -> None:
    """CSV and Parquet must hold the same rows, read by a database that knows neither debar nor the case."""
    _, folder = exported
    for csv_file in [*sorted(folder.rglob("facts/*.csv")), folder / "money" / "billing.csv"]:
        both = [
            duckdb.connect().execute(f"SELECT * FROM {reader}").fetchall()
            for reader in (
                f"read_csv('{csv_file}', all_varchar = true, header = true)",
                f"(SELECT COLUMNS(*)::VARCHAR FROM read_parquet('{csv_file.with_suffix('.parquet')}'))",
            )
        ]
        assert both[0] == both[1], csv_file
    counted = f"SELECT COUNT(*) > 0 FROM read_parquet('{folder}/facts/contacts.parquet')"
    assert duckdb.connect().execute(counted).fetchall() == [(True,)]


def test_a_changed_byte_in_any_file_is_found(exported: tuple[Decided, Path], case: Path) -> None:
    """One flipped bit anywhere, a file more, and a file less must be found by name."""
    desk, _ = exported
    names = sorted(p.relative_to(case).as_posix() for p in case.rglob("*") if p.is_file())
    for name in names:
        path = case / name
        content = path.read_bytes()
        if content:
            at = len(content) // 2
            path.write_bytes(content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :])
            assert "FAIL" in desk.run("verify", str(case), code=1).stdout, name
        path.unlink()
        told = desk.run("verify", str(case), code=1 if name not in (SUMS, CASE) else 0).stdout
        assert "FAIL" in told or name in (SUMS, CASE), name
        path.write_bytes(content)
    (case / "note.txt").write_text("added")
    assert f"FAIL  note.txt: it is not in {SUMS}" in desk.run("verify", str(case), code=1).stdout


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    """Return a change of one text in one file."""

    def change(case: Path) -> None:
        path = next(iter(sorted(case.glob(name))))
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return change


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (edit("facts/members.csv", "Harbour Clips", "Harbor Clips"), "the same as CSV and as Parquet"),
        (edit("facts/reasons.csv", "nobody else", "everybody else"), "as the plan says"),
        (edit("record/entries/*-debar.json", '"by": "ana"', '"by": "eve"'), "says something else than its proof"),
        (edit("record/entries/*-enrol.json", '"role": "proposer"', '"role": "approver"'), "says something else"),
        (edit("record/proofs/*-debar.tlog-proof", "\nindex ", "\nindex 1"), "the note is not believed"),
        (edit("case.json", '"debar case folder"', '"another folder"'), "another format"),
        (edit("case.json", '"plan_sha256": "', '"plan_sha256": "0'), "plan_sha256"),
        (edit("case.json", '"tables"', '"stables"'), "it cannot be read"),
        (edit("brief.html", "<h2", "<h3"), "brief.html"),
        (edit("record/checkpoint", "ads.", "bds."), "says something else than its proof"),
    ],
)  # fmt: skip
def test_a_change_by_somebody_with_the_logs_key_is_found(
    exported: tuple[Decided, Path], case: Path, change: Callable[[Path], None], found: str
) -> None:
    """Where digests and seal are made anew, what follows from something else must still be compared with it."""
    desk, _ = exported
    change(case)
    reseal(desk, case)
    told = desk.run("verify", str(case), code=1).stdout
    assert any(line.startswith("FAIL") and found in line for line in told.splitlines()), told


def test_a_folder_sealed_by_another_key_is_found(exported: tuple[Decided, Path], case: Path) -> None:
    """Whoever has not the log's key cannot make the list of digests anew."""
    desk, _ = exported
    reseal(desk, case, signer=LOG)
    assert "FAIL" in desk.run("verify", str(case), code=1).stdout
    note = (case / SEAL).read_text()
    reseal(desk, case)
    (case / SEAL).write_text(note)
    assert "the note is not believed" in desk.run("verify", str(case), code=1).stdout


def test_a_seal_of_another_list_is_found(exported: tuple[Decided, Path], case: Path) -> None:
    """The log's signature over another list must not pass for one over this."""
    desk, _ = exported
    note = (case / SEAL).read_text()
    (case / "README.md").write_text("other words")
    reseal(desk, case)
    (case / SEAL).write_text(note)
    assert f"FAIL  {SEAL}" in desk.run("verify", str(case), code=1).stdout


def test_a_lost_attachment_is_named(exported: tuple[Decided, Path], case: Path) -> None:
    """An attachment that an appeal names and that is not there must be said to be missing, not to hold."""
    desk, _ = exported
    shutil.rmtree(case / "attachments")
    reseal(desk, case)
    told = desk.run("verify", str(case)).stdout
    assert "names it, and it is not here" in told


def test_an_attachment_that_is_not_kept_any_more_is_left_out(
    exported: tuple[Decided, Path], tmp_path: Path
) -> None:
    """A register whose attachments were deleted must still export, without them."""
    desk = Decided(
        folder=shutil.copytree(exported[0].folder, tmp_path / "desk"), decision=exported[0].decision
    )
    shutil.rmtree(desk.folder / "debar.register.attachments")
    desk.run("case", "export", desk.decision, "--out", desk.path("again"))
    assert not (desk.folder / "again" / "attachments").exists()
    assert "it is not here" in desk.run("verify", desk.path("again")).stdout


def test_nothing_is_written_over_and_nothing_is_left_half(
    exported: tuple[Decided, Path], tmp_path: Path
) -> None:
    """A path that is taken must be refused, and an export that fails must leave no folder."""
    desk, folder = exported
    assert "DBR-A083" in desk.run("case", "export", desk.decision, "--out", str(folder), code=1).stderr
    out = tmp_path / "case"
    assert (
        "DBR-A009"
        in desk.run("case", "export", "decision-2000-01-01-00000000", "--out", str(out), code=1).stderr
    )
    (desk.folder / "debar.register.key").rename(desk.folder / "away")
    try:
        assert "DBR-S031" in desk.run("case", "export", desk.decision, "--out", str(out), code=1).stderr
    finally:
        (desk.folder / "away").rename(desk.folder / "debar.register.key")
    assert list(tmp_path.iterdir()) == []


def test_a_plan_that_was_not_applied_goes_out_too(desk: Desk) -> None:
    """A plan must be exported with what was recorded of it; without a register, nothing of it is proved."""
    plan = desk.plan()
    desk.run("approve", plan, "--key", desk.path("ben.key"))
    desk.run("case", "export", plan, "--out", desk.path("planned"))
    done = desk.json("verify", desk.path("planned"))
    assert any("it was not put in force" in check["what"] for check in done["checks"] if check["ok"] is None)
    assert [check for check in done["checks"] if check["ok"] is False] == []
    assert "It was not put in force" in (desk.folder / "planned" / "README.md").read_text()
    assert "approval" in [entry["type"] for entry in entries_in(desk.folder / "planned")]
    bare = CliRunner().invoke(debar, ["case", "export", plan, "--out", desk.path("bare")])
    assert bare.exit_code == 0, bare.output
    told = desk.run("verify", desk.path("bare")).stdout
    assert "skip  record: exported without a register" in told
    assert "exported without a register" in (desk.folder / "bare" / "README.md").read_text()


@pytest.mark.ci
def test_a_lift_and_its_plan_go_out_too(desk: Desk) -> None:
    """After a reversal the folder must hold the lift, its plan and approval, proved like everything else."""
    decision, plan = desk.applied(), desk.path("lift.json")
    words = ("--reason", "the card was resold", "--links-stand", "--key", desk.path("ana.key"), "--out", plan)
    desk.run("lift", decision, "N3", *words)
    desk.run("approve", plan, "--key", desk.path("ben.key"))
    desk.run("apply", plan, "--key", desk.path("ana.key"))
    desk.run("case", "export", decision, "--out", desk.path("case"))
    assert [c for c in desk.json("verify", desk.path("case"))["checks"] if c["ok"] is False] == []
    types = [entry["type"] for entry in entries_in(desk.folder / "case")]
    assert (types.count("lift"), types.count("plan"), types.count("approval")) == (1, 2, 2)
    desk.run("record", "publish", desk.path("public"))
    assert "1 account lifted" in (desk.folder / "public" / "index.html").read_text()


def test_another_decision_about_the_same_account_stays_out(exported: tuple[Decided, Path]) -> None:
    """What names another decision is that decision's, also where it is about an account of this case."""
    desk, folder = exported
    plan = json.loads((folder / "plan.json").read_text())
    with SqliteRegister.open(desk.folder / "debar.register", read_only=True) as register:
        entries = register.entries()
    assert len(about(entries, plan, desk.decision)) == len(entries_in(folder))
    other = about(entries, {**plan, "plan_sha256": "0" * 64, "members": []}, "decision-2000-01-01-00000000")
    assert {entry.type for entry in other} == {"enrol"}


def test_an_archive_without_billing_has_no_books(desk: Desk) -> None:
    """A platform that hands over no billing must export without money, and the table says none."""
    (desk.folder / "export" / "billing.csv").unlink()
    plan = desk.plan()
    desk.run("case", "export", plan, "--out", desk.path("archive"))
    assert not (desk.folder / "archive" / "money" / "earned.json").exists()
    assert "None. |" in (desk.folder / "archive" / "README.md").read_text()
    assert desk.json("verify", desk.path("archive"))["checks"]


def test_what_speaks_for_an_account_is_told_as_what_speaks_against_it() -> None:
    """Both are reasons with family, kind, weight and sentence; the direction tells them apart."""
    told = {"family": "legal", "kind": "legal_id", "shown": "L1", "shared_by": 1, "role": "independent"}
    told |= {"weight": "1.500", "sentence": "It has one of its own.", "facts": ["legal_id:L1"]}
    member = {"account_id": "a", "reasons": [told], "speaks_for": [told]}
    cells = ("legal", "legal_id", "L1", 1, "independent", "1.500", "It has one of its own.", "legal_id:L1")
    assert reasons({"members": [member]}).rows == [("a", "reason", *cells), ("a", "speaks for", *cells)]
