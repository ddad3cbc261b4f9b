"""How well each method links invented worlds: worlds x variants x seeds x methods, as one document.

Law: every figure is computed from what a method returned and the truth; nothing is carried over from another
run.
"""

from __future__ import annotations

import importlib
import math
import subprocess
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from benchmarks.linking.bans import (
    ban_quality,
    draw_accounts,
    draw_subjects,
    found_at,
    frontier,
    innocents_at,
    name_each,
    named_quality,
)
from benchmarks.linking.method import prepare
from benchmarks.linking.metrics import pair_quality
from benchmarks.linking.ours import debar, debar_reviewed
from benchmarks.linking.peers.naive import naive
from benchmarks.linking.peers.pairwise import pairwise
from benchmarks.linking.peers.splink_five import splink
from benchmarks.linking.truth import truth_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.linking.bans import Ban, FrontierPoint
    from benchmarks.linking.method import Method, Outcome, Prepared
    from benchmarks.linking.world import World

METHODS: Final[dict[str, Method]] = {
    "debar": debar,
    "reviewed": debar_reviewed,
    "splink": splink,
    "naive": naive,
    "pairwise": pairwise,
}
"""Name on the command line to the method."""

BAN_THRESHOLDS: Final = (0.3, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999)
INNOCENTS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 3.0, 10.0, 100.0)
"""Innocents a ban at which the frontier is read off."""
DRAWN: Final = (0.0, *(float(x) for x in np.logspace(-2, 3, 51).round(4)))
"""Innocents a ban at which the frontier is drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """How many accounts are named.

    Args:
        subjects: Owners with two accounts or more, one account of each.
        anybody: Accounts drawn among all.
    """

    subjects: int = 300
    anybody: int = 200


def make_world(name: str, variant: str, seed: int, *, owners: int) -> World:
    """Make a world by the name of its module in ``benchmarks.linking.worlds``."""
    module = importlib.import_module(f"benchmarks.linking.worlds.{name}")
    world: World = module.make(variant, seed, owners=owners)
    return world


def run_quality(
    worlds: Sequence[Callable[[], World]],
    methods: Sequence[str],
    sample: Sample,
    say: Callable[[str], None] = lambda _: None,
) -> Iterator[dict[str, Any]]:
    """Yield one result a world and method.

    Args:
        worlds: Each makes one world, when its turn has come.
        methods: Names in :data:`METHODS`.
        sample: How many accounts are named.
        say: Is told what is being done.
    """
    for make in worlds:
        world = make()
        label = f"{world.name} {world.variant} {world.seed}"
        say(f"{label}: {world.accounts.num_rows:,} accounts, {world.identifiers.num_rows:,} identifiers")
        about = {
            "world": world.name,
            "variant": world.variant,
            "seed": world.seed,
            "accounts": world.accounts.num_rows,
            "identifiers": world.identifiers.num_rows,
        }
        with tempfile.TemporaryDirectory(prefix="linking-") as folder:
            prepared = prepare(
                label,
                Path(folder),
                accounts=world.accounts,
                identifiers=world.identifiers,
                truth=truth_of(world.truth),
            )
            for method in methods:
                say(f"{label}: {method}")
                try:
                    outcome = METHODS[method](prepared)
                except subprocess.CalledProcessError as stopped:
                    say(f"{label}: {method} stopped\n{stopped.stderr[-2000:]}")
                    continue
                yield {**about, **measure(outcome, prepared, sample)}
            prepared.opened.engine.close()


def measure(outcome: Outcome, prepared: Prepared, sample: Sample) -> dict[str, Any]:
    """Return everything that is said about what a method made of a platform."""
    truth, salt = prepared.truth, prepared.name
    bans = name_each(draw_subjects(truth, sample.subjects, salt), outcome.standings)
    anybody = name_each(draw_accounts(truth, sample.anybody, salt), outcome.standings)
    points = frontier(bans, truth)
    document = {
        "method": outcome.method,
        "probabilities": outcome.probabilities,
        "seconds": outcome.seconds,
        "threshold": outcome.threshold,
        "pairs": asdict(pair_quality(outcome.pairs, truth)),
        "ban": asdict(ban_quality(bans, truth, outcome.threshold)),
        "bans": [asdict(ban_quality(bans, truth, threshold)) for threshold in BAN_THRESHOLDS],
        "named": _named(anybody, prepared, outcome.threshold),
        **_read_off(points, there_are_bans=bool(bans)),
    }
    if outcome.review is not None:
        asked = name_each([ban.named for ban in bans], outcome.review)
        asked_points = frontier(asked, truth)
        document["review_frontier"] = _thinned(asked_points)
        document["review_found_at"] = {str(x): found_at(asked_points, x) for x in INNOCENTS}
        document["review_bans"] = [asdict(ban_quality(asked, truth, t)) for t in BAN_THRESHOLDS]
    return document


def _named(anybody: tuple[Ban, ...], prepared: Prepared, threshold: float) -> dict[str, Any]:
    quality = named_quality(anybody, prepared.truth, threshold)
    return {**asdict(quality), "b_cubed_f": quality.b_cubed.f}


def _read_off(points: tuple[FrontierPoint, ...], *, there_are_bans: bool) -> dict[str, Any]:
    found = {str(innocents): found_at(points, innocents) for innocents in INNOCENTS}
    return {
        "frontier": _thinned(points),
        "found_at": found if there_are_bans else dict.fromkeys(found, math.nan),
        "innocents_at_found_92": innocents_at(points, 0.92) if there_are_bans else math.nan,
    }


def _thinned(points: tuple[FrontierPoint, ...]) -> list[dict[str, float]]:
    """Return the points that are drawn: for each number of innocents the one that finds most."""
    best: dict[FrontierPoint, None] = {}
    for innocents in DRAWN:
        allowed = [point for point in points if point.innocents <= innocents]
        if allowed:
            best[max(allowed, key=lambda point: point.found)] = None
    return [asdict(point) for point in best]


def plain(value: Any) -> Any:  # noqa: ANN401 - any document
    """Return a document that JSON can hold: what is not a number becomes null, keys become text."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value
