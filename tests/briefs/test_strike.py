"""Striking facts in Python: what the browser must equal."""

from __future__ import annotations

from typing import Any

import pytest

from debar.briefs.strike import amounts_of, evidence_of, strike
from debar.model.problem import DebarError


def test_a_fact_that_carries_a_chain_frees_the_whole_chain(plan: dict[str, Any]) -> None:
    """Who hangs on somebody who falls out falls out too, and their money leaves with them, exactly."""
    found = strike(plan, ["legal_id:1057746595367", "bank:aa12bb34cc56dd78"])

    assert found.leaves == ("2002", "2004")
    assert found.leaving_micros == 112_088_130_000 + 31_167_610_000
    assert found.leaving_by_currency == {"EUR": 101_200_000_000, "USD": 31_167_610_000}
    assert found.after_micros == found.before_micros - found.leaving_micros


def test_several_facts_are_struck_together(plan: dict[str, Any]) -> None:
    """Striking two facts is not the sum of striking each: the second way may fall only then."""
    assert strike(plan, ["tax_id:51e0aa90bb12cc34"]).leaves == ()
    assert strike(plan, ["vat_id:DE811907980"]).leaves == ()
    first_way = ["tax_id:51e0aa90bb12cc34", "vat_id:DE811907980", "page:9917201"]
    assert strike(plan, first_way).leaves == ()
    assert strike(plan, ["bank:aa12bb34cc56dd78"]).leaves == ()
    assert strike(plan, [*first_way, "bank:aa12bb34cc56dd78"]).leaves == ("2004",)


def test_striking_nothing_changes_nothing(plan: dict[str, Any]) -> None:
    """Without a struck fact everybody stands where the plan put them."""
    found = strike(plan, [])

    assert dict(found.before) == dict(found.after)
    assert (found.leaves, found.joins, found.asks, found.settled) == ((), (), (), ())
    assert {m["account_id"]: m["status"] for m in plan["members"]} == {
        account: "in" if status == "named" else status for account, status in found.before.items()
    }


def test_what_the_plan_itself_strikes_stays_struck(make_plan: Any) -> None:
    """A plan made without a fact is the starting point; the fact is not struck a second time."""
    plan = make_plan(frozenset({"email:0be4c91d22aa73f0"}))
    found = strike(plan, ["email:0be4c91d22aa73f0", "legal_id:HRB-20417"])

    assert found.facts == ("legal_id:HRB-20417",)
    assert found.before["2003"] == "ask"
    assert found.leaves == ("2001",)


def test_an_unknown_fact_is_refused_by_name(plan: dict[str, Any]) -> None:
    """DBR-F001: a fact that the plan does not rest on is a mistake, not an empty answer."""
    with pytest.raises(DebarError) as caught:
        strike(plan, ["card:ffffffffffffffff"])

    assert caught.value.code == "DBR-F001"
    assert "card:ffffffffffffffff" in caught.value.what


def test_a_plan_without_a_reporting_currency_counts_each_currency(plan: dict[str, Any]) -> None:
    """Where nothing is converted, what leaves is said in each currency and never added across."""
    members = [{**m, "earned": {**m["earned"], "converted": None}} for m in plan["members"]]
    found = strike(
        {**plan, "members": members, "earned": {**plan["earned"], "currency": None}}, ["legal_id:HRB-20417"]
    )

    assert found.currency == ""
    assert found.leaving_micros == 0
    assert found.leaving_by_currency == {"EUR": 77_810_250_000}


def test_evidence_survives_the_way_through_json(plan: dict[str, Any]) -> None:
    """Graph, weights and policy read back from a plan are written the same again."""
    evidence = evidence_of(plan)

    assert evidence.graph.as_json() == plan["evidence"]["graph"]
    assert evidence.parameters.as_json() == plan["evidence"]["parameters"]
    assert evidence.policy.as_json() == plan["base"]["policy"]
    assert sum(amounts_of(plan).values()) > 0


def test_parameters_for_other_crowd_buckets_are_refused(plan: dict[str, Any]) -> None:
    """Weights that were made for other buckets are not used with ours."""
    parameters = {**plan["evidence"]["parameters"], "crowd_buckets": [3, 9]}

    with pytest.raises(ValueError, match="crowd buckets"):
        evidence_of({**plan, "evidence": {**plan["evidence"], "parameters": parameters}})
