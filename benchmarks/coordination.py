"""A coordination tool of the field, by its published description: co-sharing within a time window.

Law: the method is CooRTweet's (N. Righetti and P. Balluff, version 2; after F. Giglietto and others 2020),
written anew from its manual; it knows neither labels nor how likely a coincidence is.

1. Whoever shared fewer than ``participation_min`` contents is left out.
2. Two contents of different accounts that hold one object, at most ``window_seconds`` apart, are a match.
3. Of the matches those stay in which one side at least has ``participation_min`` matched contents.
4. The weight of two accounts is how many matches they have; pairs above the ``edge_quantile`` of all weights
   are the coordinated network, and its connected parts are the groups.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One content that holds an object.

    Args:
        object_id: What is shared, such as a text.
        account_id: By whom.
        content_id: In what, such as an ad.
        seconds: When; the same for all where a source has no times.
    """

    object_id: str
    account_id: str
    content_id: str
    seconds: float


def weigh(shares: Sequence[Share], *, window_seconds: float, participation_min: int = 2) -> Counter[Pair]:
    """Return the weight of each pair of accounts (smaller first) that has a match: steps 1 to 3.

    Args:
        shares: All of a source.
        window_seconds: How far apart two contents may be.
        participation_min: Least contents of an account; the tool's default is 2.
    """
    contents = Counter(account for account, _ in {(one.account_id, one.content_id) for one in shares})
    matches = [
        (one, other)
        for one, other in _matches(shares, window_seconds)
        if min(contents[one.account_id], contents[other.account_id]) >= participation_min
    ]
    matched = {(side.account_id, side.content_id) for match in matches for side in match}
    active = Counter(account for account, _ in matched)
    weights: Counter[Pair] = Counter()
    for one, other in matches:
        if max(active[one.account_id], active[other.account_id]) >= participation_min:
            a, b = sorted((one.account_id, other.account_id))
            weights[a, b] += 1
    return weights


def coordinated_pairs(weights: Counter[Pair], *, edge_quantile: float) -> dict[Pair, int]:
    """Return the pairs above a quantile of the weights: step 4; the tool's default is 0.5.

    Example:
        >>> coordinated_pairs(Counter({("a", "b"): 3, ("a", "c"): 1, ("b", "c"): 1}), edge_quantile=0.5)
        {('a', 'b'): 3}
    """
    if not weights:
        return {}
    least = float(np.quantile(list(weights.values()), edge_quantile))
    return {pair: weight for pair, weight in sorted(weights.items()) if weight > least}


def _matches(shares: Sequence[Share], window_seconds: float) -> Iterable[tuple[Share, Share]]:
    holders: dict[str, list[Share]] = defaultdict(list)
    for share in shares:
        holders[share.object_id].append(share)
    for held in holders.values():
        held.sort(key=lambda one: one.seconds)
        for place, one in enumerate(held):
            for other in held[place + 1 :]:
                if other.seconds - one.seconds > window_seconds:
                    break
                if one.account_id != other.account_id:
                    yield one, other


def connected(pairs: Mapping[Pair, object] | set[Pair]) -> list[tuple[str, ...]]:
    """Return the connected parts of a network, largest first.

    Example:
        >>> connected({("a", "b"): 1, ("b", "c"): 1, ("x", "y"): 1})
        [('a', 'b', 'c'), ('x', 'y')]
    """
    part: dict[str, set[str]] = {}
    for a, b in pairs:
        joined = part.get(a, {a}) | part.get(b, {b})
        part |= dict.fromkeys(joined, joined)
    parts = {tuple(sorted(members)) for members in part.values()}
    return sorted(parts, key=lambda members: (-len(members), members))


def pairs_within(groups: Iterable[Sequence[str]]) -> set[Pair]:
    """Return every pair of members of one group."""
    return {(a, b) for group in groups for a, b in combinations(sorted(group), 2)}
