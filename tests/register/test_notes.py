"""Signed notes and checkpoints against the specification's own example and our vectors."""

from __future__ import annotations

import dataclasses

import pytest

from debar.model.problem import DebarError
from debar.register.notes import (
    COSIGNATURE,
    Checkpoint,
    VerifierKey,
    open_checkpoint,
    parse_checkpoint,
    parse_key,
    parse_note,
    sign_note,
    verify_note,
)
from debar.register.published.proofs import TlogProof
from debar.register.tree import CompactRange, inclusion_path, leaf_hash
from debar.stores.keys import Ed25519Signer
from registers import Stored, vectors

EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_NOTE = (
    "This is an example message.\n\n— example.com/foo"
    " Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
ORIGIN = "example.org/debar/register"
SIGNER = Ed25519Signer(ORIGIN, bytes(range(32)))
KEY = "example.org/debar/register+9e9b459a+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
CHECKPOINT = (
    "example.org/debar/register\n5\nh9UMXqS06cZqY1DcnPgMhWQabcLU6G++7tynUvpM20w=\n\n— example.org/debar/register"
    " nptFmq4DvAk9HLydk+xymBb1yz/waTi3i9YvXcrESAJEzBYL+oMUvfQxHjw8qiQOMU09/zbxqv9vKb3x0faV2AUh8gE=\n"
)
ENTRIES = tuple(leaf_hash(b'{"n":%d}' % number) for number in range(5))


def test_the_specifications_example_verifies() -> None:
    """The note that the signed-note specification prints must verify under its key."""
    assert len(verify_note(parse_note(EXAMPLE_NOTE), [parse_key(EXAMPLE_KEY)])) == 1


def test_a_key_is_written_as_it_was_read() -> None:
    """Writing a verifier key must give the text that it was read from, plus signs and all."""
    assert [str(parse_key(EXAMPLE_KEY)), str(parse_key(KEY))] == [EXAMPLE_KEY, KEY]
    assert str(VerifierKey(name=ORIGIN, public_key=SIGNER.public_key)) == KEY


def test_signing_a_checkpoint_gives_the_published_note() -> None:
    """A checkpoint over the five entries, signed with the known seed, must be the vector byte for byte."""
    edge, _ = CompactRange().extend(ENTRIES)
    text = str(Checkpoint(origin=ORIGIN, size=5, root=edge.root()))
    assert str(sign_note(text, name=ORIGIN, signer=SIGNER)) == CHECKPOINT


def test_opening_the_checkpoint() -> None:
    """A signed checkpoint must give origin, size and root back."""
    edge, _ = CompactRange().extend(ENTRIES)
    expected = Checkpoint(origin=ORIGIN, size=5, root=edge.root())
    assert expected == open_checkpoint(CHECKPOINT, [parse_key(KEY)])


@pytest.mark.real
def test_the_shared_proof_with_its_cosignature() -> None:
    """Our proof text must equal the shared one, and its witness's cosignature must verify."""
    note = vectors()["note"]
    _, _, checkpoint = str(note["tlog_proof"]).partition("\n\n")
    path = inclusion_path(2, 5, Stored(ENTRIES).read)
    made = str(TlogProof(index=2, path=path, checkpoint=checkpoint))
    assert note["tlog_proof"] == made
    witness = parse_key(note["witness_vkey"])
    assert witness.kind == COSIGNATURE
    verified = verify_note(parse_note(checkpoint), [parse_key(KEY), witness])
    assert [signature.name for signature in verified] == [ORIGIN, "witness.example/w1"]


def test_unknown_signatures_are_kept_and_believed_in_nothing() -> None:
    """A signature of a stranger must survive reading and writing, and must not make a note believed."""
    stranger = sign_note(
        parse_note(CHECKPOINT).text, name="w.example", signer=Ed25519Signer("w.example", b"\x09" * 32)
    )
    both = CHECKPOINT + str(stranger.signatures[0])
    assert both == str(parse_note(both))
    assert len(verify_note(parse_note(both), [parse_key(KEY)])) == 1
    with pytest.raises(DebarError, match="DBR-R021") as caught:
        verify_note(stranger, [parse_key(KEY)])
    assert "by a key that was given" in str(caught.value)


def test_a_changed_text_is_not_believed() -> None:
    """One changed byte of the text must reject the note under a known key."""
    with pytest.raises(DebarError, match="DBR-R021"):
        open_checkpoint(CHECKPOINT.replace("\n5\n", "\n6\n"), [parse_key(KEY)])


def test_a_witness_alone_does_not_make_a_checkpoint() -> None:
    """A checkpoint must be signed by its own log: another key that signs it must not be enough."""
    other = VerifierKey(name="other.example", public_key=SIGNER.public_key)
    note = sign_note(parse_note(CHECKPOINT).text, name="other.example", signer=SIGNER)
    with pytest.raises(DebarError, match="DBR-R021"):
        open_checkpoint(str(note), [other])


def test_a_malformed_cosignature_is_not_believed() -> None:
    """A cosignature of the wrong length under a known key must reject the note."""
    witness = VerifierKey(name="w.example", public_key=SIGNER.public_key, kind=COSIGNATURE)
    note = parse_note(CHECKPOINT)
    line = dataclasses.replace(note.signatures[0], name="w.example", key_id=witness.key_id)
    with pytest.raises(DebarError, match="DBR-R021"):
        verify_note(dataclasses.replace(note, signatures=(line,)), [witness])


@pytest.mark.parametrize(
    "text",
    [
        "", "no blank line\n", "text\n\nnot a signature\n", "text\n\n— name +\n", "text\n\n— name YQ==\n",
        "te\txt\n\n— name AAAAAAAA\n", "text\n\n— name AAAAAAAA", "\n\n— name AAAAAAAA\n",
        "text\n\n" + "— name AAAAAAAA\n" * 101, "text\n\n— name A\n",
    ],
)  # fmt: skip
def test_malformed_notes_are_refused(text: str) -> None:
    """Whatever is not a signed note must be refused as one, never half read."""
    with pytest.raises(DebarError, match="DBR-R020"):
        parse_note(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "o\n5\n", "o\n05\nAAAA\n", "o\n-1\nAAAA\n", "\n5\nAAAA\n", "o\n5\nnot base64\n", "o\n5\nAAAA\n",
        CHECKPOINT.partition("\n\n")[0], CHECKPOINT.partition("\n\n")[0] + "\n\n",
    ],
)  # fmt: skip
def test_malformed_checkpoints_are_refused(text: str) -> None:
    """Whatever is not a checkpoint must be refused as one."""
    with pytest.raises(DebarError, match="DBR-R020"):
        parse_checkpoint(text)


def test_extension_lines_are_kept() -> None:
    """Lines after the root must be kept as they are."""
    text = CHECKPOINT.partition("\n\n")[0] + "\nextension\n"
    assert text == str(parse_checkpoint(text))


@pytest.mark.parametrize(
    "text",
    ["", "name", "name+00000000+AQ==", EXAMPLE_KEY.replace("530d", "530e"), "a b" + EXAMPLE_KEY, "n+1+*"],
)
def test_malformed_keys_are_refused(text: str) -> None:
    """Whatever is not a verifier key, or has another key's id, must be refused."""
    with pytest.raises(DebarError, match="DBR-R020"):
        parse_key(text)
