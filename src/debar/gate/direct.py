"""The strict gate: one SELECT in the register itself, no cache, no lease.

Law: an answer is read from the register as it is at that moment; once an append of a debar has returned,
every later check denies. Where the register cannot be read, the answer is no.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from debar.gate.answer import ACTIONS, Answer, refuse_action
from debar.gate.judging import denial, is_id, longest_covering, malformed
from debar.model.problem import DebarError
from debar.register.address import PostgresAddress, address_of, open_lookup
from debar.register.schema import debarment_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from debar.register.address import RegisterAddress
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
            return _unreadable(error)
        except UnicodeEncodeError:
            raise malformed(account_id) from None
        revision = rows[0][0]
        if at_least is not None and revision < at_least:
            return Answer(
                allowed=False,
                verdict="stale",
                reason=f"the register is at revision {revision}, and {at_least} is asked for",
                revision=revision,
            )
        if rows[0][1] is None:
            return Answer(allowed=True, verdict="allowed", revision=revision)
        return _judged(rows, revision, action=action, surface=surface, territory=territory, now=now)

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


def _judged(
    rows: Sequence[Sequence[Any]],
    revision: int,
    *,
    action: str,
    surface: str | None,
    territory: str | None,
    now: datetime,
) -> Answer:
    """Answer from what stands against an account: the longest denial that covers the question."""
    standing = [debarment_of(row[1:]) for row in rows]
    longest = longest_covering(standing, action, surface=surface, territory=territory, now=now)
    if longest is None:
        return Answer(allowed=True, verdict="allowed", revision=revision)
    return denial(longest, revision=revision)


def _address_of(register: RegisterAddress | str | RegisterReader) -> RegisterAddress:
    if isinstance(register, str):
        return address_of(register)
    return register if isinstance(register, Path | PostgresAddress) else register.address


def _unreadable(error: Exception) -> Answer:
    why = error.what if isinstance(error, DebarError) else "it cannot be read"
    return Answer(
        allowed=False, verdict="unreadable", reason=f"the register gives no answer, so nothing is sold: {why}"
    )
