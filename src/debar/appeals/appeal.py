"""An appeal as its entries tell it.

Law: a fold over the register's entries, in their order; the public part alone gives the state, so that an
appeal whose private side was erased still has its history.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from debar.appeals.deadlines import DEADLINES, Deadlines
from debar.appeals.states import NOTIFIED, OPEN, OUTCOMES, UPHELD, step, transition_of
from debar.model.canonical import digest
from debar.model.problem import EXIT_REFUSED, DebarError
from debar.register.entries import EntryDraft, instant_text
from debar.register.signatures import outcome_message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from debar.model.ports import Signer
    from debar.register.entries import Entry

APPEAL_TYPES: Final = ("appeal", "outcome")
"""The entry types that make up an appeal."""

FILER_KINDS: Final = ("account_holder", "representative", "linked_party", "notifier")
CHANNELS: Final = ("link", "web", "email", "letter", "phone")
ROUTES: Final = ("out_of_court", "court")


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealStep:
    """One step of an appeal.

    Args:
        seq: Its entry.
        event: What happened.
        at: When it was recorded, aware UTC.
        by: Who recorded it; empty once erased.
        body: What was said; empty once erased.
        state: The state after it.
    """

    seq: int
    event: str
    at: datetime
    by: str
    body: Mapping[str, Any]
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """An appeal with all its steps.

    Args:
        appeal_id: Its id.
        decision_id: What it is about.
        state: Where it stands.
        escalated_from: The state before an escalation that is not resolved; None otherwise.
        steps: Oldest first.
    """

    appeal_id: str
    decision_id: str
    state: str = NOTIFIED
    escalated_from: str | None = None
    steps: tuple[AppealStep, ...] = ()

    def last(self, event: str) -> AppealStep | None:
        """Return the newest step of a kind; None where there was none."""
        return next((one for one in reversed(self.steps) if one.event == event), None)

    def said(self, event: str, name: str) -> Any:  # noqa: ANN401 - a body's values have many types
        """Return what the newest step of a kind says under a name; None where nothing is known."""
        found = self.last(event)
        return None if found is None else found.body.get(name)

    @property
    def account_id(self) -> str:
        """The account; empty once erased."""
        return str(self.said("file", "account_id") or "")

    @property
    def reviewer(self) -> str:
        """The assigned reviewer; empty before, and once erased."""
        return str(self.said("assign", "reviewer") or "")

    @property
    def outcome(self) -> str | None:
        """``upheld``, ``varied`` or ``lifted``; None before the decision."""
        return None if self.last("decide") is None else str(self.said("decide", "outcome"))

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something before it is decided."""
        return (self.escalated_from or self.state) in OPEN

    def due(self, deadlines: Deadlines = DEADLINES) -> date | None:
        """Return the day by which the next thing is due; None where nothing is."""
        escalation = self.last("escalate")
        if self.state == "escalated" and escalation is not None:
            received = escalation.body.get("received_on") or escalation.at.date().isoformat()
            is_complex = bool(escalation.body.get("is_complex"))
            return deadlines.out_of_court_by(date.fromisoformat(received), is_complex=is_complex)
        if self.state == "info_requested":
            asked = self.said("request", "answer_by")
            return None if asked is None else date.fromisoformat(asked)
        if self.state in ("closed", "withdrawn", "informed"):
            return None
        return deadlines.decide_by(self.steps[0].at)

    def as_json(self) -> dict[str, Any]:
        """Return the appeal as a JSON object."""
        due = self.due()
        return {
            "appeal_id": self.appeal_id,
            "decision_id": self.decision_id,
            "account_id": self.account_id,
            "state": self.state,
            "outcome": self.outcome,
            "late": bool(self.said("file", "late")),
            "complaint_until": self.said("file", "complaint_until"),
            "due_on": None if due is None else due.isoformat(),
            "reviewer": self.reviewer,
            "steps": [
                {
                    "entry": one.seq,
                    "event": one.event,
                    "at": instant_text(one.at),
                    "by": one.by,
                    "state": one.state,
                    "said": {name: value for name, value in one.body.items() if name not in _ENVELOPE},
                }
                for one in self.steps
            ],
        }


_ENVELOPE: Final = ("appeal_id", "event", "state")


def appeals_of(entries: Iterable[Entry]) -> dict[str, Appeal]:
    """Return the appeals that some entries tell, by id, in the order in which they were filed."""
    found: dict[str, Appeal] = {}
    for entry in entries:
        if entry.type not in APPEAL_TYPES:
            continue
        appeal_id, event = entry.public["appeal_id"], entry.public["event"]
        was = found.get(appeal_id) or Appeal(
            appeal_id=appeal_id, decision_id=entry.public.get("decision_id", "")
        )
        found[appeal_id] = after(was, entry, event)
    return found


def after(appeal: Appeal, entry: Entry, event: str) -> Appeal:
    """Return an appeal after one more entry."""
    state = step(appeal.state, event, escalated_from=appeal.escalated_from)
    escalated_from = appeal.state if event == "escalate" else appeal.escalated_from
    public = {name: entry.public[name] for name in ("outcome",) if name in entry.public}
    taken = AppealStep(
        seq=entry.seq, event=event, at=entry.at, by=entry.by or "", body=entry.body or public, state=state
    )
    return replace(
        appeal,
        state=state,
        escalated_from=escalated_from if state == "escalated" else None,
        steps=(*appeal.steps, taken),
    )


def draft_of(
    appeal: Appeal, event: str, *, by: str, account_id: str, said: Mapping[str, Any], plan_sha256: str = ""
) -> EntryDraft:
    """Return the entry of a step that follows.

    Args:
        appeal: The appeal before it.
        event: The step; not ``decide``, which is signed: :func:`outcome_draft`.
        by: Who takes it.
        account_id: Whom the appeal is about: it can be erased with the account.
        said: What the step says.
        plan_sha256: The plan that it carries out, if one.

    Raises:
        DebarError: DBR-H001, the step does not follow; DBR-H008, it lacks something.
    """
    assert event != "decide", "an outcome is signed"
    body = _body(appeal, event, said)
    public = {"appeal_id": appeal.appeal_id, "decision_id": appeal.decision_id, "event": event}
    if plan_sha256:
        public["plan_sha256"] = plan_sha256
    return EntryDraft(type="appeal", by=by, body=body, subjects=_subjects(account_id), public=public)


def outcome_draft(
    appeal: Appeal,
    *,
    by: str,
    account_id: str,
    said: Mapping[str, Any],
    nonce: str,
    origin: str,
    signer: Signer,
) -> EntryDraft:
    """Return the signed entry that decides an appeal.

    Args:
        appeal: The appeal before it.
        by: The reviewer.
        account_id: Whom it is about.
        said: ``outcome`` and ``reasons``, and whatever else the decision says.
        nonce: Random hex digits: the public digest of the outcome can then be guessed by nobody.
        origin: The register's name.
        signer: The reviewer's key.

    Raises:
        DebarError: DBR-H001, the step does not follow; DBR-H008, there are no reasons or no such outcome.
    """
    body = {**_body(appeal, "decide", said), "nonce": nonce}
    if said["outcome"] not in OUTCOMES:
        raise _lacking("decide", f"the outcome is one of {', '.join(OUTCOMES)}")
    sha256 = digest(body)
    message = outcome_message(
        origin, appeal_id=appeal.appeal_id, outcome=said["outcome"], outcome_sha256=sha256
    )
    public = {
        "appeal_id": appeal.appeal_id,
        "decision_id": appeal.decision_id,
        "event": "decide",
        "outcome": said["outcome"],
        "outcome_sha256": sha256,
        "public_key": signer.public_key.hex(),
        "signature": signer.sign(message).hex(),
    }
    return EntryDraft(type="outcome", by=by, body=body, subjects=_subjects(account_id), public=public)


def refuse_to_inform(appeal: Appeal) -> None:
    """Refuse to tell an outcome that nobody has carried out yet.

    Raises:
        DebarError: DBR-H011.
    """
    if appeal.state == "decided" and appeal.outcome != UPHELD:
        raise DebarError(
            "DBR-H011",
            f"the outcome of {appeal.appeal_id} is {appeal.outcome}, and nothing carries it out yet",
            hint="debar lift DECISION ACCOUNT --appeal APPEAL makes the plan; approve and apply it first",
            exit_code=EXIT_REFUSED,
        )


def refuse_to_expire(appeal: Appeal, today: date) -> None:
    """Refuse to give up waiting before the day has passed.

    Raises:
        DebarError: DBR-H010.
    """
    answer_by = appeal.said("request", "answer_by")
    if answer_by is not None and today <= date.fromisoformat(answer_by):
        raise DebarError(
            "DBR-H010",
            f"an answer is waited for until {answer_by}, that day included",
            exit_code=EXIT_REFUSED,
        )


def _body(appeal: Appeal, event: str, said: Mapping[str, Any]) -> dict[str, Any]:
    state = step(appeal.state, event, escalated_from=appeal.escalated_from)
    for need in transition_of(event).needs:
        if said.get(need) in (None, "", [], {}):
            raise _lacking(event, f"it needs {need.replace('_', ' ')}")
    return {"appeal_id": appeal.appeal_id, "event": event, "state": state, **said}


def _subjects(account_id: str) -> tuple[str, ...]:
    return (account_id,) if account_id else ()


def _lacking(event: str, why: str) -> DebarError:
    return DebarError("DBR-H008", f"the step {event.replace('_', ' ')!r} is not complete", details=(why,))
