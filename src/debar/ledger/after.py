"""Money that was earned after a legal date: a sanction, a notice, the ban itself.

Law: nothing may be earned after the ban's acknowledgement; what shows otherwise is found whenever it is
booked, however late, and is listed row by row.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from debar.ledger.kinds import EARNED_SIGN
from debar.ledger.postings import EVENTS, MEMBERS, check_kinds, events_step, quote_all
from debar.model.money import Money, format_micros, show
from debar.model.step import quote_identifier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from debar.model.ports import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class LateEvent:
    """One billing event that brought money after the date.

    Args:
        event_id: The event.
        account_id: The advertised account.
        kind: Billing kind.
        service_day: When the ads ran.
        booked_on: When that was booked.
        amount_micros: Without tax.
        currency: ISO 4217.
        booked_late: Whether it was booked more than the usual days after its service day.
    """

    event_id: str
    account_id: str
    kind: str
    service_day: date
    booked_on: date
    amount_micros: int
    currency: str
    booked_late: bool

    def as_json(self) -> dict[str, Any]:
        """Return the event as a JSON object."""
        return {
            "event_id": self.event_id,
            "account_id": self.account_id,
            "kind": self.kind,
            "service_day": self.service_day.isoformat(),
            "booked_on": self.booked_on.isoformat(),
            "amount": format_micros(self.amount_micros),
            "currency": self.currency,
            "booked_late": self.booked_late,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterReport:
    """What was earned after an instant.

    Args:
        instant: The legal date: aware UTC.
        as_of: Last booked day that counted; None for all.
        earned: (account id, currency) to net revenue of service days after the instant's day, in micros.
        after: Events that brought money on later days.
        on_the_day: Events of the day itself, which may lie before or after the instant.
    """

    instant: datetime
    as_of: date | None
    earned: dict[tuple[str, str], int]
    after: tuple[LateEvent, ...]
    on_the_day: tuple[LateEvent, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing at all was earned after the day."""
        return not self.after

    def totals(self) -> dict[str, int]:
        """Return net revenue after the day, a currency."""
        found: dict[str, int] = defaultdict(int)
        for (_, currency), amount in sorted(self.earned.items(), key=lambda item: item[0][1]):
            found[currency] += amount
        return dict(found)

    def as_json(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        return {
            "after": self.instant.isoformat().replace("+00:00", "Z"),
            "as_of": None if self.as_of is None else self.as_of.isoformat(),
            "clean": self.is_clean,
            "earned": [
                {"account_id": account_id, "currency": currency, "amount": format_micros(amount)}
                for (account_id, currency), amount in sorted(self.earned.items())
            ],
            "events": [event.as_json() for event in self.after],
            "on_the_day": [event.as_json() for event in self.on_the_day],
        }


def earned_after(
    engine: Engine,
    accounts: Iterable[str],
    *,
    instant: datetime,
    as_of: date | None = None,
    usual_days: int = 2,
) -> AfterReport:
    """Find what some accounts brought after a legal date.

    Args:
        engine: Holds ``billing``; gets the tables of the ledger.
        accounts: Account ids.
        instant: The date: aware UTC; for a ban, when the last gate acknowledged it.
        as_of: Last booked day that counts; None for all.
        usual_days: A booking more than this many days after its service day is late.

    Returns:
        The report. Days are all that billing knows: the day of the instant is listed apart.

    Raises:
        DebarError: DBR-B001, an unknown billing kind.
    """
    assert instant.utcoffset() == timedelta(0), "legal dates are told in UTC"
    day = instant.astimezone(UTC).date()
    columns = {"account_id": "VARCHAR", "standing": "VARCHAR"}
    engine.load(MEMBERS, columns, [(account_id, "after") for account_id in sorted(set(accounts))])
    engine.run(events_step(as_of=as_of))
    check_kinds(engine)
    events = _events(engine, day, usual_days)
    return AfterReport(
        instant=instant,
        as_of=as_of,
        earned=_earned(engine, day),
        after=tuple(event for event in events if event.service_day > day),
        on_the_day=tuple(event for event in events if event.service_day == day),
    )


def _events(engine: Engine, day: date, usual_days: int) -> list[LateEvent]:
    income = quote_all(kind for kind, sign in EARNED_SIGN.items() if sign > 0)
    rows = engine.rows(
        "SELECT event_id, account_id, kind, service_day, CAST(booked_at AS DATE), amount_micros, currency"
        f" FROM {quote_identifier(EVENTS)} WHERE service_day >= $day AND kind IN ({income})"
        " AND amount_micros > 0 ORDER BY service_day, event_id",
        {"day": day},
    )
    return [
        LateEvent(
            event_id=row[0],
            account_id=row[1],
            kind=row[2],
            service_day=row[3],
            booked_on=row[4],
            amount_micros=int(row[5]),
            currency=row[6],
            booked_late=row[4] > row[3] + timedelta(days=usual_days),
        )
        for row in rows
    ]


def _earned(engine: Engine, day: date) -> dict[tuple[str, str], int]:
    plus = quote_all(kind for kind, sign in EARNED_SIGN.items() if sign > 0)
    rows = engine.rows(
        "SELECT account_id, currency,"
        f" CAST(SUM(CASE WHEN kind IN ({plus}) THEN amount_micros ELSE -amount_micros END) AS DECIMAL(38,0))"
        f" FROM {quote_identifier(EVENTS)} WHERE service_day > $day AND kind IN ({quote_all(EARNED_SIGN)})"
        " GROUP BY account_id, currency ORDER BY 1, 2",
        {"day": day},
    )
    return {(account_id, currency): int(amount) for account_id, currency, amount in rows}


def render_after(report: AfterReport) -> str:
    """Write the report for people."""
    day = report.instant.date()
    if report.is_clean:
        lines = [f"Nothing was earned after {day}."]
    else:
        lines = [f"EARNED AFTER {day}: {len(report.after)} events"]
        lines.extend(
            f"  {show(Money(amount_micros=amount, currency=code))} net"
            for code, amount in report.totals().items()
        )
        lines.extend(f"  {_line(event)}" for event in report.after)
    if report.on_the_day:
        lines.append(f"On {day} itself, before or after the hour: {len(report.on_the_day)} events")
        lines.extend(f"  {_line(event)}" for event in report.on_the_day)
    return "\n".join(lines) + "\n"


def _line(event: LateEvent) -> str:
    amount = show(Money(amount_micros=event.amount_micros, currency=event.currency))
    late = f", booked late, on {event.booked_on}" if event.booked_late else ""
    return f"{event.service_day} {event.account_id} {event.kind} {amount} ({event.event_id}){late}"
