"""A relay: one connection up, many down; it hands the log on and lends what it was lent.

Law: the core decides. When the connection up is lost, gates keep what they were lent until it ends.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final, cast

from debar.gate.protocol.effects import Feed, Send
from debar.gate.protocol.gate import WALL_STEP_NS
from debar.gate.protocol.messages import Offer, from_json, to_json
from debar.gate.protocol.relay import REGISTER, RelayCore
from debar.gate.remote.connection import HEAD_MAX, refused_by
from debar.gate.remote.gate import boot_clock
from debar.model.problem import DebarError
from debar.service.gates.identity import identify
from debar.service.metrics import Metric

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from debar.gate.protocol.messages import Message
    from debar.gate.protocol.timing import Timing
    from debar.gate.remote.connection import Link
    from debar.service.gates.connections import Peer
    from debar.service.gates.identity import Identity
    from debar.service.logs import Log

TICK_SECONDS: Final = 0.25
BACKOFF_SECONDS: Final = 0.5


class RelayHub:
    """Serves what a register, or another relay, sends.

    Args:
        relay: Its id: one a process start.
        upstream: Where the register is.
        timing: The lengths of time.
        nonce: Makes a fresh, unguessable text.
        tokens: Name and kind by a token's digest.
        log: Told what happens.
    """

    def __init__(
        self,
        relay: str,
        upstream: Link,
        *,
        timing: Timing,
        nonce: Callable[[], str],
        tokens: Mapping[str, tuple[str, str]],
        log: Log,
    ) -> None:
        self.core = RelayCore(relay, timing=timing)
        self._upstream = upstream
        self._nonce = nonce
        self._tokens = tokens
        self._log = log
        self._peers: dict[str, Peer] = {}
        self._inbox: list[Message] = []
        self._up: _Upstream | None = None
        self._up_out: list[bytes] = []
        self._out: dict[Peer, list[bytes]] = {}
        self._kept: dict[int, tuple[int, bytes]] = {}
        self._scheduled = False
        self._timer: asyncio.TimerHandle | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._stopping = False
        self._apart: int | None = None

    def identify(self, headers: Mapping[str, str], certificate: Mapping[str, Any] | None) -> Identity | None:
        """Return who is on the other end."""
        return identify(headers, certificate, self._tokens.get)

    def received(self, peer: Peer, message: Message) -> None:
        """Take in a message of a gate."""
        self._peers[getattr(message, "gate", "")] = peer
        self._take(message)

    def gone(self, peer: Peer) -> None:
        """Forget a gate's connection."""
        for gate in [gate for gate, known in self._peers.items() if known is peer]:
            del self._peers[gate]

    async def start(self) -> None:
        """Begin to connect."""
        self._connecting = asyncio.get_running_loop().create_task(self._keep_connected())
        self._wake()

    async def stop(self) -> None:
        """Leave: what was lent runs on until it ends."""
        self._stopping = True
        if self._timer is not None:
            self._timer.cancel()
        if self._connecting is not None:
            self._connecting.cancel()
        if self._up is not None:
            self._perform(self.core.leave())
            self._flush()

    def from_above(self, message: Message) -> None:
        """Take in a message of the register."""
        self._take(message)

    def connected(self, up: _Upstream) -> None:
        """Take in that the register answers."""
        self._up = up
        self.core.reconnected()
        self._log.write("upstream_connected", host=self._upstream.host, port=self._upstream.port)
        self._wake()

    def _take(self, message: Message) -> None:
        self._inbox.append(message)
        self._wake()

    def _wake(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._work)

    def _work(self) -> None:
        self._scheduled = False
        if self._stopping:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._compare_clocks()
        inbox, self._inbox = self._inbox, []
        for message in inbox:
            self._perform(self.core.receive(message, boot_clock()))
        self._perform(self.core.tick(boot_clock(), self._nonce()))
        self._flush()
        while self.core.alarms:
            self._log.write("relay_alarm", level="warning", alarm=self.core.alarms.pop(0))
        wait = min(TICK_SECONDS, max(0.001, (self.core.next_at() - boot_clock()) / 1e9))
        self._timer = asyncio.get_running_loop().call_later(wait, self._work)

    def _compare_clocks(self) -> None:
        """R4: void the lease where the wall clock and the boot clock moved apart."""
        now = boot_clock()
        apart = time.time_ns() - now
        if self._apart is not None and abs(apart - self._apart) > WALL_STEP_NS:
            self.core.void("the clocks moved apart")
            self._apart = apart
        self._apart = apart if self._apart is None else self._apart

    def _perform(self, effects: Iterable[Send | Feed]) -> None:
        for effect in effects:
            data = self._fed(effect.after) if isinstance(effect, Feed) else to_json(effect.message) + b"\n"
            if effect.to == REGISTER:
                self._up_out.append(data)
                continue
            peer = self._peers.get(effect.to)
            if peer is not None and data:
                self._out.setdefault(peer, []).append(data)

    def _fed(self, after: int) -> bytes:
        """Return what a gate at a revision is sent: encoded once for all that ask for the same."""
        kept = self._kept.get(after)
        if kept is not None and kept[0] == self.core.applied:
            return kept[1]
        message = self.core.feed(after)
        piece = b"" if message is None else to_json(message) + b"\n"
        if len(self._kept) > 64:
            self._kept.clear()
        self._kept[after] = (self.core.applied, piece)
        return piece

    def _flush(self) -> None:
        sent, self._up_out = self._up_out, []
        if self._up is not None and sent:
            self._up.write(b"".join(sent))
        out, self._out = self._out, {}
        for peer, parts in out.items():
            peer.write(b"".join(parts))

    async def _keep_connected(self) -> None:
        loop = asyncio.get_running_loop()
        link = self._upstream
        failed = False
        while not self._stopping:
            try:
                transport, up = await asyncio.wait_for(
                    loop.create_connection(
                        lambda: _Upstream(self, link),
                        link.host,
                        link.port,
                        ssl=link.context() if link.tls else None,
                    ),
                    5,
                )
                failed = False
                await up.lost
                transport.close()
            except (OSError, DebarError, TimeoutError) as error:
                if not failed:
                    self._log.write(
                        "upstream_lost", level="warning", error=str(error) or "it does not answer"
                    )
                failed = True
            self._up = None
            await asyncio.sleep(BACKOFF_SECONDS)

    def state(self) -> Mapping[str, Any]:
        """Return what this relay knows."""
        lease = self.core.lease
        now = boot_clock()
        return {
            "relay": self.core.relay,
            "revision": self.core.applied,
            "connected": self._up is not None,
            "gates": len(self.core.guests),
            "lease_seconds": 0.0 if lease is None else max(0.0, (lease.ends - now) / 1e9),
        }

    def offered(self) -> Offer | None:
        """Return the snapshot that gates are offered; it is fetched from the register."""
        return self.core.offer

    def metrics(self) -> tuple[Metric, ...]:
        """Return the relay's numbers."""
        state = self.state()
        return (
            Metric(name="debar_relay_gates", kind="gauge", help="Gates behind this relay.",
                   samples={(): state["gates"]}),
            Metric(name="debar_relay_connected", kind="gauge", help="1 while the register is connected.",
                   samples={(): float(state["connected"])}),
            Metric(name="debar_relay_lease_seconds", kind="gauge", help="What is left of the relay's lease.",
                   samples={(): state["lease_seconds"]}),
        )  # fmt: skip


class _Upstream(asyncio.Protocol):
    """The connection up: a request, then lines."""

    def __init__(self, hub: RelayHub, link: Link) -> None:
        self._hub = hub
        self._link = link
        self._got = b""
        self._talking = False
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are no subclasses
        self._transport.write(self._link.request())

    def data_received(self, data: bytes) -> None:
        self._got += data
        if not self._talking:
            head, end, rest = self._got.partition(b"\r\n\r\n")
            if not end:
                if len(self._got) > HEAD_MAX:
                    self._transport.abort()
                return
            if not head.startswith(b"HTTP/1.1 101 "):
                self._end(refused_by(self._link, head))
                return
            self._talking, self._got = True, rest
            self._hub.connected(self)
        *lines, self._got = self._got.split(b"\n")
        for line in lines:
            try:
                self._hub.from_above(from_json(line))
            except DebarError as error:
                self._end(error)
                return

    def write(self, data: bytes) -> None:
        """Send bytes up."""
        if not self._transport.is_closing():
            self._transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc or ConnectionError("the register closed the connection"))

    def _end(self, error: Exception) -> None:
        self._transport.abort()
        if not self.lost.done():
            self.lost.set_exception(error)
