"""Check what was told: briefs, plans, effect certificates, and folders that hold some.

Law: what could not be checked is said to be unchecked; it never counts as held.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.app.exporting.checking import is_case_folder, verify_case
from debar.app.verbs import load_plan
from debar.briefs.verify import fingerprint_of, verify_brief
from debar.gate.protocol.certificate import FORMAT, verify_certificate
from debar.model.problem import EXIT_REFUSED, DebarError
from debar.stores.keeping import check_files, is_snapshot

if TYPE_CHECKING:
    from pathlib import Path


def verify(path: Path) -> Answer:
    """Check a brief, a plan, an effect certificate, a case folder, a snapshot, or a folder of these.

    Raises:
        DebarError: DBR-A012, there is nothing here that can be checked.
    """
    if is_case_folder(path):
        return _answer(verify_case(path))
    if is_snapshot(path):
        return _answer(check_files(path))
    files = (
        sorted(p for p in path.rglob("*") if p.name in ("brief.html", "plan.json"))
        if path.is_dir()
        else [path]
    )
    if not files or not path.exists():
        raise DebarError(
            "DBR-A012",
            "there is nothing here that can be checked",
            hint="a brief.html, a plan.json, an effect certificate, or a folder",
        )
    checks: list[dict[str, Any]] = []
    for file in files:
        checks += _verify_file(file)
    return _answer(checks)


def _answer(checks: list[dict[str, Any]]) -> Answer:
    failed = [check for check in checks if check["ok"] is False]
    lines = [
        f"{'ok' if c['ok'] else 'skip' if c['ok'] is None else 'FAIL'}  {c['file']}: {c['what']}"
        for c in checks
    ]
    held = sum(check["ok"] is True for check in checks)
    unchecked = len(checks) - len(failed) - held
    lines.append(
        f"{held} of {len(checks)} checks hold" + (f", {unchecked} had nothing to check" if unchecked else "")
    )
    return Answer(document={"checks": checks}, text="\n".join(lines), exit_code=EXIT_REFUSED if failed else 0)


def _verify_file(file: Path) -> list[dict[str, Any]]:
    if file.suffix == ".json":
        certificate = _certificate(file)
        if certificate is not None:
            return [
                {"file": file.name, "what": check.what, "ok": check.ok}
                for check in verify_certificate(certificate)
            ]
        try:
            plan = load_plan(file)
        except DebarError as error:
            return [{"file": file.name, "what": str(error.what), "ok": False}]
        return [{"file": file.name, "what": f"plan_sha256 {plan.sha256}", "ok": True}]
    page = file.read_bytes()
    found = [
        {
            "file": file.name,
            "what": f"{check.title}: {check.detail}",
            "ok": {"ok": True, "bad": False}.get(check.status),
        }
        for check in verify_brief(page)
    ]
    return [{"file": file.name, "what": f"fingerprint {fingerprint_of(page)}", "ok": True}, *found]


def _certificate(file: Path) -> dict[str, Any] | None:
    """Return the effect certificate that a file holds; None where it holds something else."""
    try:
        document = json.loads(file.read_bytes())
    except (ValueError, OSError):
        return None
    return document if isinstance(document, dict) and document.get("format") == FORMAT else None
