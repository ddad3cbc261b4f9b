"""What an archive's steps give becomes a platform folder, whole or not at all.

Law: every figure carries the digest of its file and its row; of several accounts of the same money one
counts and the others stand apart; nothing is written into a folder that holds something.
"""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from debar.intake.files import refuse_full

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from debar.intake.archives.workshop import ArchiveFile, Workshop
    from debar.model.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What an archive states in one account of the money, in one currency.

    Args:
        series: Which account of the money; empty for the one that counts.
        currency: ISO 4217.
        low_micros: Sum of the lower ends.
        high_micros: Sum of the upper ends; None where one is open.
        rows: How many rows.
    """

    series: str
    currency: str
    low_micros: int
    high_micros: int | None
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedArchive:
    """What an import wrote.

    Args:
        archive: Which one.
        folder: The platform folder.
        main: What the account of the money that counts is, in words; empty if no money is stated.
        files: What was read.
        others: Names of files that no table of this archive is.
        tables: Table to its rows.
        stated: Sums by account of the money and currency.
        notes: What was decided on the way, as sentences.
        problems: The first problems of each code.
        problem_counts: Code to the exact number.
    """

    archive: str
    folder: Path
    main: str
    files: tuple[ArchiveFile, ...]
    others: tuple[str, ...]
    tables: Mapping[str, int]
    stated: tuple[Stated, ...]
    notes: tuple[str, ...]
    problems: tuple[Problem, ...]
    problem_counts: Mapping[str, int]

    def sum_of(self, currency: str, series: str = "") -> Stated | None:
        """Return what is stated in one currency."""
        return next((s for s in self.stated if (s.series, s.currency) == (series, currency)), None)


def amount(micros: str) -> str:
    """Return SQL of an amount as exact text."""
    return (
        f"CASE WHEN {micros} IS NOT NULL THEN CAST({micros} // 1000000 AS VARCHAR) || '.'"
        f" || lpad(CAST({micros} % 1000000 AS VARCHAR), 6, '0') END"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """What is to be written, as SQL over the engine's tables; an empty text for none.

    Args:
        archive: Which archive.
        name: Of the platform, for people.
        accounts: Gives account_id, name, legal_name, handle, country, currency, manager_id.
        identifiers: Gives account_id, kind, value, role, source.
        ads: Gives ad_id, account_id, started_at, ended_at, created_at, text, landing_url, countries,
            targeting, impressions_low, impressions_high, spend_low, spend_high (micros), currency;
            declared_political (BOOLEAN) where the archive tells it.
        spend: Gives :data:`SPEND_COLUMNS`.
        series: The accounts of the money, the one that counts first.
        beside: Further tables that debar does not read: name to SQL.
        remarks: Lines for ``platform.toml``.
    """

    archive: str
    name: str
    accounts: str
    identifiers: str
    ads: str
    spend: str
    series: tuple[str, ...]
    beside: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


def write_folder(shop: Workshop, folder: Folder, out: Path) -> ImportedArchive:
    """Write an archive as a platform folder: whole, or nothing."""
    refuse_full(out)
    columns = {"name": "VARCHAR", "sha256": "VARCHAR"}
    shop.load("archive_files", columns, [(file.name, file.sha256) for file in shop.files])
    tables = _make_tables(shop, folder)
    stated = _stated(shop, folder.series) if "spend" in tables else ()
    part = out.with_name(out.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        for name in tables:
            shop.say(f"writing {name}")
            shop.engine.write_parquet(f"out_{name}", part / f"{name}.parquet")
        (part / "platform.toml").write_text(_declaration(folder), encoding="utf-8")
        _write_sources(part / "sources.csv", shop.files)
        if out.exists():
            out.rmdir()
        part.rename(out)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return ImportedArchive(
        archive=folder.archive,
        folder=out,
        main=_main_series(shop, folder.series) if stated else "",
        files=tuple(shop.files),
        others=tuple(sorted(shop.others)),
        tables=tables,
        stated=stated,
        notes=tuple(shop.notes),
        problems=tuple(sorted(shop.findings.problems, key=lambda p: (p.code, p.place.file))),
        problem_counts=dict(sorted(shop.findings.counts.items())),
    )


def _make_tables(shop: Workshop, folder: Folder) -> dict[str, int]:
    shop.run("out_accounts", f"SELECT * FROM ({folder.accounts}) ORDER BY account_id")
    if folder.identifiers:
        shop.run("out_identifiers", f"SELECT DISTINCT * FROM ({folder.identifiers}) ORDER BY ALL")
    if folder.ads:
        money = ", ".join(f"{amount(name)} AS {name}" for name in ("spend_low", "spend_high"))
        shop.run("out_ads", f"SELECT * REPLACE ({money}) FROM ({folder.ads}) ORDER BY ad_id")
    if folder.spend:
        shop.run("archive_spend", folder.spend)
        main = _main_series(shop, folder.series)
        low, high = amount("s.low_micros"), amount("s.high_micros")
        shop.run(
            "out_spend",
            f'SELECT s.account_id, s.currency, {low} AS low, {high} AS high, s.from_day AS "from",'
            ' s.to_day AS "to", s.market, s.ad_id, f.sha256 AS file_sha256, s.record AS "row",'
            " CASE WHEN s.series <> $main THEN s.series END AS series, s.region"
            " FROM archive_spend s LEFT JOIN archive_files f ON f.name = s.file"
            " ORDER BY s.series, s.file, s.record, s.currency",
            main=main,
        )
    for name, sql in folder.beside.items():
        shop.run(f"out_{name}", sql)
    made = [name.removeprefix("out_") for name in shop.used if name.startswith("out_")]
    counts = {name: shop.engine.rows(f"SELECT count(*) FROM out_{name}")[0][0] for name in made}
    return {name: rows for name, rows in counts.items() if rows or name == "accounts"}


def _main_series(shop: Workshop, series: Sequence[str]) -> str:
    """Return the first account of the money that has rows."""
    there = {name for (name,) in shop.engine.rows("SELECT DISTINCT series FROM archive_spend")}
    return next((name for name in series if name in there), "")


def _stated(shop: Workshop, series: Sequence[str]) -> tuple[Stated, ...]:
    main = _main_series(shop, series)
    rows = shop.engine.rows(
        "SELECT CASE WHEN series = $main THEN '' ELSE series END AS part, currency,"
        " CAST(sum(low_micros) AS DECIMAL(38, 0)), CASE WHEN count(high_micros) = count(*) THEN"
        " CAST(sum(high_micros) AS DECIMAL(38, 0)) END, count(*) FROM archive_spend"
        " WHERE low_micros IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2",
        {"main": main},
    )
    return tuple(
        Stated(
            series=part,
            currency=currency,
            low_micros=int(low),
            high_micros=None if high is None else int(high),
            rows=count,
        )
        for part, currency, low, high, count in rows
    )


def _declaration(folder: Folder) -> str:
    remarks = "".join(f"# {line}\n" for line in folder.remarks)
    return (
        f"# Written by `debar import {folder.archive}`. Amounts are what the archive states, with\n"
        f"# the digest of the file and the row; sources.csv says which file has which digest.\n{remarks}"
        f'name = "{folder.name}"\ntime_zone = "UTC"\n'
    )


def _write_sources(path: Path, files: Sequence[ArchiveFile]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("file", "says", "sha256", "bytes", "rows"))
        writer.writerows((f.name, f.says, f.sha256, f.bytes_count, f.rows) for f in files)
