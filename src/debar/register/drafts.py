"""Ready-made drafts for the entries whose shape the register itself reads, and their typed views.

Law: what must be public for an outsider to check is public (keys, signatures, plan digests); who it is about
and what was said is private.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from debar.model.canonical import canonical_json, sha256_hex
from debar.model.problem import DebarError
from debar.model.typed_keys import typed_key
from debar.register.debarments import GATE_TYPES, key_of
from debar.register.entries import Entry, EntryDraft, check_draft, commitment, derived_salt
from debar.register.signatures import enrolment_message, sign_approval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from debar.model.ports import Signer

JUDGEMENTS: Final = ("positive", "negative", "unsure")
_BANS: Final = frozenset({"scopes", "from", "until", "because"})
_GATE_PUBLIC: Final = ("decision_id", "scopes", "from", "until", "because", "lift_reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A key that may sign.

    Args:
        seq: Its entry.
        name: Whose it is; empty once erased.
        role: ``proposer``, ``approver`` or ``appeals``.
        public_key: 64 hex digits.
        signed_by: The key that enrolled it, 64 hex digits.
        at: When.
    """

    seq: int
    name: str
    role: str
    public_key: str
    signed_by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A signature over a plan; checked when it was recorded.

    Args:
        seq: Its entry.
        plan_sha256: The plan.
        name: Who approved, as enrolled; empty once erased.
        public_key: 64 hex digits.
        signature: 128 hex digits.
        at: When.
    """

    seq: int
    plan_sha256: str
    name: str
    public_key: str
    signature: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a reviewer decided about two accounts, ``account_a < account_b``."""

    seq: int
    account_a: str
    account_b: str
    judgement: str
    by: str
    at: datetime
    reason: str


def enrolment_draft(name: str, *, role: str, public_key: bytes, origin: str, signer: Signer) -> EntryDraft:
    """Return the draft that enrols a key, signed by the log's key (at first) or by an enrolled one."""
    signature = signer.sign(enrolment_message(origin, role=role, public_key=public_key))
    return EntryDraft(
        type="enrol",
        by=name,
        body={"name": name, "role": role},
        public={
            "role": role,
            "public_key": public_key.hex(),
            "signed_by": signer.public_key.hex(),
            "signature": signature.hex(),
        },
    )


def approval_draft(plan_sha256: str, *, by: str, signer: Signer) -> EntryDraft:
    """Return the draft that approves a plan with an enrolled approver's key."""
    return approval_draft_of(
        plan_sha256, by=by, public_key=signer.public_key, signature=sign_approval(plan_sha256, signer)
    )


def approval_draft_of(plan_sha256: str, *, by: str, public_key: bytes, signature: bytes) -> EntryDraft:
    """Return the same draft for a signature that was made elsewhere."""
    public = {"plan_sha256": plan_sha256, "public_key": public_key.hex(), "signature": signature.hex()}
    return EntryDraft(type="approval", by=by, body={"plan_sha256": plan_sha256}, public=public)


def gate_draft(
    entry_type: str, body: Mapping[str, Any], *, by: str, plan_sha256: str | None = None
) -> EntryDraft:
    """Return the draft of a debar, lift or vary entry.

    Args:
        entry_type: ``debar``, ``lift`` or ``vary``.
        body: As :func:`debar.register.debarments.changed` reads it; its key is brought into the one spelling
            that gates ask for.
        by: Who applies it.
        plan_sha256: The plan that it carries out.
    """
    key = body["key"]
    try:
        kind, value = typed_key(key["kind"], key["value"])
    except ValueError as error:
        raise _unfit(entry_type, f"key: {error}") from None
    body = {**body, "key": {**key, "kind": kind, "value": value}}
    public = {name: body[name] for name in _GATE_PUBLIC if body.get(name) is not None}
    if plan_sha256 is not None:
        public["plan_sha256"] = plan_sha256
    return EntryDraft(type=entry_type, by=by, body=body, subjects=(value,), public=public)


def judgement_draft(account_a: str, account_b: str, *, judgement: str, by: str, reason: str) -> EntryDraft:
    """Return the draft of a reviewer's judgement about two accounts, in either order."""
    first, second = sorted((account_a, account_b))
    body = {"account_a": first, "account_b": second, "judgement": judgement, "reason": reason}
    return EntryDraft(type="judgement", by=by, body=body, subjects=(first, second))


def _is_spelled(kind: str, value: str) -> bool:
    """Tell whether a key is spelled as gates ask for it: a domain in capitals would match nobody."""
    try:
        return typed_key(kind, value) == (kind, value)
    except ValueError:
        return False


def _unfit(entry_type: str, why: str) -> DebarError:
    return DebarError("DBR-R014", "the entry's body does not fit its type", details=(f"{entry_type}: {why}",))


def check_drafts(drafts: Sequence[EntryDraft]) -> None:
    """Refuse drafts that no register could record: before any lock is taken.

    Raises:
        DebarError: A draft is refused, or there is none.
    """
    if not drafts:
        raise DebarError("DBR-R014", "there is nothing to record")
    for draft in drafts:
        check_draft(draft)
        if draft.type in GATE_TYPES:
            kind, value, _ = key_of(draft.type, draft.body)
            if draft.subjects != (value,):
                raise _unfit(draft.type, f"its one subject is the {kind} that it is about")
            if not _is_spelled(kind, value):
                raise _unfit(draft.type, f"its {kind} is not in the spelling that gates ask for")
        elif draft.type == "judgement":
            _check_judgement(draft.body)
        elif draft.type == "referral" and not _BANS.isdisjoint(draft.public):
            raise DebarError(
                "DBR-R014",
                "the entry's body does not fit its type",
                details=("referral: it opens a case and never a ban, so it has no scopes, start or end",),
            )


def content_commitment(drafts: Sequence[EntryDraft], salt: bytes, *, bodies: Sequence[bytes]) -> str:
    """Return a salted commitment to what is asked for, to tell a repetition from another request.

    Args:
        drafts: What is asked for.
        salt: Of its first entry.
        bodies: The RFC 8785 bytes of the drafts' bodies, which nobody wants to write twice.
    """
    document = b",".join(
        b"[%b,%b,%b,%b,%b]"
        % (
            canonical_json(draft.type),
            canonical_json(draft.by),
            body,
            canonical_json(list(draft.subjects)),
            canonical_json(dict(draft.public)),
        )
        for draft, body in zip(drafts, bodies, strict=True)
    )
    return commitment(derived_salt(salt, "request"), sha256_hex(b"[%b]" % document).encode())


def enrolment_of(entry: Entry) -> Enrolment:
    """Read an enrol entry."""
    return Enrolment(
        seq=entry.seq,
        name=entry.by or "",
        role=entry.public["role"],
        public_key=entry.public["public_key"],
        signed_by=entry.public["signed_by"],
        at=entry.at,
    )


def approval_of(entry: Entry, names: Mapping[str, str]) -> Approval:
    """Read an approval entry; ``names`` says whose each enrolled key is."""
    return Approval(
        seq=entry.seq,
        plan_sha256=entry.public["plan_sha256"],
        name=names.get(entry.public["public_key"], ""),
        public_key=entry.public["public_key"],
        signature=entry.public["signature"],
        at=entry.at,
    )


def judgement_of(entry: Entry) -> Judgement:
    """Read a judgement entry that is not erased."""
    assert entry.body is not None, "an erased judgement has no body"
    return Judgement(
        seq=entry.seq,
        account_a=entry.body["account_a"],
        account_b=entry.body["account_b"],
        judgement=entry.body["judgement"],
        by=entry.by or "",
        at=entry.at,
        reason=entry.body["reason"],
    )


def _check_judgement(body: Mapping[str, Any]) -> None:
    accounts = (body.get("account_a"), body.get("account_b"))
    fits = (
        all(isinstance(account, str) and account for account in accounts)
        and str(accounts[0]) < str(accounts[1])
        and body.get("judgement") in JUDGEMENTS
        and isinstance(body.get("reason"), str)
    )
    if not fits:
        raise DebarError(
            "DBR-R014",
            "the entry's body does not fit its type",
            details=("judgement: account_a < account_b, positive, negative or unsure, and a reason",),
        )
