"""What the tables of a register hold, whatever database they are in.

Law: a row of ``standing`` and a debarment are two forms of one value; both databases have the same tables,
columns and version.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from debar.register.debarments import Debarment
from debar.register.entries import instant_text

if TYPE_CHECKING:
    from collections.abc import Sequence

SCHEMA_VERSION: Final = 2

NODE_LEVEL_MIN: Final = 3
"""Subtrees of fewer than ``2 ** 3`` leaves are hashed from the leaves when asked for, not stored."""

STANDING_COLUMNS: Final = (
    "key_kind, key_value, decision_id, entry_seq, scopes, surfaces, territories, starts_at, lapses_at,"
    " because, reason, statement"
)
"""The columns of ``standing`` in the order in which a row becomes a debarment."""


LOOKUP: Final = (
    "SELECT (SELECT COALESCE(MAX(seq) + 1, 0) FROM log), "
    + ", ".join(f"standing.{name.strip()}" for name in STANDING_COLUMNS.split(","))
    + " FROM (SELECT 1) AS one LEFT JOIN standing ON standing.key_kind = ? AND standing.key_value = ?"
)
"""The revision, and beside it each debarment of a key: one row of nulls where there is none."""


def standing_row(debarment: Debarment) -> tuple[str | int | None, ...]:
    """Return the row of ``standing`` that holds a debarment."""
    return (
        debarment.key_kind,
        debarment.key_value,
        debarment.decision_id,
        debarment.entry_seq,
        json.dumps(debarment.scopes),
        json.dumps(debarment.surfaces),
        json.dumps(debarment.territories),
        instant_text(debarment.starts_at),
        None if debarment.lapses_at is None else instant_text(debarment.lapses_at),
        debarment.because,
        debarment.reason,
        debarment.statement,
    )


def debarment_of(row: Sequence[Any]) -> Debarment:
    """Return the debarment that a row of ``standing`` holds."""
    return Debarment(
        key_kind=row[0],
        key_value=row[1],
        decision_id=row[2],
        entry_seq=row[3],
        scopes=tuple(json.loads(row[4])),
        surfaces=tuple(json.loads(row[5])),
        territories=tuple(json.loads(row[6])),
        starts_at=datetime.fromisoformat(row[7]),
        lapses_at=None if row[8] is None else datetime.fromisoformat(row[8]),
        because=row[9],
        reason=row[10],
        statement=row[11],
    )
