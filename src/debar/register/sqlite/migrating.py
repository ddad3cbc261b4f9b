"""Bring a register's file to the tables of this version.

Law: under the write lock; first a backup, whole and on disk, then the new tables in one transaction.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from debar.register.schema import SCHEMA_VERSION, STEPS
from debar.register.sqlite import files
from debar.register.sqlite.database import SqliteDatabase
from debar.register.sqlite.tables import statements

if TYPE_CHECKING:
    from pathlib import Path


def migrate_file(path: Path, *, backup: Path, busy_seconds: float) -> tuple[str, ...]:
    """Migrate a file, and return the names of the steps that were done; none where it is up to date.

    Args:
        path: The register's file.
        backup: Where the backup shall be; there must be no file.
        busy_seconds: How long to wait for another writer.

    Raises:
        DebarError: The backup cannot be made, or another process writes.
    """
    part = files.part_of(backup)
    connection = files.connect(path, read_only=False, frozen=False, busy_seconds=busy_seconds, migrating=True)
    with closing(SqliteDatabase(connection, path)) as database:
        try:
            with database.writing():
                since = database.version()
                if since == SCHEMA_VERSION:
                    return ()
                with closing(
                    files.connect(path, read_only=True, frozen=False, busy_seconds=10.0)
                ) as before:  # of its own: it reads what was there before this transaction
                    files.copy_database(before, part)
                files.publish(part, backup)
                _upgrade(database)
        finally:
            files.discard(part)
    return tuple(step for version, step in STEPS.items() if version > since)


def _upgrade(database: SqliteDatabase) -> None:
    """Make the tables that are not there yet, inside a write."""
    for statement in statements(SCHEMA_VERSION, since=database.version()):
        database.execute(statement)
    database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def upgrade_part(part: Path) -> None:
    """Bring a copy that has not got its name yet to the tables of this version."""
    connection = files.connect(part, read_only=False, frozen=False, busy_seconds=10.0, migrating=True)
    with closing(SqliteDatabase(connection, part)) as database, database.writing():
        _upgrade(database)
