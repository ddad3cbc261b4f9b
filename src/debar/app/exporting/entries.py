"""The register's entries about a case, with what they say and what proves it.

Law: an entry belongs to a case by what it names (the decision, its plans) or by whom it is about, whatever
its type; a type that comes later goes out without a change here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from debar.app.record.proving import proof_of
from debar.register.address import open_register
from debar.register.entries import instant_text, read_leaf

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from debar.register.address import RegisterAddress
    from debar.register.entries import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What the register holds about a case.

    Args:
        entries: Each entry as a document that people can read, in order.
        proofs: Each entry's proof, with all of its commitments opened that were not erased.
        checkpoint: The signed checkpoint that the proofs lead to.
        verifier_key: The log's key.
    """

    entries: tuple[Mapping[str, Any], ...]
    proofs: tuple[str, ...]
    checkpoint: str
    verifier_key: str


def recorded(address: RegisterAddress, plan: Mapping[str, Any], decision_id: str) -> Recorded:
    """Read the entries about a case.

    Args:
        address: Where the register is.
        plan: The plan's document.
        decision_id: The decision that it is, or would be.
    """
    with open_register(address, read_only=True) as register:
        checkpoint = register.checkpoint()
        found = about(register.entries(), plan, decision_id)
        return Recorded(
            entries=tuple(map(document_of, found)),
            proofs=tuple(
                proof_of(register, entry, labels=labels_of(entry), checkpoint=checkpoint) for entry in found
            ),
            checkpoint=checkpoint,
            verifier_key=str(register.key),
        )


def about(entries: Iterable[Entry], plan: Mapping[str, Any], decision_id: str) -> list[Entry]:
    """Return the entries about a case, in order.

    Those that name the decision or one of its plans; those that name no decision and are about one of its
    accounts alone or together, such as judgements; the enrolments, under which signatures are checked; and
    the erasures of any of these.
    """
    entries = list(entries)
    plans = {plan["plan_sha256"]} | {
        entry.public["plan_sha256"]
        for entry in entries
        if entry.type == "plan" and entry.public.get("decision_id") == decision_id
    }
    members = {member["account_id"] for member in plan["members"]}
    chosen: dict[int, Entry] = {}
    for entry in entries:
        names = {"decision_id", "plan_sha256"} & set(entry.public)
        if names:
            belongs = (
                entry.public.get("decision_id") == decision_id or entry.public.get("plan_sha256") in plans
            )
        elif entry.type == "erase":
            belongs = not chosen.keys().isdisjoint(entry.public.get("entries", ()))
        else:
            belongs = entry.type == "enrol" or (
                bool(entry.subjects) and members.issuperset(entry.subjects or ())
            )
        if belongs:
            chosen[entry.seq] = entry
    return list(chosen.values())


def labels_of(entry: Entry) -> list[str]:
    """Return what of an entry can be opened: everything, unless it was erased."""
    if entry.erased:
        return []
    return ["by", "body", *(f"subject {place}" for place in range(len(entry.subjects or ())))]


def document_of(entry: Entry) -> dict[str, Any]:
    """Return an entry as people read it."""
    return {
        "seq": entry.seq,
        "id": entry.id,
        "type": entry.type,
        "at": instant_text(entry.at),
        "erased": entry.erased,
        "by": entry.by,
        "subjects": None if entry.subjects is None else list(entry.subjects),
        "body": None if entry.body is None else dict(entry.body),
        "leaf": read_leaf(entry.leaf),
    }


def stem_of(document: Mapping[str, Any]) -> str:
    """Return the name of an entry's files, without an ending."""
    return f"{document['seq']:06d}-{document['type']}"
