"""Witnesses: who is believed, how many are enough, and how one is asked."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from debar.model.problem import DebarError
from debar.register.notes import NoteSignature, cosign_note, parse_key, parse_note
from debar.register.published.witnesses import (
    Witness,
    WitnessPolicy,
    add_checkpoint_body,
    ask_witness,
    cosigners,
    refuse_too_few,
    with_cosignatures,
)
from debar.register.sqlite import SqliteRegister
from debar.stores.web import post
from outsiders import WitnessServer
from registers import LOG, NOW, debar, new_register, record, salts, vectors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def one(register: SqliteRegister) -> Iterator[WitnessServer]:
    """Return a running witness of the register."""
    with WitnessServer("witness.example/w1", b"\x11" * 32, register.key).running() as server:
        yield server


@pytest.fixture
def two(register: SqliteRegister) -> WitnessServer:
    """Return another witness, that nobody can reach."""
    return WitnessServer("witness.example/w2", b"\x12" * 32, register.key)


def policy_of(*servers: WitnessServer, at_least: int) -> WitnessPolicy:
    """Return a policy over witnesses."""
    return WitnessPolicy(
        witnesses=tuple(Witness(key=server.key, url=server.url) for server in servers), at_least=at_least
    )


def ask(register: SqliteRegister, server: WitnessServer, *, known_size: int = 0) -> str:
    """Ask a witness for the newest checkpoint."""
    witness = Witness(key=server.key, url=server.url)
    return ask_witness(
        witness, register.checkpoint(), known_size=known_size, continuation=register.consistency, post=post
    )


@pytest.mark.real
def test_the_shared_cosignature() -> None:
    """The cosignature of the shared witness key at its time must be the shared line, byte for byte."""
    note = vectors()["note"]
    seed = bytes.fromhex(note["witness_seed_hex"])
    from debar.stores.keys import Ed25519Signer

    signer = Ed25519Signer("witness.example/w1", seed)
    text = parse_note(note["checkpoint"]).text
    made = cosign_note(text, name="witness.example/w1", signer=signer, seconds=1_700_000_000)
    assert str(note["tlog_proof"]).endswith(str(made))
    policy = WitnessPolicy(witnesses=(Witness(key=parse_key(note["witness_vkey"])),), at_least=1)
    cosigned = with_cosignatures(note["checkpoint"], str(made), policy)
    assert cosigners(cosigned, policy) == {"witness.example/w1": 1_700_000_000}
    assert str(note["tlog_proof"]).endswith(cosigned)


def test_a_witness_signs_what_continues(register: SqliteRegister, one: WitnessServer) -> None:
    """A witness that signed before must sign the longer log, also where the log forgot how far it was."""
    policy = policy_of(one, at_least=1)
    first = with_cosignatures(register.checkpoint(), ask(register, one), policy)
    assert refuse_too_few(first, policy) == {"witness.example/w1": 1_700_000_000}
    record(register, debar("a1"), debar("a2"))
    second = with_cosignatures(register.checkpoint(), ask(register, one, known_size=0), policy)
    assert set(cosigners(second, policy)) == {"witness.example/w1"}
    assert len(one.asked) == 3  # the second time it said how far it had come, and was asked again
    record(register, debar("a3"))
    ask(register, one, known_size=4)
    assert len(one.asked) == 4


def test_a_witness_that_has_seen_more_stops_everything(
    register: SqliteRegister, one: WitnessServer, tmp_path: Path
) -> None:
    """A register put back from an old copy must be found out by a witness, and told as another history."""
    register.backup(tmp_path / "old.db")
    record(register, debar("a1"))
    ask(register, one)
    with SqliteRegister(tmp_path / "old.db") as old, pytest.raises(DebarError, match="DBR-R043") as caught:
        ask(old, one)
    assert "3 entries, and this log has 2" in str(caught.value)


def test_a_split_view_is_found_by_a_witness(
    register: SqliteRegister, one: WitnessServer, tmp_path: Path
) -> None:
    """A log that goes on differently from the same beginning must not get the same witness's signature."""
    with new_register(tmp_path / "other.db") as other:
        other.append([debar("b1")], salts=salts(1, 50), now=NOW, signer=LOG)
        record(register, debar("a1"))
        ask(register, one)
        record(other, debar("b2"))
        with pytest.raises(DebarError, match="DBR-R043"):
            ask(other, one)


@pytest.mark.parametrize("status", [400, 403, 404, 409, 500])
def test_a_witness_that_declines(register: SqliteRegister, one: WitnessServer, status: int) -> None:
    """A refusal must be an error that says why, whatever the status."""
    one.answer = (status, b"")
    with pytest.raises(DebarError, match="DBR-R041"):
        ask(register, one)


def test_a_witness_that_changes_its_mind(register: SqliteRegister, one: WitnessServer) -> None:
    """A witness that names another size each time must not be asked for ever."""
    one.answer = (409, b"1\n")
    with pytest.raises(DebarError, match="DBR-R041"):
        ask(register, one)
    assert len(one.asked) == 2


def test_the_witness_of_the_tests_keeps_its_promise(register: SqliteRegister, one: WitnessServer) -> None:
    """The witness must refuse what is malformed, unknown, forged, backwards and no continuation."""
    note = register.checkpoint()
    assert one.add_checkpoint(b"new 0\n\n" + note.encode())[0] == 400
    assert one.add_checkpoint(add_checkpoint_body(9, (), note))[0] == 400
    assert one.add_checkpoint(add_checkpoint_body(0, (), note.replace("ads.", "bds.")))[0] == 404
    assert one.add_checkpoint(add_checkpoint_body(0, (), note.replace("\n2\n", "\n3\n")))[0] == 403
    assert one.add_checkpoint(add_checkpoint_body(0, (b"\x00" * 32,), note))[0] == 422
    assert one.add_checkpoint(add_checkpoint_body(0, (), note))[0] == 200


def test_so_many_of_these(register: SqliteRegister, one: WitnessServer, two: WitnessServer) -> None:
    """One of two must be enough where one is asked for, and too few where both are; a stranger counts for nothing."""
    signed = with_cosignatures(register.checkpoint(), ask(register, one), policy_of(one, two, at_least=1))
    assert set(refuse_too_few(signed, policy_of(one, two, at_least=1))) == {"witness.example/w1"}
    with pytest.raises(DebarError, match="DBR-R040") as caught:
        refuse_too_few(signed, policy_of(one, two, at_least=2))
    assert "witness.example/w2: no signature" in str(caught.value)
    assert cosigners(signed, policy_of(two, at_least=0)) == {}
    with pytest.raises(DebarError, match="DBR-R040"):
        refuse_too_few(signed, policy_of(two, at_least=1))


def test_only_known_lines_that_fit_are_added(
    register: SqliteRegister, one: WitnessServer, two: WitnessServer
) -> None:
    """A stranger's line must be left out, a later one must replace an earlier, and a false one must be refused."""
    policy, note = policy_of(one, at_least=1), register.checkpoint()
    text = parse_note(note).text
    strange = str(cosign_note(text, name=two.key.name, signer=two.signer, seconds=1))
    assert note == with_cosignatures(note, strange, policy)
    early, late = (str(cosign_note(text, name=one.key.name, signer=one.signer, seconds=s)) for s in (5, 9))
    both = with_cosignatures(with_cosignatures(note, early, policy), late, policy)
    assert both == note + late
    assert cosigners(note + late + early, policy) == {one.key.name: 9}
    false = str(NoteSignature(name=one.key.name, key_id=one.key.key_id, signature=b"\x00" * 72))
    for line in (false, str(cosign_note(text + "x\n", name=one.key.name, signer=one.signer, seconds=1))):
        with pytest.raises(DebarError, match="DBR-R021"):
            with_cosignatures(note, line, policy)
    with pytest.raises(DebarError, match="DBR-R020"):
        with_cosignatures(note, "no line", policy)


def test_what_a_witness_is_sent() -> None:
    """The request must be the size, the proof and the checkpoint, as the specification writes them."""
    path = (b"\x01" * 32, b"\x02" * 32)
    expected = f"old 3\n{base64.b64encode(path[0]).decode()}\n{base64.b64encode(path[1]).decode()}\n\nnote\n"
    assert expected.encode() == add_checkpoint_body(3, path, "note\n")
