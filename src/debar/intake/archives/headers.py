"""What a file's columns are, whichever form it has.

Law: a header is found without reading a file to its end; what has none is said to have none.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from debar.intake.files import (
    lines_of,
    peek,
    read_header,
    unreadable,
)
from debar.model.step import Step, quote_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from debar.model.ports import Engine

DOCUMENT_BYTES_MAX: Final = 128 * 2**20
"""A JSON text is parsed whole, which takes several times its size; a larger one is refused."""

HEADER_ROWS: Final = 100
"""Rows of a document whose keys are its columns: a reply leaves out what an ad does not have."""

LISTS: Final = ("data", "elements", "ads", "results")
"""Keys under which replies of public ad libraries hold their rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A file's columns.

    Args:
        names: As the file spells them, in order; empty if it has none.
        form: ``csv``, ``json`` (one object a line), ``document`` (one JSON text) or ``parquet``.
    """

    names: tuple[str, ...]
    form: str


def header_of(engine: Engine, path: Path, ending: str, *, name: str) -> Header:
    """Return a file's columns and form.

    Raises:
        DebarError: DBR-I005, the file is damaged.
    """
    if ending == ".parquet":
        shape = "shape_of_file"
        source = f"SELECT * FROM read_parquet({quote_text(str(path))}) LIMIT 0"
        if not engine.try_run(Step(name=shape, sql=source)):
            raise unreadable(name, "not a Parquet file, or a damaged one")
        names = tuple(engine.columns(shape))
        engine.drop(shape)
        return Header(names=names, form="parquet")
    if ending in (".json", ".jsonl", ".ndjson"):
        return _json_header(path, name)
    try:
        _, names_found, _ = read_header(peek(path), "\t" if ending == ".tsv" else None)
    except csv.Error:
        raise unreadable(name, "it has no header line") from None
    return Header(names=tuple(names_found), form="csv")


def _json_header(path: Path, name: str) -> Header:
    try:
        found = json.loads(_first_line(path, name))
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict) and not rows_in(found):
        return Header(names=tuple(found), form="json")
    rows = islice(documents(path, name=name), HEADER_ROWS)
    return Header(names=tuple(dict.fromkeys(key for row in rows for key in row)), form="document")


def _first_line(path: Path, name: str) -> str:
    """Return the first line that is not blank.

    Raises:
        DebarError: DBR-I005, it is too long to be parsed.
    """
    with path.open("rb") as stream:
        while line := stream.readline(DOCUMENT_BYTES_MAX + 1):
            if len(line) > DOCUMENT_BYTES_MAX:
                raise unreadable(name, "a line of more than 128 MiB; write one object a line instead")
            text = line.decode("utf-8-sig", errors="replace").strip()
            if text:
                return text
    return ""


def documents(path: Path, *, name: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a JSON file: of one reply, of a list of replies or rows, or of one a line.

    Raises:
        DebarError: DBR-I005, it is no JSON, or one document of more than 128 MiB.
    """
    try:
        json.loads(_first_line(path, name))
    except (ValueError, RecursionError):
        yield from rows_of(_whole(path, name))
        return
    for number, (line, _) in enumerate(lines_of(peek(path)), start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            raise unreadable(name, f"line {number} is no JSON") from None
        yield from rows_of(found)


def _whole(path: Path, name: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    if path.stat().st_size > DOCUMENT_BYTES_MAX:
        raise unreadable(name, "one JSON document of more than 128 MiB; write one object a line instead")
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise unreadable(name, "it is no JSON text") from None


def rows_in(found: dict[str, Any]) -> list[Any]:
    """Return the rows that a reply holds; empty if it is a row itself."""
    for key in LISTS:
        if isinstance(found.get(key), list):
            return list(found[key])
    return []


def rows_of(found: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - whatever JSON holds
    """Yield the rows of a parsed JSON text."""
    if isinstance(found, list):
        for one in found:
            yield from rows_of(one)
    elif isinstance(found, dict):
        if any(isinstance(found.get(key), list) for key in LISTS):
            yield from (row for row in rows_in(found) if isinstance(row, dict))
        else:
            yield found
