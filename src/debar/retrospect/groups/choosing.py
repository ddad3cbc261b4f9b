"""How many ties may be taken so that few groups are chance alone.

Law: of the groups that are shown, the stated share at most is chance alone, on average. A large true group
buys nothing for others: what counts is groups, not ties. A group that is chance alone has a tie of some
signal that is chance, so there are at most as many such groups as such ties; and each of k signals may
bring the k-th part of the share, however the signals depend on one another.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from debar.retrospect.groups.gathering import gather

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Pair = tuple[str, str]
    Rates = Mapping[str, Mapping[Pair, float]]
    """Signal to its tied pairs, each with the false discovery rate of all its ties at least as surprising."""


def choose(found: Rates, rate: float, *, signals_count: int) -> dict[str, dict[Pair, float]]:
    """Return the ties that may be taken: of each signal the most surprising ones.

    A signal's false discovery rate times the number of its ties is how many of them chance would make. That
    may be the signal's part of the rate times the number of groups at most. Whatever is taken away leaves
    fewer groups, so it is asked again until nothing has to go.

    Args:
        found: Ties by signal.
        rate: Share of the groups that may be chance alone.
        signals_count: How many signals were looked at, those that found nothing too.

    Source: E. Katsevich, C. Sabatti, M. Bogomolov, "Filtering the rejection set while preserving false
    discovery rate control", Journal of the American Statistical Association 118 (2023), with each signal as
    a family of its own.

    Example:
        >>> choose({"copy": {("a", "b"): 0.001, ("c", "d"): 0.04}}, 0.05, signals_count=1)
        {'copy': {('a', 'b'): 0.001, ('c', 'd'): 0.04}}
        >>> choose({"copy": {("a", "b"): 0.001, ("c", "d"): 0.04}}, 0.05, signals_count=2)
        {'copy': {('a', 'b'): 0.001}}
    """
    assert signals_count >= len(found), "signals that found something were looked at"
    taken = {signal: dict(ties) for signal, ties in found.items()}
    while True:
        allowed = rate / max(signals_count, 1) * len(gather(united(taken)))
        kept = {signal: _within(ties, allowed) for signal, ties in taken.items()}
        if kept == taken:
            return kept
        taken = kept


def united(taken: Rates) -> dict[Pair, float]:
    """Return each tied pair once, with its least rate."""
    least: dict[Pair, float] = {}
    for ties in taken.values():
        for pair, rate in ties.items():
            least[pair] = min(rate, least.get(pair, rate))
    return least


def _within(ties: Mapping[Pair, float], allowed: float) -> dict[Pair, float]:
    """Keep as many ties as make at most so many by chance; ties of one rate stay or go together."""
    classes: dict[float, list[Pair]] = defaultdict(list)
    for pair, rate in ties.items():
        classes[rate].append(pair)
    best, seen = 0, 0
    order: Sequence[float] = sorted(classes)
    for place, rate in enumerate(order, start=1):
        seen += len(classes[rate])
        if rate * seen <= allowed:
            best = place
    return {pair: ties[pair] for rate in order[:best] for pair in classes[rate]}
