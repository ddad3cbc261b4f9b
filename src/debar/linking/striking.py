"""What striking facts changes, without expanding the whole case again.

Law: the statuses are those of :func:`debar.linking.expand.expand` with the same facts struck out, exactly.

A status depends on two numbers an account: the best path product over hops that may carry a ban, and over all
hops. Both are kept for every length of path, so that a strike weighs the pairs that share a struck fact and
follows what that changes; where a path of equal worth remains, nothing changes and the way ends there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from debar.evidence.weigh import MILLION, codes_of, is_firm, weigh_codes
from debar.linking.expand import disputed, expand, is_firm_hop, shared_values, weigh_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from debar.evidence.parameters import Parameters
    from debar.evidence.weigh import Weighing
    from debar.linking.expand import Weighings
    from debar.linking.graph import CaseGraph
    from debar.model.policy import Policy


class Strikes:
    """A case as it stands, ready for striking one set of facts after the other.

    Args:
        graph: The neighbourhood of the named accounts.
        parameters: Frozen weights.
        policy: Thresholds and hops.
        without: Facts that are struck out already.
        weighings: What :func:`debar.linking.expand.weigh_pairs` gives for these facts, if it is at hand.
    """

    def __init__(
        self,
        graph: CaseGraph,
        parameters: Parameters,
        policy: Policy,
        *,
        without: frozenset[str] = frozenset(),
        weighings: Weighings | None = None,
    ) -> None:
        scores = weigh_pairs(graph, parameters, without) if weighings is None else weighings
        self._graph, self._parameters, self._policy, self._without = graph, parameters, policy, without
        standings = expand(graph, parameters, policy, without=without, weighings=scores)
        self.statuses = {standing.account_id: standing.status for standing in standings}
        self._named = frozenset(graph.named)
        self._barred = graph.agencies | disputed(graph)
        self._pairs_of: dict[str, list[int]] = {}
        for number, pair in enumerate(graph.pairs):
            for fact_id in pair.shared:
                self._pairs_of.setdefault(fact_id, []).append(number)
        hops = [
            _hops_of(scores[pair.account_a, pair.account_b], pair.judgement, policy) for pair in graph.pairs
        ]
        self._firm = _Reach(graph, policy, self._barred, [firm for firm, _ in hops])
        self._any = _Reach(graph, policy, self._barred, [both for _, both in hops])

    def changed(self, struck: frozenset[str]) -> dict[str, str]:
        """Return the status of every account whose status changes if further facts are struck."""
        touched = {number for fact_id in struck for number in self._pairs_of.get(fact_id, ())}
        firm, both = {}, {}
        for number in touched:
            pair = self._graph.pairs[number]
            shared = shared_values(pair, self._graph, self._without | struck)
            codes, _ = codes_of(shared, frozenset(pair.known_to_both))
            carries = any(is_firm(value) for value in shared)
            weighing = weigh_codes(codes, self._parameters, carries_a_ban=carries)
            firm[number], both[number] = _hops_of(weighing, pair.judgement, self._policy)
        proposed, asked = self._firm.changed(firm), self._any.changed(both)
        statuses = {
            account: self._status(
                account,
                proposed.get(account, self._firm.found(account)),
                asked.get(account, self._any.found(account)),
            )
            for account in proposed.keys() | asked.keys()
        }
        return {account: status for account, status in statuses.items() if status != self.statuses[account]}

    def _status(self, account: str, proposed: int, asked: int) -> str:
        if account in self._named:
            return "named"
        if proposed >= self._policy.propose_at and account not in self._barred:
            return "in"
        if account in self._graph.agencies:
            return "out"
        return "ask" if asked >= self._policy.ask_at else "out"


def _hops_of(weighing: Weighing, judgement: str | None, policy: Policy) -> tuple[int, int]:
    """Return the worth of a pair's hop for a ban and for a question, in millionths; 0 where it is of no use.

    What lies below every threshold cannot be part of a path that changes a status.
    """
    p_owner = {"positive": MILLION, "negative": 0}.get(judgement or "", weighing.p_owner)
    worth = p_owner if p_owner >= min(policy.ask_at, policy.propose_at) else 0
    return worth if is_firm_hop(weighing, judgement) else 0, worth


class _Reach:
    """Best path products from the named accounts, for each number of hops up to the most that are allowed.

    Args:
        graph: Accounts and pairs.
        policy: Thresholds and hops.
        barred: Accounts at which a path ends.
        hops: Worth of each pair's hop in millionths, in the order of the graph's pairs.
    """

    def __init__(
        self, graph: CaseGraph, policy: Policy, barred: frozenset[str], hops: Sequence[int]
    ) -> None:
        self._pairs, self._ask_at, self._barred = graph.pairs, policy.ask_at, barred
        self._named = frozenset(graph.named)
        self._hops = hops
        self._ends: dict[str, list[tuple[str, int]]] = {account: [] for account in graph.accounts}
        for number, pair in enumerate(graph.pairs):
            self._ends[pair.account_a].append((pair.account_b, number))
            self._ends[pair.account_b].append((pair.account_a, number))
        layer = {account: MILLION if account in self._named else 0 for account in graph.accounts}
        self._layers: list[Mapping[str, int]] = [layer]
        for _ in range(policy.hops_max):
            layer = {account: self._best(account, layer, {}, {}) for account in graph.accounts}
            self._layers.append(layer)

    def found(self, account: str) -> int:
        """Return an account's best path product in millionths, 0 where nothing worth a question reaches it."""
        return self._layers[-1][account]

    def changed(self, hops: Mapping[int, int]) -> dict[str, int]:
        """Return the products that change if some pairs' hops do."""
        new = {number: worth for number, worth in hops.items() if worth != self._hops[number]}
        moved: dict[str, int] = {}
        if not new:
            return moved
        for before, after in zip(self._layers, self._layers[1:], strict=False):
            doubtful = {end for account in moved for end, _ in self._ends[account]} | moved.keys()
            for number, worth in new.items():
                pair = self._pairs[number]
                for start, end in (
                    (pair.account_a, pair.account_b),
                    (pair.account_b, pair.account_a),
                ):
                    p = self._through(start, before[start])
                    carried, carries = p * self._hops[number] // MILLION, p * worth // MILLION
                    if carries > after[end] or (carried == after[end] and carries < carried):
                        doubtful.add(end)
            moved = {
                account: best
                for account in doubtful
                for best in [self._best(account, before, moved, new)]
                if best != after[account]
            }
        return moved

    def _best(
        self, account: str, before: Mapping[str, int], moved: Mapping[str, int], new: Mapping[int, int]
    ) -> int:
        """Return the best product with one hop more than ``before``, some products and hops being others."""
        best = moved.get(account, before[account])
        for start, number in self._ends[account]:
            worth = new.get(number, self._hops[number])
            if worth > best:
                p = self._through(start, moved.get(start, before[start]))
                best = max(best, p * worth // MILLION)
        return best

    def _through(self, account: str, p: int) -> int:
        """Return what a path may carry on from an account: nothing from the barred and the hardly reached."""
        return p if account in self._named or (p >= self._ask_at and account not in self._barred) else 0
