"""A plan is stale exactly when what it rests on has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from debar.model.policy import Policy
from debar.model.problem import EXIT_STALE, DebarError
from debar.plans.base import keys_of, read_rows, refuse_if_stale
from small_plan import case_on, plan_on
from worlds import ACCOUNTS, HELD, PARAMETERS, POLICY, engine_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from debar.model.ports import Engine
    from debar.plans.plan import Plan


def check(
    plan: Plan, engine: Engine, decisions: Mapping[str, str] | None = None, policy: Policy = POLICY
) -> None:
    """Compare a plan's base with what an engine holds now."""
    keys = [(row["table"], row["key"]) for row in plan.document["base"]["read_set"]]
    refuse_if_stale(
        plan.document["base"],
        read_rows(engine, decisions or {}, keys),
        model_sha256=PARAMETERS.model_sha256(),
        policy_sha256=policy.sha256(),
    )


def stale(
    plan: Plan, engine: Engine, decisions: Mapping[str, str] | None = None, policy: Policy = POLICY
) -> str:
    """Return the message with which a plan is refused as stale."""
    with pytest.raises(DebarError, match="DBR-P003") as refused:
        check(plan, engine, decisions, policy)
    assert refused.value.exit_code == EXIT_STALE
    return str(refused.value)


def test_an_unchanged_world_leaves_the_plan_applicable(plan: Plan) -> None:
    """The same rows read again are the same base."""
    check(plan, engine_of())


def test_ten_thousand_unrelated_decisions_and_a_fresh_export_leave_it_applicable(plan: Plan) -> None:
    """Nothing that the case does not rest on makes a plan stale."""
    accounts = dict(ACCOUNTS) | {f"Z{i}": (f"Shop {i}", "", "") for i in range(10_000)}
    held = dict(HELD) | {f"Z{i}": (f"domain:shop{i}.example",) for i in range(10_000)}
    check(plan, engine_of(held, accounts), {f"Z{i}": f"decision {i}" for i in range(10_000)})


@pytest.mark.parametrize(
    ("account", "fact"),
    [("A1", "email:aa11"), ("A3", "email:aa11"), ("A2", "legal_id:NW-1"), ("B1", "card:ag01")],
)
def test_one_changed_row_on_a_path_or_an_exclusion_makes_it_stale_and_is_named(
    plan: Plan, account: str, fact: str
) -> None:
    """A row that is gone is named in the message."""
    held = dict(HELD) | {account: tuple(f for f in HELD[account] if f != fact)}
    assert f'["{account}", "{fact}"]' in stale(plan, engine_of(held))


def test_a_renamed_member_makes_it_stale(plan: Plan) -> None:
    """The name under which somebody is accused is part of the base."""
    accounts = dict(ACCOUNTS) | {"A3": ("Harbour Films", "", "")}
    assert "account A3" in stale(plan, engine_of(accounts=accounts))


def test_a_new_judgement_on_a_path_makes_it_stale(plan: Plan) -> None:
    """A reviewer's word on a hop is part of the base, also its absence."""
    assert '["A1", "A3"]' in stale(plan, engine_of(judgements=[("A1", "A3", "negative")]))


def test_a_decision_about_a_member_makes_it_stale(plan: Plan) -> None:
    """What was decided about a member since then is named."""
    assert "account A1" in stale(plan, engine_of(), {"A1": "decision 7"})


def test_a_value_on_a_path_that_became_common_makes_it_stale(plan: Plan) -> None:
    """The reason says how many hold the value: when that is no longer so, the plan is stale."""
    held = dict(HELD) | {f"Z{i}": ("email:aa11",) for i in range(40)}
    accounts = dict(ACCOUNTS) | {f"Z{i}": (f"Shop {i}", "", "") for i in range(40)}
    assert "email:aa11" in stale(plan, engine_of(held, accounts))


def test_another_policy_makes_it_stale(plan: Plan) -> None:
    """The thresholds are part of the base."""
    assert "policy" in stale(plan, engine_of(), policy=Policy(propose_at=900_000))


def test_every_row_of_a_path_is_in_the_base() -> None:
    """The base names the accounts, facts, crowds and judgements of each hop."""
    engine = engine_of()
    keys = set(keys_of(case_on(engine)))
    assert {
        ("accounts", "A3"),
        ("values", "email:aa11"),
        ("judgements", '["A1", "A3"]'),
        ("decisions", "A3"),
    } <= keys
    assert ("identifiers", '["A3", "email:aa11"]') in keys
    assert ("accounts", "B1") not in keys
    assert (
        plan_on(engine).document["base"]["read_set_sha256"]
        == plan_on(engine_of()).document["base"]["read_set_sha256"]
    )
