"""What 200 reviewed pairs make of the numbers on invented worlds: ``python -m benchmarks.linking.assurance``.

Law: the reviewer answers from the truth; what is printed as true is counted over every candidate pair of the
world, not over the reviewed ones.
"""

from __future__ import annotations

import argparse
import importlib
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.linking.method import prepare
from benchmarks.linking.ours import reviewed_pairs
from benchmarks.linking.truth import truth_of
from debar.app.opening import fitted
from debar.linking.assurance.calibrate import calibrate
from debar.linking.assurance.measures import quality
from debar.linking.assurance.scored import audit_platform, score_strata
from debar.linking.links import ensure_links

if TYPE_CHECKING:
    from collections.abc import Mapping

    from debar.linking.assurance.measures import Quality
    from debar.model.ports import Engine


def over_all(engine: Engine, owners: Mapping[str, int], *, firm: bool) -> Quality:
    """Measure the links as they stand against the truth, over all candidate pairs or the firm ones."""
    rows = engine.rows("SELECT account_a, account_b, p_owner, carries_a_ban FROM links")
    kept = [(a, b, p) for a, b, p, carries in rows if (carries or not firm) and a in owners and b in owners]
    same = np.array([owners[a] == owners[b] for a, b, _ in kept])
    return quality(np.array([p / 1e6 for *_, p in kept]), same, np.ones(len(kept)))


def told(name: str, found: Quality) -> str:
    """Write one line of figures."""
    at = {i.threshold: i for i in found.innocents}
    ratios = " ".join(
        f"{p:g}:{at[p].reviewed}/{at[p].found}/" + ("-" if at[p].ratio is None else f"{at[p].ratio:.2f}")
        for p in (0.5, 0.9, 0.95, 0.99)
    )
    return f"  {name:22} log loss {found.log_loss:.4f}  error {found.calibration_error:.4f}  {ratios}"


def run(world: str, variant: str, seed: int, *, owners: int, labels: int) -> None:
    """Draw, answer from the truth, calibrate and print."""
    made = importlib.import_module(f"benchmarks.linking.worlds.{world}").make(variant, seed, owners=owners)
    truth = truth_of(made.truth)
    owner_of = dict(zip(truth.accounts, truth.owners.tolist(), strict=True))
    with tempfile.TemporaryDirectory() as folder:
        prepared = prepare(
            world, Path(folder), accounts=made.accounts, identifiers=made.identifiers, truth=truth
        )
        opened = fitted(prepared.opened)
        engine = opened.engine
        ensure_links(engine, opened.parameters, opened.policy)
        score_strata(engine, opened.parameters)
        print(f"{world} {variant} {seed}: {audit_platform(engine, opened.policy).sentence()}")
        print(told("true, uncalibrated", over_all(engine, owner_of, firm=False)))
        print(told("true, firm, uncal.", over_all(engine, owner_of, firm=True)))
        made_of = calibrate(*reviewed_pairs(opened, truth, labels))
        calibrated = replace(opened.parameters, calibration=made_of.calibration)
        ensure_links(engine, calibrated, opened.policy)
        print(told("cross-fitted", made_of.after))
        print(told("true, calibrated", over_all(engine, owner_of, firm=False)))
        print(told("true, firm, calibrated", over_all(engine, owner_of, firm=True)))


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", nargs="+", default=["harbour", "bazaar"])
    parser.add_argument("--variants", nargs="+", default=["base", "nobody_linked"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1])
    parser.add_argument("--owners", type=int, default=3_000)
    parser.add_argument("--labels", type=int, default=200)
    asked = parser.parse_args()
    print("innocents from p: pairs/innocent/predicted over actual")
    for world in asked.worlds:
        for variant in asked.variants:
            for seed in asked.seeds:
                run(world, variant, seed, owners=asked.owners, labels=asked.labels)


if __name__ == "__main__":
    main()
