"""Fetch a public file: resumed, limited, checked, and whole or not at all.

Law: only http and https; nothing appears under its name before its size and digest are what they should be; a
part of one version is never completed with bytes of another.
"""

from __future__ import annotations

import hashlib
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from debar.model.problem import EXIT_REFUSED, DebarError, Place
from debar.stores.web import is_web

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.client import HTTPResponse
    from pathlib import Path

SECONDS_MAX: Final = 60.0
"""A server that sends nothing for so long is given up; what came is kept for the next try."""

BLOCK_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A file that was fetched.

    Args:
        path: Where it is.
        url: Where it came from, after redirections.
        sha256: Of its bytes.
        bytes_count: Its size.
        resumed_bytes: How much of it was there from an earlier try.
    """

    path: Path
    url: str
    sha256: str
    bytes_count: int
    resumed_bytes: int


class _WebOnly(urllib.request.HTTPRedirectHandler):
    """Follows redirections to http and https only."""

    def redirect_request(self, *args: Any) -> urllib.request.Request | None:  # noqa: ANN401 - the library's own
        made = super().redirect_request(*args)
        if made is not None and not is_web(made.full_url):
            raise _refused(made.full_url, "it is redirected to something that is not of the web")
        return made


def fetch(
    url: str,
    to: Path,
    *,
    bytes_max: int,
    sha256: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Fetched:
    """Fetch a file.

    Args:
        url: http or https.
        to: Where to put it; beside it ``.part`` and ``.part.json`` hold an unfinished one.
        bytes_max: A larger file is refused.
        sha256: What its digest must be; None where the content changes from day to day.
        progress: Called with a line now and then.

    Raises:
        DebarError: DBR-S070, it cannot be read, is too large, or broke off (a later try goes on);
            DBR-S071, its digest is another.
    """
    if not is_web(url):
        raise _refused(url, "only http and https are read")
    part = to.with_name(to.name + ".part")
    note = to.with_name(to.name + ".part.json")
    begun = _resumable(part, note, url)
    request = urllib.request.Request(url, headers={"User-Agent": "debar"})  # noqa: S310 - the scheme was checked
    if begun:
        request.add_header("Range", f"bytes={begun[0]}-")
        request.add_header("If-Range", begun[1])
    opener = urllib.request.build_opener(_WebOnly())
    try:
        with opener.open(request, timeout=SECONDS_MAX) as answer:
            start = _start(answer, begun, url)
            _write(answer, part, note, url=url, start=start, bytes_max=bytes_max, progress=progress)
            final = str(answer.url)
    except urllib.error.HTTPError as error:
        with error:
            raise _refused(url, f"the server answered with status {error.code}") from None
    except (OSError, ValueError) as error:
        raise _refused(url, f"{getattr(error, 'reason', error)}") from None
    return _finish(part, note, to, url=final, sha256=sha256, resumed=start)


def _resumable(part: Path, note: Path, url: str) -> tuple[int, str] | None:
    """Return the size of an unfinished file and which version it is of, if both are known."""
    if not (part.is_file() and note.is_file()):
        return None
    try:
        said = json.loads(note.read_text(encoding="utf-8"))
    except ValueError:
        return None
    version = said.get("version")
    return (part.stat().st_size, version) if said.get("url") == url and version else None


def _start(answer: HTTPResponse, begun: tuple[int, str] | None, url: str) -> int:
    if answer.status == 200:
        return 0
    said = answer.headers.get("Content-Range", "")
    if answer.status == 206 and begun and said.startswith(f"bytes {begun[0]}-"):
        return begun[0]
    raise _refused(url, f"the server answered with status {answer.status}")


def _write(
    answer: HTTPResponse,
    part: Path,
    note: Path,
    *,
    url: str,
    start: int,
    bytes_max: int,
    progress: Callable[[str], None],
) -> None:
    length = answer.headers.get("Content-Length")
    whole = start + int(length) if length is not None else None
    if whole is not None and whole > bytes_max:
        raise _refused(url, f"it has {whole:,} bytes, and at most {bytes_max:,} are taken")
    etag = answer.headers.get("ETag", "")
    version = etag if etag and not etag.startswith("W/") else answer.headers.get("Last-Modified", "")
    note.write_text(json.dumps({"url": url, "version": version}), encoding="utf-8")
    size, told = start, 0
    with part.open("ab" if start else "wb") as out:
        while block := answer.read(BLOCK_BYTES):
            size += len(block)
            if size > bytes_max:
                raise _refused(url, f"it has more than {bytes_max:,} bytes")
            out.write(block)
            if size - told >= 64 * BLOCK_BYTES:
                told = size
                progress(f"{size:,} bytes" + (f" of {whole:,}" if whole else ""))
    if whole is not None and size != whole:
        raise _refused(url, f"it broke off after {size:,} of {whole:,} bytes; try again to go on")


def _finish(part: Path, note: Path, to: Path, *, url: str, sha256: str | None, resumed: int) -> Fetched:
    digest = hashlib.sha256()
    with part.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            digest.update(block)
    found, size = digest.hexdigest(), part.stat().st_size
    note.unlink(missing_ok=True)
    if sha256 is not None and found != sha256:
        part.unlink()
        raise DebarError(
            "DBR-S071",
            "the file is not the one that the figures of the documentation rest on",
            place=Place(file=url),
            details=(f"its SHA-256 is {found}", f"expected is      {sha256}"),
            hint="nothing was kept; its publisher may have changed it",
            exit_code=EXIT_REFUSED,
        )
    part.replace(to)
    return Fetched(path=to, url=url, sha256=found, bytes_count=size, resumed_bytes=resumed)


def _refused(url: str, why: str) -> DebarError:
    return DebarError(
        "DBR-S070",
        f"the file is not fetched: {why}",
        place=Place(file=url),
        hint="check the address and the connection; what came already is kept for the next try",
        exit_code=EXIT_REFUSED,
    )
