"""Write a case as a folder: everything that goes out, with a list of digests over all of it.

Law: the folder appears whole or not at all, and never over another one.
"""

from __future__ import annotations

import json
import os
import shutil
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from debar.app.answer import Answer
from debar.app.decisions import load_decision, open_for
from debar.app.exporting.entries import Recorded, recorded, stem_of
from debar.app.exporting.tables import tables_of
from debar.app.exporting.words import readme
from debar.app.money.case_money import has_billing
from debar.app.money.donating import donation_at
from debar.app.money.earning import books_text, plan_money
from debar.app.stating.statements import write_statements
from debar.app.telling import make_brief, title_of
from debar.briefs.verify import fingerprint_of
from debar.ledger.text import render_text
from debar.model.canonical import sha256_hex
from debar.model.problem import EXIT_REFUSED, DebarError, Place
from debar.plans.plan import Plan
from debar.register.notes import open_checkpoint, parse_key, sign_note
from debar.stores.attachments import load as load_attachment
from debar.stores.keys import load_register_secrets
from debar.stores.rates import shipped_rates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from debar.app.decisions import Decision
    from debar.app.exporting.tables import Table
    from debar.app.opening import Opened, Setting

SUMS: Final = "SHA256SUMS"
SEAL: Final = "SHA256SUMS.note"
CASE: Final = "case.json"
FORMAT: Final = "debar case folder"
VERSION: Final = 1


def export(setting: Setting, decision: str, *, out: Path, platform: Path | None, now: datetime) -> Answer:
    """Write the folder of a case.

    Args:
        setting: Names the register, where there is one.
        decision: A decision in the register, or a plan's file.
        out: The folder; there must be none.
        platform: The platform's tables; by default where the plan says.
        now: The present instant.

    Raises:
        DebarError: DBR-A083, there is something at ``out``; DBR-A009, the register has no such decision.
    """
    if out.exists():
        raise DebarError(
            "DBR-A083",
            "there is something at this path already",
            place=Place(file=str(out)),
            hint="name a folder that does not exist; a case folder is never written over",
            exit_code=EXIT_REFUSED,
        )
    told = load_decision(setting, decision)
    opened = open_for(setting, told.plan, platform)
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        document = _write_case(part, setting, told, opened, now)
        fingerprint = _seal(part, setting)
        part.replace(out)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    count = len((out / SUMS).read_text(encoding="utf-8").splitlines())
    text = (
        f"{out}: {count} files about {document['title']}, fingerprint {fingerprint}\n"
        f"to check it: debar verify {out}, or in it: sha256sum -c {SUMS}"
    )
    return Answer(
        document={"folder": str(out), "files": count, "fingerprint": fingerprint, **document}, text=text
    )


def _write_case(
    part: Path, setting: Setting, told: Decision, opened: Opened, now: datetime
) -> dict[str, Any]:
    """Write everything but the list of digests, and return what ``case.json`` says."""
    plan = told.plan
    part.mkdir(parents=True)
    _write(part / "plan.json", Plan(document=plan, sha256=plan["plan_sha256"]).text())
    page = make_brief(told, opened, rates=shipped_rates(), made_at=now)
    _write(part / "brief.html", page)
    if told.applied_at is not None:
        write_statements(told, opened, part / "statements")
    tables = tables_of(opened, plan)
    for table in tables:
        table.write(part, opened.engine)
    _write_money(part, told, opened)
    found = None
    if setting.register is not None:
        found = recorded(setting.register_address(), plan, told.decision_id)
        _write_record(part, found)
        _write_attachments(part, setting, found)
    document = {
        "format": FORMAT,
        "version": VERSION,
        "title": title_of(plan),
        "platform_name": plan["platform_name"],
        "decision_id": told.decision_id,
        "plan_id": plan["plan_id"],
        "plan_sha256": plan["plan_sha256"],
        "applied_at": None if told.applied_at is None else told.applied_at.isoformat().replace("+00:00", "Z"),
        "made_at": now.replace(microsecond=0).isoformat().replace("+00:00", "Z"),
        "brief_fingerprint": fingerprint_of(page),
        "tables": {table.name: _told(table) for table in tables},
        "record": None if found is None else _told_record(found),
    }
    _write(part / CASE, json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    _write(part / "README.md", readme(document))
    return document


def _told(table: Table) -> dict[str, Any]:
    return {"what": table.what, "columns": dict(table.columns), "rows": len(table.rows)}


def _told_record(found: Recorded) -> dict[str, Any]:
    checkpoint = open_checkpoint(found.checkpoint, (parse_key(found.verifier_key),))
    return {
        "origin": checkpoint.origin,
        "verifier_key": found.verifier_key,
        "size": checkpoint.size,
        "entries": [stem_of(document) for document in found.entries],
    }


def _write_money(part: Path, told: Decision, opened: Opened) -> None:
    """Write what was earned, and the books, where the platform has billing."""
    block = told.plan["earned"]
    if not has_billing(opened) or not block["currency"]:
        return
    as_of = _day(block["as_of"])
    report = plan_money(opened, told.plan, rates=shipped_rates(), to=block["currency"], as_of=as_of)
    _write(part / "money" / "earned.json", json.dumps(report.as_json(), indent=1) + "\n")
    _write(part / "money" / "earned.txt", render_text(report))
    donation = donation_at(told)
    donations = [] if donation is None else [donation]
    books = books_text(opened, told.plan, form="csv", as_of=as_of, donations=donations)
    _write(part / "money" / "books.csv", books)


def _day(text: str | None) -> date | None:
    return None if not text else date.fromisoformat(text)


def _write_record(part: Path, found: Recorded) -> None:
    """Write each entry as people read it and as anybody proves it, the checkpoint, and the key."""
    for document, proof in zip(found.entries, found.proofs, strict=True):
        stem = stem_of(document)
        _write(
            part / "record" / "entries" / f"{stem}.json",
            json.dumps(document, indent=1, ensure_ascii=False) + "\n",
        )
        _write(part / "record" / "proofs" / f"{stem}.tlog-proof", proof)
    _write(part / "record" / "checkpoint", found.checkpoint)
    _write(part / "record" / "log.pub", f"{found.verifier_key}\n")


def _write_attachments(part: Path, setting: Setting, found: Recorded) -> None:
    """Write what was handed in with appeals and denials, under its digest, where it is still kept."""
    for document in found.entries:
        for sha256 in attachments_of(document["body"] or {}):
            content = load_attachment(setting.register_home(), sha256)
            if content is not None:
                path = part / "attachments" / sha256
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(content)


def attachments_of(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield the digests of the attachments that a body names."""
    for one in body.get("attachments") or ():
        yield str(one["sha256"])


def _seal(part: Path, setting: Setting) -> str:
    """Write the list of digests, signed by the log's key where there is one; return the list's own digest."""
    paths = sorted(path for path in part.rglob("*") if path.is_file())
    lines = [f"{sha256_hex(path.read_bytes())}  {path.relative_to(part).as_posix()}\n" for path in paths]
    text = "".join(sorted(lines, key=lambda line: line[66:]))
    _write(part / SUMS, text)
    fingerprint = sha256_hex(text.encode())
    if setting.register is not None:
        signer = load_register_secrets(setting.register_home()).log_signer
        _write(part / SEAL, str(sign_note(seal_text(fingerprint), name=signer.name, signer=signer)))
    return fingerprint


def seal_text(fingerprint: str) -> str:
    """Return what the log's key signs over a case folder."""
    return f"debar case folder v1\n{fingerprint}\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
