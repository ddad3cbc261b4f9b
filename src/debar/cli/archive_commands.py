"""The commands about public archives and unknown exports.

Law: as in :mod:`debar.cli.commands`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from debar.cli.commands import debar, import_group, now
from debar.cli.frame import CURRENCY, FILE, command

if TYPE_CHECKING:
    from pathlib import Path

    from debar.app.answer import Answer
    from debar.app.opening import Setting


@command(import_group, "ira", example="debar import ira ira_ads.csv ira")
@click.argument("source", type=FILE)
@click.argument("out", type=FILE)
def import_ira(_setting: Setting, source: Path, out: Path) -> Answer:
    """The Internet Research Agency's ads, as the House Intelligence Committee published them."""
    from debar.app.archives.importing import import_archive

    return import_archive(source, out)


@command(
    import_group,
    "google",
    example="debar import google google-political-ads-transparency-bundle.zip google",
)
@click.argument("sources", type=FILE, nargs=-1, required=True, metavar="SRC...")
@click.argument("out", type=FILE, metavar="DIR")
def import_google(setting: Setting, sources: tuple[Path, ...], out: Path) -> Answer:
    """Google's political ads bundle, or tables of its Ads Transparency Center.

    SRC is the bundle's zip or folder, files of it, or BigQuery exports as JSON lines, Parquet or CSV. The
    bundle states the same money by week, by advertiser, by region and by ad: one counts, the others stand
    apart in the table spend, and none is added to another.
    """
    from debar.app.archives.importing import import_from

    return import_from(setting, "google", sources, out)


@command(
    import_group,
    "meta",
    example="debar import meta FacebookAdLibraryReport_2026-11-01_US_lifelong_advertisers.csv meta",
)
@click.argument("sources", type=FILE, nargs=-1, required=True, metavar="SRC...")
@click.argument("out", type=FILE, metavar="DIR")
@click.option("--currency", type=CURRENCY, help="Of reports whose header does not say it.")
def import_meta(setting: Setting, sources: tuple[Path, ...], out: Path, *, currency: str | None) -> Answer:
    """Reports of Meta's Ad Library, or replies of its API.

    SRC is a report as CSV or zip, replies of ads_archive as JSON, or a folder of them. A page is an account;
    disclaimers are identifiers. Reports that cover the same days are not added. Access tokens are not kept.
    """
    from debar.app.archives.importing import import_from

    return import_from(setting, "meta", sources, out, currency=currency)


@command(import_group, "snapchat", example="debar import snapchat 2019/PoliticalAds.zip snapchat")
@click.argument("sources", type=FILE, nargs=-1, required=True, metavar="SRC...")
@click.argument("out", type=FILE, metavar="DIR")
def import_snapchat(setting: Setting, sources: tuple[Path, ...], out: Path) -> Answer:
    """Snapchat's yearly files of political ads.

    SRC is a yearly zip, its file, or a folder of them: the year in a path tells which is newer, and an ad in
    two of them counts once. An account is a payer at the organisation that buys for it.
    """
    from debar.app.archives.importing import import_from

    return import_from(setting, "snapchat", sources, out)


@command(debar, "snapshot", example="debar snapshot google-political-ads-transparency-bundle.zip kept")
@click.argument("sources", type=FILE, nargs=-1, required=True, metavar="SRC...")
@click.argument("folder", type=FILE, metavar="DIR")
@click.option("--note", default="", help="What it is, in your words.")
@click.option("--address", default="", help="Where it was published.")
def snapshot(
    _setting: Setting, sources: tuple[Path, ...], folder: Path, *, note: str, address: str
) -> Answer:
    """Keep an archive as it is now, before a ban makes its evidence vanish from public view.

    Files are copied read-only, each with its digest, under a manifest with time and source; debar verify DIR
    checks them. Access tokens in texts are taken out.
    """
    from debar.app.archives.keeping import snapshot as verb

    return verb(sources, folder, now=now(), note=note, address=address)


@command(debar, "fetch", example="debar fetch --list")
@click.argument("name", required=False)
@click.argument("folder", type=FILE, required=False, metavar="[DIR]")
@click.option("--list", "listing", is_flag=True, help="Name all sources, with address and digest.")
def fetch(setting: Setting, name: str | None, folder: Path | None, *, listing: bool) -> Answer:
    """Fetch a public source that figures of the documentation rest on, and check its digest.

    A download that broke off goes on where it stopped. A source without a known address is obtained by hand:
    put it into DIR, and its digest is checked.
    """
    from debar.app.archives.keeping import fetch as verb

    return verb(setting, None if listing else name, folder, now=now())


@command(debar, "look", example="debar look ads.csv --html look.html")
@click.argument("files", type=FILE, nargs=-1, required=True, metavar="FILE...")
@click.option("--html", type=FILE, help="Write a page too.")
def look(setting: Setting, files: tuple[Path, ...], *, html: Path | None) -> Answer:
    """What a file is, what is in it, who repeats, and what stands out; no configuration.

    A public archive's file is recognised by its columns. For another one each column is guessed, with a
    reason, and a platform.toml is proposed; what can be read in two ways is asked. Each finding stands
    beside what chance or habit would give.
    """
    from debar.app.archives.looking import look as verb

    return verb(setting, files, html=html)
