"""The effect certificate says what became of every gate, and cannot be changed unseen."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from debar.app.verifying import verify
from debar.gate.protocol.certificate import (
    Clocks,
    direct_outcome,
    keys_digest,
    make_certificate,
    signed_text,
    verify_certificate,
    with_tails,
)
from debar.gate.protocol.messages import Tail
from debar.register.notes import VerifierKey, sign_note
from protocol_worlds import START, World, decision
from registers import EVE, LOG, NOW, ORIGIN, debar, new_register, record

if TYPE_CHECKING:
    from pathlib import Path

    from debar.gate.protocol.decisions import Outcome

KEY = VerifierKey(name=ORIGIN, public_key=LOG.public_key)


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """Return the outcome of a decision at a fleet in which everything happens."""
    world = World()
    for name in ("good", "lost", "off", "old"):
        world.add(name)
    world.add("lenient", mode="best_effort")
    world.add("watching", mode="shadow")
    world.add("edge", tails=(Tail(name="cdn", lasts_ns=1_800_000_000_000),))
    world.add_relay("relay")
    world.add("far", via="relay")
    world.run(3)
    for message in world.gates["old"].leave():
        world.from_gate("old", message)
    world.run(20)
    world.cut |= {"lost", "off"}
    world.debar("a1")
    world.do(world.register.fence("off", by="ana", since="2017-10-26T12:00:00Z", now=world.now))
    world.run(320, step=1)
    return world.outcomes[0]


@pytest.fixture
def certificate(outcome: Outcome, tmp_path: Path) -> dict[str, Any]:
    """Return its certificate, as JSON gives it back."""
    with new_register(tmp_path / "register.db") as register:
        checkpoint = record(register, debar("a1")).checkpoint
    clocks = Clocks(boot_ns=0, wall=START)
    made = make_certificate(outcome, origin=ORIGIN, checkpoint=checkpoint, clocks=clocks, signer=LOG)
    again: dict[str, Any] = json.loads(json.dumps(made))
    return again


def test_every_gate_has_its_line(certificate: dict[str, Any]) -> None:
    """What became of each gate stands there, and what is not guaranteed is named in words."""
    ends = {gate["gate"]: gate["end"] for gate in certificate["gates"]}
    assert ends == {
        "good": "acknowledged", "lost": "lease_ended", "off": "fenced", "lenient": "not_guaranteed",
        "watching": "not_guaranteed", "edge": "acknowledged", "far": "acknowledged",
    }  # fmt: skip
    named = certificate["not_guaranteed"]
    assert [line.split(":")[0] for line in named] == ["cdn behind edge", "lenient", "watching"]
    assert all(check.ok for check in verify_certificate(certificate, key=KEY))
    assert all(check.ok for check in verify_certificate(certificate))


CHANGES: list[tuple[str, Any]] = [
    ("decision_id", "other"), ("op", "lift"), ("keys_sha256", "1" * 64), ("key_count", 2), ("revision", 4),
    ("committed_at", "2017-10-26T11:00:00Z"), ("effective_at", "2017-10-26T11:00:00Z"), ("restarted", True),
    ("not_guaranteed", []), ("gates", []), ("signature", "—"), ("verifier_key", "x"), ("checkpoint", "x"),
    ("origin", "other.example/debar"), ("version", 2), ("format", "debar plan"), ("revision", "3"),
    ("effective_at", "noon"), ("effective_at", 3), ("gates", [3]), ("gates", {}), ("more", 1), ("not_guaranteed", 3),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), CHANGES)
def test_whatever_is_changed_is_seen(certificate: dict[str, Any], field: str, value: object) -> None:
    """A certificate that was touched anywhere does not verify."""
    assert not all(check.ok for check in verify_certificate({**certificate, field: value}, key=KEY))


def test_another_key_signs_nothing_for_this_log(certificate: dict[str, Any], outcome: Outcome) -> None:
    """A certificate that somebody else signed is not believed under the log's key."""
    clocks = Clocks(boot_ns=0, wall=START)
    forged = make_certificate(
        outcome, origin=ORIGIN, checkpoint=certificate["checkpoint"], clocks=clocks, signer=EVE
    )
    assert not all(check.ok for check in verify_certificate(forged, key=KEY))


def resigned(certificate: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Return a certificate that its own log signed although it contradicts itself."""
    document = {**copy.deepcopy(certificate), **change}
    note = sign_note(signed_text(document), name=ORIGIN, signer=LOG)
    return {**document, "signature": str(note.signatures[0])}


def contradictions(certificate: dict[str, Any]) -> list[dict[str, Any]]:
    """Return changes by which a certificate would contradict itself."""
    behind, nameless, lax = (copy.deepcopy(certificate["gates"]) for _ in range(3))
    next(gate for gate in behind if gate["end"] == "acknowledged")["revision"] = 0
    next(gate for gate in nameless if gate["end"] == "fenced")["why"] = ""
    next(gate for gate in lax if gate["mode"] == "shadow")["end"] = "dormant"
    return [
        {"gates": behind}, {"gates": nameless}, {"gates": lax}, {"not_guaranteed": []}, {"revision": 99},
        {"effective_at": certificate["committed_at"]},
    ]  # fmt: skip


@pytest.mark.parametrize("place", range(6))
def test_a_log_that_contradicts_itself_is_caught(certificate: dict[str, Any], place: int) -> None:
    """Also what is rightly signed must follow from its own lines."""
    assert all(check.ok for check in verify_certificate(resigned(certificate, {}), key=KEY))
    changed = resigned(certificate, contradictions(certificate)[place])
    assert [False] == [check.ok for check in verify_certificate(changed, key=KEY) if not check.ok][:1]


def test_a_direct_gate_is_in_force_with_the_commit(tmp_path: Path) -> None:
    """Embedded: nobody is waited for, and the certificate says why."""
    with new_register(tmp_path / "register.db") as register:
        done = record(register, debar("a1"))
    made = make_certificate(
        direct_outcome(decision(), revision=done.revision, committed_at=5),
        origin=ORIGIN, checkpoint=done.checkpoint, clocks=Clocks(boot_ns=5, wall=NOW), signer=LOG,
    )  # fmt: skip
    assert made["effective_at"] == made["committed_at"] == "2017-10-26T12:00:00Z"
    assert all(check.ok for check in verify_certificate(made, key=KEY))
    assert keys_digest([entry.leaf for entry in done.entries]) != keys_digest([])


def test_a_lift_is_in_force_with_the_commit() -> None:
    """R11: until a lift arrives a gate denies, which is the safe side."""
    world = World()
    world.add("g")
    world.run(3)
    world.debar("a1")
    assert world.ask("g", "a1").verdict == "debarred"
    world.cut.add("g")
    world.run(5)
    world.debar("a1", name="lift", op="lift")
    world.run(320, step=1)
    assert world.outcomes[1].effective_at == world.outcomes[1].committed_at


def test_debar_verify_reads_a_certificate(certificate: dict[str, Any], tmp_path: Path) -> None:
    """`debar verify FILE` checks one offline, and fails when it was touched."""
    file = tmp_path / "certificate.json"
    file.write_text(json.dumps(certificate))
    assert verify(file).exit_code == 0
    later = START + timedelta(days=1)
    file.write_text(json.dumps({**certificate, "effective_at": later.isoformat()}))
    assert verify(file).exit_code == 1
    file.write_text("{")
    assert verify(file).exit_code == 1


def test_what_keeps_answers_of_direct_checks_is_named(outcome: Outcome) -> None:
    """Checks that read the register are on no roster: what keeps their answers is named beside the gates."""
    proxy = Tail(name="nginx", lasts_ns=5_000_000_000)
    told = with_tails(outcome, [proxy])
    assert len(outcome.gates) + 1 == len(told.gates)
    assert (("direct", (proxy,)), told.effective_at) == (
        (told.gates[-1].mode, told.gates[-1].tails),
        outcome.effective_at,
    )
    direct = direct_outcome(outcome.decision, revision=3, committed_at=7)
    assert [(proxy,)] == [gate.tails for gate in with_tails(direct, [proxy]).gates]
    assert with_tails(outcome, []) is outcome
