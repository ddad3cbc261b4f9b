"""A gate for applications on any host.

Law: ``check`` reads memory and the boot clock, nothing else. A fork's child denies until it has a lease of
its own; a thread that dies stops nobody but its own gate, whose lease then runs out.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
import weakref
from typing import TYPE_CHECKING, Final

from debar.gate.judging import spelled
from debar.gate.protocol.gate import GateCore, GateSettings
from debar.gate.remote.conversation import Conversation, lines_of
from debar.gate.remote.snapshots import fetch
from debar.model.problem import DebarError

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from debar.gate.answer import Answer
    from debar.gate.protocol.messages import Tail
    from debar.gate.protocol.timing import Timing
    from debar.gate.remote.connection import Link
    from debar.model.typed_keys import TypedKey

POLL_SECONDS: Final = 0.25
"""The thread looks around at least this often: at its clocks, and at whether it shall stop."""

ANSWER_SECONDS: Final = 5.0
"""A connection on which a question stays open for longer is given up: a network may swallow it silently."""

BACKOFF_SECONDS: Final = (0.05, 0.1, 0.25, 0.5, 1.0)
"""Between one attempt to connect and the next."""

_ALL: weakref.WeakSet[RemoteGate] = weakref.WeakSet()


def boot_clock() -> int:
    """Read the clock that runs on in suspend, in nanoseconds."""
    return time.clock_gettime_ns(_CLOCK)


_CLOCK: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class RemoteGate:
    """Answers in process, from a register or relay elsewhere.

    Args:
        link: Where the register or relay is.
        name: What the roster, the certificate and ``debar gate status`` call this gate; a process adds a
            fresh suffix.
        mode: ``strict``, ``best_effort`` or ``shadow``.
        timing: Lengths of time.
        tails: What goes on behind it after it denies.
        folder: Where a table is kept that was fetched; the system's temporary folder by default.
        alarm: Told in a sentence when something is wrong: it must return at once.

    Example:
        gate = RemoteGate(Link.parse("https://debar.internal:8470", Trust(token=token)), name="ads-7")
        gate.wait(5)
        if gate.check(account_id, action="buy").allowed: ...
    """

    def __init__(
        self,
        link: Link,
        *,
        name: str,
        mode: str = "strict",
        timing: Timing | None = None,
        tails: tuple[Tail, ...] = (),
        folder: Path | None = None,
        alarm: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.link = link
        self.name = name
        self._mode = mode
        self._timing = timing
        self._tails = tails
        self._folder = folder
        self._alarm = alarm
        self._start()
        _ALL.add(self)

    def _start(self) -> None:
        """Begin as a new gate: at the start, and in a fork's child."""
        settings = GateSettings(
            gate=f"{self.name}/{secrets.token_hex(8)}", mode=self._mode, tails=self._tails
        )
        self.core = GateCore(settings, timing=self._timing)
        self._forked = False
        self._stop = threading.Event()
        self._left = False
        self._connection: socket.socket | None = None
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=f"debar gate {self.name}", daemon=True)
        self._thread.start()

    def check(
        self,
        account_id: str,
        *,
        action: str = "buy",
        surface: str | None = None,
        territory: str | None = None,
        at_least: int | None = None,
        now: datetime | None = None,
    ) -> Answer:
        """Answer whether an account may do something with its advertising.

        Args:
            account_id: The platform's id, exactly as in its export.
            action: ``create``, ``buy``, ``serve`` or ``charge``.
            surface: Where on the platform; None counts as every surface.
            territory: Country code; None counts as every territory.
            at_least: The revision that the answer must know; an older gate answers no, as stale.
            now: Not used: times are judged by the register's clock. A direct gate takes it.

        Raises:
            DebarError: The question is not one about advertising, or is malformed.
        """
        return self.check_keys(
            (("account", account_id),),
            action=action,
            surface=surface,
            territory=territory,
            at_least=at_least,
            now=now,
        )

    def check_keys(
        self,
        keys: Sequence[TypedKey],
        *,
        action: str = "buy",
        surface: str | None = None,
        territory: str | None = None,
        at_least: int | None = None,
        now: datetime | None = None,
    ) -> Answer:
        """Answer about several keys at once: one that is debarred denies. All else as :meth:`check`.

        Args:
            keys: Kind and value each, as the platform writes them.
            action: As for :meth:`check`.
            surface: As for :meth:`check`.
            territory: As for :meth:`check`.
            at_least: As for :meth:`check`.
            now: As for :meth:`check`.

        Raises:
            DebarError: The question is not one about advertising, or is malformed.
        """
        del now
        if self._forked:
            self._start()
        return self.core.check(
            spelled(keys),
            action=action,
            clock=boot_clock,
            surface=surface,
            territory=territory,
            at_least=at_least or 0,
        )

    def usable(self) -> bool:
        """Tell whether there is a lease: without one every strict answer is no."""
        return not self._forked and self.core.usable(boot_clock())

    def usable_seconds(self, answer: Answer) -> float:
        """Return for how long a caller on another host may use a yes, from when it asked (R7)."""
        return self.core.valid_for(answer, boot_clock()) / 1e9

    def wait(self, seconds: float) -> bool:
        """Wait for a lease; return whether there is one."""
        if self._forked:
            self._start()
        with self._changed:
            return self._changed.wait_for(self.usable, seconds)

    def leave(self) -> None:
        """Stop answering, and tell the register: no apply waits for this gate any more."""
        self._left = True
        self.close()

    def close(self) -> None:
        """Stop. Without :meth:`leave`, applies wait until the lease would have ended."""
        self._stop.set()
        if self._forked or self._thread is threading.current_thread():
            return
        self._thread.join()
        self.core.stop("it was closed")

    # ---- the thread

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            try:
                connection, rest = self.link.converse()
            except (OSError, DebarError) as error:
                if not failures:
                    self._alarm(f"no connection to {self.link.host}:{self.link.port}: {error}")
                self._stop.wait(BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)])
                failures += 1
                continue
            failures = 0
            self._connection = connection
            try:
                self._converse(connection, rest)
            except (OSError, DebarError) as error:
                self._alarm(f"the conversation with {self.link.host}:{self.link.port} ended: {error}")
                self._stop.wait(BACKOFF_SECONDS[0])
            finally:
                connection.close()

    def _converse(self, connection: socket.socket, rest: bytes) -> None:
        conversation = Conversation(self.core, clock=boot_clock, nonce=lambda: secrets.token_hex(16))
        connection.settimeout(POLL_SECONDS)
        self.core.reconnected()
        connection.sendall(conversation.due() + conversation.feed(rest))
        while not self._stop.is_set() and not self.core.stopped:
            self.core.compare_clocks(boot_clock(), time.time_ns())
            if conversation.silent_seconds() > ANSWER_SECONDS:
                raise TimeoutError("the register does not answer")
            wait = conversation.wait_seconds(POLL_SECONDS)
            data = self._receive(connection, wait) if wait > 0 else b""
            out = conversation.feed(data) if data else conversation.due()
            if out:
                connection.settimeout(POLL_SECONDS * 20)
                connection.sendall(out)
            if data:
                self._follow_up(conversation, connection)
        if self._left:
            connection.sendall(lines_of(self.core.leave()))

    def _receive(self, connection: socket.socket, wait: float) -> bytes:
        """Return what came within a while; nothing where nothing did."""
        connection.settimeout(wait)
        try:
            data = connection.recv(262_144)
        except TimeoutError:
            return b""
        if not data:
            raise ConnectionError("the register closed the connection")
        return data

    def _follow_up(self, conversation: Conversation, connection: socket.socket) -> None:
        """Tell who waits, pass alarms on, and fetch a snapshot that was offered."""
        with self._changed:
            self._changed.notify_all()
        while self.core.alarms:
            self._alarm(self.core.alarms.pop(0))
        offer = self.core.offer
        if offer is not None:
            standing, sha256 = fetch(self.link, offer, self._folder)
            self.core.take_over(standing, offer=offer, sha256=sha256)
            connection.sendall(conversation.due())

    def _void_after_fork(self) -> None:
        """Deny from now on in a fork's child: the thread and the connection are the parent's."""
        self._forked = True
        self.core.stop("this is a forked child, which has no lease yet")
        if self._connection is not None:
            self._connection.close()  # our copy of it; the parent's stays open


def _after_fork() -> None:
    for gate in list(_ALL):
        gate._void_after_fork()  # noqa: SLF001 - of the same class's module


os.register_at_fork(after_in_child=_after_fork)
