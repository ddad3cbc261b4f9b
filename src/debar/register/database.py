"""What a register needs of the database that it is kept in: two are there, SQLite and PostgreSQL.

Law: a driver's error never leaves a database: each of its methods raises documented errors only. The SQL is
written once, with ``?`` for values; where the two differ, the difference is a method here.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager


Row: TypeAlias = tuple[Any, ...]


class Database(Protocol):
    """One open connection; it belongs to one thread."""

    @property
    def name(self) -> str:
        """What problems call the place: a file's name or a database's, never a password."""
        ...

    @property
    def subjects_sql(self) -> str:
        """A scalar subquery: the subjects of ``log.seq``, in order, as a JSON array."""
        ...

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Return the rows of a SELECT, all of them."""
        ...

    def stream(self, sql: str) -> Iterator[Row]:
        """Give the rows of a SELECT one after another; inside :meth:`reading` only."""
        ...

    def execute(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Run one statement."""
        ...

    def execute_many(self, sql: str, rows: Sequence[Row]) -> None:
        """Run one statement for each row of values."""
        ...

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        """Add rows to a table, each with all of its columns in their order."""
        ...

    def reserve(self, size: int) -> None:
        """Say inside :meth:`writing`, before anything is added, how long the log will be."""
        ...

    def reading(self) -> AbstractContextManager[None]:
        """Read one state of the log inside."""
        ...

    def writing(self) -> AbstractContextManager[int]:
        """Hold the one write lock, and give how long the log is; commit, durably, at the end.

        On any error nothing is written. What is written inside may be sent only at the end.
        """
        ...

    def confirm(self, table: str, condition: str, values: Sequence[Any]) -> bool:
        """Tell, by what no deposed primary can tell, whether a table has a row that fits."""
        ...

    def version(self) -> int:
        """Return the version of the tables."""
        ...

    def forget(self) -> None:
        """Overwrite, as far as the database can, the bytes of what was deleted."""
        ...

    def faults(self) -> Iterable[str]:
        """Say, each in a sentence, what is damaged, and which table or guard is not as it was made."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class Lookup(Protocol):
    """What a gate asks a register, from any thread."""

    def rows(self, kind: str, value: str) -> list[Row]:
        """Return the revision and what stands against a key, as :data:`debar.register.schema.LOOKUP` does.

        Raises:
            DebarError: The register gives no answer.
        """
        ...

    def close(self) -> None:
        """Close this thread's connection."""
        ...


TABLES: Final = {
    "meta": 2, "log": 2, "nodes": 2, "checkpoints": 2, "private": 2, "subjects": 2, "standing": 2,
    "requests": 2, "gate_register": 3, "gate_roster": 3, "gate_certificates": 3,
    "gate_tokens": 3, "gate_fences": 3, "gate_status": 3,
}  # fmt: skip
"""What a register is, and since which version: the same columns in the same order, in every database."""

_ROWS_AT_ONCE: Final = 5_000


def copy_tables(source: Database, target: Database) -> None:
    """Copy everything, in order, from one state of a register into empty tables inside a transaction."""
    version = source.version()
    for table in (table for table, since in TABLES.items() if since <= version):
        rows = source.stream(f"SELECT * FROM {table} ORDER BY 1, 2")
        while chunk := list(islice(rows, _ROWS_AT_ONCE)):
            target.insert(table, chunk)


def insert_sql(table: str, columns: int) -> str:
    """Return the statement that adds one row with so many values."""
    return f"INSERT INTO {table} VALUES ({', '.join('?' * columns)})"
