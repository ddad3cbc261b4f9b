"""A file is fetched whole or not at all, from a server on the loopback interface."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from debar.app.archives.keeping import fetch as fetch_named
from debar.app.archives.known import SOURCES, Source
from debar.app.opening import Setting
from debar.model.problem import DebarError
from debar.stores.clock import SystemClock
from debar.stores.fetching import fetch
from outsiders import serving
from real_platforms import DATA

if TYPE_CHECKING:
    from pathlib import Path

BODY = bytes(range(256)) * 40_000
SHA256 = hashlib.sha256(BODY).hexdigest()


class _Files(BaseHTTPRequestHandler):
    """Serves one file with ranges, and breaks off, lies or wanders on demand."""

    version: ClassVar[str] = '"v1"'
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        type(self).asked.append(self.headers.get("Range", ""))
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "ftp://127.0.0.1:1/a")
            self.end_headers()
            return
        if self.path == "/gone":
            self.send_error(410)
            return
        start = 0
        if self.headers.get("Range") and self.headers.get("If-Range", self.version) == self.version:
            start = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(BODY) - 1}/{len(BODY)}")
        self.send_header("ETag", self.version)
        if self.path != "/endless":
            self.send_header("Content-Length", str(len(BODY) - start))
        self.end_headers()
        body = BODY[start:]
        with suppress(ConnectionError):  # whoever has enough hangs up
            self.wfile.write(
                body[: len(body) // 2] if self.path == "/breaks" and len(self.asked) == 1 else body
            )

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(autouse=True)
def forget() -> None:
    _Files.asked.clear()
    _Files.version = '"v1"'


def test_a_file_with_the_right_digest_appears_under_its_name(tmp_path: Path) -> None:
    """Nothing else is left beside it."""
    with serving(_Files) as url:
        got = fetch(f"{url}/file", tmp_path / "a.zip", bytes_max=2 * len(BODY), sha256=SHA256)
    assert (got.sha256, got.bytes_count, got.resumed_bytes) == (SHA256, len(BODY), 0)
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_another_digest_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    """DBR-S071: the publisher changed the file, or somebody on the way did."""
    with serving(_Files) as url, pytest.raises(DebarError, match="DBR-S071"):
        fetch(f"{url}/file", tmp_path / "a.zip", bytes_max=2 * len(BODY), sha256="0" * 64)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["/file", "/endless"])
def test_a_file_that_is_too_large_is_refused(tmp_path: Path, path: str) -> None:
    """DBR-S070, also where the server does not say how much it will send."""
    with serving(_Files) as url, pytest.raises(DebarError, match="DBR-S070"):
        fetch(f"{url}{path}", tmp_path / "a.zip", bytes_max=len(BODY) - 1)
    assert not (tmp_path / "a.zip").exists()


def test_what_broke_off_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """The second try asks for the rest only, and the whole has the right digest."""
    with serving(_Files) as url:
        with pytest.raises(DebarError, match="broke off"):
            fetch(f"{url}/breaks", tmp_path / "a.zip", bytes_max=2 * len(BODY), sha256=SHA256)
        assert not (tmp_path / "a.zip").exists()
        got = fetch(f"{url}/breaks", tmp_path / "a.zip", bytes_max=2 * len(BODY), sha256=SHA256)
    assert got.resumed_bytes == len(BODY) // 2
    assert _Files.asked == ["", f"bytes={len(BODY) // 2}-"]
    assert (tmp_path / "a.zip").read_bytes() == BODY


def test_two_versions_are_never_mixed(tmp_path: Path) -> None:
    """Where the file changed in between, it is fetched from its beginning."""
    with serving(_Files) as url:
        with pytest.raises(DebarError, match="broke off"):
            fetch(f"{url}/breaks", tmp_path / "a.zip", bytes_max=2 * len(BODY))
        (tmp_path / "a.zip.part").write_bytes(b"of another version")
        _Files.version = '"v2"'
        got = fetch(f"{url}/breaks", tmp_path / "a.zip", bytes_max=2 * len(BODY))
    assert (got.resumed_bytes, (tmp_path / "a.zip").read_bytes()) == (0, BODY)


@pytest.mark.parametrize(("path", "why"), [("/elsewhere", "not of the web"), ("/gone", "status 410")])
def test_a_server_that_sends_elsewhere_or_refuses(tmp_path: Path, path: str, why: str) -> None:
    """A redirection out of the web is not followed."""
    with serving(_Files) as url, pytest.raises(DebarError, match=why):
        fetch(f"{url}{path}", tmp_path / "a.zip", bytes_max=2 * len(BODY))
    assert list(tmp_path.iterdir()) == []


def test_other_schemes_and_silent_servers_are_refused(tmp_path: Path) -> None:
    """Nothing of the machine itself is read."""
    for url in ("file:///etc/passwd", "ftp://x.example/a", "http://127.0.0.1:1/none"):
        with pytest.raises(DebarError, match="DBR-S070"):
            fetch(url, tmp_path / "a", bytes_max=10)


def test_a_named_source_is_fetched_or_checked_or_asked_for(tmp_path: Path) -> None:
    """By its address, by its digest where it was obtained by hand, or DBR-A100."""
    now, setting = SystemClock().now(), Setting()
    with serving(_Files) as url:
        known = {
            "live": Source(name="live", file="2020/a.zip", says="x", licence="none", url=f"{url}/file"),
            "hand": Source(
                name="hand", file="b.csv", says="y", licence="none", sha256=hashlib.sha256(b"b").hexdigest()
            ),
        }
        answer = fetch_named(setting, "live", tmp_path, now=now, known=known)
        assert answer.document["sha256"] == SHA256
        assert (tmp_path / "2020" / "a.zip.source.json").is_file()
        for name in ("hand", "none"):
            with pytest.raises(DebarError, match="DBR-A100"):
                fetch_named(setting, name, tmp_path, now=now, known=known)
        (tmp_path / "b.csv").write_bytes(b"b")
        assert fetch_named(setting, "hand", tmp_path, now=now, known=known).exit_code == 0
        (tmp_path / "b.csv").write_bytes(b"c")
        assert fetch_named(setting, "hand", tmp_path, now=now, known=known).exit_code == 1
        assert "obtain by hand" in fetch_named(setting, None, None, now=now, known=known).text


@pytest.mark.real
def test_every_listed_digest_is_that_of_the_file_here() -> None:
    """The files that the figures rest on have the digests that the list says."""
    if not DATA.is_dir():
        pytest.skip("needs ../shared/data")
    checked = 0
    for source in SOURCES.values():
        for path in DATA.rglob(source.file) if source.sha256 else ():
            assert hashlib.sha256(path.read_bytes()).hexdigest() == source.sha256
            checked += 1
    assert checked == 30
