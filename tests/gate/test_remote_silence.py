"""A register that accepts a connection and then says nothing is left, and asked anew."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

from debar.gate.remote import Link, RemoteGate
from debar.gate.remote import gate as remote

if TYPE_CHECKING:
    import pytest


def test_a_connection_that_falls_silent_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that swallows everything must not keep a gate from asking on another connection."""
    monkeypatch.setattr(remote, "ANSWER_SECONDS", 0.3)
    said: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        made = RemoteGate(
            Link.parse(f"http://127.0.0.1:{server.getsockname()[1]}"), name="ads-1", alarm=said.append
        )
        taken = []
        try:
            for _ in range(2):
                connection, _ = server.accept()
                taken.append(connection)
                assert connection.recv(4096).startswith(b"GET /v1/gate HTTP/1.1\r\n")
                connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
            assert any("does not answer" in text for text in said)
            assert made.check("a1").verdict == "stale"
        finally:
            closing = threading.Thread(target=made.close)
            closing.start()
            for connection in taken:
                connection.close()
            closing.join(10)
    assert not closing.is_alive()
