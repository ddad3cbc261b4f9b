"""SQLite as a register's database.

Law: a write is one transaction under BEGIN IMMEDIATE, synced to disk before it returns.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from debar.register.database import insert_sql
from debar.register.sqlite.faults import translated
from debar.register.sqlite.tables import statements

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from debar.register.database import Row


class SqliteDatabase:
    """One open SQLite connection, as :class:`debar.register.database.Database` asks.

    Args:
        connection: Open and checked, in autocommit; it is closed with this.
        path: The file that it is open on.
    """

    subjects_sql: Final = (
        "(SELECT json_group_array(value) FROM"
        " (SELECT value FROM subjects WHERE subjects.seq = log.seq ORDER BY position))"
    )

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection = connection
        self._path = path

    @property
    def name(self) -> str:
        """The file's name."""
        return self._path.name

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Return the rows of a SELECT, all of them."""
        with translated(self._path):
            return self.connection.execute(sql, values).fetchall()

    def stream(self, sql: str) -> Iterator[Row]:
        """Give the rows of a SELECT one after another."""
        with translated(self._path):
            yield from self.connection.execute(sql)

    def execute(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Run one statement."""
        with translated(self._path):
            self.connection.execute(sql, values)

    def execute_many(self, sql: str, rows: Sequence[Row]) -> None:
        """Run one statement for each row of values."""
        with translated(self._path):
            self.connection.executemany(sql, rows)

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        """Add rows to a table."""
        if rows:
            self.execute_many(insert_sql(table, len(rows[0])), rows)

    def reserve(self, size: int) -> None:
        """Do nothing: under the write lock, nobody else can take a place."""
        assert self.connection.in_transaction, f"the log grows to {size} under the write lock"

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read one state of the log inside."""
        with translated(self._path):
            self.connection.execute("BEGIN")
            try:
                yield
            finally:
                self.connection.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Iterator[int]:
        """Hold the write lock; commit at the end, roll back on any error."""
        self.execute("BEGIN IMMEDIATE")
        try:
            yield int(self.rows("SELECT COALESCE(MAX(seq) + 1, 0) FROM log")[0][0])
            self.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:  # a full disk has ended it already
                self.connection.execute("ROLLBACK")
            raise

    def confirm(self, table: str, condition: str, values: Sequence[Any]) -> bool:
        """Tell whether a table has a row that fits: a file has no other primary."""
        return bool(self.rows(f"SELECT 1 FROM {table} WHERE {condition}", values))

    def version(self) -> int:
        """Return the version of the tables."""
        return int(self.rows("PRAGMA user_version")[0][0])

    def forget(self) -> None:
        """Write what the log ahead holds into the file, over the bytes of what was deleted."""
        self.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def faults(self) -> Iterator[str]:
        """Check the pages, and that the guards which refuse changes are still there."""
        for (answer,) in self.stream("PRAGMA integrity_check(5)"):
            if answer != "ok":
                yield f"the file's pages are damaged: {answer}"
        made = statements(self.version())
        found: dict[str, str] = dict(
            self.rows("SELECT sql, tbl_name FROM sqlite_master WHERE sql IS NOT NULL")
        )
        ours = {sql.split()[2] for sql in made if sql.startswith("CREATE TABLE")}
        wrong = [sql for sql in made if sql not in found]  # a shop's own tables may stand beside ours
        wrong += [sql for sql, table in found.items() if table in ours and sql not in made]
        for name in sorted({sql.split()[2] for sql in wrong}):
            yield f"table, index or guard {name} is not as it was made"

    def close(self) -> None:
        """Close the file."""
        self.connection.close()
