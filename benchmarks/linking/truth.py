"""Who owns what in a world, as numbers that metrics can count with.

Law: an account counts for its latest holder. Whatever ties it to a former holder's other accounts is wrong,
exactly as a tie to a stranger is.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The owners of a world's accounts; accounts are numbered in the order of their ids.

    Args:
        accounts: Account ids, ascending.
        owners: Account number to the number of its latest holder.
        covert: Account number to whether that owner hides behind it.
        handed_over: Account number to whether it has had more than one holder.
    """

    accounts: tuple[str, ...]
    owners: NDArray[np.int64]
    covert: NDArray[np.bool_]
    handed_over: NDArray[np.bool_]

    def numbers(self) -> dict[str, int]:
        """Return account id to its number."""
        return {account_id: number for number, account_id in enumerate(self.accounts)}

    def members(self) -> list[NDArray[np.int64]]:
        """Return owner number to the numbers of its accounts, ascending."""
        order = np.argsort(self.owners, kind="stable")
        sizes = np.bincount(self.owners, minlength=self.owners.max(initial=-1) + 1)
        return np.split(order, np.cumsum(sizes)[:-1])

    def true_pairs_count(self) -> int:
        """Return the number of account pairs with one owner."""
        sizes = np.bincount(self.owners)
        return int((sizes * (sizes - 1) // 2).sum())

    def same_owner(self, a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell for each pair of account numbers whether one owner holds both."""
        same: NDArray[np.bool_] = self.owners[a] == self.owners[b]
        return same


def truth_of_rows(rows: Iterable[Mapping[str, Any]]) -> Truth:
    """Read a truth table, given as rows.

    Args:
        rows: account_id, owner, covert (default: no), from_day (default: from the beginning). Of several
            holders of one account the one with the latest ``from_day`` counts.

    Example:
        >>> truth = truth_of_rows([{"account_id": "b", "owner": "x"}, {"account_id": "a", "owner": "x"}])
        >>> truth.accounts, truth.true_pairs_count()
        (('a', 'b'), 1)
    """
    holders: dict[str, list[tuple[bool, Any, str, bool]]] = {}
    for row in rows:
        day = row.get("from_day")
        holders.setdefault(row["account_id"], []).append(
            (day is not None, day, row["owner"], bool(row.get("covert")))
        )
    accounts = tuple(sorted(holders))
    latest = [max(holders[account], key=lambda one: one[:2] if one[0] else (False,)) for account in accounts]
    names = {owner: number for number, owner in enumerate(sorted({owner for _, _, owner, _ in latest}))}
    return Truth(
        accounts=accounts,
        owners=np.array([names[owner] for _, _, owner, _ in latest], dtype=np.int64),
        covert=np.array([covert for *_, covert in latest], dtype=np.bool_),
        handed_over=np.array([len(holders[account]) > 1 for account in accounts], dtype=np.bool_),
    )


def truth_of(table: pa.Table) -> Truth:
    """Read a world's truth table (see :class:`benchmarks.linking.world.World`)."""
    return truth_of_rows(table.select(["account_id", "owner", "covert", "from_day"]).to_pylist())


def draw(names: Sequence[str], count: int, salt: str) -> list[int]:
    """Return the places of ``count`` names, drawn by hash: the same names and salt draw the same.

    Example:
        >>> draw(["a", "b", "c"], 2, "1") == draw(["a", "b", "c"], 3, "1")[:2]
        True
    """
    order = sorted((hashlib.sha256(f"{salt}:{name}".encode()).digest(), i) for i, name in enumerate(names))
    return [place for _, place in order[:count]]
