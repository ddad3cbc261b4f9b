"""Lines and rows of a list's file, as text.

Law: bytes that are no UTF-8 are read as Windows-1252 and reported; no line is dropped unseen.
"""

from __future__ import annotations

import csv
import hashlib
from typing import TYPE_CHECKING, Final

from debar.authority.problems import place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from debar.authority.problems import Findings

_DELIMITERS: Final = ",;\t"
_CHUNK: Final = 2**20


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    made = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            made.update(chunk)
    return made.hexdigest()


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
    """Yield the rows of a CSV file under its header's names, each with the line on which it ends."""
    lines = (text + "\n" for _, text in lines_of(path, findings))
    first = next((text for text in lines if text.strip()), "")
    header = header_of(first)
    reader = csv.reader(lines, delimiter=delimiter_of(first))
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            findings.add("DBR-O021", place(path.name, reader.line_num + 1))
            continue
        if cells is None:
            return
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            findings.add("DBR-O021", place(path.name, reader.line_num + 1))
        yield reader.line_num + 1, dict(zip(header, (cell.strip() for cell in cells), strict=False))
