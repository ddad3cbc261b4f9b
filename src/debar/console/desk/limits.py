"""How often somebody may ask: a bucket that fills with time.

Law: who is told to wait is told how long; a bucket that nobody drew from is forgotten.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from debar.model.problem import EXIT_REFUSED, DebarError

if TYPE_CHECKING:
    from datetime import datetime

BUCKETS_MAX: Final = 10_000


@dataclass(slots=True)
class Limit:
    """At most ``burst`` at once and ``per_minute`` in the long run, for each key.

    Args:
        per_minute: How fast a bucket fills.
        burst: How much it holds.
    """

    per_minute: float
    burst: float
    _buckets: dict[str, tuple[float, datetime]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def draw(self, key: str, *, now: datetime) -> None:
        """Draw one.

        Raises:
            DebarError: DBR-K022, the bucket is empty.
        """
        with self._lock:
            if len(self._buckets) >= BUCKETS_MAX:
                self._forget(now)
            left, since = self._buckets.get(key, (self.burst, now))
            left = min(self.burst, left + max(0.0, (now - since).total_seconds()) * self.per_minute / 60)
            if left < 1:
                seconds = int((1 - left) * 60 / self.per_minute) + 1
                raise DebarError(
                    "DBR-K022",
                    "this was asked too often",
                    hint=f"wait {seconds} seconds",
                    exit_code=EXIT_REFUSED,
                )
            self._buckets[key] = (left - 1, now)

    def _forget(self, now: datetime) -> None:
        """Forget buckets that are full again; where none is, the oldest half."""
        full = 60 * self.burst / self.per_minute
        kept = {k: v for k, v in self._buckets.items() if (now - v[1]).total_seconds() < full}
        if len(kept) >= BUCKETS_MAX:
            newest = sorted(kept.items(), key=lambda item: item[1][1])[BUCKETS_MAX // 2 :]
            kept = dict(newest)
        self._buckets = kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How often strangers may try, at one desk.

    Args:
        sign_ins_by_host: Tries to sign in from one host.
        sign_ins_by_name: Tries to sign in under one name.
        filings: Appeals filed from one host.
    """

    sign_ins_by_host: Limit = field(default_factory=lambda: Limit(per_minute=20, burst=20))
    sign_ins_by_name: Limit = field(default_factory=lambda: Limit(per_minute=1, burst=8))
    filings: Limit = field(default_factory=lambda: Limit(per_minute=2, burst=6))
