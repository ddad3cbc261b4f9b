"""The gates' state as a JSON document.

Law: it says what is known, dated by the wall clock; what is not known is null, never a guess.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from debar.register.entries import instant_text

if TYPE_CHECKING:
    from datetime import datetime

    from debar.gate.protocol.register import RegisterCore
    from debar.gate.protocol.roster import Member


def status_document(core: RegisterCore, *, now: int, wall: datetime, peers: set[str]) -> dict[str, Any]:
    """Return what the register in charge knows of its gates."""
    return {
        "serving": True,
        "at": instant_text(wall),
        "epoch": core.epoch,
        "revision": core.head,
        "term_seconds": core.term_ns / 1e9,
        "gates": [
            _gate(member, core=core, now=now, wall=wall, connected=gate in peers)
            for gate, member in sorted(core.members.items())
        ],
        "waiting": [
            {
                "decision_id": waiting.decision.decision_id,
                "request_key": waiting.decision.request_key,
                "revision": waiting.revision,
                "since": instant_text(_wall(waiting.committed_at, now=now, wall=wall)),
                "gates": sorted(waiting.deadlines),
                "ends_at": instant_text(
                    _wall(max(waiting.deadlines.values(), default=now), now=now, wall=wall)
                ),
            }
            for waiting in core.waiting.values()
        ],
    }


def _gate(member: Member, *, core: RegisterCore, now: int, wall: datetime, connected: bool) -> dict[str, Any]:
    line = member.line
    granted, heard = member.granted_at, member.heard_at
    return {
        "gate": line.gate,
        "kind": line.kind,
        "mode": line.mode,
        "state": line.state,
        "relays": sorted(way for way in line.ways if way),
        "valid_seconds": line.valid_ns / 1e9,
        "tails": [asdict(tail) for tail in line.tails],
        "connected": connected,
        "revision": member.acked,
        "lag": max(0, core.head - member.acked),
        "lease_until": None
        if granted is None
        else instant_text(_wall(granted + core.term_ns, now=now, wall=wall)),
        "last_seen": None if heard is None else instant_text(_wall(heard, now=now, wall=wall)),
    }


def _wall(instant: int, *, now: int, wall: datetime) -> datetime:
    """Return what the wall clock showed, or will, at an instant of the boot clock; whole milliseconds."""
    at = wall + timedelta(milliseconds=(instant - now) // 1_000_000)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
