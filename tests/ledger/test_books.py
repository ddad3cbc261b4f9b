"""The books as files; hledger and Beancount agree with them to the micro."""

from __future__ import annotations

import subprocess
from datetime import date
from typing import TYPE_CHECKING

import pytest

from debar.ledger.audit import check_books
from debar.ledger.books import Books, BooksFormat, ledger_name, make_books, render_books
from debar.ledger.earned import earned
from debar.ledger.pledge import Recipient, allocate, disburse, pledge
from debar.model.money import Money
from debar.model.problem import DebarError
from ledger_books import (
    STANDINGS,
    Event,
    beancount,
    beancount_converted,
    books_of,
    event,
    hledger_balances,
    hledger_converted,
    rates,
    story,
    sums_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from debar.ledger.pledge import Donation

AT = "2018-02-01T10:00:00Z"


def donation() -> Donation:
    """Return a donation with an allocation and a payment."""
    made = pledge(
        "plan-2017-10-26", Money(amount_micros=3_623_960_000, currency="USD"), purpose="research", at=AT
    )
    first, second = (
        Recipient(
            name=name, purposes=("research",), conflict="none found", independence="findings are its own"
        )
        for name in ("Lab for Elections", "OpenSums")
    )
    made = allocate(made, [(first, 2), (second, 1)], at=AT)
    return disburse(made, "OpenSums", 1_000_000_000, at=AT, receipt_sha256="ab" * 32, reason="first part")


def story_books(events: list[Event] | None = None, *, donations: tuple[Donation, ...] = ()) -> Books:
    """Return the books of the story, priced in dollars."""
    chosen = story() if events is None else events
    with books_of(chosen) as engine:
        accounts = {one.account_id for one in chosen}
        return make_books(engine, accounts, rates=rates(), to="USD", donations=donations)


def own_sums(books: Books) -> dict[tuple[str, str], int]:
    """Return the books' own balances."""
    lines = [line for entry in books.entries for line in entry.lines]
    return sums_of([(line.ledger_account, line.currency, line.amount_micros) for line in lines])


def test_hledger_agrees_to_the_micro(tmp_path: Path) -> None:
    """Hledger works out the same balance of every ledger account and currency from the exported journal."""
    books = story_books(donations=(donation(),))
    path = tmp_path / "books.journal"
    path.write_text(render_books(books, "hledger"), encoding="utf-8")
    assert own_sums(books) == hledger_balances(path)


def test_hledger_converts_to_the_same_total(tmp_path: Path) -> None:
    """Valued at each service day's price, hledger's income is the report's total, to the micro and the cent."""
    books = story_books()
    path = tmp_path / "books.journal"
    path.write_text(render_books(books, "hledger"), encoding="utf-8")
    ours = check_books(render_books(books, "hledger")).converted["USD"]
    assert round(ours) == round(hledger_converted(path, "USD"))
    assert round(ours / 10_000) * 10_000 == 3_708_230_000


def test_beancount_converts_to_the_same_total(tmp_path: Path) -> None:
    """At its own price of each posting's day, Beancount's income is the report's total, to the micro."""
    books = story_books()
    path = tmp_path / "books.beancount"
    path.write_text(render_books(books, "beancount"), encoding="utf-8")
    got = beancount_converted(path, "USD")
    assert round(check_books(render_books(books, "beancount")).converted["USD"]) == round(got)
    assert round(got / 10_000) * 10_000 == 3_708_230_000


def test_hledger_refuses_a_lost_micro(tmp_path: Path) -> None:
    """One micro less in one posting, and hledger refuses the journal."""
    text = render_books(story_books(), "hledger")
    path = tmp_path / "books.journal"
    path.write_text(text.replace("1200.500000 USD", "1200.500001 USD", 1), encoding="utf-8")
    with pytest.raises(subprocess.CalledProcessError):
        hledger_balances(path)


def test_beancount_agrees_to_the_micro(tmp_path: Path) -> None:
    """Beancount has nothing to complain about and works out the same balances."""
    books = story_books(donations=(donation(),))
    path = tmp_path / "books.beancount"
    path.write_text(render_books(books, "beancount"), encoding="utf-8")
    assert ([], own_sums(books)) == beancount(path)


def test_beancount_refuses_a_lost_micro(tmp_path: Path) -> None:
    """One micro less in one posting is not within Beancount's tolerance, because we leave it none."""
    text = render_books(story_books(), "beancount")
    path = tmp_path / "books.beancount"
    path.write_text(text.replace("1200.500000 USD", "1200.500001 USD", 1), encoding="utf-8")
    complaints, _ = beancount(path)
    assert len(complaints) == 1


FORMATS: tuple[BooksFormat, ...] = ("hledger", "beancount", "csv")


@pytest.mark.parametrize("books_format", FORMATS)
def test_the_auditor_finds_sound_books_sound(books_format: BooksFormat) -> None:
    """The checker recomputes every balance from the text and agrees with the report, in every format."""
    with books_of(story()) as engine:
        report = earned(engine, dict.fromkeys(STANDINGS, "named"), rates=rates(), to="USD")
        books = make_books(engine, STANDINGS, rates=rates(), to="USD", donations=(donation(),))
    check = check_books(render_books(books, books_format), stated=report.as_json())
    assert check.findings == ()
    assert own_sums(books) == {key: amount for key, amount in check.balances.items() if amount}
    assert books.earned() == check.earned
    assert str(check).startswith("The books are sound: 29 entries, ")


@pytest.mark.parametrize("books_format", FORMATS)
def test_the_auditor_finds_a_changed_micro(books_format: BooksFormat) -> None:
    """One micro more in one posting is found: the entry no longer balances."""
    text = render_books(story_books(), books_format)
    check = check_books(text.replace("1200.500000", "1200.500001", 1))
    assert not check.is_sound
    assert any("does not balance: 1 micros of USD too much" in finding for finding in check.findings)


@pytest.mark.parametrize("books_format", FORMATS)
def test_the_auditor_finds_a_balanced_lie(books_format: BooksFormat) -> None:
    """An amount that is changed on both sides balances, and is found by control sums or by the report."""
    with books_of(story()) as engine:
        report = earned(engine, dict.fromkeys(STANDINGS, "named"), rates=rates(), to="USD")
        books = make_books(engine, STANDINGS, rates=rates(), to="USD")
    text = render_books(books, books_format).replace("80.000000", "79.000000")
    findings = check_books(text, stated=report.as_json()).findings
    assert any(
        "earned: the report states 1030.000000 EUR, the books have 1029.000000" in one for one in findings
    )


def test_the_auditor_finds_a_removed_entry_and_changed_bytes() -> None:
    """A journal without one of its entries contradicts its own head."""
    text = render_books(story_books(), "hledger")
    start = text.index("2016-11-09 * promo")
    findings = check_books(text[:start] + text[text.index("\n\n", start) + 2 :]).findings
    assert [one.partition(":")[0] for one in findings] == ["entries", "postings", "earned", "body sha256"]


def test_the_auditor_says_what_it_cannot_read() -> None:
    """A line that is no part of the format is named, not skipped."""
    text = render_books(story_books(), "hledger") + "    Assets:Cash  1.50 USD\n"
    assert "cannot be read: '    Assets:Cash  1.50 USD'" in check_books(text).findings
    table = render_books(story_books(), "csv").replace("1200.500000", "1,200.50", 1)
    assert not check_books(table).is_sound


def test_names_are_safe_and_apart(tmp_path: Path) -> None:
    """Whatever an account is called, its books can be read by all, and two never share a ledger account."""
    ids = [
        "acc: 7",
        "acc; 7",
        "счёт",
        "a  b",
        'q"uote',
        "x" * 90,
        "X-1",
        "007",
        "lower",
        "=cmd()",
        "a:b",
        "né)e",
    ]
    events = [
        event(f"{one}!{at}", one, "delivered", f"{at + 1}", day=date(2016, 11, 8))
        for at, one in enumerate(ids)
    ]
    books = story_books(events)
    assert len(ids) == len({ledger_name(one) for one in ids})
    for books_format in FORMATS:
        assert check_books(render_books(books, books_format)).is_sound
    path = tmp_path / "books.journal"
    path.write_text(render_books(books, "hledger"), encoding="utf-8")
    assert own_sums(books) == hledger_balances(path)


def test_names_are_safe_for_beancount(tmp_path: Path) -> None:
    """The same names in Beancount."""
    ids = ["acc: 7", "счёт", 'q"uote', "X-1", "007", "lower", "a:b"]
    events = [event(one, one, "delivered", "1", day=date(2016, 11, 8)) for one in ids]
    books = story_books(events)
    path = tmp_path / "books.beancount"
    path.write_text(render_books(books, "beancount"), encoding="utf-8")
    assert ([], own_sums(books)) == beancount(path)


def test_a_day_without_a_rate_has_no_price() -> None:
    """Where no rate exists the books stand without a price, and nothing is converted."""
    books = story_books([event("1", "A", "delivered", "1", day=date(2024, 5, 2), currency="RUB")])
    assert books.prices == ()
    assert check_books(render_books(books, "hledger")).converted == {}


def test_converted_needs_every_price() -> None:
    """One missing price, and the checker states no converted total at all."""
    text = render_books(story_books(), "hledger")
    cut = "\n".join(line for line in text.splitlines() if not line.startswith("P 2016-11-08 GBP"))
    assert check_books(cut).converted == {}


def test_books_without_prices() -> None:
    """Without a target currency there are no price lines, and empty books are books."""
    with books_of(story()) as engine:
        books = make_books(engine, [], rates=rates(), to=None)
    for books_format in FORMATS:
        assert check_books(render_books(books, books_format)).is_sound


def test_a_corrected_event_names_what_it_answers() -> None:
    """The link to the event that is corrected stands in every format."""
    events = [
        event("1", "A", "delivered", "9", day=date(2016, 11, 8)),
        event("2", "A", "refund", "5", day=date(2016, 11, 8), reverses="1"),
    ]
    books = story_books(events)
    assert "    ; answers: 1\n" in render_books(books, "hledger")
    assert '  answers: "1"\n' in render_books(books, "beancount")
    assert ",1,Income:Contra:Refund:A,USD,5.000000\n" in render_books(books, "csv")


def test_a_format_that_nobody_reads_is_refused() -> None:
    """A word that is no format writes nothing."""
    with pytest.raises(DebarError, match="DBR-B020"):
        render_books(story_books([]), "ledger")
