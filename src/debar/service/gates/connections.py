"""Connections: the first request tells a gate from everybody else; after it, lines.

Law: whoever does not read is dropped, never waited for; what is no message ends the connection.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from debar.gate.protocol.messages import from_json
from debar.gate.remote.connection import GATE_PATH, HEAD_MAX, UPGRADE
from debar.model.problem import DebarError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from uvicorn.config import Config
    from uvicorn.server import ServerState

    from debar.gate.protocol.messages import Message
    from debar.service.gates.identity import Identity

_FIRST: Final = f"GET {GATE_PATH} HTTP/1.1\r\n".encode()
_ACCEPTED: Final = (
    f"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: {UPGRADE}\r\n\r\n".encode()
)
UNREAD_MAX: Final = 256 * 1024 * 1024
"""A gate that leaves this much unread is dropped; it comes back and says how far it is."""


class Hub(Protocol):
    """What gates are connected to: a register or a relay."""

    def identify(self, headers: Mapping[str, str], certificate: Mapping[str, Any] | None) -> Identity | None:
        """Return who is on the other end."""
        ...

    def received(self, peer: Peer, message: Message) -> None:
        """Take in a message that whoever sent it may send."""
        ...

    def gone(self, peer: Peer) -> None:
        """Take in that a connection is lost."""
        ...


class Peer(asyncio.Protocol):
    """A gate's or relay's connection.

    Args:
        hub: What it is connected to.
        identity: Who it is.
        transport: The connection.
        state: The server's, which waits for connections when it stops.
    """

    def __init__(
        self, hub: Hub, identity: Identity, transport: asyncio.Transport, state: ServerState
    ) -> None:
        self.hub = hub
        self.identity = identity
        self.transport = transport
        self._state = state
        self._parts: list[bytes] = []
        state.connections.add(self)  # type: ignore[arg-type]  # it only needs shutdown()

    def data_received(self, data: bytes) -> None:
        """Take in bytes: whole lines are messages."""
        *lines, rest = data.split(b"\n")
        if lines:
            lines[0] = b"".join((*self._parts, lines[0]))
            self._parts = []
        self._parts.append(rest)
        for line in lines:
            try:
                message = from_json(line)
            except DebarError:
                self.transport.abort()
                return
            if not self.identity.may_say(message):
                self.transport.abort()
                return
            self.hub.received(self, message)

    def write(self, data: bytes) -> None:
        """Send bytes; drop who does not read."""
        if self.transport.is_closing():
            return
        self.transport.write(data)
        if self.transport.get_write_buffer_size() > UNREAD_MAX:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Take in that it is gone."""
        del exc
        self._state.connections.discard(self)
        self.hub.gone(self)

    def shutdown(self) -> None:
        """Close: the server stops. The gate comes back elsewhere, with its lease."""
        self.transport.close()


class GateOrHttp(asyncio.Protocol):
    """Looks at the first request of a connection; :func:`protocol_of` binds it to a hub."""

    hub: Hub

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._made = (config, server_state, app_state, _loop)
        self._state = server_state
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to look."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are no subclasses
        self._state.connections.add(self)  # type: ignore[arg-type]  # it only needs shutdown()

    def data_received(self, data: bytes) -> None:
        """Look at what came so far."""
        self._got += data
        if self._got[: len(_FIRST)] != _FIRST[: len(self._got)]:
            self._hand_over()
        elif b"\r\n\r\n" in self._got:
            self._answer()
        elif len(self._got) > HEAD_MAX:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        del exc
        self._state.connections.discard(self)

    def shutdown(self) -> None:
        """Close: nothing was asked yet."""
        self._transport.close()

    def _hand_over(self) -> None:
        """Let uvicorn speak HTTP with it."""
        self._state.connections.discard(self)
        config, state, app_state, loop = self._made
        http = HttpToolsProtocol(config=config, server_state=state, app_state=app_state, _loop=loop)
        http.connection_made(self._transport)
        self._transport.set_protocol(http)
        http.data_received(self._got)

    def _answer(self) -> None:
        head, _, rest = self._got.partition(b"\r\n\r\n")
        headers: dict[str, str] = {}
        for line in head.decode("latin-1").split("\r\n")[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        if headers.get("upgrade", "").lower() != UPGRADE:
            self._refuse(b"426 Upgrade Required")
            return
        identity = self.hub.identify(headers, self._transport.get_extra_info("peercert"))
        if identity is None:
            self._refuse(b"401 Unauthorized")
            return
        self._state.connections.discard(self)
        peer = Peer(self.hub, identity, self._transport, self._state)
        self._transport.write(_ACCEPTED)
        self._transport.set_protocol(peer)
        if rest:
            peer.data_received(rest)

    def _refuse(self, status: bytes) -> None:
        head = b"upgrade: " + UPGRADE.encode() + b"\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
        self._transport.write(b"HTTP/1.1 " + status + b"\r\n" + head)
        self._transport.close()


def protocol_of(hub: Hub) -> type[asyncio.Protocol]:
    """Return the class that connects gates to a hub and everybody else to the application."""
    return type("GateOrHttpOf", (GateOrHttp,), {"hub": hub})
