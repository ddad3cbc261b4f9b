"""How often two strangers bear one name: what the words of a platform's own names lead one to expect.

Law: counted over distinct names, so that an owner of seventy accounts makes no name more common. Words are
taken to be independent, which they are not quite: whoever uses the numbers leaves room for that.

Source: Fellegi and Sunter (1969), section 3.3: the weight of an agreement by the frequency of its components.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from debar.evidence.naming.rarity import NAMES_MIN, shipped_rarity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

BEARERS_MAX: Final = 0.03
"""A name is rare on a platform where chance gives it fewer further bearers than this."""

TELLING_MILLIBITS: Final = 24_000
"""Where no words could be counted, a name is rare if it tells so much, one name in sixteen million: two words
of no list, or a given name and a surname."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameChance:
    """The words of a platform's distinct names.

    Args:
        names_count: Distinct names.
        words: Word to the number of names that hold it.
        lengths: Number of words to the number of names that have so many.
    """

    names_count: int
    words: Mapping[str, int]
    lengths: Mapping[int, int]

    @property
    def _total(self) -> int:
        return sum(count * length for length, count in self.lengths.items())

    def bearers(self, name: str) -> float:
        """Return how many of the platform's names would be this one by chance alone.

        A name of as many words, drawn one by one, has these words in some order.

        Args:
            name: One of the names that were counted, its words parted by spaces.
        """
        parts = name.split()
        total = self._total
        logs = [math.log(self.words[word] / total) for word in parts]
        return self.lengths[len(parts)] * math.factorial(len(parts)) * math.exp(sum(logs))

    def coincidence(self) -> float:
        """Return the probability that two names are the same by chance.

        Two names are as long, and two words are the same as often as there are words, in any order.

        Example:
            >>> count_chance(["doe jane", "roe john"]).coincidence()
            0.125
        """
        total = self._total
        one_word = sum((count / total) ** 2 for count in self.words.values())
        return sum(
            (count / self.names_count) ** 2 * math.factorial(length) * one_word**length
            for length, count in self.lengths.items()
        )


def count_chance(names: Iterable[str]) -> NameChance:
    """Count the words of distinct names; sorted names give the same sums everywhere."""
    words: Counter[str] = Counter()
    lengths: Counter[int] = Counter()
    for name in names:
        parts = name.split()
        words.update(parts)
        lengths[len(parts)] += 1
    return NameChance(
        names_count=lengths.total(), words=dict(sorted(words.items())), lengths=dict(sorted(lengths.items()))
    )


def common_names(names: Iterable[str]) -> list[str]:
    """Return those distinct names that are not rare on their platform.

    Where too few names are stated to count words in (:data:`debar.evidence.naming.rarity.NAMES_MIN`), the
    shipped table tells.

    Args:
        names: Names as :func:`debar.evidence.naming.keys.rare_words` returns them.
    """
    distinct = sorted(set(names))
    if len(distinct) < NAMES_MIN:
        rarity = shipped_rarity()
        return [name for name in distinct if rarity.name_millibits(name.split()) < TELLING_MILLIBITS]
    chance = count_chance(distinct)
    return [name for name in distinct if chance.bearers(name) >= BEARERS_MAX]
