"""What stands against one key, read from the primary: the whole of a gate's question.

Law: each lookup asks the primary. Every thread and every forked child has a connection of its own. A server
that does not answer within the limit, whatever holds it up, is an error and never an answer.
"""

from __future__ import annotations

import os
import select
import threading
import time
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg.pq import ExecStatus

from debar.model.problem import EXIT_PROBLEMS, DebarError, Place
from debar.register.postgres.connecting import connect
from debar.register.schema import LOOKUP

if TYPE_CHECKING:
    from debar.register.address import PostgresAddress
    from debar.register.database import Row

_ANSWER_SECONDS: Final = 0.5
_CONNECT_SECONDS: Final = 2
_REST_SECONDS: Final = 0.25
"""After a failure to connect nobody tries again for so long: threads do not queue for a dead server."""

_STATEMENT: Final = LOOKUP.replace("?", "$1::text", 1).replace("?", "$2::text", 1).encode()
_NAME: Final = b"debar_lookup"
_INTEGERS: Final = frozenset({0, 4})
"""Columns of the lookup that hold numbers: the revision, and the entry of what stands."""


class PostgresLookup:
    """Looks keys up in a register's database.

    Args:
        address: Where.
    """

    def __init__(self, address: PostgresAddress) -> None:
        self._address = address
        self._local = threading.local()
        self._inherited: list[_Asking] = []
        self._rests_until = 0.0

    def rows(self, kind: str, value: str) -> list[Row]:
        """Return the revision and what stands, one row for each debarment, one row where there is none.

        Raises:
            DebarError: The database gives no answer.
        """
        if "\0" in value:
            raise self._silent(ValueError("no text of a database holds the character NUL"))
        asked = kind.encode(), value.encode()
        asking: _Asking | None = getattr(self._local, "asking", None)
        if asking is not None and asking.process == os.getpid():
            try:
                return asking.ask(*asked)
            except (psycopg.Error, OSError) as error:
                self.close()
                if isinstance(error, TimeoutError):
                    raise self._silent(error) from error
        elif asking is not None:
            self._inherited.append(asking)  # the parent's: neither used nor closed
        try:
            return self._connected().ask(*asked)  # the server was restarted, or this is the first question
        except (psycopg.Error, OSError) as error:
            self.close()
            raise self._silent(error) from error

    def close(self) -> None:
        """Close this thread's connection."""
        asking: _Asking | None = getattr(self._local, "asking", None)
        if asking is not None and asking.process == os.getpid():
            asking.connection.close()
        self._local.asking = None

    def _connected(self) -> _Asking:
        if time.monotonic() < self._rests_until:
            raise TimeoutError("the database did not answer a moment ago")
        try:
            asking = _Asking(self._address)
        except DebarError:
            self._rests_until = time.monotonic() + _REST_SECONDS
            raise
        self._local.asking = asking
        return asking

    def _silent(self, error: Exception) -> DebarError:
        return DebarError(
            "DBR-R053",
            "the register's database does not answer",
            place=Place(file=str(self._address)),
            details=(f"cause: {type(error).__name__}",),
            hint="check that the server runs, and that this host reaches it",
            exit_code=EXIT_PROBLEMS,
        )


class _Asking:
    """One connection with its prepared question, asked below the driver's own waiting, which has no limit."""

    def __init__(self, address: PostgresAddress) -> None:
        milliseconds = f"{round(_ANSWER_SECONDS * 1000)}ms"
        self.process = os.getpid()
        self.connection: psycopg.Connection[Any] = connect(
            address,
            read_only=True,
            busy_seconds=_ANSWER_SECONDS,
            connect_seconds=_CONNECT_SECONDS,
            settings={"statement_timeout": milliseconds},
        )
        self._libpq = self.connection.pgconn
        self._poll = select.poll()
        self._poll.register(self._libpq.socket, select.POLLIN)
        try:
            self._libpq.send_prepare(_NAME, _STATEMENT)
            self._result(time.monotonic() + _ANSWER_SECONDS)
        except BaseException:
            self.connection.close()
            raise

    def __del__(self) -> None:
        """Close the connection of a thread that has ended; never a parent's."""
        if self.process == os.getpid() and hasattr(self, "connection"):
            self.connection.close()

    def ask(self, kind: bytes, value: bytes) -> list[Row]:
        """Ask, and wait no longer than the limit.

        Raises:
            TimeoutError: There was no answer in time.
        """
        self._libpq.send_query_prepared(_NAME, [kind, value])
        result = self._result(time.monotonic() + _ANSWER_SECONDS)
        return [
            tuple(_cell(column, result.get_value(row, column)) for column in range(result.nfields))
            for row in range(result.ntuples)
        ]

    def _result(self, deadline: float) -> psycopg.pq.abc.PGresult:
        libpq = self._libpq
        libpq.flush()
        while libpq.is_busy():
            left = deadline - time.monotonic()
            if left <= 0 or not self._poll.poll(left * 1000):
                raise TimeoutError("the database did not answer in time")
            libpq.consume_input()
        result = libpq.get_result()
        if result is None or result.status not in {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}:
            raise psycopg.OperationalError("the question was refused")
        while libpq.is_busy():
            if not self._poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
                raise TimeoutError("the answer did not end in time")
            libpq.consume_input()
        ended = libpq.get_result()
        assert ended is None, "one statement has one result"
        return result


def _cell(column: int, value: bytes | None) -> str | int | None:
    if value is None:
        return None
    return int(value) if column in _INTEGERS else value.decode()
