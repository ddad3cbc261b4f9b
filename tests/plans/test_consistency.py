"""A plan whose parts disagree is refused, also when it was hashed again."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from debar.model.canonical import digest
from debar.model.problem import DebarError
from debar.plans.plan import decision_id_of, read_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from debar.plans.plan import Plan


def rehashed(plan: Plan, change: Callable[[dict[str, Any]], Any]) -> str:
    """Return a plan's text after a change, with a digest that fits again."""
    document = copy.deepcopy(dict(plan.document))
    del document["plan_sha256"]
    change(document)
    document["plan_sha256"] = digest(document)
    return json.dumps(document)


def change_of(account: str, **more: Any) -> dict[str, Any]:
    """Return a change against an account."""
    return {
        "action": "debar", "key": {"kind": "account", "value": account}, "scopes": ["buy"], "because": "linked",
        "until": None, **more,
    }  # fmt: skip


def member(document: dict[str, Any], account: str) -> dict[str, Any]:
    """Return a member's object."""
    found: dict[str, Any] = next(m for m in document["members"] if m["account_id"] == account)
    return found


def test_the_plan_itself_agrees(plan: Plan) -> None:
    """What debar plan writes is accepted."""
    assert plan == read_plan(rehashed(plan, lambda _: None))


CONTRADICTIONS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a change against somebody left out": lambda d: d["changes"].append(change_of("B1")),
    "a change against nobody of the case": lambda d: d["changes"].append(change_of("Z9")),
    "a member that is in without a change": lambda d: d["changes"].pop(),
    "the same account twice": lambda d: d["changes"].append(d["changes"][0]),
    "a linked account without an end": lambda d: d["changes"][2].update(until=None),
    "a linked account far from review": lambda d: (
        member(d, "A3").update(review_on="2099-01-01"), d["changes"][2].update(until="2099-01-01")
    ),
    "a linked account called named": lambda d: d["changes"][2].update(because="named"),
    "another scope": lambda d: d["changes"][0].update(scopes=["post"]),
    "another action": lambda d: d["changes"][0].update(action="lift"),
    "a member moved in": lambda d: member(d, "A4").update(status="in"),
    "an empty read set": lambda d: d["base"].update(read_set=[]),
    "another policy under the old digest": lambda d: d["base"]["policy"].update(third_signature_accounts=9**9),
    "other weights": lambda d: d["evidence"]["parameters"]["prior"].update(overt=9),
    "a subject that the evidence does not start from": lambda d: d["subjects"][0]["account_ids"].append("B1"),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_is_refused_though_the_digest_fits(plan: Plan, name: str) -> None:
    """A rehashed plan is refused for each way in which its parts can disagree."""
    with pytest.raises(DebarError, match="DBR-P007"):
        read_plan(rehashed(plan, CONTRADICTIONS[name]))


MISSHAPEN: dict[str, Callable[[dict[str, Any]], Any]] = {
    "changes that are a number": lambda d: d.update(changes=5),
    "a change without a key": lambda d: d["changes"].append({}),
    "a decision without a rule": lambda d: d["decision"].pop("rule"),
    "a rule without a version": lambda d: d["decision"]["rule"].pop("version"),
    "a member without a path": lambda d: member(d, "A1").pop("path"),
    "a base without a policy": lambda d: d["base"].pop("policy"),
    "evidence without a graph": lambda d: d["evidence"].pop("graph"),
}


@pytest.mark.parametrize("name", MISSHAPEN)
def test_a_misshapen_plan_is_no_plan(plan: Plan, name: str) -> None:
    """Whatever a reader would stumble over is refused with a code, never with a traceback."""
    with pytest.raises(DebarError, match="DBR-P001"):
        read_plan(rehashed(plan, MISSHAPEN[name]))


def test_two_plans_never_share_a_decision(plan: Plan) -> None:
    """The decision's id is made of the plan's digest, not of an id that the plan states."""
    forged = json.loads(rehashed(plan, lambda d: d["expected_consequences"].append("none")))
    assert forged["plan_id"] == plan.plan_id
    assert decision_id_of(forged) != decision_id_of(plan.document)
