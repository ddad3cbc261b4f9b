"""Check a case folder offline, from its files alone.

Law: every file is accounted for; what follows from something else in the folder is derived again and
compared.
"""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any, Final

from debar.app.exporting.folder import CASE, FORMAT, SEAL, SUMS, attachments_of, seal_text
from debar.app.exporting.tables import cell, plan_tables
from debar.app.verbs import load_plan
from debar.briefs.verify import verify_brief
from debar.model.canonical import canonical_json, sha256_hex
from debar.model.problem import DebarError
from debar.plans.plan import decision_id_of
from debar.register.entries import public_part
from debar.register.keyring import Keyring
from debar.register.notes import parse_key, parse_note, verify_note
from debar.register.published.proofs import check_proof, parse_proof
from debar.stores.duckdb_engine import DuckEngine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from debar.register.notes import VerifierKey

Check = dict[str, Any]
_UNLISTED: Final = frozenset({SUMS, SEAL})


def is_case_folder(path: Path) -> bool:
    """Tell whether a folder says that it is one."""
    return (path / SUMS).is_file() and (path / CASE).is_file()


def verify_case(folder: Path) -> list[Check]:
    """Return everything that was checked in a case folder."""
    checks = _check_sums(folder)
    if any(check["ok"] is False for check in checks):
        return checks  # what was changed is not read any further
    try:
        case = json.loads((folder / CASE).read_text(encoding="utf-8"))
        if (case["format"], case["version"]) != (FORMAT, 1):
            return [*checks, _check(CASE, "it is of another format or version", ok=False)]
        plan = load_plan(folder / "plan.json").document
        checks.append(_check_plan(case, plan))
        checks += _check_tables(folder, case, plan)
        checks += _check_brief(folder)
        checks += _check_record(folder, case, plan)
    except (DebarError, ValueError, KeyError, TypeError, OSError) as error:
        why = error.what if isinstance(error, DebarError) else f"it cannot be read: {error!r}"
        checks.append(_check(folder.name, why, ok=False))
    return checks


def _check(file: str, what: str, *, ok: bool | None) -> Check:
    return {"file": file, "what": what, "ok": ok}


def _check_sums(folder: Path) -> list[Check]:
    """Compare every file with the list of digests, and look for files that are not on it."""
    raw = (folder / SUMS).read_bytes()
    listed = dict(
        line.split("  ", 1)[::-1] for line in raw.decode(errors="replace").splitlines() if "  " in line
    )
    there = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).as_posix() not in _UNLISTED
    }
    bad = [_check(name, "it is not in the folder", ok=False) for name in sorted(listed.keys() - there.keys())]
    bad += [_check(name, f"it is not in {SUMS}", ok=False) for name in sorted(there.keys() - listed.keys())]
    bad += [
        _check(name, "its SHA-256 is another", ok=False)
        for name in sorted(listed.keys() & there.keys())
        if sha256_hex(there[name].read_bytes()) != listed[name]
    ]
    if bad:
        return bad
    return [_check(SUMS, f"{len(listed)} files are as listed; fingerprint {sha256_hex(raw)}", ok=True)]


def _check_plan(case: Mapping[str, Any], plan: Mapping[str, Any]) -> Check:
    ok = (case["plan_sha256"], case["decision_id"]) == (plan["plan_sha256"], decision_id_of(plan))
    return _check("plan.json", f"plan_sha256 {plan['plan_sha256']}", ok=ok)


def _check_tables(folder: Path, case: Mapping[str, Any], plan: Mapping[str, Any]) -> list[Check]:
    """Compare CSV with Parquet, and what follows from the plan with the plan."""
    derived = {table.name: table for table in plan_tables(plan)}
    checks = []
    with DuckEngine() as engine:
        for name in sorted(case["tables"]):
            text = (folder / f"{name}.csv").read_text(encoding="utf-8")
            rows = list(csv.reader(text.splitlines(keepends=True)))
            parquet = engine.rows(
                "SELECT * FROM read_parquet($path)", {"path": str(folder / f"{name}.parquet")}
            )
            same = [list(map(cell, row)) for row in parquet] == rows[1:]
            checks.append(_check(name, f"{len(parquet)} rows, the same as CSV and as Parquet", ok=same))
            if name in derived:
                checks.append(_check(name, "as the plan says", ok=text == derived[name].csv_text()))
    return checks


def _check_brief(folder: Path) -> list[Check]:
    checks = []
    for found in verify_brief((folder / "brief.html").read_bytes()):
        ok = {"ok": True, "bad": False}.get(found.status)
        checks.append(_check("brief.html", f"{found.title}: {found.detail}", ok=ok))
    return checks


def _check_record(folder: Path, case: Mapping[str, Any], plan: Mapping[str, Any]) -> list[Check]:
    """Check the log's seal, each entry against its proof, and the signatures under the enrolled keys."""
    if case["record"] is None:
        return [_check("record", "exported without a register: nothing is signed", ok=None)]
    key = parse_key((folder / "record" / "log.pub").read_text(encoding="utf-8").removesuffix("\n"))
    seal = parse_note((folder / SEAL).read_text(encoding="utf-8"))
    verify_note(seal, (key,))
    sealed = seal.text == seal_text(sha256_hex((folder / SUMS).read_bytes()))
    checks = [
        _check(SEAL, f"signed by {key.name}", ok=sealed),
        _check(
            "record/log.pub",
            f"this key came with the folder; compare it with one that did not: {key}",
            ok=None,
        ),
    ]
    checkpoint = (folder / "record" / "checkpoint").read_text(encoding="utf-8")
    documents = [_proved(folder, stem, key, checkpoint) for stem in case["record"]["entries"]]
    size = case["record"]["size"]
    checks.append(
        _check("record", f"{len(documents)} entries, each proved in a record of {size} entries", ok=True)
    )
    checks.append(_check_signatures(documents, key))
    checks.append(_check_recorded_plan(documents, plan))
    checks += _check_attachments(folder, documents)
    return checks


def _proved(folder: Path, stem: str, key: VerifierKey, checkpoint: str) -> Mapping[str, Any]:
    """Return an entry's document, after its proof showed all of it.

    Raises:
        DebarError: The proof does not hold.
        ValueError: The document says something else than its proof, or the proof is under another checkpoint.
    """
    text = (folder / "record" / "proofs" / f"{stem}.tlog-proof").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(
        (folder / "record" / "entries" / f"{stem}.json").read_text(encoding="utf-8")
    )
    proved = check_proof(text, (key,))
    says: dict[str, str] = {}
    if not document["erased"]:
        says = {"by": document["by"], "body": canonical_json(document["body"]).decode()}
        says |= {f"subject {place}": subject for place, subject in enumerate(document["subjects"])}
    whole = document["erased"] or len(document["subjects"]) == len(proved.leaf["subjects"])
    envelope = {
        "seq": proved.index,
        "id": proved.leaf["id"],
        "type": proved.leaf["type"],
        "at": proved.leaf["at"],
    }
    fits = (
        document["leaf"] == proved.leaf
        and says == proved.opened
        and whole
        and all(document[name] == value for name, value in envelope.items())
        and parse_proof(text).checkpoint == checkpoint
    )
    if not fits:
        raise ValueError(f"{stem} says something else than its proof")
    return document


def _check_signatures(documents: Sequence[Mapping[str, Any]], key: VerifierKey) -> Check:
    """Check enrolments, approvals and outcomes under the keys that the log enrolled."""
    keyring, count = Keyring(origin=key.name, log_key=key.public_key.hex()), 0
    enrolled = [document for document in documents if document["type"] == "enrol"]
    for document in (*enrolled, *(document for document in documents if document["type"] != "enrol")):
        public = public_part(document["leaf"])
        keyring = keyring.after(document["type"], public)
        count += "signature" in public
    return _check("record", f"{count} signatures of people verify under enrolled keys", ok=True)


def _check_recorded_plan(documents: Sequence[Mapping[str, Any]], plan: Mapping[str, Any]) -> Check:
    bodies = [d["body"]["plan"] for d in documents if d["type"] == "plan" and d["body"] is not None]
    if not bodies:
        return _check("plan.json", "the register holds no plan of it: it was not put in force", ok=None)
    return _check("plan.json", "the register holds this plan", ok=any(body == plan for body in bodies))


def _check_attachments(folder: Path, documents: Sequence[Mapping[str, Any]]) -> list[Check]:
    checks = []
    for document in documents:
        for sha256 in attachments_of(document["body"] or {}):
            path = folder / "attachments" / sha256
            if path.is_file():
                ok: bool | None = sha256_hex(path.read_bytes()) == sha256
                checks.append(_check(f"attachments/{sha256[:16]}", f"as {document['id']} names it", ok=ok))
            else:
                what = f"{document['id']} names it, and it is not here"
                checks.append(_check(f"attachments/{sha256[:16]}", what, ok=None))
    return checks
