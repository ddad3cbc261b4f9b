"""What a gate answers, and what it may be asked.

Law: every answer says at which revision it was given, and every denial says why and by which decision.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from debar.model.problem import EXIT_REFUSED, EXIT_STALE, DebarError
from debar.register.entries import instant_text

if TYPE_CHECKING:
    from datetime import datetime

ACTIONS: Final = frozenset({"create", "buy", "serve", "charge"})
"""What a gate is asked about: create an ad or campaign, buy, serve, charge."""

Verdict: TypeAlias = Literal["allowed", "debarred", "stale", "unreadable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """May this account do this with its advertising?

    Args:
        allowed: The answer. Everything that is not a clear yes is False.
        verdict: ``allowed``, ``debarred``, ``stale`` (the register has not reached the revision asked for)
            or ``unreadable`` (the register could not be read).
        reason: In a sentence; empty when allowed.
        revision: Of the register that was read; None where it could not be.
        entry: The entry that denies; None otherwise.
        decision: The decision that denies; None otherwise.
        statement: Where its statement of reasons is; None where there is none.
        until: The instant at which the denial lapses; None where it has no end.
        valid_until: For a gate with a lease, the first instant of the gate's boot clock, in nanoseconds, at
            which this may not be used any more: a sale that is committed later must be asked about again.
            None for a denial, and for a direct gate, whose answer holds at the moment of its reading.
        mode: ``direct``, ``strict``, ``best_effort`` or ``shadow``.
        would: In shadow, the verdict that a strict gate would have given where that is no allowing one.
    """

    allowed: bool
    verdict: Verdict
    reason: str = ""
    revision: int | None = None
    entry: int | None = None
    decision: str | None = None
    statement: str | None = None
    until: datetime | None = None
    valid_until: int | None = None
    mode: str = "direct"
    would: Verdict | None = None

    @property
    def exit_code(self) -> int:
        """0 allowed, 1 debarred, 4 stale or unreadable: the register's own answer is not known."""
        if self.allowed:
            return 0
        return EXIT_REFUSED if self.verdict == "debarred" else EXIT_STALE

    def __bool__(self) -> bool:
        return self.allowed

    def as_json(self) -> dict[str, Any]:
        """Return the answer as a JSON object."""
        return {**asdict(self), "until": None if self.until is None else instant_text(self.until)}


def refuse_action(action: object) -> DebarError:
    """Return the error for an action that is not advertising."""
    return DebarError(
        "DBR-G001",
        f"debar is asked about advertising only, not about {action!r}",
        details=(f"actions: {', '.join(sorted(ACTIONS))}",),
        hint="a debarred advertiser stays an ordinary user: do not ask about posts, replies or sign-ins",
    )
