"""True time, events, clocks that run wrong, and a network that loses, delays, doubles and reorders.

Law: everything follows from the seed. True time is known to the history alone; a node sees only its clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush
from random import Random
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

SECOND: Final = 1_000_000_000
MS: Final = 1_000_000
MILLION: Final = 1_000_000


class Engine:
    """The event loop of the simulation.

    Args:
        seed: Decides everything that is left to chance.
    """

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.now = 0
        self._events: list[tuple[int, int, Callable[..., None], tuple[object, ...]]] = []
        self._count = 0

    def at(self, time: int, do: Callable[..., None], *arguments: object) -> None:
        """Have something done at an instant of true time."""
        self._count += 1
        heappush(self._events, (max(time, self.now), self._count, do, arguments))

    def after(self, delay: int, do: Callable[..., None], *arguments: object) -> None:
        """Have something done after a while."""
        self.at(self.now + delay, do, *arguments)

    def run(self, until: int) -> None:
        """Let true time pass."""
        events = self._events
        while events and events[0][0] <= until:
            self.now, _, do, arguments = heappop(events)
            do(*arguments)
        self.now = until


@dataclass(slots=True)
class Node:
    """A process: its clock, whether it runs, and until when it is paused.

    Args:
        engine: The event loop.
        name: Where messages for it go.
        ppm: By how many millionths its clock is fast.
        offset: What its clock shows at the beginning, in nanoseconds.
    """

    engine: Engine
    name: str
    ppm: int = 0
    offset: int = 0
    up: bool = True
    paused_until: int = 0
    life: int = 0
    _timer: int = field(default=0)

    def clock(self) -> int:
        """Return what this node's boot clock shows now."""
        true = self.engine.now
        return self.offset + true + true * self.ppm // MILLION

    def true_of(self, local: int) -> int:
        """Return a true instant at which the clock shows at least this."""
        return -(-(local - self.offset) * MILLION // (MILLION + self.ppm)) + 1

    def soon(self, delay: int, do: Callable[..., None], *arguments: object) -> None:
        """Do something on this node after a while, unless it restarts before; a pause puts it off."""
        self.engine.after(delay, self._run, self.life, do, arguments)

    def wake_at(self, local: int, do: Callable[[], None]) -> None:
        """Have one timer of this node go off when its clock shows an instant, in place of any earlier one."""
        self._timer += 1
        self.engine.at(self.true_of(local), self._wake, self.life, self._timer, do)

    def _wake(self, life: int, timer: int, do: Callable[[], None]) -> None:
        if timer == self._timer:
            self._run(life, do, ())

    def _run(self, life: int, do: Callable[..., None], arguments: tuple[object, ...]) -> None:
        if not self.up or life != self.life:
            return
        if self.engine.now < self.paused_until:
            self.engine.at(self.paused_until, self._run, life, do, arguments)
            return
        do(*arguments)

    def restart(self) -> None:
        """Lose everything that was under way."""
        self.life += 1
        self.up = True
        self.paused_until = 0


@dataclass(slots=True, kw_only=True)
class Weather:
    """What the network does to messages.

    Args:
        loss: Part of messages that are lost.
        doubled: Part that arrives twice.
        late: Part that is delayed by up to ``late_ns``.
        delay_ns: Usual longest delay.
        late_ns: Longest delay of a late one.
    """

    loss: float = 0.0
    doubled: float = 0.0
    late: float = 0.0
    delay_ns: int = 5 * MS
    late_ns: int = SECOND


@dataclass(slots=True)
class Network:
    """Carries messages between named nodes.

    Args:
        engine: The event loop.
        weather: How bad it is.
    """

    engine: Engine
    weather: Weather
    cuts: dict[frozenset[str], int] = field(default_factory=dict)
    dropping: dict[tuple[str, type], tuple[int, float]] = field(default_factory=dict)
    sent: int = 0

    def cut(self, one: str, other: str, until: int) -> None:
        """Take a link down for a while."""
        self.cuts[frozenset((one, other))] = until

    def drop(self, to: str, kind: type, until: int, part: float) -> None:
        """Lose most messages of one kind to a node for a while."""
        self.dropping[to, kind] = (until, part)

    def is_cut(self, one: str, other: str) -> bool:
        """Tell whether the link is down."""
        return self.cuts.get(frozenset((one, other)), 0) > self.engine.now

    def carry(self, source: str, to: str, message: object, deliver: Callable[[Any], None]) -> None:
        """Deliver a message some time, twice, or never."""
        self.sent += 1
        random, weather, now = self.engine.random, self.weather, self.engine.now
        if self.cuts and self.is_cut(source, to):
            return
        if self.dropping:
            until, part = self.dropping.get((to, type(message)), (0, 0.0))
            if until > now and random.random() < part:
                return
        if random.random() < weather.loss:
            return
        for _ in range(2 if random.random() < weather.doubled else 1):
            longest = weather.late_ns if random.random() < weather.late else weather.delay_ns
            self.engine.after(int(random.random() * longest) + MS // 10, deliver, message)
