"""What SQLite says when it fails, in our words.

Law: a driver's error never reaches a user; each becomes one documented error that says what to do.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from debar.model.problem import EXIT_PROBLEMS, EXIT_REFUSED, EXIT_USAGE, DebarError, Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FAULTS: Final[dict[int, tuple[str, str, str, int]]] = {
    sqlite3.SQLITE_NOTADB: (
        "DBR-R001", "this file is not a register", "name the file that `debar register init` made",
        EXIT_USAGE,
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "DBR-R002", "the register cannot be opened",
        "make one with `debar register init`, or check the path; a reader must be able to write its folder",
        EXIT_USAGE,
    ),
    sqlite3.SQLITE_CORRUPT: (
        "DBR-R004", "the register's file is damaged",
        "keep the file as it is, and restore the last backup with `debar register restore`", EXIT_PROBLEMS,
    ),
    sqlite3.SQLITE_BUSY: (
        "DBR-R005", "another process holds the register", "wait for it to finish and try again", EXIT_REFUSED,
    ),
    sqlite3.SQLITE_LOCKED: (
        "DBR-R005", "another process holds the register", "wait for it to finish and try again", EXIT_REFUSED,
    ),
    sqlite3.SQLITE_READONLY: (
        "DBR-R006", "the register cannot be written", "check who owns the file and its folder", EXIT_REFUSED,
    ),
    sqlite3.SQLITE_PERM: (
        "DBR-R006", "the register cannot be written", "check who owns the file and its folder", EXIT_REFUSED,
    ),
}  # fmt: skip


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what sqlite3 raises inside into a :class:`DebarError` with its place."""
    try:
        yield
    except sqlite3.Error as error:
        raise fault(path, error) from error


def fault(path: Path, error: sqlite3.Error) -> DebarError:
    """Return our error for one of the driver's."""
    number = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    code, what, hint, exit_code = _FAULTS.get(
        number,
        (
            "DBR-R026",
            "the register's disk or database failed",
            "nothing was recorded: look at free space and at the disk's health, then try again",
            EXIT_PROBLEMS,
        ),
    )
    name = getattr(error, "sqlite_errorname", "SQLITE_ERROR")
    return DebarError(
        code, what, hint=hint, place=Place(file=path.name), exit_code=exit_code, details=(f"cause: {name}",)
    )
