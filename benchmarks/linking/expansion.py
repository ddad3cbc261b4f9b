"""From scored pairs to the accounts that a named one brings along, for methods that score pairs only.

Law: each account stands at the highest threshold at which the method's rule would bring it along, so that one
pass gives the whole frontier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from benchmarks.linking.metrics import ScoredPairs


def by_closure(pairs: ScoredPairs, count: int) -> Callable[[int], Mapping[int, float]]:
    """Expand by connected components: an account stands at the weakest link of its strongest chain.

    Args:
        pairs: Scored pairs.
        count: Number of accounts.

    Returns:
        Named account to (account to the highest threshold at which both are in one component).
    """
    forest = _strongest_forest(pairs, count)

    def standings(named: int) -> Mapping[int, float]:
        found = {named: 1.0}
        waiting = [named]
        while waiting:
            start = waiting.pop()
            for end, p in forest.get(start, ()):
                if end not in found:
                    found[end] = min(found[start], p)
                    waiting.append(end)
        del found[named]
        return found

    return standings


def _strongest_forest(pairs: ScoredPairs, count: int) -> dict[int, list[tuple[int, float]]]:
    """Return the spanning forest of the strongest pairs (Kruskal)."""
    root = list(range(count))

    def find(one: int) -> int:
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    forest: dict[int, list[tuple[int, float]]] = {}
    order = np.argsort(-pairs.p, kind="stable")
    for a, b, p in zip(
        pairs.a[order].tolist(), pairs.b[order].tolist(), pairs.p[order].tolist(), strict=True
    ):
        one, other = find(a), find(b)
        if one != other:
            root[one] = other
            forest.setdefault(a, []).append((b, p))
            forest.setdefault(b, []).append((a, p))
    return forest


def by_best_path(
    pairs: ScoredPairs, *, hops: int = 3, at_least: float = 0.01
) -> Callable[[int], Mapping[int, float]]:
    """Expand by the best product of probabilities along a path of few hops.

    Args:
        pairs: Scored pairs.
        hops: Longest path.
        at_least: Paths below are not followed.
    """
    meets: dict[int, list[tuple[int, float]]] = {}
    kept = pairs.p >= at_least
    for a, b, p in zip(pairs.a[kept].tolist(), pairs.b[kept].tolist(), pairs.p[kept].tolist(), strict=True):
        meets.setdefault(a, []).append((b, p))
        meets.setdefault(b, []).append((a, p))

    def standings(named: int) -> Mapping[int, float]:
        best = {named: 1.0}
        frontier = dict(best)
        for _ in range(hops):
            reached: dict[int, float] = {}
            for start, p in frontier.items():
                for end, hop in meets.get(start, ()):
                    product = p * hop
                    if product >= at_least and product > max(best.get(end, 0.0), reached.get(end, 0.0)):
                        reached[end] = product
            best.update(reached)
            frontier = reached
        del best[named]
        return best

    return standings
