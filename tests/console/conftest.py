"""A console over a small platform, for all tests of this room."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from consoles import Open, open_console
from desks import CONTACTS, Desk, set_up

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def files_once(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Make the files once: an export with contacts, keys, a register, people who may sign in."""
    files = set_up(tmp_path_factory.mktemp("console"))
    (files.folder / "export" / "contacts.csv").write_text(CONTACTS)
    files.enrolled("dora", "appeals")
    open_console(files)
    return files


@pytest.fixture
def opened(files_once: Desk, tmp_path: Path) -> Open:
    """Return a console over a copy of the files."""
    shutil.copytree(files_once.folder, tmp_path, dirs_exist_ok=True)
    return open_console(Desk(folder=tmp_path))
