"""What goes wrong around a ban: a seed chooses the fleet, the clocks, the network, and faults aimed at the ban."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from benchmarks.gate.simulation.engine import MS, SECOND, Weather
from benchmarks.gate.simulation.fleet import Fleet

from debar.gate.protocol.messages import Ack, Entries, Grant, Join
from debar.gate.protocol.timing import Timing

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.gate.simulation.history import History
    from benchmarks.gate.simulation.nodes import GateNode, RelayNode

Fault: TypeAlias = "Callable[[Play], None]"
HOT, SECOND_HOT, INNOCENT = "hot", "second", "innocent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a run gave."""

    seed: int
    history: History
    violations: tuple[str, ...]
    unfinished: tuple[str, ...]
    asleep: tuple[str, ...]
    messages: int


class Play:
    """One run.

    Args:
        seed: Chooses everything.
        make_fleet: Makes the world; mutants of the shells bring their own.
        always: Faults that happen whatever the seed.
    """

    def __init__(
        self, seed: int, make_fleet: Callable[..., Fleet] = Fleet, *, always: tuple[Fault, ...] = ()
    ) -> None:
        self.seed = seed
        self.always = always
        timing, weather = _conditions(seed)
        self.fleet = fleet = make_fleet(seed, timing=timing, weather=weather)
        self.random = fleet.engine.random
        self.ban_at = int((2.5 + self.random.random() * 2) * SECOND)
        self.over_at = self.ban_at + timing.wait_ns(timing.term_ns) + 2 * SECOND
        fleet.offers = self.random.choice((0.0, 0.3, 0.8))
        fleet.commit_ns = self.random.choice((5 * MS, 5 * MS, 400 * MS))
        self._build()

    def _build(self) -> None:
        fleet, random = self.fleet, self.random
        fleet.add_register("reg1")
        for number in range(random.choice((1, 1, 2))):
            fleet.add_gate(f"g{number}")
        if random.random() < 0.6:
            relay = fleet.add_relay("r1")
            for number in range(random.choice((1, 2))):
                fleet.add_gate(f"b{number}", upstream=relay.node.name)

    def run(self) -> Result:
        """Play it to the end."""
        fleet, engine = self.fleet, self.fleet.engine
        fleet.start()
        engine.at(self.ban_at, fleet.apply, "ban", HOT)
        chosen = self.random.sample(FAULTS, self.random.choice((1, 2, 2, 3)))
        for fault in (*self.always, *(fault for fault in chosen if fault not in self.always)):
            fault(self)
        pace = self.random.choice((40, 80, 160)) * MS
        for gate in fleet.gates.values():
            begin = self.ban_at - int(self.random.random() * SECOND)
            engine.at(begin, self._sell, gate, pace)
        engine.at(self.over_at, self._calm)
        engine.run(self.over_at)
        deadline = self.over_at + 3 * fleet.timing.wait_ns(fleet.store.term_max_ns) + 5 * SECOND
        while engine.now < deadline and (fleet.history.unfinished() or self._asleep()):
            engine.run(engine.now + SECOND)
        return Result(
            seed=self.seed,
            history=fleet.history,
            violations=tuple(fleet.history.violations()),
            unfinished=tuple(fleet.history.unfinished()),
            asleep=tuple(self._asleep()),
            messages=fleet.network.sent,
        )

    def _sell(self, gate: GateNode, pace: int) -> None:
        until = self.over_at + SECOND
        self.fleet.buy_often(gate, HOT, until=until, pace=pace)
        if len(self.fleet.history.applied) > 1:
            self.fleet.buy_often(gate, SECOND_HOT, until=until, pace=2 * pace)

    def _calm(self) -> None:
        """The weather clears up and every link is there again."""
        network = self.fleet.network
        network.weather = Weather()
        network.cuts.clear()
        network.dropping.clear()
        for process in self.fleet.clients():
            if process.upstream in self.fleet.registers:
                process.upstream = self.fleet.charge
        register = self.fleet.registers[self.fleet.charge]
        register.crash_in = None
        self._start_register()

    def _asleep(self) -> list[str]:
        """Return gates that run, with clocks that fit, and do not sell to an innocent account (liveness)."""
        return [
            name
            for name, gate in self.fleet.gates.items()
            if gate.node.up
            and self.fleet.engine.now >= gate.node.paused_until
            and not gate.core.stopped
            and self._trusts(gate)
            and not gate.check(INNOCENT).allowed
        ]

    def _trusts(self, gate: GateNode) -> bool:
        """Tell whether the clocks on the way to the register fit; where they do not, denying is right."""
        relay = self.fleet.relays.get(gate.upstream)
        return gate.core.leasing.trusted and (relay is None or relay.core.leasing.trusted)

    # ---- what faults are made of

    def near(self, before: float = 0.5, after: float = 0.5) -> int:
        """Return an instant close to the ban."""
        return self.ban_at + int((self.random.random() * (before + after) - before) * SECOND)

    def while_(self, longest: float | None = None) -> int:
        """Return a length: short, or longer than a lease."""
        term = self.fleet.timing.term_ns / SECOND
        return int(self.random.choice((0.1, 0.5, 0.3 * term, 0.9 * term, longest or 1.3 * term)) * SECOND)

    def gate(self) -> GateNode:
        """Return some gate."""
        return self.random.choice(list(self.fleet.gates.values()))

    def relay(self) -> RelayNode | None:
        """Return the relay, if there is one."""
        return next(iter(self.fleet.relays.values()), None)

    def at(self, time: int, do: Callable[..., None], *arguments: Any) -> None:
        """Have something happen."""
        self.fleet.engine.at(time, do, *arguments)

    def _start_register(self) -> None:
        register = self.fleet.registers[self.fleet.charge]
        if register.core is None:
            register.node.restart()
            register.start()


def _conditions(seed: int) -> tuple[Timing, Weather]:
    from random import Random

    random = Random(f"conditions {seed}")
    timing = Timing(
        term_ns=random.choice((2, 3, 5)) * SECOND,
        valid_ns=random.choice((0, 50 * MS, 400 * MS, 1500 * MS)),
        renew_ns=random.choice((300, 700)) * MS,
        retry_ns=200 * MS,
    )
    weather = random.choice(
        (
            Weather(),
            Weather(loss=0.05, doubled=0.05, late=0.05),
            Weather(loss=0.2, doubled=0.2, late=0.3, late_ns=3 * SECOND),
        )
    )
    return timing, weather


# ---- faults


def cut_gate(play: Play) -> None:
    """A gate loses its upstream."""
    gate = play.gate()
    start = play.near(0.8, 0.2) if play.random.random() < 0.7 else play.near(3, 0)
    until = play.ban_at + play.while_()
    play.at(start, lambda: play.fleet.network.cut(gate.node.name, gate.upstream, until))


def pause_gate(play: Play) -> None:
    """A gate's process stops, in the middle of checks and sales."""
    gate, length = play.gate(), play.while_()
    play.at(play.near(0.6, 0.4), play.fleet.pause, gate, length)


def restart_gate(play: Play) -> None:
    """A gate's process dies and starts again from an older snapshot, with or without the lock."""
    gate, locked, back = play.gate(), play.random.random() < 0.7, play.random.choice((0, 0, 1, 3))

    def restart() -> None:
        if gate.node.up and not gate.core.stopped:
            gate.restart(revision=max(0, play.fleet.store.revision - back), locked=locked)

    play.at(play.near(0.3, 0.8), restart)
    if play.random.random() < 0.3:
        play.at(play.near(-0.5, 2.5), restart)


def join_gate(play: Play) -> None:
    """A new gate comes while the decision is being recorded."""
    upstream = play.random.choice(["reg1", *play.fleet.relays])

    def join() -> None:
        target = play.fleet.charge if upstream == "reg1" else upstream
        gate = play.fleet.add_gate("new", upstream=target)
        gate.start()
        play._sell(gate, 50 * MS)  # noqa: SLF001 - a part of the play

    play.at(play.near(0.1, 0.4), join)
    start = play.near(-0.1, 0.5)
    play.at(start, lambda: play.fleet.network.cut("new", upstream, start + play.while_()))


def leave_gate(play: Play) -> None:
    """A gate leaves while its callers still hold answers."""
    gate = play.gate()

    def leave() -> None:
        if gate.node.up and not gate.core.stopped:
            gate.leave()

    play.at(play.near(0.3, 0.3), leave)


def crash_register(play: Play) -> None:
    """The register dies at any step of the apply, and starts again."""
    register = play.fleet.registers["reg1"]

    def arm() -> None:
        register.crash_in = play.random.randrange(6)

    play.at(play.ban_at - MS, arm)
    if play.random.random() < 0.4:
        play.at(play.near(0, 0.5), register.crash)
    play.at(play.near(0, 0) + play.while_(2.0), play._start_register)  # noqa: SLF001 - a part of the play


def fail_over(play: Play) -> None:
    """Another register takes over while the old one goes on, or is paused, and believes itself in charge."""
    when = play.near(0.6, 0.4)
    if play.random.random() < 0.5:
        play.at(when - 10 * MS, play.fleet.pause, play.fleet.registers["reg1"], play.while_(1.0))
    play.at(when, play.fleet.failover, "reg2")


def cut_relay(play: Play) -> None:
    """The relay loses the register; its gates go on with it."""
    relay = play.relay()
    if relay is not None:
        start, length = play.near(0.5, 0.2), play.while_()
        play.at(start, lambda: play.fleet.network.cut(relay.node.name, relay.upstream, start + length))


def pause_relay(play: Play) -> None:
    """The relay stops for a while."""
    relay = play.relay()
    if relay is not None:
        play.at(play.near(), play.fleet.pause, relay, play.while_())


def restart_relay(play: Play) -> None:
    """The relay dies and starts again with nothing."""
    relay = play.relay()
    if relay is not None:
        play.at(play.near(), relay.restart)


def lose_entries(play: Play) -> None:
    """A gate or the relay does not get the log, though all else arrives."""
    targets = [*play.fleet.gates, *play.fleet.relays, *play.fleet.relays]
    name, length = play.random.choice(targets), play.while_()
    play.at(play.ban_at - 50 * MS, play.fleet.network.drop, name, Entries, play.ban_at + length, 0.9)


def lose_acks(play: Play) -> None:
    """Acknowledgements do not arrive for a while."""
    play.at(play.ban_at, play.fleet.network.drop, "reg1", Ack, play.ban_at + play.while_(), 0.9)


def lose_grants(play: Play) -> None:
    """A gate's leases do not arrive for a while."""
    gate = play.gate()
    start, until = play.near(1, 0), play.near() + play.while_()
    play.at(start, play.fleet.network.drop, gate.node.name, Grant, until, 0.8)


def change_term(play: Play) -> None:
    """The operator lengthens the term shortly before, and the register may die after."""
    register = play.fleet.registers["reg1"]

    def change() -> None:
        if register.core is not None:
            register.core.set_term(play.fleet.timing.term_ns * 3)

    play.at(play.near(1.5, -0.5), change)
    play.over_at += 3 * play.fleet.timing.term_ns


def fence_gate(play: Play) -> None:
    """A host dies for good, and an operator says so."""
    gate = play.gate()

    def die() -> None:
        gate.node.up = False
        gate.node.life += 1

    def fence() -> None:
        register = play.fleet.registers[play.fleet.charge]
        if register.core is not None and not gate.node.up:
            now = register.node.clock()
            register.do(register.core.fence(gate.core.settings.gate, by="ana", since="then", now=now))

    play.at(play.near(), die)
    play.at(play.near(-0.6, 1.5), fence)


def ban_another(play: Play) -> None:
    """Another decision follows at once, before the first one or its entries have arrived."""
    play.at(play.near(0.05, 0.2), play.fleet.apply, "other", SECOND_HOT)


def lift_again(play: Play) -> None:
    """The decision is lifted and made anew."""
    later = play.ban_at + play.while_()

    def lift() -> None:
        if play.fleet.history.applied["ban"].certified_at is not None:
            play.fleet.apply("lift", HOT, "lift")

    play.at(later, lift)


def join_unheard(play: Play) -> None:
    """A new gate comes to the relay, and for a while the register hears of nobody's joining."""
    relay = play.relay()
    if relay is None:
        return
    until = play.ban_at + play.while_()

    def join() -> None:
        gate = play.fleet.add_gate("newer", upstream=relay.node.name)
        gate.core.standing.apply([], through=play.fleet.store.revision)
        play.fleet.network.drop(play.fleet.charge, Join, until, 1.0)
        play.fleet.network.drop("newer", Entries, until, 1.0)
        gate.start()
        play._sell(gate, 50 * MS)  # noqa: SLF001 - a part of the play

    play.at(play.near(0.8, -0.1), join)


def rush(play: Play) -> None:
    """Callers with the slowest clocks ask a gate with the fastest one up to the last moment."""
    gate, drift = play.gate(), play.fleet.drift_ppm
    gate.node.ppm, play.fleet.callers[gate.node.name].ppm = drift, -drift
    for place in range(50):
        play.at(play.ban_at + (place - 10) * 2 * MS, play.fleet.buy, gate, HOT)


def slow_feed(play: Play) -> None:
    """A gate's feeding thread is slow while its other threads sell."""
    gate = play.gate()
    gate.work_ns = 80 * MS
    for place in range(60):
        play.at(play.ban_at + place * 3 * MS, play.fleet.buy, gate, HOT)


FAULTS = (
    cut_gate, pause_gate, restart_gate, join_gate, leave_gate, crash_register, fail_over, cut_relay,
    pause_relay, restart_relay, lose_entries, lose_acks, lose_grants, change_term, fence_gate, ban_another,
    lift_again, join_unheard, rush, slow_feed,
)  # fmt: skip
