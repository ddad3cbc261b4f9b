"""The commands of the desk."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

import pytest

from consoles import PASSWORD
from desks import Desk, set_up

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a folder with keys and a file with a password."""
    made = set_up(tmp_path)
    (tmp_path / "password").write_text(PASSWORD + "\n")
    return made


def test_people_are_added_changed_and_disabled(desk: Desk) -> None:
    """Each command says who is what now; whoever is disabled signs here no more."""
    folder, secret = desk.path("desk"), ("--password-file", desk.path("password"))
    key = ("--key", desk.path("ana.key"))
    desk.run("desk", "add", folder, "ana", "--role", "proposer", *key, *secret)
    desk.run("desk", "roles", folder, "ana", "--role", "proposer", "--role", "reviewer")
    assert "ana: proposer, reviewer, signs here" in desk.run("desk", "people", folder).output
    desk.run("desk", "disable", folder, "ana")
    (ana,) = desk.json("desk", "people", folder)["people"]
    assert (True, ["proposer", "reviewer"]) == (ana["disabled"], ana["roles"])
    assert "DBR-K005" in desk.run("desk", "add", folder, "ana", "--role", "auditor", *secret, code=1).stderr


def test_without_its_libraries_the_console_says_what_to_install(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DBR-K040."""
    real = builtins.__import__

    def absent(name: str, *rest: Any, **named: Any) -> Any:
        if name == "argon2":
            raise ImportError(name=name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", absent)
    told = desk.run("desk", "people", desk.path("desk"), code=2).stderr
    assert "DBR-K040" in told
    assert "debar[console]" in told
