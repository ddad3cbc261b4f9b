"""The desk's SQLite file: its tables, and one connection a thread.

Law: a change is one transaction; the list of views takes rows and gives none back.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from debar.model.problem import EXIT_REFUSED, DebarError, Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

VERSION: Final = 1
SCHEMA: Final = """
CREATE TABLE people (
  name TEXT PRIMARY KEY, roles TEXT NOT NULL, password TEXT NOT NULL, public_key TEXT, sealed_key BLOB,
  added_at TEXT NOT NULL, disabled_at TEXT
) STRICT;
CREATE TABLE sessions (
  token_sha256 TEXT PRIMARY KEY, name TEXT NOT NULL REFERENCES people (name), csrf TEXT NOT NULL,
  began_at TEXT NOT NULL, seen_at TEXT NOT NULL, notice TEXT
) STRICT;
CREATE TABLE cases (
  case_id TEXT PRIMARY KEY, title TEXT NOT NULL, asked TEXT NOT NULL, opened_by TEXT NOT NULL,
  opened_at TEXT NOT NULL
) STRICT;
CREATE TABLE versions (
  case_id TEXT NOT NULL REFERENCES cases (case_id), number INTEGER NOT NULL, kind TEXT NOT NULL,
  plan_sha256 TEXT NOT NULL, proposed INTEGER NOT NULL, made_by TEXT NOT NULL, made_at TEXT NOT NULL,
  why TEXT NOT NULL, summary TEXT NOT NULL, PRIMARY KEY (case_id, number)
) STRICT;
CREATE TABLE words (
  seq INTEGER PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases (case_id), account_id TEXT,
  word TEXT NOT NULL, reason TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL, details TEXT NOT NULL
) STRICT;
CREATE INDEX words_of_case ON words (case_id, seq);
CREATE TABLE jobs (
  job_id INTEGER PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases (case_id), asked TEXT NOT NULL,
  state TEXT NOT NULL, progress TEXT NOT NULL, problem TEXT, asked_by TEXT NOT NULL, asked_at TEXT NOT NULL,
  ended_at TEXT
) STRICT;
CREATE INDEX jobs_by_state ON jobs (state, job_id);
CREATE TABLE hits (
  hit_id INTEGER PRIMARY KEY, account_id TEXT NOT NULL, decision_id TEXT NOT NULL, found_at TEXT NOT NULL,
  document TEXT NOT NULL, word TEXT NOT NULL, reason TEXT, by TEXT, at TEXT, entry INTEGER,
  UNIQUE (account_id, decision_id)
) STRICT;
CREATE TABLE exclusions (
  exclusion_id INTEGER PRIMARY KEY, fact TEXT NOT NULL, shown TEXT NOT NULL, reason TEXT NOT NULL,
  owner TEXT NOT NULL, until TEXT NOT NULL, at TEXT NOT NULL
) STRICT;
CREATE TABLE views (
  seq INTEGER PRIMARY KEY, at TEXT NOT NULL, name TEXT NOT NULL, host TEXT NOT NULL, method TEXT NOT NULL,
  path TEXT NOT NULL, status INTEGER NOT NULL, chain TEXT NOT NULL
) STRICT;
CREATE TRIGGER views_stay BEFORE UPDATE ON views BEGIN SELECT RAISE(ABORT, 'a view stays as it was'); END;
CREATE TRIGGER views_are_kept BEFORE DELETE ON views BEGIN SELECT RAISE(ABORT, 'a view is kept'); END;
"""
"""``words`` are what people said in a case: clear, add, ask, strike, restore, note."""


class DeskDatabase:
    """A desk's SQLite file, made where there is none.

    Args:
        path: The file; its folder is there.

    Raises:
        DebarError: DBR-K001, the file is no desk's, or of another version.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        with self.change() as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0 and not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                for statement in _statements(SCHEMA):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {VERSION}")
            elif version != VERSION:
                raise DebarError(
                    "DBR-K001",
                    f"this is no desk of version {VERSION}",
                    place=Place(file=str(path)),
                    hint="name the folder of a desk, or one that does not exist yet",
                    exit_code=EXIT_REFUSED,
                )

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """Return the rows of a SELECT."""
        return self._connection().execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Row | None:
        """Return the first row of a SELECT, or None."""
        found: sqlite3.Row | None = self._connection().execute(sql, values).fetchone()
        return found

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction that is kept whole when the block ends, and left out when it raises."""
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def close(self) -> None:
        """Close this thread's connection."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            try:
                connection = sqlite3.connect(self._path, timeout=30, isolation_level=None)
                connection.row_factory = sqlite3.Row
                connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.DatabaseError as error:
                raise DebarError(
                    "DBR-K001",
                    f"this is no desk: {error}",
                    place=Place(file=str(self._path)),
                    exit_code=EXIT_REFUSED,
                ) from None
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
            self._local.connection = connection
        return connection


def _statements(text: str) -> list[str]:
    """Split a script where its statements are whole."""
    found, part = [], ""
    for line in text.splitlines(keepends=True):
        part += line
        if sqlite3.complete_statement(part):
            found.append(part)
            part = ""
    return found
