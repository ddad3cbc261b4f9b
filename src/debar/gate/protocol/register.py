"""The register's half of the protocol: who may hold a lease, and when a decision is in force everywhere.

Law: a decision is certified only when every strict gate that could hold a lease of before its commit has
acknowledged it, or no such lease can be left, or an operator has fenced the gate. Only this register's own
clock is read, and only from after the commit. What it sends rests on what is written before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from debar.gate.protocol.decisions import (
    NOT_GUARANTEED,
    GateEnd,
    Waiting,
)
from debar.gate.protocol.effects import Certify, Commit, Confirm, Enlist, KeepTerm, Send, Strike
from debar.gate.protocol.feeding import Feeding
from debar.gate.protocol.messages import Ack, Fence, Grant, Join, Joined, Leave, Refused, Renew
from debar.gate.protocol.roster import DIRECT, Line, Member
from debar.gate.protocol.timing import Timing

if TYPE_CHECKING:
    from datetime import datetime

    from debar.gate.protocol.decisions import Decision, End
    from debar.gate.protocol.effects import Effect
    from debar.gate.protocol.messages import Message

NEVER: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What is durable, as a register finds it when it takes over.

    Args:
        epoch: Its own: higher than any before, written before this is read.
        revision: The log's.
        term_max_ns: The longest term that any lease may have.
        lines: The roster.
        unfinished: Decisions that are committed and not certified, with their revisions.
    """

    epoch: int
    revision: int
    term_max_ns: int
    lines: tuple[Line, ...] = ()
    unfinished: tuple[tuple[Decision, int], ...] = ()


class RegisterCore:
    """The register that is in charge.

    Args:
        remembered: What is durable.
        now: The present instant.
        timing: The lengths of time; the term of what is granted from now on.
    """

    def __init__(self, remembered: Remembered, *, now: int, timing: Timing | None = None) -> None:
        self.timing = timing or Timing()
        self.epoch = remembered.epoch
        self.head = remembered.revision
        self.term_max_ns = remembered.term_max_ns
        self.term_ns = min(self.timing.term_ns, self.term_max_ns)
        self.term_wanted_ns = self.timing.term_ns
        self._lowered_at = now
        self.members = self._remember(remembered, now)
        self.waiting: dict[str, Waiting] = {}
        self.feeding = Feeding()
        self._looked_at = now
        self._certified: list[Effect] = []
        for decision, revision in remembered.unfinished:  # R9: taken up again, and the wait begins anew
            self._certified += self._wait(decision, revision=revision, now=now, restarted=True)

    def _remember(self, remembered: Remembered, now: int) -> dict[str, Member]:
        """R9: after a restart, every line may have been granted a lease a moment ago."""
        return {
            line.gate: Member(
                line=line,
                granted_at=None if line.state == "dormant" else now,
                gone_at=now if line.state in {"left", "fenced"} else None,
            )
            for line in remembered.lines
        }

    # ---- messages

    def receive(self, message: Message, *, now: int, wall: datetime) -> tuple[Effect, ...]:
        """Take in one message; return what to write and send because of it."""
        if isinstance(message, Join):
            return self._on_join(message, now)
        if isinstance(message, Renew):
            return self._on_renew(message, now, wall)
        if isinstance(message, Ack):
            return self._on_ack(message.gate, message.revision, applied=message.applied, now=now)
        if isinstance(message, Leave):
            return self._on_leave(message.gate, now)
        return ()

    def tick(self, now: int) -> tuple[Effect, ...]:
        """Do what is due: certify what waits for nobody, send the log again, look for the dormant."""
        done, self._certified = self._certified, []
        done += self._change_term(now)
        for waiting in list(self.waiting.values()):
            for gate in [gate for gate, deadline in waiting.deadlines.items() if deadline <= now]:
                self._end(waiting, gate, self._why_over(gate, otherwise="lease_ended"), now)
            done += self._certify(waiting)
        done += self.feeding.due(self.head, now)
        if now >= self._looked_at + self.timing.renew_ns:
            self._looked_at = now
            done += self._look_for_dormant(now)
        return tuple(done)

    def next_at(self) -> int:
        """Return the instant at which :meth:`tick` has something to do."""
        if self._certified:
            return 0
        deadlines = [deadline for waiting in self.waiting.values() for deadline in waiting.deadlines.values()]
        return min([self._looked_at + self.timing.renew_ns, self.feeding.next_at(self.head), *deadlines])

    # ---- the roster

    def _on_join(self, join: Join, now: int) -> tuple[Effect, ...]:
        """R2: the line is written before the gate is told, and so before it can ask for a lease."""
        known = self.members.get(join.gate)
        if known is not None and known.line.state == "left":
            return ()  # a late copy: an id is never used again
        if known is not None and known.line.state == "fenced":
            return (Send(to=join.via or join.gate, message=Fence(gate=join.gate)),)
        if known is not None and known.ended.get(join.via, -1) >= join.stay > 0:
            return ()  # a late copy
        effects: list[Effect] = []
        if join.replaces and join.replaces in self.members:
            effects += self._on_leave(join.replaces, now)
        ways = dict(known.line.ways) if known else {}
        ways[join.via] = max(join.stay, ways.get(join.via, 0))
        line = Line(
            gate=join.gate,
            kind=join.kind,
            mode=join.mode,
            valid_ns=join.valid_ns,
            tails=join.tails,
            ways=ways,
        )
        if known is None:
            known = self.members[join.gate] = Member(line=line)
        if known.line != line or known.heard_at is None:
            known.line = line
            effects.append(Enlist(line=line))
        known.heard_at = now
        joined = Joined(gate=join.gate, epoch=self.epoch, head=self.head, via=join.via, stay=join.stay)
        return (*effects, Send(to=join.via or join.gate, message=joined))

    def _on_leave(self, gate: str, now: int) -> tuple[Effect, ...]:
        """R10: a gate that left has its last answers run out; it is not waited for after that."""
        member = self.members.get(gate)
        if member is None or member.line.state in {"left", "fenced"}:
            return ()
        return (self._gone(member, replace(member.line, state="left"), now),)

    def _gone(self, member: Member, line: Line, now: int) -> Enlist:
        """Take in that a gate gives no answer any more; the last that it gave may be used for V yet."""
        member.gone_at, member.line = now, line
        self.feeding.stop(line.gate)
        for waiting in self.waiting.values():
            if line.gate in waiting.deadlines:
                ends = min(waiting.deadlines[line.gate], self._drained_at(member))
                waiting.deadlines[line.gate] = ends
        return Enlist(line=line)

    def fence(self, gate: str, *, by: str, since: str, now: int) -> tuple[Effect, ...]:
        """Take an operator's word that a gate gives no answer any more (R10): applies wait for V at most.

        Args:
            gate: Its id; an unknown one changes nothing.
            by: Who says so.
            since: When, by the wall clock, for the certificate.
            now: The present instant.
        """
        member = self.members.get(gate)
        if member is None:
            return ()
        fenced = replace(member.line, state="fenced", by=by, since=since)
        fences = [Send(to=way or gate, message=Fence(gate=gate)) for way in fenced.ways]
        return (self._gone(member, fenced, now), *fences)

    def forget(self, gate: str, *, now: int) -> tuple[Effect, ...]:
        """Strike a line that can hold no lease any more; a gate that lives joins again."""
        member = self.members.get(gate)
        awaited = any(gate in waiting.deadlines for waiting in self.waiting.values())
        if member is None or awaited or self._lease_end(member) > now:
            return ()
        return (self._strike(gate),)

    def _strike(self, gate: str) -> Strike:
        del self.members[gate]
        self.feeding.stop(gate)
        return Strike(gate=gate)

    def _look_for_dormant(self, now: int) -> list[Effect]:
        """R10: who can hold no lease any more is not waited for by later decisions; who left is struck."""
        effects: list[Effect] = []
        for gate, member in list(self.members.items()):
            if member.line.state not in {"active", "left"} or self._lease_end(member) > now:
                continue
            if any(gate in waiting.deadlines for waiting in self.waiting.values()):
                continue
            if member.line.state == "left":
                effects.append(self._strike(gate))
            elif member.granted_at is not None or self._is_quiet(member, now):
                member.line = replace(member.line, state="dormant")
                member.granted_at = None
                self.feeding.stop(gate)
                effects.append(Enlist(line=member.line))
        return effects

    def _is_quiet(self, member: Member, now: int) -> bool:
        heard = member.heard_at or 0
        return heard + self.timing.wait_ns(self.term_max_ns) <= now

    # ---- leases

    def _on_renew(self, renew: Renew, now: int, wall: datetime) -> tuple[Effect, ...]:
        member = self.members.get(renew.gate)
        if member is None or member.line.state in {"left", "fenced"}:
            why = "join" if member is None else "fenced"
            return (Send(to=renew.gate, message=Refused(gate=renew.gate, nonce=renew.nonce, why=why)),)
        effects: list[Effect] = []
        if member.line.state == "dormant":
            member.line = replace(member.line, state="active")
            effects.append(Enlist(line=member.line))
        member.granted_at = member.heard_at = now
        effects += self._on_stays(renew, now)
        effects += self._on_ack(renew.gate, renew.acked, applied=renew.applied, now=now)
        return (*effects, *self._grant(renew, now, wall))

    def _grant(self, renew: Renew, now: int, wall: datetime) -> tuple[Effect, ...]:
        """R3: a grant leaves only after a linearizable confirmation, with the head as it is now."""
        grant = Grant(
            gate=renew.gate,
            nonce=renew.nonce,
            epoch=self.epoch,
            head=self.head,
            term_ns=self.term_ns,
            clock_ns=now,
            wall=wall,
        )
        return (Confirm(epoch=self.epoch), Send(to=renew.gate, message=grant))

    def _on_stays(self, renew: Renew, now: int) -> list[Effect]:
        """Take over what a relay vouches for: its gates' acknowledgements, and whose stay is over."""
        if not renew.stay_last:
            return []
        effects: list[Effect] = []
        there = {stay.gate: stay for stay in renew.stays}
        for stay in renew.stays:
            effects += self._on_ack(stay.gate, stay.acked, applied=None, now=now)
        for gate, member in self.members.items():
            number = member.line.ways.get(renew.gate)
            if number is None or number > renew.stay_last or gate in there:
                continue
            member.ended[renew.gate] = max(number, member.ended.get(renew.gate, 0))
            ways = {way: stay for way, stay in member.line.ways.items() if way != renew.gate}
            member.line = replace(member.line, ways=ways)
            effects.append(Enlist(line=member.line))
        return effects

    def set_term(self, term_ns: int) -> None:
        """Grant leases of another term from the next :meth:`tick` on."""
        self.term_wanted_ns = term_ns

    def _change_term(self, now: int) -> list[Effect]:
        """R12: a longer term is written before any grant of it; the longest falls when the last has ended."""
        if self.term_wanted_ns < self.term_ns:
            self._lowered_at = now
        self.term_ns = self.term_wanted_ns
        lapsed = now >= self._lowered_at + self.timing.wait_ns(self.term_max_ns)
        if self.term_ns > self.term_max_ns or (self.term_ns < self.term_max_ns and lapsed):
            self.term_max_ns = self.term_ns
            return [KeepTerm(term_max_ns=self.term_max_ns)]
        return []

    def _lease_end(self, member: Member) -> int:
        """Return the instant from which a member can hold no lease that was granted up to now.

        By every way that it has: its own, and the leases of the relays that could give it a sub-lease.
        """
        given = [member.granted_at]
        for way in member.line.ways:
            relay = self.members.get(way)
            if way != DIRECT and relay is not None:
                given.append(relay.granted_at)
        latest = max((at for at in given if at is not None), default=None)
        if latest is None:
            return 0
        ends = latest + self.timing.wait_ns(self.term_max_ns)
        if member.gone_at is None or member.line.kind == "relay":  # its gates may hold sub-leases on
            return ends
        return min(ends, self._drained_at(member))

    def _drained_at(self, member: Member) -> int:
        assert member.gone_at is not None, "it has left or is fenced"
        return member.gone_at + self.timing.wait_ns(member.line.valid_ns)

    # ---- decisions

    def apply(self, decision: Decision) -> tuple[Effect, ...]:
        """Ask for a decision to be recorded; the shell answers with :meth:`committed`.

        A decision that is on its way already is not recorded twice (R9).
        """
        return () if decision.request_key in self.waiting else (Commit(decision=decision),)

    def committed(self, decision: Decision, *, revision: int, now: int) -> tuple[Effect, ...]:
        """Take in that a decision is durable, and put it into force.

        Args:
            decision: Which.
            revision: The log's revision that holds it whole.
            now: An instant after the commit was known to be durable (R8).
        """
        self.grown(revision)
        if decision.request_key in self.waiting:
            return ()
        return (*self.feeding.due(self.head, now), *self._wait(decision, revision=revision, now=now))

    def fed(self, gate: str, through: int) -> None:
        """Take in up to where a gate was sent the log, where that is not the head."""
        self.feeding.fed(gate, through)

    def grown(self, revision: int) -> None:
        """Take in that the log has grown: by whatever means, as soon as it is known."""
        self.head = max(self.head, revision)

    def _wait(self, decision: Decision, *, revision: int, now: int, restarted: bool = False) -> list[Effect]:
        """R8: read the roster now, after the commit; note for each gate when its old leases are over."""
        waiting = Waiting(decision=decision, revision=revision, committed_at=now, restarted=restarted)
        self.waiting[decision.request_key] = waiting
        for gate, member in self._roster(decision).items():
            if member.line.kind == "relay":
                continue
            end = self._settled(member, revision)
            if end is None and self._lease_end(member) > now:
                waiting.deadlines[gate] = self._lease_end(member)
            else:
                self._end(waiting, gate, end or self._why_over(gate, otherwise="dormant"), now)
        return self._certify(waiting)

    def _roster(self, decision: Decision) -> dict[str, Member]:
        """R8: the roster as it is after the commit."""
        del decision
        return self.members

    def _settled(self, member: Member, revision: int) -> End | None:
        """Return why a decision need not wait for a gate; None where it must."""
        if member.line.mode in NOT_GUARANTEED:
            return "not_guaranteed"
        return "acknowledged" if member.acked >= revision else None

    def _why_over(self, gate: str, *, otherwise: End) -> End:
        """Return why no lease of a gate can be left."""
        state = self.members[gate].line.state
        if state == "fenced":
            return "fenced"
        return "left" if state == "left" else otherwise

    def _on_ack(self, gate: str, revision: int, *, applied: int | None, now: int) -> tuple[Effect, ...]:
        member = self.members.get(gate)
        if member is None:
            return ()
        if revision > member.acked or member.acked_at is None:
            member.acked, member.acked_at = max(revision, member.acked), now
        effects: list[Effect] = []
        if applied is not None:
            member.heard_at = now
            member.applied = max(applied, member.applied)
            if DIRECT in member.line.ways and member.line.state in {"active", "dormant"}:
                effects += self.feeding.heard(gate, member.applied, head=self.head, now=now)
        for waiting in list(self.waiting.values()):
            if gate in waiting.deadlines and member.acked >= waiting.revision:
                self._end(waiting, gate, "acknowledged", now)
                effects += self._certify(waiting)
        return tuple(effects)

    def _end(self, waiting: Waiting, gate: str, end: End, now: int) -> None:
        member = self.members[gate]
        waiting.deadlines.pop(gate, None)
        waiting.ends[gate] = GateEnd.of(member.line, end, at=now, revision=member.acked)

    def _certify(self, waiting: Waiting) -> list[Effect]:
        if waiting.deadlines or self.waiting.pop(waiting.decision.request_key, None) is None:
            return []
        return [Certify(outcome=waiting.outcome())]
