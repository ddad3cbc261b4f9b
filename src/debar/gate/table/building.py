"""A table is built from what stands, in one pass, and put in its place whole.

Law: the same rows, revision, epoch, origin and seed give the same bytes; a reader sees the old table or the
new one, never a part.
"""

from __future__ import annotations

import hashlib
import os
from array import array
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from xxhash import xxh3_64_intdigest

from debar.gate.table.hashing import kind_seed
from debar.gate.table.layout import (
    DIRECTORY_LAG,
    KEY_DECISION,
    KEY_HEAD,
    KEY_UNIT,
    PAGE,
    SECTIONS,
    TERMS_UNIT,
    Header,
    Section,
    filter_bits_for,
    pack_header,
    refused,
)
from debar.gate.table.terms import Terms, pack_terms
from debar.register.schema import debarment_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_FLUSH: Final = 1 << 20
_PLACE_MAX: Final = 2**32 - 1
_SHORT_MAX: Final = 2**16 - 1
_KEY: Final = itemgetter(0, 1)


def build_table(
    path: Path,
    rows: Iterable[Sequence[Any]],
    *,
    origin: str,
    revision: int,
    seed: int,
    epoch: int = 0,
) -> Header:
    """Build a table and put it in its place in one step.

    Args:
        path: The table's file; an older one is replaced, and whoever has it open keeps it.
        rows: What stands, as rows of :data:`~debar.register.schema.STANDING_COLUMNS`, ascending by kind,
            value and decision in the order of Unicode code points.
        origin: The log's name.
        revision: The revision at which the rows stood.
        seed: 64 bits that key the hash.
        epoch: As in :class:`~debar.gate.table.layout.Header`.

    Raises:
        DebarError: The rows are not in order, or there are too many.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        with partial.open("wb") as file:
            header = _written(file, rows, origin=origin, revision=revision, epoch=epoch, seed=seed)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return header


@dataclass
class _Sections:
    """Writes sections one after the other, each from a page's start, and keeps their digests."""

    file: BinaryIO
    made: dict[str, Section] = field(default_factory=dict)

    def write(self, name: str, parts: Iterable[bytes | memoryview]) -> None:
        """Write a section."""
        start = self.file.tell()
        offset = start + -start % PAGE
        self.file.write(bytes(offset - start))
        digest = hashlib.sha256()
        for part in parts:
            digest.update(part)
            self.file.write(part)
        self.made[name] = Section(offset=offset, length=self.file.tell() - offset, sha256=digest.digest())


@dataclass
class _Gathered:
    """What one pass over the rows leaves behind: a hash and a place for each key, and the terms."""

    seed: int
    hashes: array[int] = field(default_factory=lambda: array("Q"))
    places: array[int] = field(default_factory=lambda: array("I"))
    terms: dict[tuple[Any, ...], int] = field(default_factory=dict)
    terms_bytes: bytearray = field(default_factory=bytearray)
    debarment_count: int = 0

    def keys(self, rows: Iterable[Sequence[Any]]) -> Iterable[bytes]:
        """Yield the section of exact keys in parts, while gathering the rest."""
        out, written, last = bytearray(), 0, ("", "")
        seeds: dict[str, int] = {}
        for key, of_key in groupby(rows, _KEY):
            if key <= last:
                raise refused("the rows that the table is built from are not in the order of their keys")
            last = key
            kind, value = key[0].encode(), key[1].encode()
            if key[0] not in seeds:
                seeds[key[0]] = kind_seed(key[0], self.seed)
            place = written + len(out)
            if place // KEY_UNIT > _PLACE_MAX or len(kind) > _SHORT_MAX:
                raise refused("a table holds 16 GiB of keys, and kinds of 65,535 bytes")
            self.hashes.append(xxh3_64_intdigest(value, seeds[key[0]]))
            self.places.append(place // KEY_UNIT)
            decisions = [KEY_DECISION.pack(self._place_of(row), row[3]) for row in of_key]
            self.debarment_count += len(decisions)
            if len(decisions) > _SHORT_MAX:
                raise refused("more decisions stand against one key than a table holds")
            out += KEY_HEAD.pack(len(kind), len(decisions), len(value))
            out += b"".join(decisions) + kind + value
            out += bytes(-len(out) % KEY_UNIT)
            if len(out) >= _FLUSH:
                yield bytes(out)
                written += len(out)
                out.clear()
        yield bytes(out)

    def _place_of(self, row: Sequence[Any]) -> int:
        """Return the place of a row's terms; equal ones share it."""
        raw = (row[2], *row[4:])
        place = self.terms.get(raw)
        if place is None:
            place = self.terms[raw] = len(self.terms_bytes) // TERMS_UNIT
            self.terms_bytes += pack_terms(Terms.of(debarment_of(row)))
        return place


def _written(
    file: BinaryIO, rows: Iterable[Sequence[Any]], *, origin: str, revision: int, epoch: int, seed: int
) -> Header:
    gathered = _Gathered(seed)
    sections = _Sections(file)
    file.write(bytes(PAGE))
    sections.write("keys", gathered.keys(rows))
    sections.write("terms", [bytes(gathered.terms_bytes)])
    key_count = len(gathered.hashes)
    filter_bits = filter_bits_for(key_count)
    directory_bits = filter_bits - DIRECTORY_LAG
    _write_index(sections, gathered, filter_bits=filter_bits, directory_bits=directory_bits)
    header = Header(
        origin=origin,
        revision=revision,
        epoch=epoch,
        seed=seed,
        key_count=key_count,
        debarment_count=gathered.debarment_count,
        terms_count=len(gathered.terms),
        filter_bits=filter_bits,
        directory_bits=directory_bits,
        sections={name: sections.made[name] for name in SECTIONS},
    )
    file.seek(0)
    file.write(pack_header(header))
    return header


def _write_index(sections: _Sections, gathered: _Gathered, *, filter_bits: int, directory_bits: int) -> None:
    """Write what finds a key: places and fingerprints in order, the directory into them, the filter."""
    import numpy as np

    hashes = np.frombuffer(gathered.hashes, np.uint64)
    places = np.frombuffer(gathered.places, np.uint32)
    buckets = hashes >> np.uint64(64 - directory_bits)
    order = np.argsort((buckets << np.uint64(32)) | (hashes & np.uint64(0xFFFFFFFF)), kind="stable")
    sections.write("places", [np.ascontiguousarray(places[order], "<u4").data])
    fingerprints = (hashes[order] & np.uint64(0xFFFFFFFF)).astype("<u4")
    sections.write("fingerprints", [fingerprints.data])
    counts = np.bincount(buckets.astype(np.int64), minlength=2**directory_bits)
    directory = np.concatenate([[0], np.cumsum(counts)]).astype("<u4")
    sections.write("directory", [directory.data])
    filter_bytes = np.zeros(2 ** (filter_bits - 3), np.uint8)
    at = (hashes >> np.uint64(64 - filter_bits + 3)).astype(np.int64)
    np.bitwise_or.at(filter_bytes, at, np.left_shift(1, hashes & np.uint64(7)).astype(np.uint8))
    sections.write("filter", [filter_bytes.data])
