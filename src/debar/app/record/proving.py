"""Hand a party the proof of its own entry.

Law: a proof shows what stands in the public record and one party's own name in it; nobody else's.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from debar.app.answer import Answer
from debar.model.problem import EXIT_REFUSED, DebarError
from debar.register.address import open_register
from debar.register.debarments import GATE_TYPES
from debar.register.notes import open_checkpoint
from debar.register.published.proofs import TlogProof, disclosure, parse_proof
from debar.register.published.publishing import CHECKPOINT

if TYPE_CHECKING:
    from pathlib import Path

    from debar.app.opening import Setting
    from debar.register.entries import Entry
    from debar.register.writing import Register

_ENTRY_ID = re.compile(r"[a-z]+-(\d+)")


def prove(setting: Setting, what: str, out: Path, *, published: Path | None) -> Answer:
    """Write the proof of an entry.

    Args:
        setting: Names the register.
        what: A party's account id (its newest debar, lift or vary entry, or else its newest entry), a
            decision (its plan's entry), or an entry's id such as ``debar-17``.
        out: The file to write.
        published: The published folder whose checkpoint, with its cosignatures, the proof shall carry.

    Raises:
        DebarError: DBR-A082, the register knows no such party, decision or entry; or the published checkpoint
            is older than the entry.
    """
    from debar.app.verbs import write_whole

    with open_register(setting.register_address(), read_only=True) as register:
        entry = _entry_of(register, what)
        checkpoint = None
        if published is not None:
            checkpoint = (published / CHECKPOINT).read_text(encoding="utf-8")
        labels = (
            []
            if entry.subjects is None
            else [f"subject {place}" for place, subject in enumerate(entry.subjects) if subject == what]
        )
        proof = proof_of(register, entry, labels=labels, checkpoint=checkpoint)
        key = str(register.key)
    write_whole(out, proof)
    size = int(parse_proof(proof).checkpoint.split("\n")[1])
    document = {
        "file": str(out),
        "entry": entry.seq,
        "id": entry.id,
        "size": size,
        "verifier_key": key,
        "opens": list(labels),
    }
    text = (
        f"{out}: entry {entry.seq} ({entry.id}) in a record of {size}\n"
        f"to check it: debar record verify {out} --key {key}"
    )
    return Answer(document=document, text=text)


def proof_of(register: Register, entry: Entry, *, labels: list[str], checkpoint: str | None = None) -> str:
    """Return the text of a proof that carries its entry.

    Args:
        register: The register.
        entry: What is proved.
        labels: Which of its commitments are opened.
        checkpoint: A signed checkpoint of the register; None for the newest.

    Raises:
        DebarError: The checkpoint is not the register's, or older than the entry.
    """
    note = checkpoint or register.checkpoint()
    size = open_checkpoint(note, (register.key,)).size
    path = register.proof(entry.seq, size).path
    proof = TlogProof(index=entry.seq, path=path, checkpoint=note)
    return str(replace(proof, extra=disclosure(entry, labels)))


def _entry_of(register: Register, what: str) -> Entry:
    """Find what shall be proved."""
    about = register.entries_about(what)
    if about:
        at_gates = [entry for entry in about if entry.type in GATE_TYPES]
        return (at_gates or about)[-1]
    plans = [entry for entry in register.entries_of_type("plan") if entry.public.get("decision_id") == what]
    if plans:
        return plans[0]
    match = _ENTRY_ID.fullmatch(what)
    if match is not None and int(match[1]) < register.revision():
        entry = register.entry(int(match[1]))
        if entry.id == what:
            return entry
    raise DebarError(
        "DBR-A082",
        f"the register has no entry about {what!r}",
        hint="an account id, a decision's id, or an entry's id such as debar-17: that one also where it was"
        " erased",
        exit_code=EXIT_REFUSED,
    )
