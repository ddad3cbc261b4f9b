"""Strike facts out of a plan and see who falls out of the ban, and how much money leaves with them.

Law: parameters are held fixed and nothing else moves: a strike is :func:`debar.linking.expand.expand`
over the plan's own graph, weights and thresholds. ``assets/expand.js`` computes the same in a browser.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from debar.briefs.striking import Strikes
from debar.evidence.parameters import Parameters
from debar.linking.expand import Standing, expand
from debar.linking.graph import CaseGraph
from debar.model.money import format_micros, parse_micros
from debar.model.policy import Policy
from debar.model.problem import EXIT_USAGE, DebarError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

BANNED = frozenset({"named", "in"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """What striking some facts does, against the plan as it stands.

    Args:
        facts: What was struck, beyond what the plan itself leaves out; sorted.
        before: Account id to ``named``, ``in``, ``ask`` or ``out`` under the plan.
        after: The same with the facts struck.
        leaves: Accounts that fall out of the ban, sorted; some of them may now have to be asked about.
        joins: Accounts that enter the ban, sorted (a widely held fact can speak against an account).
        asks: Accounts that a reviewer must now be asked about and was not before, sorted.
        settled: Accounts that a reviewer need not be asked about any more and are left out, sorted.
        currency: The plan's reporting currency; empty where the plan converts nothing.
        leaving_by_currency: What was earned from those that leave, in each currency, in micros.
        leaving_micros: The same, converted; zero where the plan converts nothing.
        joining_micros: What was earned from those that join, converted.
        before_micros: What was earned from all accounts of the ban, converted.
        after_micros: The same with the facts struck.
    """

    facts: tuple[str, ...]
    before: Mapping[str, str]
    after: Mapping[str, str]
    leaves: tuple[str, ...]
    joins: tuple[str, ...]
    asks: tuple[str, ...]
    settled: tuple[str, ...]
    currency: str
    leaving_by_currency: Mapping[str, int]
    leaving_micros: int
    joining_micros: int
    before_micros: int
    after_micros: int

    def as_json(self) -> dict[str, Any]:
        """Return the answer as a JSON object, as the brief's own script gives it."""
        return {
            "facts": list(self.facts),
            "after": dict(self.after),
            "leaves": list(self.leaves),
            "joins": list(self.joins),
            "asks": list(self.asks),
            "settled": list(self.settled),
            "currency": self.currency,
            "leaving_by_currency": {
                code: format_micros(amount) for code, amount in self.leaving_by_currency.items()
            },
            "leaving": format_micros(self.leaving_micros),
            "joining": format_micros(self.joining_micros),
            "before": format_micros(self.before_micros),
            "remaining": format_micros(self.after_micros),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a plan carries for weighing its case again.

    Args:
        graph: All evidence between the accounts of the case.
        parameters: The frozen weights.
        policy: The operator's thresholds.
        without: Facts that the plan itself strikes out.
    """

    graph: CaseGraph
    parameters: Parameters
    policy: Policy
    without: frozenset[str]

    def standings(self) -> tuple[Standing, ...]:
        """Return everybody's standing as the plan has it."""
        return expand(self.graph, self.parameters, self.policy, without=self.without)

    def strikes(self) -> Strikes:
        """Make the case ready for striking facts."""
        return Strikes(self.graph, self.parameters, self.policy, without=self.without)


def evidence_of(plan: Mapping[str, Any]) -> Evidence:
    """Read the graph, the weights and the thresholds out of a plan."""
    return Evidence(
        graph=CaseGraph.from_json(plan["evidence"]["graph"]),
        parameters=Parameters.from_json(plan["evidence"]["parameters"]),
        policy=Policy.from_json(plan["base"]["policy"]),
        without=frozenset(plan.get("without", ())),
    )


def strike(plan: Mapping[str, Any], facts: Collection[str]) -> Strike:
    """Strike facts out of a plan.

    Args:
        plan: A plan's document.
        facts: Fact ids, as in ``evidence.graph.facts``.

    Returns:
        Who leaves, who joins, who must be asked, and the money on either side.

    Raises:
        DebarError: DBR-F001, the plan rests on no such fact.
    """
    evidence = evidence_of(plan)
    return strike_in(plan, evidence, facts, strikes=evidence.strikes(), amounts=amounts_of(plan))


def statuses_of(evidence: Evidence) -> dict[str, str]:
    """Return each account's status."""
    return {standing.account_id: standing.status for standing in evidence.standings()}


def strike_in(
    plan: Mapping[str, Any],
    evidence: Evidence,
    facts: Collection[str],
    *,
    strikes: Strikes,
    amounts: Mapping[str, int],
) -> Strike:
    """Strike facts out of a plan whose evidence, standings and amounts are at hand already."""
    unknown = sorted(set(facts) - set(evidence.graph.facts))
    if unknown:
        raise DebarError(
            "DBR-F001",
            f"the plan rests on no fact {', '.join(unknown)}",
            hint="the facts of a plan stand in its evidence.graph.facts; a brief lists them with their ids",
            exit_code=EXIT_USAGE,
        )
    struck = frozenset(facts)
    before, changed = strikes.statuses, strikes.changed(struck)
    leaves = tuple(sorted(a for a in changed if before[a] in BANNED and changed[a] not in BANNED))
    joins = tuple(sorted(a for a in changed if before[a] not in BANNED and changed[a] in BANNED))
    before_micros = sum(amounts[a] for a in before if before[a] in BANNED)
    leaving, joining = sum(amounts[a] for a in leaves), sum(amounts[a] for a in joins)
    return Strike(
        facts=tuple(sorted(struck - evidence.without)),
        before=before,
        after={**before, **changed},
        leaves=leaves,
        joins=joins,
        asks=tuple(sorted(a for a in changed if changed[a] == "ask")),
        settled=tuple(sorted(a for a in changed if before[a] == "ask" and changed[a] == "out")),
        currency=plan["earned"]["currency"] or "",
        leaving_by_currency=_by_currency(plan, frozenset(leaves)),
        leaving_micros=leaving,
        joining_micros=joining,
        before_micros=before_micros,
        after_micros=before_micros - leaving + joining,
    )


def amounts_of(plan: Mapping[str, Any]) -> dict[str, int]:
    """Return what was earned from each member, converted, in micros; zero where nothing was converted."""
    return {
        member["account_id"]: parse_micros(converted["amount"]) if converted else 0
        for member in plan["members"]
        for converted in [member["earned"].get("converted")]
    }


def _by_currency(plan: Mapping[str, Any], accounts: frozenset[str]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for member in plan["members"]:
        if member["account_id"] in accounts:
            for currency, amount in member["earned"]["by_currency"].items():
                totals[currency] = totals.get(currency, 0) + parse_micros(amount)
    return dict(sorted(totals.items()))
