"""The contract of the command line: help with examples, JSON, exit codes, clear refusals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

import debar as package
from debar.cli.commands import debar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def commands(
    group: click.Group = debar, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command with the words that call it."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


ALL = list(commands())


@pytest.mark.parametrize(("words", "command"), ALL, ids=[" ".join(words) for words, _ in ALL])
def test_every_command_explains_itself(words: tuple[str, ...], command: click.Command) -> None:
    """Help has a sentence, an example that calls this command, and --json and --register."""
    result = CliRunner().invoke(debar, [*words, "--help"])
    assert result.exit_code == 0
    assert command.help
    assert command.epilog is not None
    assert command.epilog.startswith(f"Example: debar {' '.join(words)}")
    assert "--json" in result.output
    assert "--register" in result.output
    assert all(p.help for p in command.params if isinstance(p, click.Option) and p.name != "form")


def test_the_version_is_the_packages() -> None:
    """--version prints the version."""
    assert package.__version__ in CliRunner().invoke(debar, ["--version"]).output


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (["check", "X"], "DBR-A001", 2),
        (["read", "nowhere"], "DBR-A002", 2),
        (["show", "nowhere.json"], "DBR-A008", 2),
        (["demo", "."], "DBR-A020", 1),
        (["retrospect", ".", "--from", "2016-11-08", "--to", "2015-06-01"], "DBR-A007", 2),
    ],
)
def test_wrong_use_is_refused_with_a_code_a_hint_and_an_exit_code(
    arguments: list[str], code: str, exit_code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error stands on standard error, and with --json as a document on standard output."""
    (tmp_path / "file").write_text("x")
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(debar, arguments)
    assert result.exit_code == exit_code
    assert code in result.stderr
    assert "hint:" in result.stderr
    as_json = CliRunner().invoke(debar, [*arguments, "--json"])
    assert as_json.exit_code == exit_code
    assert json.loads(as_json.stdout)["error"]["code"] == code


def test_an_unknown_option_is_wrong_use() -> None:
    """Exit code 2."""
    assert CliRunner().invoke(debar, ["read", "--nonsense"]).exit_code == 2


@pytest.mark.parametrize(
    ("files", "options", "code"),
    [
        ({"d.json": "{"}, ["--decision", "d.json"], "DBR-A003"),
        ({"d.toml": "ground = 'x'"}, ["--decision", "d.toml"], "DBR-A003"),
        ({}, ["--without", "card:nothing"], "DBR-A004"),
        ({}, ["--from", "2016-01-01"], "DBR-A007"),
    ],
)
def test_a_plan_is_refused_for_what_it_was_given(
    files: dict[str, str], options: list[str], code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken decision, a fact that nobody shares and half a window are refused by name."""
    monkeypatch.chdir(tmp_path)
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "accounts.csv").write_text("account_id,name\nA,Northwind\nB,Linden\n")
    result = CliRunner().invoke(debar, ["plan", ".", "Northwind", *options])
    assert code in result.stderr, result.output


def test_a_register_needs_two_keys_and_is_never_overwritten(tmp_path: Path) -> None:
    """One key for both roles is refused; so is a second init."""
    run = CliRunner().invoke
    for name in ("ana", "ben"):
        assert run(debar, ["key", "new", name, "--out", str(tmp_path / name)]).exit_code == 0
    init = [
        "register",
        "init",
        "--register",
        str(tmp_path / "r"),
        "--origin",
        "x.example/log",
        "--proposer",
        str(tmp_path / "ana"),
    ]
    assert "DBR-A005" in run(debar, [*init, "--approver", str(tmp_path / "ana")]).stderr
    assert run(debar, [*init, "--approver", str(tmp_path / "ben")]).exit_code == 0
    assert "DBR-A006" in run(debar, [*init, "--approver", str(tmp_path / "ben")]).stderr
