"""The record's front page: which decisions there are, and how anybody checks them.

Law: pure, a fold over the public leaves; the page can say nothing that the leaves do not.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from debar.notices.pages import render_page
from debar.register.debarments import GATE_TYPES
from debar.register.entries import is_public

if TYPE_CHECKING:
    from collections.abc import Mapping

    from debar.register.notes import Checkpoint, VerifierKey

PAGE: Final = "index.html"
_FIELDS: Final = ("decision_id", "plan_sha256", "because", "until")
SHOWN_MAX: Final = 1_000
"""Newest decisions that the page lists; all of them are in the entries."""


@dataclass(slots=True, kw_only=True)
class _Told:
    """What the leaves say of one decision."""

    first: int
    at: str
    plan_sha256: str = ""
    last: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    until: set[str] = field(default_factory=set)


class PublicDecisions:
    """What the leaves say of decisions, read one leaf after another."""

    def __init__(self) -> None:
        self._told: dict[str, _Told] = {}
        self._counts: dict[str, int] = {}

    def add(self, leaf: Mapping[str, Any]) -> None:
        """Take the next leaf in."""
        kind, seq = leaf["type"], int(leaf["id"].rpartition("-")[2])
        self._counts[kind] = self._counts.get(kind, 0) + 1
        said = {name: leaf[name] for name in _FIELDS if name in leaf and is_public(name, leaf[name])}
        decision = said.get("decision_id")
        if decision is None:
            return
        told = self._told.setdefault(decision, _Told(first=seq, at=leaf["at"]))
        told.last = seq
        told.plan_sha256 = told.plan_sha256 or said.get("plan_sha256") or ""
        if kind == "debar":
            kind = "linked" if said.get("because") == "linked" else "named"
            if said.get("until"):
                told.until.add(said["until"][:10])
        told.counts[kind] = told.counts.get(kind, 0) + 1

    def page(self, checkpoint: Checkpoint, key: VerifierKey) -> str:
        """Return the page for what was taken in so far."""
        decisions = [self._row(name) for name in reversed(self._told) if self._is_decision(name)]
        return render_page(
            "record.html.j2",
            language="en",
            origin=checkpoint.origin,
            size=checkpoint.size,
            root=base64.b64encode(checkpoint.root).decode(),
            key=str(key),
            decisions=decisions[:SHOWN_MAX],
            more=max(0, len(decisions) - SHOWN_MAX),
            kinds=[(_KINDS.get(kind, kind), count) for kind, count in sorted(self._counts.items())],
        )

    def _is_decision(self, name: str) -> bool:
        return any(kind in self._told[name].counts for kind in ("plan", "named", "linked", *GATE_TYPES))

    def _row(self, name: str) -> dict[str, Any]:
        told = self._told[name]
        return {
            "decision_id": name,
            "day": _day(told.at),
            "said": "; ".join(_said(told)) + ".",
            "entries": f"{told.first} to {told.last}" if told.last > told.first else str(told.first),
            "plan_sha256": told.plan_sha256,
        }


def _said(told: _Told) -> list[str]:
    """Say what happened, in the order of a case."""
    counts = told.counts
    said = []
    if counts.get("named"):
        said.append(f"{_accounts(counts['named'])} banned from advertising as named")
    if counts.get("linked"):
        until = f" until {_day(max(told.until))} at the latest" if told.until else ""
        said.append(f"{_accounts(counts['linked'])} as linked{', suspended' + until if until else ''}")
    for kind, (one, several) in _ALSO.items():
        if counts.get(kind):
            said.append(f"1 {one}" if counts[kind] == 1 else f"{counts[kind]:,} {several}")
    return said or ["a plan was recorded"]


def _accounts(count: int) -> str:
    return "1 account" if count == 1 else f"{count:,} accounts"


def _day(at: str) -> str:
    day = datetime.fromisoformat(at)
    return f"{day.day} {day:%B %Y}"


_ALSO: Final = {
    "approval": ("approval", "approvals"),
    "vary": ("account varied", "accounts varied"),
    "lift": ("account lifted", "accounts lifted"),
    "denial": ("answer recorded word for word", "answers recorded word for word"),
    "appeal": ("step of an appeal", "steps of appeals"),
    "outcome": ("outcome of an appeal", "outcomes of appeals"),
    "pledge": ("step of a donation", "steps of a donation"),
    "payment": ("payment", "payments"),
    "statement": ("statement of reasons", "statements of reasons"),
    "referral": ("referral to a peer", "referrals to peers"),
}
"""What else the leaves say of a decision: of one entry, and of several."""

_KINDS: Final = {
    "appeal": "steps of appeals",
    "approval": "approvals",
    "case": "cases opened",
    "debar": "bans and suspensions",
    "denial": "answers, word for word",
    "enrol": "keys enrolled",
    "erase": "erasures",
    "finding": "findings of others",
    "judgement": "reviewers' judgements",
    "lift": "lifts",
    "outcome": "outcomes of appeals",
    "payment": "payments",
    "plan": "plans",
    "pledge": "steps of donations",
    "referral": "referrals, sent and received",
    "statement": "statements of reasons",
    "vary": "variations",
}
