"""What a world is like, counted from its tables alone.

Law: values are compared as debar compares them, after normalising.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

import numpy as np

from debar.evidence.normalise import normalise

if TYPE_CHECKING:
    from benchmarks.linking.world import World

CROWD_MAX: Final = 50
"""A value that more accounts hold is a crowd's."""

Number = float | int
Value = tuple[str, str]


def normalised_holders(world: World) -> tuple[dict[Value, set[str]], Counter[str]]:
    """Return who holds each normalised value, and how many rows of each kind are refused."""
    country = dict(
        zip(world.accounts["account_id"].to_pylist(), world.accounts["country"].to_pylist(), strict=True)
    )
    holders: dict[Value, set[str]] = defaultdict(set)
    refused: Counter[str] = Counter()
    columns = (world.identifiers[name].to_pylist() for name in ("account_id", "kind", "value"))
    for account, kind, value in zip(*columns, strict=True):
        try:
            found = normalise(kind, value, country=country[account])
        except ValueError:
            refused[kind] += 1
            continue
        holders[kind, found.value].add(account)
    return dict(holders), refused


def describe(world: World) -> dict[str, object]:
    """Count what a world holds.

    Returns:
        Accounts, owners, rows, rows an account, refused rows by kind, coverage by kind (share of accounts),
        crowd quantiles by kind (accounts a value: 50 %, 90 %, 99 %, most), values shared by strangers by
        kind (share of the values that two accounts or more hold), same-owner pairs and the share of them
        that share any value of at most :data:`CROWD_MAX` accounts (all, and covert ones), covert, handed-over
        and sold shares.
    """
    holders, refused = normalised_holders(world)
    count = world.accounts.num_rows
    owner: dict[str, set[str]] = defaultdict(set)
    columns = [world.truth[name].to_pylist() for name in ("account_id", "owner", "operator", "covert")]
    for account, party, _, _ in zip(*columns, strict=True):
        owner[party].add(account)
    owners_of = defaultdict(set)
    for party, accounts in owner.items():
        for account in accounts:
            owners_of[account].add(party)
    hidden = {account for account, _, _, covert in zip(*columns, strict=True) if covert}
    handed = sum(party != operator for _, party, operator, _ in zip(*columns, strict=True))
    same, reached, covert, covert_reached = _pairs(owner, hidden, holders)
    return {
        "accounts": count,
        "owners": len(owner),
        "rows": world.identifiers.num_rows,
        "rows an account": round(world.identifiers.num_rows / count, 2),
        "refused": dict(refused),
        "coverage": _coverage(holders, count),
        "crowds": _crowds(holders),
        "shared by strangers": _strangers(holders, owners_of),
        "same-owner pairs": same,
        "of them sharing a value": round(reached / max(same, 1), 3),
        "same-owner pairs, one covert": covert,
        "of these sharing a value": round(covert_reached / max(covert, 1), 3),
        "covert accounts tied to their owner's others": _tied(owner, hidden, holders),
        "covert": round(len(hidden) / count, 4),
        "handed over": round(handed / world.truth.num_rows, 4),
        "sold": round((world.truth.num_rows - count) / count, 4),
        "declared agencies": sum(world.accounts["declared_agency"].to_pylist()),
        "managed": round(1 - world.accounts["manager_id"].null_count / count, 4),
    }


def _pairs(
    owner: dict[str, set[str]], hidden: set[str], holders: dict[Value, set[str]]
) -> tuple[int, int, int, int]:
    values: dict[str, set[Value]] = defaultdict(set)
    for value, accounts in holders.items():
        if 1 < len(accounts) <= CROWD_MAX:
            for account in accounts:
                values[account].add(value)
    counts = [0, 0, 0, 0]
    for accounts in owner.values():
        for a, b in itertools.combinations(sorted(accounts), 2):
            reached = not values[a].isdisjoint(values[b])
            covert = a in hidden or b in hidden
            counts[0] += 1
            counts[1] += reached
            counts[2] += covert
            counts[3] += covert and reached
    return counts[0], counts[1], counts[2], counts[3]


def _tied(owner: dict[str, set[str]], hidden: set[str], holders: dict[Value, set[str]]) -> float:
    """Return the share of hidden accounts that share a value with another account of their owner."""
    beside: dict[str, set[str]] = {account: set() for account in hidden}
    for accounts in holders.values():
        if 1 < len(accounts) <= CROWD_MAX:
            for account in accounts & hidden:
                beside[account] |= accounts
    tied = {a for accounts in owner.values() for a in accounts & hidden if beside[a] & accounts - {a}}
    return round(len(tied) / max(len(hidden), 1), 3)


def _coverage(holders: dict[Value, set[str]], count: int) -> dict[str, float]:
    having: dict[str, set[str]] = defaultdict(set)
    for (kind, _), accounts in holders.items():
        having[kind] |= accounts
    return {kind: round(len(accounts) / count, 3) for kind, accounts in sorted(having.items())}


def _crowds(holders: dict[Value, set[str]]) -> dict[str, list[int]]:
    sizes: dict[str, list[int]] = defaultdict(list)
    for (kind, _), accounts in holders.items():
        sizes[kind].append(len(accounts))
    return {
        kind: [int(q) for q in np.quantile(found, (0.5, 0.9, 0.99, 1))]
        for kind, found in sorted(sizes.items())
    }


def _strangers(holders: dict[Value, set[str]], owners_of: dict[str, set[str]]) -> dict[str, float]:
    shared: Counter[str] = Counter()
    strange: Counter[str] = Counter()
    for (kind, _), accounts in holders.items():
        if len(accounts) > 1:
            shared[kind] += 1
            strange[kind] += not set.intersection(*(owners_of[account] for account in accounts))
    return {kind: round(strange[kind] / number, 3) for kind, number in sorted(shared.items())}
