"""The register in charge: its core, its durable side and its gates' connections, in one event loop.

Law: what arrived together is answered together, after one look at the log and one confirmation that nobody
else is in charge. When anything durable fails, every gate is sent away and the core is made anew: gates come
back and say how far they are.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from debar.gate.durable import DurableGates
from debar.gate.protocol.certificate import Clocks, direct_outcome
from debar.gate.protocol.effects import perform
from debar.gate.protocol.messages import Ack, Join, Offer, Renew, to_json
from debar.gate.protocol.register import RegisterCore
from debar.gate.remote.gate import boot_clock
from debar.model.problem import DebarError
from debar.service.gates.documents import status_document
from debar.service.gates.feeds import Kept, entries_lines
from debar.service.gates.identity import identify
from debar.service.metrics import Metric

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from debar.gate.protocol.decisions import Decision, Outcome
    from debar.gate.protocol.effects import Effect
    from debar.gate.protocol.messages import Message, Tail
    from debar.gate.protocol.roster import Line
    from debar.gate.protocol.timing import Timing
    from debar.model.ports import Clock, Signer
    from debar.register.gates.book import Growth
    from debar.register.writing import Register
    from debar.service.gates.connections import Peer
    from debar.service.gates.identity import Identity
    from debar.service.gates.snapshots import Snapshots
    from debar.service.logs import Log

POLL_SECONDS: Final = 0.25
"""The log is looked at this often without any hint."""

BUSY_SECONDS: Final = 30.0
"""A roster line or a certificate waits this long for another writer: a decision about 100,000 accounts."""

STATUS_SECONDS: Final = 5.0
"""The gates' state is written down this often while nothing waits; each second while something does."""

CHANGED_SECONDS: Final = 0.5
"""And this soon after something changed."""

_UNUSED: Final = datetime.min.replace(tzinfo=UTC)
"""Where no grant can come of it, nobody reads the wall clock."""

FAR_ENTRIES: Final = 20_000
"""A gate that lacks more entries than this is offered a table instead."""


class RegisterHub:
    """Serves a register to its gates.

    Args:
        open_register: Opens it, given how long to wait for another writer; again after a failure.
        timing: The lengths of time.
        clock: The wall clock.
        log: Told what happens.
        signer: The log's key: it signs certificates.
        tails: What goes on behind gates that read the register themselves; certificates name it.
        snapshots: Makes tables for gates that are far behind.
        certified: Told after a certificate is kept: wakes whoever waits for it.
    """

    def __init__(
        self,
        open_register: Callable[[float], Register],
        *,
        timing: Timing,
        clock: Clock,
        log: Log,
        signer: Signer,
        tails: Sequence[Tail],
        snapshots: Snapshots,
        certified: Callable[[], None] = lambda: None,
    ) -> None:
        self._open = open_register
        self._timing = timing
        self._clock = clock
        self._log = log
        self._signer = signer
        self._tails = tails
        self._snapshots = snapshots
        self._tell_certified = certified
        self._durable: DurableGates | None = None
        self._core: RegisterCore | None = None
        self._peers: dict[str, Peer] = {}
        self._inbox: list[tuple[Peer, Message]] = []
        self._out: dict[Peer, list[bytes]] = {}
        self._pieces = Kept()
        self._fenced: set[str] = set()
        self._status_at = 0
        self._changed = False
        self._timer: asyncio.TimerHandle | None = None
        self._effects: list[Effect] = []
        self._scheduled = False
        self._hinted = True
        self._failure = "it has not started"
        self.counted = {"grants": 0, "acks": 0, "certificates": 0, "failures": 0}

    # ---- connections

    def identify(self, headers: Mapping[str, str], certificate: Mapping[str, Any] | None) -> Identity | None:
        """Return who is on the other end."""
        if self._durable is None:
            return None
        try:
            return identify(headers, certificate, self._durable.register.gate_book().token)
        except DebarError as error:
            self._fail(error)
            return None

    def received(self, peer: Peer, message: Message) -> None:
        """Take in a message; it is answered with all that came at the same time.

        An acknowledgement is taken in at once: most of them change nothing else, and there are as many as
        gates.
        """
        core = self._core
        self._peers[getattr(message, "gate", "")] = peer
        if isinstance(message, Ack) and core is not None and not self._inbox:
            self._effects += core.receive(message, now=boot_clock(), wall=_UNUSED)
            if self._effects:
                self._wake()
            return
        self._inbox.append((peer, message))
        self._wake()

    def gone(self, peer: Peer) -> None:
        """Forget a connection: what is sent to its gates is lost, until they come back."""
        for gate in [gate for gate, known in self._peers.items() if known is peer]:
            del self._peers[gate]

    def wake(self) -> None:
        """Look at the log, soon: somebody said that it has grown, or that a gate is fenced."""
        self._hinted = True
        self._wake()

    def _wake(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._work)

    # ---- life

    async def start(self) -> None:
        """Take charge and begin to look."""
        self.wake()

    async def stop(self) -> None:
        """Stop looking; leases run on, and whoever starts next takes up what was not certified."""
        if self._timer is not None:
            self._timer.cancel()
        self._close()

    def _on_timer(self) -> None:
        self._hinted = True
        self._work()

    def _work(self) -> None:
        self._scheduled = False
        if self._timer is not None:
            self._timer.cancel()
        try:
            if self._core is None:
                self._take_charge()
            self._round()
        except (DebarError, OSError) as error:
            self._fail(error)
        core = self._core
        wait = POLL_SECONDS
        if core is not None:
            wait = min(wait, max(0.001, (core.next_at() - boot_clock()) / 1e9))
        self._timer = asyncio.get_running_loop().call_later(wait, self._on_timer)

    def _round(self) -> None:
        """Look at the log, take in what came, do what is due, and only then send."""
        core = self._charge()
        inbox, self._inbox = self._inbox, []
        effects, self._effects = self._effects, []
        if self._hinted or any(isinstance(message, Join | Renew) for _, message in inbox):
            self._hinted = False
            effects += self._look()
            effects += self._fence_new()
        for peer, message in inbox:
            if peer.transport.is_closing() and isinstance(message, Join | Renew):
                continue
            effects += core.receive(message, now=boot_clock(), wall=self._clock.now())
        effects += core.tick(boot_clock())
        perform(effects, self, send=self._send, feed=self._feed)
        self._flush()
        self._write_status()

    def _look(self) -> list[Effect]:
        """See whether the log has grown, and put what was decided on its way into force.

        Before any lease is granted: so its head knows every commit that came before the request.
        """
        core, durable = self._charge(), self._kept_in()
        if durable.register.revision() <= core.head:
            return []
        growth = durable.register.gate_book().growth(core.head)
        self._encode(growth)
        effects: list[Effect] = []
        for decision, revision in durable.unfinished(growth.after) if growth.entries else ():
            if revision <= growth.revision:
                effects += core.committed(decision, revision=revision, now=boot_clock())
        core.grown(growth.revision)
        return effects

    def _fence_new(self) -> list[Effect]:
        effects: list[Effect] = []
        for gate, by, at in self._kept_in().register.gate_book().fences():
            if gate not in self._fenced:
                self._fenced.add(gate)
                effects += self._charge().fence(gate, by=by, since=at, now=boot_clock())
                self._log.write("gate_fenced", gate=gate, by=by)
        return effects

    def _take_charge(self) -> None:
        """R9: read all that is durable after having written that nobody else is in charge."""
        durable = self._durable = DurableGates(
            self._open(BUSY_SECONDS),
            signer=self._signer,
            clocks=self._clocks,
            record=_recorded_already,
            tails=self._tails,
        )
        remembered = durable.take_over(term_ns=self._timing.term_ns, wall=self._clock.now())
        self._core = RegisterCore(remembered, now=boot_clock(), timing=self._timing)
        self._pieces = Kept()
        self._fenced = {line.gate for line in remembered.lines if line.state == "fenced"}
        self._failure = ""
        self._log.write(
            "in_charge", epoch=remembered.epoch, revision=remembered.revision, gates=len(remembered.lines),
            unfinished=len(remembered.unfinished),
        )  # fmt: skip

    def _clocks(self) -> Clocks:
        return Clocks(boot_ns=boot_clock(), wall=self._clock.now())

    def _fail(self, error: Exception) -> None:
        """Throw the core away; gates come back and say how far they are."""
        if not self._failure:
            self._log.write("register_lost", level="error", error=str(error))
        self._failure = str(error)
        self.counted["failures"] += 1
        self._close()
        self._out.clear()
        self._inbox.clear()
        self._effects.clear()
        for peer in set(self._peers.values()):
            peer.transport.abort()

    def _close(self) -> None:
        self._core = None
        if self._durable is not None:
            durable, self._durable = self._durable, None
            with contextlib.suppress(DebarError):
                durable.register.close()

    def _charge(self) -> RegisterCore:
        assert self._core is not None, "in charge"
        return self._core

    def _kept_in(self) -> DurableGates:
        assert self._durable is not None, "in charge"
        return self._durable

    # ---- what the core wants: the durable side

    def confirm(self, epoch: int) -> None:
        """Make sure that nobody else is in charge."""
        self.counted["grants"] += 1
        self._kept_in().confirm(epoch)

    def enlist(self, line: Line) -> None:
        """Write a roster line."""
        self._log.write("gate_" + line.state, gate=line.gate, mode=line.mode, kind=line.kind)
        self._changed = True
        self._kept_in().enlist(line)

    def strike(self, gate: str) -> None:
        """Remove a roster line."""
        self._changed = True
        self._kept_in().strike(gate)

    def keep_term(self, term_max_ns: int) -> None:
        """Write the longest term."""
        self._kept_in().keep_term(term_max_ns)

    def commit(self, decision: Decision) -> None:
        """Never asked: whoever decides records it in the register itself."""
        _recorded_already(decision)

    def certify(self, outcome: Outcome) -> None:
        """Sign and keep a certificate, and tell who waits."""
        if not outcome.gates:  # nobody holds a lease: every gate reads the register itself
            outcome = direct_outcome(
                outcome.decision, revision=outcome.revision, committed_at=outcome.committed_at
            )
        self._kept_in().certify(outcome)
        self._tell_certified()
        self.counted["certificates"] += 1
        self._changed = True
        self._log.write(
            "in_force", decision=outcome.decision.decision_id, revision=outcome.revision,
            ms=(outcome.effective_at - outcome.committed_at) // 1_000_000, gates=len(outcome.gates),
        )  # fmt: skip

    # ---- what the core wants: sending

    def _send(self, to: str, message: Message) -> None:
        self._put(to, to_json(message) + b"\n")

    def _feed(self, to: str, after: int) -> None:
        core = self._charge()
        piece = self._pieces.get(after, core.head)
        if piece is None:
            book = self._kept_in().register.gate_book()
            if book.count(after) > FAR_ENTRIES:
                self._offer(to)
                return
            piece = self._encode(book.growth(after, core.head))
        self._put(to, piece)

    def _offer(self, to: str) -> None:
        made = self._snapshots.newest(self._kept_in().register, epoch=self._charge().epoch)
        if made is None:  # it is being made; the core sends again until the gate has it
            return
        offer = Offer(
            epoch=self._charge().epoch,
            revision=made.revision,
            sha256=made.sha256,
            length=made.length,
            where=made.where,
        )
        self._put(to, to_json(offer) + b"\n")

    def _encode(self, growth: Growth) -> bytes:
        lines = entries_lines(
            growth.entries, epoch=self._charge().epoch, after=growth.after, through=growth.revision
        )
        return self._pieces.put(growth.after, growth.revision, b"".join(lines))

    def _put(self, to: str, data: bytes) -> None:
        peer = self._peers.get(to)
        if peer is not None:
            self._out.setdefault(peer, []).append(data)

    def _flush(self) -> None:
        out, self._out = self._out, {}
        for peer, parts in out.items():
            peer.write(parts[0] if len(parts) == 1 else b"".join(parts))

    # ---- what is told

    def state(self) -> Mapping[str, Any]:
        """Return what is known of the register and its gates now."""
        if self._core is None:
            return {"serving": False, "reason": self._failure}
        return status_document(self._core, now=boot_clock(), wall=self._clock.now(), peers=set(self._peers))

    def _write_status(self) -> None:
        now = boot_clock()
        wait = CHANGED_SECONDS if self._changed else 1.0 if self._charge().waiting else STATUS_SECONDS
        if now >= self._status_at + int(wait * 1e9):
            self._status_at, self._changed = now, False
            with contextlib.suppress(DebarError), self._open(0.0) as register:  # a long append may be busy
                register.gate_book().put_state(self.state())

    def metrics(self) -> tuple[Metric, ...]:
        """Return the gates' numbers."""
        core = self._core
        states: dict[tuple[tuple[str, str], ...], float] = {}
        lag: dict[tuple[tuple[str, str], ...], float] = {}
        for member in () if core is None else core.members.values():
            key = (("kind", member.line.kind), ("mode", member.line.mode), ("state", member.line.state))
            states[key] = states.get(key, 0) + 1
            if member.line.state == "active" and member.line.kind == "gate" and core is not None:
                lag[(("gate", member.line.gate),)] = max(0, core.head - member.acked)
        waiting = 0 if core is None else len(core.waiting)
        return (
            Metric(name="debar_register_serving", kind="gauge", help="1 where this process is in charge.",
                   samples={(): float(core is not None)}),
            Metric(name="debar_gates", kind="gauge", help="Gates and relays on the roster.", samples=states),
            Metric(name="debar_gate_lag_revisions", kind="gauge",
                   help="How far a gate's acknowledgement is behind the log.", samples=lag),
            Metric(name="debar_decisions_waiting", kind="gauge",
                   help="Decisions that are recorded, not yet in force.", samples={(): waiting}),
            Metric(name="debar_gate_events_total", kind="counter", help="What was done for gates.",
                   samples={(("event", name),): count for name, count in self.counted.items()}),
        )  # fmt: skip


def _recorded_already(decision: Decision) -> None:
    raise AssertionError(f"{decision.decision_id} is recorded by whoever decides")
