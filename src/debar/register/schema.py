"""What the tables of a register hold, whatever database they are in.

Law: a row of ``standing`` and a debarment are two forms of one value; both databases have the same tables,
columns and version.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from debar.model.problem import EXIT_REFUSED, DebarError, Place
from debar.register.debarments import Debarment
from debar.register.entries import instant_text

if TYPE_CHECKING:
    from collections.abc import Sequence

STEPS: Final = {2: "the register", 3: "gates: who is in charge, roster, certificates"}
"""What each version of the tables brought; version 2 is the first that this debar knows."""

SCHEMA_VERSION: Final = max(STEPS)
"""The version that is written."""

READABLE_VERSIONS: Final = range(min(STEPS), SCHEMA_VERSION + 1)
"""Versions that can be read: gates and readers go on while a register waits for its migration."""

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
        _json_list(debarment.scopes),
        _json_list(debarment.surfaces),
        _json_list(debarment.territories),
        instant_text(debarment.starts_at),
        None if debarment.lapses_at is None else instant_text(debarment.lapses_at),
        debarment.because,
        debarment.reason,
        debarment.statement,
    )


@lru_cache(maxsize=1024)
def _json_list(items: tuple[str, ...]) -> str:
    """Return a list as JSON: a decision about many keys has the same few for all of them."""
    return json.dumps(items)


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


def refuse_version(version: int | None, *, name: str, read_only: bool) -> None:
    """Refuse a register whose tables are of a version that cannot be read, or not be written.

    Raises:
        DebarError: DBR-R007, it is too new, or far too old; DBR-R057, it must be migrated first.
    """
    if version == SCHEMA_VERSION or (read_only and version in READABLE_VERSIONS):
        return
    if version in READABLE_VERSIONS:
        raise DebarError(
            "DBR-R057",
            f"the register has schema version {version}, and this debar writes version {SCHEMA_VERSION}",
            hint="run debar register migrate BACKUP: it makes a backup, then the new tables",
            place=Place(file=name),
            exit_code=EXIT_REFUSED,
        )
    raise DebarError(
        "DBR-R007",
        f"the register has schema version {version}, and this debar reads version {SCHEMA_VERSION}",
        hint="use the debar that wrote it, or a newer one",
        place=Place(file=name),
        exit_code=EXIT_REFUSED,
    )
