"""A small world, written once for all tests of the room."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from debar.sample import World, write_world
from debar.stores.rates import shipped_rates

if TYPE_CHECKING:
    from collections.abc import Callable

    from debar.model.rates import Rates

SCALE = 0.05


@pytest.fixture(scope="session")
def rates() -> Rates:
    """Return the ECB's rates as the dependency ships them."""
    return shipped_rates()


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory, rates: Rates) -> World:
    """Write a small world from the story's seed."""
    return write_world(tmp_path_factory.mktemp("sample") / "world", scale=SCALE, rates=rates)


@pytest.fixture(scope="session")
def rows(world: World) -> Callable[[str], list[dict[str, str]]]:
    """Return a reader of one table's rows, by plain means."""

    def read(table: str) -> list[dict[str, str]]:
        with (world.folder / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    return read
