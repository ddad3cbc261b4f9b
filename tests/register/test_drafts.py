"""Drafts of decisions are made under the key that gates ask for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from debar.model.problem import DebarError
from debar.register.drafts import check_drafts, gate_draft
from registers import DECISION

HASH = "3f09a1c2" * 8


def body(kind: Any, value: Any) -> dict[str, Any]:
    """Return the body of a debar entry."""
    return {"key": {"kind": kind, "value": value}, "decision_id": DECISION, "scopes": ["buy"]}


@pytest.mark.parametrize(
    ("kind", "raw", "spelled"),
    [("domain", "https://WWW.RT.com/", "rt.com"), ("card", HASH.upper(), HASH), ("account", " A1", " A1")],
)
def test_a_draft_brings_its_key_into_its_spelling(kind: str, raw: str, spelled: str) -> None:
    """A decision must be recorded under the key that a gate will ask for, however it was typed."""
    draft = gate_draft("debar", body(kind, raw), by="ana")
    assert draft.body["key"] == {"kind": kind, "value": spelled}
    assert draft.subjects == (spelled,)
    check_drafts([draft])


def test_a_card_in_clear_is_refused() -> None:
    """The value of a sensitive kind must not get into a body, and the refusal must not repeat it."""
    with pytest.raises(DebarError, match="DBR-R014") as caught:
        gate_draft("debar", body("card", "4242424242424242"), by="ana")
    assert "4242" not in str(caught.value)


@pytest.mark.parametrize(("kind", "value"), [("domain", "RT.com"), ("card", "4242"), ("bundle", " x")])
def test_a_draft_made_otherwise_is_refused(kind: str, value: str) -> None:
    """A decision under a spelling that no gate asks for would match nobody: no register may record it."""
    draft = gate_draft("debar", body("account", value), by="ana")
    wrong = replace(draft, body=body(kind, value))
    with pytest.raises(DebarError, match="not in the spelling that gates ask for"):
        check_drafts([wrong])
