"""Sessions: a random token at the browser, its digest here.

Law: a token is made anew when somebody signs in and dies with the session; a session that is left alone ends,
and one that is not ends too, later.

Source: OWASP Session Management Cheat Sheet (idle and absolute timeouts, renewal at sign-in).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from debar.model.canonical import sha256_hex
from debar.stores.keys import random_token

if TYPE_CHECKING:
    from debar.console.desk.database import DeskDatabase

IDLE: Final = timedelta(minutes=30)
WHOLE: Final = timedelta(hours=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One sign-in.

    Args:
        token_sha256: Digest of the browser's token.
        name: Who signed in.
        csrf: What each form of the session carries.
        notice: What the next page says once, as JSON; None for nothing.
    """

    token_sha256: str
    name: str
    csrf: str
    notice: str | None


class Sessions:
    """The sessions of a desk.

    Args:
        database: The desk's file.
    """

    def __init__(self, database: DeskDatabase) -> None:
        self._database = database

    def begin(self, name: str, *, now: datetime) -> str:
        """Begin a session and return its token; sessions that are over go."""
        token = random_token()
        with self._database.change() as change:
            change.execute(
                "DELETE FROM sessions WHERE seen_at < ? OR began_at < ?",
                ((now - IDLE).isoformat(), (now - WHOLE).isoformat()),
            )
            change.execute(
                "INSERT INTO sessions (token_sha256, name, csrf, began_at, seen_at) VALUES (?, ?, ?, ?, ?)",
                (_digest(token), name, random_token(), now.isoformat(), now.isoformat()),
            )
        return token

    def find(self, token: str, *, now: datetime) -> Session | None:
        """Return the session of a token and note that it was used; None where it is over or was none."""
        row = self._database.row("SELECT * FROM sessions WHERE token_sha256 = ?", (_digest(token),))
        if row is None or now - datetime.fromisoformat(row["began_at"]) >= WHOLE:
            return None
        unused = now - datetime.fromisoformat(row["seen_at"])
        if unused >= IDLE:
            return None
        if unused > timedelta(seconds=30):
            with self._database.change() as change:
                change.execute(
                    "UPDATE sessions SET seen_at = ? WHERE token_sha256 = ?",
                    (now.isoformat(), row["token_sha256"]),
                )
        return Session(
            token_sha256=row["token_sha256"], name=row["name"], csrf=row["csrf"], notice=row["notice"]
        )

    def end(self, session: Session) -> None:
        """End a session."""
        with self._database.change() as change:
            change.execute("DELETE FROM sessions WHERE token_sha256 = ?", (session.token_sha256,))

    def leave(self, session: Session, notice: str | None) -> None:
        """Leave what the session's next page shall say; None when it has said it."""
        with self._database.change() as change:
            change.execute(
                "UPDATE sessions SET notice = ? WHERE token_sha256 = ?", (notice, session.token_sha256)
            )


def _digest(token: str) -> str:
    return sha256_hex(token.encode())
