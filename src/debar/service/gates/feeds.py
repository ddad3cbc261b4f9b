"""The log as gates receive it: encoded once, however many gates there are.

Law: between ``after`` and ``through`` nothing is left out; a gate that is too far behind is offered a table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.gate.protocol.messages import Entries, to_json
from debar.gate.protocol.standing import BODY_FIELDS, LogEntry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from debar.register.gates.book import GateEntry

ENTRIES_A_LINE: Final = 1_000
"""A gate applies one line at a time and answers in between."""

KEPT: Final = 64
"""Encoded pieces that are kept: gates ask for the same ones at the same time."""


def entries_lines(entries: Sequence[GateEntry], *, epoch: int, after: int, through: int) -> Iterator[bytes]:
    """Give the lines that bring a gate from one revision to another."""
    start = after
    for place in range(0, max(1, len(entries)), ENTRIES_A_LINE):
        part = entries[place : place + ENTRIES_A_LINE]
        last = place + ENTRIES_A_LINE >= len(entries)
        end = through if last else part[-1].seq + 1
        message = Entries(epoch=epoch, after=start, through=end, entries=tuple(map(_log_entry, part)))
        yield to_json(message) + b"\n"
        start = end


def _log_entry(entry: GateEntry) -> LogEntry:
    body = {name: entry.body[name] for name in BODY_FIELDS if name in entry.body}
    return LogEntry(seq=entry.seq, op=entry.type, at=entry.at, body=body)


class Kept:
    """Encoded pieces by where they begin and end; the oldest is forgotten."""

    def __init__(self) -> None:
        self._pieces: dict[tuple[int, int], bytes] = {}

    def get(self, after: int, through: int) -> bytes | None:
        """Return a piece that is kept."""
        return self._pieces.get((after, through))

    def put(self, after: int, through: int, piece: bytes) -> bytes:
        """Keep a piece."""
        while len(self._pieces) >= KEPT:
            self._pieces.pop(next(iter(self._pieces)))
        self._pieces[after, through] = piece
        return piece
