"""The steps of an appeal as a table: what may follow what, who takes it, and what it needs.

Law: a step that does not stand in the table is refused. Nothing leads to ``decided`` but a reviewer's
signature; silence never upholds a decision.
Source: Regulation (EU) 2022/2065, Articles 20 and 21; Santa Clara Principles 2.0 (appeal).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from debar.model.problem import EXIT_REFUSED, DebarError

if TYPE_CHECKING:
    from collections.abc import Iterable

NOTIFIED: Final = "notified"
"""Before an appeal is filed: the account holder was told of the decision."""

UPHELD: Final = "upheld"
OUTCOMES: Final = (UPHELD, "varied", "lifted")
"""What a decided appeal does to the decision."""

OPEN: Final = ("filed", "acknowledged", "admitted", "assigned", "in_review", "info_requested", "expired")
"""States in which the appeal is not decided, refused or withdrawn."""

_ENDED: Final = ("decided", "carried_out", "informed", "closed", "withdrawn", "inadmissible")
BACK: Final = "back"
"""Where a step leads back to the state before an escalation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One row of the table.

    Args:
        event: The step.
        before: The states in which it may be taken.
        after: The state after it; None where the state stays, :data:`BACK` where it returns.
        by: Who takes it: the filer, staff, the reviewer, or whoever applies a plan.
        needs: What its entry must say.
        words: The step in a sentence.
    """

    event: str
    before: tuple[str, ...]
    after: str | None
    by: str
    needs: tuple[str, ...]
    words: str


TRANSITIONS: Final = (
    Transition(event="file", before=(NOTIFIED,), after="filed", by="filer",
               needs=("account_id", "filer", "grounds"),
               words="An appeal comes in; a late one is marked late and goes on all the same."),
    Transition(event="acknowledge", before=("filed",), after="acknowledged", by="staff", needs=(),
               words="The filer is told that it has arrived and by when it is to be decided."),
    Transition(event="admit", before=("acknowledged",), after="admitted", by="staff", needs=(),
               words="It is about a decision on this account, by somebody who may speak for it."),
    Transition(event="refuse", before=("acknowledged",), after="inadmissible", by="staff", needs=("reason",),
               words="It is not; the reason is recorded and told."),
    Transition(event="assign", before=("admitted", "assigned", "in_review", "expired"), after="assigned",
               by="staff", needs=("reviewer", "reviewer_key"),
               words="A reviewer who took no part in the decision and does not sell to the account gets it."),
    Transition(event="review", before=("assigned",), after="in_review", by="reviewer", needs=(),
               words="The reviewer begins."),
    Transition(event="request", before=("in_review",), after="info_requested", by="reviewer",
               needs=("question", "answer_by"), words="The reviewer asks the filer for something, by a day."),
    Transition(event="answer", before=("info_requested", "expired"), after="in_review", by="filer",
               needs=("answer",), words="The filer answers; a late answer counts as well."),
    Transition(event="expire", before=("info_requested",), after="expired", by="staff", needs=(),
               words="The day has passed without an answer. It is still decided, on what there is."),
    Transition(event="relief", before=OPEN, after=None, by="reviewer", needs=("granted", "reason"),
               words="Interim relief is granted or denied; at the gate it needs a plan of its own."),
    Transition(event="decide", before=("in_review", "expired"), after="decided", by="reviewer",
               needs=("outcome", "reasons"),
               words="The assigned reviewer signs the outcome and its reasons: upheld, varied or lifted."),
    Transition(event="carry_out", before=("decided",), after="carried_out", by="applier",
               needs=("plan_sha256",), words="The plan that carries out the outcome is applied."),
    Transition(event="inform", before=("decided", "carried_out", "inadmissible"), after="informed",
               by="staff", needs=("out_of_court_told",),
               words="The filer is told the outcome, its reasons, and of out-of-court bodies."),
    Transition(event="withdraw", before=OPEN, after="withdrawn", by="filer", needs=(),
               words="The filer takes it back."),
    Transition(event="escalate", before=(*OPEN, *_ENDED), after="escalated", by="filer",
               needs=("route", "body_name"),
               words="It goes to a certified out-of-court body or to a court, also without waiting for us."),
    Transition(event="resolve", before=("escalated",), after=BACK, by="staff", needs=("result",),
               words="What the body or the court said is recorded; the appeal stands where it stood."),
    Transition(event="close", before=("informed", "withdrawn"), after="closed", by="staff", needs=(),
               words="Nothing is left to do."),
)  # fmt: skip
"""All that can happen to an appeal."""

_BY_EVENT: Final = {transition.event: transition for transition in TRANSITIONS}
STATES: Final = (
    NOTIFIED,
    *dict.fromkeys(t.after for t in TRANSITIONS if t.after is not None and t.after != BACK),
)
"""Every state, in the order of the table."""


def transition_of(event: str) -> Transition:
    """Return the row of a step."""
    return _BY_EVENT[event]


def step(state: str, event: str, *, escalated_from: str | None = None) -> str:
    """Return the state after a step.

    Args:
        state: The state now.
        event: The step.
        escalated_from: The state before an escalation, where the appeal is escalated.

    Raises:
        DebarError: DBR-H001, the step does not follow; it names those that do.
    """
    transition = _BY_EVENT.get(event)
    if transition is None or state not in transition.before:
        raise DebarError(
            "DBR-H001",
            f"an appeal that is {words_of(state)} cannot take the step {words_of(event)!r}",
            details=tuple(f"may follow: {words_of(t.event)} ({t.words})" for t in following(state)),
            hint="debar appeal show APPEAL tells where it stands",
            exit_code=EXIT_REFUSED,
        )
    if transition.after == BACK:
        assert escalated_from is not None, "an escalated appeal knows where it stood"
        return escalated_from
    return transition.after or state


def following(state: str) -> tuple[Transition, ...]:
    """Return the steps that may be taken in a state."""
    return tuple(transition for transition in TRANSITIONS if state in transition.before)


def words_of(word: str) -> str:
    """Write a state or a step for people."""
    return word.replace("_", " ")


def table_rows(transitions: Iterable[Transition] = TRANSITIONS) -> list[tuple[str, ...]]:
    """Return the table as a compliance officer reads it: step, from, to, by, needs, what it is."""
    to = {None: "stays", BACK: "back to where it stood"}
    return [
        (
            words_of(t.event),
            ", ".join(words_of(state) for state in t.before),
            to.get(t.after) or words_of(str(t.after)),
            t.by,
            ", ".join(words_of(need) for need in t.needs) or "nothing more",
            t.words,
        )
        for t in transitions
    ]
