"""A register, relays, gates, callers and an applier in one simulation.

Law: the history is written with true times by the world, not by the cores; a sale counts at the instant at
which it is committed, an apply at the instant at which its certificate is durable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.gate.simulation.engine import MS, SECOND, Engine, Network, Node, Weather
from benchmarks.gate.simulation.history import Applied, History, Sale
from benchmarks.gate.simulation.nodes import GateNode, RegisterNode, RelayNode, Store
from debar.gate.protocol.decisions import Decision

if TYPE_CHECKING:
    from collections.abc import Iterator

    from debar.gate.answer import Answer
    from debar.gate.protocol.decisions import Outcome
    from debar.gate.protocol.gate import GateCore
    from debar.gate.protocol.timing import Timing

Process = RegisterNode | RelayNode | GateNode


class Fleet:
    """Everything in one world.

    Args:
        seed: Decides everything that is left to chance.
        timing: The lengths of time.
        weather: What the network does.
        drift_ppm: Clocks run wrong by up to this many millionths.
    """

    def __init__(
        self, seed: int, *, timing: Timing, weather: Weather | None = None, drift_ppm: int = 10_000
    ) -> None:
        self.engine = Engine(seed)
        self.timing = timing
        self.network = Network(self.engine, weather or Weather())
        self.drift_ppm = drift_ppm
        self.store = Store(timing.term_ns)
        self.history = History()
        self.ids: dict[str, Process] = {}
        self.registers: dict[str, RegisterNode] = {}
        self.relays: dict[str, RelayNode] = {}
        self.gates: dict[str, GateNode] = {}
        self.callers: dict[str, Node] = {}
        self.charge = "reg1"
        self.offers = 0.0
        self.commit_ns = 5 * MS
        self.counts_from_reply = False
        self._nonces = 0

    # ---- building it

    def node(self, name: str) -> Node:
        """Return a new process with a clock of its own."""
        random = self.engine.random
        ppm = random.randint(-self.drift_ppm, self.drift_ppm)
        if random.random() < 0.5:  # as wrong as it may be
            ppm = random.choice((-1, 1)) * self.drift_ppm
        return Node(self.engine, name, ppm=ppm, offset=random.randrange(10**6) * SECOND)

    def add_register(self, name: str) -> RegisterNode:
        """Add a register; it takes over when it is started."""
        register = self.registers[name] = RegisterNode(self, self.node(name))
        self.ids[name] = register
        return register

    def add_relay(self, name: str) -> RelayNode:
        """Add a relay."""
        relay = self.relays[name] = RelayNode(self, self.node(name))
        self.ids[name] = relay
        return relay

    def add_gate(self, name: str, *, upstream: str = "reg1", mode: str = "strict") -> GateNode:
        """Add a gate, and a caller on another host."""
        gate = self.gates[name] = GateNode(self, self.node(name), upstream=upstream, mode=mode)
        self.ids[name] = gate
        self.callers[name] = self.node(f"caller of {name}")
        return gate

    def start(self) -> None:
        """Start everything, a little apart."""
        self.registers["reg1"].start()
        for process in self.clients():
            self.engine.at(int(self.engine.random.random() * SECOND // 5), process.start)

    def clients(self) -> tuple[RelayNode | GateNode, ...]:
        """Return everything that asks for leases."""
        return (*self.relays.values(), *self.gates.values())

    # ---- what nodes ask of the world

    def node_of(self, name: str) -> Process | None:
        """Return which process a name or an id belongs to."""
        return self.ids.get(name)

    def nonce(self) -> str:
        """Return a fresh nonce."""
        self._nonces += 1
        return f"{self._nonces:x}"

    def commit_delay(self) -> int:
        """Return how long a commit takes."""
        return int(self.engine.random.random() * self.commit_ns) + MS

    def fetch_delay(self) -> int:
        """Return how long the fetching of a snapshot takes."""
        return int(self.engine.random.random() * SECOND)

    def record(self, decision: Decision) -> int:
        """Make a decision durable; return the revision."""
        applied = self.history.applied[decision.decision_id]
        revision = self.store.record(decision, applied.account, filler=self.engine.random.randrange(3))
        applied.recorded_at = self.engine.now if applied.recorded_at is None else applied.recorded_at
        return revision

    def certified(self, outcome: Outcome) -> None:
        """Take in a certificate."""
        name = outcome.decision.decision_id
        self.store.certified[outcome.decision.request_key] = outcome
        applied = self.history.applied[name]
        applied.certified_at = self.engine.now if applied.certified_at is None else applied.certified_at

    def on_restart(self, old: GateCore, new: GateCore) -> None:
        """Nothing is carried over a restart."""

    # ---- what people do

    def apply(self, name: str, account: str, op: str = "debar") -> None:
        """Ask for a decision, and ask again with the same key until it is certified."""
        decision = Decision(decision_id=name, request_key=name, op=op, keys_sha256="0" * 64, key_count=1)
        self.history.applied[name] = Applied(account=account, op=op, asked_at=self.engine.now)
        self._ask(decision)

    def _ask(self, decision: Decision) -> None:
        if decision.request_key in self.store.certified:
            return
        self.registers[self.charge].ask(decision)
        self.engine.after(SECOND, self._ask, decision)

    def failover(self, name: str) -> None:
        """Have another register take over; gates and relays find it one by one."""
        self.add_register(name).start()
        old, self.charge = self.charge, name
        for process in self.clients():
            if process.upstream == old:
                delay = int(self.engine.random.random() * 2 * SECOND)
                self.engine.after(delay, setattr, process, "upstream", name)

    def pause(self, process: Process, length: int) -> None:
        """Stop a process in the middle of whatever it does, also of checks and of sales."""
        if isinstance(process, GateNode) and process.node.up:
            early = process.node.clock()
            for account in self._hot():
                answer = process.check(account)
                if answer.allowed:
                    process.node.soon(length, self._sell_here, process, account, answer)
                process.node.soon(length, self._buy_resumed, process, account, early)
        process.node.paused_until = self.engine.now + length

    def _hot(self) -> Iterator[str]:
        yield from {applied.account for applied in self.history.applied.values()}

    # ---- callers

    def buy_often(self, gate: GateNode, account: str, *, until: int, pace: int) -> None:
        """Try to sell to an account at a gate, again and again."""
        if self.engine.now >= until:
            return
        self.buy(gate, account)
        delay = int((0.5 + self.engine.random.random()) * pace)
        self.engine.after(delay, self.buy_often_again, gate, account, until, pace)

    def buy_often_again(self, gate: GateNode, account: str, until: int, pace: int) -> None:
        """Go on with :meth:`buy_often`."""
        self.buy_often(gate, account, until=until, pace=pace)

    def buy(self, gate: GateNode, account: str) -> None:
        """Try to sell once: half of the callers are in the gate's process, half on another host."""
        if self.engine.random.random() < 0.5:
            gate.node.soon(0, self._buy_here, gate, account)
        else:
            self._buy_there(gate, account)

    def _buy_here(self, gate: GateNode, account: str) -> None:
        answer = gate.check(account)
        if answer.allowed:
            gate.node.soon(self._hesitation(), self._sell_here, gate, account, answer)

    def _buy_resumed(self, gate: GateNode, account: str, early: int) -> None:
        answer = gate.check(account, early=early)
        if answer.allowed:
            self._sell_here(gate, account, answer)

    def _sell_here(self, gate: GateNode, account: str, answer: Answer) -> None:
        """R7: in the gate's process, by the gate's clock."""
        if answer.valid_until is not None and gate.node.clock() < answer.valid_until:
            self._sold(gate, account, answer.revision or 0)

    def _hesitation(self) -> int:
        """Return how long a caller takes from the answer to the commit: often as long as it may."""
        random = self.engine.random
        return int(random.random() * (self.timing.valid_ns + 10 * MS if random.random() < 0.5 else 5 * MS))

    def _buy_there(self, gate: GateNode, account: str) -> None:
        """R7: on another host, by the caller's clock, from when it asked."""
        caller = self.callers[gate.node.name]
        sent = caller.clock()
        self.engine.after(self._flight(), self._asked, gate, account, sent)

    def _asked(self, gate: GateNode, account: str, sent: int) -> None:
        gate.node.soon(0, self._answer_there, gate, account, sent)

    def _answer_there(self, gate: GateNode, account: str, sent: int) -> None:
        answer = gate.check(account)
        if answer.allowed:
            valid_for = gate.core.valid_for(answer, gate.node.clock())
            self.engine.after(
                self._flight(), self._answered, gate, account, sent, valid_for, answer.revision or 0
            )

    def _answered(self, gate: GateNode, account: str, sent: int, valid_for: int, revision: int) -> None:
        caller = self.callers[gate.node.name]
        if self.counts_from_reply:
            sent = caller.clock()
        self.engine.after(self._hesitation(), self._sell_there, gate, account, sent + valid_for, revision)

    def _sell_there(self, gate: GateNode, account: str, ends: int, revision: int) -> None:
        if self.callers[gate.node.name].clock() < ends:
            self._sold(gate, account, revision)

    def _sold(self, gate: GateNode, account: str, revision: int) -> None:
        self.history.sales.append(
            Sale(at=self.engine.now, account=account, gate=gate.core.settings.gate, revision=revision)
        )

    def _flight(self) -> int:
        random = self.engine.random
        return int(random.random() * (300 * MS if random.random() < 0.1 else 5 * MS))
