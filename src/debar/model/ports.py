"""What rooms need from the world, as protocols; :mod:`debar.stores` holds the real ones.

Law: a room never opens a database, reads a clock, or makes a key: it is handed one of these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from debar.model.step import Step


class Engine(Protocol):
    """Runs steps over tables: DuckDB by default."""

    @property
    def dialect(self) -> str:
        """Name of the SQL dialect, as sqlglot calls it."""
        ...

    def run(self, step: Step) -> None:
        """Make the table ``step.name`` from the step, replacing an older one."""
        ...

    def view(self, step: Step) -> None:
        """Name the step, which has no parameters: its rows are made whenever they are asked for."""
        ...

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT, all of them: for results that fit in memory."""
        ...

    def columns(self, table: str) -> dict[str, str]:
        """Return the table's column names and types, in order; empty when there is no such table."""
        ...

    def load(self, table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """Make a table of small Python rows, replacing an older one; ``columns`` maps name to type."""
        ...

    def write_parquet(self, table: str, path: Path) -> None:
        """Write a table to a Parquet file, whole or not at all."""
        ...

    def try_run(self, step: Step) -> bool:
        """Run a step that reads a file; False, and no table, when the file has not the form it must."""
        ...

    def append(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Add small Python rows to a table that :meth:`load` made, in the order of its columns."""
        ...

    def drop(self, table: str) -> None:
        """Remove a table, if it is there."""
        ...

    def attach(self, path: Path, name: str) -> dict[str, dict[str, str]]:
        """Open a database file read-only under a name; return its tables' column names and types."""
        ...

    def detach(self, name: str) -> None:
        """Close a database that :meth:`attach` opened."""
        ...


@runtime_checkable
class ArrayEngine(Engine, Protocol):
    """An engine in this process, which hands columns over as numpy arrays (which few rooms know)."""

    def arrays(self, sql: str, parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the columns of a SELECT without nulls."""
        ...

    def change(self, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Add rows to a table, or take rows out of it, where it lies."""
        ...

    def append_arrays(self, table: str, columns: Mapping[str, Any]) -> None:
        """Add rows to a table that :meth:`load` made; all its columns, in order."""
        ...


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class Signer(Protocol):
    """Holds one Ed25519 key."""

    @property
    def public_key(self) -> bytes:
        """The 32 raw bytes of the public key."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of a message."""
        ...
