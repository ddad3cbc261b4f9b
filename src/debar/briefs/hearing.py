"""The other side, as a brief shows it: answers, appeals, and what was undone.

Law: everything comes from entries that the file opens and checks against the register; nothing is retold in
other words, and where there is nothing, that is said.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from debar.model.canonical import canonical_json
from debar.register.published.proofs import TlogProof

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

HEARD: Final = ("denial", "appeal", "outcome", "lift", "vary")
"""Entries that are shown word for word, and therefore opened."""

_ENVELOPE: Final = frozenset({"appeal_id", "event", "state", "account_id", "attachments", "nonce"})
"""What a step's own heading says already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A denial of the decision, or one account's response.

    Args:
        seq: Its entry.
        at: When it was recorded.
        account_id: The account that responds; empty where the advertiser answers.
        who: Who said it.
        said_on: When.
        text: Verbatim.
        source: Where it was said; may be empty.
        attachments: Names and digests.
    """

    seq: int
    at: str
    account_id: str
    who: str
    said_on: str
    text: str
    source: str
    attachments: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of an appeal.

    Args:
        seq: Its entry.
        at: When it was recorded.
        by: Who recorded it.
        event: What happened, in words.
        said: What it says, name and text.
        attachments: Names and digests.
    """

    seq: int
    at: str
    by: str
    event: str
    said: tuple[tuple[str, str], ...]
    attachments: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardAppeal:
    """An appeal with its steps, oldest first.

    Args:
        appeal_id: Its id.
        account_id: Whom it is about; empty once erased.
        state: Where it stands.
        outcome: What was decided; empty while nothing is.
        steps: What happened.
    """

    appeal_id: str
    account_id: str
    state: str
    outcome: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """A debarment that was lifted, or changed.

    Args:
        seq: Its entry.
        at: When it was recorded.
        account_id: Whose; empty once erased.
        word: ``lifted on appeal``, ``lifted``, ``lapsed``, ``confirmed`` or ``changed``.
        reason: Why, in words.
    """

    seq: int
    at: str
    account_id: str
    word: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What the other side said, and what came of it.

    Args:
        answers: Of the advertiser, to the whole decision.
        responses: Of single accounts.
        appeals: In the order in which they were filed.
        undone: Lifts and changes.
        erased_count: Entries of the kind whose words were erased.
    """

    answers: tuple[Answer, ...]
    responses: tuple[Answer, ...]
    appeals: tuple[HeardAppeal, ...]
    undone: tuple[Undone, ...]
    erased_count: int


def hearing_of(entries: Sequence[Mapping[str, Any]]) -> Hearing:
    """Return the other side as some entries of a brief tell it.

    Args:
        entries: A brief's entries; those of :data:`HEARD` carry ``opened`` with ``body`` and ``salt``, unless
            they were erased.
    """
    heard = [entry for entry in entries if entry["type"] in HEARD]
    opened = [(entry, entry["opened"]["body"]) for entry in heard if entry.get("opened")]
    answers = [_answer(entry, body) for entry, body in opened if entry["type"] == "denial"]
    return Hearing(
        answers=tuple(answer for answer in answers if not answer.account_id),
        responses=tuple(answer for answer in answers if answer.account_id),
        appeals=tuple(_appeals(opened)),
        undone=tuple(_undone(entry, body) for entry, body in opened if entry["type"] in ("lift", "vary")),
        erased_count=len(heard) - len(opened),
    )


def _answer(entry: Mapping[str, Any], body: Mapping[str, Any]) -> Answer:
    return Answer(
        seq=entry["seq"],
        at=entry["at"],
        account_id=body.get("account_id") or "",
        who=body.get("who", ""),
        said_on=body.get("said_on", ""),
        text=body.get("text", ""),
        source=body.get("source") or "",
        attachments=_attachments(body),
    )


def _attachments(body: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((one.get("name", ""), one["sha256"]) for one in body.get("attachments") or ())


def _appeals(opened: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> Iterator[HeardAppeal]:
    steps: dict[str, list[tuple[Mapping[str, Any], Mapping[str, Any]]]] = {}
    for entry, body in opened:
        if entry["type"] in ("appeal", "outcome"):
            steps.setdefault(body["appeal_id"], []).append((entry, body))
    for appeal_id, taken in steps.items():
        bodies = [body for _, body in taken]
        yield HeardAppeal(
            appeal_id=appeal_id,
            account_id=next((body["account_id"] for body in bodies if body.get("account_id")), ""),
            state=str(bodies[-1].get("state", "")).replace("_", " "),
            outcome=next((str(body["outcome"]) for body in reversed(bodies) if body.get("outcome")), ""),
            steps=tuple(_step(entry, body) for entry, body in taken),
        )


def _step(entry: Mapping[str, Any], body: Mapping[str, Any]) -> Step:
    return Step(
        seq=entry["seq"],
        at=entry["at"],
        by=entry["by"],
        event=str(body.get("event", "")).replace("_", " "),
        said=tuple(_said(body)),
        attachments=_attachments(body),
    )


def _said(body: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Yield what a step says beyond its heading: name and text; what is empty says nothing."""
    for name, value in sorted(body.items()):
        if name in _ENVELOPE or value in (None, "", [], {}):
            continue
        yield name.replace("_", " "), _text(value)


def _text(value: object) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "\n".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _undone(entry: Mapping[str, Any], body: Mapping[str, Any]) -> Undone:
    if entry["type"] == "lift":
        word = {"appeal": "lifted on appeal", "lapsed": "lapsed: nobody confirmed it"}.get(
            body.get("lift_reason", ""), "lifted"
        )
    else:
        confirmed = "until" in body and body["until"] is None
        word = "confirmed: without an end" if confirmed else "changed"
    return Undone(
        seq=entry["seq"],
        at=entry["at"],
        account_id=(body.get("key") or {}).get("value", ""),
        word=word,
        reason=body.get("reason") or "",
    )


def tlog_proof(entry: Mapping[str, Any], checkpoint: str) -> str:
    """Return an entry's proof as the text of a ``.tlog-proof`` file, for tools that are not ours.

    It carries the leaf, and opens the body where the brief shows it word for word.

    Source: C2SP tlog-proof 1.
    """
    opened = entry.get("opened")
    label = (
        [{"label": "body", "salt": opened["salt"], "value": canonical_json(opened["body"]).decode()}]
        if opened
        else []
    )
    leaf = json.loads(base64.b64decode(entry["leaf"]))
    proof = TlogProof(
        index=entry["seq"],
        path=tuple(_hash(node) for node in entry["proof"]),
        checkpoint=checkpoint,
        extra=canonical_json({"leaf": leaf, "opened": label}),
    )
    return str(proof)


def _hash(text: str) -> bytes:
    return bytes.fromhex(text) if len(text) == 64 else base64.b64decode(text)
