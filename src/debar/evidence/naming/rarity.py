"""How much it says that two names have a word in common: the rarer the word, the more.

Law: rarity is counted over distinct names of the platform at hand, so that an owner with seventy
accounts under one name makes its words no more common; a small shipped table stands in where nothing
was counted yet, and fades as names are counted.

Source: K. Sparck Jones, "A statistical interpretation of term specificity and its application in
retrieval", Journal of Documentation 28 (1972).
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from debar.evidence.naming.reading import read_name
from debar.evidence.naming.tables import GENERIC, GIVEN_NAMES, OFFICES, PLACES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PRIOR_NAMES: Final = 1_000
"""The shipped table counts as much as so many names of the platform."""

NAMES_MIN: Final = 1_000
"""Fewer distinct names say nothing about how rare a word is; the shipped table does."""

UNLISTED_BITS: Final = 16
"""A word of no list is taken to stand in one name of 65,536."""

LISTED_BITS: Final = (
    (frozenset({"for", "of", "the", "and", "to", "in", "de"}), 3),
    (OFFICES, 6),
    (GENERIC, 7),
    (PLACES, 9),
    (GIVEN_NAMES, 10),
)
"""Word lists, and in one name of how many (as a power of two) a word of the list is taken to stand."""


@lru_cache(maxsize=65_536)
def _listed_bits(word: str) -> int:
    if len(word) == 1:
        return 5
    if word.isdigit():
        return 8
    return next((bits for words, bits in LISTED_BITS if word in words), UNLISTED_BITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rarity:
    """How rare words are in names.

    Args:
        names_count: Distinct names that were counted.
        counts: Word to the number of distinct names that hold it.
    """

    names_count: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)

    def millibits(self, word: str) -> int:
        """Return how much a shared word says, in thousandths of a bit: log2 of one in how many names.

        Example:
            >>> Rarity().millibits("committee"), Rarity().millibits("rosneft")
            (6000, 16000)
        """
        return _millibits(self.names_count, self.counts.get(word, 0), _listed_bits(word))

    def name_millibits(self, words: Iterable[str]) -> int:
        """Return how much words say together, as if they were independent."""
        return sum(map(self.millibits, words))


@lru_cache(maxsize=65_536)
def _millibits(names_count: int, count: int, listed_bits: int) -> int:
    expected = PRIOR_NAMES * 2.0**-listed_bits + count
    return max(0, round(1000 * math.log2((PRIOR_NAMES + names_count) / expected)))


@lru_cache(maxsize=1)
def shipped_rarity() -> Rarity:
    """Return the rarity of words where no platform was counted."""
    return Rarity()


def count_rarity(names: Iterable[str]) -> Rarity:
    """Count the words of a platform's names.

    Args:
        names: Names, as the platform writes them; what reads alike counts once.

    Example:
        >>> count_rarity(["Rosneft Trade", "ROSNEFT TRADE", "Lukoil Trade"]).counts["trade"]
        2
    """
    distinct = {frozenset(words) for name in names for words in read_name(name).aliases}
    counted = Counter(word for words in distinct for word in words)
    return Rarity(names_count=len(distinct), counts=dict(counted))


def platform_rarity(names: Iterable[str]) -> Rarity:
    """Return the rarity of words on a platform: counted, or the shipped table where it has few names.

    Example:
        >>> platform_rarity(["Rosneft Trade", "Lukoil Trade"]) == shipped_rarity()
        True
    """
    counted = count_rarity(names)
    return counted if counted.names_count >= NAMES_MIN else shipped_rarity()
