"""How often decisions were wrong: counts, shares, and the picture that says the same."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from debar.notices.transparency.history import AccountHistory
from debar.notices.transparency.mistakes import finding_of, mistakes_by_month, mistakes_picture
from debar.notices.transparency.proportions import wilson

FINDINGS = [(date(2017, 11, 3), True), (date(2017, 11, 20), False), (date(2018, 1, 2), False)]


def test_months_without_findings_are_there_and_have_no_rate() -> None:
    """Three months, of which the middle one says nothing; not zero percent."""
    months = mistakes_by_month(FINDINGS)
    assert [("2017-11", 2, 1), ("2017-12", 0, 0), ("2018-01", 1, 0)] == [
        (one.month, one.looked_at, one.wrong) for one in months
    ]
    assert (None, None) == (months[1].interval, months[1].as_json()["percent"])
    assert wilson(1, 2) == months[0].interval


def test_the_picture_says_what_the_table_says() -> None:
    """Each month's counts, share and interval stand in the description; a point lies where its share does."""
    months = mistakes_by_month(FINDINGS)
    picture = mistakes_picture(months, title="wrong")
    for one in months:
        told = one.as_json()
        said = (
            f"{one.month}: {one.wrong} of {one.looked_at} wrong,"
            f" {told['percent']} % ({told['low']} to {told['high']} %)"
            if one.looked_at
            else f"{one.month}: nothing looked at"
        )
        assert said in picture
    heights = [float(found) for found in re.findall(r'<circle[^>]* cy="([0-9.]+)"', picture)]
    (zero, half) = (
        float(re.search(rf'y="([0-9.]+)"[^>]*>{label} %<', picture.replace("\n", "")).group(1)) - 4  # type: ignore[union-attr]
        for label in (0, 50)
    )
    assert [half, zero] == heights


def test_nothing_looked_at_draws_nothing() -> None:
    """No picture of no finding."""
    assert "" == mistakes_picture(mistakes_by_month([]), title="wrong")


def test_what_a_person_found_counts_and_a_lapse_does_not() -> None:
    """Overturned is wrong, upheld and confirmed are right, a lapse and silence are nothing."""
    at, later = datetime(2017, 11, 1, tzinfo=UTC), datetime(2017, 12, 1, tzinfo=UTC)

    def account(**known: object) -> AccountHistory:
        return AccountHistory(decision_id="d", because="linked", debarred_at=at, **known)  # type: ignore[arg-type]

    assert (later.date(), True) == finding_of(account(lifted_at=later, lift_reason="appeal"))
    assert (later.date(), False) == finding_of(account(outcome="upheld", outcome_at=later))
    assert (later.date(), False) == finding_of(account(confirmed_at=later))
    assert finding_of(account(lifted_at=later, lift_reason="lapsed")) is None
    assert finding_of(account()) is None
