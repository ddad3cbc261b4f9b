"""The processes of the simulation: shells around the real cores.

Law: a shell does here what a real one does, and no more: it carries messages, reads its own clock, writes
what the core asks for, and starts anew after a crash.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from benchmarks.gate.simulation.engine import MS, Node
from debar.gate.protocol.effects import Send, perform
from debar.gate.protocol.gate import GateCore, GateSettings
from debar.gate.protocol.messages import Entries, Offer
from debar.gate.protocol.register import RegisterCore, Remembered
from debar.gate.protocol.relay import REGISTER, RelayCore
from debar.gate.protocol.standing import DictStanding, LogEntry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.gate.simulation.fleet import Fleet
    from debar.gate.answer import Answer
    from debar.gate.protocol.decisions import Decision, Outcome
    from debar.gate.protocol.effects import Effect, Feed
    from debar.gate.protocol.messages import Message
    from debar.gate.protocol.roster import Line

START: Final = datetime(2017, 10, 26, 12, tzinfo=UTC)
CHUNK: Final = 3
"""Entries to a message, so that catching up takes several."""


class CrashError(Exception):
    """The register's process dies here."""


class DeposedError(Exception):
    """Another register has taken over."""


class Store:
    """What is durable, and survives every process."""

    def __init__(self, term_max_ns: int) -> None:
        self.epoch = 0
        self.revision = 2
        self.term_max_ns = term_max_ns
        self.log: list[LogEntry] = []
        self.lines: dict[str, Line] = {}
        self.recorded: dict[str, tuple[Decision, int]] = {}
        self.certified: dict[str, Outcome] = {}

    def record(self, decision: Decision, account: str, *, filler: int) -> int:
        """Append a decision's entries once, after some entries that no gate needs; return the revision."""
        if decision.request_key in self.recorded:
            return self.recorded[decision.request_key][1]
        body: dict[str, Any] = {"key": {"kind": "account", "value": account}, "decision_id": f"d-{account}"}
        if decision.op == "debar":
            body["scopes"] = ["create", "buy", "serve", "charge"]
        seq = self.revision + filler
        self.log.append(LogEntry(seq=seq, op=decision.op, at=START, body=body))
        self.revision = seq + 1
        self.recorded[decision.request_key] = (decision, self.revision)
        return self.revision

    def standing_at(self, revision: int) -> WatchedStanding:
        """Return what stood at a revision."""
        standing = WatchedStanding()
        standing.apply([entry for entry in self.log if entry.seq < revision], through=revision)
        return standing


class WatchedStanding(DictStanding):
    """Tells whether it was looked into, so that a clock can tell before from after."""

    looked = False

    def lookup(self, kind: str, value: str) -> Sequence[Any]:
        """Return what stands, and note it."""
        self.looked = True
        return super().lookup(kind, value)


class RegisterNode:
    """A register's process: takes over when it starts."""

    def __init__(self, fleet: Fleet, node: Node) -> None:
        self.fleet = fleet
        self.node = node
        self.crash_in: int | None = None
        self.core: RegisterCore | None = None
        self.epoch = 0

    def start(self) -> None:
        """Take over: write a higher epoch, read what is durable, go on."""
        store = self.fleet.store
        store.epoch += 1
        self.epoch = store.epoch
        unfinished = tuple(v for k, v in store.recorded.items() if k not in store.certified)
        remembered = Remembered(
            epoch=self.epoch,
            revision=store.revision,
            term_max_ns=store.term_max_ns,
            lines=tuple(store.lines.values()),
            unfinished=unfinished,
        )
        self.core = RegisterCore(remembered, now=self.node.clock(), timing=self.fleet.timing)
        self._tick()

    def crash(self) -> None:
        """Die: everything volatile is gone."""
        self.node.up = False
        self.node.life += 1
        self.core = None

    def receive(self, message: Message) -> None:
        """Take in a message from the network."""
        self.node.soon(0, self._receive, message)

    def _receive(self, message: Message) -> None:
        if self.core is not None:
            wall = START + timedelta(microseconds=self.node.engine.now // 1000)
            self.do(self.core.receive(message, now=self.node.clock(), wall=wall))

    def ask(self, decision: Decision) -> None:
        """Apply a decision."""
        if self.core is not None and self.node.up:
            self.do(self.core.apply(decision))

    def do(self, effects: Sequence[Effect]) -> None:
        """Do what the core wants; a crash or another register in charge ends this one."""
        try:
            perform(self._until_crash(effects), self, send=self._send, feed=self._feed)
        except (CrashError, DeposedError):
            self.crash()
            return
        core = self.core
        if core is not None:
            self.node.wake_at(max(core.next_at(), self.node.clock() + MS), self._tick)

    def _tick(self) -> None:
        if self.core is not None:
            self.do(self.core.tick(self.node.clock()))

    def _until_crash(self, effects: Sequence[Effect]) -> Iterator[Effect]:
        for effect in effects:
            if self.crash_in is not None:
                self.crash_in -= 1
                if self.crash_in < 0:
                    self.crash_in = None
                    raise CrashError
            yield effect

    def _send(self, to: str, message: Message) -> None:
        target = self.fleet.node_of(to)
        if target is not None:
            self.fleet.network.carry(self.node.name, target.node.name, message, target.receive)

    def _feed(self, to: str, after: int) -> None:
        store, core = self.fleet.store, self.core
        assert core is not None, "only a living core feeds"
        if after == 0 and self.fleet.engine.random.random() < self.fleet.offers:
            offer = Offer(epoch=self.epoch, revision=core.head, sha256="0" * 64, length=0, where="/")
            self._send(to, offer)
            return
        entries = [entry for entry in store.log if after <= entry.seq < core.head]
        through = core.head
        if len(entries) > CHUNK:
            through = entries[CHUNK].seq
            entries = entries[:CHUNK]
            core.fed(to, through)
        batch = Entries(epoch=self.epoch, after=after, through=through, entries=tuple(entries))
        self._send(to, batch)

    # ---- the durable part: every write is refused where another has taken over

    def confirm(self, epoch: int) -> None:
        """Refuse a register that is not in charge any more."""
        if epoch != self.fleet.store.epoch:
            raise DeposedError

    def enlist(self, line: Line) -> None:
        """Write a line."""
        self.confirm(self.epoch)
        self.fleet.store.lines[line.gate] = line

    def strike(self, gate: str) -> None:
        """Remove a line."""
        self.confirm(self.epoch)
        self.fleet.store.lines.pop(gate, None)

    def keep_term(self, term_max_ns: int) -> None:
        """Write the longest term."""
        self.confirm(self.epoch)
        self.fleet.store.term_max_ns = term_max_ns

    def commit(self, decision: Decision) -> None:
        """Record a decision: durable after a while, known to be so after another."""
        delay = self.fleet.commit_delay()
        self.node.soon(delay // 2, self._record, decision, delay - delay // 2)

    def _record(self, decision: Decision, delay: int) -> None:
        if self.epoch != self.fleet.store.epoch:
            self.crash()
            return
        revision = self.fleet.record(decision)
        self.node.soon(delay, self._recorded, decision, revision)

    def _recorded(self, decision: Decision, revision: int) -> None:
        if self.core is not None:
            self.do(self.core.committed(decision, revision=revision, now=self.node.clock()))

    def certify(self, outcome: Outcome) -> None:
        """Write a certificate; the apply has returned."""
        self.confirm(self.epoch)
        self.fleet.certified(outcome)


class RelayNode:
    """A relay's process."""

    def __init__(self, fleet: Fleet, node: Node) -> None:
        self.fleet = fleet
        self.node = node
        self.upstream = "reg1"
        self.core = self._new()

    def _new(self) -> RelayCore:
        relay = f"{self.node.name}/{self.node.life}"
        self.fleet.ids[relay] = self
        return RelayCore(relay, timing=self.fleet.timing)

    def start(self) -> None:
        """Begin."""
        self._tick()

    def restart(self) -> None:
        """Die and start again, with nothing."""
        self.node.restart()
        self.core = self._new()
        self._tick()

    def receive(self, message: Message) -> None:
        """Take in a message from the network."""
        self.node.soon(0, self._receive, message)

    def _receive(self, message: Message) -> None:
        self._do(self.core.receive(message, self.node.clock()))

    def _tick(self) -> None:
        self._do(self.core.tick(self.node.clock(), self.fleet.nonce()))

    def _do(self, sent: Sequence[Send | Feed]) -> None:
        for one in sent:
            if isinstance(one, Send):
                to, message = one.to, one.message
            else:
                batch = self.core.feed(one.after)
                if batch is None:
                    continue
                to, message = one.to, batch
            target = self.fleet.node_of(self.upstream if to == REGISTER else to)
            if target is not None:
                self.fleet.network.carry(self.node.name, target.node.name, message, target.receive)
        self.node.wake_at(max(self.core.next_at(), self.node.clock() + MS), self._tick)


class GateNode:
    """A gate's process: its feeding thread, and callers in other threads of it."""

    def __init__(self, fleet: Fleet, node: Node, *, upstream: str, mode: str) -> None:
        self.fleet = fleet
        self.node = node
        self.upstream = upstream
        self.mode = mode
        self.inbox: list[Message] = []
        self.work_ns = 3 * MS
        self.core = self._new("", WatchedStanding())

    def _new(self, replaces: str, standing: WatchedStanding) -> GateCore:
        gate = f"{self.node.name}/{self.node.life}"
        self.fleet.ids[gate] = self
        settings = GateSettings(gate=gate, mode=self.mode, replaces=replaces)
        return GateCore(settings, timing=self.fleet.timing, standing=standing)

    def start(self) -> None:
        """Begin."""
        self._work()

    def restart(self, *, revision: int, locked: bool) -> None:
        """Die and start again, from an older snapshot, under a new id."""
        old = self.core
        self.node.restart()
        self.inbox.clear()
        replaces = old.settings.gate if locked else ""
        self.core = self._new(replaces, self.fleet.store.standing_at(revision))
        self.fleet.on_restart(old, self.core)
        self._work()

    def leave(self) -> None:
        """Stop answering for good."""
        self._send(self.core.leave())

    def receive(self, message: Message) -> None:
        """Take in a message from the network: the feeding thread works on it a little later."""
        if self.node.up:
            self.inbox.append(message)
            if len(self.inbox) == 1:
                self.node.soon(int(self.fleet.engine.random.random() * self.work_ns), self._work)

    def _work(self) -> None:
        waiting, self.inbox = self.inbox, []
        for message in waiting:
            self._send(self.core.receive(message, self.node.clock()))
        if self.core.offer is not None:
            self.node.soon(self.fleet.fetch_delay(), self._take_over, self.core.offer)
            self.core.offer = None
        self._send(self.core.tick(self.node.clock(), self.fleet.nonce()))
        self.node.wake_at(max(self.core.next_at(), self.node.clock() + MS), self._work)

    def _take_over(self, offer: Offer) -> None:
        if offer.epoch >= self.core.leasing.epoch:
            standing = self.fleet.store.standing_at(offer.revision)
            self.core.take_over(standing, offer=offer, sha256=offer.sha256)
            self._work()

    def _send(self, messages: Sequence[Message]) -> None:
        for message in messages:
            target = self.fleet.node_of(self.upstream)
            if target is not None:
                self.fleet.network.carry(self.node.name, target.node.name, message, target.receive)

    def check(self, account: str, *, early: int | None = None) -> Answer:
        """Ask this gate, in a thread of its own.

        Args:
            account: About whom.
            early: What the clock showed when the thread began, if it was paused since.
        """
        standing = self.core.standing
        standing.looked = False  # type: ignore[attr-defined]

        def clock() -> int:
            if not standing.looked:  # type: ignore[attr-defined]
                return self.node.clock() if early is None else early
            if self.inbox and self.node.engine.random.random() < 0.5:
                self._work()  # the feeding thread gets its turn between the lookup and the clock
            return self.node.clock()

        return self.core.check([("account", account)], action="buy", clock=clock)
