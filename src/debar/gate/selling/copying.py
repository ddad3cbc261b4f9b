"""A copy of what stands in a shop's own database, for a money gate that cannot be beside the register.

Law: a refresh is one transaction that brings the copy to a revision and says until when it may be believed;
an interrupted one leaves the older copy, which then runs out, and everything is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from debar.gate.selling.money_gate import COPY_TABLES
from debar.register.debarments import GATE_TYPES
from debar.register.entries import instant_text
from debar.register.schema import STANDING_COLUMNS, standing_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from debar.register.entries import Entry
    from debar.register.reading import RegisterReader


class Connection(Protocol):
    """A connection of sqlite3 or psycopg that is not in autocommit."""

    def cursor(self) -> Any:  # noqa: ANN401 - the two drivers' cursors have no common type
        """Open a cursor."""
        ...

    def commit(self) -> None:
        """Commit."""
        ...

    def rollback(self) -> None:
        """Roll back."""
        ...


_COLUMN_COUNT: Final = STANDING_COLUMNS.count(",") + 1


class StandingCopy:
    """Keeps the tables of a copy.

    Args:
        connection: To the shop's database; commits and rollbacks are made on it.
        placeholder: ``?`` for sqlite3, ``%s`` for psycopg.
    """

    def __init__(self, connection: Connection, *, placeholder: str) -> None:
        self._connection = connection
        self._mark = placeholder

    def refresh(self, register: RegisterReader, *, fresh_until: datetime) -> int:
        """Bring the copy to the register's revision.

        Args:
            register: Open.
            fresh_until: From when on the copy is not believed any more, unless it is refreshed again.

        Returns:
            The revision.
        """
        cursor = self._connection.cursor()
        try:
            for statement in COPY_TABLES.split(";\n")[:-1]:
                cursor.execute(statement)
            cursor.execute("SELECT revision FROM debarred_copy")
            copied = cursor.fetchone()
            with register.standing_rows() as (revision, rows):
                since = register.entries(copied[0]) if copied is not None else ()
                if copied is None or copied[0] > revision or any(map(_is_erased, since)):
                    self._replace(cursor, rows)
                else:
                    self._update(cursor, register, since)
            cursor.execute("DELETE FROM debarred_copy")
            cursor.execute(
                f"INSERT INTO debarred_copy VALUES (1, {self._mark}, {self._mark})",
                (revision, instant_text(fresh_until)),
            )
            self._connection.commit()
        except BaseException:
            self._connection.rollback()
            raise
        return revision

    def _replace(self, cursor: Any, rows: Iterable[Sequence[Any]]) -> None:  # noqa: ANN401 - as above
        cursor.execute("DELETE FROM debarred")
        cursor.executemany(self._insert(), rows)

    def _update(self, cursor: Any, register: RegisterReader, since: Iterable[Entry]) -> None:  # noqa: ANN401 - as above
        """Take over again the keys that were decided about since."""
        keys = {
            (entry.body["key"]["kind"], entry.body["key"]["value"])
            for entry in since
            if entry.type in GATE_TYPES and entry.body is not None
        }
        where = f"key_kind = {self._mark} AND key_value = {self._mark}"
        for key in sorted(keys):
            cursor.execute(f"DELETE FROM debarred WHERE {where}", key)
            cursor.executemany(self._insert(), [standing_row(one) for one in register.standing(*key)])

    def _insert(self) -> str:
        return f"INSERT INTO debarred ({STANDING_COLUMNS}) VALUES ({', '.join([self._mark] * _COLUMN_COUNT)})"


def _is_erased(entry: Entry) -> bool:
    """Tell whether an entry's key is not known any more: it was lifted, and what is copied may not know."""
    return entry.type in GATE_TYPES and entry.body is None
