"""Decisions on their way into force: whom each still waits for, and what became of everyone else.

Law: (R8) the roster is read after the commit. For each strict gate on it there is one instant after which no
lease of before the commit can be left; the wait for it ends with its acknowledgement, that instant, or an
operator's fence. Gates that are not guaranteed are named, never waited for, never left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, Self, TypeAlias

from debar.gate.protocol.roster import DIRECT

if TYPE_CHECKING:
    from debar.gate.protocol.messages import Tail
    from debar.gate.protocol.roster import Line

End: TypeAlias = Literal["acknowledged", "lease_ended", "fenced", "dormant", "left", "not_guaranteed"]

NOT_GUARANTEED: Final = {
    "best_effort": "best effort: it may allow without a lease, by the operator's choice",
    "shadow": "shadow: it only records what it would deny",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is to be put into force, as far as the protocol must know.

    Args:
        decision_id: The decision.
        request_key: Twice is once (R9): a plan's digest is a good one.
        op: ``debar``, ``lift`` or ``vary``.
        keys_sha256: Digest of the keys that it is about.
        key_count: How many they are.
    """

    decision_id: str
    request_key: str
    op: str
    keys_sha256: str
    key_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GateEnd:
    """What became of one gate with regard to a decision.

    Args:
        gate: Its id.
        mode: How it answers.
        end: Why it is not waited for any more.
        at: When, on the register's clock.
        revision: What it has acknowledged.
        ways: By which relays it gets its leases.
        why: In a sentence, where the gate is not guaranteed, or who fenced it.
        tails: What goes on behind it.
    """

    gate: str
    mode: str
    end: End
    at: int
    revision: int
    ways: tuple[str, ...] = ()
    why: str = ""
    tails: tuple[Tail, ...] = ()

    @classmethod
    def of(cls, line: Line, end: End, *, at: int, revision: int) -> Self:
        """Return what became of a gate of the roster."""
        why = {
            "fenced": f"fenced by {line.by} at {line.since}",
            "not_guaranteed": NOT_GUARANTEED.get(line.mode, ""),
        }
        return cls(
            gate=line.gate,
            mode=line.mode,
            end=end,
            at=at,
            revision=revision,
            ways=tuple(sorted(way for way in line.ways if way != DIRECT)),
            why=why.get(end, ""),
            tails=line.tails,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A decision that is in force at every gate that is guaranteed.

    Args:
        decision: Which.
        revision: Of the register that holds it.
        committed_at: When the register knew that it is durable, on the register's clock.
        effective_at: From when on no guaranteed gate allows.
        restarted: Whether the register restarted meanwhile; the wait began anew then (R9).
        gates: What became of every gate on the roster, by id.
    """

    decision: Decision
    revision: int
    committed_at: int
    effective_at: int
    restarted: bool
    gates: tuple[GateEnd, ...]


@dataclass(slots=True, kw_only=True)
class Waiting:
    """A decision that is committed and not certified.

    Args:
        decision: Which.
        revision: Of the register that holds it.
        committed_at: When the wait began.
        restarted: Whether it was taken up after a restart.
        deadlines: Gate to the instant after which no lease of before the commit can be left.
        ends: Gates that are not waited for any more.
    """

    decision: Decision
    revision: int
    committed_at: int
    restarted: bool
    deadlines: dict[str, int] = field(default_factory=dict)
    ends: dict[str, GateEnd] = field(default_factory=dict)

    def outcome(self) -> Outcome:
        """Return what is certified; nobody may be waited for any more."""
        assert not self.deadlines, "an outcome waits for nobody"
        return Outcome(
            decision=self.decision,
            revision=self.revision,
            committed_at=self.committed_at,
            effective_at=self._effective_at(),
            restarted=self.restarted,
            gates=tuple(self.ends[gate] for gate in sorted(self.ends)),
        )

    def _effective_at(self) -> int:
        """R11: a lift is in force as soon as it is recorded: until it arrives, denying is the safe side."""
        if self.decision.op == "lift":
            return self.committed_at
        return max([self.committed_at, *(e.at for e in self.ends.values() if e.end != "not_guaranteed")])
