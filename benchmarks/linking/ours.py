"""Debar itself, through the code that the product runs: intake, link, and expand from the named account.

Law: nothing of the model is repeated here. The expansion is the product's own, with the line for a proposal
drawn as low as the one for a question: whoever stands at or above the policy's line there is whom the
product proposes under it, and the rest of the frontier comes with the same run. Where the audit says that the
data cannot carry a proposal, nobody is proposed, as in a plan. It runs on the accounts that
hops from ``ask_at`` on lead to: nobody else can be proposed or asked about as long as no fact is struck.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from benchmarks.linking.method import Outcome, numbered
from benchmarks.linking.metrics import ScoredPairs
from debar.app.opening import fitted
from debar.evidence.weigh import MILLION
from debar.linking.assurance.scored import audit_platform, score_strata
from debar.linking.expand import expand, weigh_pairs
from debar.linking.links import ensure_links
from debar.linking.neighbourhood import platform_graph

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.linking.method import Prepared
    from debar.app.opening import Opened
    from debar.evidence.parameters import Parameters
    from debar.linking.expand import Standing, Weighings
    from debar.linking.graph import CaseGraph, GraphPair
    from debar.model.policy import Policy

LINKS: Final = "SELECT account_a, account_b, p_owner FROM links WHERE p_owner > 0"


def debar(prepared: Prepared) -> Outcome:
    """Link a platform as the product does."""
    numbers = prepared.truth.numbers()
    started = time.perf_counter()
    opened = fitted(prepared.opened)
    ensure_links(opened.engine, opened.parameters, opened.policy)
    seconds = time.perf_counter() - started
    rows = opened.engine.rows(LINKS)
    pairs = ScoredPairs.of(*numbered(((a, b, p / MILLION) for a, b, p in rows), prepared.truth))
    stands = cache(expansion(opened).of)
    score_strata(opened.engine, opened.parameters)
    carries = audit_platform(opened.engine, opened.policy).carries(fitted=opened.parameters.fitted)

    def among(named: int, *statuses: str) -> Mapping[int, float]:
        return {
            numbers[one.account_id]: one.p_owner / MILLION
            for one in stands(prepared.truth.accounts[named])
            if one.status in statuses and one.account_id in numbers
        }

    return Outcome(
        method="debar",
        pairs=pairs,
        standings=lambda named: among(named, "in") if carries else {},
        review=lambda named: among(named, "in", "ask"),
        threshold=opened.policy.propose_at / MILLION,
        seconds=seconds,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """A platform's whole graph, and who stands where for any named account.

    Args:
        graph: The whole platform.
        weighings: Their scores.
        near: Account to its pairs that are worth asking about.
        parameters: What they were weighed with.
        policy: With the line for a proposal as low as that for a question.
    """

    graph: CaseGraph
    weighings: Weighings
    near: Mapping[str, tuple[GraphPair, ...]]
    parameters: Parameters
    policy: Policy

    def of(self, named: str) -> tuple[Standing, ...]:
        """Return where the accounts stand that hops lead to from a named one."""
        reached, frontier = {named}, {named}
        for _ in range(self.policy.hops_max):
            ends = {e for one in frontier for p in self.near.get(one, ()) for e in (p.account_a, p.account_b)}
            frontier = ends - reached
            reached |= ends
        pairs = {
            (p.account_a, p.account_b): p
            for one in reached
            for p in self.near.get(one, ())
            if p.account_a in reached and p.account_b in reached
        }
        graph = replace(
            self.graph,
            named=(named,),
            accounts=tuple(sorted(reached)),
            agencies=self.graph.agencies & reached,
            pairs=tuple(pair for _, pair in sorted(pairs.items())),
        )
        return expand(graph, self.parameters, self.policy, weighings=self.weighings)


def expansion(opened: Opened) -> Expansion:
    """Read a linked platform's graph once, for any number of bans."""
    policy = replace(opened.policy, propose_at=opened.policy.ask_at)
    graph = platform_graph(opened.engine, (), opened.parameters, policy)
    weighings = weigh_pairs(graph, opened.parameters)
    near: dict[str, list[GraphPair]] = {}
    for pair in graph.pairs:
        if weighings[pair.account_a, pair.account_b].p_owner >= policy.ask_at:
            near.setdefault(pair.account_a, []).append(pair)
            near.setdefault(pair.account_b, []).append(pair)
    return Expansion(
        graph=graph,
        weighings=weighings,
        near={account: tuple(pairs) for account, pairs in near.items()},
        parameters=opened.parameters,
        policy=policy,
    )
