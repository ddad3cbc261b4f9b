"""The register in a PostgreSQL database, in the schema ``debar``.

Law: made and restored in one transaction, whole or not at all, and never over another register. A backup is a
register in an SQLite file, as that of the other kind is: either kind restores from it.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Self

from debar.model.problem import EXIT_REFUSED, DebarError, Place
from debar.register.notes import VerifierKey, empty_checkpoint
from debar.register.postgres.connecting import check_durable, check_version, connect
from debar.register.postgres.database import PostgresDatabase
from debar.register.postgres.tables import SCHEMA, statements
from debar.register.schema import SCHEMA_VERSION, STEPS
from debar.register.sqlite import files, verified_backup
from debar.register.sqlite.database import SqliteDatabase
from debar.register.writing import Register

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from debar.model.ports import Signer
    from debar.register.address import PostgresAddress
    from debar.register.entries import EntryDraft

__all__ = ["PostgresRegister"]


class PostgresRegister(Register):
    """An open register in a database. One instance belongs to one thread."""

    @classmethod
    def open(cls, address: PostgresAddress, *, read_only: bool = False, busy_seconds: float = 10.0) -> Self:
        """Open a register that exists.

        Args:
            address: Where.
            read_only: Refuse every write.
            busy_seconds: How long to wait for another writer.

        Raises:
            DebarError: There is no register, it cannot be read, or the server can lose what it acknowledges.
        """
        database = open_database(address, read_only=read_only, busy_seconds=busy_seconds)
        try:
            check_version(database.connection, address, read_only=read_only)
        except BaseException:
            database.close()
            raise
        return cls(database, address)

    @classmethod
    def create(
        cls,
        address: PostgresAddress,
        *,
        origin: str,
        signer: Signer,
        now: datetime,
        enrolments: Sequence[EntryDraft] = (),
        salts: Sequence[bytes] = (),
    ) -> Self:
        """Make a register, whole or not at all, with its first enrolments in it.

        Args:
            address: Where; there must be no register. The database is there already.
            origin: The log's name: an address without scheme or trailing slash.
            signer: The log's key: it signs the checkpoints.
            now: The present instant.
            enrolments: Drafts made with the log's key.
            salts: 32 random bytes for each enrolment.

        Raises:
            DebarError: There is a register already, or an enrolment is refused.
        """
        with closing(open_database(address)) as database, database.transaction():
            _make_tables(database)
            key = VerifierKey(name=origin, public_key=signer.public_key)
            database.insert("meta", [("verifier_key", str(key))])
            database.insert("checkpoints", [(0, empty_checkpoint(origin, signer))])
            if enrolments:
                cls(database, address).append(enrolments, salts=salts, now=now, signer=signer)
        return cls.open(address)

    def backup(self, to: Path) -> None:
        """Copy the register as of one moment into a new SQLite file, whole or not at all, while others write.

        Raises:
            DebarError: There is a file at ``to``, or it cannot be written.
        """
        part = files.part_of(to)
        try:
            with closing(SqliteDatabase(files.new_file(part), part)) as target:
                with target.writing():
                    self.copy_into(target)
                files.check_pages(target.connection, part)
            files.publish(part, to)
        finally:
            files.discard(part)

    @classmethod
    def restore(cls, from_: Path, to: PostgresAddress, *, known_checkpoint: str | None = None) -> Self:
        """Put a backup of either kind into a database, after verifying all of it.

        Args:
            from_: The backup's file.
            to: Where the register shall be; there must be none.
            known_checkpoint: The newest checkpoint that anybody kept.

        Raises:
            DebarError: The backup does not verify, is older than the checkpoint, or there is a register.
        """
        with (
            verified_backup(from_, known_checkpoint=known_checkpoint) as backup,
            closing(open_database(to)) as database,
            database.transaction(),
        ):
            _make_tables(database)
            database.reserve(backup.revision())
            backup.copy_into(database)
        return cls.open(to)


def open_database(
    address: PostgresAddress, *, read_only: bool = False, busy_seconds: float = 10.0
) -> PostgresDatabase:
    """Connect to a register's database, or to one that shall hold one."""
    connection = connect(address, read_only=read_only, busy_seconds=busy_seconds)
    try:
        if not read_only:
            check_durable(connection, address)
    except BaseException:
        connection.close()
        raise
    return PostgresDatabase(connection, str(address))


def _make_tables(database: PostgresDatabase) -> None:
    """Make the tables of an empty register inside a transaction; refuse where there is one."""
    database.rows("SELECT pg_advisory_xact_lock(hashtext('debar register'))")  # of two makers one waits
    if database.rows("SELECT to_regclass('debar.meta')") != [(None,)]:
        raise DebarError(
            "DBR-R003",
            "there is a register already",
            hint="choose another database; debar overwrites none",
            place=Place(file=database.name),
            exit_code=EXIT_REFUSED,
        )
    if database.rows(f"SELECT to_regnamespace('{SCHEMA}')") == [(None,)]:
        database.execute(f"CREATE SCHEMA {SCHEMA}")
    for statement in statements(SCHEMA_VERSION):
        database.execute(statement)
    database.insert("schema_version", list(STEPS.items()))
