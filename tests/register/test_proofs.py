"""Proofs to hand out: what they show, to whom, and that one changed bit is found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from debar.model.canonical import canonical_json
from debar.model.problem import DebarError
from debar.register.entries import EntryDraft
from debar.register.notes import Checkpoint, VerifierKey, parse_key, sign_note
from debar.register.published.proofs import TlogProof, check_proof, disclosure, parse_proof
from debar.register.tree import leaf_hash
from registers import ANA, LOG, ORIGIN, debar, record, vectors

if TYPE_CHECKING:
    from debar.register.sqlite import SqliteRegister

CASE = EntryDraft(type="case", by="ana", body={"query": "RT"}, subjects=("acct-1", "acct-2"))


def proof_of(register: SqliteRegister, seq: int, *labels: str) -> TlogProof:
    """Return the proof of an entry with some of its commitments opened."""
    made = parse_proof(register.proof_text(seq))
    return replace(made, extra=disclosure(register.entry(seq), labels))


@pytest.fixture
def party(register: SqliteRegister) -> TlogProof:
    """Return the proof that acct-1 is given."""
    record(register, CASE, debar("acct-1"))
    return proof_of(register, 2, "subject 0")


def test_a_proof_shows_a_party_its_own_and_nothing_else(register: SqliteRegister, party: TlogProof) -> None:
    """The proof must show the leaf and the party's own name; the other's must not be in it."""
    proved = check_proof(str(party), (register.key,))
    assert (proved.index, proved.leaf["id"], proved.opened) == (2, "case-2", {"subject 0": "acct-1"})
    assert proved.checkpoint.size == 4
    assert b"acct-2" not in party.extra
    assert b'"RT"' not in party.extra


def test_every_commitment_can_be_opened(register: SqliteRegister, party: TlogProof) -> None:
    """Who recorded it, the body and each subject must open, each alone."""
    assert party.index == 2
    proved = check_proof(str(proof_of(register, 2, "by", "body", "subject 1")), (register.key,))
    assert proved.opened == {"by": "ana", "body": '{"query":"RT"}', "subject 1": "acct-2"}


def test_every_flipped_bit_of_a_proof_is_found(register: SqliteRegister, party: TlogProof) -> None:
    """One changed bit anywhere must make the proof unreadable or unbelieved."""
    raw = str(party).encode()
    for place in range(len(raw)):
        for bit in range(8):
            changed = bytearray(raw)
            changed[place] ^= 1 << bit
            try:
                text = bytes(changed).decode()
            except UnicodeDecodeError:
                continue
            with pytest.raises(DebarError, match=r"DBR-R02[01]"):
                check_proof(text, (register.key,))


def test_a_proof_under_another_key_is_not_believed(party: TlogProof) -> None:
    """A log that somebody else signs must not prove anything about this one."""
    with pytest.raises(DebarError, match="DBR-R021"):
        check_proof(str(party), (VerifierKey(name=ORIGIN, public_key=ANA.public_key),))


@pytest.mark.parametrize(
    ("label", "value"),
    [("subject 0", "acct-2"), ("subject 1", "acct-1"), ("subject 9", "acct-1"), ("salt", "x")],
)
def test_a_false_opening_is_not_believed(
    register: SqliteRegister, party: TlogProof, label: str, value: str
) -> None:
    """A value or a place that the leaf does not commit to must be refused."""
    leaf = check_proof(str(party), (register.key,)).leaf
    opened = [{"label": label, "salt": "00" * 32, "value": value}]
    false = replace(party, extra=canonical_json({"leaf": leaf, "opened": opened}))
    with pytest.raises(DebarError, match="DBR-R021"):
        check_proof(str(false), (register.key,))


def test_a_leaf_of_another_place_is_not_believed(register: SqliteRegister, party: TlogProof) -> None:
    """The leaf of another entry, and a leaf under another number, must be refused."""
    other = disclosure(register.entry(3), ())
    with pytest.raises(DebarError, match="does not hold this one at 2"):
        check_proof(str(replace(party, extra=other)), (register.key,))
    moved = replace(parse_proof(register.proof_text(0)), extra=other, path=party.path, index=3)
    with pytest.raises(DebarError, match="DBR-R021"):
        check_proof(str(moved), (register.key,))


def test_a_leaf_that_names_another_place_is_not_believed() -> None:
    """A leaf that the log put where it does not belong must be refused, also under a proof that holds."""
    leaf = {
        "v": 1,
        "type": "case",
        "id": "case-9",
        "at": "2017-10-26",
        "by": "0",
        "subjects": [],
        "body": "0",
    }
    checkpoint = Checkpoint(origin=ORIGIN, size=1, root=leaf_hash(canonical_json(leaf)))
    note = str(sign_note(str(checkpoint), name=ORIGIN, signer=LOG))
    extra = canonical_json({"leaf": leaf, "opened": []})
    moved = TlogProof(index=0, path=(), checkpoint=note, extra=extra)
    with pytest.raises(DebarError, match="it is case-9, and it stands at 0"):
        check_proof(str(moved), (VerifierKey(name=ORIGIN, public_key=LOG.public_key),))


@pytest.mark.parametrize(
    "extra",
    [b"", b"x", b"{}", b'{"leaf":{},"opened":[]}', b"[]", b'{"leaf": 1, "opened": []}'],
)
def test_a_proof_without_its_entry_is_refused(
    register: SqliteRegister, party: TlogProof, extra: bytes
) -> None:
    """A proof whose extra part is not an entry must be refused as one, not crash."""
    with pytest.raises(DebarError, match="DBR-R020"):
        check_proof(str(replace(party, extra=extra)), (register.key,))


def test_a_salt_that_is_none_is_refused(register: SqliteRegister, party: TlogProof) -> None:
    """A salt that is not 32 bytes in hex must be refused."""
    leaf = check_proof(str(party), (register.key,)).leaf
    opened = [{"label": "subject 0", "salt": "zz", "value": "acct-1"}]
    false = replace(party, extra=canonical_json({"leaf": leaf, "opened": opened}))
    with pytest.raises(DebarError, match="DBR-R020"):
        check_proof(str(false), (register.key,))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v2\n"), ("index 2", "index 02"), ("index 2\n", ""),
        ("index 2", "index 2\nAAAA"), ("extra ", "extra !"), ("\n\n", "\n"),
    ],
)  # fmt: skip
def test_a_malformed_proof_is_refused(party: TlogProof, old: str, new: str) -> None:
    """Whatever is not the form of the specification must be refused."""
    with pytest.raises(DebarError, match="DBR-R020"):
        parse_proof(str(party).replace(old, new, 1 if old != "\n\n" else -1))


@pytest.mark.real
def test_the_shared_proof_is_read_and_written() -> None:
    """The shared proof must be read, and written again byte for byte."""
    note = vectors()["note"]
    proof = parse_proof(note["tlog_proof"])
    assert (proof.index, len(proof.path), proof.extra) == (2, 3, b"")
    assert note["tlog_proof"] == str(proof)
    assert parse_key(note["vkey"]).name == proof.checkpoint.split("\n")[0]
