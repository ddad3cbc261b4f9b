"""The hash of a typed key.

Law: XXH3 with 64 bits, seeded twice: the kind under the table's seed, the value under what that gives. So a
value of one kind is unrelated to the same value of another, and nothing is concatenated for a check.
Source: the XXH3 specification, https://github.com/Cyan4973/xxHash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from xxhash import xxh3_64_intdigest

from debar.model.typed_keys import EXACT_KINDS, spelling_of

Known: TypeAlias = tuple[int, Callable[[str], str] | None]
"""A kind's seed, and what brings its values into their one spelling; None where each has but one."""


def kind_seed(kind: str, seed: int) -> int:
    """Return the seed under which values of a kind are hashed."""
    return xxh3_64_intdigest(kind.encode(), seed)


def key_hash(kind: str, value: str, seed: int) -> int:
    """Return a key's 64-bit hash in a table with this seed."""
    return xxh3_64_intdigest(value.encode(), kind_seed(kind, seed))


class Kinds:
    """For each kind that was asked about, its seed and what brings its values into their one spelling.

    A named cache: ``known`` is filled on first use, and begun anew where a caller invents kinds.

    Args:
        seed: The table's seed.
    """

    LIMIT = 1_024

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.known: dict[str, Known] = {}

    def learn(self, kinds: Iterable[str]) -> None:
        """Know kinds from now on."""
        if len(self.known) >= self.LIMIT:
            self.known.clear()
        for kind in kinds:
            self.known[kind] = (
                kind_seed(kind, self.seed),
                None if kind in EXACT_KINDS else spelling_of(kind),
            )
