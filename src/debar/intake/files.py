"""Files as they lie on the disk: what they are, and how a damaged one is read to the last row.

Law: every record of a text file comes out once, whole or marked; bytes are read in blocks, never a
whole file at once.
Source: RFC 4180 for what a well-formed CSV file is.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from debar.model.problem import EXIT_PROBLEMS, EXIT_REFUSED, DebarError, Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

BLOCK_BYTES: Final = 1 << 20
LINE_BYTES_LONG: Final = 2_000_000
"""A longer line is reported; the reader's buffer is made large enough for it."""

LINE_BYTES_MAX: Final = 64_000_000
"""A longer line is read by the careful reader, not by the engine."""

RECORD_LINES_MAX: Final = 2_000
"""A quoted cell that spans more lines is taken for a quote that nobody closed."""

CELL_CHARACTERS_MAX: Final = 2**31 - 1
"""The csv module's own limit on a cell is lifted: a long cell is data, not an error."""

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """What one pass over a text file shows.

    Args:
        path: Where it lies.
        sha256: Digest of its bytes.
        bytes_count: Its size.
        lines_count: Lines, also the last one without a line end.
        line_bytes_max: Length of the longest line.
        encoding: By its byte order mark, else as declared.
        bom_bytes: Length of the byte order mark.
        is_clean: Its bytes are valid in UTF-8 and hold no NUL.
    """

    path: Path
    sha256: str
    bytes_count: int
    lines_count: int
    line_bytes_max: int
    encoding: str
    bom_bytes: int
    is_clean: bool


def survey(path: Path, *, encoding: str = "utf-8") -> TextFile:
    """Read a text file once, block by block."""
    digest, size, lines, longest, begun = hashlib.sha256(), 0, 0, 0, 0
    bom, clean, last = b"", True, b""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    with path.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            if size == 0:
                bom, encoding = next(((m, name) for m, name in _BOMS if block.startswith(m)), (b"", encoding))
            digest.update(block)
            size += len(block)
            pieces = block.split(b"\n")
            lines += len(pieces) - 1
            longest = max(longest, begun + len(pieces[0]), *map(len, pieces[1:]))
            begun = len(pieces[-1]) + (begun if len(pieces) == 1 else 0)
            clean = clean and b"\x00" not in block and _is_valid(decoder, block)
            last = block[-1:]
    clean = clean and _is_valid(decoder, b"", final=True)
    return TextFile(
        path=path,
        sha256=digest.hexdigest(),
        bytes_count=size,
        lines_count=lines + (last not in (b"", b"\n")),
        line_bytes_max=longest,
        encoding=encoding.lower(),
        bom_bytes=len(bom),
        is_clean=clean and encoding.lower() in ("utf-8", "utf8", "ascii"),
    )


def peek(path: Path, *, encoding: str = "utf-8") -> TextFile:
    """Return what the first bytes of a text file show, for reading its header without reading it whole."""
    with path.open("rb") as stream:
        block = stream.read(4)
    bom, encoding = next(((m, name) for m, name in _BOMS if block.startswith(m)), (b"", encoding))
    return TextFile(
        path=path,
        sha256="",
        bytes_count=path.stat().st_size,
        lines_count=0,
        line_bytes_max=0,
        encoding=encoding.lower(),
        bom_bytes=len(bom),
        is_clean=False,
    )


def _is_valid(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def unreadable(name: str, what: str) -> DebarError:
    """Return the error of a file that cannot be read."""
    return DebarError(
        "DBR-I005",
        f"the file cannot be read: {what}",
        place=Place(file=name),
        hint="write it again from its source",
        exit_code=EXIT_PROBLEMS,
    )


def refuse_full(out: Path) -> None:
    """Refuse a folder to write to that holds something.

    Raises:
        DebarError: DBR-I051, it does.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DebarError(
            "DBR-I051",
            "the folder to write to is not empty",
            place=Place(file=out.name),
            hint="name a new folder",
            exit_code=EXIT_REFUSED,
        )


@dataclass(slots=True, kw_only=True)
class Record:
    """One data record of a CSV file, as the careful reader found it.

    Args:
        record: One-based number, the header and blank lines not counted.
        line: One-based line on which it begins.
        cells: Its cells.
        flaws: What was wrong with its form: ``encoding``, ``nul``, ``quote``, ``unclosed``.
    """

    record: int
    line: int
    cells: list[str]
    flaws: tuple[str, ...]


def lines_of(file: TextFile) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each line with its end, decoded, and what was wrong with it.

    A line that is not valid in the file's encoding is read as Windows-1252, which has a letter for nearly
    every byte, so that the rest of the row survives.
    """
    with file.path.open("rb") as raw:
        raw.seek(file.bom_bytes)
        if file.encoding.startswith("utf-16"):
            with io.TextIOWrapper(raw, encoding=file.encoding, errors="replace", newline="") as stream:
                for text in stream:
                    yield _without_nul(text, ("encoding",) if "\ufffd" in text else ())
            return
        for line in _byte_lines(raw):
            try:
                yield _without_nul(line.decode(file.encoding), ())
            except UnicodeDecodeError:
                yield _without_nul(line.decode("cp1252", errors="replace"), ("encoding",))


def _byte_lines(raw: BinaryIO) -> Iterator[bytes]:
    """Yield lines by any of the three line ends, as :mod:`csv` sees them."""
    for line in raw:
        if b"\r" not in line[:-2]:
            yield line
            continue
        yield from (part for part in line.replace(b"\r\n", b"\n").splitlines(keepends=True) if part)


def _without_nul(text: str, flaws: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    if "\x00" not in text:
        return text, flaws
    return text.replace("\x00", ""), (*flaws, "nul")


def read_header(file: TextFile, delimiter: str | None) -> tuple[int, list[str], str]:
    """Return the header's line, its cells and the delimiter.

    The delimiter is the declared one, else the commonest mark in the header.
    """
    first = next(_parsed(file, delimiter or ","), None)
    if first is None:
        return 1, [], delimiter or ","
    if delimiter is None:
        text = next(text for number, (text, _) in enumerate(lines_of(file), start=1) if number == first[0])
        delimiter = max(",;\t|", key=lambda mark: (text.count(mark), mark == ","))
        first = next(_parsed(file, delimiter))
    return first[0], [" ".join(cell.replace("\ufeff", "").split()) for cell in first[1]], delimiter


def careful_records(file: TextFile, delimiter: str) -> Iterator[Record]:
    """Yield every data record of a CSV file, also of a damaged one."""
    parsed = _parsed(file, delimiter)
    next(parsed, None)
    for number, (line, cells, flaws) in enumerate(parsed, start=1):
        yield Record(record=number, line=line, cells=cells, flaws=flaws)


def _parsed(file: TextFile, delimiter: str) -> Iterator[tuple[int, list[str], tuple[str, ...]]]:
    """Yield (first line, cells, flaws) of each record, the header first; blank lines are skipped.

    When a quote is never closed, the line on which it opens is a record of its own, marked, and reading
    goes on with the next line: one bad quote costs one row, not the rest of the file.
    """
    csv.field_size_limit(CELL_CHARACTERS_MAX)
    source = enumerate(lines_of(file), start=1)
    again: list[tuple[int, tuple[str, tuple[str, ...]]]] = []
    while True:
        item = again.pop() if again else next(source, None)
        if item is None:
            return
        taken = [item]
        cells, state = _cells([item[1][0]], delimiter)
        while state == "open" and len(taken) < RECORD_LINES_MAX:
            more = again.pop() if again else next(source, None)
            if more is None:
                break
            taken.append(more)
            if '"' in more[1][0]:
                cells, state = _cells([text for _, (text, _) in taken], delimiter)
        if state == "open" or (state == "stray" and len(taken) > 1):
            state = "open"
            again.extend(reversed(taken[1:]))
            del taken[1:]
            cells = [item[1][0].rstrip("\r\n")]
        if not cells:
            continue
        flaws = {flaw for _, (_, found) in taken for flaw in found}
        marks = {"open": {"unclosed"}, "stray": {"quote"}}.get(state, set())
        yield item[0], cells, tuple(sorted(flaws | marks))


def _cells(lines: list[str], delimiter: str) -> tuple[list[str], str]:
    """Parse the lines of one record; the state is ``whole``, ``open`` (a quote is) or ``stray``."""
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        if "unexpected end" in str(error):
            return [], "open"
        try:
            rows = list(csv.reader(lines, delimiter=delimiter))
        except csv.Error:
            return ["".join(lines).rstrip("\r\n")], "open"
        return [cell for row in rows for cell in row], "stray"
    return (rows[0] if rows else []), "whole"
