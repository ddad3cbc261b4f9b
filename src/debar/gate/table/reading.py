"""A table opened for reading: one shared mapping, no copy, nothing parsed until a key is found.

Law: a key is debarred only if its exact bytes stand in the table; what is found and cannot be read raises,
and so denies. What is verified when: opening checks the header's digest, version, counts and lengths;
:meth:`Table.verify` checks every section's digest, and is for whoever puts a table in its place, since a
damaged filter, directory or fingerprint hides a key and no lookup can tell.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import sys
from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from debar.gate.table.hashing import key_hash
from debar.gate.table.layout import (
    KEY_DECISION,
    KEY_HEAD,
    KEY_UNIT,
    PAGE,
    RESIDENT,
    SECTIONS,
    TERMS_UNIT,
    read_header,
    refused,
)
from debar.gate.table.terms import read_terms
from debar.model.problem import DebarError

if TYPE_CHECKING:
    from pathlib import Path

    from debar.gate.table.terms import Terms
    from debar.register.debarments import Debarment

_FINGERPRINT: Final = 0xFFFFFFFF
_TERMS_KEPT: Final = 4_096
_CHUNK: Final = 1 << 20


class Table:
    """An open table; it may be shared by threads, and its memory is shared by processes.

    The file must be replaced by renaming another over it, never written in place: readers keep the mapping of
    the file that they opened.

    Args:
        path: The table's file.

    Raises:
        DebarError: The file is missing, is no table, or is damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if sys.byteorder != "little":
            raise refused("this machine is big-endian, and this reader is for little-endian ones")
        try:
            descriptor = os.open(path, os.O_RDONLY)
            try:
                state = os.fstat(descriptor)
                self.header = read_header(os.pread(descriptor, PAGE, 0), state.st_size)
                self._map = mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise refused(f"the table cannot be read: {error.strerror}") from None
        except ValueError as error:
            raise refused("the table's header is damaged") from error
        self.identity = (state.st_ino, state.st_dev)
        for name in ("keys", "terms"):
            section = self.header.sections[name]
            self._map.madvise(mmap.MADV_RANDOM, section.offset, section.length)
        views = {name: self._section(name) for name in SECTIONS}
        self._keys, self._terms, self.filter = views["keys"], views["terms"], views["filter"]
        self._places, self.fingerprints, self.directory = (
            views[name].cast("I") for name in ("places", "fingerprints", "directory")
        )
        self.filter_shift = 64 - self.header.filter_bits + 3
        self._directory_shift = 64 - self.header.directory_bits
        self._terms_at = lru_cache(maxsize=_TERMS_KEPT)(self._read_terms)

    def lookup(self, kind: str, value: str) -> tuple[Debarment, ...]:
        """Return the debarments of one key in its one spelling, lapsed ones too, by decision."""
        hashed = key_hash(kind, value, self.header.seed)
        return self.found(kind, value, hashed) if self.may_hold(hashed) else ()

    def may_hold(self, hashed: int) -> bool:
        """Tell whether the filter knows a hash; it knows every hash in the table, and about 1 other in 20."""
        return bool(self.filter[hashed >> self.filter_shift] >> (hashed & 7) & 1)

    def found(self, kind: str, value: str, hashed: int) -> tuple[Debarment, ...]:
        """Return the debarments of a key whose hash is known; its exact bytes decide.

        Raises:
            ValueError: The table is damaged.
            struct.error: It is damaged.
            IndexError: It is damaged.
        """
        fingerprints, fingerprint = self.fingerprints, hashed & _FINGERPRINT
        bucket = hashed >> self._directory_shift
        end = self.directory[bucket + 1]
        slot = bisect_left(fingerprints, fingerprint, self.directory[bucket], end)
        while slot < end and fingerprints[slot] == fingerprint:
            made = self._exact(kind.encode(), value.encode(), KEY_UNIT * self._places[slot])
            if made is not None:
                return tuple(
                    self._terms_at(TERMS_UNIT * place).against(kind, value, seq) for place, seq in made
                )
            slot += 1
        return ()

    def verify(self) -> None:
        """Check every section's digest.

        Raises:
            DebarError: A section is not what the header says.
        """
        for name in SECTIONS:
            view, digest = self._section(name), hashlib.sha256()
            for start in range(0, len(view), _CHUNK):
                digest.update(view[start : start + _CHUNK])
            if digest.digest() != self.header.sections[name].sha256:
                raise refused(f"the table's section {name!r} is damaged")

    def warm(self) -> int:
        """Touch what checks touch, so that the first ones after opening are as fast as the others.

        Returns:
            The bytes touched.
        """
        for name in RESIDENT:
            section = self.header.sections[name]
            self._map.madvise(mmap.MADV_WILLNEED, section.offset, section.length)
            for start in range(section.offset, section.offset + section.length, PAGE):
                self._map[start]
        return self.header.resident_bytes

    def _section(self, name: str) -> memoryview:
        section = self.header.sections[name]
        return memoryview(self._map)[section.offset : section.offset + section.length]

    def _exact(self, kind: bytes, value: bytes, start: int) -> list[tuple[int, int]] | None:
        """Return the decisions of the key that stands at a byte, or None if it is another key."""
        kind_bytes, count, value_bytes = KEY_HEAD.unpack_from(self._keys, start)
        texts = start + KEY_HEAD.size + count * KEY_DECISION.size
        if (kind_bytes, value_bytes) != (len(kind), len(value)):
            return None
        if self._keys[texts : texts + kind_bytes + value_bytes] != kind + value:
            return None
        return [
            KEY_DECISION.unpack_from(self._keys, start + KEY_HEAD.size + place * KEY_DECISION.size)
            for place in range(count)
        ]

    def _read_terms(self, start: int) -> Terms:
        return read_terms(self._terms, start)


def open_table(path: Path, *, origin: str | None = None, verify: bool = False) -> Table:
    """Open a table.

    Args:
        path: Its file.
        origin: The log that it must be of; None for any.
        verify: Check every section first; else only the header.

    Raises:
        DebarError: It cannot be used.
    """
    table = Table(path)
    if origin is not None and table.header.origin != origin:
        raise DebarError(
            "DBR-G006",
            f"the table is of the log {table.header.origin!r}, and this gate follows {origin!r}",
            hint="build the table from the register that this gate follows",
        )
    if verify:
        table.verify()
    return table


def replacement_of(table: Table) -> Table | None:
    """Return the table that took an open one's place, opened; None while it is the same file.

    Raises:
        DebarError: What is there cannot be used: stay with the open one.
    """
    try:
        state = os.stat(table.path)  # noqa: PTH116 - as where it was opened
    except OSError as error:
        raise refused(f"the table cannot be read: {error.strerror}") from None
    if (state.st_ino, state.st_dev) == table.identity:
        return None
    return open_table(table.path, origin=table.header.origin)
