"""Debar itself, through the code that the product runs: intake, link, expand from the named account.

Law: nothing of the model is repeated here. The expansion is the product's own, with the line for a proposal
drawn as low as the one for a question: whoever stands at or above the policy's line there is whom the
product proposes under it, and the rest of the frontier comes with the same run.
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final

from benchmarks.linking.method import Outcome, numbered
from benchmarks.linking.metrics import ScoredPairs
from debar.app.opening import fitted
from debar.evidence.weigh import MILLION
from debar.linking.expand import expand
from debar.linking.links import ensure_links
from debar.linking.neighbourhood import case_graph
from debar.model.problem import DebarError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.linking.method import Prepared
    from debar.linking.expand import Standing

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

    policy = replace(opened.policy, propose_at=opened.policy.ask_at)

    @cache
    def stand(named: int) -> tuple[Standing, ...]:
        account = prepared.truth.accounts[named]
        try:
            graph = case_graph(opened.engine, [account], opened.parameters, policy)
        except DebarError as refused:
            if refused.code != "DBR-L002":
                raise
            return ()
        return expand(graph, opened.parameters, policy)

    def among(named: int, *statuses: str) -> Mapping[int, float]:
        return {
            numbers[one.account_id]: one.p_owner / MILLION
            for one in stand(named)
            if one.status in statuses and one.account_id in numbers
        }

    return Outcome(
        method="debar",
        pairs=pairs,
        standings=lambda named: among(named, "in"),
        review=lambda named: among(named, "in", "ask"),
        threshold=opened.policy.propose_at / MILLION,
        seconds=seconds,
    )
