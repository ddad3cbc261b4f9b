"""A plan is frozen, hashed, and refused when it was changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from debar.model.problem import DebarError
from debar.plans.plan import read_plan

if TYPE_CHECKING:
    from debar.plans.plan import Plan


def test_a_plan_reads_back_as_it_was_written(plan: Plan) -> None:
    """Writing and reading a plan is the identity."""
    assert plan == read_plan(plan.text())


def test_a_plan_sorts_everyone_into_their_status(plan: Plan) -> None:
    """Named and firmly linked accounts are in; a card alone is asked about or out; an agency is out."""
    found = {member["account_id"]: (member["basis"], member["status"]) for member in plan.members}
    assert {"A1": ("named", "in"), "A2": ("named", "in"), "A3": ("linked", "in")} == {
        k: found[k] for k in ("A1", "A2", "A3")
    }
    assert found["A4"][1] in ("ask", "out")
    assert ("linked", "out") == found["B1"]
    assert ("linked", "out") == found["B2"]


def test_linked_accounts_get_an_interim_suspension_with_a_day_of_review(plan: Plan) -> None:
    """A named account is debarred without an end; a linked one at most thirty days before review."""
    until = {change["key"]["value"]: change["until"] for change in plan.changes}
    assert {"A1": None, "A2": None, "A3": "2017-11-24"} == until


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_plan_with_any_byte_changed_is_refused(plan: Plan, data: st.DataObject) -> None:
    """A plan that was changed after it was frozen never reads as that plan."""
    text = plan.text()
    at = data.draw(st.integers(0, len(text) - 2))
    other = data.draw(st.sampled_from('0aZ"{}[]:,. ').filter(lambda c: c != text[at]))
    changed = text[:at] + other + text[at + 1 :]
    try:
        same = json.loads(changed) == json.loads(text)
    except ValueError:
        same = False
    if same:  # white space between tokens is no content
        return
    with pytest.raises(DebarError) as refused:
        read_plan(changed)
    assert refused.value.code in ("DBR-P001", "DBR-P002")


def test_a_file_that_is_no_plan_is_refused() -> None:
    """Anything else than a plan is refused with DBR-P001."""
    for text in ("", "[]", "{}", '{"version": 1}', "null"):
        with pytest.raises(DebarError, match="DBR-P001"):
            read_plan(text)


def test_a_tampered_plan_is_refused(plan: Plan) -> None:
    """An account slipped into the changes is refused with DBR-P002."""
    document = json.loads(plan.text())
    document["changes"].append({**document["changes"][0], "key": {"kind": "account", "value": "B1"}})
    with pytest.raises(DebarError, match="DBR-P002"):
        read_plan(json.dumps(document))
