"""A register, relays and gates in one process, with a clock that is moved by hand and a wire that never loses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from debar.gate.protocol.decisions import Decision, Outcome
from debar.gate.protocol.effects import Feed, Send, perform
from debar.gate.protocol.gate import GateCore, GateSettings
from debar.gate.protocol.messages import Entries, Message, from_json, to_json
from debar.gate.protocol.register import RegisterCore, Remembered
from debar.gate.protocol.relay import RelayCore
from debar.gate.protocol.standing import LogEntry
from debar.gate.protocol.timing import SECOND, Timing

if TYPE_CHECKING:
    from debar.gate.answer import Answer
    from debar.gate.protocol.roster import Line

START = datetime(2017, 10, 26, 12, tzinfo=UTC)
DECISION = "decision-2017-10-26-0a1b2c3d"


def entry(seq: int, account: str, op: str = "debar", **fields: Any) -> LogEntry:
    """Return a gate entry about an account."""
    body: dict[str, Any] = {"key": {"kind": "account", "value": account}, "decision_id": DECISION, **fields}
    if op == "debar":
        body.setdefault("scopes", ["create", "buy", "serve", "charge"])
    return LogEntry(seq=seq, op=op, at=START + timedelta(seconds=seq), body=body)


def decision(name: str = "d1", op: str = "debar") -> Decision:
    """Return a decision about one key."""
    return Decision(decision_id=name, request_key=f"apply {name}", op=op, keys_sha256="0" * 64, key_count=1)


class World:
    """Everything in one place; the durable part is this object too.

    Args:
        timing: The lengths of time.
        revision: What the log begins with.
    """

    def __init__(self, timing: Timing | None = None, *, revision: int = 2) -> None:
        self.timing = timing or Timing()
        self.now = 1_000 * SECOND
        self.log: list[LogEntry] = []
        self.revision = revision
        self.epoch = 1
        self.term_max_ns = self.timing.term_ns
        self.lines: dict[str, Line] = {}
        self.unfinished: dict[str, tuple[Decision, int]] = {}
        self.outcomes: list[Outcome] = []
        self.gates: dict[str, GateCore] = {}
        self.relays: dict[str, RelayCore] = {}
        self.behind: dict[str, str] = {}
        self.cut: set[str] = set()
        self.nonces = 0
        self.register = self.start_register()

    # ---- the durable part

    def confirm(self, epoch: int) -> None:
        """Refuse a register that is not in charge any more."""
        if epoch != self.epoch:
            raise RuntimeError("deposed")

    def enlist(self, line: Line) -> None:
        """Keep a line."""
        self.lines[line.gate] = line

    def strike(self, gate: str) -> None:
        """Drop a line."""
        del self.lines[gate]

    def keep_term(self, term_max_ns: int) -> None:
        """Keep the longest term."""
        self.term_max_ns = term_max_ns

    def commit(self, asked: Decision) -> None:
        """Decisions are committed by :meth:`debar` here."""
        raise AssertionError(asked)

    def certify(self, outcome: Outcome) -> None:
        """Keep an outcome."""
        del self.unfinished[outcome.decision.request_key]
        self.outcomes.append(outcome)

    # ---- moving it

    def start_register(self) -> RegisterCore:
        """Start a register from what is durable."""
        remembered = Remembered(
            epoch=self.epoch,
            revision=self.revision,
            term_max_ns=self.term_max_ns,
            lines=tuple(self.lines.values()),
            unfinished=tuple(self.unfinished.values()),
        )
        self.register = RegisterCore(remembered, now=self.now, timing=self.timing)
        return self.register

    def add(self, name: str, *, via: str = "", **settings: Any) -> GateCore:
        """Start a gate."""
        gate = self.gates[name] = GateCore(GateSettings(gate=name, **settings), timing=self.timing)
        self.behind[name] = via
        return gate

    def add_relay(self, name: str) -> RelayCore:
        """Start a relay."""
        relay = self.relays[name] = RelayCore(name, timing=self.timing)
        return relay

    def nonce(self) -> str:
        """Return a fresh nonce."""
        self.nonces += 1
        return f"n{self.nonces}"

    def debar(self, *accounts: str, name: str = "d1", op: str = "debar") -> None:
        """Commit a decision about accounts."""
        made = decision(name, op)
        self.log += [entry(self.revision + place, account, op) for place, account in enumerate(accounts)]
        self.revision += len(accounts)
        self.unfinished[made.request_key] = (made, self.revision)
        self.do(self.register.committed(made, revision=self.revision, now=self.now))

    def do(self, effects: Any) -> None:
        """Do a register's effects."""
        perform(effects, self, send=self.from_register, feed=self.feed)

    def feed(self, to: str, after: int) -> None:
        """Send the log after a revision."""
        fresh = tuple(one for one in self.log if one.seq >= after)
        self.from_register(to, Entries(epoch=self.epoch, after=after, through=self.revision, entries=fresh))

    def from_register(self, to: str, message: Message) -> None:
        """Carry a message from the register."""
        message = from_json(to_json(message))
        if to in self.cut:
            return
        if to in self.relays:
            self.do_relay(to, self.relays[to].receive(message, self.now))
        else:
            self.at_gate(to, message)

    def at_gate(self, name: str, message: Message) -> None:
        """Hand a message to a gate and send what it answers."""
        if name in self.cut:
            return
        gate = self.gates[name]
        sent = [*gate.receive(message, self.now), *gate.tick(self.now, self.nonce())]
        for one in sent:
            self.from_gate(name, one)

    def from_gate(self, name: str, message: Message) -> None:
        """Carry a gate's message to its relay or the register."""
        message = from_json(to_json(message))
        if name in self.cut or self.behind[name] in self.cut:
            return
        if self.behind[name]:
            relay = self.behind[name]
            self.do_relay(relay, self.relays[relay].receive(message, self.now))
        else:
            self.to_register(message)

    def do_relay(self, relay: str, sent: tuple[Send | Feed, ...]) -> None:
        """Do what a relay wants sent."""
        for one in sent:
            if isinstance(one, Feed):
                batch = self.relays[relay].feed(one.after)
                if batch is not None:
                    self.at_gate(one.to, batch)
            elif one.to:
                self.at_gate(one.to, one.message)
            elif relay not in self.cut:
                self.to_register(one.message)

    def to_register(self, message: Message) -> None:
        """Hand a message to the register."""
        wall = START + timedelta(microseconds=self.now // 1000)
        self.do(self.register.receive(message, now=self.now, wall=wall))

    def run(self, seconds: float, step: float = 0.25) -> None:
        """Let time pass; everybody does what is due at every step."""
        for _ in range(round(seconds / step)):
            self.now += round(step * SECOND)
            self.tick()

    def tick(self) -> None:
        """Let everybody do what is due."""
        self.do(self.register.tick(self.now))
        for name, relay in self.relays.items():
            self.do_relay(name, relay.tick(self.now, self.nonce()))
        for name, gate in self.gates.items():
            for one in gate.tick(self.now, self.nonce()):
                self.from_gate(name, one)

    def ask(self, name: str, account: str, **question: Any) -> Answer:
        """Ask a gate whether an account may buy."""
        asked = {"action": "buy", "clock": lambda: self.now, **question}
        return self.gates[name].check([("account", account)], **asked)
