"""Somebody's desk, for the tests of the verbs."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from desks import CHAIN_ACCOUNTS, CHAIN_BILLING, CHAIN_IDENTIFIERS, CONTACTS, Decided, Desk, set_up

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a folder with a small export, three keys and a register."""
    return set_up(tmp_path)


@pytest.fixture(scope="session")
def decided_once(tmp_path_factory: pytest.TempPathFactory) -> Decided:
    """Decide once for all tests that begin after the decision, with reviewers enrolled and contacts recorded."""
    desk = set_up(tmp_path_factory.mktemp("decided"))
    (desk.folder / "export" / "contacts.csv").write_text(CONTACTS)
    for table, more in (
        ("accounts", CHAIN_ACCOUNTS),
        ("identifiers", CHAIN_IDENTIFIERS),
        ("billing", CHAIN_BILLING),
    ):
        path = desk.folder / "export" / f"{table}.csv"
        path.write_text(path.read_text() + more)
    decision = desk.applied()
    for name, role in (("dora", "appeals"), ("eve", "approver"), ("sid", "appeals"), ("sol", "appeals")):
        desk.enrolled(name, role)
    return Decided(folder=desk.folder, decision=decision)


@pytest.fixture
def decided(decided_once: Decided, tmp_path: Path) -> Decided:
    """Return a copy of the decided desk; its plan still names the first desk's export."""
    shutil.copytree(
        decided_once.folder, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("export")
    )
    return Decided(folder=tmp_path, decision=decided_once.decision)
