"""Fetch named public sources, and keep archives as they are now.

Law: what is kept carries its digest, its time and its source; what must be obtained by hand is checked by
the same digest as what is fetched.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.app.archives.known import SOURCES
from debar.model.canonical import file_sha256
from debar.model.problem import EXIT_REFUSED, EXIT_USAGE, DebarError, Place
from debar.stores.fetching import fetch as fetch_file
from debar.stores.keeping import keep_files

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from debar.app.archives.known import Source
    from debar.app.opening import Setting


def snapshot(
    sources: Sequence[Path], folder: Path, *, now: datetime, note: str = "", address: str = ""
) -> Answer:
    """Keep files as they are now: copied read-only, hashed, with a manifest.

    Args:
        sources: Files and folders.
        folder: A new one.
        now: When.
        note: What it is.
        address: Where it was published.
    """
    document = keep_files(sources, folder, at=now, note=note, address=address)
    files = document["files"]
    lines = [f"{folder}: {len(files):,} files, {sum(one['bytes'] for one in files):,} bytes"]
    lines += [f"  {one['sha256']}  {one['path']}" for one in files[:20]]
    if len(files) > 20:
        lines.append(f"  and {len(files) - 20:,} more in manifest.json")
    removed = sum(one["tokens_removed"] for one in files)
    if removed:
        lines.append(
            f"  {removed:,} access tokens were taken out; the manifest has the digests before and after"
        )
    if document["links_not_followed"]:
        lines.append(f"  links were not followed: {', '.join(document['links_not_followed'][:5])}")
    lines.append(f"manifest_sha256 {document['manifest_sha256']}")
    lines.append("write this digest down elsewhere: whoever has it can tell whether anything was changed")
    return Answer(document=document, text="\n".join(lines))


def fetch(
    setting: Setting,
    name: str | None,
    folder: Path | None,
    *,
    now: datetime,
    known: Mapping[str, Source] = SOURCES,
) -> Answer:
    """Fetch a named public source, or check one that was obtained by hand; without a name, list them.

    Raises:
        DebarError: DBR-A100, there is no source of this name, or it must be obtained by hand and is not
            there; DBR-S070 and DBR-S071, as the download says.
    """
    if name is None:
        return _listed(known)
    if name not in known:
        raise DebarError(
            "DBR-A100",
            f"there is no public source called {name}",
            hint="debar fetch --list names them",
            exit_code=EXIT_USAGE,
        )
    if folder is None:
        raise DebarError(
            "DBR-A100", "a folder is missing", hint=f"debar fetch {name} DIR", exit_code=EXIT_USAGE
        )
    source = known[name]
    path = folder / source.file
    if path.is_file() and source.sha256:
        return _checked(source, path)
    if not source.url:
        raise DebarError(
            "DBR-A100",
            f"{name} has no known address: it is obtained by hand",
            place=Place(file=str(path)),
            details=(f"{source.says} ({source.licence})", f"SHA-256 {source.sha256}"),
            hint="put the file there and say this again: its digest is checked",
            exit_code=EXIT_REFUSED,
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    got = fetch_file(
        source.url, path, bytes_max=source.bytes_max, sha256=source.sha256 or None, progress=setting.say
    )
    document = {
        "name": name,
        "file": str(path),
        "url": got.url,
        "sha256": got.sha256,
        "bytes": got.bytes_count,
        "resumed_bytes": got.resumed_bytes,
        "fetched_at": now.replace(microsecond=0).isoformat().replace("+00:00", "Z"),
        "licence": source.licence,
    }
    beside = path.with_name(path.name + ".source.json")
    beside.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    fixed = "its digest is the expected one" if source.sha256 else "its content changes: keep this digest"
    return Answer(document=document, text=f"{path}: {got.bytes_count:,} bytes\n  {got.sha256}\n  {fixed}")


def _checked(source: Source, path: Path) -> Answer:
    found = file_sha256(path)
    ok = found == source.sha256
    said = "its digest is the expected one" if ok else f"its digest is {found}, expected {source.sha256}"
    document: dict[str, Any] = {"name": source.name, "file": str(path), "sha256": found, "ok": ok}
    return Answer(document=document, text=f"{path}: {said}", exit_code=0 if ok else EXIT_REFUSED)


def _listed(known: Mapping[str, Source]) -> Answer:
    rows = [
        {
            "name": s.name,
            "file": s.file,
            "says": s.says,
            "licence": s.licence,
            "url": s.url or None,
            "sha256": s.sha256 or None,
        }
        for s in known.values()
    ]
    width = max(len(s.name) for s in known.values())
    lines = []
    for s in known.values():
        lines.append(f"{s.name:<{width}}  {s.says} ({s.licence})")
        fixed = f"sha256 {s.sha256}" if s.sha256 else "its content changes"
        lines.append(f"{'':<{width}}  {s.url or 'obtain by hand'}; {fixed}")
    return Answer(document={"sources": rows}, text="\n".join(lines))
