"""What holds for all tests: how Hypothesis draws, the one browser of a module, the one PostgreSQL of a worker."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from browsers import chromium
from postgres_servers import postgres

__all__ = ["browser", "postgres"]

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

settings.register_profile("repeat", derandomize=True, deadline=None, database=None)
settings.register_profile("search", derandomize=False, deadline=None, print_blob=True)
settings.load_profile("search" if os.environ.get("DEBAR_SEARCH") else "repeat")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium, closed with its module: Playwright allows one at a time in a process."""
    with chromium() as opened:
        yield opened
