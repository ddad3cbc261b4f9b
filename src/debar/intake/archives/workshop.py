"""An import on its way: an archive's files, recognised, staged as text and checked.

Law: every file is read or named; every cell that cannot be read is a problem with its place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from debar.intake.archives.headers import header_of
from debar.intake.archives.shapes import recognise, table_of
from debar.intake.archives.sources import year_of
from debar.intake.checking import checked
from debar.intake.declared import TableDeclaration
from debar.intake.problems import Findings, form_findings, long_lines
from debar.intake.staging import stage_file
from debar.intake.tables import Table
from debar.model.problem import EXIT_PROBLEMS, DebarError, Place
from debar.model.step import Step, quote_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from debar.intake.archives.shapes import Shape
    from debar.intake.archives.sources import Member, Opened
    from debar.intake.staging import Staged
    from debar.intake.tables import Column
    from debar.model.ports import Engine

SPEND_COLUMNS: Final = (
    "account_id", "currency", "low_micros", "high_micros", "from_day", "to_day", "market", "region", "ad_id",
    "file", "record", "series",
)  # fmt: skip
"""Columns that an archive's steps give for stated spend, before they are written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedShape:
    """All files of one shape, checked.

    Args:
        shape: Their shape.
        files: The staged files, in order.
        members: Where they come from, in the same order.
        currencies: Of each file, by its name.
    """

    shape: Shape
    files: tuple[Staged, ...]
    members: tuple[Member, ...]
    currencies: Mapping[str, tuple[str, ...]]

    @property
    def table(self) -> str:
        """Name of the engine's table of checked rows."""
        return f"checked_{self.shape.name}"

    def all_currencies(self) -> tuple[str, ...]:
        """Return the currencies of all files, in the order of their columns."""
        return tuple(dict.fromkeys(code for codes in self.currencies.values() for code in codes))


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveFile:
    """A file that was read: its shape in words, digest, size and rows."""

    name: str
    says: str
    sha256: str
    bytes_count: int
    rows: int


@dataclass(slots=True, kw_only=True)
class Workshop:
    """An import on its way: the engine, what was staged and found, and who is told.

    Args:
        engine: Where the tables are made.
        say: Called with a line now and then.
    """

    engine: Engine
    say: Callable[[str], None]
    findings: Findings = field(init=False)
    files: list[ArchiveFile] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    used: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.findings = Findings(self.engine, shown=lambda _table, _kind, value: _shown(value))

    def run(self, name: str, sql: str, **parameters: Any) -> None:  # noqa: ANN401 - values bound in SQL
        """Make a table, to be removed at the end."""
        self.engine.run(Step(name=name, sql=sql, parameters=parameters))
        self.used.append(name)

    def load(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """Make a table of Python rows, to be removed at the end."""
        self.engine.load(name, columns, rows)
        self.used.append(name)

    def close(self) -> None:
        """Remove every table that was made on the way."""
        for name in self.used:
            self.engine.drop(name)


def _shown(value: str) -> str:
    plain = "".join(c if c.isprintable() else " " for c in value)
    return plain if len(plain) <= 80 else plain[:79] + "…"


def stage_shapes(shop: Workshop, opened: Opened, shapes: Sequence[Shape]) -> dict[str, StagedShape]:
    """Stage and check every member that has one of the shapes; the others are named.

    Raises:
        DebarError: DBR-I056, no member has.
    """
    found: dict[str, list[tuple[Member, Shape, tuple[str, ...], str]]] = {}
    shop.others.extend(opened.others)
    first: dict[str, str] = {}
    for member in sorted(opened.members, key=lambda member: (year_of(member.name) == 0, member.name)):
        first.setdefault(member.sha256, member.name)  # of copies the one whose name says most
    for member in opened.members:
        header = header_of(shop.engine, member.path, member.ending, name=member.name)
        shape = recognise(header.names, shapes)
        if shape is None:
            shop.others.append(member.name)
            continue
        if first[member.sha256] != member.name:
            shop.findings.add(
                "DBR-I057", Place(file=member.name), note=f"It has the same bytes as {first[member.sha256]}."
            )
            continue
        found.setdefault(shape.name, []).append((member, shape, header.names, header.form))
    if not found:
        raise nothing_here(shapes[0].archive, [*opened.others, *(m.name for m in opened.members)])
    return {name: _stage(shop, listed) for name, listed in found.items() if name != "meta_api"} | {
        name: StagedShape(shape=listed[0][1], files=(), members=tuple(m for m, *_ in listed), currencies={})
        for name, listed in found.items()
        if name == "meta_api"
    }


def nothing_here(archive: str, names: Sequence[str]) -> DebarError:
    """Return the error of a source that holds no file of an archive."""
    listed = ", ".join(sorted(names)[:10]) or "nothing"
    return DebarError(
        "DBR-I056",
        f"no file here has the columns of {archive}'s archive",
        details=(f"there is: {listed}",),
        hint="debar look says what a file is",
        exit_code=EXIT_PROBLEMS,
    )


def _stage(shop: Workshop, listed: list[tuple[Member, Shape, tuple[str, ...], str]]) -> StagedShape:
    shape = listed[0][1]
    staged: list[Staged] = []
    columns: dict[str, Column] = {}
    currencies: dict[str, tuple[str, ...]] = {}
    for number, (member, _, header, form) in enumerate(listed, start=1):
        shop.say(f"reading {member.name}")
        table, declared, codes = table_of(shape, header)
        columns |= {column.name: column for column in table.columns}
        currencies[member.name] = codes
        one = stage_file(
            shop.engine, member.path, table, declared, name=member.name, number=number, form=form
        )
        staged.append(one)
        shop.used.append(one.table)
        shop.files.append(
            ArchiveFile(
                name=member.name,
                says=shape.says,
                sha256=member.sha256,
                bytes_count=member.bytes_count,
                rows=one.file.rows,
            )
        )
        long_lines(shop.findings, one)
    whole = Table(name=shape.name, columns=tuple(columns.values()))
    shop.say(f"checking {shape.says}")
    step = checked(whole, staged, TableDeclaration(thousands=shape.thousands, time_zone="UTC"))
    shop.run(step.name, step.sql)
    shop.findings.search(whole, staged, form_findings(whole))
    return StagedShape(
        shape=shape,
        files=tuple(staged),
        members=tuple(member for member, *_ in listed),
        currencies=currencies,
    )


def spend_rows(
    staged: StagedShape,
    *,
    series: str,
    low: str,
    high: str,
    further: Mapping[str, str],
    where: str = "refused IS NULL",
) -> str:
    """Return SQL of stated spend from a column (or a pair) for each currency.

    A currency with zero beside others with more is left out: the file repeats its columns for everybody. A
    row that states zero in every currency states it once, in the first.

    Args:
        staged: The checked files.
        series: Which account of the money this is.
        low: Column of the lower end, with ``{}`` for the currency.
        high: Column of the upper end; the same for an exact amount. NULL there means open.
        further: SQL of the other columns of :data:`SPEND_COLUMNS`.
        where: Which rows.
    """
    codes = staged.all_currencies()
    columns = {code: (low.format(code.lower()), high.format(code.lower())) for code in codes}
    parts = []
    for code in codes:
        lower, upper = (f"v_{name}" for name in columns[code])
        chosen = f"{lower} > 0 OR ({lower} IS NOT NULL AND coalesce({upper}, 1) > 0)"
        parts.append(_spend_part(staged, quote_text(code), lower, upper, series, further, f"({chosen})"))
    if codes:
        tops = ", ".join(f"coalesce(v_{lo}, 0), CASE WHEN v_{lo} IS NOT NULL THEN coalesce(v_{hi}, 1) END"
                         for lo, hi in columns.values())  # fmt: skip
        stated = " ".join(
            f"WHEN v_{lo} IS NOT NULL THEN {quote_text(code)}" for code, (lo, _) in columns.items()
        )
        some = " OR ".join(f"v_{lo} IS NOT NULL" for lo, _ in columns.values())
        zero = "CAST(0 AS BIGINT)"
        first = f"CASE {stated} END"
        parts.append(
            _spend_part(staged, first, zero, zero, series, further, f"({some}) AND greatest({tops}) = 0")
        )
    return " UNION ALL ".join(f"{part} AND ({where})" for part in parts)


def _spend_part(
    staged: StagedShape, code: str, low: str, high: str, series: str, further: Mapping[str, str], where: str
) -> str:
    cells = {
        "account_id": "NULL",
        "from_day": "CAST(NULL AS DATE)",
        "to_day": "CAST(NULL AS DATE)",
        "market": "CAST(NULL AS VARCHAR)",
        "region": "CAST(NULL AS VARCHAR)",
        "ad_id": "CAST(NULL AS VARCHAR)",
        **further,
        "currency": code,
        "low_micros": low,
        "high_micros": high,
        "file": "file",
        "record": "record",
        "series": quote_text(series),
    }
    chosen = ", ".join(f"{cells[name]} AS {name}" for name in SPEND_COLUMNS)
    return f"SELECT {chosen} FROM {staged.table} WHERE {where}"
