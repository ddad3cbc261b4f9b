"""From what stands against a key to an answer.

Law: of several debarments that cover a question, the longest denies: it is the one that the advertiser must
be told of. Nothing covers a question about something else than advertising.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from debar.gate.answer import Answer
from debar.model.problem import DebarError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from debar.register.debarments import Debarment


def longest_covering(
    standing: Iterable[Debarment], action: str, *, surface: str | None, territory: str | None, now: datetime
) -> Debarment | None:
    """Return the longest of the debarments that refuse an action at an instant; None where none does."""
    covering = [d for d in standing if d.covers(action, surface=surface, territory=territory, now=now)]
    return max(covering, key=_length) if covering else None


def denial(debarment: Debarment, *, revision: int, mode: str = "direct") -> Answer:
    """Return the answer that a debarment gives."""
    return Answer(
        allowed=False,
        verdict="debarred",
        reason=debarment.reason,
        revision=revision,
        entry=debarment.entry_seq,
        decision=debarment.decision_id,
        statement=debarment.statement or None,
        until=debarment.lapses_at,
        mode=mode,
    )


def is_id(value: object) -> bool:
    """Tell whether a value can be an account's id or a key's value."""
    return isinstance(value, str) and bool(value)


def malformed(account_id: object) -> DebarError:
    """Return the error for a question that cannot be answered as it is put."""
    return DebarError(
        "DBR-G002",
        "this cannot be checked",
        details=(
            f"account id {account_id!r}: it must be a text that is not empty, and `now` needs its zone",
        ),
        hint="give ids as texts, also where they are numbers: a float would lose digits",
    )


def _length(debarment: Debarment) -> tuple[bool, str, int]:
    lapses_at = debarment.lapses_at
    return (lapses_at is None, "" if lapses_at is None else lapses_at.isoformat(), -debarment.entry_seq)
