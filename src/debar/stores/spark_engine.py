"""Spark behind the Engine port, for platforms that one machine does not hold.

Law: the same steps, turned by sqlglot from DuckDB's dialect, give the same results; a step that cannot be
turned is an error, never another answer. Times have no zone, as in DuckDB; arithmetic that overflows fails.
"""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from debar.model.problem import EXIT_REFUSED, EXIT_USAGE, DebarError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from types import TracebackType

    from debar.model.step import Step

_SETTINGS: Final = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}

_TYPES: Final = {
    "VARCHAR": "STRING",
    "VARCHAR[]": "ARRAY<STRING>",
    "TIMESTAMP": "TIMESTAMP_NTZ",
    "INTEGER": "INT",
}
"""Types of :meth:`SparkEngine.load` that Spark calls otherwise."""


_VALUE_HASH: Final = (
    "CREATE OR REPLACE TEMPORARY FUNCTION value_hash(kind STRING, value STRING) RETURNS BIGINT"
    " RETURN XXHASH64(kind, value)"
)
"""What ``VALUE_HASH`` in a step means here: 64 bits, the same within one engine."""

_VALUE_CHECK: Final = (
    "CREATE OR REPLACE TEMPORARY FUNCTION value_check(kind STRING, value STRING) RETURNS BIGINT"
    " RETURN XXHASH64(REVERSE(value), kind)"
)
"""What ``VALUE_CHECK`` means: another 64 bits."""


class SparkEngine:
    """Tables of one Spark session, as temporary views that hold their rows.

    Args:
        session: A session that is there already, such as a cluster's; None for one on this machine.
        threads: How many threads a session on this machine may use.
    """

    dialect = "spark"

    def __init__(self, session: Any = None, *, threads: int = 2) -> None:  # noqa: ANN401 - pyspark's own type
        self._own = session is None
        self._session = session or _local_session(threads)
        for name, value in list(_SETTINGS.items())[:3]:
            self._session.conf.set(name, value)
        self._session.sql(_VALUE_HASH)
        self._session.sql(_VALUE_CHECK)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the session, if it is this engine's own."""
        if self._own:
            self._session.stop()

    def run(self, step: Step) -> None:
        """Make the table ``step.name`` from the step, replacing an older one."""
        frame = self._query(step.sql, step.parameters).localCheckpoint(eager=True)
        frame.createOrReplaceTempView(step.name)

    def view(self, step: Step) -> None:
        """Name the step, which has no parameters: its rows are made whenever they are asked for."""
        self._query(step.sql, {}).createOrReplaceTempView(step.name)

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT, all of them."""
        return [tuple(row) for row in self._query(sql, parameters or {}).collect()]

    def _query(self, sql: str, parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401 - pyspark's own type
        return self._session.sql(spark_sql(sql), args=dict(parameters))

    def columns(self, table: str) -> dict[str, str]:
        """Return the table's column names and types, in order; empty when there is no such table."""
        if not self._session.catalog.tableExists(table):
            return {}
        return {field.name: field.dataType.simpleString() for field in self._session.table(table).schema}

    def load(self, table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """Make a table of small Python rows, replacing an older one; ``columns`` maps name to type."""
        schema = ", ".join(f"`{name}` {_TYPES.get(kind, kind)}" for name, kind in columns.items())
        frame = self._session.createDataFrame([tuple(row) for row in rows], schema)
        frame.localCheckpoint(eager=True).createOrReplaceTempView(table)

    def append(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Add small Python rows to a table that :meth:`load` made, in the order of its columns."""
        old = self._session.table(table)
        more = self._session.createDataFrame([tuple(row) for row in rows], old.schema)
        old.union(more).localCheckpoint(eager=True).createOrReplaceTempView(table)

    def write_parquet(self, table: str, path: Path) -> None:
        """Write a table as a folder of Parquet files."""
        self._session.table(table).write.mode("overwrite").parquet(str(path))

    def read_parquet(self, path: Path, table: str) -> None:
        """Take a Parquet file, or a folder of them, as a table."""
        self._session.read.parquet(str(path)).createOrReplaceTempView(table)

    def try_run(self, step: Step) -> bool:
        """Refuse: files are read by the embedded engine."""
        raise _refused(f"the step {step.name} reads a file")

    def drop(self, table: str) -> None:
        """Remove a table, if it is there."""
        self._session.catalog.dropTempView(table)

    def attach(self, path: Path, name: str) -> dict[str, dict[str, str]]:
        """Refuse: a database file is read by the embedded engine."""
        raise _refused(f"{path.name} was to be opened as {name}")

    def detach(self, name: str) -> None:
        """Do nothing: nothing was attached."""


def _refused(what: str) -> DebarError:
    return DebarError(
        "DBR-S041",
        f"Spark does not read files of a platform folder: {what}",
        hint="read the platform with the embedded engine, or give Spark the normalised tables",
        exit_code=EXIT_REFUSED,
    )


@cache
def spark_sql(sql: str) -> str:
    """Turn a step's SQL into Spark's.

    Raises:
        DebarError: DBR-S040, sqlglot or pyspark is not installed.
    """
    try:
        import sqlglot
    except ImportError:
        raise _missing("sqlglot") from None
    (turned,) = sqlglot.transpile(
        sql, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
    )
    return turned


def spark_session(master: str | None) -> Any:  # noqa: ANN401 - pyspark's own type
    """Return a new session, or the one that this process has.

    Args:
        master: Spark's master, such as ``local[2]`` or ``spark://host:7077``; None leaves it to pyspark:
            what spark-submit says, or SPARK_REMOTE, else this machine.

    Raises:
        DebarError: DBR-S040, pyspark is not installed; DBR-S042, Spark does not start.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise _missing("pyspark") from None
    home, remote = os.environ.get("JAVA_HOME"), os.environ.get("SPARK_REMOTE")
    if remote is None and not (home and Path(home, "bin", "java").exists()) and shutil.which("java") is None:
        raise _not_started("there is no Java runtime: set JAVA_HOME, or put java into the PATH")
    builder = SparkSession.builder.appName("debar links")
    if master is not None:
        builder = builder.master(master)
        if master.startswith("local"):  # two hundred partitions, the default, are for a cluster
            builder = builder.config("spark.sql.shuffle.partitions", str(2 * (os.cpu_count() or 1)))
    for name, value in ({} if remote else _SETTINGS).items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except (PySparkException, OSError) as error:
        raise _not_started(f"pyspark says {error.__class__.__name__}") from None
    except Exception as error:
        if error.__class__.__module__.startswith("py4j"):
            raise _not_started("the master cannot be used: see what Spark wrote above") from None
        raise


def _not_started(why: str) -> DebarError:
    return DebarError(
        "DBR-S042",
        f"Spark does not start: {why}",
        hint="Java 17 or later here; --master local[2] for this machine; see docs/spark.md",
        exit_code=EXIT_USAGE,
    )


def _local_session(threads: int) -> Any:  # noqa: ANN401 - pyspark's own type
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise _missing("pyspark") from None
    builder = SparkSession.builder.master(f"local[{threads}]").appName("debar")
    for name, value in {**_SETTINGS, "spark.sql.shuffle.partitions": str(2 * threads)}.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _missing(package: str) -> DebarError:
    return DebarError(
        "DBR-S040",
        f"Spark cannot be used: {package} is not installed",
        hint="pip install debar[spark], and a Java runtime of version 17 or later",
        exit_code=EXIT_USAGE,
    )
