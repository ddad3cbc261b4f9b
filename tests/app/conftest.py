"""Somebody's desk, for the tests of the verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desks import ACCOUNTS, BILLING, DECISION, IDENTIFIERS, Desk

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a folder with a small export, three keys and a register."""
    export = tmp_path / "export"
    export.mkdir()
    (export / "accounts.csv").write_text(ACCOUNTS)
    (export / "identifiers.csv").write_text(IDENTIFIERS)
    (export / "billing.csv").write_text(BILLING)
    (tmp_path / "decision.toml").write_text(DECISION)
    made = Desk(folder=tmp_path)
    for name in ("ana", "ben", "cem"):
        made.run("key", "new", name, "--out", made.path(f"{name}.key"))
    made.run(
        "register", "init", "--origin", "ads.example.org/debar",
        "--proposer", made.path("ana.key"), "--approver", made.path("ben.key"),
    )  # fmt: skip
    return made
