"""Billing events become postings that balance, whatever came before them."""

from __future__ import annotations

from datetime import date

import pytest
import sqlglot

from debar.ledger.kinds import EARNED_SIGN, KINDS, LABELS, RULES
from debar.ledger.postings import events_step, postings_step
from ledger_books import Event, books_of, event, story, sums_of

DAY = date(2016, 11, 8)
LATER = date(2016, 12, 1)
LAST = date(2017, 1, 20)


def postings_of(events: list[Event]) -> list[tuple[str, int, str, int]]:
    """Return (event, line, ledger account with its holder, micros), in order."""
    with books_of(events) as engine:
        engine.run(events_step(as_of=None, members=None))
        engine.run(postings_step())
        rows = engine.rows(
            "SELECT event_id, line, ledger_account, holder, amount_micros FROM ledger_postings ORDER BY 1, 2"
        )
    return [(row[0], row[1], row[2] if row[3] is None else f"{row[2]}:{row[3]}", int(row[4])) for row in rows]


def entry_of(events: list[Event], event_id: str) -> dict[str, int]:
    """Return one event's double entry, in whole units."""
    return {account: amount // 10**6 for one, _, account, amount in postings_of(events) if one == event_id}


PAID = [
    event("1", "A", "delivered", "500", day=DAY),
    event("2", "A", "invoice", "500", tax="100", day=LATER, market="GB"),
]

SIMPLE = [
    ("delivered", {"Assets:Unbilled:A": 120, "Income:Delivered:A": -100, "Liabilities:SalesTax:GB": -20}),
    ("fee", {"Assets:Unbilled:A": 120, "Income:Fees:A": -100, "Liabilities:SalesTax:GB": -20}),
    (
        "correction_up",
        {"Assets:Unbilled:A": 120, "Income:Contra:Correction:A": -100, "Liabilities:SalesTax:GB": -20},
    ),
    ("breakage", {"Liabilities:Prepaid:A": 120, "Income:Breakage:A": -100, "Liabilities:SalesTax:GB": -20}),
    ("promo", {"Income:Contra:Promo:A": 100, "Liabilities:SalesTax:GB": 20, "Assets:Unbilled:A": -120}),
    ("rebate", {"Income:Contra:Rebate:A": 100, "Liabilities:SalesTax:GB": 20, "Liabilities:Rebate:A": -120}),
    ("invoice", {"Assets:Receivable:A": 120, "Assets:Unbilled:A": -100, "Liabilities:SalesTax:GB": -20}),
    ("payment", {"Assets:Cash": 120, "Assets:Receivable:A": -120}),
    ("prepay", {"Assets:Cash": 120, "Liabilities:Prepaid:A": -120}),
    (
        "prepay_draw",
        {"Liabilities:Prepaid:A": 120, "Assets:Unbilled:A": -100, "Liabilities:SalesTax:GB": -20},
    ),
    ("prepay_return", {"Liabilities:Prepaid:A": 120, "Assets:Cash": -120}),
    ("refund_paid", {"Liabilities:RefundOwed:A": 120, "Assets:Cash": -120}),
    ("write_off", {"Expenses:BadDebt": 100, "Liabilities:SalesTax:GB": 20, "Assets:Receivable:A": -120}),
    ("chargeback_open", {"Assets:Disputed:A": 120, "Assets:Cash": -120}),
    ("chargeback_fee", {"Expenses:ChargebackFee": 120, "Assets:Cash": -120}),
    (
        "chargeback_lost",
        {"Income:Contra:Chargeback:A": 100, "Liabilities:SalesTax:GB": 20, "Assets:Cash": -120},
    ),
    ("refund", {"Income:Contra:Refund:A": 100, "Liabilities:SalesTax:GB": 20, "Assets:Unbilled:A": -120}),
]


@pytest.mark.parametrize(("kind", "expected"), SIMPLE)
def test_each_kind_has_its_double_entry(kind: str, expected: dict[str, int]) -> None:
    """An event alone is posted as the chart of accounts says, its tax apart."""
    assert expected == entry_of([event("1", "A", kind, "100", tax="20", day=DAY, market="GB")], "1")


def test_every_kind_is_listed_once() -> None:
    """Whatever changes earned can be posted and has words; each kind's lines are numbered from one."""
    assert EARNED_SIGN.keys() == LABELS.keys()
    assert EARNED_SIGN.keys() <= KINDS
    for kind in KINDS:
        lines = [rule.line for rule in RULES if rule.kind == kind]
        assert list(range(1, len(lines) + 1)) == lines


def test_a_credit_note_lowers_an_open_invoice() -> None:
    """While the invoice is open, a credit note goes against it, tax and all."""
    events = [*PAID, event("3", "A", "invalid_traffic", "50", tax="10", day=DAY, booked=LAST, market="GB")]
    expected = {
        "Income:Contra:InvalidTraffic:A": 50,
        "Liabilities:SalesTax:GB": 10,
        "Assets:Receivable:A": -60,
    }
    assert expected == entry_of(events, "3")


def test_a_credit_note_on_a_paid_invoice_is_owed_back() -> None:
    """Once the invoice is paid, a credit note is a refund that is owed."""
    events = [
        *PAID,
        event("3", "A", "payment", "600", day=date(2016, 12, 20)),
        event("4", "A", "refund", "50", tax="10", day=DAY, booked=LAST, market="GB"),
    ]
    expected = {"Income:Contra:Refund:A": 50, "Liabilities:SalesTax:GB": 10, "Liabilities:RefundOwed:A": -60}
    assert expected == entry_of(events, "4")


def test_a_credit_note_beyond_what_is_open_is_split() -> None:
    """What exceeds the open invoice is owed; the two parts are the note."""
    events = [
        *PAID,
        event("3", "A", "payment", "560", day=date(2016, 12, 20)),
        event("4", "A", "correction", "50", tax="10", day=DAY, booked=LAST, market="GB"),
    ]
    expected = {
        "Income:Contra:Correction:A": 50,
        "Liabilities:SalesTax:GB": 10,
        "Assets:Receivable:A": -40,
        "Liabilities:RefundOwed:A": -20,
    }
    assert expected == entry_of(events, "4")


def test_a_refund_that_was_paid_closes_what_was_owed() -> None:
    """After the refund is paid, a later note on a paid invoice is owed again, not set against nothing."""
    events = [
        *PAID,
        event("3", "A", "payment", "600", day=date(2016, 12, 20)),
        event("4", "A", "refund", "50", day=DAY, booked=LAST),
        event("5", "A", "refund_paid", "50", day=date(2017, 2, 1)),
        event("6", "A", "refund", "10", day=DAY, booked=date(2017, 3, 1)),
    ]
    assert entry_of(events, "6") == {"Income:Contra:Refund:A": 10, "Liabilities:RefundOwed:A": -10}


def test_a_credit_before_any_bill_lowers_what_is_to_be_billed() -> None:
    """Overdelivery credited before the month is invoiced never becomes a debt to the advertiser."""
    events = [
        event("0", "A", "payment", "5", day=date(2016, 10, 1)),
        event("1", "A", "delivered", "500", day=DAY),
        event("2", "A", "overdelivery", "20", day=DAY, booked=date(2016, 11, 9)),
    ]
    assert entry_of(events, "2") == {"Income:Contra:Overdelivery:A": 20, "Assets:Unbilled:A": -20}


def test_a_chargeback_ends_its_dispute() -> None:
    """A won dispute brings the cash back, a lost one ends as a contra; the dispute is closed either way."""
    for kind in ("chargeback_won", "chargeback_lost"):
        events = [
            event("1", "A", "chargeback_open", "200", day=DAY),
            event("2", "A", kind, "200", day=DAY, booked=LATER),
        ]
        sums = sums_of([(account, "USD", amount) for _, _, account, amount in postings_of(events)])
        assert ("Assets:Disputed:A", "USD") not in sums


def test_a_loss_without_a_recorded_dispute_takes_the_cash() -> None:
    """Where nobody recorded the opening, the loss takes the cash, and a later dispute is still its own."""
    events = [
        event("1", "A", "chargeback_lost", "30", day=DAY),
        event("2", "A", "chargeback_open", "50", day=DAY, booked=LATER),
        event("3", "A", "chargeback_lost", "50", day=DAY, booked=LAST),
    ]
    assert entry_of(events, "1") == {"Income:Contra:Chargeback:A": 30, "Assets:Cash": -30}
    assert entry_of(events, "3") == {"Income:Contra:Chargeback:A": 50, "Assets:Disputed:A": -50}


def test_a_win_without_a_recorded_dispute_moves_nothing() -> None:
    """Cash that never left by the books does not come back by them."""
    events = [event("1", "A", "chargeback_won", "30", day=DAY)]
    assert [amount for *_, amount in postings_of(events)] == [30_000_000, -30_000_000]
    assert {"Assets:Cash"} == {account for _, _, account, _ in postings_of(events)}


def test_the_agency_holds_the_rebate() -> None:
    """A rebate is owed to whoever paid."""
    with books_of([event("1", "A", "rebate", "5", day=DAY)]) as engine:
        engine.rows("UPDATE billing SET payer_account_id = 'AGENCY'")
        engine.run(events_step(as_of=None, members=None))
        engine.run(postings_step())
        got = engine.rows("SELECT holder FROM ledger_postings WHERE ledger_account = 'Liabilities:Rebate'")
    assert got == [("AGENCY",)]


def test_both_times_and_the_link_are_kept() -> None:
    """A posting has its service day, its booked time and the event that it answers."""
    events = [event("1", "A", "refund", "5", day=DAY, booked=LAST, reverses="0")]
    with books_of(events) as engine:
        engine.run(events_step(as_of=None, members=None))
        engine.run(postings_step())
        got = engine.rows(
            "SELECT DISTINCT service_day, CAST(booked_at AS DATE), reverses FROM ledger_postings"
        )
    assert got == [(DAY, LAST, "0")]


def test_an_event_without_a_booked_time_counts_from_its_service_day() -> None:
    """Where the booked time is not given, an event is known from its service day on."""
    with books_of([event("1", "A", "delivered", "5", day=DAY)]) as engine:
        engine.rows("UPDATE billing SET booked_at = NULL, tax_micros = NULL")
        engine.run(events_step(as_of=DAY, members=None))
        got = engine.rows("SELECT event_id, CAST(booked_at AS DATE), tax_micros FROM ledger_events")
        engine.run(events_step(as_of=date(2016, 11, 7), members=None))
        before = engine.rows("SELECT event_id FROM ledger_events")
    assert got == [("1", DAY, 0)]
    assert before == []


def test_a_free_rerun_is_evidence_and_no_money() -> None:
    """A make-good of price zero has no postings."""
    assert postings_of([event("1", "A", "delivered", "0", day=DAY)]) == []


def test_the_story_balances() -> None:
    """Every event of the worked story sums to zero."""
    sums = sums_of([(one, "-", amount) for one, _, _, amount in postings_of(story())])
    assert sums == {}


@pytest.mark.parametrize(
    "step", [events_step(as_of=DAY), events_step(as_of=None, members=None), postings_step()]
)
def test_the_steps_can_be_said_to_spark(step: object) -> None:
    """Each step is one statement that sqlglot turns into Spark's dialect without a complaint."""
    sql = getattr(step, "sql", "")
    (translated,) = sqlglot.transpile(
        sql, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
    )
    for word in ("HUGEINT", "ASOF", "QUALIFY"):
        assert word not in sql
        assert word not in translated
