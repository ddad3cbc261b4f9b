"""The report's numbers.

Law: pure; the same entries and days give the same report. Appeals are counted by the day on which they were
filed, and their parts add up to them; everything else by the day on which it happened. Every share stands
beside what it is a share of.
Source: Santa Clara Principles 2.0 (numbers); Regulation (EU) 2022/2065, Articles 15 and 24.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from debar.model.money import format_micros
from debar.notices.transparency.history import AccountHistory, AppealHistory, History, history_of
from debar.notices.transparency.proportions import median, percentile, wilson

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from debar.model.window import Window
    from debar.register.entries import Entry

STATUSES: Final = ("inadmissible", "withdrawn", "upheld", "partly_reversed", "reversed", "pending")
"""What became of an appeal; together they are all that were filed."""

BANDS: Final = (0, 500_000, 800_000, 900_000, 950_000, 990_000, 999_000, 1_000_001)
"""Edges of the bands of probability, in millionths; each band holds its lower edge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A count within a whole.

    Args:
        name: What it is about: a rule, a kind of evidence, a band.
        debarred: How many accounts of it were debarred in the period.
        reviewed: Of all debarred so far, how many people looked at again in the period.
        reversed_count: Of those, how many were let back because they should not have been debarred.
    """

    name: str
    debarred: int
    reviewed: int
    reversed_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Predicted and observed within a band of probability: the calibration check.

    Args:
        low: Lower edge in millionths, inside.
        high: Upper edge in millionths, outside; a million and one for certainty.
        debarred: Linked accounts of the band debarred in the period.
        reviewed: Those that people looked at again in the period.
        right: Of these, those that they found linked indeed.
        predicted: Mean chance of one owner of the reviewed, in millionths; None without any.
    """

    low: int
    high: int
    debarred: int
    reviewed: int
    right: int
    predicted: int | None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The share that was right, as an interval that holds the truth 95 times in 100."""
        return wilson(self.right, self.reviewed)

    @property
    def agrees(self) -> bool | None:
        """Whether the prediction lies within the interval; None without any review."""
        if self.interval is None or self.predicted is None:
            return None
        return self.interval[0] <= self.predicted / 1_000_000 <= self.interval[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How long something took, in days.

    Args:
        name: ``plan``, ``appeal`` or ``notice_of_outcome``.
        count: How many there are: the denominator.
        median_days: None without any.
        p90_days: Nine in ten took at most this long; None without any.
    """

    name: str
    count: int
    median_days: float | None
    p90_days: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Money in one currency, in micros, within the period.

    Args:
        currency: ISO 4217.
        pledged: Promised, rises of a promise included.
        lowered: Taken back from a promise because the figure fell.
        paid: Paid with a receipt.
        restored: Taken out of a promise because a ban was undone.
    """

    currency: str
    pledged: int
    lowered: int
    paid: int
    restored: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What happened in a calendar month, as far as it lies within the period.

    Args:
        month: Such as ``2017-10``.
        decisions: Plans applied that debarred somebody.
        filed: Appeals filed.
        reversed_count: Accounts let back because they should not have been debarred.
    """

    month: str
    decisions: int
    filed: int
    reversed_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TransparencyReport:
    """All numbers of a period.

    Args:
        window: The period, whole UTC days.
        decisions: Plans applied that debarred somebody.
        named: Named accounts debarred.
        linked: Linked accounts suspended.
        notices: Notices sent, as recorded.
        denials: Denials of whole decisions.
        responses: Accounts' own responses.
        appeals: Status to count, of the appeals filed in the period, as they stood at its end.
        late: Of these, filed after the last day.
        confirmed: Suspensions that people confirmed.
        lapsed: Suspensions that ended unconfirmed.
        reversed_on_appeal: Accounts let back because an appeal was right.
        reversed_without_appeal: Accounts let back without anybody's appeal.
        rules: Accounts by rule.
        bases: Linked accounts by kind of evidence on their path; an account with two kinds counts in both.
        bands: Linked accounts by probability.
        out_of_court: Referred and resolved, by route.
        times: How long things took.
        money: By currency.
        months: Every month of the period, also those without anything.
    """

    window: Window
    decisions: int
    named: int
    linked: int
    notices: int
    denials: int
    responses: int
    appeals: dict[str, int]
    late: int
    confirmed: int
    lapsed: int
    reversed_on_appeal: int
    reversed_without_appeal: int
    rules: tuple[Part, ...]
    bases: tuple[Part, ...]
    bands: tuple[Band, ...]
    out_of_court: dict[str, int]
    times: tuple[Times, ...]
    money: tuple[Given, ...]
    months: tuple[Month, ...]

    @property
    def filed(self) -> int:
        """Appeals filed in the period."""
        return sum(self.appeals.values())

    def as_json(self) -> dict[str, Any]:
        """Return the report as a JSON object: shares with their counts, money as six-decimal strings."""
        return {
            "from": self.window.start.isoformat(),
            "to": self.window.end.isoformat(),
            "decisions": {"made": self.decisions, "named": self.named, "linked": self.linked},
            "notices": self.notices,
            "other_side": {"denials": self.denials, "responses": self.responses},
            "appeals": {"filed": self.filed, **self.appeals, "late": self.late},
            "suspensions": {"confirmed": self.confirmed, "lapsed": self.lapsed},
            "reversals": {
                "on_appeal": self.reversed_on_appeal,
                "without_appeal": self.reversed_without_appeal,
                "by_rule": [_part_json(part) for part in self.rules],
                "by_link_basis": [_part_json(part) for part in self.bases],
                "by_probability": [_band_json(band) for band in self.bands],
            },
            "out_of_court": self.out_of_court,
            "times": [_times_json(times) for times in self.times],
            "money": [_given_json(given) for given in self.money],
            "months": [
                {
                    "month": m.month,
                    "decisions": m.decisions,
                    "appeals_filed": m.filed,
                    "accounts_reversed": m.reversed_count,
                }
                for m in self.months
            ],
        }


MONEY_FIELDS: Final = ("pledged", "lowered", "paid", "restored")


def _times_json(times: Times) -> dict[str, Any]:
    return {
        "what": times.name,
        "count": times.count,
        "median_days": _days(times.median_days),
        "p90_days": _days(times.p90_days),
    }


def _given_json(given: Given) -> dict[str, Any]:
    amounts = {name: format_micros(getattr(given, name)) for name in MONEY_FIELDS}
    return {"currency": given.currency, **amounts}


def _part_json(part: Part) -> dict[str, Any]:
    return {
        "name": part.name,
        "debarred": part.debarred,
        "reviewed": part.reviewed,
        "reversed": part.reversed_count,
    }


def _band_json(band: Band) -> dict[str, Any]:
    return {
        "from": f"{band.low / 1_000_000:.3f}",
        "to": f"{min(band.high, 1_000_000) / 1_000_000:.3f}",
        "debarred": band.debarred,
        "reviewed": band.reviewed,
        "right": band.right,
        "predicted": None if band.predicted is None else format_micros(band.predicted),
        "observed_95": None if band.interval is None else [f"{bound:.4f}" for bound in band.interval],
        "agrees": band.agrees,
    }


def _days(days: float | None) -> str | None:
    return None if days is None else f"{days:.2f}"


def transparency_report(entries: Iterable[Entry], window: Window) -> TransparencyReport:
    """Count a period.

    Args:
        entries: All entries of the register, in the log's order.
        window: The period, whole UTC days; what happened after it is not looked at.
    """
    history = history_of(entries, window.end)

    def within(at: datetime | None) -> bool:
        return at is not None and at.date() in window

    accounts = list(history.accounts.values())
    debarred = [a for a in accounts if within(a.debarred_at)]
    lifted = [a for a in accounts if within(a.lifted_at)]
    filed = [a for a in history.appeals.values() if within(a.filed_at)]
    erased = [reason for reason, at in history.lifts_of_erased if within(at)]
    on_appeal = [a for a in lifted if a.lift_reason == "appeal"]
    return TransparencyReport(
        window=window,
        decisions=sum(within(at) for at, _ in history.decided),
        named=sum(a.because == "named" for a in debarred),
        linked=sum(a.because == "linked" for a in debarred),
        notices=sum(map(within, history.notices)),
        denials=sum(map(within, history.denials)),
        responses=sum(map(within, history.responses)),
        appeals={status: sum(a.status == status for a in filed) for status in STATUSES},
        late=sum(a.is_late for a in filed),
        confirmed=sum(within(a.confirmed_at) for a in accounts),
        lapsed=sum(a.lift_reason == "lapsed" for a in lifted) + erased.count("lapsed"),
        reversed_on_appeal=len(on_appeal) + erased.count("appeal"),
        reversed_without_appeal=sum(a.lift_reason == "reversed" for a in lifted) + erased.count("reversed"),
        rules=_parts(accounts, within, lambda a: (" ".join(filter(None, a.rule)),)),
        bases=_parts([a for a in accounts if a.because == "linked"], within, lambda a: a.kinds),
        bands=_bands([a for a in accounts if a.p_owner is not None], within),
        out_of_court=_out_of_court(history, within),
        times=_times(history, within),
        money=_given(history, window),
        months=_months(history, window),
    )


def _reviewed(account: AccountHistory, within: Callable[[datetime | None], bool]) -> bool:
    """Tell whether people looked at an account again in the period, and found something."""
    if account.was_right is None:
        return False
    looked = (account.lifted_at if account.is_reversed else None, account.confirmed_at, account.outcome_at)
    return any(map(within, looked))


def _parts(
    accounts: Sequence[AccountHistory],
    within: Callable[[datetime | None], bool],
    names: Callable[[AccountHistory], Iterable[str]],
) -> tuple[Part, ...]:
    counts: dict[str, list[int]] = {}
    for account in accounts:
        reviewed = _reviewed(account, within)
        for name in names(account):
            row = counts.setdefault(name, [0, 0, 0])
            row[0] += within(account.debarred_at)
            row[1] += reviewed
            row[2] += reviewed and account.is_reversed
    return tuple(
        Part(name=name, debarred=row[0], reviewed=row[1], reversed_count=row[2])
        for name, row in sorted(counts.items())
        if any(row)
    )


def _bands(accounts: Sequence[AccountHistory], within: Callable[[datetime | None], bool]) -> tuple[Band, ...]:
    found = []
    for low, high in pairwise(BANDS):
        inside = [a for a in accounts if a.p_owner is not None and low <= a.p_owner < high]
        reviewed = [a for a in inside if _reviewed(a, within)]
        chances = [a.p_owner or 0 for a in reviewed]
        found.append(
            Band(
                low=low,
                high=high,
                debarred=sum(within(a.debarred_at) for a in inside),
                reviewed=len(reviewed),
                right=sum(a.was_right is True for a in reviewed),
                predicted=round(sum(chances) / len(chances)) if chances else None,
            )
        )
    return tuple(found)


def _out_of_court(history: History, within: Callable[[datetime | None], bool]) -> dict[str, int]:
    steps = [step for appeal in history.appeals.values() for step in appeal.escalations]
    return {
        f"{route}_{what}": sum(step[0] == route and within(step[place]) for step in steps)
        for route in ("out_of_court", "court")
        for what, place in (("referred", 1), ("resolved", 2))
    }


def _times(history: History, within: Callable[[datetime | None], bool]) -> tuple[Times, ...]:
    def since_filed(end: Callable[[AppealHistory], datetime | None]) -> list[float]:
        return [
            (at - appeal.filed_at).total_seconds() / 86_400
            for appeal in history.appeals.values()
            if (at := end(appeal)) is not None and within(at)
        ]

    durations = {
        "plan": [days for at, days in history.decided if within(at)],
        "appeal": since_filed(lambda appeal: appeal.decided_at),
        "notice_of_outcome": since_filed(lambda appeal: appeal.informed_at),
    }
    return tuple(
        Times(name=name, count=len(days), median_days=median(days), p90_days=percentile(days, 90))
        for name, days in durations.items()
    )


def _given(history: History, window: Window) -> tuple[Given, ...]:
    steps = [step for step in history.money if date.fromisoformat(step.on) in window]
    found = []
    for currency in sorted({step.currency for step in steps}):
        own = [step for step in steps if step.currency == currency]
        found.append(
            Given(
                currency=currency,
                pledged=sum(s.amount_micros for s in own if s.kind != "disburse" and s.amount_micros > 0),
                lowered=-sum(s.amount_micros for s in own if s.kind == "true_up" and s.amount_micros < 0),
                paid=sum(s.amount_micros for s in own if s.kind == "disburse"),
                restored=-sum(s.amount_micros for s in own if s.kind == "reverse"),
            )
        )
    return tuple(found)


def _months(history: History, window: Window) -> tuple[Month, ...]:
    """Count by calendar month, months without anything included."""
    kinds = (
        [at for at, _ in history.decided],
        [appeal.filed_at for appeal in history.appeals.values()],
        [a.lifted_at for a in history.accounts.values() if a.is_reversed and a.lifted_at is not None],
    )
    days = [[at.date() for at in kind if at.date() in window] for kind in kinds]
    first, last = window.start, window.end
    months = [
        (first.year + (first.month - 1 + i) // 12, (first.month - 1 + i) % 12 + 1)
        for i in range((last.year - first.year) * 12 + last.month - first.month + 1)
    ]
    rows = []
    for year, month in months:
        counts = [sum((day.year, day.month) == (year, month) for day in kind) for kind in days]
        rows.append(
            Month(month=f"{year}-{month:02d}", decisions=counts[0], filed=counts[1], reversed_count=counts[2])
        )
    return tuple(rows)
