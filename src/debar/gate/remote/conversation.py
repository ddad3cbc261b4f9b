"""What is said on a gate's connection: bytes in, bytes out, by way of the gate's core.

Law: a line is one message; whatever is no message ends the conversation. Nothing here waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.gate.protocol.messages import (
    Grant,
    Join,
    Joined,
    Refused,
    Renew,
    from_json,
    to_json,
    unfit_message,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from debar.gate.protocol.gate import GateCore
    from debar.gate.protocol.messages import Message

LINE_MAX: Final = 64 * 1024 * 1024
"""A longer line is no message of ours."""


class Conversation:
    """The lines of one connection.

    Args:
        core: The gate.
        clock: Reads the boot clock, in nanoseconds.
        nonce: Makes a fresh, unguessable text.
    """

    def __init__(self, core: GateCore, *, clock: Callable[[], int], nonce: Callable[[], str]) -> None:
        self.core = core
        self._clock = clock
        self._nonce = nonce
        self._parts: list[bytes] = []
        self._size = 0
        self.asked_at: int | None = None
        """When something was asked that was not answered yet; None where nothing is open."""

    def feed(self, data: bytes) -> bytes:
        """Take in bytes as they arrived; return what to send.

        Raises:
            DebarError: DBR-G011, they are no messages: close the connection.
        """
        sent: list[Message] = []
        for line in self._lines(data):
            message = from_json(line)
            if isinstance(message, Grant | Joined | Refused):
                self.asked_at = None
            sent += self.core.receive(message, self._clock())
        return self._out([*sent, *self.core.tick(self._clock(), self._nonce())])

    def due(self) -> bytes:
        """Return what is to be sent without having received anything."""
        return self._out(self.core.tick(self._clock(), self._nonce()))

    def silent_seconds(self) -> float:
        """Return for how long a question has been open."""
        return 0.0 if self.asked_at is None else (self._clock() - self.asked_at) / 1e9

    def _out(self, messages: Sequence[Message]) -> bytes:
        if self.asked_at is None and any(isinstance(message, Renew | Join) for message in messages):
            self.asked_at = self._clock()
        return lines_of(messages)

    def wait_seconds(self, most: float) -> float:
        """Return for how long nothing is due, at most ``most``."""
        return min(most, max(0, self.core.next_at() - self._clock()) / 1_000_000_000)

    def _lines(self, data: bytes) -> list[bytes]:
        """Return the whole lines; what is left of the last one waits for its rest."""
        *whole, rest = data.split(b"\n")
        if whole:
            whole[0] = b"".join((*self._parts, whole[0]))
            self._parts, self._size = [], 0
        self._parts.append(rest)
        self._size += len(rest)
        if self._size > LINE_MAX:
            raise unfit_message("the line is too long")
        return whole


def lines_of(messages: Iterable[Message]) -> bytes:
    """Return messages as lines."""
    return b"".join(to_json(message) + b"\n" for message in messages)
