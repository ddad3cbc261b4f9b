"""The commands of a case: export it as a folder.

Law: as in :mod:`debar.cli.commands`, whose group they join.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from debar.cli.commands import debar, now
from debar.cli.frame import FILE, command

if TYPE_CHECKING:
    from pathlib import Path

    from debar.app.answer import Answer
    from debar.app.opening import Setting


@debar.group("case")
def case_group() -> None:
    """A case, for those who have to check it."""


@command(
    case_group,
    "export",
    example="debar case export decision-2017-10-26-1a2b3c4d --out case --register debar.register",
    platform=True,
)
@click.argument("decision")
@click.option("--out", type=FILE, required=True, help="The folder to write; there must be none.")
@click.option("--platform", type=FILE, help="The platform's tables; by default where the plan says.")
def export(setting: Setting, decision: str, *, out: Path, platform: Path | None) -> Answer:
    """The whole case as a folder, for a court or a journalist: confidential, and checked by debar verify.

    DECISION is a decision in the register, or a plan.json.
    """
    from debar.app.exporting.folder import export as verb

    return verb(setting, decision, out=out, platform=platform, now=now())
