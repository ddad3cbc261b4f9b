"""One connection to a register or a relay: an HTTP request that becomes lines in both directions.

Law: whoever does not answer with ``101 Switching Protocols`` to ``debar-gate/1`` is not talked to. A broken
connection is an error at once; whoever had it opens another.
"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from debar.model.problem import EXIT_REFUSED, DebarError

if TYPE_CHECKING:
    from pathlib import Path

GATE_PATH: Final = "/v1/gate"
UPGRADE: Final = "debar-gate/1"
OPEN_SECONDS: Final = 5.0
HEAD_MAX: Final = 16_384
READ_BYTES: Final = 262_144


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """How the two sides know each other.

    Args:
        token: Of ``debar gate token``; None where a certificate says who we are.
        authorities: PEM file of the authorities that may vouch for the register; the system's by default.
        certificate: PEM file of our own certificate.
        key: PEM file of its private key.
    """

    token: str | None = field(default=None, repr=False)
    authorities: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where a register or relay is.

    Args:
        host: Its name or address.
        port: Its port.
        tls: Whether it speaks TLS.
        trust: How the two know each other.
    """

    host: str
    port: int
    tls: bool
    trust: Trust

    @classmethod
    def parse(cls, url: str, trust: Trust | None = None) -> Link:
        """Read ``http://HOST:PORT`` or ``https://HOST:PORT``.

        Raises:
            DebarError: DBR-G030, it is neither.
        """
        parts = urlsplit(url)
        try:
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            port = 0
        if parts.scheme not in {"http", "https"} or not parts.hostname or not port or parts.path.strip("/"):
            raise DebarError(
                "DBR-G030",
                f"{url!r} is no address of a register or relay",
                hint="https://HOST:PORT, where debar gate serve listens",
            )
        return cls(host=parts.hostname, port=port, tls=parts.scheme == "https", trust=trust or Trust())

    def open(self) -> socket.socket:
        """Connect and shake hands on TLS.

        Raises:
            OSError: It does not answer, or its certificate does not fit.
        """
        plain = socket.create_connection((self.host, self.port), timeout=OPEN_SECONDS)
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            if not self.tls:
                return plain
            return self.context().wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise

    def converse(self) -> tuple[socket.socket, bytes]:
        """Open a connection on which both sides send lines; return it and what came with the head.

        Raises:
            OSError: It does not answer.
            DebarError: DBR-G031, it answers something else.
        """
        connection = self.open()
        try:
            connection.sendall(self.request())
            head, rest = read_head(connection)
        except BaseException:
            connection.close()
            raise
        if not head.startswith(b"HTTP/1.1 101 "):
            connection.close()
            raise refused_by(self, head)
        return connection, rest

    def authorization(self) -> str:
        """Return the header line that says who we are; empty without a token."""
        return f"authorization: Bearer {self.trust.token}\r\n" if self.trust.token else ""

    def request(self) -> bytes:
        """Return the request that turns a connection into lines."""
        return (
            f"GET {GATE_PATH} HTTP/1.1\r\nhost: {self.host}:{self.port}\r\nconnection: upgrade\r\n"
            f"upgrade: {UPGRADE}\r\n{self.authorization()}\r\n"
        ).encode()

    def context(self) -> ssl.SSLContext:
        """Return whom we trust, and what we show."""
        trust = self.trust
        context = ssl.create_default_context(
            cafile=None if trust.authorities is None else str(trust.authorities)
        )
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if trust.certificate is not None:
            context.load_cert_chain(trust.certificate, trust.key)
        return context


def read_head(connection: socket.socket) -> tuple[bytes, bytes]:
    """Read an HTTP response's head; return it and what came after it.

    Raises:
        ConnectionError: The connection ended before, or the head has no end.
    """
    got = b""
    while b"\r\n\r\n" not in got:
        data = connection.recv(READ_BYTES)
        if not data or len(got) > HEAD_MAX:
            raise ConnectionError("the register closed the connection")
        got += data
    head, _, rest = got.partition(b"\r\n\r\n")
    return head, rest


def refused_by(link: Link, head: bytes) -> DebarError:
    """Return the error for an answer that is not the one asked for."""
    said = head.partition(b"\r\n")[0].decode("latin-1").removeprefix("HTTP/1.1 ")
    return DebarError(
        "DBR-G031",
        f"{link.host}:{link.port} does not take this gate: {said}",
        hint="401: make a token with debar gate token; 404: it is no register or relay, or an older one",
        exit_code=EXIT_REFUSED,
    )
