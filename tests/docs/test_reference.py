"""Every command, setting and table column is documented."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import click

from debar.cli.commands import debar
from debar.intake.tables import TABLES
from debar.model.identifiers import FAMILY_OF_KIND
from debar.model.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = ROOT / "docs" / "commands.md"


def pages(group: click.Group, words: str) -> Iterator[str]:
    """Yield the reference of each command."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from pages(command, f"{words} {name}")
            continue
        context = click.Context(
            command,
            info_name=f"{words} {name}",
            help_option_names=["-h", "--help"],
            max_content_width=100,
            terminal_width=100,
        )
        yield f"## {words} {name}\n\n```text\n{command.get_help(context)}\n```\n"


def test_the_commands_page_is_the_help_of_every_command() -> None:
    """docs/commands.md is what the commands say of themselves; set DEBAR_WRITE_DOCS=1 to write it anew."""
    text = "# Commands\n\nWhat each command says of itself. Exit codes: 0 done; 1 refused, denied or not verified; 2 wrong use;\n"
    text += "3 problems; 4 stale or not fresh.\n\n" + "\n".join(pages(debar, "debar"))
    if os.environ.get("DEBAR_WRITE_DOCS"):
        COMMANDS.write_text(text)
    assert text == COMMANDS.read_text()


def test_every_setting_of_the_policy_is_documented() -> None:
    """docs/plan.md has a row for each setting of debar.toml."""
    page = (ROOT / "docs" / "plan.md").read_text()
    assert [f.name for f in fields(Policy) if f"`{f.name}`" not in page] == []


def test_every_table_column_and_kind_is_documented() -> None:
    """docs/platform.md names each table, column and identifier kind."""
    page = (ROOT / "docs" / "platform.md").read_text()
    columns = {column.name for table in TABLES for column in table.columns}
    names = columns | {table.name for table in TABLES} | set(FAMILY_OF_KIND)
    assert sorted(name for name in names if name not in page) == []
