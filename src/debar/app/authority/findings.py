"""Findings of others on record: a report, a judgment, a regulator's decision, with its document's digest.

Law: a finding is an entry of the register: who found it, in which document, on which page, on which day. It
decides nothing; a plan cites it. The document is kept beside the register where it is not too large.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.app.applying import enrolled_keys
from debar.app.authority.citing import FINDING
from debar.app.registering import record
from debar.model.canonical import file_sha256
from debar.model.legible import legible
from debar.model.problem import EXIT_REFUSED, DebarError, Place
from debar.plans.approval import enrolled
from debar.register.address import open_register
from debar.register.entries import EntryDraft, instant_text
from debar.stores.attachments import BYTES_MAX, keep
from debar.stores.keys import load_signer

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from debar.app.opening import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What an outside authority found.

    Args:
        issuer: Who found it.
        title: What the document is called.
        page: Where in it, such as ``6-12``; empty for the whole.
        on: The day that the document bears.
        url: Where it was published; empty if nowhere.
    """

    issuer: str
    title: str
    page: str
    on: date
    url: str = ""


def record_finding(setting: Setting, document: Path, finding: Finding, *, key: Path, now: datetime) -> Answer:
    """Record a finding; the same document, page and words again are the entry that is there.

    Args:
        setting: Names the register.
        document: The document's file.
        finding: What it is.
        key: An enrolled key of whoever records it.
        now: The present instant.

    Raises:
        DebarError: DBR-O004, there is no such document, or nothing in it.
    """
    if not document.is_file() or not document.stat().st_size:
        raise DebarError(
            "DBR-O004",
            "there is no document here",
            place=Place(file=str(document)),
            hint="name the file of the report, judgment or decision itself",
            exit_code=EXIT_REFUSED,
        )
    signer = load_signer(key)
    with open_register(setting.register_address()) as register:
        by = enrolled(enrolled_keys(register), signer.public_key).name
        fits = document.stat().st_size <= BYTES_MAX
        if fits:
            keep(setting.register_home(), [document])
        body = {
            "document_sha256": file_sha256(document),
            "document_name": document.name,
            "kept": fits,
            "issuer": finding.issuer,
            "title": finding.title,
            "page": finding.page,
            "date": finding.on.isoformat(),
            "url": finding.url,
        }
        before = next((e for e in register.entries_of_type(FINDING) if e.body == body), None)
        entry = before or record(register, [EntryDraft(type=FINDING, by=by, body=body)], now=now).entries[0]
    words = "recorded before as" if before else "recorded as"
    kept = (
        ""
        if fits
        else f"; the document has more than {BYTES_MAX // 2**20} MiB and is not kept: keep it yourself"
    )
    return Answer(
        document={"finding": entry.id, "entry": entry.seq, **body},
        text=f"{words} {entry.id}: {_line(body)}, SHA-256 {body['document_sha256']}{kept}\n"
        f"cite it: debar plan PLATFORM SUBJECT --authority {entry.id}",
    )


def list_findings(setting: Setting) -> Answer:
    """Tell every finding on record, oldest first; an erased one by its id alone."""
    with open_register(setting.register_address(), read_only=True) as register:
        found = [
            {
                "finding": entry.id,
                "recorded_at": instant_text(entry.at),
                "by": entry.by,
                **(entry.body or {"erased": True}),
            }
            for entry in register.entries_of_type(FINDING)
        ]
    lines = [f"{one['finding']}  {_line(one) if 'issuer' in one else 'erased'}" for one in found]
    return Answer(document={"findings": found}, text="\n".join(lines) or "none is on record")


def _line(body: Any) -> str:  # noqa: ANN401 - an entry's body
    page = f", {legible(body['page'])}" if body["page"] else ""
    return f"{legible(body['issuer'])}, {legible(body['title'])}, {body['date']}{page}"
