"""A plan on the small world."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from debar.cases.case import Case, account_rows, assemble
from debar.plans.base import base_of, keys_of, read_rows
from debar.plans.build import Proposal, build
from debar.plans.plan import Plan, freeze
from worlds import ACCOUNTS, PARAMETERS, POLICY, graph_of

if TYPE_CHECKING:
    from debar.stores.duckdb_engine import DuckEngine

PROPOSER_KEY = "11" * 32


def case_on(engine: DuckEngine, judgements: dict[tuple[str, str], str] | None = None) -> Case:
    """Assemble the case of A1 and A2."""
    judged = judgements or {}
    return assemble(
        subjects=[("Northwind", ("A1", "A2"))],
        graph=graph_of(judgements=judged),
        parameters=PARAMETERS,
        policy=POLICY,
        accounts=account_rows(engine, list(ACCOUNTS)),
        judges=dict.fromkeys(judged, "ana"),
    )


def plan_on(engine: DuckEngine, decisions: dict[str, str] | None = None, **changed: Any) -> Plan:
    """Freeze a plan for the case."""
    case = case_on(engine)
    money = {"by_currency": {"USD": "10.000000"}, "converted": {"currency": "USD", "amount": "10.000000"}}
    proposal = Proposal(
        platform="world",
        platform_name="the sample platform",
        proposed_by="ana",
        proposer_key=PROPOSER_KEY,
        proposed_at=datetime(2017, 10, 26, 9, tzinfo=UTC),
        effective_from=datetime(2017, 10, 26, 12, tzinfo=UTC),
        window=None,
        decision={"ground": "policy", "rule": {"id": "r", "version": "1", "url": "https://example.org"}, "facts": "x",
                  "surfaces": ["all"], "territories": ["worldwide"], "authorities": []},
    )  # fmt: skip
    base = base_of(
        read_rows(engine, decisions or {}, keys_of(case)),
        model_sha256=PARAMETERS.model_sha256(),
        policy=POLICY.as_json(),
    )
    draft = build(
        case,
        proposal,
        reasons={},
        speaks_for={},
        earned={"likely": "10.000000", **changed},
        earned_by_account=dict.fromkeys(ACCOUNTS, money),
        base=base,
    )
    return freeze(draft)
