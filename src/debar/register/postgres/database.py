"""PostgreSQL as a register's database.

Law: a write holds the head's row lock from its first read to its commit; it returns only when the server has
said that the commit is durable, and, where a synchronous standby is asked for, that the standby has it.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, LiteralString, cast

import psycopg

from debar.register.postgres.catalogue import differences
from debar.register.postgres.faults import fault, translated, unknown_outcome
from debar.register.postgres.tables import column_types

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from psycopg.errors import Diagnostic

    from debar.register.database import Row

_COPY_ROWS: Final = 64
"""From so many rows on, COPY is faster than INSERT."""

_ROWS_A_FETCH: Final = 5_000

CHANNEL: Final = "debar"
"""Where a notification says, as a hint and after the commit, that there is something new."""


class PostgresDatabase:
    """One PostgreSQL connection, as :class:`debar.register.database.Database` asks.

    Args:
        connection: Open and checked, in autocommit; it is closed with this.
        name: What problems call it.
    """

    subjects_sql: Final = (
        "COALESCE((SELECT json_agg(value ORDER BY position)::text"
        " FROM subjects WHERE subjects.seq = log.seq), '[]')"
    )

    def __init__(self, connection: psycopg.Connection[Any], name: str) -> None:
        self.connection = connection
        self.name = name
        self._writing = False
        self._waiting: list[tuple[str, Sequence[Any]]] = []
        self._warnings: list[str] = []
        connection.add_notice_handler(self._noticed)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Return the rows of a SELECT, all of them."""
        with translated(self.name):
            if not self._waiting:
                return self.connection.execute(_dialect(sql), values).fetchall()
            self._waiting.append((sql, values))
            return self._send_all().fetchall()

    def stream(self, sql: str) -> Iterator[Row]:
        """Give the rows of a SELECT one after another."""
        self._send()
        with translated(self.name), self.connection.cursor(name="stream") as cursor:
            cursor.itersize = _ROWS_A_FETCH
            cursor.execute(_dialect(sql))
            yield from cursor

    def execute(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Run one statement; inside :meth:`writing` it is sent with those that follow."""
        self._waiting.append((sql, values))
        if not self._writing:
            self._send()

    def execute_many(self, sql: str, rows: Sequence[Row]) -> None:
        """Run one statement for each row of values."""
        if not rows:
            return
        self._send()
        with translated(self.name), self.connection.cursor() as cursor:
            cursor.executemany(_dialect(sql), rows)

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        """Add rows to a table."""
        if not rows:
            return
        if len(rows) < _COPY_ROWS:
            row = f"({', '.join('?' * len(rows[0]))})"
            sql = f"INSERT INTO {table} VALUES {', '.join([row] * len(rows))}"
            self.execute(sql, [value for values in rows for value in values])
            return
        self._send()
        statement = _dialect(f"COPY {table} FROM STDIN (FORMAT BINARY)")
        with translated(self.name), self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(column_types(table))
            for values in rows:
                copy.write_row(values)

    def reserve(self, size: int) -> None:
        """Move the head, whose row is locked, to what the log's size will be."""
        self.execute("UPDATE head SET revision = ?", (size,))

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read one state of the log inside."""
        self._run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            yield
        finally:
            self._roll_back()

    @contextmanager
    def writing(self) -> Iterator[int]:
        """Hold the head's row lock; commit at the end, roll back on any error; inside itself, the same."""
        if self._writing:
            yield self._head()
            return
        with self.transaction():
            yield self._head()
        with suppress(psycopg.Error):  # a hint: whoever missed it looks again within its own interval
            self.connection.execute(f"NOTIFY {CHANNEL}")

    def _head(self) -> int:
        return int(self.rows("SELECT revision FROM head FOR UPDATE")[0][0])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end, durably, or roll back on any error."""
        self._writing = True
        try:
            self.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
            yield
            self._commit()
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._writing = False
            self._waiting.clear()

    def confirm(self, table: str, condition: str, values: Sequence[Any]) -> bool:
        """Tell whether a table has a row that fits, by a lock that the synchronous standby has to have."""
        with self.transaction():
            return bool(self.rows(f"SELECT 1 FROM {table} WHERE {condition} FOR UPDATE", values))

    def version(self) -> int:
        """Return the version of the tables."""
        return int(self.rows("SELECT max(version) FROM schema_version")[0][0])

    def forget(self) -> None:
        """Do nothing: the server removes deleted rows as it vacuums (docs/register-postgresql.md)."""

    def faults(self) -> Iterator[str]:
        """Say which table or guard is not as it was made."""
        with translated(self.name):
            yield from differences(self.connection)

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def _noticed(self, notice: Diagnostic) -> None:
        if notice.severity_nonlocalized == "WARNING":
            self._warnings.append(notice.sqlstate or "")

    def _run(self, sql: str) -> None:
        with translated(self.name):
            self.connection.execute(_dialect(sql))

    def _send(self) -> None:
        """Send what waits, in one go."""
        if self._waiting:
            with translated(self.name):
                self._send_all()

    def _send_all(self) -> psycopg.Cursor[Any]:
        """Send what waits in one go, and return what the server said of the last of it."""
        waiting, self._waiting = self._waiting, []
        with self.connection.pipeline():
            cursors = [self.connection.execute(_dialect(sql), values or None) for sql, values in waiting]
        return cursors[-1]

    def _commit(self) -> None:
        """Commit; what leaves open whether it was done is told from what was refused."""
        self._warnings.clear()
        self._waiting.append(("COMMIT", ()))
        try:
            done = self._send_all().statusmessage
        except psycopg.Error as error:
            if self.connection.broken or error.sqlstate is None:
                raise unknown_outcome(self.name, "the connection was lost during the commit") from error
            raise fault(self.name, error) from error
        assert done == "COMMIT", f"a transaction ended with {done}"
        if self._warnings:
            raise unknown_outcome(self.name, "the wait for the synchronous standby was broken off")

    def _roll_back(self) -> None:
        with suppress(psycopg.Error):  # a lost connection has rolled back by itself
            self.connection.execute("ROLLBACK")


@lru_cache(maxsize=256)
def _dialect(sql: str) -> LiteralString:
    """Return a statement with the driver's mark for values."""
    return cast("LiteralString", sql.replace("?", "%s"))  # type: ignore[redundant-cast]  # ours, never a user's
