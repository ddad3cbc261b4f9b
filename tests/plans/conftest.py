"""Fixtures of the plans' tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from small_plan import plan_on
from worlds import engine_of

if TYPE_CHECKING:
    from debar.plans.plan import Plan
    from debar.stores.duckdb_engine import DuckEngine


@pytest.fixture
def engine() -> DuckEngine:
    """Return the world's tables."""
    return engine_of()


@pytest.fixture
def plan(engine: DuckEngine) -> Plan:
    """Return a frozen plan."""
    return plan_on(engine)
