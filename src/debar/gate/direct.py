"""The strict gate: one SELECT in the register itself, no cache, no lease.

Law: an answer is read from the register as it is at that moment; once an append of a debar has returned,
every later check denies. Where the register cannot be read, the answer is no.
"""

from __future__ import annotations

from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from debar.gate.answer import ACTIONS, Answer, refuse_action
from debar.gate.judging import is_id, judged, malformed, question, stale, unreadable
from debar.model.problem import DebarError
from debar.register.address import PostgresAddress, address_of, open_lookup
from debar.register.schema import debarment_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from debar.model.typed_keys import TypedKey
    from debar.register.address import RegisterAddress
    from debar.register.database import Row
    from debar.register.reading import RegisterReader


class Gate:
    """Answers whether accounts may advertise, from the register itself.

    Every thread and every forked child has a connection of its own. A file that was put in the place of the
    old one (restored), and a database that was restarted, are noticed at the next check.

    Args:
        register: Where the register is, or an open register.
    """

    def __init__(self, register: RegisterAddress | str | RegisterReader) -> None:
        self.address: RegisterAddress = _address_of(register)
        self._lookup = open_lookup(self.address)

    def check(
        self,
        account_id: str,
        *,
        action: str = "buy",
        surface: str | None = None,
        territory: str | None = None,
        at_least: int | None = None,
        now: datetime,
    ) -> Answer:
        """Answer whether an account may do something with its advertising.

        Args:
            account_id: The platform's id, exactly as in its export.
            action: ``create``, ``buy``, ``serve`` or ``charge``.
            surface: Where on the platform; None counts as every surface.
            territory: Country code; None counts as every territory.
            at_least: The revision that the answer must know; an older register answers no, as stale.
            now: The present instant, aware.

        Raises:
            DebarError: The question is not one about advertising, or is malformed.
        """
        if action not in ACTIONS:
            raise refuse_action(action)
        if not is_id(account_id) or now.tzinfo is None:
            raise malformed(account_id)
        try:
            rows = self._lookup.rows("account", account_id)
        except (DebarError, OSError) as error:
            return unreadable(error)
        except UnicodeEncodeError:
            raise malformed(account_id) from None
        return _answered(
            rows, action=action, surface=surface, territory=territory, at_least=at_least, now=now
        )

    def check_keys(
        self,
        keys: Sequence[TypedKey],
        *,
        action: str = "buy",
        surface: str | None = None,
        territory: str | None = None,
        at_least: int | None = None,
        now: datetime,
    ) -> Answer:
        """Answer about several keys at once: one that is debarred denies.

        Each key is read as it is at its own moment, so the answer knows every decision whose append had
        returned before the call; its revision is the oldest of those that were read.

        Args:
            keys: Kind and value each, as the platform writes them: an account, a domain, a payer.
            action: As for :meth:`check`.
            surface: As for :meth:`check`.
            territory: As for :meth:`check`.
            at_least: As for :meth:`check`.
            now: The present instant, aware.

        Raises:
            DebarError: The question is not one about advertising, or is malformed.
        """
        asked = question(keys, action=action, now=now)
        try:
            rows = [row for key in asked for row in self._lookup.rows(*key)]
        except (DebarError, OSError) as error:
            return unreadable(error)
        oldest = min(rows, key=itemgetter(0))
        rows.insert(0, (oldest[0], None))
        return _answered(
            rows, action=action, surface=surface, territory=territory, at_least=at_least, now=now
        )

    def close(self) -> None:
        """Close this thread's connection."""
        self._lookup.close()


def check(
    register: RegisterAddress | str | RegisterReader,
    account_id: str,
    *,
    action: str = "buy",
    surface: str | None = None,
    territory: str | None = None,
    at_least: int | None = None,
    now: datetime,
) -> Answer:
    """Answer one question as :meth:`Gate.check` does; a server keeps a :class:`Gate` instead."""
    gate = Gate(register)
    try:
        return gate.check(
            account_id, action=action, surface=surface, territory=territory, at_least=at_least, now=now
        )
    finally:
        gate.close()


def _answered(
    rows: Sequence[Row],
    *,
    action: str,
    surface: str | None,
    territory: str | None,
    at_least: int | None,
    now: datetime,
) -> Answer:
    """Answer from the rows of a lookup: the revision, and what stands beside it."""
    revision = rows[0][0]
    if at_least is not None and revision < at_least:
        return stale(revision, at_least)
    standing = [debarment_of(row[1:]) for row in rows if row[1] is not None]
    return judged(standing, revision, action=action, surface=surface, territory=territory, now=now)


def _address_of(register: RegisterAddress | str | RegisterReader) -> RegisterAddress:
    if isinstance(register, str):
        return address_of(register)
    return register if isinstance(register, Path | PostgresAddress) else register.address
