"""What a platform declares about its files: ``platform.toml``.

Law: what is not declared is not guessed; a key that debar does not know is refused, so that a typing
mistake cannot silently change money.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from debar.intake.tables import TABLES
from debar.model.problem import EXIT_USAGE, DebarError, Place

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE_NAME = "platform.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDeclaration:
    """What is declared for one table; the top level of the file gives the defaults.

    Args:
        file: File name or pattern relative to the folder (or a table name in a database); None: by name.
        columns: Our column name to theirs.
        null: Texts that mean "no value", in every column.
        column_null: The same for single columns, by our name.
        time_zone: IANA zone of times that carry none; None: such times are a problem.
        decimal: Decimal mark of amounts, ``.`` or ``,``; None: a point, and a mark must be unambiguous.
        thousands: Mark between groups of three digits, to be removed; None: none is expected.
        delimiter: Cell delimiter of CSV; None: found in the header line.
        encoding: ``utf-8``, ``utf-16``, ``cp1252``, ``cp1251`` ... of text files.
        day_format: Form of days where it is not ISO 8601, such as ``%d.%m.%Y``.
        time_format: Form of times where it is not ISO 8601.
    """

    file: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    null: tuple[str, ...] = ()
    column_null: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    time_zone: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    delimiter: str | None = None
    encoding: str = "utf-8"
    day_format: str | None = None
    time_format: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """The whole of ``platform.toml``.

    Args:
        name: Name of the platform for people; None: the folder's name.
        country: ISO 3166 country of accounts that give none, for telephone numbers.
        tables: One declaration a table, complete.
    """

    name: str | None
    country: str | None
    tables: Mapping[str, TableDeclaration]


_MARKS = ("time_zone", "decimal", "thousands", "delimiter", "encoding", "day_format", "time_format")
_DEFAULTS = ("null", *_MARKS)
_GROUP_MARKS = (".", ",", " ", "'", "\u00a0", "\u202f")


def read_declaration(folder: Path) -> Declaration:
    """Read ``platform.toml`` of a folder; a missing file declares nothing.

    Raises:
        DebarError: DBR-I003, it is not TOML, names an unknown key, table, column or zone, or a wrong type.
    """
    path = folder / FILE_NAME
    document: dict[str, Any] = {}
    if path.is_file():
        try:
            document = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise _wrong(f"platform.toml is not TOML: {error}") from None
    top = {name: document.pop(name) for name in _DEFAULTS if name in document}
    name, country = document.pop("name", None), document.pop("country", None)
    files, tables = document.pop("files", {}), document.pop("tables", {})
    _none_left(document, "at the top level")
    for part, where in ((files, "files"), (tables, "tables")):
        if not isinstance(part, dict):
            raise _wrong(f"[{where}] is not a table")
        _none_left({k: v for k, v in part.items() if k not in {t.name for t in TABLES}}, f"in [{where}]")
    base = _declare(TableDeclaration(), top, "at the top level", columns=())
    found = {}
    for table in TABLES:
        ours = tuple(column.name for column in table.columns)
        declared = dict(tables.get(table.name, {}))
        if table.name in files:
            declared.setdefault("file", files[table.name])
        found[table.name] = _declare(base, declared, f"in [tables.{table.name}]", columns=ours)
    for value in (name, country):
        if value is not None and not isinstance(value, str):
            raise _wrong("name and country are texts")
    return Declaration(name=name, country=country.upper() if country else None, tables=found)


def _declare(
    base: TableDeclaration, values: dict[str, Any], where: str, *, columns: tuple[str, ...]
) -> TableDeclaration:
    values = dict(values)
    changed: dict[str, Any] = {}
    null = values.pop("null", None)
    if isinstance(null, dict):
        _none_left({k: v for k, v in null.items() if k not in columns}, f"in null {where}")
        changed["column_null"] = {column: _texts(texts, f"null.{column}") for column, texts in null.items()}
    elif null is not None:
        changed["null"] = _texts(null, "null")
    renamed = values.pop("columns", {})
    if not isinstance(renamed, dict) or not all(isinstance(theirs, str) for theirs in renamed.values()):
        raise _wrong(f'columns {where} maps our names to theirs, as in {{ amount = "betrag" }}')
    _none_left({k: v for k, v in renamed.items() if k not in columns}, f"in columns {where}")
    changed["columns"] = renamed
    for key in ("file", *_MARKS):
        if key in values:
            changed[key] = values.pop(key)
            if not isinstance(changed[key], str) or not changed[key]:
                raise _wrong(f"{key} {where} is not a text")
    _none_left(values, where)
    declaration = replace(base, **changed)
    _check_values(declaration, where)
    return declaration


def _check_values(declaration: TableDeclaration, where: str) -> None:
    if declaration.time_zone is not None:
        try:
            ZoneInfo(declaration.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise _wrong(f"time_zone {where} is no IANA time zone, such as Europe/Moscow") from None
    if declaration.decimal not in (None, ".", ","):
        raise _wrong(f'decimal {where} is "." or ","')
    if declaration.thousands is not None and declaration.thousands not in _GROUP_MARKS:
        raise _wrong(f"thousands {where} is one of . , ' or a space")
    if declaration.thousands is not None and declaration.thousands == (declaration.decimal or "."):
        raise _wrong(f"thousands and decimal {where} are the same mark")
    if declaration.delimiter is not None and len(declaration.delimiter) != 1:
        raise _wrong(f"delimiter {where} is a single character")
    try:
        "".encode(declaration.encoding)
    except LookupError:
        raise _wrong(f"encoding {where} is not known") from None


def _texts(value: Any, key: str) -> tuple[str, ...]:  # noqa: ANN401 - whatever TOML holds
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise _wrong(f"{key} is a list of texts")
    return tuple(value)


def _none_left(values: Mapping[str, Any], where: str) -> None:
    if values:
        raise _wrong(f"unknown {', '.join(sorted(values))} {where}")


def _wrong(what: str) -> DebarError:
    return DebarError(
        "DBR-I003",
        what,
        place=Place(file=FILE_NAME),
        hint="docs/platform.md lists every key",
        exit_code=EXIT_USAGE,
    )
