"""A published record in a folder: read it, and account for every file in it.

Law: a file that belongs to the record agrees with it, also one that no checkpoint needs any more or yet; what
does not belong to it is named and believed in nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from debar.register.published.publishing import CHECKPOINT, KEY, PART
from debar.register.published.tiles import ENTRIES, Tile, tile_at, tiles_of, unbundle

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from debar.register.notes import VerifierKey
    from debar.register.published.checking import Report


def folder_reader(folder: Path) -> Callable[[str], bytes | None]:
    """Return how files of a published folder are read."""

    def fetch(path: str) -> bytes | None:
        file = folder / path
        return file.read_bytes() if file.is_file() else None

    return fetch


def check_files(report: Report, folder: Path, key: VerifierKey, *, pages: frozenset[str]) -> None:
    """Account for the files that the checkpoint does not need.

    Args:
        report: What was found so far, with a checkpoint.
        folder: The published folder.
        key: The log's verifier key.
        pages: Names of files that are checked elsewhere.
    """
    assert report.checkpoint is not None, "files are checked under a checkpoint"
    needed = {(tile.level, tile.place): tile for tile in tiles_of(report.checkpoint.size)}
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = file.relative_to(folder).as_posix()
        tile = tile_at(name)
        if name == KEY:
            ok = file.read_bytes() == f"{key}\n".encode()
            report.add(f"{name}: {'the key that was used' if ok else 'another key than the one used'}", ok=ok)
        elif tile is not None:
            _check_stray(report, folder, tile, needed.get((tile.level, tile.place)))
        elif name != CHECKPOINT and name not in pages:
            unfinished = name.endswith(PART)
            report.add(f"{name}: {'not finished' if unfinished else 'not part of the record'}", ok=None)


def _check_stray(report: Report, folder: Path, tile: Tile, needed: Tile | None) -> None:
    """Compare a tile that the checkpoint does not name with the one that it does."""
    if tile == needed:
        return
    if needed is None:
        report.add(f"{tile.path}: no checkpoint covers it yet", ok=None)
        return
    parts = _parts(folder, tile)
    known = _parts(folder, needed) or _parts(folder, needed.full)
    shared = min(tile.width, needed.width)
    if parts is None or len(parts) != tile.width or known is None or parts[:shared] != known[:shared]:
        report.add(f"{tile.path}: it does not agree with {needed.path}", ok=False)
    elif tile.width > needed.width:
        report.add(f"{tile.path}: no checkpoint covers all of it yet", ok=None)


def _parts(folder: Path, tile: Tile) -> list[bytes] | None:
    """Read the hashes or entries of a tile; None where it cannot be read."""
    file = folder / tile.path
    if not file.is_file():
        return None
    content = file.read_bytes()
    if tile.level != ENTRIES:
        return [content[at : at + 32] for at in range(0, len(content), 32)]
    try:
        return unbundle(content)
    except ValueError:
        return None
