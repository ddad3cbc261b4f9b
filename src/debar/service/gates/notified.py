"""PostgreSQL's notifications, as hints that the log has grown.

Law: a hint may be lost, and nothing rests on it: the log is read a few times a second without any. A
connection that fails is opened anew, away from the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

RETRY_SECONDS: Final = 5.0
_CONNECT_SECONDS: Final = 3


class Notified:
    """Calls somebody when PostgreSQL says that a register has something new.

    Args:
        url: The database, as libpq reads it.
        wake: What to call.
    """

    def __init__(self, url: str, wake: Callable[[], None]) -> None:
        self._url = url
        self._wake = wake
        self._connection: psycopg.Connection[Any] | None = None
        self._socket = -1
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen, as soon as there is a connection."""
        self._task = asyncio.get_running_loop().create_task(self._keep())

    async def stop(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self._drop()

    async def _keep(self) -> None:
        while True:
            if self._connection is None:
                await self._connect()
            await asyncio.sleep(RETRY_SECONDS)

    async def _connect(self) -> None:
        import psycopg

        with contextlib.suppress(psycopg.Error):
            self._connection = await asyncio.to_thread(_listening, self._url)
            self._socket = self._connection.fileno()
            asyncio.get_running_loop().add_reader(self._socket, self._readable)

    def _readable(self) -> None:
        import psycopg

        assert self._connection is not None, "it is read only while it is open"
        try:
            heard = list(self._connection.notifies(timeout=0))
        except psycopg.Error:
            heard = []
        if heard:
            self._wake()
        else:
            self._drop()  # readable without a word: the other side has gone

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            connection.close()


def _listening(url: str) -> psycopg.Connection[Any]:
    import psycopg

    from debar.register.postgres.database import CHANNEL

    connection = psycopg.connect(url, autocommit=True, connect_timeout=_CONNECT_SECONDS)
    connection.execute(f"LISTEN {CHANNEL}")
    return connection
