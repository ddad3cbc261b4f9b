"""A log's tree and entries as static files: which there are, what they are called, what is in them.

Law: pure. The files of a tree are a function of its size and its leaves; a file that is full never changes.

Source: C2SP tlog-tiles 0.1.0.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from debar.register.tree import NodeReader

TILE_HEIGHT: Final = 8
"""Levels of the tree that a tile covers."""

TILE_WIDTH: Final = 1 << TILE_HEIGHT
"""Hashes, or entries, in a full tile."""

ENTRIES: Final = -1
"""The level of a tile that holds entries and not hashes."""

_LENGTH_BYTES: Final = 2
_PATH: Final = re.compile(r"tile/(entries|0|[1-9]\d?)/((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?")


class Tile(NamedTuple):
    """One file: up to 256 hashes of a level that is a multiple of eight, or up to 256 entries.

    Its fields: the tile level (or :data:`ENTRIES`), the place within the level, and how many it holds.
    """

    level: int
    place: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """The file's path in a published folder.

        Example:
            >>> Tile(0, 1234067).path, Tile(ENTRIES, 273, 112).path
            ('tile/0/x001/x234/067', 'tile/entries/273.p/112')
        """
        level = "entries" if self.level == ENTRIES else str(self.level)
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{_index_text(self.place)}{partial}"

    @property
    def full(self) -> Tile:
        """The tile that this one becomes."""
        return Tile(self.level, self.place)


def tile_at(path: str) -> Tile | None:
    """Return which tile a path is of; None where it is of none."""
    match = _PATH.fullmatch(path)
    if match is None:
        return None
    level = ENTRIES if match[1] == "entries" else int(match[1])
    index = int(match[2].replace("x", "").replace("/", ""))
    width = TILE_WIDTH if match[3] is None else int(match[3])
    tile = Tile(level, index, width)
    return tile if tile.path == path else None


def tiles_of(size: int) -> Iterator[Tile]:
    """Yield the tiles of a tree: its entries first, then the hashes, each level from left to right."""
    return tiles_after(0, size)


def tiles_after(old_size: int, new_size: int) -> Iterator[Tile]:
    """Yield the tiles of a tree that an earlier tree of ``old_size`` leaves has not, in the same order."""
    assert 0 <= old_size <= new_size, f"{old_size} is not the size of an earlier tree of {new_size}"
    yield from _level(ENTRIES, old_size, new_size)
    level = 0
    while new_size:
        yield from _level(level, old_size, new_size)
        level, old_size, new_size = level + 1, old_size >> TILE_HEIGHT, new_size >> TILE_HEIGHT


def hash_tile(tile: Tile, read: NodeReader) -> bytes:
    """Return the content of a tile of hashes."""
    first, level = tile.place * TILE_WIDTH, tile.level * TILE_HEIGHT
    return b"".join(read(level, first + offset) for offset in range(tile.width))


def bundle(entries: Sequence[bytes]) -> bytes:
    """Return the content of a tile of entries: each after its length in two bytes, the larger first."""
    return b"".join(len(entry).to_bytes(_LENGTH_BYTES) + entry for entry in entries)


def unbundle(content: bytes) -> list[bytes]:
    """Split a tile of entries.

    Raises:
        ValueError: The last entry is cut off.
    """
    entries, at = [], 0
    while at < len(content):
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(content[at:start])
        entries.append(content[start:at])
    if at != len(content):
        raise ValueError("its last entry is cut off")
    return entries


def _level(level: int, old_size: int, new_size: int) -> Iterator[Tile]:
    if old_size == new_size:
        return
    for index in range(old_size // TILE_WIDTH, -(-new_size // TILE_WIDTH)):
        yield Tile(level, index, min(TILE_WIDTH, new_size - index * TILE_WIDTH))


def _index_text(index: int) -> str:
    text = f"{index % 1000:03d}"
    while index >= 1000:
        index //= 1000
        text = f"x{index % 1000:03d}/{text}"
    return text
