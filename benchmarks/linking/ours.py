"""Debar itself, through the code that the product runs: intake, link, and expand from the named account.

Law: nothing of the model is repeated here. The expansion is the product's own: whoever stands at or above the
policy's line is whom the product proposes under it. Below the line stand those whom it would propose with the
line drawn at :data:`LOWEST`. Where the audit says that the data cannot carry a proposal, nobody is proposed,
as in a plan. It runs on the accounts that can be proposed or asked about as long as no fact is struck.
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
from debar.linking.assurance.calibrate import calibrate
from debar.linking.assurance.labels import Label, join
from debar.linking.assurance.sample import draw
from debar.linking.assurance.scored import audit_platform, score_strata, scores_of, stratum_sizes
from debar.linking.expand import expand, weigh_pairs
from debar.linking.links import ensure_links
from debar.linking.neighbourhood import platform_graph

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.linking.method import Prepared
    from benchmarks.linking.truth import Truth
    from debar.app.opening import Opened
    from debar.evidence.calibration import Reviewed
    from debar.evidence.parameters import Parameters
    from debar.linking.assurance.labels import LabelledPair
    from debar.linking.expand import Standing, Weighings
    from debar.linking.graph import CaseGraph, GraphPair
    from debar.model.policy import Policy

LABELS: Final = 200
"""Pairs that people review before the second figure is measured."""

LOWEST: Final = 300_000
"""Least path probability, in millionths, at which the frontier still proposes an account."""

BITS: Final = 20
"""A probability that is nearer to one than so many bits is told as certain."""

BITS_MAX: Final = 48
"""Room for the order among the certain ones in a number that stays below one."""

LINKS: Final = "SELECT account_a, account_b, p_owner FROM links WHERE p_owner > 0"


def debar(prepared: Prepared) -> Outcome:
    """Link a platform as the product does."""
    started = time.perf_counter()
    opened = fitted(prepared.opened)
    ensure_links(opened.engine, opened.parameters, opened.policy)
    return outcome_of("debar", prepared, opened, time.perf_counter() - started)


def debar_reviewed(prepared: Prepared) -> Outcome:
    """Link a platform and calibrate it with :data:`LABELS` reviewed pairs, answered from the truth."""
    started = time.perf_counter()
    opened = fitted(prepared.opened)
    ensure_links(opened.engine, opened.parameters, opened.policy)
    score_strata(opened.engine, opened.parameters)
    made = calibrate(*reviewed_pairs(opened, prepared.truth, LABELS))
    opened = replace(opened, parameters=replace(opened.parameters, calibration=made.calibration))
    ensure_links(opened.engine, opened.parameters, opened.policy)
    return outcome_of(f"debar, {LABELS} labels", prepared, opened, time.perf_counter() - started)


def reviewed_pairs(
    opened: Opened, truth: Truth, count: int
) -> tuple[tuple[LabelledPair, ...], tuple[Reviewed, ...]]:
    """Draw the pairs that the product would have people review, and answer them from the truth.

    Args:
        opened: A platform whose strata were scored.
        truth: The owners.
        count: How many pairs.
    """
    owner_of = dict(zip(truth.accounts, truth.owners.tolist(), strict=True))
    answers = tuple(
        Label(
            account_a=pair.account_a,
            account_b=pair.account_b,
            same=owner_of[pair.account_a] == owner_of[pair.account_b],
            stratum=pair.stratum,
            stratum_pairs=pair.stratum_pairs,
        )
        for pair in draw(opened.engine, count, "")
    )
    scores = scores_of(opened.engine, answers, opened.parameters)
    return join(answers, scores, stratum_sizes(opened.engine))


def outcome_of(method: str, prepared: Prepared, opened: Opened, seconds: float) -> Outcome:
    """Read off a linked platform what its weights make of every pair and of any named account."""
    numbers = prepared.truth.numbers()
    rows = opened.engine.rows(LINKS)
    pairs = ScoredPairs.of(*numbered(((a, b, p / MILLION) for a, b, p in rows), prepared.truth))
    around = expansion(opened)
    stands = cache(around.of)
    score_strata(opened.engine, opened.parameters)
    carries = opened.parameters.calibrated or audit_platform(opened.engine, opened.policy).carries(
        fitted=opened.parameters.fitted
    )
    below = (opened.policy.propose_at - 1) / MILLION

    def among(standings: tuple[Standing, ...], *statuses: str) -> dict[int, float]:
        return {
            numbers[one.account_id]: rank(one)
            for one in standings
            if one.status in statuses and one.account_id in numbers
        }

    def proposed(named: int) -> Mapping[int, float]:
        account = prepared.truth.accounts[named]
        at_lowest = among(around.of(account, LOWEST), "in")
        return {one: min(p, below) for one, p in at_lowest.items()} | among(stands(account), "in")

    return Outcome(
        method=method,
        pairs=pairs,
        standings=proposed if carries else lambda _: {},
        review=lambda named: among(stands(prepared.truth.accounts[named]), "in", "ask"),
        threshold=opened.policy.propose_at / MILLION,
        seconds=seconds,
    )


def rank(standing: Standing) -> float:
    """Return a standing's probability; those that round to certain are ordered by their path's weakest hop.

    The product tells probabilities in millionths and orders nobody beyond; the frontier does, by bits, as it
    does for every other method.
    """
    if standing.p_owner < MILLION:
        return standing.p_owner / MILLION
    bits = [
        (hop.weighing.owner_millibits - max(0, hop.weighing.operator_millibits)) / 1000
        for hop in standing.path
        if hop.judgement is None
    ]
    beyond = max(0.0, min(bits, default=BITS_MAX) - BITS)
    order: float = BITS + (BITS_MAX - BITS) * (1 - 2.0 ** (-beyond / BITS))
    return 1 - float(2.0**-order)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """A platform's whole graph, and who stands where for any named account.

    Args:
        graph: The whole platform.
        weighings: Their scores.
        near: Account to its pairs that are worth asking about.
        parameters: What they were weighed with.
        policy: The platform's own.
    """

    graph: CaseGraph
    weighings: Weighings
    near: Mapping[str, tuple[GraphPair, ...]]
    parameters: Parameters
    policy: Policy

    def of(self, named: str, line: int | None = None) -> tuple[Standing, ...]:
        """Return where the accounts stand that can be proposed or asked about with a named one.

        Args:
            named: Its account id.
            line: Where to draw the line for a proposal, in millionths; None: where the policy has it.
        """
        policy = self.policy if line is None else replace(self.policy, propose_at=line)
        reached, frontier = {named}, {named}
        for _ in range(policy.hops_max):
            frontier = self._ends(frontier, policy.propose_at) - reached
            reached |= frontier
        asked = reached | self._ends(reached, policy.ask_at)
        pairs = {
            (p.account_a, p.account_b): p
            for one in reached
            for p in self.near.get(one, ())
            if p.account_a in asked and p.account_b in asked
        }
        graph = replace(
            self.graph,
            named=(named,),
            accounts=tuple(sorted(asked)),
            agencies=self.graph.agencies & asked,
            pairs=tuple(pair for _, pair in sorted(pairs.items())),
        )
        return expand(graph, self.parameters, policy, weighings=self.weighings)

    def _ends(self, starts: set[str], least: int) -> set[str]:
        """Return both ends of the pairs of some accounts that reach a probability."""
        return {
            end
            for start in starts
            for pair in self.near.get(start, ())
            if self.weighings[pair.account_a, pair.account_b].p_owner >= least
            for end in (pair.account_a, pair.account_b)
        }


def expansion(opened: Opened) -> Expansion:
    """Read a linked platform's graph once, for any number of bans."""
    policy = opened.policy
    graph = platform_graph(opened.engine, (), opened.parameters, policy)
    weighings = weigh_pairs(graph, opened.parameters)
    near: dict[str, list[GraphPair]] = {}
    for pair in graph.pairs:
        if weighings[pair.account_a, pair.account_b].p_owner >= min(policy.ask_at, LOWEST):
            near.setdefault(pair.account_a, []).append(pair)
            near.setdefault(pair.account_b, []).append(pair)
    return Expansion(
        graph=graph,
        weighings=weighings,
        near={account: tuple(pairs) for account, pairs in near.items()},
        parameters=opened.parameters,
        policy=policy,
    )
