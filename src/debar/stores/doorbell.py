"""A hint between processes of one host: there is something new in the register.

Law: a hint may be lost and says nothing by itself; whoever gets one looks, and whoever gets none looks every
quarter of a second all the same.
"""

from __future__ import annotations

import contextlib
import os
import socket
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

_PATH_MAX: Final = 100
"""A longer path does not fit into a socket's address: then there are no hints."""


class Doorbell:
    """A datagram socket beside a register's file.

    Args:
        home: What the files of the register are called after.
        answering: True for the one process that serves the register; others ring there.
    """

    def __init__(self, home: Path, *, answering: bool = False) -> None:
        self._server = str(home.absolute()) + ".bell"
        self._own = self._server if answering else f"{self._server}.{os.getpid()}"
        self._callers: set[str] = set()
        self.socket: socket.socket | None = None
        if len(self._own) > _PATH_MAX:
            return
        made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._own)  # noqa: PTH108 - a socket's name is a text
            made.bind(self._own)
            os.chmod(self._own, 0o600)  # noqa: PTH101 - as above
            made.settimeout(0)
        except OSError:
            made.close()
            return
        self.socket = made

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ring(self) -> None:
        """Tell whoever serves the register to look."""
        if self.socket is not None:
            with contextlib.suppress(OSError):
                self.socket.sendto(b"look", self._server)

    def heard(self) -> bool:
        """Take in what came; remember who rang."""
        heard = False
        while self.socket is not None:
            try:
                _, caller = self.socket.recvfrom(64)
            except OSError:
                break
            heard = True
            if isinstance(caller, str) and caller:
                self._callers.add(caller)
        return heard

    def answer(self) -> None:
        """Tell everybody who rang to look; who is gone is forgotten."""
        for caller in list(self._callers):
            try:
                assert self.socket is not None, "somebody rang"
                self.socket.sendto(b"look", caller)
            except BlockingIOError:
                continue
            except OSError:
                self._callers.discard(caller)

    def wait(self, seconds: float) -> None:
        """Wait for an answer, at most so long."""
        if self.socket is None:
            self._sleep(seconds)
            return
        self.socket.settimeout(max(0.001, seconds))
        try:
            self.socket.recv(64)
        except OSError:
            pass
        finally:
            self.socket.settimeout(0)

    def close(self) -> None:
        """Take it away."""
        if self.socket is not None:
            self.socket.close()
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._own)  # noqa: PTH108 - as above

    @staticmethod
    def _sleep(seconds: float) -> None:
        import time

        time.sleep(seconds)
