"""Draws that come out the same on every machine, for ever.

Law: whole numbers only, taken from the raw bits of PCG64, which NumPy keeps stable between versions; no
logarithm, no distribution, no float, so that one seed gives one world, byte for byte.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, TypeVar

from numpy.random import PCG64

if TYPE_CHECKING:
    from collections.abc import Sequence

Item = TypeVar("Item")

_POOL: Final = 4096
_LETTERS: Final = str.maketrans("0123456789", "ghijklmnop")


class Draws:
    """A named stream of draws.

    Args:
        seed: The world's seed, not negative.
        name: What the stream is for: streams of other names do not move when one draws more.
    """

    def __init__(self, seed: int, name: str) -> None:
        words = hashlib.sha256(name.encode()).digest()[:16]
        self._bits = PCG64([seed, *words])
        self._pool: list[int] = []

    def bits(self) -> int:
        """Return 64 random bits."""
        if not self._pool:
            self._pool = self._bits.random_raw(_POOL).tolist()
        return self._pool.pop()

    def below(self, bound: int) -> int:
        """Return a whole number from 0 up to, not including, ``bound`` (at most 2**32)."""
        if not self._pool:
            self._pool = self._bits.random_raw(_POOL).tolist()
        return ((self._pool.pop() >> 32) * bound) >> 32

    def between(self, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``, both included."""
        return low + self.below(high - low + 1)

    def chance(self, per_mille: int) -> bool:
        """Return True ``per_mille`` times in a thousand."""
        return self.below(1000) < per_mille

    def pick(self, items: Sequence[Item]) -> Item:
        """Return one of the items."""
        return items[self.below(len(items))]

    def sample(self, items: Sequence[Item], count: int) -> list[Item]:
        """Return ``count`` different items, or all of them where there are fewer, in drawn order."""
        pool = list(items)
        count = min(count, len(pool))
        for at in range(count):
            other = at + self.below(len(pool) - at)
            pool[at], pool[other] = pool[other], pool[at]
        return pool[:count]

    def digits(self, count: int) -> str:
        """Return hexadecimal digits, at most 16."""
        return f"{self.bits():016x}"[:count]

    def letters(self) -> str:
        """Return 16 letters: no digit, so that nothing can be taken for a card number."""
        return f"{self.bits():016x}".translate(_LETTERS)
