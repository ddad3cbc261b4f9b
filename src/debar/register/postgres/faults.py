"""What PostgreSQL and its driver say when they fail, in our words.

Law: a driver's error never reaches a user; each becomes one documented error that says what to do. Where a
commit's answer was lost, the error says that the outcome is not known, and never that nothing was recorded.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import psycopg

from debar.model.problem import EXIT_PROBLEMS, EXIT_REFUSED, EXIT_STALE, EXIT_USAGE, DebarError, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

_BUSY: Final = (
    "DBR-R005",
    "another process holds the register",
    "wait for it to finish and try again",
    EXIT_REFUSED,
)
_FORBIDDEN: Final = (
    "DBR-R006", "the register cannot be written",
    "check the grants of the database's user (docs/register-postgresql.md), and the server is the primary",
    EXIT_REFUSED,
)  # fmt: skip
_DAMAGED: Final = (
    "DBR-R004", "the register's file is damaged",
    "keep the data folder as it is, and restore the last backup with `debar register restore`", EXIT_PROBLEMS,
)  # fmt: skip
_ABSENT: Final = (
    "DBR-R002", "the register cannot be opened", "make one with `debar register init`, or check the address",
    EXIT_USAGE,
)  # fmt: skip
_SILENT: Final = (
    "DBR-R053", "the register's database does not answer",
    "check host, database, user and password, and that the server is the primary; nothing was recorded",
    EXIT_PROBLEMS,
)  # fmt: skip
_OTHER: Final = (
    "DBR-R026", "the register's disk or database failed",
    "nothing was recorded: look at free space and at the server's log, then try again", EXIT_PROBLEMS,
)  # fmt: skip

_FAULTS: Final = {
    "55P03": _BUSY,  # the lock was not had in time
    "40P01": _BUSY,  # deadlock
    "40001": _BUSY,
    "25006": _FORBIDDEN,  # a read-only transaction, or a standby
    "42501": _FORBIDDEN,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
    "3F000": _ABSENT,
    "42P01": _ABSENT,
    "3D000": _ABSENT,
}
_LOST: Final = ("08", "57P", "28")
"""Beginnings of the states of a server that is gone, going, not yet there, or does not let us in."""


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Turn what psycopg raises inside into a :class:`DebarError` with its place."""
    try:
        yield
    except psycopg.Error as error:
        raise fault(name, error) from error


def fault(name: str, error: psycopg.Error) -> DebarError:
    """Return our error for one of the driver's."""
    state = error.sqlstate
    silent = state.startswith(_LOST) if state is not None else isinstance(error, psycopg.OperationalError)
    code, what, hint, exit_code = _FAULTS.get(state or "", _SILENT if silent else _OTHER)
    cause = f"cause: {type(error).__name__}" + (f" {state}" if state else "")
    return DebarError(code, what, hint=hint, place=Place(file=name), exit_code=exit_code, details=(cause,))


def unknown_outcome(name: str, cause: str) -> DebarError:
    """Return the error of a commit whose answer was lost, or that no standby has confirmed."""
    return DebarError(
        "DBR-R052",
        "whether this was recorded is not known",
        details=(cause,),
        place=Place(file=name),
        hint="run the same again: what was recorded is found by its request, and is not recorded twice",
        exit_code=EXIT_STALE,
    )
