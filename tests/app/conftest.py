"""Somebody's desk, for the tests of the verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desks import set_up

if TYPE_CHECKING:
    from pathlib import Path

    from desks import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a folder with a small export, three keys and a register."""
    return set_up(tmp_path)
