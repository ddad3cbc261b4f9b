"""Print what a harbour is like.

    python -m benchmarks.linking.worlds.harbour --variant base --seed 1 --owners 10000

Law: prints, and changes nothing.
"""

from __future__ import annotations

import argparse
import json
import time

from benchmarks.linking.world import VARIANTS
from benchmarks.linking.worlds.harbour import describe, make


def main() -> None:
    parser = argparse.ArgumentParser(description="Print what a harbour is like.")
    parser.add_argument("--variant", choices=VARIANTS, default="base")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--owners", type=int, default=10_000)
    parser.add_argument("--brief", action="store_true", help="only time and size")
    asked = parser.parse_args()
    begun = time.perf_counter()
    world = make(asked.variant, asked.seed, owners=asked.owners)
    took = round(time.perf_counter() - begun, 2)
    if asked.brief:
        print(
            json.dumps(
                {"seconds": took, "accounts": world.accounts.num_rows, "rows": world.identifiers.num_rows}
            )
        )
        return
    print(json.dumps({"seconds": took, **describe(world)}, indent=1))


if __name__ == "__main__":
    main()
