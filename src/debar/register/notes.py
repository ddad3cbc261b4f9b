"""Signed notes and checkpoints: how a log says what it holds, readable by anybody's tools.

Law: a text is believed only where a key that we were given verifies it; a known key whose signature fails
rejects the whole note; signatures of keys that we do not know are kept and believed in nothing.

Source: C2SP signed-note 1.0.0, tlog-checkpoint 1.0.0, tlog-cosignature 1.0.1.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from debar.model.problem import EXIT_REFUSED, DebarError
from debar.register.signatures import verify_signature
from debar.register.tree import EMPTY_ROOT, HASH_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from debar.model.ports import Signer

ED25519: Final = 0x01
COSIGNATURE: Final = 0x04
_LINE: Final = re.compile(r"\u2014 ([^ +\n]+) ([A-Za-z0-9+/]+={0,2})")
_SIZE: Final = re.compile(r"0|[1-9][0-9]*")
_SIGNATURES_MAX: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """The public half of a key that signs notes.

    Args:
        name: Name of the key; for a log, its origin.
        public_key: The 32 raw bytes of an Ed25519 public key.
        kind: 1 for a log's signature, 4 for a witness's timestamped cosignature.
    """

    name: str
    public_key: bytes
    kind: int = ED25519

    @property
    def key_id(self) -> bytes:
        """The four bytes that a signature line begins with."""
        return hashlib.sha256(self.name.encode() + b"\n" + self._typed()).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(self._typed()).decode()}"

    def _typed(self) -> bytes:
        return bytes([self.kind]) + self.public_key


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """One signature line: who says to have signed, under which key id, and the signature's bytes."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"\u2014 {self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text, ending in a newline, and its signature lines in their order, known or not."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(str(signature) for signature in self.signatures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a log held at one moment. It carries no time; a cosignature does.

    Args:
        origin: The log's name: an address without scheme or trailing slash.
        size: Leaves in the tree; this is the register's revision.
        root: Root of the tree, 32 bytes.
        extensions: Further lines, kept as they are.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def parse_key(text: str) -> VerifierKey:
    """Read a verifier key ``name+id+key`` (the last part is base64 and may hold ``+`` itself).

    Raises:
        DebarError: The text is no Ed25519 verifier key, or its id does not belong to it.
    """
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    typed = decode_base64(encoded)
    if not _is_name(name) or typed is None or len(typed) != 1 + HASH_BYTES:
        raise malformed("a verifier key")
    key = VerifierKey(name=name, public_key=typed[1:], kind=typed[0])
    if typed[0] not in {ED25519, COSIGNATURE} or key.key_id.hex() != key_id:
        raise malformed("a verifier key")
    return key


def parse_note(text: str) -> Note:
    """Split a note at its last blank line and read its signature lines; nothing is verified yet.

    Raises:
        DebarError: The note is malformed.
    """
    body, blank, tail = text.rpartition("\n\n")
    control = any(ord(character) < 0x20 and character != "\n" for character in text)
    if not blank or not tail.endswith("\n") or control or not body:
        raise malformed("a signed note")
    lines = tail.removesuffix("\n").split("\n")
    if len(lines) > _SIGNATURES_MAX:
        raise malformed("a signed note")
    return Note(text=body + "\n", signatures=tuple(_parse_signature(line) for line in lines))


def empty_checkpoint(origin: str, signer: Signer) -> str:
    """Return the signed checkpoint of a log without entries."""
    checkpoint = Checkpoint(origin=origin, size=0, root=EMPTY_ROOT)
    return str(sign_note(str(checkpoint), name=origin, signer=signer))


def sign_note(text: str, *, name: str, signer: Signer) -> Note:
    """Sign a text with an Ed25519 key under a name."""
    assert text.endswith("\n"), "a note's text ends in a newline"
    assert _is_name(name), f"key name {name!r}"
    key = VerifierKey(name=name, public_key=signer.public_key)
    signature = NoteSignature(name=name, key_id=key.key_id, signature=signer.sign(text.encode()))
    return Note(text=text, signatures=(signature,))


def verify_note(note: Note, keys: Iterable[VerifierKey]) -> tuple[NoteSignature, ...]:
    """Return the signatures that keys of ours verify, at least one.

    Raises:
        DebarError: A known key's signature does not verify, or none is of a known key.
    """
    known = {(key.name, key.key_id): key for key in keys}
    verified: list[NoteSignature] = []
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            continue
        if not _verifies(note.text, signature.signature, key):
            raise unverified(f"the signature of {signature.name} does not fit the text")
        verified.append(signature)
    if not verified:
        raise unverified("none of its signatures is by a key that was given")
    return tuple(verified)


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a checkpoint's text.

    Raises:
        DebarError: The text is no checkpoint.
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] != "" or not lines[0] or _SIZE.fullmatch(lines[1]) is None:
        raise malformed("a checkpoint")
    root = decode_base64(lines[2])
    if root is None or len(root) != HASH_BYTES or "" in lines[3:-1]:
        raise malformed("a checkpoint")
    return Checkpoint(origin=lines[0], size=int(lines[1]), root=root, extensions=tuple(lines[3:-1]))


def open_checkpoint(text: str, keys: Sequence[VerifierKey]) -> Checkpoint:
    """Read a signed checkpoint and believe it only where one of the keys is the log's own.

    Raises:
        DebarError: The note is malformed or not signed by its log.
    """
    note = parse_note(text)
    checkpoint = parse_checkpoint(note.text)
    logs = [key for key in keys if key.kind == ED25519 and key.name == checkpoint.origin]
    verify_note(note, logs)
    return checkpoint


def cosign_note(text: str, *, name: str, signer: Signer, seconds: int) -> NoteSignature:
    """Return a witness's cosignature of a checkpoint's text; ``seconds`` is the POSIX time of signing."""
    key = VerifierKey(name=name, public_key=signer.public_key, kind=COSIGNATURE)
    signature = struct.pack(">Q", seconds) + signer.sign(cosignature_message(text, seconds=seconds))
    return NoteSignature(name=name, key_id=key.key_id, signature=signature)


def cosignature_message(text: str, *, seconds: int) -> bytes:
    """Return the bytes that a witness signs."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def cosigned_at(signature: bytes) -> int:
    """Return the POSIX time of a cosignature's bytes, in seconds."""
    return int(struct.unpack(">Q", signature[:8])[0])


def parse_signatures(lines: str) -> tuple[NoteSignature, ...]:
    """Read signature lines, each with its line end.

    Raises:
        DebarError: A line is none.
    """
    if lines and not lines.endswith("\n"):
        raise malformed("a signature line")
    return tuple(_parse_signature(line) for line in lines.split("\n")[:-1])


def _parse_signature(line: str) -> NoteSignature:
    match = _LINE.fullmatch(line)
    raw = decode_base64(match[2]) if match else None
    if match is None or raw is None or len(raw) < 5:
        raise malformed("a signature line")
    return NoteSignature(name=match[1], key_id=raw[:4], signature=raw[4:])


def _verifies(text: str, signature: bytes, key: VerifierKey) -> bool:
    if key.kind == ED25519:
        return verify_signature(key.public_key, text.encode(), signature)
    if len(signature) != 72:
        return False
    message = cosignature_message(text, seconds=cosigned_at(signature))
    return verify_signature(key.public_key, message, signature[8:])


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(character.isspace() for character in name)


def decode_base64(text: str) -> bytes | None:
    """Return what a base64 text stands for; None where it is not the one text that stands for it."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if base64.b64encode(raw).decode() == text else None


def malformed(what: str) -> DebarError:
    """Return the error for a text that is not what it should be."""
    return DebarError(
        "DBR-R020",
        f"this is not {what}",
        hint="copy the file again, byte for byte; editors that change line ends or blanks break it",
        exit_code=EXIT_REFUSED,
    )


def unverified(why: str) -> DebarError:
    """Return the error for a text that no key of ours vouches for."""
    return DebarError(
        "DBR-R021", "the note is not believed", details=(why,), exit_code=EXIT_REFUSED,
        hint="ask whoever runs the log for its verifier key, by another way than the note came",
    )  # fmt: skip
