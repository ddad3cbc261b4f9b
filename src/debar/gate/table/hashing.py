"""The hash of a typed key.

Law: XXH3 with 64 bits, seeded twice: the kind under the table's seed, the value under what that gives. So a
value of one kind is unrelated to the same value of another, and nothing is concatenated for a check.
Source: the XXH3 specification, https://github.com/Cyan4973/xxHash.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from xxhash import xxh3_64_intdigest

from debar.model.typed_keys import EXACT_KINDS, spelling_of

Spelling: TypeAlias = Callable[[str], str]


def kind_seed(kind: str, seed: int) -> int:
    """Return the seed under which values of a kind are hashed."""
    return xxh3_64_intdigest(kind.encode(), seed)


def key_hash(kind: str, value: str, seed: int) -> int:
    """Return a key's 64-bit hash in a table with this seed."""
    return xxh3_64_intdigest(value.encode(), kind_seed(kind, seed))


class Kinds(dict[str, tuple[int, Spelling | None]]):
    """For each kind that was asked about, its seed and what brings its values into their one spelling.

    A named cache: filled on first use, as large as there are kinds.

    Args:
        seed: The table's seed.
    """

    LIMIT = 1_024

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.seed = seed

    def __missing__(self, kind: str) -> tuple[int, Spelling | None]:
        if not kind:
            raise ValueError("an empty kind is no kind")
        made = (kind_seed(kind, self.seed), None if kind in EXACT_KINDS else spelling_of(kind))
        if len(self) < self.LIMIT:
            self[kind] = made
        return made
