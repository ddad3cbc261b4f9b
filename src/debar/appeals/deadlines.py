"""The deadlines of the other side, as data.

Law: calendar months roll back to a shorter month's end; a day that is named still counts, whole, in UTC.
Being generous is always lawful: a late appeal is marked late and is heard all the same.
Source: Regulation (EU) 2022/2065, Article 20(1) and (2), Article 21(4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from debar.notices.deadlines import COMPLAINT_MONTHS, complaint_until, months_later

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["DEADLINES", "Deadlines", "complaint_until"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """How long everything takes at most.

    Args:
        complaint_months: An appeal is open this many calendar months from the day of the notice; never
            fewer than six.
        target_days: The operator's own target: from filing to the decision.
        respond_days: A suspended account's time to respond before anybody may confirm the suspension.
        answer_days: The filer's time to answer a request for information.
        out_of_court_days: A certified body decides within this many days of receipt.
        out_of_court_complex_days: And within this many where the dispute is highly complex.
    """

    complaint_months: int = COMPLAINT_MONTHS
    target_days: int = 14
    respond_days: int = 14
    answer_days: int = 10
    out_of_court_days: int = 90
    out_of_court_complex_days: int = 180

    def __post_init__(self) -> None:
        assert self.complaint_months >= COMPLAINT_MONTHS, (
            "six calendar months is the least that the law allows"
        )

    def complaint_until(self, informed_at: datetime) -> date:
        """Return the last day on which an appeal is in time."""
        return months_later(informed_at.date(), self.complaint_months)

    def is_late(self, *, filed_at: datetime, informed_at: datetime) -> bool:
        """Tell whether an appeal came after its last day."""
        return filed_at.date() > self.complaint_until(informed_at)

    def decide_by(self, filed_at: datetime) -> date:
        """Return the day by which the operator wants to have decided."""
        return filed_at.date() + timedelta(days=self.target_days)

    def answer_by(self, asked_at: datetime) -> date:
        """Return the last day for an answer to a request."""
        return asked_at.date() + timedelta(days=self.answer_days)

    def respond_by(self, *, informed_at: datetime, review_on: date) -> date:
        """Return the last day on which a suspended account's response is waited for: before its review."""
        return min(informed_at.date() + timedelta(days=self.respond_days), review_on - timedelta(days=1))

    def out_of_court_by(self, received_on: date, *, is_complex: bool) -> date:
        """Return the day by which a certified body is to decide."""
        days = self.out_of_court_complex_days if is_complex else self.out_of_court_days
        return received_on + timedelta(days=days)


DEADLINES: Final = Deadlines()
"""What holds where the operator says nothing else."""
