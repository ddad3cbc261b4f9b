"""Try the model on a platform's own past linked bans: which it would repeat, ask about or spare.

Law: a ban is never evidence for itself: no reviewer's word counts here, and nothing that was first seen
after the day of the ban. Upheld and overturned bans are counted apart, with exact intervals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from debar.linking.assurance.bound import clopper_pearson
from debar.model.step import Step, quote_identifier

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

WOULD: Final = ("repeat", "ask", "spare")
"""What the model would do: propose the ban, ask a reviewer, or leave the account out."""

UNKNOWN: Final = "unknown"
"""The named or the linked account was not on the platform then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastBan:
    """One account that was banned for being somebody's.

    Args:
        decision: The platform's own id of the decision.
        named: The accounts that the decision named.
        account_id: The account that was banned with them.
        day: When; None where the platform does not say.
        overturned: Whether it was lifted on appeal.
    """

    decision: str
    named: tuple[str, ...]
    account_id: str
    day: date | None
    overturned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What the model makes of a past ban.

    Args:
        ban: The ban.
        would: One of :data:`WOULD`, or :data:`UNKNOWN`.
        p_owner: Along the best path, in millionths.
        p_operator: Of the same hands only, in millionths.
        why: One sentence.
    """

    ban: PastBan
    would: str
    p_owner: int
    p_operator: int
    why: str

    def as_json(self) -> dict[str, Any]:
        """Return the row as a JSON object."""
        return {
            "decision": self.ban.decision,
            "named": list(self.ban.named),
            "account_id": self.ban.account_id,
            "day": None if self.ban.day is None else self.ban.day.isoformat(),
            "overturned": self.ban.overturned,
            "would": self.would,
            "p_owner": f"{self.p_owner / 1_000_000:.6f}",
            "p_operator": f"{self.p_operator / 1_000_000:.6f}",
            "why": self.why,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of some bans met one fate.

    Args:
        count: So many.
        total: Of so many that could be tried.
    """

    count: int
    total: int

    @property
    def interval(self) -> tuple[float, float]:
        """Return the exact 95 % interval."""
        return clopper_pearson(self.count, self.total)

    def __str__(self) -> str:
        if not self.total:
            return "none to try"
        low, high = self.interval
        return f"{self.count:,} of {self.total:,} ({low:.0%} to {high:.0%} at 95 %)"

    def as_json(self) -> dict[str, Any]:
        """Return the share as a JSON object."""
        low, high = self.interval
        return {"count": self.count, "of": self.total, "interval": [round(low, 6), round(high, 6)]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """All past bans, tried.

    Args:
        tried: One a ban, in the order of day, decision and account.
        calibrated: Whether reviewed pairs stand behind the probabilities.
        undated_facts: Identifiers without a first day, which count as always known.
        dated_bans: Bans that state a day.
    """

    tried: tuple[Tried, ...]
    calibrated: bool
    undated_facts: int
    dated_bans: int

    def share(self, would: str, *, overturned: bool) -> Share:
        """Return how many of the upheld, or of the overturned, bans met a fate."""
        rows = [t for t in self.tried if t.ban.overturned == overturned and t.would != UNKNOWN]
        return Share(count=sum(t.would == would for t in rows), total=len(rows))

    @property
    def unknown_count(self) -> int:
        """Return how many bans could not be tried."""
        return sum(t.would == UNKNOWN for t in self.tried)

    def headline(self) -> str:
        """Say the two figures that matter in a sentence."""
        return (
            f"Of the overturned bans it would have spared {self.share('spare', overturned=True)};"
            f" of the upheld ones it would have missed {self.share('spare', overturned=False)}."
        )

    def as_json(self) -> dict[str, Any]:
        """Return the backtest as a JSON object."""
        return {
            "calibrated": self.calibrated,
            "bans": len(self.tried),
            "unknown": self.unknown_count,
            "dated_bans": self.dated_bans,
            "undated_facts": self.undated_facts,
            "upheld": {would: self.share(would, overturned=False).as_json() for would in WOULD},
            "overturned": {would: self.share(would, overturned=True).as_json() for would in WOULD},
            "headline": self.headline(),
            "tried": [one.as_json() for one in self.tried],
        }


def as_of_steps(day: date | None, columns: tuple[str, ...]) -> tuple[Step, ...]:
    """Return the steps that put a platform back to the evening of a day, without any reviewer's word.

    Args:
        day: None leaves accounts and identifiers as they are.
        columns: Those of ``identifiers``.

    Returns:
        ``accounts``, ``identifiers``, ``ads`` and ``judgements``, made of ``backtest_accounts``,
        ``backtest_identifiers`` and ``backtest_ads``, which :func:`kept_steps` makes. What has no
        first day counts as always known; what was last seen later was last seen on that day, as far as
        anybody knew then.
    """
    bound = {} if day is None else {"day": day}
    accounts = "" if day is None else " WHERE created_at IS NULL OR CAST(created_at AS DATE) <= $day"
    identifiers = "" if day is None else " WHERE first_seen IS NULL OR first_seen <= $day"
    ads = "" if day is None else " WHERE started_at IS NULL OR CAST(started_at AS DATE) <= $day"
    cut = "last_seen" if day is None else "CASE WHEN last_seen > $day THEN $day ELSE last_seen END"
    listed = ", ".join(
        f"CAST({cut} AS DATE) AS last_seen" if name == "last_seen" else quote_identifier(name)
        for name in columns
    )
    return (
        Step(name="accounts", sql=f"SELECT * FROM backtest_accounts{accounts}", parameters=bound),
        Step(
            name="identifiers",
            sql=f"SELECT {listed} FROM backtest_identifiers{identifiers}",
            parameters=bound,
        ),
        Step(name="ads", sql=f"SELECT * FROM backtest_ads{ads}", parameters=bound),
        Step(name="judgements", sql="SELECT * FROM judgements WHERE FALSE"),
    )


def kept_steps() -> tuple[Step, ...]:
    """Return the steps that keep a platform's tables whole while days are tried."""
    return (
        Step(name="backtest_accounts", sql="SELECT * FROM accounts"),
        Step(name="backtest_identifiers", sql="SELECT * FROM identifiers"),
        Step(name="backtest_ads", sql="SELECT * FROM ads"),
    )


def in_order(bans: Sequence[PastBan]) -> tuple[PastBan, ...]:
    """Return the bans by day (undated ones last), decision and account."""
    return tuple(
        sorted(
            bans,
            key=lambda b: (
                b.day is None,
                "" if b.day is None else b.day.isoformat(),
                b.decision,
                b.account_id,
            ),
        )
    )
