"""Values before they are written: a number a thing, with what its writing will need to know.

Law: a code says nothing about its owner once it is written; who holds it is kept elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Mapping

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

NOTHING: Final = -1
"""Code of no value, party or place."""

KIND_TABLES: Final[Mapping[str, str]] = {
    "legal_id": "company",
    "tax_id": "company",
    "domain": "domain",
    "email": "email",
    "phone": "phone",
    "card": "card",
    "bank": "bank",
    "admin": "admin",
    "device": "device",
    "ip": "ip",
    "pixel": "pixel",
    "address": "address",
}
"""Identifier kind to the table its values are minted in."""

KINDS: Final = tuple(KIND_TABLES)

NODES: Final = ("brand", "person", *dict.fromkeys(KIND_TABLES.values()))


@dataclass(slots=True)
class Mint:
    """Tables of things, growing; a thing is its row number.

    Args:
        rows: Table to blocks of (country, link, host): ``link`` is the brand of a domain or of a namesake,
            the person of an e-mail address, the e-mail address of an administrator, the neighbourhood of
            an IP address, the family of a person; ``host`` is the domain of an e-mail address, or how many
            strangers a domain is made for.
    """

    rows: dict[str, list[Ints]] = field(default_factory=lambda: {name: [] for name in NODES})
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(NODES, 0))

    def make(
        self,
        table: str,
        count: int,
        *,
        country: Ints | int = NOTHING,
        link: Ints | int = NOTHING,
        host: Ints | int = NOTHING,
    ) -> Ints:
        """Mint things and return their codes."""
        block = np.empty((3, count), dtype=np.int64)
        block[0], block[1], block[2] = country, link, host
        start = self.counts[table]
        self.rows[table].append(block)
        self.counts[table] = start + count
        return np.arange(start, start + count, dtype=np.int64)

    def table(self, name: str) -> tuple[Ints, Ints, Ints]:
        """Return country, link and host of everything in a table."""
        blocks = self.rows[name]
        if not blocks:
            empty = np.empty(0, dtype=np.int64)
            return empty, empty, empty
        whole = np.concatenate(blocks, axis=1)
        self.rows[name] = [whole]
        return whole[0], whole[1], whole[2]


@dataclass(frozen=True, slots=True)
class Pool:
    """What each member of a group has several of: consecutive codes a member."""

    codes: Ints
    starts: Ints
    counts: Ints

    def first(self, members: Ints) -> Ints:
        """Return everybody's main value."""
        return self.codes[self.starts[members]]

    def pick(self, members: Ints, rng: np.random.Generator, skew: float = 1.0) -> Ints:
        """Return one value each; the main one the more often, the greater the skew."""
        chosen = rng.random(len(members)) ** skew * self.counts[members]
        return self.codes[self.starts[members] + chosen.astype(np.int64)]


def pool(mint: Mint, table: str, counts: Ints, **attributes: Ints | int) -> Pool:
    """Mint as many things a member as counted; attributes are given a member."""
    spread = {
        name: np.repeat(value, counts) if isinstance(value, np.ndarray) else value
        for name, value in attributes.items()
    }
    codes = mint.make(table, int(counts.sum()), **spread)
    return Pool(codes, np.cumsum(counts) - counts, counts)


def fellows(groups: Ints, wanted: Ints, rng: np.random.Generator) -> Ints:
    """Draw for each wanted group one of its members; anybody where a group has none.

    Args:
        groups: Group of each member.
        wanted: Groups to draw from.
        rng: Draws.
    """
    order = np.argsort(groups, kind="stable")
    low = np.searchsorted(groups[order], wanted, side="left")
    high = np.searchsorted(groups[order], wanted, side="right")
    nobody = high == low
    low, high = np.where(nobody, 0, low), np.where(nobody, len(groups), high)
    return order[low + (rng.random(len(wanted)) * (high - low)).astype(np.int64)]
