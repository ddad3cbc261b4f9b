"""DuckDB behind the Engine port: the default store of a platform's tables.

Law: no extension is downloaded, no setting is ambient; one engine, one database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Self

import duckdb
import numpy as np

from debar.model.step import Step, quote_identifier, quote_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from numpy.typing import NDArray


_VALUE_HASH: Final = "CREATE TEMP MACRO value_hash(kind, value) AS hash(kind, md5_number(value))"
"""What ``VALUE_HASH`` in a step means here: 64 bits, the same within one engine.

DuckDB's hash of a text has collisions by the thousand where texts differ in their numbers alone; its hash
of an MD5 has none but by chance.
"""

_VALUE_CHECK: Final = "CREATE TEMP MACRO value_check(kind, value) AS hash(kind, value, reverse(value))"
"""What ``VALUE_CHECK`` means: another 64 bits, which share nothing with the first."""


class DuckEngine:
    """An embedded DuckDB database.

    Args:
        path: Database file; None keeps everything in memory (spilling to a temporary folder).
        threads: How many threads it may use; None for one a core.
        memory_limit: DuckDB's own form, such as ``4GB``.
        read_only: Open an existing file without writing to it.
    """

    dialect = "duckdb"

    def __init__(
        self,
        path: Path | None = None,
        *,
        threads: int | None = None,
        memory_limit: str = "4GB",
        read_only: bool = False,
    ) -> None:
        config: dict[str, Any] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": memory_limit,
            "preserve_insertion_order": "true",
        }
        if threads is not None:
            config["threads"] = threads
        self._connection = duckdb.connect(
            str(path) if path else ":memory:", read_only=read_only, config=config
        )
        self._connection.execute("SET TimeZone = 'UTC'")
        # Arrays of objects are texts, whatever their first thousand are: see _append_plain.
        self._connection.execute("SET pandas_analyze_sample = 0")
        self._connection.execute("SET enable_progress_bar = false")  # it would go to standard output
        # DuckDB 1.5 to 2.0 may take two subqueries for one that differ in their columns, and lose rows.
        self._connection.execute("SET disabled_optimizers = 'common_subplan'")
        self._connection.execute(_VALUE_HASH)
        self._connection.execute(_VALUE_CHECK)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def run(self, step: Step) -> None:
        """Make the table ``step.name`` from the step, replacing an older one."""
        table, parameters = quote_identifier(step.name), dict(step.parameters) or None
        if not self._is_view(step.name):
            self._connection.execute(f"CREATE OR REPLACE TABLE {table} AS {step.sql}", parameters)
            return
        made = quote_identifier(f"{step.name}_made")  # the step may read the view that it replaces
        self._connection.execute(f"CREATE OR REPLACE TABLE {made} AS {step.sql}", parameters)
        self._connection.execute(f"DROP VIEW {table}")
        self._connection.execute(f"ALTER TABLE {made} RENAME TO {table}")

    def view(self, step: Step) -> None:
        """Name the step, which has no parameters: its rows are made whenever they are asked for."""
        assert not step.parameters, "a view binds nothing"
        table = quote_identifier(step.name)
        if not self._is_view(step.name):
            self._connection.execute(f"DROP TABLE IF EXISTS {table}")
        self._connection.execute(f"CREATE OR REPLACE VIEW {table} AS {step.sql}")

    def _is_view(self, name: str) -> bool:
        found = self._connection.execute(
            "SELECT 1 FROM duckdb_views() WHERE view_name = $name AND schema_name = 'main'", {"name": name}
        ).fetchone()
        return found is not None

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT, all of them."""
        return self._connection.execute(sql, dict(parameters) if parameters else None).fetchall()

    def arrays(self, sql: str, parameters: Mapping[str, Any] | None = None) -> dict[str, NDArray[Any]]:
        """Return the columns of a SELECT without nulls."""
        found = self._connection.execute(sql, dict(parameters) if parameters else None).fetchnumpy()
        return {name: np.asarray(column) for name, column in found.items()}

    def append_arrays(self, table: str, columns: Mapping[str, NDArray[Any]]) -> None:
        """Add rows to a table that :meth:`load` made; all its columns, in order."""
        self._connection.register("appended_arrays", dict(columns))
        self._connection.execute(f"INSERT INTO {quote_identifier(table)} SELECT * FROM appended_arrays")
        self._connection.unregister("appended_arrays")

    def change(self, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Add rows to a table, or take rows out of it, where it lies."""
        self._connection.execute(sql, dict(parameters) if parameters else None)

    def columns(self, table: str) -> dict[str, str]:
        """Return the table's column names and types, in order; empty when there is no such table."""
        rows = self._connection.execute(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_name = $table AND table_schema = 'main' ORDER BY ordinal_position",
            {"table": table},
        ).fetchall()
        return dict(rows)

    def load(self, table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """Make a table of small Python rows, replacing an older one; ``columns`` maps name to type."""
        fields = ", ".join(f"{quote_identifier(name)} {kind}" for name, kind in columns.items())
        self._connection.execute(f"CREATE OR REPLACE TABLE {quote_identifier(table)} ({fields})")
        batch = list(rows)
        if not batch:
            return
        cells = ", ".join(
            f"unnest(CAST($c{position} AS {kind}[]))" for position, kind in enumerate(columns.values())
        )
        values = {f"c{position}": [row[position] for row in batch] for position in range(len(columns))}
        self._connection.execute(f"INSERT INTO {quote_identifier(table)} SELECT {cells}", values)

    def write_parquet(self, table: str, path: Path) -> None:
        """Write a table to a Parquet file, whole or not at all."""
        part = path.with_name(path.name + ".part")
        with part.open("wb"):
            """Whether the folder takes a file is told by the system, not by the database's words."""
        self._connection.execute(
            f"COPY {quote_identifier(table)} TO {quote_text(str(part))} (FORMAT parquet, COMPRESSION zstd)"
        )
        part.replace(path)

    def try_run(self, step: Step) -> bool:
        """Run a step that reads a file; False, and no table, when the file has not the form it must."""
        try:
            self.run(step)
        except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException):
            self.drop(step.name)
            return False
        return True

    def append(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Add small Python rows to a table that :meth:`load` made, in the order of its columns."""
        batch = list(rows)
        if not batch:
            return
        kinds = list(self.columns(table).values())
        if set(kinds) <= {"VARCHAR", "BIGINT"}:
            self._append_plain(table, kinds, batch)
            return
        cells = ", ".join(f"unnest(CAST($c{position} AS {kind}[]))" for position, kind in enumerate(kinds))
        values = {f"c{position}": [row[position] for row in batch] for position in range(len(kinds))}
        self._connection.execute(f"INSERT INTO {quote_identifier(table)} SELECT {cells}", values)

    def _append_plain(self, table: str, kinds: Sequence[str], batch: Sequence[Sequence[Any]]) -> None:
        """Add rows of texts and whole numbers as arrays of objects: a quarter of the time of bound lists."""
        import numpy as np

        count = len(batch)
        arrays = {
            f"c{position}": np.fromiter((row[position] for row in batch), dtype=object, count=count)
            for position in range(len(kinds))
        }
        cells = ", ".join(f"CAST(c{position} AS {kind})" for position, kind in enumerate(kinds))
        self._connection.register("appended_rows", arrays)
        try:
            self._connection.execute(
                f"INSERT INTO {quote_identifier(table)} SELECT {cells} FROM appended_rows"
            )
        finally:
            self._connection.unregister("appended_rows")

    def drop(self, table: str) -> None:
        """Remove a table, if it is there."""
        what = "VIEW" if self._is_view(table) else "TABLE"
        self._connection.execute(f"DROP {what} IF EXISTS {quote_identifier(table)}")

    def attach(self, path: Path, name: str) -> dict[str, dict[str, str]]:
        """Open a database file read-only under a name; return its tables' column names and types."""
        self._connection.execute(f"ATTACH {quote_text(str(path))} AS {quote_identifier(name)} (READ_ONLY)")
        rows = self._connection.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_catalog = $name AND table_schema = 'main' ORDER BY table_name, ordinal_position",
            {"name": name},
        ).fetchall()
        tables: dict[str, dict[str, str]] = {}
        for table, column, kind in rows:
            tables.setdefault(table, {})[column] = kind
        return tables

    def detach(self, name: str) -> None:
        """Close a database that :meth:`attach` opened."""
        self._connection.execute(f"DETACH {quote_identifier(name)}")
