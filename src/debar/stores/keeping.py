"""Keep files as they are now, so that anybody can check later that they were not changed.

Law: copies are read-only and carry their digests; the folder appears whole or not at all; access tokens are
taken out before a byte is kept, and the manifest says so.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from debar.model.canonical import (
    canonical_json,
    file_sha256,
    sha256_hex,
)
from debar.model.problem import EXIT_REFUSED, EXIT_USAGE, DebarError, Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

MANIFEST: Final = "manifest.json"
KIND: Final = "debar snapshot"
TEXTS: Final = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".txt", ".html", ".htm", ".xml", ".url", ".md")
"""Files in which access tokens are looked for."""

_TOKEN: Final = re.compile(rb"(access_token(?:=|%3D|\"\s*:\s*\"))[A-Za-z0-9|%._~-]+", re.IGNORECASE)
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One kept file.

    Args:
        path: In the folder, with ``/`` between parts.
        source: Where it was.
        bytes: Its size.
        sha256: Of what is kept.
        original_sha256: Of the source; the same unless tokens were taken out.
        tokens_removed: How many access tokens were taken out.
        modified_at: When the source's file was last written, as its file system says.
    """

    path: str
    source: str
    bytes: int
    sha256: str
    original_sha256: str
    tokens_removed: int
    modified_at: str


def keep_files(
    sources: Sequence[Path], folder: Path, *, at: datetime, note: str = "", address: str = ""
) -> dict[str, Any]:
    """Copy files and folders into a new folder with a manifest.

    Args:
        sources: Files and folders; links in them are not followed, and are named.
        folder: To be made; it must not exist, or be empty.
        at: When.
        note: What it is, in the keeper's words.
        address: Where it was published.

    Returns:
        The manifest.

    Raises:
        DebarError: DBR-S075, the folder holds something, or a source is not there.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise _refused(folder, "the folder is not empty")
    links: list[str] = []
    found = list(_files(sources, links))
    if not found:
        raise _refused(folder, "there is no file to keep")
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        kept = [_keep(path, name, part) for path, name in found]
        document: dict[str, Any] = {
            "kind": KIND,
            "version": 1,
            "made_at": at.replace(microsecond=0).isoformat().replace("+00:00", "Z"),
            "address": address,
            "note": note,
            "sources": [str(source) for source in sources],
            "links_not_followed": links,
            "files": [asdict(one) for one in kept],
        }
        document["manifest_sha256"] = sha256_hex(canonical_json(document))
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        (part / MANIFEST).write_text(text, encoding="utf-8")
        (part / MANIFEST).chmod(0o444)
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return document


def _files(sources: Sequence[Path], links: list[str]) -> Iterator[tuple[Path, str]]:
    seen: set[str] = set()
    for source in sources:
        if not source.exists():
            raise _refused(source, "there is no such file or folder")
        inside = sorted(source.rglob("*")) if source.is_dir() else [source]
        for path in inside:
            name = f"{source.name}/{path.relative_to(source).as_posix()}" if source.is_dir() else path.name
            if path.is_symlink():
                links.append(name)
            elif path.is_file():
                if name in seen:
                    raise _refused(path, "two sources have a file of this name")
                seen.add(name)
                yield path, name


def _keep(path: Path, name: str, folder: Path) -> Kept:
    target = folder / "files" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    original, kept = hashlib.sha256(), hashlib.sha256()
    size = removed = 0
    modified = datetime.fromtimestamp(int(path.stat().st_mtime), tz=UTC)
    with path.open("rb") as stream, target.open("wb") as out:
        is_text = path.suffix.lower() in TEXTS
        for block in stream if is_text else iter(lambda: stream.read(_BLOCK), b""):
            original.update(block)
            clean, count = _TOKEN.subn(rb"\1REMOVED", block) if is_text else (block, 0)
            removed += count
            size += len(clean)
            kept.update(clean)
            out.write(clean)
    target.chmod(0o444)
    return Kept(
        path=f"files/{name}",
        source=str(path),
        bytes=size,
        sha256=kept.hexdigest(),
        original_sha256=original.hexdigest(),
        tokens_removed=removed,
        modified_at=modified.isoformat().replace("+00:00", "Z"),
    )


def is_snapshot(folder: Path) -> bool:
    """Tell whether a folder is one that :func:`keep_files` made."""
    return folder.is_dir() and (folder / MANIFEST).is_file() and _read(folder).get("kind") == KIND


def _read(folder: Path) -> dict[str, Any]:
    try:
        document = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (ValueError, OSError):
        return {}
    return document if isinstance(document, dict) else {}


def check_files(folder: Path) -> list[dict[str, Any]]:
    """Return what holds and what does not: the manifest, each file, and that there is no other file."""
    document = _read(folder)
    said = document.pop("manifest_sha256", None)
    found = sha256_hex(canonical_json(document))
    checks = [_check(MANIFEST, found == said, f"manifest_sha256 {said}", f"its digest is {found}")]
    listed = {str(one.get("path")): one for one in document.get("files", []) if isinstance(one, dict)}
    inside = folder.resolve()
    for name, one in sorted(listed.items()):
        path = folder / name
        if not path.is_file() or path.is_symlink() or not path.resolve().is_relative_to(inside):
            checks.append(_check(name, ok=False, what="", why="the file is gone"))
            continue
        digest = file_sha256(path)
        checks.append(
            _check(name, digest == one.get("sha256"), f"sha256 {digest}", f"its digest is {digest}")
        )
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() or p.is_symlink()}
    checks += [
        _check(name, ok=False, what="", why="the manifest does not name it")
        for name in sorted(there - set(listed) - {MANIFEST})
    ]
    return checks


def _check(file: str, ok: bool, what: str, why: str) -> dict[str, Any]:
    return {"file": file, "what": what if ok else why, "ok": ok}


def _refused(path: Path, why: str) -> DebarError:
    return DebarError(
        "DBR-S075",
        f"the files are not kept: {why}",
        place=Place(file=str(path)),
        hint="name files or folders that are there, and a new folder to keep them in",
        exit_code=EXIT_USAGE if "no such" in why else EXIT_REFUSED,
    )
