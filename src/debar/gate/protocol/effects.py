"""What a core wants done, as values, and who does it.

Law: effects are done in their order; one that fails stops the rest, and the core that asked for them is
thrown away and made anew from what is durable. Nothing is sent before what it rests on is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from debar.gate.protocol.decisions import Decision, Outcome
    from debar.gate.protocol.messages import Message
    from debar.gate.protocol.roster import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """R3: make sure, by a linearizable write or read, that this register of this epoch is still in charge."""

    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Enlist:
    """R2: write a roster line, replacing an older one of the same gate."""

    line: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """Remove a roster line."""

    gate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepTerm:
    """R12: write the longest term that any lease may have."""

    term_max_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """R1: record a decision's entries, durably and at once; then tell the core with ``committed``."""

    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Certify:
    """R8: the decision is in force everywhere that is guaranteed: sign and keep the certificate, return."""

    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Send a message; it may be lost."""

    to: str
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Send the log after a revision to a gate or relay: one ``entries``, or an ``offer`` where it is far."""

    to: str
    after: int


Effect: TypeAlias = Confirm | Enlist | Strike | KeepTerm | Commit | Certify | Send | Feed


class DurableRegister(Protocol):
    """What a register's shell keeps; every method returns only when it is durable.

    It belongs to one epoch: every write is refused, in its own transaction, once a later one has taken over.
    """

    def confirm(self, epoch: int) -> None:
        """Raise where a register of another epoch has taken over."""
        ...

    def enlist(self, line: Line) -> None:
        """Write a roster line."""
        ...

    def strike(self, gate: str) -> None:
        """Remove a roster line."""
        ...

    def keep_term(self, term_max_ns: int) -> None:
        """Write the longest term."""
        ...

    def commit(self, decision: Decision) -> None:
        """Record a decision's entries, once however often it is asked."""
        ...

    def certify(self, outcome: Outcome) -> None:
        """Write a decision's certificate."""
        ...


def perform(
    effects: Iterable[Effect],
    durable: DurableRegister,
    *,
    send: Callable[[str, Message], None],
    feed: Callable[[str, int], None],
) -> None:
    """Do effects in their order; confirm once for as many grants as there are.

    Raises:
        Exception: Whatever the store raises: the rest is not done, and the core must be made anew.
    """
    confirmed: set[int] = set()
    for effect in effects:
        if isinstance(effect, Confirm):
            if effect.epoch not in confirmed:
                durable.confirm(effect.epoch)
                confirmed.add(effect.epoch)
        elif isinstance(effect, Send):
            send(effect.to, effect.message)
        elif isinstance(effect, Feed):
            feed(effect.to, effect.after)
        else:
            _write(effect, durable)


def _write(effect: Enlist | Strike | KeepTerm | Commit | Certify, durable: DurableRegister) -> None:
    if isinstance(effect, Enlist):
        durable.enlist(effect.line)
    elif isinstance(effect, Strike):
        durable.strike(effect.gate)
    elif isinstance(effect, KeepTerm):
        durable.keep_term(effect.term_max_ns)
    elif isinstance(effect, Commit):
        durable.commit(effect.decision)
    else:
        durable.certify(effect.outcome)
