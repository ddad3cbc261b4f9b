"""The table's header: exactly this, or refused."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from debar.gate.table.layout import PAGE, SECTIONS, filter_bits_for, pack_header, read_header
from debar.gate.table.reading import open_table
from debar.model.problem import DebarError
from tables import debarment, made_table

if TYPE_CHECKING:
    from pathlib import Path

    from debar.gate.table.layout import Header


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A table of three keys."""
    made_table(tmp_path / "t", [debarment("a1"), debarment("a2"), debarment("rt.com", kind="domain")])
    return tmp_path / "t"


def resigned(page: bytes) -> bytes:
    """Close a changed header with a right digest, so that only its content is wrong."""
    return page[:-32] + hashlib.sha256(page[:-32]).digest()


def test_what_is_written_is_read(path: Path) -> None:
    """A header must come back as it was packed, and say how large the table is."""
    header = open_table(path).header
    assert read_header(pack_header(header), header.file_bytes) == header
    assert (header.key_count, header.debarment_count, header.terms_count) == (3, 3, 1)
    assert header.file_bytes == path.stat().st_size
    assert header.resident_bytes == 3 * 8 + 4 * (2**2 + 1) + 2**7


@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 10**6, 4 * 10**7, 10**8])
def test_the_filter_has_16_to_32_bits_a_key(count: int) -> None:
    """The filter must be neither so small that it lets all through nor twice as large as needed."""
    bits = filter_bits_for(count)
    assert bits >= 10
    assert 2**bits >= 16 * count
    assert bits == 10 or 2**bits < 32 * count


@pytest.mark.parametrize("byte", [0, 8, 12, 16, 24, 40, 71, 72, 100, 360, 2000, PAGE - 1])
def test_any_changed_byte_is_noticed(path: Path, byte: int) -> None:
    """One flipped bit anywhere in the header must be refused before anything is read."""
    data = bytearray(path.read_bytes())
    data[byte] ^= 4
    path.write_bytes(data)
    with pytest.raises(DebarError, match="DBR-G005"):
        open_table(path)


@pytest.mark.parametrize("length", [0, 10, PAGE - 1, PAGE, -1, -129])
def test_a_table_that_is_cut_short(path: Path, length: int) -> None:
    """A file that lacks its end must be refused, whatever remains."""
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(DebarError, match="DBR-G005"):
        open_table(path)


def test_what_is_appended_is_noticed(path: Path) -> None:
    """A file longer than its header says must be refused."""
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(DebarError, match="cut short"):
        open_table(path)


def test_other_versions_are_refused_by_number(path: Path) -> None:
    """A format that this reader does not know must be named, though its digest is right."""
    page = bytearray(path.read_bytes()[:PAGE])
    struct.pack_into("<I", page, 8, 2)
    with pytest.raises(DebarError, match="format is version 2, and this reader knows version 1"):
        read_header(resigned(bytes(page)), path.stat().st_size)


def test_a_missing_table(tmp_path: Path) -> None:
    """A file that is not there must be one documented error."""
    with pytest.raises(DebarError, match="No such file"):
        open_table(tmp_path / "none")


def test_an_origin_that_is_no_text(path: Path) -> None:
    """A header whose texts are no UTF-8 must be refused as damaged, though its digest is right."""
    data = bytearray(path.read_bytes())
    data[364] = 0xFF
    data[:PAGE] = resigned(bytes(data[:PAGE]))
    path.write_bytes(data)
    with pytest.raises(DebarError, match="header is damaged"):
        open_table(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda header: {"key_count": header.key_count + 1},
        lambda header: {"filter_bits": header.filter_bits + 1},
        lambda header: {"directory_bits": header.directory_bits + 1},
        *(
            lambda header, name=name: {
                "sections": header.sections | {name: replace(header.sections[name], offset=PAGE + 1)}
            }
            for name in SECTIONS
        ),
        lambda header: {
            "sections": header.sections | {"terms": replace(header.sections["terms"], length=10**9)}
        },
    ],
)
def test_sections_that_do_not_fit(path: Path, change: object) -> None:
    """Counts and places that contradict each other must be refused, though the digest is right."""
    header: Header = open_table(path).header
    assert callable(change)
    wrong = replace(header, **change(header))
    with pytest.raises(DebarError, match="do not fit"):
        read_header(pack_header(wrong), header.file_bytes)
