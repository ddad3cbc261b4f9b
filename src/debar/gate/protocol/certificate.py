"""The effect certificate: that a decision is in force, at each gate, since when and why; and where it is not.

Law: it says of every gate on the roster what became of it, names everything that is not guaranteed, and is
signed by the log's key over a text that is nothing else (its first line says what it is). Checking is pure.

Source: the signature line is that of C2SP signed-note 1.0.0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, get_args

from debar.gate.protocol.decisions import Decision, End, GateEnd, Outcome
from debar.model.canonical import canonical_json, sha256_hex
from debar.model.problem import DebarError
from debar.register.entries import instant_text
from debar.register.notes import (
    Note,
    VerifierKey,
    open_checkpoint,
    parse_key,
    parse_signatures,
    sign_note,
    verify_note,
)
from debar.register.tree import leaf_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from debar.gate.protocol.messages import Tail
    from debar.model.ports import Signer

FORMAT: Final = "debar effect certificate"
VERSION: Final = 1
ENDS: Final = frozenset(get_args(End))
_FIELDS: Final = frozenset({
    "format", "version", "origin", "decision_id", "op", "keys_sha256", "key_count", "revision", "checkpoint",
    "committed_at", "effective_at", "restarted", "gates", "not_guaranteed", "verifier_key", "signature",
})  # fmt: skip
_GATE_FIELDS: Final = frozenset({"gate", "mode", "end", "at", "revision", "ways", "why", "tails"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """One moment on the register's boot clock and on its wall clock: by it, instants become dates.

    Args:
        boot_ns: On the boot clock.
        wall: On the wall clock, aware.
    """

    boot_ns: int
    wall: datetime

    def at(self, boot_ns: int) -> datetime:
        """Return the wall time of an instant of the boot clock, to the microsecond."""
        return self.wall.astimezone(UTC) + timedelta(microseconds=(boot_ns - self.boot_ns) // 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was checked in a certificate: what, and whether it holds."""

    what: str
    ok: bool


def keys_digest(leaves: Iterable[bytes]) -> str:
    """Return what stands for a decision's keys: a digest over the leaf hashes of its gate entries, in order.

    A leaf holds a salted commitment to its key, so nobody can guess accounts from it, and whoever holds the
    register can show which they are.
    """
    return sha256_hex(b"debar keys v1\n" + b"".join(leaf_hash(leaf) for leaf in leaves))


def direct_outcome(decision: Decision, *, revision: int, committed_at: int) -> Outcome:
    """Return the outcome where every gate reads the register itself: in force with the commit.

    A direct gate holds no copy and no lease, so there is nobody to wait for.
    """
    return Outcome(
        decision=decision,
        revision=revision,
        committed_at=committed_at,
        effective_at=committed_at,
        restarted=False,
        gates=(_direct_end(revision, committed_at),),
    )


def with_tails(outcome: Outcome, tails: Sequence[Tail]) -> Outcome:
    """Return an outcome that names what goes on behind gates that read the register themselves.

    They are on no roster, so the operator declares what keeps their answers: a proxy's cache, a CDN.
    """
    if not tails:
        return outcome
    direct = replace(_direct_end(outcome.revision, outcome.committed_at), tails=tuple(tails))
    leased = (gate for gate in outcome.gates if gate.mode != "direct")
    return replace(outcome, gates=(*leased, direct))


def _direct_end(revision: int, committed_at: int) -> GateEnd:
    return GateEnd(
        gate="direct",
        mode="direct",
        end="acknowledged",
        at=committed_at,
        revision=revision,
        why="every check reads the register itself, in the transaction that it decides",
    )


def make_certificate(
    outcome: Outcome, *, origin: str, checkpoint: str, clocks: Clocks, signer: Signer
) -> dict[str, Any]:
    """Return the signed certificate of a decision as a JSON document.

    Args:
        outcome: What became of it at every gate.
        origin: The log's name.
        checkpoint: A signed checkpoint of at least the decision's revision.
        clocks: Tie the register's clock to dates.
        signer: The log's key.
    """
    decision = outcome.decision
    document: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "origin": origin,
        "decision_id": decision.decision_id,
        "op": decision.op,
        "keys_sha256": decision.keys_sha256,
        "key_count": decision.key_count,
        "revision": outcome.revision,
        "checkpoint": checkpoint,
        "committed_at": instant_text(clocks.at(outcome.committed_at)),
        "effective_at": instant_text(clocks.at(outcome.effective_at)),
        "restarted": outcome.restarted,
        "gates": [_gate_document(gate, clocks) for gate in outcome.gates],
    }
    document["not_guaranteed"] = not_guaranteed(document["gates"])
    note = sign_note(signed_text(document), name=origin, signer=signer)
    document["verifier_key"] = _key_text(origin, signer)
    document["signature"] = str(note.signatures[0])
    return document


def not_guaranteed(gates: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return, in words, everything that may go on although the decision is in force: gates and tails."""
    found: list[str] = []
    for gate in gates:
        if gate["end"] == "not_guaranteed":
            found.append(f"{gate['gate']}: {gate['why']}; last seen at revision {gate['revision']}")
        found += [
            f"{tail['name']} behind {gate['gate']}: may go on until {tail['until']}" for tail in gate["tails"]
        ]
    return found


def verify_certificate(document: object, *, key: VerifierKey | None = None) -> tuple[Check, ...]:
    """Check a certificate: its form, its signature, its checkpoint, and whether its parts agree.

    Args:
        document: As it was read from JSON.
        key: The log's key, where it is known by another way; None to check under the key that it names.

    Returns:
        Every check; where the form is wrong, that alone.
    """
    if not isinstance(document, dict) or not _has_form(document):
        return (Check(what="it has the form of an effect certificate, version 1", ok=False),)
    try:
        named = parse_key(document["verifier_key"])
        checks = [_check_signature(document, key or named), _check_checkpoint(document, key or named)]
    except DebarError as error:
        return (Check(what=f"signature: {error.what}", ok=False),)
    return (*checks, *_check_gates(document))


def _gate_document(gate: GateEnd, clocks: Clocks) -> dict[str, Any]:
    at = clocks.at(gate.at)
    return {
        "gate": gate.gate,
        "mode": gate.mode,
        "end": gate.end,
        "at": instant_text(at),
        "revision": gate.revision,
        "ways": list(gate.ways),
        "why": gate.why,
        "tails": [
            {"name": tail.name, "until": instant_text(at + timedelta(microseconds=tail.lasts_ns // 1000))}
            for tail in gate.tails
        ],
    }


def signed_text(document: Mapping[str, Any]) -> str:
    """Return the text that the log signs: what it is, whose, and the digest of all the rest."""
    rest = {name: value for name, value in document.items() if name not in {"verifier_key", "signature"}}
    return f"{FORMAT} v{VERSION}\n{document['origin']}\n{sha256_hex(canonical_json(rest))}\n"


def _key_text(origin: str, signer: Signer) -> str:
    return str(VerifierKey(name=origin, public_key=signer.public_key))


def _has_form(document: dict[str, Any]) -> bool:
    if set(document) != _FIELDS or (document["format"], document["version"]) != (FORMAT, VERSION):
        return False
    gates = document["gates"]
    texts = (document[name] for name in ("origin", "verifier_key", "signature", "checkpoint"))
    return (
        isinstance(gates, list)
        and all(map(_is_gate, gates))
        and isinstance(document["not_guaranteed"], list)
        and all(isinstance(text, str) for text in texts)
        and type(document["revision"]) is int
        and all(_is_instant(at) for at in _instants(document))
    )


def _is_gate(gate: object) -> bool:
    return (
        isinstance(gate, dict)
        and set(gate) == _GATE_FIELDS
        and gate["end"] in ENDS
        and type(gate["revision"]) is int
        and isinstance(gate["tails"], list)
        and all(isinstance(tail, dict) and set(tail) == {"name", "until"} for tail in gate["tails"])
    )


def _instants(document: Mapping[str, Any]) -> Iterable[object]:
    yield document["committed_at"]
    yield document["effective_at"]
    for gate in document["gates"]:
        yield gate["at"]


def _is_instant(value: object) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _check_signature(document: Mapping[str, Any], key: VerifierKey) -> Check:
    note = Note(text=signed_text(document), signatures=parse_signatures(document["signature"]))
    verify_note(note, [key])
    return Check(what=f"it is signed by the log {key}", ok=key.name == document["origin"])


def _check_checkpoint(document: Mapping[str, Any], key: VerifierKey) -> Check:
    checkpoint = open_checkpoint(document["checkpoint"], [key])
    return Check(
        what=f"the log's checkpoint of {checkpoint.size} entries holds revision {document['revision']}",
        ok=checkpoint.size >= document["revision"] and checkpoint.origin == document["origin"],
    )


def _check_gates(document: Mapping[str, Any]) -> tuple[Check, ...]:
    """Check what the certificate says against itself: nothing guaranteed that its own lines do not carry."""
    gates = document["gates"]
    committed, effective = (
        datetime.fromisoformat(document[name]) for name in ("committed_at", "effective_at")
    )
    acknowledged = [gate for gate in gates if gate["end"] == "acknowledged"]
    others = [gate for gate in gates if gate["end"] in {"fenced", "not_guaranteed"}]
    guaranteed = [datetime.fromisoformat(g["at"]) for g in gates if g["end"] != "not_guaranteed"]
    latest = committed if document["op"] == "lift" else max([committed, *guaranteed])
    lenient = [gate for gate in gates if gate["mode"] in {"best_effort", "shadow"}]
    return (
        Check(
            what=f"{len(acknowledged)} of {len(gates)} gates acknowledged the revision or a later one",
            ok=all(gate["revision"] >= document["revision"] for gate in acknowledged),
        ),
        Check(
            what=f"it is effective at {document['effective_at']}, with the last of them",
            ok=effective == latest,
        ),
        Check(
            what=f"{len(others)} gates were fenced or are not guaranteed, each with its reason",
            ok=all(gate["why"] for gate in others)
            and all(gate["end"] == "not_guaranteed" for gate in lenient),
        ),
        Check(
            what=f"{len(document['not_guaranteed'])} things may go on, and each is named",
            ok=document["not_guaranteed"] == not_guaranteed(gates),
        ),
    )
