"""What striking facts changes, without expanding the whole case again.

Law: the statuses are those of :func:`debar.linking.expand.expand` with the same facts struck out, exactly.

A strike weighs the pairs that share a struck fact and follows what that changes: first who is reached by hops
that may carry a ban, for every length of path; then, if members or the ties between them changed, who hangs
on one account alone; then the questions at those whose neighbourhood changed. Where a path of equal worth
remains, the way ends there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from debar.evidence.weigh import MILLION, weigh
from debar.linking.expand import (
    disputed,
    expand,
    hang_on_one,
    is_firm_hop,
    is_tie,
    shared_values,
    sure_starts,
    weigh_pairs,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from debar.evidence.parameters import Parameters
    from debar.evidence.weigh import Weighing
    from debar.linking.expand import Standing
    from debar.linking.graph import CaseGraph
    from debar.model.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hop:
    """What a pair is good for.

    Args:
        firm: Its worth on the way to a ban, in millionths; 0 where it may not carry one.
        tie: Whether it counts as a second way to somebody.
        worth: Its worth for a question, in millionths.
    """

    firm: int
    tie: bool
    worth: int


class Strikes:
    """A case as it stands, ready for striking one set of facts after the other.

    Args:
        graph: The neighbourhood of the named accounts.
        parameters: Frozen weights.
        policy: Thresholds and hops.
        without: Facts that are struck out already.

    Attributes:
        weighings: Every pair's score as the case stands.
        standings: Everybody's standing as the case stands, ordered by account id.
        statuses: Account id to status, of the same.
    """

    def __init__(
        self,
        graph: CaseGraph,
        parameters: Parameters,
        policy: Policy,
        *,
        without: frozenset[str] = frozenset(),
    ) -> None:
        self.weighings = scores = weigh_pairs(graph, parameters, without)
        self._graph, self._parameters, self._policy, self._without = graph, parameters, policy, without
        self.standings = expand(graph, parameters, policy, without=without, weighings=scores)
        self.statuses = {standing.account_id: standing.status for standing in self.standings}
        self._disputed = disputed(graph)
        self._barred = graph.agencies | self._disputed
        self._pairs_of: dict[str, list[int]] = {}
        self._ends: dict[str, list[tuple[str, int]]] = {account: [] for account in graph.accounts}
        for number, pair in enumerate(graph.pairs):
            self._ends[pair.account_a].append((pair.account_b, number))
            self._ends[pair.account_b].append((pair.account_a, number))
            for fact_id in pair.shared:
                self._pairs_of.setdefault(fact_id, []).append(number)
        self._hops = [
            self._hop(scores[pair.account_a, pair.account_b], pair.judgement) for pair in graph.pairs
        ]
        self._reach = _Reach(graph, policy, self._barred, self._ends, [hop.firm for hop in self._hops])
        self._reached = frozenset(account for account in graph.accounts if self._is_reached(account, {}))
        self._ties = {
            account: [end for end, number in ends if self._hops[number].tie]
            for account, ends in self._ends.items()
        }
        self._hanging = self._hangs(self._reached, {})

    def changed(self, struck: frozenset[str]) -> dict[str, str]:
        """Return the status of every account whose status changes if further facts are struck."""
        new = self._struck_hops(struck)
        moved = self._reach.moved({number: hop.firm for number, hop in new.items()})
        reached = self._reached.difference(moved) | {a for a in moved if self._is_reached(a, moved)}
        retied = {
            account
            for number, hop in new.items()
            if hop.tie != self._hops[number].tie
            for pair in [self._graph.pairs[number]]
            for account in (pair.account_a, pair.account_b)
        }
        hanging = self._hanging
        if reached != self._reached or not retied.isdisjoint(reached):
            hanging = self._hangs(reached, {account: self._tied_anew(account, new) for account in retied})
        members, before = reached - hanging, self._reached - self._hanging
        shifted = (members ^ before) | (moved.keys() & (members | before))
        doubtful = {end for account in shifted for end, _ in self._ends[account]} | shifted
        for number in new:
            doubtful |= {self._graph.pairs[number].account_a, self._graph.pairs[number].account_b}
        statuses = {
            account: self._status(account, members, hanging, self._asked(account, members, moved, new))
            for account in doubtful | (hanging ^ self._hanging)
        }
        return {account: status for account, status in statuses.items() if status != self.statuses[account]}

    def standings_without(self, struck: frozenset[str]) -> tuple[Standing, ...]:
        """Expand the whole case with further facts struck: for the paths, where statuses are not enough."""
        anew = {
            (pair.account_a, pair.account_b): weighing
            for number, weighing in self._weighed_without(struck).items()
            for pair in [self._graph.pairs[number]]
        }
        return expand(
            self._graph,
            self._parameters,
            self._policy,
            without=self._without | struck,
            weighings={**self.weighings, **anew},
        )

    def _weighed_without(self, struck: frozenset[str]) -> dict[int, Weighing]:
        """Weigh the pairs that share a struck fact."""
        without = self._without | struck
        return {
            number: weigh(
                shared_values(pair, self._graph, without), frozenset(pair.known_to_both), self._parameters
            )
            for number in {number for fact_id in struck for number in self._pairs_of.get(fact_id, ())}
            for pair in [self._graph.pairs[number]]
        }

    def _struck_hops(self, struck: frozenset[str]) -> dict[int, _Hop]:
        """Return the hops that are others once some facts are struck."""
        hops = {
            number: self._hop(weighing, self._graph.pairs[number].judgement)
            for number, weighing in self._weighed_without(struck).items()
        }
        return {number: hop for number, hop in hops.items() if hop != self._hops[number]}

    def _hop(self, weighing: Weighing, judgement: str | None) -> _Hop:
        worth = {"positive": MILLION, "negative": 0}.get(judgement or "", weighing.p_owner)
        carries = worth >= self._policy.propose_at and is_firm_hop(weighing, judgement)
        return _Hop(firm=worth if carries else 0, tie=is_tie(weighing, judgement, self._policy), worth=worth)

    def _is_reached(self, account: str, moved: Mapping[str, tuple[int, int]]) -> bool:
        p, length = self._reach.route(account, moved)
        return p > 0 and (length == 0 or account not in self._barred)

    def _tied_anew(self, account: str, new: Mapping[int, _Hop]) -> list[str]:
        return [end for end, number in self._ends[account] if new.get(number, self._hops[number]).tie]

    def _hangs(self, reached: frozenset[str], anew: Mapping[str, list[str]]) -> frozenset[str]:
        roots = sure_starts(self._graph, reached)
        return hang_on_one(roots, reached, {**self._ties, **anew}, self._policy.behind_one_max)

    def _asked(
        self,
        account: str,
        members: frozenset[str],
        moved: Mapping[str, tuple[int, int]],
        new: Mapping[int, _Hop],
    ) -> int:
        """Return the best product of a member and a hop to the account, in millionths."""
        best = 0
        for start, number in self._ends[account]:
            worth = new.get(number, self._hops[number]).worth
            if worth > best and start in members:
                p, length = self._reach.route(start, moved)
                if length < self._policy.hops_max:
                    best = max(best, p * worth // MILLION)
        return best

    def _status(self, account: str, members: frozenset[str], hanging: frozenset[str], asked: int) -> str:
        if account in members:
            return "named" if account in self._reach.named else "in"
        if account in self._graph.agencies:
            return "out"
        return "ask" if account in hanging or asked >= self._policy.ask_at else "out"


class _Reach:
    """Best path products from the named accounts, for each number of hops up to the most that are allowed.

    Args:
        graph: Accounts and pairs.
        policy: Thresholds and hops.
        barred: Accounts at which a path ends.
        ends: Account to the accounts that it shares a pair with, and the pair's number.
        hops: Worth of each pair's hop in millionths, in the order of the graph's pairs.
    """

    def __init__(
        self,
        graph: CaseGraph,
        policy: Policy,
        barred: frozenset[str],
        ends: Mapping[str, Sequence[tuple[str, int]]],
        hops: Sequence[int],
    ) -> None:
        self.named = frozenset(graph.named)
        self._pairs, self._barred, self._least = graph.pairs, barred, policy.propose_at
        self._ends, self._hops = ends, hops
        layer = {account: MILLION if account in self.named else 0 for account in graph.accounts}
        self._layers: list[Mapping[str, int]] = [layer]
        for _ in range(policy.hops_max):
            layer = {account: self._best(account, layer, {}, {}) for account in graph.accounts}
            self._layers.append(layer)
        self._routes = {
            account: (best, next(k for k, layer in enumerate(self._layers) if layer[account] == best))
            for account, best in self._layers[-1].items()
        }

    def route(self, account: str, moved: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
        """Return an account's best product in millionths (0: unreached) and that path's hops."""
        return moved.get(account) or self._routes[account]

    def moved(self, hops: Mapping[int, int]) -> dict[str, tuple[int, int]]:
        """Return the routes that may change if some pairs' hops do."""
        new = {number: worth for number, worth in hops.items() if worth != self._hops[number]}
        if not new:
            return {}
        by_length: list[dict[str, int]] = [{}]
        for before, after in zip(self._layers, self._layers[1:], strict=False):
            shorter = by_length[-1]
            doubtful = {end for account in shorter for end, _ in self._ends[account]} | shorter.keys()
            for number, worth in new.items():
                a, b = self._pairs[number].account_a, self._pairs[number].account_b
                for start, end in ((a, b), (b, a)):
                    p = self._through(start, before[start])
                    carried, carries = p * self._hops[number] // MILLION, p * worth // MILLION
                    if carries > after[end] or (carried == after[end] and carries < carried):
                        doubtful.add(end)
            anew = {account: self._best(account, before, shorter, new) for account in doubtful}
            by_length.append({account: best for account, best in anew.items() if best != after[account]})
        routes = {}
        for account in {account for each in by_length for account in each}:
            products = [
                anew.get(account, layer[account]) for anew, layer in zip(by_length, self._layers, strict=True)
            ]
            routes[account] = (products[-1], products.index(products[-1]))
        return routes

    def _best(
        self, account: str, before: Mapping[str, int], moved: Mapping[str, int], new: Mapping[int, int]
    ) -> int:
        """Return the best product with one hop more than ``before``, some products and hops being others."""
        best = moved.get(account, before[account])
        for start, number in self._ends[account]:
            worth = new.get(number, self._hops[number])
            if worth > best:
                product = self._through(start, moved.get(start, before[start])) * worth // MILLION
                if product >= self._least:
                    best = max(best, product)
        return best

    def _through(self, account: str, p: int) -> int:
        """Return what a path may carry on from an account: nothing from the barred."""
        return p if account in self.named or account not in self._barred else 0
