"""What operators and gates ask of a register beside the protocol: tokens, fences, state, the log's growth.

Law: none of it is part of the log, and none of it can allow anybody anything that the log denies.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from debar.register.schema import STANDING_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from debar.register.database import Database, Row

_GATE_ENTRIES: Final = (
    "SELECT log.seq, log.type, log.leaf, private.body FROM log LEFT JOIN private ON private.seq = log.seq"
    " WHERE log.seq >= ? AND log.seq < ? AND log.type IN ('debar', 'lift', 'vary') ORDER BY log.seq"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateEntry:
    """A debar, lift or vary entry, as it was recorded."""

    seq: int
    type: str
    at: datetime
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """The gate entries that were recorded between two revisions, in order."""

    after: int
    revision: int
    entries: tuple[GateEntry, ...]


class GateBook:
    """Reads and writes it.

    Args:
        database: Of an open register.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    # ---- tokens, fences, state

    def put_token(self, name: str, *, kind: str, sha256: str) -> None:
        """Let whoever holds a token speak as ``name``; an earlier token of that name is worth nothing now."""
        self._put("gate_tokens", (name, kind, sha256), key="name")

    def token(self, sha256: str) -> tuple[str, str] | None:
        """Return the name and kind that a token stands for."""
        rows = self._database.rows("SELECT name, kind FROM gate_tokens WHERE sha256 = ?", (sha256,))
        return None if not rows else (str(rows[0][0]), str(rows[0][1]))

    def fence(self, gate: str, *, by: str, at: str) -> None:
        """Record that an operator fences a gate; whoever is in charge then does it."""
        self._put("gate_fences", (gate, by, at), key="gate")

    def fences(self) -> tuple[tuple[str, str, str], ...]:
        """Return gate, operator and time of each fence."""
        rows = self._database.rows("SELECT gate, fenced_by, fenced_at FROM gate_fences ORDER BY gate")
        return tuple((str(gate), str(by), str(at)) for gate, by, at in rows)

    def put_state(self, document: Mapping[str, Any]) -> None:
        """Keep what whoever is in charge knows of its gates now."""
        self._put("gate_status", (1, json.dumps(document, ensure_ascii=False)), key="one")

    def state(self) -> dict[str, Any] | None:
        """Return what was last known of the gates."""
        rows = self._database.rows("SELECT document FROM gate_status")
        return json.loads(rows[0][0]) if rows else None

    # ---- the log, as gates read it

    def revision(self) -> int:
        """Return the log's revision."""
        return int(self._database.rows("SELECT COALESCE(MAX(seq) + 1, 0) FROM log")[0][0])

    def growth(self, after: int, through: int | None = None) -> Growth:
        """Return what was recorded after a revision, up to another or to now."""
        revision = self.revision() if through is None else through
        rows = self._database.rows(_GATE_ENTRIES, (after, revision))
        return Growth(after=after, revision=revision, entries=tuple(_entry(row) for row in rows))

    def count(self, after: int) -> int:
        """Return how many entries were recorded after a revision that gates must apply."""
        found = self._database.rows(
            "SELECT COUNT(*) FROM log WHERE seq >= ? AND type IN ('debar', 'lift', 'vary')", (after,)
        )
        return int(found[0][0])

    @contextmanager
    def snapshot(self) -> Iterator[tuple[int, Iterator[Row]]]:
        """Give a revision and, one after another, all that stood at it: for building a gate's table.

        In the order of Unicode code points by kind, value and decision; lapsed debarments too.
        """
        with self._database.reading():
            revision = self.revision()
            yield (
                revision,
                self._database.stream(
                    f"SELECT {STANDING_COLUMNS} FROM standing ORDER BY key_kind, key_value, decision_id"
                ),
            )

    def _put(self, table: str, row: Sequence[Any], *, key: str) -> None:
        with self._database.writing():
            self._database.execute(f"DELETE FROM {table} WHERE {key} = ?", (row[0],))
            self._database.insert(table, [tuple(row)])


def _entry(row: Sequence[Any]) -> GateEntry:
    seq, entry_type, leaf, body = row
    return GateEntry(
        seq=int(seq),
        type=str(entry_type),
        at=datetime.fromisoformat(json.loads(bytes(leaf))["at"]),
        body={} if body is None else json.loads(bytes(body)),
    )
