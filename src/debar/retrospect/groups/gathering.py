"""From tied pairs to groups that no single account holds together.

Law: two groups become one only where most of the pairs across them are tied. So a bridge, a hub or a chain
joins nobody: an account that ten strangers are tied to ends up with one of them at most. Whoever has most
partners in common goes first, so that one strong tie between two groups tears neither apart.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    Pair = tuple[str, str]


def gather(ties: Mapping[Pair, float]) -> tuple[tuple[str, ...], ...]:
    """Return the groups of two and more members, largest first.

    Args:
        ties: Pairs (smaller account first) to their false discovery rate; among pairs with equally many
            partners in common the least goes first.

    Example:
        >>> gather({("a", "b"): 0.001, ("b", "c"): 0.01})
        (('a', 'b'),)
        >>> gather({("a", "b"): 0.001, ("b", "c"): 0.01, ("a", "c"): 0.02})
        (('a', 'b', 'c'),)
    """
    partners: dict[str, set[str]] = defaultdict(set)
    for one, other in ties:
        partners[one].add(other)
        partners[other].add(one)
    members = {account: {account} for account in partners}
    common = {(one, other): len(partners[one] & partners[other]) for one, other in ties}
    waiting = sorted(ties, key=lambda pair: (-common[pair], ties[pair], pair))
    while True:
        left = [pair for pair in waiting if not _joined(pair, members, partners)]
        if len(left) == len(waiting):
            break
        waiting = left
    groups = {tuple(sorted(group)) for group in members.values() if len(group) > 1}
    return tuple(sorted(groups, key=lambda group: (-len(group), group)))


def _joined(pair: Pair, members: dict[str, set[str]], partners: Mapping[str, set[str]]) -> bool:
    """Join the groups of a pair if most pairs across are tied; return whether they are one group now."""
    one, other = members[pair[0]], members[pair[1]]
    if one is other:
        return True
    tied = sum(len(partners[account] & other) for account in one)
    if 2 * tied <= len(one) * len(other):
        return False
    one |= other
    for account in other:
        members[account] = one
    return True
