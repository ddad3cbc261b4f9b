"""Write a register's public side into a folder that any web server can hand out.

Law: what the checkpoint needs is on disk before the checkpoint is there, and each file appears whole or not
at all; so a publication that is cut off anywhere leaves the old record or the new one. A folder that holds
something else than an earlier state of the same log is refused, never mended.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from debar.model.problem import EXIT_REFUSED, DebarError, Place
from debar.register.notes import open_checkpoint
from debar.register.published.tiles import ENTRIES, TILE_WIDTH, Tile, bundle, hash_tile, tiles_after
from debar.register.sqlite.files import sync
from debar.register.tree import leaf_hash, verify_consistency

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from debar.register.reading import RegisterReader

CHECKPOINT: Final = "checkpoint"
KEY: Final = "log.pub"
PART: Final = ".part"
"""What ends the name of a file that is not finished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What a publication did.

    Args:
        size_before: Entries that the folder held.
        size: Entries that it holds now.
        checkpoint: The checkpoint that it ends with, cosignatures included.
        files: Paths that were written, in their order.
    """

    size_before: int
    size: int
    checkpoint: str
    files: tuple[str, ...]


def publish_tiles(
    register: RegisterReader,
    folder: Path,
    *,
    cosign: Callable[[str, int], str] = lambda note, _: note,
    pages: Callable[[str], Mapping[str, bytes]] = lambda _: {},
) -> Publication:
    """Bring a folder to the register's newest revision.

    Args:
        register: The register.
        folder: Made where there is none.
        cosign: Is given the checkpoint and the size that was published before, and returns the checkpoint
            with what outside witnesses say.
        pages: Is given the checkpoint, and returns further files by name; they are written after it.

    Raises:
        DebarError: DBR-R042, the folder holds another history; DBR-R044, it holds something else; or what
            ``cosign`` raises. The folder then still holds what it held.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sync(folder.absolute().parent)
    with locked(folder):
        newest = register.checkpoint()
        size = open_checkpoint(newest, (register.key,)).size
        old_size, note = _published(register, folder, newest)
        _refuse_foreign(folder)
        written = _write_tiles(register, folder, old_size=old_size, size=size)
        note = cosign(note, old_size)
        files = {KEY: f"{register.key}\n".encode(), CHECKPOINT: note.encode(), **pages(note)}
        _drop_unfinished(folder, files)
        written += [name for name, content in files.items() if _write_if_changed(folder / name, content)]
        _drop_partials(folder, old_size=old_size, size=size)
    return Publication(size_before=old_size, size=size, checkpoint=note, files=tuple(written))


def _write_if_changed(path: Path, content: bytes) -> bool:
    """Give a file its content, whole and on disk; leave it alone where it has it."""
    if path.is_file() and path.read_bytes() == content:
        return False
    _write(path, content)
    sync(path)
    sync(path.parent)
    return True


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other publications out of a folder meanwhile."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _published(register: RegisterReader, folder: Path, newest: str) -> tuple[int, str]:
    """Return how many entries the folder holds, and the newest checkpoint with the lines that it has there.

    Raises:
        DebarError: DBR-R042, the folder holds something else than an earlier state of this register.
    """
    path = folder / CHECKPOINT
    if not path.exists():
        return 0, newest
    note = path.read_text(encoding="utf-8")
    held, now = (open_checkpoint(text, (register.key,)) for text in (note, newest))
    grown = held.size <= now.size and verify_consistency(
        register.consistency(held.size, now.size),
        old_size=held.size,
        old_root=held.root,
        new_size=now.size,
        new_root=now.root,
    )
    if not grown:
        raise DebarError(
            "DBR-R042",
            f"the folder holds {held.size} entries that this register, of {now.size}, does not continue",
            place=Place(file=str(path)),
            hint="this register is an old copy, or two histories were signed: compare both first",
            exit_code=EXIT_REFUSED,
        )
    return held.size, note if held == now else newest


def _write_tiles(register: RegisterReader, folder: Path, *, old_size: int, size: int) -> list[str]:
    """Write every tile that the folder has not, and return when all of them are on disk."""
    written: list[str] = []
    for tile in tiles_after(old_size, size):
        _write(folder / tile.path, _content(register, tile))
        written.append(tile.path)
    for path in written:
        sync(folder / path)
    for parent in sorted({parent for path in written for parent in (folder / path).parents}):
        if parent == folder or folder in parent.parents:
            sync(parent)
    return written


def _content(register: RegisterReader, tile: Tile) -> bytes:
    if tile.level > 0:
        return hash_tile(tile, register.node)
    first = tile.place * TILE_WIDTH
    leaves = register.leaves(first, first + tile.width)
    if tile.level == ENTRIES:
        return bundle(leaves)
    return b"".join(map(leaf_hash, leaves))


def _write(path: Path, content: bytes) -> None:
    """Write a file under another name and give it its own when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}{PART}")
    part.write_bytes(content)
    part.replace(path)


def _refuse_foreign(folder: Path) -> None:
    """Refuse a folder that holds something and no record: what is in it would be written over.

    Raises:
        DebarError: DBR-R044.
    """
    ours = {"tile", KEY}  # what a first publication that was cut off may have left
    found = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    if CHECKPOINT not in found and not ours.issuperset(found):
        raise DebarError(
            "DBR-R044",
            "the folder holds something, and no record",
            place=Place(file=str(folder)),
            details=tuple(name for name in found if name not in ours)[:5],
            hint="publish into a folder of its own; link to it from wherever it shall be found",
            exit_code=EXIT_REFUSED,
        )


def _drop_unfinished(folder: Path, names: Iterable[str]) -> None:
    """Remove what a publication that was cut off left half."""
    left = [*(folder / "tile").rglob(f".*{PART}"), *(folder / f".{name}{PART}" for name in names)]
    for path in left:
        path.unlink(missing_ok=True)


def _drop_partials(folder: Path, *, old_size: int, size: int) -> None:
    """Remove the parts of tiles that have become full: whoever asks for one reads the full tile instead."""
    for tile in tiles_after(old_size, size):
        parts = folder / f"{tile.full.path}.p"
        if tile.width == TILE_WIDTH and parts.is_dir():
            for part in parts.iterdir():
                part.unlink()
            parts.rmdir()
