"""Lines and rows of a list's file, as text.

Law: bytes that are no UTF-8 are read as Windows-1252 and reported; no line is dropped unseen.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from debar.authority.problems import place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from debar.authority.problems import Findings

_DELIMITERS: Final = ",;\t"
_CHUNK: Final = 2**20

RECORD_LINES_MAX: Final = 50
"""A record of more lines is none: a quote was left open."""


def lines_of(path: Path, findings: Findings) -> Iterator[tuple[int, str]]:
    """Yield the lines of a file with their numbers, from 1, without line ends."""
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            try:
                text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                findings.add("DBR-O023", place(path.name, number))
                text = raw.decode("cp1252", errors="replace")
            yield number, text.rstrip("\r\n")


def first_line(path: Path, findings: Findings) -> str:
    """Return the first line that says something; empty where none does."""
    return next((text for _, text in lines_of(path, findings) if text.strip()), "")


def delimiter_of(header: str) -> str:
    """Return the commonest delimiter of a header; a comma where it has none."""
    return max(_DELIMITERS, key=lambda mark: (header.count(mark), -_DELIMITERS.index(mark)))


def header_of(line: str) -> list[str]:
    """Return the column names of a header line."""
    return [name.strip() for name in next(csv.reader([line], delimiter=delimiter_of(line)), [])]


def rows_of(path: Path, findings: Findings) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a CSV file under its header's names, each with the line on which it begins."""
    lines = ((number, text) for number, text in lines_of(path, findings) if text.strip())
    first = next(lines, (0, ""))[1]
    header, delimiter = header_of(first), delimiter_of(first)
    for number, cells in _records(lines, delimiter, path.name, findings):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            findings.add("DBR-O021", place(path.name, number))
        yield number, dict(zip(header, (cell.strip() for cell in cells), strict=False))


def _records(
    lines: Iterator[tuple[int, str]], delimiter: str, file: str, findings: Findings
) -> Iterator[tuple[int, list[str]]]:
    """Yield records; a quote that is not closed within a few lines costs its own line, and no other."""
    waiting: list[tuple[int, str]] = []
    held: list[tuple[int, str]] = []
    while True:
        line = waiting.pop(0) if waiting else next(lines, None)
        if line is not None:
            held.append(line)
            text = "\n".join(text for _, text in held)
            if (cells := _cells(text, delimiter)) is not None:
                yield held[0][0], cells
                held = []
                continue
        if not held:
            return
        if line is None or len(held) >= RECORD_LINES_MAX:
            (number, text), *waiting[:0] = held
            findings.add("DBR-O026", place(file, number, value=text))
            yield number, next(csv.reader([text], delimiter=delimiter), [])
            held = []


def _cells(text: str, delimiter: str) -> list[str] | None:
    """Take a record apart; None where a quoted cell goes on in the next line."""
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        if "unexpected end" in str(error):
            return None
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return text.split(delimiter)
