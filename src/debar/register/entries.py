"""Entries of the log: a public leaf of commitments, and the private body that stands beside it.

Law: a leaf holds no personal data, no account id and no name: only types, times, digests, public keys and
salted commitments ``SHA256(salt32 || value)``. When the private side is erased, the leaf and the tree stay
as they are, and nobody can guess what was committed to.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from debar.model.canonical import canonical_json
from debar.model.problem import DebarError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ENTRY_BYTES_MAX: Final = 65_535
"""A leaf is not longer than this: entry bundles carry its length in two bytes."""

SALT_BYTES: Final = 32

ENTRY_TYPES: Final = (
    "case",
    "plan",
    "judgement",
    "enrol",
    "approval",
    "debar",
    "lift",
    "vary",
    "statement",
    "denial",
    "appeal",
    "outcome",
    "pledge",
    "payment",
    "referral",
    "finding",
    "erase",
)
"""What can stand in the log. Gates apply debar, lift and vary only."""

APPEAL_EVENTS: Final = (
    "file",
    "acknowledge",
    "admit",
    "refuse",
    "assign",
    "review",
    "request",
    "answer",
    "expire",
    "relief",
    "decide",
    "carry_out",
    "inform",
    "withdraw",
    "escalate",
    "resolve",
    "close",
)
"""The steps of an appeal; which may follow which is the room of appeals' to say."""

SCOPES: Final = ("create", "buy", "serve", "charge")
"""What a debarred account may not do: advertising only."""

_ENVELOPE: Final = frozenset({"v", "type", "id", "at", "by", "subjects", "body"})
_HEX: Final = re.compile(r"[0-9a-f]+")
_ID: Final = re.compile(r"[a-z]{2,12}-(\d{4}-\d{2}-\d{2}-)?[0-9a-f]{8,64}")
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z)?")
_AMOUNT: Final = re.compile(r"-?\d{1,18}\.\d{6}")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_INTEGER_MAX: Final = 2**53 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDraft:
    """What somebody wants to have recorded.

    Args:
        type: One of :data:`ENTRY_TYPES`.
        by: Who records it: a person's or key's name. Private: the leaf commits to it.
        body: The private body, a JSON object without fractions (money and probabilities as strings).
        subjects: Whom it is about: account ids. Private: the leaf commits to each apart.
        public: Fields of the leaf itself; only those of :func:`public_field_names`.
    """

    type: str
    by: str
    body: Mapping[str, Any]
    subjects: tuple[str, ...] = ()
    public: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One recorded entry.

    Args:
        seq: Zero-based leaf of the tree, and place in the log.
        type: One of :data:`ENTRY_TYPES`.
        id: ``<type>-<seq>``.
        at: When it was recorded, aware UTC.
        leaf: The RFC 8785 bytes that the tree holds.
        public: The leaf's own fields, without the envelope.
        by: Who recorded it; None once erased.
        body: The private body; None once erased.
        subjects: Whom it is about; None once erased.
        salt: The 32 bytes that open the commitments; None once erased.
    """

    seq: int
    type: str
    id: str
    at: datetime
    leaf: bytes
    public: Mapping[str, Any]
    by: str | None
    body: Mapping[str, Any] | None
    subjects: tuple[str, ...] | None
    salt: bytes | None

    @property
    def erased(self) -> bool:
        """Whether the private side is gone."""
        return self.body is None


def commitment(salt: bytes, value: bytes) -> str:
    """Return the salted commitment to a value as 64 hex digits.

    Args:
        salt: 32 bytes; whoever has them and the value can check the commitment, nobody else can guess it.
        value: The bytes committed to.
    """
    assert len(salt) == SALT_BYTES, "a salt has 32 bytes"
    return hashlib.sha256(salt + value).hexdigest()


def derived_salt(salt: bytes, label: str) -> bytes:
    """Return the salt of one commitment of an entry, made from the entry's salt.

    Each commitment has its own, so that one party can be shown theirs without opening anybody else's.

    Args:
        salt: The entry's 32 bytes.
        label: ``by``, ``body``, or ``subject <position>``.
    """
    return hmac.digest(salt, label.encode(), "sha256")


@lru_cache(maxsize=1024)
def instant_text(at: datetime) -> str:
    """Return an instant as RFC 3339 in UTC, with microseconds only where there are any.

    Example:
        >>> instant_text(datetime(2017, 10, 26, 12, tzinfo=UTC))
        '2017-10-26T12:00:00Z'
    """
    assert at.tzinfo is not None, "an instant has a zone"
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def make_leaf(draft: EntryDraft, *, seq: int, at: datetime, salt: bytes, body: bytes) -> bytes:
    """Return the leaf of a checked draft at its place in the log; ``body`` is its body's RFC 8785 bytes.

    Raises:
        DebarError: The leaf would be longer than 65,535 bytes.
    """
    leaf = canonical_json(
        {
            "v": 1,
            "type": draft.type,
            "id": f"{draft.type}-{seq}",
            "at": instant_text(at),
            **_commitments(salt, by=draft.by, subjects=draft.subjects, body=body),
            **draft.public,
        }
    )
    if len(leaf) > ENTRY_BYTES_MAX:
        raise DebarError(
            "DBR-R013",
            f"the entry is too long: its leaf has {len(leaf)} bytes, and {ENTRY_BYTES_MAX} fit",
            hint="record fewer subjects in one entry: one entry for each account",
        )
    return leaf


def read_leaf(leaf: bytes) -> dict[str, Any]:
    """Read a leaf back, and insist that its bytes are the canonical ones.

    Raises:
        ValueError: The bytes are no leaf of version 1.
    """
    document = json.loads(leaf)
    if not isinstance(document, dict) or not document.keys() >= _ENVELOPE or document["v"] != 1:
        raise ValueError("not a leaf of version 1")
    if canonical_json(document) != leaf:
        raise ValueError("not in canonical form")
    return document


def public_part(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a leaf's own fields, without the envelope."""
    return {name: value for name, value in document.items() if name not in _ENVELOPE}


def mismatches(
    document: Mapping[str, Any], *, salt: bytes, by: str, subjects: tuple[str, ...], body: bytes
) -> list[str]:
    """Return which commitments of a leaf the private side does not open: names out of by, subjects, body."""
    made = _commitments(salt, by=by, subjects=subjects, body=body)
    return [name for name, value in made.items() if document.get(name) != value]


def body_bytes(body: Mapping[str, Any]) -> bytes:
    """Return a body's RFC 8785 bytes.

    Raises:
        DebarError: The body holds something that JSON readers would not agree on.
    """
    try:
        return canonical_json(dict(body))
    except (ValueError, TypeError) as error:
        raise DebarError(
            "DBR-R014",
            "the entry's body does not fit its type",
            details=(f"it is not canonical JSON: {error}",),
            hint="write money and probabilities as strings, and integers below 2^53",
        ) from error


def check_draft(draft: EntryDraft) -> None:
    """Refuse a draft that cannot be recorded: unknown type, or something private in its public part.

    Raises:
        DebarError: The draft is refused.
    """
    if draft.type not in ENTRY_TYPES:
        raise DebarError(
            "DBR-R011",
            f"there is no entry type {draft.type!r}",
            details=(f"types: {', '.join(ENTRY_TYPES)}",),
        )
    if any("\0" in text for text in (draft.by, *draft.subjects)):
        raise DebarError(
            "DBR-R014",
            "the entry's body does not fit its type",
            details=("a name or subject holds the character NUL, which not every database can keep",),
        )
    for name, value in draft.public.items():
        if not is_public(name, value):
            raise DebarError(
                "DBR-R012",
                f"{name!r} with this value may not stand in a public leaf",
                details=(f"fields of a leaf: {', '.join(public_field_names())}",),
                hint="put it into the body: the leaf commits to the body, and the body can be erased",
            )


def is_public(name: str, value: object) -> bool:
    """Tell whether a field with this value may stand in a leaf: on the list, and of the right shape."""
    shape = _shape_of(name)
    return shape is not None and shape(value)


def public_field_names() -> tuple[str, ...]:
    """Return the names of the fields that a leaf may have beyond the envelope."""
    return (*sorted(_SHAPES), "*_sha256", "*_count")


def _commitments(salt: bytes, *, by: str, subjects: tuple[str, ...], body: bytes) -> dict[str, Any]:
    return {
        "by": commitment(derived_salt(salt, "by"), by.encode()),
        "subjects": [
            commitment(derived_salt(salt, f"subject {position}"), subject.encode())
            for position, subject in enumerate(subjects)
        ],
        "body": commitment(derived_salt(salt, "body"), body),
    }


def _hex_of(length: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and len(value) == length and bool(_HEX.fullmatch(value))


def _text_like(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _word_of(*words: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in words


def _optional(shape: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or shape(value)


def _list_of(shape: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list | tuple) and all(shape(item) for item in value)


def _is_natural(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _INTEGER_MAX


def _shape_of(name: str) -> Callable[[Any], bool] | None:
    if name in _SHAPES:
        return _SHAPES[name]
    if name.endswith("_sha256"):
        return _optional(_hex_of(64))
    return _is_natural if name.endswith("_count") else None


_SHAPES: Final[dict[str, Callable[[Any], bool]]] = {
    "amount": _text_like(_AMOUNT),
    "appeal_id": _text_like(_ID),
    "because": _word_of("named", "linked"),
    "case_id": _text_like(_ID),
    "currency": _text_like(_CURRENCY),
    "decision_id": _text_like(_ID),
    "entries": _list_of(_is_natural),
    "event": _word_of(*APPEAL_EVENTS),
    "from": _text_like(_INSTANT),
    "lift_reason": _word_of("reversed", "appeal", "lapsed"),
    "outcome": _word_of("upheld", "lifted", "varied"),
    "plan_id": _text_like(_ID),
    "public_key": _hex_of(64),
    "review_on": _optional(_text_like(_INSTANT)),
    "role": _word_of("proposer", "approver", "appeals"),
    "scopes": _list_of(_word_of(*SCOPES)),
    "signature": _hex_of(128),
    "signed_by": _hex_of(64),
    "until": _optional(_text_like(_INSTANT)),
}
