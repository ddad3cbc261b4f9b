"""The ledger's laws, over any books: balance, order, time, bounds, rounding; three models agree.

The plain model below is written from the sheet's definitions alone and shares no code with the room.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from dataclasses import astuple, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from debar.ledger.audit import check_books
from debar.ledger.books import make_books, render_books
from debar.ledger.convert import rate_of, round_sum
from debar.ledger.earned import earned
from debar.ledger.pledge import Recipient, allocate, disburse, pledge, reverse, true_up
from debar.ledger.postings import events_step, postings_step
from debar.ledger.text import render_by
from debar.model.money import Money, parse_micros
from debar.model.window import Window
from ledger_books import (
    COLUMNS,
    Event,
    beancount,
    beancount_converted,
    books_of,
    hledger_balances,
    hledger_converted,
    rates,
    refill,
    sums_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from debar.ledger.report import EarnedReport
    from debar.stores.duckdb_engine import DuckEngine

FEW = settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
MANY = settings(FEW, max_examples=400)
ORACLE = settings(FEW, max_examples=4)

EARNS = ("delivered", "fee", "breakage", "correction_up")
GIVES_BACK = ("invalid_traffic", "overdelivery", "correction", "refund", "promo", "rebate", "chargeback_lost")
MOVES = (
    "invoice",
    "payment",
    "prepay",
    "prepay_draw",
    "prepay_return",
    "refund_paid",
    "write_off",
    "chargeback_open",
    "chargeback_won",
    "chargeback_fee",
)
ACCOUNTS = ("A", "B", "C", "D")
CURRENCIES = ("USD", "EUR", "GBP", "RUB", "JPY")
FIRST = date(2016, 9, 1)
STANDINGS = ("named", "confirmed", "likely", "possible", "cleared")


@st.composite
def one_event(draw: st.DrawFn) -> Event:
    """Return an event without an id."""
    service = draw(st.integers(min_value=0, max_value=120))
    booked = service + draw(st.sampled_from([0, 0, 1, 30, 90]))
    day = FIRST + timedelta(days=service)
    at = FIRST + timedelta(days=booked)
    return Event(
        event_id="",
        account_id=draw(st.sampled_from(ACCOUNTS)),
        kind=draw(st.sampled_from((*EARNS, *GIVES_BACK, *MOVES))),
        service_day=day,
        booked_at=datetime(at.year, at.month, at.day, draw(st.integers(0, 23))),  # noqa: DTZ001 - naive UTC
        amount_micros=draw(st.one_of(st.integers(0, 300).map(lambda n: n * 10**6), st.integers(0, 10**12))),
        tax_micros=draw(st.one_of(st.just(0), st.integers(0, 50).map(lambda n: n * 10**6))),
        currency=draw(st.sampled_from(CURRENCIES)),
        market=draw(st.sampled_from([None, "US", "GB"])),
    )


@st.composite
def events(draw: st.DrawFn, *, size: int = 40) -> list[Event]:
    """Return any books."""
    drawn = draw(st.lists(one_event(), max_size=size))
    return [replace(one, event_id=f"e{at:03d}") for at, one in enumerate(drawn)]


def standings() -> st.SearchStrategy[dict[str, Any]]:
    """Return any standing for each account."""
    return st.fixed_dictionaries({account: st.sampled_from(STANDINGS) for account in ACCOUNTS})


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckEngine]:
    """Return one engine for all examples; each fills it anew."""
    with books_of([]) as made:
        yield made


def report_of(
    engine: DuckEngine, books: Sequence[Event], told: Mapping[str, Any], **options: Any
) -> EarnedReport:
    """Return the report on some books."""
    refill(engine, books, dict.fromkeys(ACCOUNTS, "An account"))
    return earned(engine, told, **{"rates": rates(), "to": "USD", **options})


def plain_earned(books: Sequence[Event], *, as_of: date | None = None) -> dict[tuple[str, str], int]:
    """Work earned out as the sheet defines it: income less givebacks, tax apart."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for one in books:
        if as_of is None or one.booked_at.date() <= as_of:
            sign = 1 if one.kind in EARNS else -1 if one.kind in GIVES_BACK else 0
            found[one.account_id, one.currency] += sign * one.amount_micros
    return {key: amount for key, amount in found.items() if amount}


def sql_earned(report: EarnedReport) -> dict[tuple[str, str], int]:
    """Return the report's figure for each account and currency."""
    found = {(a.account_id, w.currency): w.earned_micros for a in report.accounts for w in a.waterfalls}
    return {key: amount for key, amount in found.items() if amount}


def postings_of(engine: DuckEngine, books: Sequence[Event]) -> list[tuple[Any, ...]]:
    """Return all postings, in order."""
    refill(engine, books, dict.fromkeys(ACCOUNTS, "An account"))
    engine.run(events_step(as_of=None, members=None))
    engine.run(postings_step())
    return engine.rows(
        "SELECT event_id, line, ledger_account, coalesce(holder, ''), currency, amount_micros, account_id"
        " FROM ledger_postings ORDER BY event_id, line"
    )


@FEW
@given(books=events())
def test_every_event_balances(engine: DuckEngine, books: list[Event]) -> None:
    """Each event's postings sum to zero, in one currency, its own."""
    sums: dict[str, int] = defaultdict(int)
    currencies = {one.event_id: one.currency for one in books}
    for event_id, _, _, _, currency, amount, _ in postings_of(engine, books):
        sums[event_id] += amount
        assert currencies[event_id] == currency
    assert not any(sums.values())
    assert {one.event_id for one in books if one.amount_micros + one.tax_micros} == set(sums)


@FEW
@given(books=events())
def test_three_ways_to_earned_agree(engine: DuckEngine, books: list[Event]) -> None:
    """The SQL's figure, the plain model's, and the income accounts' balance are the same micros."""
    income: dict[tuple[str, str], int] = defaultdict(int)
    for _, _, ledger_account, _, currency, amount, account_id in postings_of(engine, books):
        if ledger_account.startswith("Income:"):
            income[account_id, currency] -= amount
    told = dict.fromkeys(ACCOUNTS, "named")
    assert plain_earned(books) == sql_earned(report_of(engine, books, told))
    assert plain_earned(books) == {key: amount for key, amount in income.items() if amount}


@FEW
@given(books=events(), as_of=st.integers(0, 220))
def test_earned_is_what_all_other_accounts_say(engine: DuckEngine, books: list[Event], as_of: int) -> None:
    """Top-down is bottom-up: earned less what is open is the cash that is the platform's own."""
    day = FIRST + timedelta(days=as_of)
    report = report_of(engine, books, dict.fromkeys(ACCOUNTS, "named"), as_of=day, to=None)
    for waterfall in report.waterfalls:
        assert waterfall.kept is not None
        assert waterfall.earned_micros - waterfall.kept.open_micros == waterfall.kept.kept_micros


@FEW
@given(books=events(), seed=st.randoms(use_true_random=False))
def test_row_order_changes_nothing(engine: DuckEngine, books: list[Event], seed: Any) -> None:
    """Rows in any order give the same postings."""
    shuffled = list(books)
    seed.shuffle(shuffled)
    assert postings_of(engine, books) == postings_of(engine, shuffled)


@FEW
@given(books=events(), told=standings(), as_of=st.integers(0, 220))
def test_as_of_ignores_what_was_booked_later(
    engine: DuckEngine, books: list[Event], told: dict[str, Any], as_of: int
) -> None:
    """A report as of a day is the report on the books that hold only what was booked by then."""
    day = FIRST + timedelta(days=as_of)
    known = [one for one in books if one.booked_at.date() <= day]
    whole = report_of(engine, books, told, as_of=day)
    assert whole == report_of(engine, known, told, as_of=day)
    chosen = dict.fromkeys(ACCOUNTS, "named")
    assert plain_earned(books, as_of=day) == sql_earned(report_of(engine, books, chosen, as_of=day))


@FEW
@given(books=events(), told=standings(), owner=st.lists(st.integers(0, 10**6), min_size=4, max_size=4))
def test_bounds_are_in_order(
    engine: DuckEngine, books: list[Event], told: dict[str, Any], owner: list[int]
) -> None:
    """Low is at most likely, likely at most high, in each currency and converted; so is the expectation."""
    certain = ("named", "confirmed")
    p_owner = {a: 10**6 if told[a] in certain else p for a, p in zip(ACCOUNTS, owner, strict=True)}
    report = report_of(engine, books, told, p_owner=p_owner)
    assert report.converted is not None
    for bounds in (*report.by_currency.values(), report.converted):
        assert bounds.low_micros <= bounds.likely_micros <= bounds.high_micros
        assert bounds.expected_micros is not None
        assert bounds.low_micros - 1 <= bounds.expected_micros <= bounds.high_micros + 1


@FEW
@given(books=events(), told=standings(), account=st.sampled_from(ACCOUNTS))
def test_deciding_narrows_the_bounds(
    engine: DuckEngine, books: list[Event], told: dict[str, Any], account: str
) -> None:
    """Confirming or clearing an undecided account never widens what lies between low and high."""
    told = {**told, account: "possible"}
    before = report_of(engine, books, told).by_currency
    for decided in ("confirmed", "cleared"):
        after = report_of(engine, books, {**told, account: decided}).by_currency
        for code, bounds in before.items():
            assert after[code].low_micros >= bounds.low_micros - _open_disputes(books, account, code)
            assert after[code].high_micros <= bounds.high_micros


def _open_disputes(books: Sequence[Event], account: str, currency: str) -> int:
    """Return at most what may be in dispute: a confirmed account's disputes lower the low bound."""
    return sum(
        one.amount_micros + one.tax_micros
        for one in books
        if (one.account_id, one.currency, one.kind) == (account, currency, "chargeback_open")
    )


@FEW
@given(books=events(), cut=st.integers(1, 119))
def test_windows_and_accounts_add_up(engine: DuckEngine, books: list[Event], cut: int) -> None:
    """Disjoint windows, and disjoint accounts, add up to the whole."""
    told = dict.fromkeys(ACCOUNTS, "named")
    whole = _likely(report_of(engine, books, told, to=None))
    middle = FIRST + timedelta(days=cut)
    windows = (
        Window(start=FIRST, end=middle),
        Window(start=middle + timedelta(days=1), end=FIRST + timedelta(days=400)),
    )
    halves = [_likely(report_of(engine, books, told, to=None, window=window)) for window in windows]
    groups = ({"A": "named", "B": "named"}, {"C": "named", "D": "named"})
    parts = [_likely(report_of(engine, books, group, to=None)) for group in groups]
    assert whole == _added(halves) == _added(parts)


def _likely(report: EarnedReport) -> dict[str, int]:
    return {code: b.likely_micros for code, b in report.by_currency.items() if b.likely_micros}


def _added(parts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for part in parts:
        for code, amount in part.items():
            found[code] += amount
    return {code: amount for code, amount in found.items() if amount}


@FEW
@given(books=events(), told=standings(), factor=st.integers(2, 9))
def test_tax_names_and_size_do_not_matter(
    engine: DuckEngine, books: list[Event], told: dict[str, Any], factor: int
) -> None:
    """Without tax earned is the same; k times the amounts is k times earned; names change nothing."""
    first = report_of(engine, books, told, to=None).by_currency
    untaxed = [replace(one, tax_micros=0) for one in books]
    larger = [
        replace(one, amount_micros=factor * one.amount_micros, tax_micros=factor * one.tax_micros)
        for one in books
    ]
    renamed = [replace(one, account_id=f"{one.account_id}!") for one in books]
    likely = {code: bounds.likely_micros for code, bounds in first.items()}
    scaled = report_of(engine, larger, told, to=None).by_currency
    without = report_of(engine, untaxed, told, to=None).by_currency
    other = report_of(engine, renamed, {f"{a}!": told[a] for a in ACCOUNTS}, to=None).by_currency
    assert likely == {code: bounds.likely_micros for code, bounds in without.items()}
    assert {code: factor * amount for code, amount in likely.items()} == {
        code: bounds.likely_micros for code, bounds in scaled.items()
    }
    assert first == other


@FEW
@given(books=events())
def test_coupons_and_returned_money_earn_nothing(engine: DuckEngine, books: list[Event]) -> None:
    """Delivery paid by coupon alone, and money paid in advance and returned, change nothing."""
    first = _likely(report_of(engine, books, {"A": "named"}, to=None))
    at = datetime(2016, 10, 1)  # noqa: DTZ001 - naive UTC
    more = [
        Event(
            event_id=f"x{number}",
            account_id="A",
            kind=kind,
            service_day=at.date(),
            booked_at=at,
            amount_micros=7_000_000,
        )
        for number, kind in enumerate(("delivered", "promo", "prepay", "prepay_return"))
    ]
    assert first == _likely(report_of(engine, [*books, *more], {"A": "named"}, to=None))


@FEW
@given(books=events(), told=standings())
def test_each_total_is_rounded_once(engine: DuckEngine, books: list[Event], told: dict[str, Any]) -> None:
    """The converted total is the exact sum of each event at its service day's rate, rounded once."""
    report = report_of(engine, books, told)
    planned = [account for account in ACCOUNTS if told[account] in ("named", "confirmed", "likely")]
    exact = _exact(books, "USD", planned)
    assert report.converted is not None
    assert round(exact / 10_000) * 10_000 == report.converted.likely_micros


@FEW
@given(
    st.lists(
        st.tuples(st.integers(-(10**15), 10**15), st.integers(1, 10**6), st.integers(1, 10**6)), max_size=30
    ),
    st.sampled_from([1, 1_000, 10_000, 1_000_000]),
)
def test_the_quick_sum_is_the_exact_sum(parts: list[tuple[int, int, int]], unit: int) -> None:
    """Cutting products first never changes what the exact sum rounds to."""
    terms = [(amount, rate_of(Fraction(top, bottom))) for amount, top, bottom in parts]
    exact = sum((Fraction(amount * top, bottom) for amount, top, bottom in parts), Fraction(0))
    assert round(exact / unit) * unit == round_sum(terms, unit_micros=unit)


@FEW
@given(books=events(size=25))
def test_exports_say_what_the_report_says(engine: DuckEngine, books: list[Event]) -> None:
    """The exported text, recomputed, is the ledger and the report, in every format."""
    told = dict.fromkeys(ACCOUNTS, "named")
    report = report_of(engine, books, told).as_json()
    made = make_books(engine, ACCOUNTS, rates=rates(), to="USD")
    for books_format in ("hledger", "beancount", "csv"):
        check = check_books(render_books(made, books_format), stated=report)
        assert check.findings == ()


def _exact(books: Sequence[Event], to: str, accounts: Sequence[str]) -> Fraction:
    """Convert each event of some accounts at its service day's rate: the exact sum in micros."""
    exact = Fraction(0)
    for one in books:
        if one.account_id in accounts:
            sign = 1 if one.kind in EARNS else -1 if one.kind in GIVES_BACK else 0
            exact += sign * one.amount_micros * rates().cross(one.currency, to, one.service_day)
    return exact


@FEW
@given(books=events(), told=standings(), days=st.integers(1, 3000))
def test_shifting_every_day_changes_nothing(
    engine: DuckEngine, books: list[Event], told: dict[str, Any], days: int
) -> None:
    """With every service day and booking moved alike, each currency's bounds and each waterfall stay."""
    moved = [
        replace(
            one,
            service_day=one.service_day + timedelta(days=days),
            booked_at=one.booked_at + timedelta(days=days),
        )
        for one in books
    ]
    first = report_of(engine, books, told, to=None)
    then = report_of(engine, moved, told, to=None)
    assert first.by_currency == then.by_currency
    assert first.waterfalls == then.waterfalls
    assert first.status == then.status or not books


@FEW
@given(books=events())
def test_a_month_that_gave_back_more_than_it_brought_is_flagged(
    engine: DuckEngine, books: list[Event]
) -> None:
    """Exactly those (account, currency, month) whose givebacks exceed their income are flagged."""
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for one in books:
        sign = 1 if one.kind in EARNS else -1 if one.kind in GIVES_BACK else 0
        sums[one.account_id, one.currency, f"{one.service_day:%Y-%m}"] += sign * one.amount_micros
    report = report_of(engine, books, dict.fromkeys(ACCOUNTS, "named"), to=None)
    flagged = {(flag.account_id, flag.currency, flag.month) for flag in report.over_credited}
    assert {key for key, amount in sums.items() if amount < 0} == flagged


@FEW
@given(books=events(), told=standings())
def test_what_is_printed_reads_back(engine: DuckEngine, books: list[Event], told: dict[str, Any]) -> None:
    """The printed bounds, read as numbers, are the report's, in each currency; so are those of the JSON."""
    report = report_of(engine, books, told)
    printed = {
        line.split()[0]: [Fraction(cell.replace(",", "")) for cell in line.split()[1:]]
        for line in render_by(report, "currency").splitlines()
        if line[:3] in CURRENCIES and len(line.split()) == 4
    }
    for code, bounds in report.by_currency.items():
        amounts = (bounds.low_micros, bounds.likely_micros, bounds.high_micros)
        assert [Fraction(amount, 10**6) for amount in amounts] == printed[code]
        said = report.as_json()["by_currency"][code]
        assert [parse_micros(said[name]) for name in ("low", "likely", "high")] == list(amounts)


def _against_hledger(engine: DuckEngine, books: list[Event], *, with_beancount: bool = False) -> None:
    refill(engine, books, dict.fromkeys(ACCOUNTS, "An account"))
    made = make_books(engine, ACCOUNTS, rates=rates(), to="USD")
    lines = [line for entry in made.entries for line in entry.lines]
    ours = sums_of([(line.ledger_account, line.currency, line.amount_micros) for line in lines])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "books.journal"
        path.write_text(render_books(made, "hledger"), encoding="utf-8")
        theirs = hledger_balances(path)
        converted = hledger_converted(path, "USD")
        path.write_text(render_books(made, "beancount"), encoding="utf-8")
        said = beancount(path) if with_beancount else ([], ours)
        also = beancount_converted(path, "USD") if with_beancount else converted
    assert ours == theirs
    assert said == ([], ours)
    exact = _exact(books, "USD", ACCOUNTS)
    # Less than a micro apart: hledger drops what one account converts to beyond its own digits (12 micros of
    # RUB are .18 of a micro of USD), so that two exact sums may lie on either side of a half.
    assert abs(exact - converted) < 1
    assert abs(exact - also) < 1
    income: dict[str, int] = defaultdict(int)
    for (ledger_account, currency), amount in theirs.items():
        if ledger_account.startswith("Income:"):
            income[currency] -= amount
    plain: dict[str, int] = defaultdict(int)
    for (_, currency), amount in plain_earned(books).items():
        plain[currency] += amount
    assert {c: a for c, a in plain.items() if a} == {c: a for c, a in income.items() if a}


@ORACLE
@given(books=events())
def test_hledger_agrees(engine: DuckEngine, books: list[Event]) -> None:
    """For any books hledger's balances are the ledger's, and its income is the plain model's earned."""
    _against_hledger(engine, books)


@pytest.mark.ci
@MANY
@given(books=events(size=120))
def test_hledger_agrees_at_length(engine: DuckEngine, books: list[Event]) -> None:
    """The same for many and larger books."""
    _against_hledger(engine, books)


@pytest.mark.ci
@given(books=events(size=120))
@settings(FEW, max_examples=40)
def test_beancount_agrees_too(engine: DuckEngine, books: list[Event]) -> None:
    """For any books the ledger, the plain model, hledger and Beancount agree, converted totals included."""
    _against_hledger(engine, books, with_beancount=True)


@pytest.mark.ci
@MANY
@given(books=events(size=120))
def test_every_event_balances_at_length(engine: DuckEngine, books: list[Event]) -> None:
    """Balance, and the agreement of the plain model with the SQL, for many and larger books."""
    sums: dict[str, int] = defaultdict(int)
    for event_id, _, _, _, _, amount, _ in postings_of(engine, books):
        sums[event_id] += amount
    assert not any(sums.values())
    assert plain_earned(books) == sql_earned(
        report_of(engine, books, dict.fromkeys(ACCOUNTS, "named"), to=None)
    )


AT = "2017-10-27T09:00:00Z"
STEPS = st.lists(
    st.tuples(st.sampled_from(["allocate", "disburse", "true_up", "reverse"]), st.integers(0, 10**10)),
    max_size=12,
)


@FEW
@given(amount=st.integers(0, 10**10), steps=STEPS)
def test_nothing_is_clawed_back(amount: int, steps: list[tuple[str, int]]) -> None:
    """Payments never fall, nobody owes, and the promise is what is unpaid plus what is paid."""
    donation = pledge("case", Money(amount_micros=amount, currency="USD"), purpose="research", at=AT)
    people = [
        Recipient(name=name, purposes=("research",), conflict="none found", independence="")
        for name in ("A", "B", "C")
    ]
    for step, number in steps:
        before = donation
        if step == "allocate":
            shares = [(person, number % 7 + at) for at, person in enumerate(people, start=1)]
            donation = allocate(
                donation, shares, at=AT, amount_micros=number % (donation.unallocated_micros + 1)
            )
        elif step == "disburse" and donation.owed_micros("A"):
            part = number % donation.owed_micros("A") + 1
            donation = disburse(donation, "A", part, at=AT, receipt_sha256="ab" * 32, reason="part")
        elif step == "true_up":
            donation = true_up(
                donation, Money(amount_micros=number, currency="USD"), at=AT, reason="later billing"
            )
        elif step == "reverse":
            donation = reverse(donation, at=AT, reason="appeal upheld")
        owed = {person.name: donation.owed_micros(person.name) for person in people}
        assert donation.entries[: len(before.entries)] == before.entries
        assert donation.disbursed_micros >= before.disbursed_micros
        assert min(owed.values()) >= 0
        assert donation.unallocated_micros >= 0
        assert donation.pledged_micros == (
            donation.unallocated_micros + sum(owed.values()) + donation.disbursed_micros
        )


def test_the_columns_are_those_of_an_event() -> None:
    """The tests' events have the columns of ``billing``, in order."""
    one = Event(
        event_id="1",
        account_id="A",
        kind="fee",
        service_day=FIRST,
        booked_at=datetime(2016, 9, 1),  # noqa: DTZ001 - naive UTC
        amount_micros=1,
    )
    assert len(COLUMNS) == len(astuple(one))
