"""Sending the log until it has arrived: again and again, ever more slowly.

Law: who has not said that it has applied the head is sent what it lacks; a lost message costs a moment, never
a decision. A wake-up is only a hint.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from debar.gate.protocol.effects import Feed
from debar.gate.protocol.timing import SECOND

FIRST_NS: Final = SECOND // 4
LAST_NS: Final = 10 * SECOND
NEVER: Final = 2**63 - 1


@dataclass(slots=True, kw_only=True)
class _Fed:
    """How far a gate is, up to where it was sent the log, when it is sent again and how patient we are."""

    applied: int
    sent: int
    again_at: int = 0
    patience_ns: int = FIRST_NS


class Feeding:
    """Who is sent the log, and how far each is."""

    def __init__(self) -> None:
        self._fed: dict[str, _Fed] = {}

    def heard(self, gate: str, applied: int, *, head: int, now: int) -> list[Feed]:
        """Take in how far a gate is; return what to send it at once: what it lacks and was not sent yet."""
        fed = self._fed.get(gate)
        if fed is None:
            fed = self._fed[gate] = _Fed(applied=applied, sent=applied)
        elif applied > fed.applied:
            fed.applied, fed.sent = applied, max(fed.sent, applied)
            fed.patience_ns = FIRST_NS
            fed.again_at = now + FIRST_NS
        return [self._send(gate, fed, head, now)] if applied >= fed.sent and fed.sent < head else []

    def fed(self, gate: str, through: int) -> None:
        """Take in up to where a gate was sent the log, where one message could not hold it all."""
        if gate in self._fed:
            self._fed[gate].sent = through

    def stop(self, gate: str) -> None:
        """Send a gate nothing any more."""
        self._fed.pop(gate, None)

    def due(self, head: int, now: int) -> list[Feed]:
        """Return what to send now: what is new at once, what was lost after a while."""
        feeds: list[Feed] = []
        for gate, fed in self._fed.items():
            if fed.applied >= head:
                continue
            if fed.sent < head:
                feeds.append(self._send(gate, fed, head, now))
            elif now >= fed.again_at:
                feeds.append(Feed(to=gate, after=fed.applied))
                fed.patience_ns = min(2 * fed.patience_ns, LAST_NS)
                fed.again_at = now + fed.patience_ns
        return feeds

    def _send(self, gate: str, fed: _Fed, head: int, now: int) -> Feed:
        feed = Feed(to=gate, after=fed.sent)
        fed.sent, fed.again_at, fed.patience_ns = head, now + FIRST_NS, FIRST_NS
        return feed

    def next_at(self, head: int) -> int:
        """Return the instant at which something is to be sent again."""
        return min((fed.again_at for fed in self._fed.values() if fed.applied < head), default=NEVER)
