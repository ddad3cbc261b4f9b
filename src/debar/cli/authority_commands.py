"""The commands of outside authority: screening against lists, and findings on record.

Law: as in :mod:`debar.cli.commands`, whose group they join.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from debar.cli.commands import day_of, debar, now
from debar.cli.frame import DAY, FILE, command

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from debar.app.answer import Answer
    from debar.app.opening import Setting


@debar.group("finding")
def finding_group() -> None:
    """What a report, a court or a regulator found, on record with its document's digest; plans cite it."""


@command(
    debar,
    "screen",
    example="debar screen october-2017/world entities.ftm.json --out hits.txt",
    platform=True,
)
@click.argument("platform", type=FILE)
@click.argument("lists", type=FILE, nargs=-1)
@click.option("--at", type=DAY, help="The day whose law counts; by default today.")
@click.option(
    "--delta",
    "older",
    type=FILE,
    multiple=True,
    help="An earlier version of the list: tell what changed since; may be repeated.",
)
@click.option(
    "--yente", default="", help="A matching service, http://HOST:PORT, or that with /match/DATASET."
)
@click.option("--programme", default="", help="The programme of listings that name none.")
@click.option("--listed-on", type=DAY, help="The day of listings that state none.")
@click.option("--out", type=FILE, help="The file of subjects to write, for debar plan.")
@click.option("--strict", is_flag=True, help="Exit 3 when a list has any problem.")
def screen(  # noqa: PLR0913 - one parameter an option
    setting: Setting,
    platform: Path,
    lists: tuple[Path, ...],
    *,
    at: datetime | None,
    older: tuple[Path, ...],
    yente: str,
    programme: str,
    listed_on: datetime | None,
    out: Path | None,
    strict: bool,
) -> Answer:
    """Accounts against authority lists: identifiers first, names second; nobody is banned by it.

    LISTS are FollowTheMoney JSON lines (a delta stands behind its list), statements, targets.simple.csv,
    tables, indicators or bare names. Values of sensitive kinds are compared under the register's key.
    """
    from debar.app.authority.screening import ScreenOptions, screen_platform
    from debar.authority.reading.lists import Said

    day = day_of(listed_on)
    options = ScreenOptions(
        at=day_of(at) or now().date(),
        older=older,
        yente=yente,
        said=Said(programme=programme, listed_on=day.isoformat() if day else ""),
        out=out,
        strict=strict,
    )
    return screen_platform(setting, platform, lists, options)


@command(
    finding_group,
    "record",
    example="debar finding record report.pdf --issuer ODNI --title 'Assessment' --page 6-12 --date 2017-01-06"
    " --key ana.key",
)
@click.argument("document", type=FILE)
@click.option("--issuer", required=True, help="Who found it.")
@click.option("--title", required=True, help="What the document is called.")
@click.option("--page", default="", help="Where in it, such as 6-12.")
@click.option("--date", "on", type=DAY, required=True, help="The day that the document bears.")
@click.option("--url", default="", help="Where it was published.")
@click.option("--key", type=FILE, required=True, help="An enrolled key.")
def finding_record(
    setting: Setting, document: Path, *, issuer: str, title: str, page: str, on: datetime, url: str, key: Path
) -> Answer:
    """Record a finding of somebody else, with the digest of its document."""
    from debar.app.authority.findings import Finding, record_finding

    finding = Finding(issuer=issuer, title=title, page=page, on=on.date(), url=url)
    return record_finding(setting, document, finding, key=key, now=now())


@command(finding_group, "list", example="debar finding list --register debar.register")
def finding_list(setting: Setting) -> Answer:
    """Every finding on record, oldest first."""
    from debar.app.authority.findings import list_findings

    return list_findings(setting)
