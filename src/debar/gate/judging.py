"""From what stands against the keys of a question to the gate's answer.

Law: the same debarments, question and instant give the same answer, whether they were read from the
register's file, from a table or from an overlay; where several decisions deny, the one that holds longest is
named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from debar.gate.answer import ACTIONS, Answer, refuse_action
from debar.model.problem import DebarError
from debar.model.typed_keys import typed_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from typing import Protocol

    from debar.model.typed_keys import TypedKey
    from debar.register.debarments import Debarment

    class Checker(Protocol):
        """Whatever answers about typed keys: the direct gate, a table with its overlay, a leased gate."""

        def check_keys(
            self,
            keys: Sequence[TypedKey],
            *,
            action: str = ...,
            surface: str | None = ...,
            territory: str | None = ...,
            at_least: int | None = ...,
            now: datetime,
        ) -> Answer:
            """Answer whether whoever holds all these keys may do something with their advertising."""
            ...


def judged(
    standing: Iterable[Debarment],
    revision: int,
    *,
    action: str,
    surface: str | None,
    territory: str | None,
    now: datetime,
) -> Answer:
    """Answer from what stands: the longest denial that covers the question."""
    longest = longest_covering(standing, action, surface=surface, territory=territory, now=now)
    if longest is None:
        return Answer(allowed=True, verdict="allowed", revision=revision)
    return denial(longest, revision=revision)


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


def stale(revision: int, at_least: int) -> Answer:
    """Return the answer of a gate that has not reached the revision asked for."""
    return Answer(
        allowed=False,
        verdict="stale",
        reason=f"the register is at revision {revision}, and {at_least} is asked for",
        revision=revision,
    )


def unreadable(error: Exception) -> Answer:
    """Return the answer of a gate that cannot read what stands."""
    why = error.what if isinstance(error, DebarError) else "it cannot be read"
    return Answer(
        allowed=False, verdict="unreadable", reason=f"the register gives no answer, so nothing is sold: {why}"
    )


def malformed(shown: object) -> DebarError:
    """Return the error for a question that no key can be made of."""
    return DebarError(
        "DBR-G002",
        "this cannot be checked",
        details=(f"account id {shown!r}: it must be a text that is not empty, and `now` needs its zone",),
        hint="give ids as texts, also where they are numbers: a float would lose digits",
    )


def unfit(why: str) -> DebarError:
    """Return the error for typed keys that cannot be some; a value may be sensitive and is not shown."""
    return DebarError(
        "DBR-G002",
        "this cannot be checked",
        details=(why,),
        hint='give keys as pairs of texts, such as ("account", "acct-1") and ("domain", "rt.com")',
    )


def question(keys: Sequence[TypedKey], *, action: str, now: datetime) -> tuple[TypedKey, ...]:
    """Return the keys of a question in their one spelling.

    Raises:
        DebarError: The question is not one about advertising, or is malformed.
    """
    if action not in ACTIONS:
        raise refuse_action(action)
    if now.tzinfo is None:
        raise unfit("`now` needs its zone")
    return spelled(keys)


def spelled(keys: Sequence[TypedKey]) -> tuple[TypedKey, ...]:
    """Return keys in their one spelling.

    Raises:
        DebarError: One is none, or there is none.
    """
    made: list[TypedKey] = []
    for key in keys:
        try:
            kind, value = key
            made.append(typed_key(kind, value))
        except (ValueError, TypeError) as error:
            raise unfit(_why(error)) from None
    if not made:
        raise unfit("a question names one key at least")
    return tuple(made)


def _why(error: Exception) -> str:
    """Say why without the value: a text that is no Unicode is quoted whole by its error."""
    if isinstance(error, UnicodeError | TypeError):
        return "kind and value are texts"
    return str(error)


def _length(debarment: Debarment) -> tuple[bool, str, int]:
    lapses_at = debarment.lapses_at
    return (lapses_at is None, "" if lapses_at is None else lapses_at.isoformat(), -debarment.entry_seq)
