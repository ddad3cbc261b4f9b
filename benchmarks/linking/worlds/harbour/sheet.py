"""The platform's identifier rows while they are still numbers.

Law: rows remember who left them only until they are written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.linking.worlds.harbour.mint import KINDS, NOTHING, Bools, Ints

if TYPE_CHECKING:
    from benchmarks.linking.worlds.harbour.cast import Holdings

SOURCES: Final = ("signup", "billing", "login", "crawl", "support")
ROLES: Final = ("owner", "payer", "admin", "agency", "beneficiary")
SPANS: Final = {"whole": (0.0, 0.0), "most": (0.1, 0.1), "part": (0.6, 0.6), "brief": (0.9, 0.97)}
"""How much of a holding's time a row may miss at its beginning and at its end, as shares."""


@dataclass(slots=True)
class Rows:
    """Columns of identifier rows, all of one length."""

    kind: Ints
    holding: Ints
    code: Ints
    role: Ints
    source: Ints
    first: Ints
    last: Ints

    def __len__(self) -> int:
        return len(self.kind)

    def take(self, rows: Ints | Bools) -> Rows:
        """Return some of the rows."""
        return Rows(*(getattr(self, name)[rows] for name in self.__slots__))


def join(blocks: list[Rows]) -> Rows:
    """Put blocks of rows under one another."""
    names = Rows.__slots__
    return Rows(*(np.concatenate([getattr(block, name) for block in blocks]) for name in names))


@dataclass(slots=True)
class Sheet:
    """Collects rows."""

    holdings: Holdings
    rng: np.random.Generator
    blocks: list[Rows] = field(default_factory=list)

    def add(
        self,
        kind: str,
        codes: Ints,
        keep: Bools,
        *,
        role: str | None = None,
        source: str = "signup",
        span: str = "whole",
    ) -> None:
        """Add a row for every holding that is kept and has a value.

        Args:
            kind: Identifier kind.
            codes: One a holding; -1 where it has none.
            keep: One a holding.
            role: In which role; none is stated if empty.
            source: One of :data:`SOURCES`.
            span: One of :data:`SPANS`.
        """
        holding = np.flatnonzero(keep & (codes != NOTHING))
        count = len(holding)
        start, end = self.holdings.start[holding], self.holdings.end[holding]
        early, late = SPANS[span]
        length = end - start
        first = start + (length * self.rng.random(count) * early).astype(np.int64)
        last = end - ((end - first) * self.rng.random(count) * late).astype(np.int64)
        self.blocks.append(
            Rows(
                kind=np.full(count, KINDS.index(kind)),
                holding=holding,
                code=codes[holding],
                role=np.full(count, ROLES.index(role) if role else NOTHING),
                source=np.full(count, SOURCES.index(source)),
                first=first,
                last=np.maximum(first, last),
            )
        )
