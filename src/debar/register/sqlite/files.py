"""The register as a file: made, opened, copied and put back, each whole or not at all.

Law: no file of ours is ever written over; a new one appears under its name only when it is complete and on
disk.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from debar.model.problem import EXIT_REFUSED, DebarError, Place
from debar.register.notes import VerifierKey, empty_checkpoint
from debar.register.schema import SCHEMA_VERSION, refuse_version
from debar.register.sqlite.faults import translated
from debar.register.sqlite.tables import APPLICATION_ID, statements

if TYPE_CHECKING:
    from pathlib import Path

    from debar.model.ports import Signer


def connect(
    path: Path, *, read_only: bool, frozen: bool, busy_seconds: float, migrating: bool = False
) -> sqlite3.Connection:
    """Open an existing register's file, and only a register's.

    Args:
        path: The file.
        read_only: Refuse every write.
        frozen: The file does not change while it is open (a backup on read-only media).
        busy_seconds: How long to wait for another writer.
        migrating: Open for writing what has to be migrated first.

    Raises:
        DebarError: There is no file, it is not a register, or it is of another version.
    """
    mode = "mode=ro&immutable=1" if frozen else "mode=ro" if read_only else "mode=rw"
    if not path.is_file():
        raise _refused(
            "DBR-R002", "the register cannot be opened", path, "make one with `debar register init`"
        )
    with translated(path):
        address = f"{path.absolute().as_uri()}?{mode}"
        connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=busy_seconds)
        try:
            check_header(connection, path)
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            refuse_version(version, name=path.name, read_only=read_only or migrating)
            for pragma in ("synchronous = FULL", "secure_delete = ON", "trusted_schema = OFF"):
                connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
    return connection


def check_header(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a file that is not a register."""
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise _refused(
            "DBR-R001", "this file is not a register", path, "name the file that `debar register init` made"
        )


def write_empty(path: Path, *, origin: str, signer: Signer) -> None:
    """Write a register without entries into a file of its own."""
    key = VerifierKey(name=origin, public_key=signer.public_key)
    with closing(new_file(path)) as connection, translated(path):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO meta VALUES ('verifier_key', ?)", (str(key),))
        connection.execute("INSERT INTO checkpoints VALUES (0, ?)", (empty_checkpoint(origin, signer),))
        connection.execute("COMMIT")


def new_file(path: Path) -> sqlite3.Connection:
    """Make a file with a register's tables, and nothing in them; return it open, in autocommit."""
    with translated(path):
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            for statement in statements(SCHEMA_VERSION):
                connection.execute(statement)
            connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
    return connection


def copy_database(source: sqlite3.Connection, path: Path) -> None:
    """Copy an open database as of one moment, while others go on writing, and check the copy's pages."""
    with translated(path), closing(sqlite3.connect(path, isolation_level=None)) as target:
        source.backup(target)
        check_pages(target, path)


def check_pages(copy: sqlite3.Connection, path: Path) -> None:
    """Refuse a copy whose pages are damaged.

    Raises:
        DebarError: DBR-R004, they are.
    """
    with translated(path):
        answer = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if answer != "ok":
        raise _refused("DBR-R004", "the register's file is damaged", path, "the copy was thrown away")


def part_of(path: Path) -> Path:
    """Return the name under which a file is made before it gets its own; refuse where it has it already.

    Raises:
        DebarError: There is a file at the path.
    """
    if path.exists():
        raise _exists(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    discard(part)
    return part


def publish(part: Path, path: Path) -> None:
    """Give a finished file its name: after it is on disk, and never over another file."""
    sync(part)
    try:
        os.link(part, path)
    except FileExistsError:
        raise _exists(path) from None
    except OSError:  # a file system without hard links
        if path.exists():
            raise _exists(path) from None
        part.replace(path)
    part.unlink(missing_ok=True)
    sync(path.parent)


def discard(part: Path) -> None:
    """Remove an unfinished file and what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        part.with_name(part.name + suffix).unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Force a file or a folder to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _exists(path: Path) -> DebarError:
    return _refused("DBR-R003", "there is a file already", path, "choose another name; debar overwrites none")


def _refused(code: str, what: str, path: Path, hint: str) -> DebarError:
    return DebarError(code, what, hint=hint, place=Place(file=path.name), exit_code=EXIT_REFUSED)
