"""The table of an appeal's steps: what may follow what."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debar.appeals.states import (
    BACK,
    NOTIFIED,
    OPEN,
    STATES,
    TRANSITIONS,
    following,
    step,
    table_rows,
    transition_of,
)
from debar.model.problem import DebarError
from debar.register.entries import APPEAL_EVENTS

PAGE = Path(__file__).parents[2] / "docs" / "appeals.md"

ROADS = (
    ("file acknowledge admit assign review decide", "decided"),
    ("file acknowledge admit assign review request answer decide carry_out inform close", "closed"),
    ("file acknowledge admit assign review request expire decide", "decided"),
    ("file acknowledge admit assign review request expire answer", "in_review"),
    ("file acknowledge refuse inform close", "closed"),
    ("file acknowledge refuse escalate resolve", "inadmissible"),
    ("file withdraw close", "closed"),
    ("file acknowledge admit escalate resolve assign", "assigned"),
    ("file relief acknowledge", "acknowledged"),
    ("file acknowledge admit assign review assign review", "in_review"),
)


def walk(events: str) -> str:
    """Take steps from the notice on and return the state that they lead to."""
    state, before = NOTIFIED, None
    for event in events.split():
        was, state = state, step(state, event, escalated_from=before)
        before = was if event == "escalate" else before
    return state


@pytest.mark.parametrize(("events", "expected"), ROADS)
def test_the_roads_of_an_appeal_lead_where_they_should(events: str, expected: str) -> None:
    """Each road of the sheet, and the side roads, end in the state that is written beside them."""
    assert expected == walk(events)


@pytest.mark.parametrize(
    "events",
    [
        "acknowledge",
        "file admit",
        "file decide",
        "file acknowledge admit decide",
        "file acknowledge admit assign decide",
        "file acknowledge admit assign review request decide",
        "file withdraw decide",
        "file acknowledge refuse decide",
        "file acknowledge admit assign review decide decide",
        "file escalate escalate",
        "file close",
    ],
)
def test_a_step_that_does_not_follow_is_refused_and_those_that_do_are_named(events: str) -> None:
    """No step is skipped, and nothing is decided twice or by nobody."""
    with pytest.raises(DebarError, match="DBR-H001") as refused:
        walk(events)
    assert all(line.startswith("may follow: ") for line in refused.value.details)


def test_an_unknown_step_is_refused() -> None:
    """A misspelt step is none."""
    with pytest.raises(DebarError, match="DBR-H001"):
        step("filed", "upheld")


def test_the_register_knows_exactly_the_steps_of_the_table() -> None:
    """A step that the log cannot hold, or that the table lacks, would be lost."""
    assert set(APPEAL_EVENTS) == {transition.event for transition in TRANSITIONS}
    assert len(TRANSITIONS) == len(set(APPEAL_EVENTS))


def test_only_a_reviewer_decides_and_no_clock_does() -> None:
    """There is one step to decided, it is the reviewer's, and it needs an outcome and reasons."""
    deciding = [transition for transition in TRANSITIONS if transition.after == "decided"]
    assert [("decide", "reviewer", ("outcome", "reasons"))] == [(t.event, t.by, t.needs) for t in deciding]


def test_every_state_can_be_reached_and_left_or_is_the_end() -> None:
    """No state is a trap except closed, and even that can be taken to a court."""
    reached = {NOTIFIED} | {t.after for t in TRANSITIONS if t.after not in (None, BACK)}
    assert set(STATES) == reached
    assert [state for state in STATES if not following(state)] == []
    assert ["escalate"] == [t.event for t in following("closed")]


@given(st.lists(st.sampled_from(APPEAL_EVENTS), max_size=14))
def test_whatever_is_tried_nothing_is_decided_without_a_review(events: list[str]) -> None:
    """Law: however steps are tried in whatever order, a decided appeal was filed, admitted, assigned, reviewed."""
    state, before, taken = NOTIFIED, None, list[str]()
    for event in events:
        try:
            was, state = state, step(state, event, escalated_from=before)
        except DebarError:
            continue
        before = was if event == "escalate" else before
        taken.append(event)
    if "decide" in taken:
        place = taken.index("decide")
        for needed in ("file", "acknowledge", "admit", "assign", "review"):
            assert needed in taken[:place]
    assert state in STATES


def test_whoever_is_open_can_still_withdraw_and_go_outside() -> None:
    """Nobody is kept in our own procedure: Article 21 asks for no exhaustion of it."""
    for state in OPEN:
        assert {"withdraw", "escalate"} <= {t.event for t in following(state)}


def test_the_page_shows_the_table() -> None:
    """docs/appeals.md has each row as the code has it."""
    text = PAGE.read_text()
    assert [row for row in table_rows() if "| " + " | ".join(row) + " |" not in text] == []
    assert transition_of("file").before == (NOTIFIED,)
