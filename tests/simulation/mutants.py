"""The protocol with one rule broken: each of these must be caught by the simulation.

Law: a mutant changes what one rule says and nothing else; its patches name the place where the rule is kept.
"""

# ruff: noqa: SLF001 - a mutant replaces what is inside
from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from benchmarks.gate.simulation.fleet import Fleet

from debar.gate.protocol.allowances import RecentAllowances
from debar.gate.protocol.answering import Answering
from debar.gate.protocol.effects import Feed, Send
from debar.gate.protocol.gate import GateCore
from debar.gate.protocol.leasing import Leasing
from debar.gate.protocol.messages import Ack, Joined
from debar.gate.protocol.register import RegisterCore
from debar.gate.protocol.relay import RelayCore
from debar.gate.protocol.timing import Timing
from simulation.scenarios import (
    ban_another,
    change_term,
    crash_register,
    cut_gate,
    cut_relay,
    fail_over,
    join_gate,
    join_unheard,
    leave_gate,
    lose_entries,
    lose_grants,
    pause_gate,
    restart_gate,
    rush,
    slow_feed,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from debar.gate.protocol.leasing import Lease
    from debar.gate.protocol.messages import Entries, Grant
    from simulation.scenarios import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One broken rule.

    Args:
        name: What is wrong.
        rule: Which rule of the protocol that breaks.
        patches: Class, attribute and what is put there.
        fleet: A world whose shells break the rule, where it is a shell's to keep.
        aim: Faults that it is looked for with.
    """

    name: str
    rule: str
    patches: tuple[tuple[type, str, Any], ...] = ()
    fleet: Callable[..., Fleet] = Fleet
    aim: tuple[Fault, ...] = ()

    @contextmanager
    def at_work(self) -> Iterator[Callable[..., Fleet]]:
        """Break the rule inside."""
        started = [patch.object(owner, name, wrong) for owner, name, wrong in self.patches]
        for one in started:
            one.start()
        try:
            yield self.fleet
        finally:
            for one in reversed(started):
                one.stop()


# ---- gates

_on_entries, _tick = GateCore._on_entries, GateCore.tick


def _ack_before_apply(self: GateCore, batch: Entries) -> tuple[Any, ...]:
    """Acknowledge on arrival, apply a moment later."""
    if batch.after > self.standing.revision or batch.through <= self.standing.revision:
        return _on_entries(self, batch)
    _LATER.setdefault(id(self), []).append(batch)
    return (Ack(gate=self.settings.gate, applied=batch.through, revision=batch.through),)


def _tick_late(self: GateCore, now: int, nonce: str) -> tuple[Any, ...]:
    """Apply what was acknowledged with the next renewal."""
    if now >= self.leasing.next_at():
        for batch in _LATER.pop(id(self), []):
            _on_entries(self, batch)
    return _tick(self, now, nonce)


_LATER: dict[int, list[Entries]] = {}
_lease_of = Leasing._lease_of


def _lease_from_reply(self: Leasing, grant: Grant, *, sent: int, received: int) -> Lease:
    """Count the lease from the reply."""
    del sent
    return _lease_of(self, grant, sent=received, received=received)


def _any_nonce(self: Leasing, grant: Grant) -> int | None:
    """Take any reply for one to the last request."""
    del grant
    return next(reversed(self._sent.values()), None)


def _clock_first(self: GateCore, keys: Any, *, action: str, clock: Any, **question: Any) -> Any:
    """Read the clock and look at the lease, then look up, and count from then on."""
    del question
    usable = self.usable(clock())
    found = [one for key in keys for one in self.standing.lookup(*key)]
    now = clock()
    against = self._against(found, action, surface=None, territory=None, now=now)
    lease = self.lease
    if usable and lease is not None and against is None:
        self.allowances.note(keys, now)
        later = replace(lease, ends=now + self.timing.valid_ns + 1)
        with patch.object(self, "lease", later):
            return self._answer(keys, None, revision=self.standing.revision, now=now, at_least=0)
    return self._answer(keys, against, revision=self.standing.revision, now=now, at_least=0)


def _turn_forgetting(self: RecentAllowances, now: int) -> None:
    """Forget every answer when a generation ends."""
    self._before, self._recent = set(), set()
    self._turns_at = now + self.valid_ns


class KeepsLease(Fleet):
    """A gate's process writes its lease down and takes it up again after a restart."""

    def on_restart(self, old: GateCore, new: GateCore) -> None:
        """Carry the lease over."""
        new.lease = old.lease


class CountsFromReply(Fleet):
    """Callers on other hosts count an answer's validity from when it came."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.counts_from_reply = True


class IgnoresValidity(Fleet):
    """Callers in the gate's process sell on an answer however old."""

    def _sell_here(self, gate: Any, account: str, answer: Any) -> None:
        self._sold(gate, account, answer.revision)


# ---- the register

_apply, _on_renew = RegisterCore.apply, RegisterCore._on_renew


def _apply_with_roster(self: RegisterCore, decision: Any) -> Any:
    """Read the roster when the decision is asked for."""
    _ROSTERS[id(self), decision.request_key] = dict(self.members)
    return _apply(self, decision)


def _early_roster(self: RegisterCore, decision: Any) -> Any:
    seen = _ROSTERS.pop((id(self), decision.request_key), self.members)
    return {gate: member for gate, member in self.members.items() if gate in seen}


_ROSTERS: dict[tuple[int, str], Any] = {}


_on_join = RegisterCore._on_join


def _join_later(self: RegisterCore, join: Any, now: int) -> Any:
    """Say that a gate has joined, and write its line only with its fifth renewal."""
    if join.gate in self.members or join.kind == "relay" or join.via:
        return _on_join(self, join, now)
    _JOINS[id(self), join.gate] = [join]
    return (Send(to=join.gate, message=Joined(gate=join.gate, epoch=self.epoch, head=0)),)


def _grant_to_anybody(self: RegisterCore, renew: Any, now: int, wall: Any) -> Any:
    """Grant also where there is no line yet."""
    joins = _JOINS.get((id(self), renew.gate), [])
    if renew.gate in self.members or not joins:
        return _on_renew(self, renew, now, wall)
    joins.append(renew)
    if len(joins) > 5:
        return (*_on_join(self, joins[0], now), *_on_renew(self, renew, now, wall))
    feed = [Feed(to=renew.gate, after=renew.applied)] if renew.applied < self.head else []
    return (*self._grant(renew, now, wall), *feed)


_JOINS: dict[tuple[int, str], list[Any]] = {}


_remember, _grant = RegisterCore._remember, RegisterCore._grant


def _remember_without_leases(self: RegisterCore, remembered: Any, now: int) -> Any:
    """Know the roster after a restart, and suppose that nobody holds a lease."""
    members = _remember(self, remembered, now)
    for member in members.values():
        member.granted_at = None
    return members


def _raise_term_unwritten(self: RegisterCore, now: int) -> list[Any]:
    """Grant a longer term, and go on waiting for the old one."""
    del now
    self.term_ns = self.term_wanted_ns
    return []


def _settled_if_quiet(self: RegisterCore, member: Any, revision: int) -> Any:
    """Take a gate that acknowledged nothing for a moment for dead."""
    return _settled(self, member, revision) or ("dormant" if member.acked_at is None else None)


_settled, _lease_end = RegisterCore._settled, RegisterCore._lease_end


def _lease_end_without_relays(self: RegisterCore, member: Any) -> int:
    """Forget that a gate may hold a sub-lease."""
    line = replace(member.line, ways={})
    return _lease_end(self, replace(member, line=line))


# ---- relays

_relay_entries = RelayCore._on_entries


def _relay_acks_early(self: RelayCore, batch: Entries, now: int) -> tuple[Any, ...]:
    """Acknowledge for the gates as soon as the relay itself has it."""
    acks = tuple(
        self._up(Ack(gate=gate, applied=batch.through, revision=batch.through)) for gate in self.guests
    )
    return (*_relay_entries(self, batch, now), *acks)


_relay_join = RelayCore._on_join


def _relay_joins(self: RelayCore, join: Any, now: int) -> tuple[Any, ...]:
    """Tell a gate that it has joined before the register has written it."""
    passed_on = _relay_join(self, join, now)
    guest = self.guests[join.gate]
    guest.head = guest.head or 0
    joined = Joined(gate=join.gate, epoch=self.leasing.epoch, head=0, via=self.relay, stay=guest.stay)
    return (*passed_on, Send(to=join.gate, message=joined))


MUTANTS = (
    Mutant(name="ack before apply", rule="R5", patches=(
        (GateCore, "_on_entries", _ack_before_apply), (GateCore, "tick", _tick_late))),
    Mutant(name="lease counted from the reply", aim=(cut_gate,), rule="R3", patches=((Leasing, "_lease_of", _lease_from_reply),)),
    Mutant(name="no head check", aim=(lose_entries,), rule="R4", patches=((GateCore, "_reaches", lambda *_: True),)),
    Mutant(name="no drift margin", aim=(cut_gate,), rule="R8", patches=((Timing, "wait_ns", lambda _, length: length),)),
    Mutant(name="no nonce", aim=(lose_grants, lose_entries), rule="R4", patches=((Leasing, "_sent_at", _any_nonce),)),
    Mutant(name="roster read before commit", aim=(join_gate,), rule="R8", patches=(
        (RegisterCore, "apply", _apply_with_roster), (RegisterCore, "_roster", _early_roster))),
    Mutant(name="join not before renew", rule="R2", patches=(
        (RegisterCore, "_on_renew", _grant_to_anybody), (RegisterCore, "_on_join", _join_later))),
    Mutant(name="stale primary", aim=(fail_over,), rule="R3", patches=(
        (RegisterCore, "_grant", lambda *given: _grant(*given)[1:]),)),
    Mutant(name="ack without waiting V", rule="R5", patches=(
        (RecentAllowances, "usable_until", lambda _self, _keys, now: now),)),
    Mutant(name="answers are forgotten too soon", rule="R5", patches=(
        (RecentAllowances, "_turn", _turn_forgetting),)),
    Mutant(name="clock read before lookup", aim=(pause_gate,), rule="R6", patches=((GateCore, "check", _clock_first),)),
    Mutant(name="lease kept over restart", aim=(restart_gate,), rule="R4", fleet=KeepsLease),
    Mutant(name="roster forgotten on crash", aim=(crash_register, cut_gate), rule="R9", patches=((RegisterCore, "_remember", lambda *_: {}),)),
    Mutant(name="leases forgotten on crash", aim=(crash_register, cut_gate), rule="R9", patches=(
        (RegisterCore, "_remember", _remember_without_leases),)),
    Mutant(name="sub-lease outlives the relay's lease", aim=(cut_relay,), rule="relay", patches=(
        (RelayCore, "_sub_term", lambda self, _lease, _now: self.timing.term_ns),)),
    Mutant(name="relay acknowledges early", rule="relay", patches=(
        (RelayCore, "_on_entries", _relay_acks_early),)),
    Mutant(name="sub-lease with the relay's head alone", aim=(restart_gate, lose_entries), rule="relay", patches=(
        (RelayCore, "_sub_head", lambda _self, lease, _guest: lease.head),)),
    Mutant(name="sub-lease before the roster line", aim=(join_unheard,), rule="R2", patches=(
        (RelayCore, "_on_join", _relay_joins),)),
    Mutant(name="relay gives a gate up early", aim=(cut_gate,), rule="relay", patches=((RelayCore, "_is_over", lambda *_: True),)),
    Mutant(name="sub-leases are not waited for", aim=(cut_relay,), rule="R8", patches=(
        (RegisterCore, "_lease_end", _lease_end_without_relays),)),
    Mutant(name="nothing confirmed after the lookup", aim=(slow_feed,), rule="R6", patches=(
        (Answering, "_unmoved", lambda *_: True),)),
    Mutant(name="an answer outlives the lease", aim=(cut_gate,), rule="R6", patches=(
        (Answering, "_valid_until", lambda self, now: now + self.timing.valid_ns),)),
    Mutant(name="gaps are not noticed", aim=(ban_another, lose_entries), rule="R5", patches=((GateCore, "_follows", lambda *_: True),)),
    Mutant(name="a snapshot steps back", aim=(restart_gate,), rule="R5", patches=((GateCore, "_is_ahead", lambda *_: True),)),
    Mutant(name="a gate that left counts at once", aim=(leave_gate,), rule="R10", patches=(
        (RegisterCore, "_drained_at", lambda _self, member: member.gone_at),)),
    Mutant(name="silence counts as gone", aim=(cut_gate,), rule="R10", patches=((RegisterCore, "_settled", _settled_if_quiet),)),
    Mutant(name="a longer term is not written", aim=(change_term, cut_gate), rule="R12", patches=(
        (RegisterCore, "_change_term", _raise_term_unwritten),)),
    Mutant(name="callers count from the reply", aim=(rush,), rule="R7", fleet=CountsFromReply),
    Mutant(name="callers ignore validity", aim=(pause_gate,), rule="R7", fleet=IgnoresValidity),
)  # fmt: skip
