"""Fixtures of the gate's tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from registers import new_register

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from debar.register.sqlite import SqliteRegister


@pytest.fixture
def register(tmp_path: Path) -> Iterator[SqliteRegister]:
    """Return a register with two enrolled keys."""
    with new_register(tmp_path / "register.db") as made:
        yield made
