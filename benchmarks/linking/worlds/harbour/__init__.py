"""The harbour: an invented platform of shops, agencies, families, crowds and a few who hide.

Law: written from how platforms, agencies and evaders behave, without sight of the model it measures.
"""

from __future__ import annotations

import numpy as np

from benchmarks.linking.world import World
from benchmarks.linking.worlds.harbour.accidents import pass_on
from benchmarks.linking.worlds.harbour.cast import cast
from benchmarks.linking.worlds.harbour.export import (
    account_ids,
    accounts_table,
    cap_legal,
    identifiers_table,
    merge,
    truth_table,
)
from benchmarks.linking.worlds.harbour.rates import rates_of
from benchmarks.linking.worlds.harbour.sheet import join
from benchmarks.linking.worlds.harbour.stage import set_scene
from benchmarks.linking.worlds.harbour.summary import describe
from benchmarks.linking.worlds.harbour.texts import Texts
from benchmarks.linking.worlds.harbour.traces import leave_traces

__all__ = ["describe", "make"]


def make(variant: str, seed: int, *, owners: int = 10_000) -> World:
    """Make a harbour.

    Args:
        variant: One of :data:`benchmarks.linking.world.VARIANTS`.
        seed: The same seed gives the same tables.
        owners: Owners, not counting those who come by buying an account; at least 100.

    Raises:
        ValueError: No such variant.

    Example:
        >>> make("base", 1, owners=100).name
        'harbour'
    """
    rng = np.random.default_rng([seed, owners])
    rates = rates_of(variant, rng)
    scene = set_scene(rates, cast(rates, owners, rng), rng)
    leave_traces(scene)
    rows = pass_on(rates, scene.cast, join(scene.sheet.blocks), rng)
    rows = cap_legal(scene, merge(scene, rows))
    texts = Texts(scene.mint, rng)
    ids = account_ids(scene.cast.accounts, rng)
    accounts = accounts_table(scene, texts, ids)
    lands = scene.cast.holdings.country[: scene.cast.accounts].copy()
    bought = scene.cast.holdings.bought
    lands[scene.cast.holdings.account[bought]] = scene.cast.holdings.country[bought]
    return World(
        name="harbour",
        variant=variant,
        seed=seed,
        accounts=accounts,
        identifiers=identifiers_table(scene, texts, rows, ids, lands),
        truth=truth_table(scene, ids),
    )
