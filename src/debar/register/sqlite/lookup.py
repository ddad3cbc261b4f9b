"""What stands against one key, read from the register's file: the whole of a gate's question.

Law: each lookup reads the file as it is at that moment. Every thread and every forked child has a connection
of its own; a file that was put in the place of the old one is noticed at the next lookup.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from typing import TYPE_CHECKING, Final

from debar.register.schema import LOOKUP
from debar.register.sqlite.faults import fault
from debar.register.sqlite.files import connect

if TYPE_CHECKING:
    from pathlib import Path

    from debar.register.database import Row

_BUSY_SECONDS: Final = 0.5
"""A reader in WAL mode waits for nobody but a recovery after a crash; longer than this is an error."""


class SqliteLookup:
    """Looks keys up in a register's file.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = str(path.absolute())
        self._local = threading.local()
        self._inherited: list[sqlite3.Connection] = []

    def rows(self, kind: str, value: str) -> list[Row]:
        """Return the revision and what stands, one row for each debarment, one row where there is none.

        Raises:
            DebarError: The file cannot be read.
        """
        try:
            state = os.stat(self._file)  # noqa: PTH116 - a Path costs a third of the whole lookup
            identity = (state.st_ino, state.st_dev, os.getpid())
            local = self._local
            if getattr(local, "identity", None) != identity:
                self._reopen(identity)
            rows: list[Row] = local.connection.execute(LOOKUP, (kind, value)).fetchall()
        except sqlite3.Error as error:
            raise fault(self._path, error) from error
        return rows

    def close(self) -> None:
        """Close this thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None
            self._local.identity = None

    def _reopen(self, identity: tuple[int, int, int]) -> None:
        """Open this thread's connection anew; what a fork inherited is left alone, as SQLite asks."""
        last = getattr(self._local, "identity", None)
        if last is not None and last[2] != identity[2]:
            self._inherited.append(self._local.connection)
        elif last is not None:
            self.close()
        self._local.identity = None
        self._local.connection = connect(self._path, read_only=True, frozen=False, busy_seconds=_BUSY_SECONDS)
        self._local.identity = identity
