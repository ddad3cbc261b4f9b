"""The commands of referrals: a list out to a peer, a peer's list in.

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


@debar.group("referral")
def referral_group() -> None:
    """Lists to and from peer platforms: they open cases, and never ban."""


@command(
    referral_group,
    "export",
    example="debar referral export DECISION --to peer.example/debar --key ana.key --out list.json"
    " --policy debar.toml",
    platform=True,
)
@click.argument("decision")
@click.option("--to", required=True, help="A peer that the policy names.")
@click.option("--key", type=FILE, required=True, help="An enrolled key, which the peer knows.")
@click.option("--out", type=FILE, required=True, help="The file to write.")
@click.option(
    "--clear", is_flag=True, help="Names and public identifiers in clear, where the policy allows it."
)
@click.option("--platform", type=FILE, help="The platform's tables; by default where the plan says.")
def export(
    setting: Setting, decision: str, *, to: str, key: Path, out: Path, clear: bool, platform: Path | None
) -> Answer:
    """Write a decision's parties as a signed list for one peer; by default every value is hashed."""
    from debar.app.referrals.sending import export as verb

    return verb(setting, decision, to=to, key=key, out=out, clear=clear, platform=platform, now=now())


@command(
    referral_group,
    "import",
    example="debar referral import list.json export --by ana --out subjects.txt --policy debar.toml",
    platform=True,
)
@click.argument("file", type=FILE)
@click.argument("platform", type=FILE)
@click.option("--by", required=True, help="Who received it.")
@click.option("--out", type=FILE, required=True, help="The file of subjects to write, for debar plan.")
def receive(setting: Setting, file: Path, platform: Path, *, by: str, out: Path) -> Answer:
    """Read a peer's list: record it, and write which of our accounts it may be about.

    Nobody is banned by it. What is written is a list of questions, from which debar plan --subjects starts.
    """
    from debar.app.referrals.receiving import receive as verb

    return verb(setting, file, platform=platform, out=out, by=by, now=now())
