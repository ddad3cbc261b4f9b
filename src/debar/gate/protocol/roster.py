"""The roster: every gate that may hold a lease, and by which ways.

Law: a line is durable before its gate gets a lease (R2). A gate behind a relay may hold a sub-lease for as
long as the relay holds a lease; so each way by which it could get one counts, until that way is surely shut.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from debar.gate.protocol.messages import Tail

DIRECT: Final = ""
"""The way of a gate that is granted leases by the register itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One gate or relay, as it is written durably.

    Args:
        gate: Its id.
        kind: ``gate`` or ``relay``.
        mode: ``strict``, ``best_effort`` or ``shadow``.
        valid_ns: How long its allowing answers may be used.
        tails: What goes on behind it.
        ways: Relay id (:data:`DIRECT` for the register itself) to the number of its stay there.
        state: ``active``, ``dormant`` (no lease can be left; asking wakes it), ``left`` or ``fenced``.
        by: Who fenced it; empty otherwise.
        since: When it was fenced, by the wall clock; empty otherwise.
    """

    gate: str
    kind: str = "gate"
    mode: str = "strict"
    valid_ns: int = 0
    tails: tuple[Tail, ...] = ()
    ways: Mapping[str, int] = field(default_factory=dict)
    state: str = "active"
    by: str = ""
    since: str = ""


@dataclass(slots=True, kw_only=True)
class Member:
    """A line, and what is known of it since this register started.

    Args:
        line: As it is written.
        granted_at: When it was last granted a lease, or could have been for all we know; None for never.
        applied: The revision up to which it has applied, as last heard.
        acked: The revision that it has acknowledged.
        acked_at: When that was heard; None for never.
        gone_at: When it left or was fenced; None where it was neither.
        heard_at: When anything was last heard of it; None for never.
        ended: Stays at relays that are surely over, by relay: a late copy of their joining changes nothing.
    """

    line: Line
    granted_at: int | None = None
    applied: int = 0
    acked: int = 0
    acked_at: int | None = None
    gone_at: int | None = None
    heard_at: int | None = None
    ended: dict[str, int] = field(default_factory=dict)
