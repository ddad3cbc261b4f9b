"""Remember which keys an allowing answer was given for, as long as the answer can still be used.

Law: (R5) after a debar is applied, it is acknowledged only when no earlier ALLOW about its key can be used
any more. Forgetting is never on the unsafe side: what is not known counts as allowed just now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from debar.gate.protocol.standing import Key


class Allowances(Protocol):
    """What was allowed lately."""

    def note(self, keys: Sequence[Key], now: int) -> None:
        """Remember that an answer about these keys allowed, before the answer is given."""
        ...

    def usable_until(self, keys: Iterable[Key] | None, now: int) -> int:
        """Return the instant from which no earlier ALLOW about any of the keys can be used.

        Args:
            keys: What was debarred; None where that is not known (a snapshot was taken over).
            now: The present instant, after the entries were applied.
        """
        ...


class EveryAllowance:
    """Remembers nothing, so every key counts as allowed just now: for readers in other processes.

    Args:
        valid_ns: How long an ALLOW may be used.
    """

    def __init__(self, valid_ns: int) -> None:
        self.valid_ns = valid_ns

    def note(self, keys: Sequence[Key], now: int) -> None:
        """Remember nothing."""

    def usable_until(self, keys: Iterable[Key] | None, now: int) -> int:
        """Return the end of an ALLOW that was given just now."""
        del keys
        return now + self.valid_ns


class RecentAllowances:
    """Remembers keys in two generations, each as long as an answer may be used.

    An apply then waits only where that very key was allowed a moment ago. Threads may note at the same time:
    a key is added to a set, never a time overwritten.

    Args:
        valid_ns: How long an ALLOW may be used.
        count_max: Keys to a generation; beyond it every key counts as allowed.
    """

    def __init__(self, valid_ns: int, *, count_max: int = 1_000_000) -> None:
        self.valid_ns = valid_ns
        self.count_max = count_max
        self._recent: set[Key] = set()
        self._before: set[Key] = set()
        self._turns_at = 0
        self._full_until = 0

    def note(self, keys: Sequence[Key], now: int) -> None:
        """Remember the keys for at least as long as the answer may be used."""
        if now >= self._turns_at:
            self._turn(now)
        if len(self._recent) <= self.count_max:
            self._recent.update(keys)

    def usable_until(self, keys: Iterable[Key] | None, now: int) -> int:
        """Return now where none of the keys was allowed lately, else the end of an ALLOW given just now."""
        if now >= self._turns_at:
            self._turn(now)
        full = now < self._full_until or len(self._recent) > self.count_max
        if keys is None or full or any(key in self._recent or key in self._before for key in keys):
            return now + self.valid_ns
        return now

    def _turn(self, now: int) -> None:
        idle = now >= self._turns_at + self.valid_ns
        if len(self._recent) > self.count_max:
            self._recent, self._full_until = set(), now + self.valid_ns
        self._before = set() if idle else self._recent
        self._recent = set()
        self._turns_at = now + self.valid_ns
