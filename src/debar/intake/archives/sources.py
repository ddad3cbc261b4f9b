"""What an archive is handed over as: files, folders and zips, opened without trusting them.

Law: no name inside a zip is ever used as a path; sizes are checked before a byte is written; what is taken
apart lies in a temporary folder that is gone afterwards. A file that is not read is named.
"""

from __future__ import annotations

import gzip
import re
import shutil
import stat
import tempfile
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from debar.intake.files import BLOCK_BYTES
from debar.model.canonical import file_sha256
from debar.model.problem import EXIT_PROBLEMS, EXIT_USAGE, DebarError, Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TABLE_ENDINGS: Final = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet")
"""Files that may hold a table; others are named and left alone."""

UNPACKED_BYTES_MAX: Final = 64 * 2**30
"""A zip that unpacks to more is refused: the largest public bundle has a few gigabytes."""

RATIO_MAX: Final = 250
"""A zip that unpacks to more than this many times its size is refused, above :data:`RATIO_BYTES_MIN`."""

RATIO_BYTES_MIN: Final = 64 * 2**20
"""Small files of zeros compress well and hurt nobody."""

MEMBERS_MAX: Final = 20_000

_ENCRYPTED: Final = 0x1


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file of an archive, ready to be read.

    Args:
        name: For people: the file, or ``bundle.zip/inner.csv``.
        path: Where its bytes lie now.
        ending: Of its name, in lower case, without ``.gz``.
        sha256: Digest of its bytes.
        bytes_count: Its size.
    """

    name: str
    path: Path
    ending: str
    sha256: str
    bytes_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An archive taken apart.

    Args:
        members: Files that may hold a table, by the year in their names, then by name.
        others: Names of the files that were left alone.
    """

    members: tuple[Member, ...]
    others: tuple[str, ...]


@contextmanager
def open_sources(sources: Sequence[Path]) -> Iterator[Opened]:
    """Take files, folders and zips apart; what was unpacked is gone when the block ends.

    Raises:
        DebarError: DBR-I001, a source is not there; DBR-I053, a zip is hostile or broken.
    """
    members: list[Member] = []
    others: list[str] = []
    with tempfile.TemporaryDirectory(prefix="debar-") as folder:
        for source in sources:
            for name, path in _files(source):
                place = Path(folder) / str(len(members) + len(others))
                if path.suffix.lower() == ".zip":
                    _unpack(path, name, place, members, others)
                elif path.suffix.lower() == ".gz":
                    _gunzip(path, name, place, members, others)
                elif path.suffix.lower() in TABLE_ENDINGS:
                    members.append(_member(name, path, path.suffix.lower()))
                else:
                    others.append(name)
        yield Opened(
            members=tuple(sorted(members, key=lambda member: (year_of(member.name), member.name))),
            others=tuple(others),
        )


def year_of(name: str) -> int:
    """Return the last year from 2015 to 2099 that stands in a file's name or path; 0 if none does.

    Example:
        >>> year_of("political/2020/PoliticalAds.zip/PoliticalAds.csv"), year_of("ads.csv")
        (2020, 0)
    """
    years = [int(year) for year in re.findall(r"(?<!\d)(20(?:1[5-9]|[2-9]\d))(?!\d)", name)]
    return years[-1] if years else 0


def _files(source: Path) -> Iterator[tuple[str, Path]]:
    if not source.exists():
        raise DebarError(
            "DBR-I001",
            "nothing to read: there is no such file or folder",
            place=Place(file=str(source)),
            hint="name the archive as it was downloaded: a zip, a file, or a folder of them",
            exit_code=EXIT_USAGE,
        )
    if source.is_dir():
        for path in sorted(source.rglob("*")):
            if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                yield path.relative_to(source).as_posix(), path
    else:
        # The folder's name is kept: yearly archives have one file name, and the year in the folder's.
        year = year_of(source.parent.name)
        yield (f"{source.parent.name}/{source.name}" if year else source.name), source


def _member(name: str, path: Path, ending: str) -> Member:
    return Member(
        name=name, path=path, ending=ending, sha256=file_sha256(path), bytes_count=path.stat().st_size
    )


def _unpack(path: Path, name: str, folder: Path, members: list[Member], others: list[str]) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _refuse_hostile(path, name, entries)
            folder.mkdir()
            for number, entry in enumerate(entries):
                inner = f"{name}/{entry.filename}"
                pure = PurePosixPath(entry.filename)
                ending = pure.suffix.lower()
                if ending not in TABLE_ENDINGS or "__MACOSX" in pure.parts or pure.name.startswith("."):
                    others.append(inner)
                    continue
                target = folder / f"{number}{ending}"
                with archive.open(entry) as packed, target.open("wb") as out:
                    shutil.copyfileobj(packed, out, BLOCK_BYTES)
                members.append(_member(inner, target, ending))
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError) as error:
        raise _refused(name, f"it is broken ({error})") from None


def _refuse_hostile(path: Path, name: str, entries: Sequence[zipfile.ZipInfo]) -> None:
    for entry in entries:
        inner = entry.filename
        parts = PurePosixPath(inner.replace("\\", "/")).parts
        if ".." in parts or inner.startswith(("/", "\\")) or ":" in (parts[0] if parts else ""):
            raise _refused(name, f'"{inner[:80]}" in it points outside')
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise _refused(name, f'"{inner[:80]}" in it is a link')
        if entry.flag_bits & _ENCRYPTED:
            raise _refused(name, f'"{inner[:80]}" in it is encrypted')
    unpacked = sum(entry.file_size for entry in entries)
    _refuse_size(name, unpacked, path.stat().st_size)
    if len(entries) > MEMBERS_MAX:
        raise _refused(name, f"it holds {len(entries):,} files, and at most {MEMBERS_MAX:,} are taken")


def _refuse_size(name: str, unpacked: int, packed: int) -> None:
    if unpacked > UNPACKED_BYTES_MAX:
        raise _refused(name, f"it unpacks to {unpacked / 2**30:,.1f} GiB")
    if unpacked > RATIO_BYTES_MIN and unpacked > RATIO_MAX * max(packed, 1):
        raise _refused(name, f"it unpacks to {unpacked // max(packed, 1):,} times its size")


def _gunzip(path: Path, name: str, folder: Path, members: list[Member], others: list[str]) -> None:
    """Unpack a single compressed file; its size is only known on the way."""
    ending = Path(path.stem).suffix.lower()
    if ending not in TABLE_ENDINGS:
        others.append(name)
        return
    folder.mkdir()
    target, packed, size = folder / f"0{ending}", path.stat().st_size, 0
    try:
        with gzip.open(path, "rb") as stream, target.open("wb") as out:
            while block := stream.read(BLOCK_BYTES):
                size += len(block)
                _refuse_size(name, size, packed)
                out.write(block)
    except (OSError, EOFError) as error:
        raise _refused(name, f"it is broken ({error})") from None
    members.append(_member(name, target, ending))


def _refused(name: str, why: str) -> DebarError:
    return DebarError(
        "DBR-I053",
        f"the compressed file is refused: {why}",
        place=Place(file=name),
        hint="nothing was unpacked; download it again from its publisher, or unpack it yourself and look",
        exit_code=EXIT_PROBLEMS,
    )
