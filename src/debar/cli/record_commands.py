"""The commands of the public record: publish, verify, prove.

Law: as in :mod:`debar.cli.commands`, whose group they join.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from debar.cli.commands import debar
from debar.cli.frame import FILE, command

if TYPE_CHECKING:
    from pathlib import Path

    from debar.app.answer import Answer
    from debar.app.opening import Setting


@debar.group("record")
def record_group() -> None:
    """The public record: static files that anybody can check, and that name nobody."""


@command(
    record_group, "publish", example="debar record publish public --register debar.register", platform=True
)
@click.argument("folder", type=FILE)
def publish(setting: Setting, folder: Path) -> Answer:
    """Bring a folder of static files to the register's newest revision.

    The checkpoint is replaced last, so that a reader sees the old record or the new one. Where the policy
    asks for witnesses, they are asked to sign it first.
    """
    from debar.app.record.publishing import publish as verb

    return verb(setting, folder)


@command(
    record_group,
    "verify",
    example="debar record verify https://ads.example.org/debar --key log.pub --kept checkpoint.2017",
    platform=True,
)
@click.argument("target")
@click.option("--key", help="The log's verifier key, or a file that holds it.")
@click.option("--kept", type=FILE, multiple=True, help="A checkpoint kept from earlier; may be repeated.")
def verify(setting: Setting, target: str, key: str | None, kept: tuple[Path, ...]) -> Answer:
    """Check a published record (a folder or an address), or a .tlog-proof, from its files alone.

    With --kept it finds out whether what you were shown earlier is still there.
    """
    from debar.app.record.checking import verify as verb

    return verb(setting, target, key=key, kept=kept)


@command(
    record_group,
    "prove",
    example="debar record prove rt-main --out rt-main.tlog-proof --register debar.register",
)
@click.argument("what")
@click.option("--out", type=FILE, required=True, help="The file to write.")
@click.option("--published", type=FILE, help="Take the checkpoint, with its cosignatures, from this folder.")
def prove(setting: Setting, what: str, out: Path, published: Path | None) -> Answer:
    """Write the proof that an entry stands in the record, to be checked offline.

    WHAT is a party's account id, a decision, or an entry such as debar-17. A party's proof opens the
    commitment to its own name, and to nobody else's.
    """
    from debar.app.record.proving import prove as verb

    return verb(setting, what, out, published=published)
