"""Files, Parquet and database tables become staged tables of text, one column for each that debar knows.

Law: staging changes no value and drops no row; each staged row knows its file and record. The engine
reads whole files; only a damaged CSV file is read record by record, and rewritten cleanly first.
"""

from __future__ import annotations

import csv
import json
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from debar.intake.files import (
    LINE_BYTES_LONG,
    LINE_BYTES_MAX,
    careful_records,
    lines_of,
    read_header,
    survey,
    unreadable,
)
from debar.model.canonical import file_sha256
from debar.model.problem import EXIT_PROBLEMS, DebarError, Place
from debar.model.step import Step, quote_identifier, quote_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from debar.intake.declared import TableDeclaration
    from debar.intake.files import TextFile
    from debar.intake.tables import Table
    from debar.model.ports import Engine

ENDINGS: Final = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "json",
    ".ndjson": "json",
    ".parquet": "parquet",
}
"""File name ending to form."""

_NEVER = "\x01"
"""A character that no JSON text may hold unescaped: with it as delimiter, a line is one cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFile:
    """One file or database table that was read.

    Args:
        name: Relative to the platform's folder; of a database, file and table.
        table: The table it belongs to.
        sha256: Digest of its bytes; empty for a table of a database.
        rows: Records read, whole or broken.
        bytes_count: Its size; 0 for a table of a database.
        ignored: Columns that debar does not read.
    """

    name: str
    table: str
    sha256: str
    rows: int
    bytes_count: int
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A staged file.

    Args:
        file: What was read.
        table: Name of the engine's table: ``record``, ``line``, ``flaw`` and the columns found.
        columns: Our names of the columns found.
        delimiter: Of a CSV file.
        text: What the survey of a text file showed.
    """

    file: ReadFile
    table: str
    columns: tuple[str, ...]
    delimiter: str | None = None
    text: TextFile | None = None


def match_columns(
    header: Sequence[str], table: Table, declared: TableDeclaration, *, file: str
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Find our columns in a header.

    Args:
        header: The file's column names.
        table: What we look for.
        declared: Renamings of ``platform.toml``.
        file: Name of the file, for messages.

    Returns:
        Our name to position, and the file's columns that nobody asked for.

    Raises:
        DebarError: DBR-I002, a required column is missing or a declared one is; DBR-I004, two columns of the
            file have the same name and it is one that is needed.
    """
    folded = [_fold(name) for name in header]
    found: dict[str, int] = {}
    for column in table.columns:
        theirs = _fold(declared.columns.get(column.name, column.name))
        places = [i for i, name in enumerate(folded) if name == theirs]
        if len(places) > 1:
            raise DebarError(
                "DBR-I004",
                f"two columns are called {header[places[0]]}",
                place=Place(file=file, column=header[places[0]]),
                hint="rename one of them, or leave it out",
                exit_code=EXIT_PROBLEMS,
            )
        if places:
            found[column.name] = places[0]
        elif column.required or column.name in declared.columns:
            raise _missing(column.name, header, declared, file=file)
    used = set(found.values())
    return found, tuple(name for i, name in enumerate(header) if i not in used)


def _fold(name: str) -> str:
    return " ".join(name.replace("\ufeff", "").split()).casefold()


def _missing(name: str, header: Sequence[str], declared: TableDeclaration, *, file: str) -> DebarError:
    theirs = declared.columns.get(name, name)
    return DebarError(
        "DBR-I002",
        f"required column {theirs} is missing",
        place=Place(file=file, column=theirs),
        details=(f"the file has: {', '.join(header) or 'no columns'}",),
        hint=f'if it has another name there, declare columns = {{ {name} = "its name" }} in platform.toml',
        exit_code=EXIT_PROBLEMS,
    )


def stage_file(
    engine: Engine,
    path: Path,
    table: Table,
    declared: TableDeclaration,
    *,
    name: str,
    number: int,
    form: str | None = None,
) -> Staged:
    """Stage one file.

    Args:
        engine: Where the staged table is made.
        path: The file.
        table: The table it belongs to.
        declared: What ``platform.toml`` says about it.
        name: The file's name for people.
        number: Tells the files of one table apart.
        form: ``csv``, ``json`` (one object a line) or ``parquet``; by its ending if not given.

    Raises:
        DebarError: DBR-I002, DBR-I004 as :func:`match_columns`; DBR-I005, the file cannot be read.
    """
    target = f"stage_{table.name}_{number}"
    form = form or ENDINGS[path.suffix.lower()]
    if form == "csv":
        return _stage_csv(engine, path, table, declared, name=name, target=target)
    if form == "json":
        return _stage_json(engine, path, table, declared, name=name, target=target)
    source = f"read_parquet({quote_text(str(path))})"
    shape = f"shape_{target}"
    if not engine.try_run(Step(name=shape, sql=f"SELECT * FROM {source} LIMIT 0")):
        raise unreadable(name, "not a Parquet file, or a damaged one")
    types = engine.columns(shape)
    engine.drop(shape)
    file = (file_sha256(path), path.stat().st_size)
    return stage_relation(engine, source, types, table, declared, name=name, target=target, file=file)


def stage_relation(
    engine: Engine,
    source: str,
    types: dict[str, str],
    table: Table,
    declared: TableDeclaration,
    *,
    name: str,
    target: str,
    file: tuple[str, int] = ("", 0),
) -> Staged:
    """Stage a typed relation (Parquet, a table of a database) as text."""
    header = list(types)
    found, ignored = match_columns(header, table, declared, file=name)
    cells = [
        f"{_as_text(header[at], types[header[at]])} AS {quote_identifier(ours)}" for ours, at in found.items()
    ]
    sql = (
        "SELECT row_number() OVER () AS record, CAST(NULL AS BIGINT) AS line, CAST(NULL AS VARCHAR) AS flaw, "
        f"{', '.join(cells)} FROM {source}"
    )
    if not engine.try_run(Step(name=target, sql=sql)):
        raise unreadable(name, "the data in it is damaged")
    return Staged(
        file=_read(engine, target, name=name, table=table, ignored=ignored, file=file),
        table=target,
        columns=tuple(found),
    )


def _as_text(column: str, kind: str) -> str:
    quoted = quote_identifier(column)
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP")):
        return f"CAST(to_json({quoted}) AS VARCHAR)"
    if kind == "BLOB":
        return f"decode({quoted})"
    return f"CAST({quoted} AS VARCHAR)"


def _read(
    engine: Engine, target: str, *, name: str, table: Table, ignored: tuple[str, ...], file: tuple[str, int]
) -> ReadFile:
    ((rows,),) = engine.rows(f"SELECT count(*) FROM {quote_identifier(target)}")
    return ReadFile(
        name=name, table=table.name, sha256=file[0], rows=rows, bytes_count=file[1], ignored=ignored
    )


def _stage_csv(
    engine: Engine, path: Path, table: Table, declared: TableDeclaration, *, name: str, target: str
) -> Staged:
    text = survey(path, encoding=declared.encoding)
    mark = declared.delimiter or ("\t" if path.suffix.lower() == ".tsv" else None)
    header_line, header, delimiter = read_header(text, mark)
    found, ignored = match_columns(header, table, declared, file=name)
    columns = {f"c{i}": "VARCHAR" for i in range(len(header))}
    chosen = [f"c{at} AS {quote_identifier(ours)}" for ours, at in found.items()]
    sql = (
        "SELECT row_number() OVER () AS record, CAST(NULL AS BIGINT) AS line, CAST(NULL AS VARCHAR) AS flaw, "
        f"{', '.join(chosen)} FROM {_read_csv(path, columns, delimiter, text.line_bytes_max)}"
    )
    is_plain = text.is_clean and header_line == 1 and text.line_bytes_max < LINE_BYTES_MAX and len(header) > 1
    if not is_plain or not engine.try_run(Step(name=target, sql=sql)):
        _stage_damaged(engine, text, found, width=len(header), delimiter=delimiter, target=target)
    return Staged(
        file=_read(
            engine, target, name=name, table=table, ignored=ignored, file=(text.sha256, text.bytes_count)
        ),
        table=target,
        columns=tuple(found),
        delimiter=delimiter,
        text=text,
    )


def _read_csv(path: Path, columns: dict[str, str], delimiter: str, line_bytes_max: int) -> str:
    """Return the table function that reads a well-formed CSV file as text, strictly."""
    fields = ", ".join(f"{quote_text(column)}: {quote_text(kind)}" for column, kind in columns.items())
    size = max(LINE_BYTES_LONG, line_bytes_max + 2)
    return (
        f"read_csv({quote_text(str(path))}, columns = {{{fields}}}, auto_detect = false, header = true, "
        f"delim = {quote_text(delimiter)}, quote = '\"', escape = '\"', strict_mode = true, "
        f"max_line_size = {size})"
    )


def _stage_damaged(
    engine: Engine, text: TextFile, found: dict[str, int], *, width: int, delimiter: str, target: str
) -> None:
    """Read a damaged CSV file record by record, write it cleanly beside, and stage that.

    A record with fewer cells than the header keeps the cells it has; one with more keeps none, since
    nobody can tell which of them moved.
    """
    names = ["record", "line", "flaw", *found]
    places = list(found.values())
    with tempfile.TemporaryDirectory(prefix="debar-") as folder:
        clean = Path(folder) / "clean.csv"
        longest = 0
        with clean.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
            writer.writerow(names)
            for record in careful_records(text, delimiter):
                cells, flaws = _fit(record.cells, record.flaws, width)
                row = [cells[at] if at < len(cells) else "" for at in places]
                longest = max(longest, sum(map(len, row)))
                writer.writerow([record.record, record.line, " ".join(flaws), *row])
        columns = dict.fromkeys(names, "VARCHAR") | {"record": "BIGINT", "line": "BIGINT"}
        source = _read_csv(clean, columns, ",", 4 * longest + 200 + 3 * len(names))
        engine.run(Step(name=target, sql=f"SELECT * FROM {source} ORDER BY record"))


def _fit(cells: list[str], flaws: tuple[str, ...], width: int) -> tuple[list[str], tuple[str, ...]]:
    if "unclosed" in flaws:
        return [], flaws
    if len(cells) < width:
        return cells, (*flaws, "short")
    if any(cell.strip() for cell in cells[width:]):
        return [], (*flaws, "wide")
    return cells, flaws


def _stage_json(
    engine: Engine, path: Path, table: Table, declared: TableDeclaration, *, name: str, target: str
) -> Staged:
    text = survey(path, encoding=declared.encoding)
    lines = f"lines_{target}"
    _stage_lines(engine, text, lines)
    keys = [
        key
        for (key,) in engine.rows(
            f"SELECT DISTINCT unnest(json_keys(l)) AS key FROM {quote_identifier(lines)}"
            " WHERE json_valid(l) AND json_type(l) = 'OBJECT' ORDER BY key"
        )
    ]
    if not keys and engine.rows(f"SELECT count(*) FROM {quote_identifier(lines)}") == [(0,)]:
        keys = [*table.required(), *declared.columns.values()]  # an empty file has every column, and no row
    found, ignored = match_columns(keys, table, declared, file=name)
    cells, parameters = _json_cells(table, keys, found)
    sql = (
        "SELECT row_number() OVER (ORDER BY line) AS record, line, "
        f"nullif(concat_ws(' ', flaw, CASE WHEN NOT ok THEN 'json' END), '') AS flaw, {cells} FROM ("
        "SELECT line, l, flaw, coalesce(json_type(CASE WHEN json_valid(l) THEN l END) = 'OBJECT', false)"
        f" AS ok FROM {quote_identifier(lines)})"
    )
    engine.run(Step(name=target, sql=sql, parameters=parameters))
    engine.drop(lines)
    return Staged(
        file=_read(
            engine, target, name=name, table=table, ignored=ignored, file=(text.sha256, text.bytes_count)
        ),
        table=target,
        columns=tuple(found),
        text=text,
    )


def _stage_lines(engine: Engine, text: TextFile, target: str) -> None:
    """Stage a file's lines as ``line, l, flaw``, blank ones left out; damaged ones are mended first."""
    source = (
        f"read_csv({quote_text(str(text.path))}, columns = {{'l': 'VARCHAR'}}, "
        f"auto_detect = false, header = false, delim = {quote_text(_NEVER)}, quote = '', escape = '', "
        f"max_line_size = {max(LINE_BYTES_LONG, text.line_bytes_max + 2)})"
    )
    numbered = f"SELECT row_number() OVER () AS line, l, CAST(NULL AS VARCHAR) AS flaw FROM {source}"
    sql = f"SELECT * FROM ({numbered}) WHERE trim(coalesce(l, '')) <> ''"
    is_plain = text.is_clean and text.line_bytes_max < LINE_BYTES_MAX
    if is_plain and engine.try_run(Step(name=target, sql=sql)):
        return
    with tempfile.TemporaryDirectory(prefix="debar-") as folder:
        clean = Path(folder) / "clean.csv"
        longest = 0
        with clean.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
            writer.writerow(["line", "l", "flaw"])
            for number, (line, flaws) in enumerate(lines_of(text), start=1):
                longest = max(longest, len(line))
                if line.strip():
                    writer.writerow([number, line.rstrip("\r\n"), " ".join(flaws)])
        columns = {"line": "BIGINT", "l": "VARCHAR", "flaw": "VARCHAR"}
        engine.run(
            Step(name=target, sql=f"SELECT * FROM {_read_csv(clean, columns, ',', 8 * longest + 200)}")
        )


def _json_cells(table: Table, keys: Sequence[str], found: dict[str, int]) -> tuple[str, dict[str, str]]:
    """Return SQL of the cells of an object, and the paths bound in it.

    A JSON reader rounds numbers of sixteen digits and more; for amounts the digits are taken from the line.
    """
    exact = {column.name for column in table.columns if column.form in ("money", "bounds")}
    cells, parameters = [], {}
    for position, (ours, at) in enumerate(found.items()):
        parameters[f"k{position}"] = "$." + _json_name(keys[at])
        cell = f"json_extract_string(l, $k{position})"
        if ours in exact:
            key = re.escape(json.dumps(keys[at], ensure_ascii=False))
            parameters[f"r{position}"] = key + r"\s*:\s*(-?[0-9]+\.[0-9]+)"
            digits = f"nullif(regexp_extract(l, $r{position}, 1), '')"
            cell = (
                f"CASE WHEN regexp_full_match({cell}, '-?[0-9.]{{16,}}')"
                f" THEN coalesce({digits}, {cell}) ELSE {cell} END"
            )
        cells.append(f"CASE WHEN ok THEN {cell} END AS {quote_identifier(ours)}")
    return ", ".join(cells), parameters


def _json_name(key: str) -> str:
    """Quote a key for a JSON path."""
    return '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'
