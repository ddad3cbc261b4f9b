"""The record and the statements: what the log holds, with proofs, and what is said to whom.

Law: without signing in somebody sees what the public record says, and no name of anybody who is not public.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, Final

from debar.app.decisions import load_decision
from debar.app.record.publishing import publish
from debar.console.desk.stating import FOLDER, newest_entry
from debar.console.screens.cases import decided_by
from debar.console.web.asking import ANYBODY, DECIDERS, SIGNED_IN, Asked, Deed, Done, File, Page, Screen
from debar.model.problem import EXIT_REFUSED, DebarError
from debar.register.address import is_there, open_register
from debar.register.entries import instant_text, read_leaf
from debar.register.notes import open_checkpoint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from debar.console.desk.cases import Version

ENTRIES: Final = 100
LANGUAGES: Final = {"en": "", "de": ".de"}
_MEDIA: Final = {"html": "text/html", "txt": "text/plain", "md": "text/markdown", "json": "application/json"}


def record_page(asked: Asked) -> Mapping[str, Any]:
    """List the log's newest entries (``?before=``, ``?type=``), as the public sees them."""
    before, chosen = asked.query.get("before", ""), asked.query.get("type", "")[:40]
    address = asked.desk.setting.register
    if address is None or not is_there(address):
        return {"head": None, "entries": [], "next": None, "type": chosen, "public": None}
    with open_register(address, read_only=True) as register:
        size = register.revision()
        stop = min(int(before), size) if before.isdecimal() else size
        entries: list[dict[str, Any]] = []
        while stop > 0 and len(entries) < ENTRIES:
            start = max(0, stop - ENTRIES)
            leaves = [read_leaf(leaf) for leaf in register.leaves(start, stop)]
            numbered = [(seq, leaf) for seq, leaf in zip(range(start, stop), leaves, strict=True)]
            wanted = [_row(seq, leaf) for seq, leaf in reversed(numbered) if chosen in ("", leaf["type"])]
            room = ENTRIES - len(entries)
            entries += wanted[:room]
            stop = entries[-1]["seq"] if len(wanted) > room else start
        note = register.checkpoint()
        checkpoint = open_checkpoint(note, (register.key,))
        head = {
            "origin": checkpoint.origin,
            "size": checkpoint.size,
            "root": base64.b64encode(checkpoint.root).decode(),
            "key": str(register.key),
            "checkpoint": note,
        }
    public = asked.desk.folder / "public"
    return {
        "head": head,
        "entries": entries,
        "next": stop or None,
        "type": chosen,
        "public": str(public) if (public / "checkpoint").exists() and asked.person else None,
    }


def _row(seq: int, leaf: Mapping[str, Any]) -> dict[str, Any]:
    said = {
        name: leaf[name] for name in ("decision_id", "plan_id", "because", "event", "outcome") if name in leaf
    }
    return {"seq": seq, "type": leaf["type"], "at": leaf["at"], "said": said}


def entry_page(asked: Asked) -> Mapping[str, Any]:
    """Show one entry: its public leaf, and the proof that it stands where it stands.

    Raises:
        DebarError: The register has no such entry.
    """
    text = asked.path["seq"]
    if not text.isdecimal() or len(text) > 15:
        raise DebarError("DBR-K027", "this is no entry", hint="entries are numbers")
    seq = int(text)
    with open_register(asked.desk.setting.register_address(), read_only=True) as register:
        entry = register.entry(seq)
        (leaf,) = register.leaves(seq, seq + 1)
        proof = register.proof_text(seq)
        plan = str(entry.public.get("plan_sha256", ""))
        same = register.entries_of_plan(plan) if plan else ()
        related = [other.seq for other in same if other.seq != seq][:50]
    inside = None
    if asked.person is not None:
        inside = {"by": entry.by, "body": entry.body, "erased": entry.body is None}
    return {
        "seq": seq,
        "type": entry.type,
        "at": instant_text(entry.at),
        "leaf": json.loads(leaf),
        "leaf_text": leaf.decode(),
        "proof": proof,
        "related": related,
        "inside": inside,
    }


def proof_file(asked: Asked) -> tuple[bytes, str, str]:
    """Hand over an entry's proof, to be checked offline."""
    shown = entry_page(asked)
    return shown["proof"].encode(), "text/plain", f"entry-{shown['seq']}.tlog-proof"


def publish_record(asked: Asked) -> Done:
    """Write the public record as plain files, which any web server can hand out."""
    done = publish(asked.desk.setting, asked.desk.folder / "public").document
    return Done(to="/record", said=f"{done['size']} entries are published as files in {done['folder']}.")


def statements_page(asked: Asked) -> Mapping[str, Any]:
    """Show what a case's decision is stated as: fields, text (``?language=``), notices, database form."""
    case = asked.desk.cases.get(asked.path["case_id"])
    language = asked.query.get("language", "en")
    language = language if language in LANGUAGES else "en"
    shown: dict[str, Any] = {
        "case": {"case_id": case.case_id, "title": case.title},
        "language": language,
        "languages": list(LANGUAGES),
        "made": None,
        "can_write": asked.may(*DECIDERS),
    }
    version, decision_id = _decided(asked)
    if version is None or decision_id is None:
        return shown
    told = load_decision(asked.desk.setting, decision_id)
    decision = told.plan["decision"]
    folder = asked.desk.cases.artefact(case.case_id, version.number, FOLDER)
    made = json.loads((folder / "made.json").read_text(encoding="utf-8")) if folder.is_dir() else None
    denial = told.denial()
    return shown | {
        "decision_id": decision_id,
        "version": version.number,
        "fields": {
            "ground": decision["ground"],
            "rule": f"{decision['rule']['id']} {decision['rule']['version']}".strip(),
            "facts": decision["facts"],
            "authorities": [f"{one['name']}, {one['date']}" for one in decision["authorities"]],
            "scope": "buying, creating, serving and charging ads; nothing else",
            "from": decision["from"],
            "automated": "accounts are found by software; people decide and sign",
            "answer": None if denial is None else f"{denial.who}, {denial.said_on}: {denial.text}",
        },
        "made": made and {"files": made["files"], "database": made["database"]},
        "stale": made is not None and made["known_entry"] < newest_entry(told),
        "text": (folder / f"post{LANGUAGES[language]}.txt").read_text(encoding="utf-8") if made else "",
        "notices": [name for name in made["files"] if name.startswith("notices/") and ".de." not in name]
        if made
        else [],
    }


def _decided(asked: Asked) -> tuple[Version | None, str | None]:
    """Return the version of a case that was applied last, with its decision."""
    proposed = [one for one in asked.desk.cases.versions(asked.path["case_id"]) if one.proposed]
    with open_register(asked.desk.setting.register_address(), read_only=True) as register:
        for version in reversed(proposed):
            found = decided_by(version, register)
            if found is not None:
                return version, found
    return None, None


def write_anew(asked: Asked) -> Done:
    """Ask for the statements to be written anew."""
    version, _ = _decided(asked)
    if version is None:
        raise _not_stated()
    asked.desk.jobs.ask(version.case_id, {"kind": "statements", "number": version.number}, by=asked.who.name)
    return Done(to=f"/cases/{version.case_id}/statements", said="The statements are being written anew.")


def statement_file(asked: Asked) -> tuple[bytes, str, str]:
    """Hand over one of the files, unless the statements are stale.

    Raises:
        DebarError: DBR-K068, there is none of that name; DBR-K069, what it says is no longer so.
    """
    version, decision_id = _decided(asked)
    if version is None or decision_id is None:
        raise _not_stated()
    folder = asked.desk.cases.artefact(version.case_id, version.number, FOLDER)
    made = json.loads((folder / "made.json").read_text(encoding="utf-8"))
    name = asked.path["name"]
    if name not in made["files"]:
        raise _not_stated()
    if made["known_entry"] < newest_entry(load_decision(asked.desk.setting, decision_id)):
        raise DebarError(
            "DBR-K069",
            "the decision has changed since this was written",
            hint="write the statements anew, read them, then publish them",
            exit_code=EXIT_REFUSED,
        )
    ending = name.rpartition(".")[2]
    return (folder / name).read_bytes(), _MEDIA.get(ending, "text/plain"), name.replace("/", "-")


def _not_stated() -> DebarError:
    return DebarError("DBR-K068", "there is no such statement", hint="statements are written with an apply")


SCREEN: Final = Screen(
    title="Record",
    entry="/record",
    pages=(
        Page(path="/record", view=record_page, template="record.html.j2", allowed=ANYBODY, sensitive=False),
        Page(path="/record/{seq}", view=entry_page, template="entry.html.j2", allowed=ANYBODY),
        Page(
            path="/cases/{case_id}/statements",
            view=statements_page,
            template="statements.html.j2",
            allowed=SIGNED_IN,
        ),
    ),
    deeds=(
        Deed(path="/record/publish", do=publish_record, allowed=frozenset({"proposer", "approver"})),
        Deed(path="/cases/{case_id}/statements", do=write_anew, allowed=DECIDERS),
    ),
    files=(
        File(path="/record/{seq}/proof", make=proof_file, allowed=ANYBODY, sensitive=False),
        File(path="/cases/{case_id}/statements/{name:path}", make=statement_file, allowed=SIGNED_IN),
    ),
)
