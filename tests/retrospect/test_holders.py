"""Accounts that changed hands in the window, beside how many others did."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from debar.model.window import Window
from debar.retrospect import retrospect, signals
from retrospect.test_against import OTHERS, held, world

if TYPE_CHECKING:
    from collections.abc import Callable

    from debar.retrospect.against import AgainstOthers
    from debar.retrospect.retrospective import Retrospective
    from debar.stores.duckdb_engine import DuckEngine

    Load = Callable[..., DuckEngine]

WINDOW = Window(start=date(2016, 9, 1), end=date(2016, 11, 30))
NAME = "changed hands"


def found(report: Retrospective) -> AgainstOthers:
    """Return the signal."""
    (one,) = (one for one in report.against if one.name == NAME)
    return one


def sold(tables: dict[str, list[dict[str, Any]]], account_id: str, day: date) -> None:
    """Hand an account over on a day."""
    for row in tables["identifiers"]:
        if row["account_id"] == account_id:
            row["last_seen"] = day - timedelta(days=1)
    tables["identifiers"] += held(f"{account_id} later", account_id=account_id, since=day)


def test_a_handover_in_the_window_is_told_with_both_holders(load: Load) -> None:
    """With its day, what the later holder states and what the former did."""
    got = found(retrospect(load(**world(1)), window=WINDOW, accounts=[f"a{OTHERS}"]))
    (flagged,) = got.flagged
    assert flagged.shown == f"on 2016-10-05: legal_id of a{OTHERS} later after legal_id of a{OTHERS}"
    assert (got.others_flagged_count, got.others_count) == (0, OTHERS)


def test_a_handover_outside_the_window_is_not_told(load: Load) -> None:
    """What was sold before is its holder's for the whole window."""
    early = Window(start=date(2016, 10, 6), end=date(2016, 11, 30))
    assert found(retrospect(load(**world(1)), window=early, accounts=[f"a{OTHERS}"])).flagged == ()


def test_where_many_accounts_are_sold_nobody_stands_out(load: Load) -> None:
    """Three in two hundred are more than one in a hundred: a market, not a sign."""
    tables = world(1)
    for number in (1, 2, 3):
        sold(tables, f"b{number}", date(2016, 9, 20))
    got = found(retrospect(load(**tables), window=WINDOW, accounts=[f"a{OTHERS}"]))
    assert (got.flagged, got.others_flagged_count) == ((), 0)


def test_who_is_never_dated_is_not_among_those_who_kept_their_account(load: Load) -> None:
    """An account of which no identifier has a date is not compared, asked for or not."""
    tables = world(1)
    for row in tables["identifiers"]:
        if row["account_id"] in ("b1", "b2"):
            row["first_seen"] = None
    got = found(retrospect(load(**tables), window=WINDOW, accounts=["b1", "b3"]))
    assert (got.asked_count, got.others_count) == (1, OTHERS - 3 + 1)


def test_where_nothing_has_a_date_nothing_is_told(load: Load) -> None:
    """Neither without dates nor without identifiers is an account known to have one holder."""
    dateless = world(1)
    for row in dateless["identifiers"]:
        row["first_seen"] = row["last_seen"] = None
    derived = world(1)
    for row in derived["identifiers"]:
        row["source"] = "derived:legal_name"
    for tables in (dateless, derived, {**world(1), "identifiers": []}):
        report = retrospect(load(**tables), window=WINDOW, accounts=[f"a{OTHERS}"])
        assert NAME in {one.name for one in report.untold}
        (said,) = (signal for signal in signals(report) if signal.name == NAME)
        assert said.found.startswith("Cannot be told from this data: no legal or contact identifier")
