"""Outsiders on this machine: a witness that keeps its promise, and a plain web server of files."""

from __future__ import annotations

import base64
import threading
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from debar.model.problem import DebarError
from debar.register.notes import (
    COSIGNATURE,
    Checkpoint,
    VerifierKey,
    cosign_note,
    open_checkpoint,
    parse_note,
)
from debar.register.tree import EMPTY_ROOT, verify_consistency
from debar.stores.keys import Ed25519Signer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class WitnessServer:
    """Signs a checkpoint only where it continues the last one that it signed: C2SP tlog-witness.

    Args:
        name: Its name.
        seed: The 32 bytes of its private key.
        log: The one log that it knows.
    """

    def __init__(self, name: str, seed: bytes, log: VerifierKey) -> None:
        self.signer = Ed25519Signer(name, seed)
        self.log = log
        self.key = VerifierKey(name=name, public_key=self.signer.public_key, kind=COSIGNATURE)
        self.last = Checkpoint(origin=log.name, size=0, root=EMPTY_ROOT)
        self.answer: tuple[int, bytes] | None = None
        self.asked: list[bytes] = []
        self.url = ""
        self._lock = threading.Lock()

    def add_checkpoint(self, body: bytes) -> tuple[int, bytes]:
        """Answer one request."""
        with self._lock:
            self.asked.append(body)
            return self.answer or self._decide(body.decode())

    def _decide(self, text: str) -> tuple[int, bytes]:  # noqa: PLR0911 - one for each status of the specification
        head, _, note = text.partition("\n\n")
        lines = head.split("\n")
        if not lines[0].startswith("old "):
            return 400, b""
        if not note.startswith(f"{self.log.name}\n"):
            return 404, b""
        try:
            fresh = open_checkpoint(note, (self.log,))
        except DebarError:
            return 403, b""
        old = int(lines[0].removeprefix("old "))
        if old > fresh.size:
            return 400, b""
        if old != self.last.size:
            return 409, f"{self.last.size}\n".encode()
        path = [base64.b64decode(line) for line in lines[1:]]
        grown = verify_consistency(
            path, old_size=old, old_root=self.last.root, new_size=fresh.size, new_root=fresh.root
        )
        if not grown:
            return 422, b""
        self.last = fresh
        line = cosign_note(
            parse_note(note).text, name=self.key.name, signer=self.signer, seconds=1_700_000_000
        )
        return 200, str(line).encode()

    @contextmanager
    def running(self) -> Iterator[WitnessServer]:
        """Listen on loopback meanwhile."""
        witness = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = (
                    witness.add_checkpoint(body) if self.path == "/add-checkpoint" else (404, b"")
                )
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        with serving(Handler) as url:
            self.url = url
            yield self


@contextmanager
def serving(handler: Any) -> Iterator[str]:
    """Serve on loopback meanwhile, and give the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def file_server(folder: Path) -> Any:
    """Serve a folder's files as any web server does."""
    return serving(partial(_Files, directory=str(folder)))
