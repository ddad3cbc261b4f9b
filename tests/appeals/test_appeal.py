"""An appeal as a fold over its entries."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from debar.appeals.appeal import Appeal, after, appeals_of, draft_of, outcome_draft, refuse_to_expire
from debar.model.problem import DebarError
from debar.register.entries import Entry
from registers import DECISION, EVE, NOW, ORIGIN

if TYPE_CHECKING:
    from debar.register.entries import EntryDraft

APPEAL = "appeal-2017-11-02-0a1b2c3d4e5f"
FILED = {"account_id": "N3", "filer": {"kind": "account_holder"}, "grounds": ["x"]}


def entry(draft: EntryDraft, seq: int = 0, *, erased: bool = False) -> Entry:
    """Return a draft as if it had been recorded."""
    return Entry(
        seq=seq,
        type=draft.type,
        id=f"{draft.type}-{seq}",
        at=NOW + timedelta(days=seq),
        leaf=b"",
        public=draft.public,
        by=None if erased else draft.by,
        body=None if erased else draft.body,
        subjects=None if erased else draft.subjects,
        salt=None,
    )


def taken(*steps: tuple[str, dict[str, Any]], erased: bool = False) -> Appeal:
    """Take steps and return the appeal."""
    appeal = Appeal(appeal_id=APPEAL, decision_id=DECISION)
    for seq, (event, said) in enumerate(steps):
        if event == "decide":
            draft = outcome_draft(
                appeal, by="eve", account_id="N3", said=said, nonce="00", origin=ORIGIN, signer=EVE
            )
        else:
            draft = draft_of(appeal, event, by="eve", account_id="N3", said=said)
        appeal = after(appeal, entry(draft, seq, erased=erased), event)
    return appeal


ROAD: tuple[tuple[str, dict[str, Any]], ...] = (
    ("file", FILED),
    ("acknowledge", {}),
    ("admit", {}),
    ("assign", {"reviewer": "eve", "reviewer_key": EVE.public_key.hex()}),
    ("review", {}),
    ("decide", {"outcome": "lifted", "reasons": "y"}),
)


def test_an_erased_appeal_keeps_its_history_and_its_outcome() -> None:
    """The public part alone tells every state; whom it was about is gone."""
    whole, erased = taken(*ROAD), taken(*ROAD, erased=True)
    assert [one.state for one in whole.steps] == [one.state for one in erased.steps]
    assert ("decided", "lifted") == (erased.state, erased.outcome)
    assert ("", "") == (erased.account_id, erased.reviewer)
    assert "N3" == whole.account_id


def test_a_step_lacks_nothing_that_the_table_asks_for() -> None:
    """No filing without grounds, no outcome without reasons, no outcome of another name."""
    with pytest.raises(DebarError, match="DBR-H008") as refused:
        taken(("file", {**FILED, "grounds": []}))
    assert ("it needs grounds",) == refused.value.details
    with pytest.raises(DebarError, match="it needs reasons"):
        taken(*ROAD[:-1], ("decide", {"outcome": "lifted", "reasons": ""}))
    with pytest.raises(DebarError, match="upheld, varied, lifted"):
        taken(*ROAD[:-1], ("decide", {"outcome": "reduced", "reasons": "y"}))


def test_what_is_due_follows_the_state() -> None:
    """Our target; the filer's day; the outside body's ninety days; nothing once it was told."""
    day = NOW.date()
    assert day + timedelta(days=14) == taken(*ROAD[:1]).due()
    asked = ("request", {"question": "q", "answer_by": "2017-11-20"})
    assert date(2017, 11, 20) == taken(*ROAD[:5], asked).due()
    outside = ("escalate", {"route": "court", "body_name": "b"})
    assert day + timedelta(days=91) == taken(ROAD[0], outside).due()
    assert taken(ROAD[0], outside).is_open
    told = ("inform", {"out_of_court_told": True})
    assert taken(*ROAD, ("carry_out", {"plan_sha256": "5" * 64}), told).due() is None
    assert not taken(*ROAD).is_open


def test_appeals_are_told_apart_and_other_entries_are_passed_over() -> None:
    """Two appeals in one log, and an entry of another type between them."""
    first = draft_of(
        Appeal(appeal_id=APPEAL, decision_id=DECISION), "file", by="a", account_id="N3", said=FILED
    )
    other = draft_of(
        Appeal(appeal_id=APPEAL[:-1] + "0", decision_id=DECISION), "file", by="a", account_id="", said=FILED
    )
    from debar.register.entries import EntryDraft

    between = EntryDraft(type="denial", by="a", body={}, public={"decision_id": DECISION})
    found = appeals_of([entry(first), entry(between, 1), entry(other, 2)])
    assert [APPEAL, APPEAL[:-1] + "0"] == list(found)
    assert () == other.subjects


def test_waiting_is_not_given_up_before_the_day_has_passed() -> None:
    """The day itself still counts."""
    asked = taken(*ROAD[:5], ("request", {"question": "q", "answer_by": "2017-11-20"}))
    with pytest.raises(DebarError, match="DBR-H010"):
        refuse_to_expire(asked, date(2017, 11, 20))
    refuse_to_expire(asked, date(2017, 11, 21))
