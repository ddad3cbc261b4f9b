"""The table's bytes: its header and where its sections are.

Law: little-endian everywhere; a header that is not exactly this, or sections that the file does not hold,
are refused before anything is read.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import Final

from debar.model.problem import EXIT_PROBLEMS, DebarError

MAGIC: Final = b"DEBARTBL"
VERSION: Final = 1
BYTE_ORDER_MARK: Final = 0x01020304
"""Reads as 0x04030201 where a reader takes the file for big-endian."""

PAGE: Final = 4096
"""Each section starts at a multiple of this; the header is the first page."""

SECTIONS: Final = ("keys", "terms", "places", "fingerprints", "directory", "filter")
"""In the order in which they stand in the file."""

RESIDENT: Final = ("places", "fingerprints", "directory", "filter")
"""What checks of keys that are not debarred touch, and so what stays in memory."""

KEY_HEAD: Final = struct.Struct("<HHI")
"""Before each exact key: bytes of its kind, number of decisions, bytes of its value."""

KEY_DECISION: Final = struct.Struct("<IQ")
"""A decision against a key: place of its terms in units of 8 bytes, and the entry it rests on."""

TERMS_HEAD: Final = struct.Struct("<IHHHHqq")
"""Before the texts of terms: bytes of the record, counts of scopes, surfaces, territories, 0, start, end."""

TEXT_HEAD: Final = struct.Struct("<I")
"""Before each text: its bytes in UTF-8."""

NO_END: Final = 2**63 - 1
"""The end of terms that do not lapse; starts and ends are microseconds since 1970, UTC."""

KEY_UNIT: Final = 4
TERMS_UNIT: Final = 8
"""Places count in these, so that 32 bits reach 16 and 32 GiB."""

FILTER_BITS_MIN: Final = 10
DIRECTORY_LAG: Final = 8
"""A directory entry covers ``2 ** 8`` filter bits: 8 to 16 keys."""

ORIGIN_BYTES_MAX: Final = 512
_HEAD: Final = struct.Struct("<8sIIQQQQQQII")
_SECTION: Final = struct.Struct("<QQ32s")
_ORIGIN_AT: Final = _HEAD.size + _SECTION.size * len(SECTIONS)
_DIGEST_AT: Final = PAGE - hashlib.sha256().digest_size


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Where a section is.

    Args:
        offset: Its first byte in the file.
        length: Its bytes, without the padding after it.
        sha256: Their digest.
    """

    offset: int
    length: int
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a table says of itself.

    Args:
        origin: The log's name.
        revision: The register's revision that the table holds.
        epoch: Grows when another register takes the log over; 0 at first.
        seed: Keys the hash; a secret of the operator's hosts, so that nobody outside can make keys collide.
        key_count: Distinct keys.
        debarment_count: Decisions against them, counted for each key.
        terms_count: Distinct terms.
        filter_bits: The filter has ``2 ** filter_bits`` bits.
        directory_bits: The directory has ``2 ** directory_bits + 1`` entries.
        sections: Each section by its name.
    """

    origin: str
    revision: int
    epoch: int
    seed: int
    key_count: int
    debarment_count: int
    terms_count: int
    filter_bits: int
    directory_bits: int
    sections: dict[str, Section]

    @property
    def resident_bytes(self) -> int:
        """What checks of keys that are not debarred touch."""
        return sum(self.sections[name].length for name in RESIDENT)

    @property
    def file_bytes(self) -> int:
        """How long the file is."""
        last = self.sections[SECTIONS[-1]]
        return last.offset + last.length


def filter_bits_for(key_count: int) -> int:
    """Return the filter's size: 16 to 32 bits a key."""
    return max(FILTER_BITS_MIN, (16 * key_count - 1).bit_length())


def pack_header(header: Header) -> bytes:
    """Return the header's page, closed by its own SHA-256."""
    origin = header.origin.encode()
    assert len(origin) <= ORIGIN_BYTES_MAX, "a log's name is short"
    page = _HEAD.pack(
        MAGIC, VERSION, BYTE_ORDER_MARK, header.seed, header.revision, header.epoch, header.key_count,
        header.debarment_count, header.terms_count, header.filter_bits, header.directory_bits,
    )  # fmt: skip
    for name in SECTIONS:
        section = header.sections[name]
        page += _SECTION.pack(section.offset, section.length, section.sha256)
    page += TEXT_HEAD.pack(len(origin)) + origin
    page = page.ljust(_DIGEST_AT, b"\0")
    return page + hashlib.sha256(page).digest()


def read_header(page: bytes, file_bytes: int) -> Header:
    """Read a table's first page.

    Args:
        page: The first 4,096 bytes.
        file_bytes: How long the file is.

    Raises:
        DebarError: This is no table, or not of this version, or it is damaged or cut short.
    """
    if len(page) < PAGE or page[: len(MAGIC)] != MAGIC:
        raise refused("this file is not a table of debarred keys")
    head = _HEAD.unpack_from(page)
    if head[1] != VERSION or head[2] != BYTE_ORDER_MARK:
        raise refused(f"the table's format is version {head[1]}, and this reader knows version {VERSION}")
    if hashlib.sha256(page[:_DIGEST_AT]).digest() != page[_DIGEST_AT:]:
        raise refused("the table's header is damaged")
    found = [_SECTION.unpack_from(page, _HEAD.size + place * _SECTION.size) for place in range(len(SECTIONS))]
    (origin_bytes,) = TEXT_HEAD.unpack_from(page, _ORIGIN_AT)
    origin = page[_ORIGIN_AT + TEXT_HEAD.size :][:origin_bytes]
    header = Header(
        origin=origin.decode(), seed=head[3], revision=head[4], epoch=head[5], key_count=head[6],
        debarment_count=head[7], terms_count=head[8], filter_bits=head[9], directory_bits=head[10],
        sections={
            name: Section(offset=offset, length=length, sha256=sha256)
            for name, (offset, length, sha256) in zip(SECTIONS, found, strict=True)
        },
    )  # fmt: skip
    if not _fits(header, file_bytes):
        raise refused("the table is cut short, or its sections do not fit its counts")
    return header


def refused(what: str) -> DebarError:
    """Return the error for a table that cannot be used."""
    return DebarError(
        "DBR-G005",
        what,
        hint="keep the old table, and build or fetch this one anew: debar gate table build",
        exit_code=EXIT_PROBLEMS,
    )


def _fits(header: Header, file_bytes: int) -> bool:
    """Tell whether the sections have the lengths that the counts ask for, and lie in the file in order."""
    lengths = {
        "places": 4 * header.key_count,
        "fingerprints": 4 * header.key_count,
        "directory": 4 * (2**header.directory_bits + 1),
        "filter": 2 ** (header.filter_bits - 3),
    }
    right = all(header.sections[name].length == length for name, length in lengths.items())
    ends = PAGE
    for section in header.sections.values():
        right = right and section.offset % PAGE == 0 and section.offset >= ends
        ends = section.offset + section.length
    return (
        right
        and header.filter_bits == filter_bits_for(header.key_count)
        and header.directory_bits == header.filter_bits - DIRECTORY_LAG
        and ends == file_bytes
    )
