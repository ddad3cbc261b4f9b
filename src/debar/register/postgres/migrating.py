"""Bring a register in PostgreSQL to the tables of this version.

Law: with the head's lock held, so that nobody appends; first a backup, whole and on disk, then the new tables
in one transaction.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from debar.register.postgres import PostgresRegister, open_database
from debar.register.postgres.connecting import check_version
from debar.register.postgres.tables import statements
from debar.register.schema import SCHEMA_VERSION, STEPS

if TYPE_CHECKING:
    from pathlib import Path

    from debar.register.address import PostgresAddress


def migrate_database(address: PostgresAddress, *, backup: Path, busy_seconds: float) -> tuple[str, ...]:
    """Migrate a database, and return the names of the steps that were done; none where it is up to date.

    Args:
        address: Where the register is; the user must own its tables.
        backup: Where the backup shall be; there must be no file.
        busy_seconds: How long to wait for another writer.

    Raises:
        DebarError: The backup cannot be made, the user may not, or another process writes.
    """
    with closing(open_database(address, busy_seconds=busy_seconds)) as database:
        check_version(database.connection, address, read_only=True)
        with database.writing():
            since = database.version()
            if since == SCHEMA_VERSION:
                return ()
            with PostgresRegister.open(address, read_only=True) as before:
                before.backup(backup)
            for statement in statements(SCHEMA_VERSION, since=since):
                database.execute(statement)
            steps = [(version, step) for version, step in STEPS.items() if version > since]
            database.insert("schema_version", steps)
    return tuple(step for _, step in steps)
