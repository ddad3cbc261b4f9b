"""Reading and sending over HTTP: what a server answers is told, bounded, and never guessed."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from debar.model.problem import DebarError
from debar.stores import web
from outsiders import serving


class _Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, body = {"/ok": (200, b"content"), "/long": (200, b"x" * 100)}.get(self.path, (500, b"broken"))
        if self.path == "/none":
            status = 404
        self._answer(status, body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(409, b"7\n")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def test_what_is_there_what_is_not_and_what_went_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file must be read, a missing one be None, an error and an endless answer be refused."""
    with serving(_Answering) as url:
        fetch = web.web_reader(url)
        assert fetch("ok") == b"content"
        assert fetch("none") is None
        with pytest.raises(DebarError, match="DBR-S060"):
            fetch("broken")
        monkeypatch.setattr(web, "_BYTES_MAX", 50)
        with pytest.raises(DebarError, match="longer than any file"):
            fetch("long")
        assert web.post(f"{url}/add-checkpoint", b"body") == (409, b"7\n")
    with pytest.raises(DebarError, match="DBR-S060"):
        fetch("ok")


def test_other_schemes_are_not_spoken() -> None:
    """Nothing but http and https may be read or sent to."""
    assert not web.is_web("file:///etc/passwd")
    with pytest.raises(DebarError, match="only http and https"):
        web.post("file:///etc/passwd", b"")
