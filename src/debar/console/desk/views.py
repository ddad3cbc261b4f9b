"""Who looked at what, and what they asked for: a list that only grows.

Law: each row carries the digest of itself and of all before it, so that a row that is missing or altered
shows; the database refuses to change or remove one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from debar.model.canonical import canonical_json, sha256_hex

if TYPE_CHECKING:
    from datetime import datetime

    from debar.console.desk.database import DeskDatabase


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One view of a page that shows what is sensitive, or one thing done.

    Args:
        name: Who; empty for nobody signed in.
        host: Where from.
        method: GET for a look, POST for a deed.
        path: What, with its query.
        status: What was answered.
    """

    name: str
    host: str
    method: str
    path: str
    status: int


class Views:
    """The list of views of a desk.

    Args:
        database: The desk's file.
    """

    def __init__(self, database: DeskDatabase) -> None:
        self._database = database

    def note(self, seen: Seen, *, now: datetime) -> None:
        """Add a view."""
        with self._database.change() as change:
            last = change.execute("SELECT seq, chain FROM views ORDER BY seq DESC LIMIT 1").fetchone()
            seq, chain = (last["seq"] + 1, last["chain"]) if last else (1, "")
            row = (seq, now.isoformat(), seen.name, seen.host, seen.method, seen.path[:500], seen.status)
            change.execute("INSERT INTO views VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, _linked(chain, row)))

    def page(self, *, before: int | None, name: str, limit: int) -> list[dict[str, Any]]:
        """Return the newest views, or those before one; of one person or of all."""
        rows = self._database.rows(
            "SELECT * FROM views WHERE (? IS NULL OR seq < ?) AND (? = '' OR name = ?)"
            " ORDER BY seq DESC LIMIT ?",
            (before, before, name, name, limit),
        )
        return [dict(row) for row in rows]

    def first_flaw(self) -> int | None:
        """Return the place of the first row that does not follow from those before it; None if all do."""
        chain, expected = "", 1
        for row in self._database.rows("SELECT * FROM views ORDER BY seq"):
            if row["seq"] != expected or row["chain"] != _linked(chain, tuple(row)[:-1]):
                return expected
            chain, expected = row["chain"], expected + 1
        return None


def _linked(chain: str, row: tuple[Any, ...]) -> str:
    return sha256_hex(canonical_json([chain, *row]))
