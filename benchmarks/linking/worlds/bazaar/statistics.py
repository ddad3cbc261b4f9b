"""What a bazaar is like, counted: coverage, crowds, and how owners hang together.

Law: everything is counted on values as debar normalises them, the domains of e-mail addresses included; a
pair counts as one owner's if the same owner held both accounts at any time.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmarks.linking.worlds.bazaar.rates import COVERAGE
from debar.evidence.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from benchmarks.linking.world import World

CROWD_MAX: Final = 50
"""A value that more accounts show is no direct tie here."""

_LEGAL: Final = frozenset({"legal_id", "tax_id", "vat_id"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What was counted.

    Args:
        accounts: Accounts.
        rows: Rows of identifiers.
        refused: Share of rows that debar refuses on reading.
        coverage: Kind to the share of accounts that state it.
        thin: Share of accounts with three or fewer of the ten kinds.
        owners: Owners that ever held an account.
        sizes: Accounts of each owner, ascending.
        crowds: Kind to the accounts of each value, ascending.
        direct: Share of same-owner pairs that share a value of crowd 50 or less.
        direct_covert: The same among hiding owners.
        chained: Share of same-owner pairs that chains of such values join inside the owner's accounts.
        chained_covert: The same among hiding owners.
        handed_over: Share of accounts with more than one holder.
    """

    accounts: int
    rows: int
    refused: float
    coverage: Mapping[str, float]
    thin: float
    owners: int
    sizes: Sequence[int]
    crowds: Mapping[str, Sequence[int]]
    direct: float
    direct_covert: float
    chained: float
    chained_covert: float
    handed_over: float


def count(world: World) -> Counts:
    """Count what a world is like."""
    country = dict(zip(*_columns(world.accounts, "account_id", "country"), strict=True))
    holders: dict[tuple[str, str], set[str]] = defaultdict(set)
    kinds: dict[str, set[str]] = defaultdict(set)
    refused = 0
    rows = zip(*_columns(world.identifiers, "account_id", "kind", "value"), strict=True)
    for account, kind, raw in rows:
        kinds[account].add("legal_id" if kind in _LEGAL else kind)
        values = values_of(kind, raw, country[account])
        refused += not values
        for value in values:
            holders[value].add(account)
    owned, covert = _owned(world)
    spots: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for value, accounts in holders.items():
        if 2 <= len(accounts) <= CROWD_MAX:
            for account in accounts:
                spots[account].append(value)
    every = [_ties(accounts, spots) for accounts in owned.values()]
    hiding = [_ties(owned[owner], spots) for owner in covert]
    crowds: dict[str, list[int]] = defaultdict(list)
    for (kind, _), accounts in holders.items():
        crowds[kind].append(len(accounts))
    total = world.accounts.num_rows
    seen = Counter(kind for found in kinds.values() for kind in found)
    rows_of = Counter(world.truth.column("account_id").to_pylist())
    return Counts(
        accounts=total,
        rows=world.identifiers.num_rows,
        refused=refused / world.identifiers.num_rows,
        coverage={kind: seen[kind] / total for kind in COVERAGE},
        thin=1 - sum(len(found & COVERAGE.keys()) > 3 for found in kinds.values()) / total,
        owners=len(owned),
        sizes=sorted(len(accounts) for accounts in owned.values()),
        crowds={kind: sorted(crowds[kind]) for kind in COVERAGE},
        direct=_share(every, 1),
        direct_covert=_share(hiding, 1),
        chained=_share(every, 2),
        chained_covert=_share(hiding, 2),
        handed_over=sum(held > 1 for held in rows_of.values()) / total,
    )


def values_of(kind: str, raw: str, country: str) -> list[tuple[str, str]]:
    """Return the normalised values that a row gives, none if it is refused."""
    try:
        found = normalise(kind, raw, country=country)
    except ValueError:
        return []
    return [("legal_id" if kind in _LEGAL else kind, found.value), *found.derived]


def _columns(table: object, *names: str) -> Iterable[list[str]]:
    return [table.column(name).to_pylist() for name in names]  # type: ignore[attr-defined]


def _owned(world: World) -> tuple[dict[str, list[str]], set[str]]:
    owned: dict[str, set[str]] = defaultdict(set)
    covert = set()
    for row in world.truth.to_pylist():
        owned[row["owner"]].add(row["account_id"])
        if row["covert"]:
            covert.add(row["owner"])
    return {owner: sorted(accounts) for owner, accounts in owned.items()}, covert


def _share(ties: Iterable[tuple[int, int, int]], place: int) -> float:
    found = list(ties)
    return sum(tie[place] for tie in found) / max(1, sum(tie[0] for tie in found))


def _ties(accounts: Sequence[str], spots: Mapping[str, Sequence[tuple[str, str]]]) -> tuple[int, int, int]:
    """Return an owner's pairs, those with a value in common, and those that a chain joins."""
    at: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, account in enumerate(accounts):
        for value in spots.get(account, ()):
            at[value].append(place)
    direct = {(a, b) for places in at.values() for i, a in enumerate(places) for b in places[i + 1 :]}
    root = list(range(len(accounts)))

    def find(place: int) -> int:
        while root[place] != place:
            root[place] = root[root[place]]
            place = root[place]
        return place

    for a, b in direct:
        root[find(a)] = find(b)
    sizes = Counter(find(place) for place in range(len(accounts)))
    pairs = len(accounts) * (len(accounts) - 1) // 2
    return pairs, len(direct), sum(size * (size - 1) // 2 for size in sizes.values())
