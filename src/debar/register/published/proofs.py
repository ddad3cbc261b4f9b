"""The ``.tlog-proof``: one entry, its place in the record, and what shows one party that it is theirs.

Law: pure. Whoever holds the file and the log's verifier key can check it offline; it shows one party's own
values and nobody else's.

Source: C2SP tlog-proof 1.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from debar.model.canonical import canonical_json
from debar.register.entries import commitment, derived_salt, read_leaf
from debar.register.notes import decode_base64, malformed, open_checkpoint, unverified
from debar.register.tree import HASH_BYTES, leaf_hash, verify_inclusion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from debar.register.entries import Entry
    from debar.register.notes import Checkpoint, VerifierKey

_HEAD: Final = "c2sp.org/tlog-proof@v1\n"
_INDEX: Final = re.compile(r"index (0|[1-9][0-9]*)")
_LABEL: Final = re.compile(r"by|body|subject (0|[1-9][0-9]{0,5})")
_PATH_MAX: Final = 63
_SALT: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TlogProof:
    """A proof as it was read; nothing is verified yet.

    Args:
        index: The entry's place in the log.
        path: The audit path, the leaf's sibling first.
        checkpoint: The signed checkpoint, with its cosignatures.
        extra: What the log adds; ours is :func:`disclosure`.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""

    def __str__(self) -> str:
        extra = f"extra {base64.b64encode(self.extra).decode()}\n" if self.extra else ""
        hashes = "".join(f"{base64.b64encode(item).decode()}\n" for item in self.path)
        return f"{_HEAD}{extra}index {self.index}\n{hashes}\n{self.checkpoint}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """What a proof that holds has shown.

    Args:
        index: The entry's place.
        leaf: The entry, as it stands in the record.
        opened: Label (``by``, ``body``, ``subject 0``) to the value that the leaf commits to there.
        checkpoint: The checkpoint that it stands under.
    """

    index: int
    leaf: Mapping[str, Any]
    opened: Mapping[str, str]
    checkpoint: Checkpoint


def parse_proof(text: str) -> TlogProof:
    """Read a proof.

    Raises:
        DebarError: The text is none.
    """
    head, blank, checkpoint = text.partition("\n\n")
    lines = (head + "\n").removeprefix(_HEAD).removesuffix("\n").split("\n")
    if not text.startswith(_HEAD) or not blank:
        raise malformed("a tlog-proof")
    extra: bytes | None = b""
    if lines[0].startswith("extra "):
        extra = decode_base64(lines.pop(0).removeprefix("extra "))
    index = _INDEX.fullmatch(lines[0]) if lines else None
    path = [decode_base64(line) for line in lines[1:]]
    hashes = tuple(item for item in path if item is not None and len(item) == HASH_BYTES)
    if extra is None or index is None or len(hashes) != len(path) or len(path) > _PATH_MAX:
        raise malformed("a tlog-proof")
    return TlogProof(index=int(index[1]), path=hashes, checkpoint=checkpoint, extra=extra)


def disclosure(entry: Entry, labels: Sequence[str]) -> bytes:
    """Return an entry's leaf, and the salts and values of some of its commitments, as a proof carries them.

    Args:
        entry: An entry with its private side, where a label is given.
        labels: ``by``, ``body``, or ``subject <position>``.
    """
    opened = []
    for label in labels:
        assert entry.salt is not None, "what was erased cannot be shown"
        salt = derived_salt(entry.salt, label).hex()
        opened.append({"label": label, "salt": salt, "value": _value_of(entry, label)})
    return canonical_json({"leaf": read_leaf(entry.leaf), "opened": opened})


def check_proof(text: str, keys: Sequence[VerifierKey]) -> Proved:
    """Check a proof that carries its leaf, and return what it shows.

    Args:
        text: The file's text.
        keys: The log's verifier key, had by another way than the proof.

    Raises:
        DebarError: DBR-R020, it is no proof of ours; DBR-R021, it is not believed.
    """
    proof = parse_proof(text)
    checkpoint = open_checkpoint(proof.checkpoint, keys)
    leaf, opened = _disclosed(proof.extra)
    hashed = leaf_hash(canonical_json(leaf))
    if not verify_inclusion(
        hashed, proof.path, index=proof.index, size=checkpoint.size, root=checkpoint.root
    ):
        raise unverified(
            f"the checkpoint of {checkpoint.size} entries does not hold this one at {proof.index}"
        )
    if leaf["id"] != f"{leaf['type']}-{proof.index}":
        raise unverified(f"the leaf says that it is {leaf['id']}, and it stands at {proof.index}")
    for label, salt, value in opened:
        if commitment(bytes.fromhex(salt), value.encode()) != _committed(leaf, label):
            raise unverified(f"the leaf does not commit to this value as its {label}")
    shown = {label: value for label, _, value in opened}
    return Proved(index=proof.index, leaf=leaf, opened=shown, checkpoint=checkpoint)


def _value_of(entry: Entry, label: str) -> str:
    assert entry.body is not None, "what was erased cannot be shown"
    assert entry.subjects is not None, "what was erased cannot be shown"
    if label == "body":
        return canonical_json(dict(entry.body)).decode()
    return entry.by or "" if label == "by" else entry.subjects[int(label.removeprefix("subject "))]


def _disclosed(extra: bytes) -> tuple[dict[str, Any], list[tuple[str, str, str]]]:
    """Read :func:`disclosure` back, every byte of it."""
    try:
        document = json.loads(extra)
        leaf = read_leaf(canonical_json(document["leaf"]))
        opened = [(str(one["label"]), str(one["salt"]), str(one["value"])) for one in document["opened"]]
        again = [{"label": label, "salt": salt, "value": value} for label, salt, value in opened]
        same = canonical_json({"leaf": leaf, "opened": again}) == extra
    except (ValueError, KeyError, TypeError):
        raise malformed("a tlog-proof that carries its entry") from None
    if not same or not all(_SALT.fullmatch(salt) for _, salt, _ in opened):
        raise malformed("a tlog-proof that carries its entry")
    return leaf, opened


def _committed(leaf: Mapping[str, Any], label: str) -> str | None:
    match = _LABEL.fullmatch(label)
    if match is None:
        return None
    if match[1] is None:
        return str(leaf[label])
    return next(iter(leaf["subjects"][int(match[1]) :][:1]), None)
