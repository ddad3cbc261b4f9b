"""A Redis server with one set, for :mod:`benchmarks.gate.check`: on a Unix socket, ended by its id."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from debar.model.typed_keys import TypedKey

_CHUNK = 5_000


def command(*words: bytes) -> bytes:
    """Return a command in the protocol of Redis."""
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


@contextmanager
def redis_set(members: Iterable[bytes]) -> Iterator[Callable[[Sequence[TypedKey]], bool] | None]:
    """Give what asks for several keys in one round trip; None where Redis is not installed."""
    server = shutil.which("redis-server")
    if server is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "redis.sock")
        process = subprocess.Popen(
            [server, "--port", "0", "--unixsocket", str(path), "--save", "", "--dir", folder],
            stdout=subprocess.DEVNULL,
        )
        try:
            connection = _connected(path)
            _load(connection, members)

            def ask(keys: Sequence[TypedKey]) -> bool:
                connection.sendall(
                    b"".join(command(b"SISMEMBER", b"s", f"{kind}\0{value}".encode()) for kind, value in keys)
                )
                return b"1" in _received(connection, 4 * len(keys))

            yield ask
            connection.close()
        finally:
            process.terminate()
            process.wait()


def _connected(path: Path) -> socket.socket:
    for _ in range(200):
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(path))
        except OSError:
            connection.close()
            time.sleep(0.05)
        else:
            return connection
    raise TimeoutError("redis-server does not answer")


def _load(connection: socket.socket, members: Iterable[bytes]) -> None:
    every = iter(members)
    while chunk := list(islice(every, _CHUNK)):
        connection.sendall(command(b"SADD", b"s", *chunk))
        while not connection.recv(64).endswith(b"\r\n"):
            pass


def _received(connection: socket.socket, length: int) -> bytes:
    """Read that many bytes: each reply is ``:0`` or ``:1`` and a line's end."""
    got = connection.recv(length)
    while len(got) < length:
        got += connection.recv(length - len(got))
    return got
