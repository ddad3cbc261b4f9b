"""A case sorts accounts and keeps what people said."""

from __future__ import annotations

import pytest

from debar.cases.contacts import contacts_of
from debar.stores.duckdb_engine import DuckEngine
from small_plan import case_on
from worlds import engine_of


def test_a_case_sorts_accounts_by_standing() -> None:
    """Named and linked accounts come first, then those to ask about, then those left out."""
    members = case_on(engine_of()).members
    assert [("A1", "in"), ("A2", "in"), ("A3", "in"), ("A4", "ask"), ("B1", "out"), ("B2", "out")] == [
        (m.account_id, m.status) for m in members
    ]


def test_money_follows_the_standing() -> None:
    """Named, likely, possible and cleared accounts count in different bounds."""
    standings = case_on(engine_of()).standings()
    assert {
        "A1": "named",
        "A2": "named",
        "A3": "likely",
        "A4": "possible",
        "B1": "cleared",
        "B2": "cleared",
    } == standings


def test_a_reviewers_word_confirms_an_account() -> None:
    """A positive judgement on the last hop makes an account confirmed, and says by whom."""
    case = case_on(engine_of(), {("A3", "A4"): "positive"})
    found = {m.account_id: (m.confirmed_by, m.money_standing()) for m in case.members}
    assert ("ana", "confirmed") == found["A4"]


def test_a_negative_word_takes_an_account_out() -> None:
    """A reviewer's negative judgement is above any number."""
    case = case_on(engine_of(), {("A1", "A3"): "negative"})
    assert {"A3": "out"} == {m.account_id: m.status for m in case.members if m.account_id == "A3"}


@pytest.fixture
def contacts() -> DuckEngine:
    """Return an engine with three contacts."""
    engine = DuckEngine(threads=1, memory_limit="256MB")
    engine.load(
        "contacts",
        {
            "contact_id": "VARCHAR", "account_id": "VARCHAR", "at": "TIMESTAMP", "counterpart": "VARCHAR",
            "direction": "VARCHAR", "channel": "VARCHAR", "by": "VARCHAR", "subject": "VARCHAR",
            "offer_micros": "BIGINT", "offer_currency": "VARCHAR",
        },
        [
            ("c2", "A1", "2016-06-02 09:00:00", "sales", "out", "mail", "seller 1", "a pitch", 1_500_000_000_000, "USD"),
            ("c1", "A1", "2016-06-01 09:00:00", "government", "in", "letter", "desk", "a question", None, None),
            ("c3", "B1", "2016-06-01 09:00:00", "sales", "out", "mail", "seller 2", "hello", None, None),
        ],
    )  # fmt: skip
    return engine


def test_contacts_are_those_of_the_accounts_oldest_first(contacts: DuckEngine) -> None:
    """Every contact of the accounts is there, with its offer; nobody else's is."""
    found = contacts_of(contacts, ["A1", "A2"])
    assert ["c1", "c2"] == [c["contact_id"] for c in found]
    assert {"amount": "1500000.000000", "currency": "USD"} == found[1]["offer"]
    assert found[0]["offer"] is None
    assert found[1]["at"] == "2016-06-02T09:00:00Z"


def test_no_contacts_is_an_empty_list(contacts: DuckEngine) -> None:
    """An account nobody spoke with has none."""
    assert contacts_of(contacts, ["A2"]) == []
