"""Print what a bazaar is like: ``python -m benchmarks.linking.worlds.bazaar --seed 1``.

Law: it prints what it counted in the tables, nothing that the maker knew.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from benchmarks.linking.world import VARIANTS
from benchmarks.linking.worlds.bazaar import make
from benchmarks.linking.worlds.bazaar.statistics import count

if TYPE_CHECKING:
    from collections.abc import Sequence


def main() -> None:
    """Make a bazaar and print its summary."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.linking.worlds.bazaar", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--variant", choices=VARIANTS, default="base")
    parser.add_argument("--owners", type=int, default=10_000)
    asked = parser.parse_args()
    found = count(make(asked.variant, asked.seed, owners=asked.owners))
    print(f"accounts {found.accounts}, rows {found.rows}, owners {found.owners}")
    print(f"rows refused on reading {found.refused:.3f}")
    print("coverage " + ", ".join(f"{kind} {share:.2f}" for kind, share in found.coverage.items()))
    print(f"accounts with three or fewer of the ten kinds {found.thin:.3f}")
    print(f"accounts of an owner: {_quantiles(found.sizes)}")
    for kind, crowds in found.crowds.items():
        print(f"accounts of a value, {kind}: {_quantiles(crowds)}")
    print(f"same-owner pairs sharing a value of crowd 50 or less: {found.direct:.3f}")
    print(f"  of hiding owners: {found.direct_covert:.3f}")
    print(f"same-owner pairs that chains of such values join: {found.chained:.3f}")
    print(f"  of hiding owners: {found.chained_covert:.3f}")
    print(f"accounts handed over {found.handed_over:.3f}")


def _quantiles(ascending: Sequence[int]) -> str:
    shares = (0.5, 0.75, 0.9, 0.99, 0.999)
    found = [f"{share:g}: {ascending[int(share * (len(ascending) - 1))]}" for share in shares]
    return ", ".join([*found, f"most: {ascending[-1]}"])


if __name__ == "__main__":
    main()
