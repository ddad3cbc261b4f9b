"""The books as files that any accountant's program opens: hledger, Beancount, CSV.

Law: every amount is explicit and has six decimals, on every posting; prices have twenty; nothing is left
for a program to infer, round or tolerate. Each file states its own control sums.

Why six decimals even where cents would do: Beancount takes half the last digit of the coarsest amount as
its tolerance, so that a lost cent beside ``1200.50`` passes in silence.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, Literal

from debar.ledger.postings import MEMBERS, POSTINGS, check_kinds, events_step, postings_step
from debar.model.canonical import sha256_hex
from debar.model.money import format_micros
from debar.model.problem import EXIT_USAGE, DebarError
from debar.model.step import quote_identifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from fractions import Fraction

    from debar.ledger.pledge import Donation
    from debar.model.ports import Engine
    from debar.model.rates import Rates

BooksFormat = Literal["hledger", "beancount", "csv"]

BOOKS_FORMATS: Final[tuple[BooksFormat, ...]] = ("hledger", "beancount", "csv")

PRICE_DECIMALS: Final = 20

_PLAIN = re.compile(r"[A-Z0-9][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*")
_UNSAFE = re.compile(r"[^A-Za-z0-9]+")
_HASHED = "X-"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookLine:
    """One posting of an entry: a full ledger account and an amount, debit positive."""

    ledger_account: str
    currency: str
    amount_micros: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BookEntry:
    """One event as double entry.

    Args:
        entry_id: The billing event's id, or the donation entry's.
        kind: Billing kind, or what happened to the donation.
        service_day: What it is about; its rate converts.
        booked_at: When it was learned: ISO 8601, UTC, ending in Z.
        answers: Event that it corrects; empty for none.
        lines: The double entry.
    """

    entry_id: str
    kind: str
    service_day: date
    booked_at: str
    answers: str
    lines: tuple[BookLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one unit of a currency was worth on a day."""

    day: date
    currency: str
    to: str
    rate: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Everything that is exported.

    Args:
        entries: By service day, booked time and id.
        prices: One a currency and day that occurs and has a rate.
        names: Ledger name to the id that it stands for, where they differ.
        to: Currency of the prices; None for none.
        rates_sha256: Digest of the rates.
        rates_source: Where they come from.
    """

    entries: tuple[BookEntry, ...]
    prices: tuple[Price, ...]
    names: tuple[tuple[str, str], ...]
    to: str | None
    rates_sha256: str
    rates_source: str

    def earned(self) -> dict[str, int]:
        """Return what was earned in each currency: the income accounts, credit positive."""
        found: dict[str, int] = {}
        for entry in self.entries:
            for line in entry.lines:
                if line.ledger_account.startswith("Income:"):
                    found[line.currency] = found.get(line.currency, 0) - line.amount_micros
        return dict(sorted(found.items()))


def ledger_name(text: str) -> str:
    """Write an id as one part of a ledger account that hledger and Beancount both take.

    Why: account ids are anybody's text. Plain ones stay; others keep what can be read of them and get
    sixteen digits of their digest, so that two ids never share a ledger account.

    Example:
        >>> ledger_name("RT-EN"), ledger_name("acc: 7")
        ('RT-EN', 'X-acc-7-ee07b13a008ea3b6')
    """
    if _PLAIN.fullmatch(text) and not text.startswith(_HASHED) and len(text) <= 60:
        return text
    readable = _UNSAFE.sub("-", text)[:40].strip("-")
    return "-".join(part for part in ("X", readable, sha256_hex(text.encode())[:16]) if part)


def make_books(
    engine: Engine,
    accounts: Iterable[str],
    *,
    rates: Rates,
    to: str | None,
    as_of: date | None = None,
    donations: Sequence[Donation] = (),
) -> Books:
    """Collect the books of some accounts, and of what was given away.

    Args:
        engine: Holds ``billing``; gets the tables of the ledger.
        accounts: Account ids.
        rates: Published rates, for the price lines.
        to: Currency of the price lines; None for none.
        as_of: Last booked day that counts; None for all.
        donations: Their entries are appended, whatever the as-of day.

    Returns:
        The books.

    Raises:
        DebarError: DBR-B001, an unknown billing kind.
    """
    columns = {"account_id": "VARCHAR", "standing": "VARCHAR"}
    engine.load(MEMBERS, columns, [(account_id, "booked") for account_id in sorted(set(accounts))])
    engine.run(events_step(as_of=as_of))
    check_kinds(engine)
    engine.run(postings_step())
    names: dict[str, str] = {}
    entries = _read_entries(engine, names)
    for donation in donations:
        entries.extend(_donation_entries(donation, names))
    entries.sort(key=lambda entry: (entry.service_day, entry.booked_at, entry.entry_id))
    return Books(
        entries=tuple(entries),
        prices=tuple(_prices(entries, rates, to)) if to else (),
        names=tuple(sorted(names.items())),
        to=to,
        rates_sha256=rates.sha256,
        rates_source=rates.source,
    )


def _read_entries(engine: Engine, names: dict[str, str]) -> list[BookEntry]:
    rows = engine.rows(
        "SELECT event_id, kind, service_day, booked_at, coalesce(reverses, ''), ledger_account, holder,"
        f" currency, amount_micros FROM {quote_identifier(POSTINGS)} ORDER BY event_id, line"
    )
    grouped: dict[tuple[str, str, date, str, str], list[BookLine]] = {}
    for event_id, kind, day, booked_at, answers, ledger_account, holder, currency, amount in rows:
        key = (event_id, kind, day, booked_at.isoformat(timespec="seconds") + "Z", answers)
        full = ledger_account if holder is None else f"{ledger_account}:{_named(holder, names)}"
        grouped.setdefault(key, []).append(
            BookLine(ledger_account=full, currency=currency, amount_micros=int(amount))
        )
    return [
        BookEntry(
            entry_id=key[0],
            kind=key[1],
            service_day=key[2],
            booked_at=key[3],
            answers=key[4],
            lines=tuple(lines),
        )
        for key, lines in grouped.items()
    ]


def _named(text: str, names: dict[str, str]) -> str:
    name = ledger_name(text)
    if name != text:
        assert names.get(name, text) == text, "two ids never share a ledger account"
        names[name] = text
    return name


def _donation_entries(donation: Donation, names: dict[str, str]) -> list[BookEntry]:
    """Turn a donation's entries into book entries; their ledger accounts end in case and recipient."""
    fixed = {
        "Assets:Cash": "Assets:Cash",
        donation.expense: f"Expenses:Donation:{_named(donation.case, names)}",
        donation.loss: f"Expenses:DonationLoss:{_named(donation.case, names)}",
    }
    for name in ("Unallocated", *(recipient.name for recipient in donation.recipients)):
        payable = f"Liabilities:Donation:{_named(donation.case, names)}:{_named(name, names)}"
        fixed[donation.payable(name)] = payable
    return [
        BookEntry(
            entry_id=entry.entry_id,
            kind=entry.kind,
            service_day=date.fromisoformat(entry.at[:10]),
            booked_at=entry.at,
            answers=entry.answers,
            lines=tuple(
                BookLine(
                    ledger_account=fixed[line.ledger_account],
                    currency=donation.currency,
                    amount_micros=line.amount_micros,
                )
                for line in entry.lines
            ),
        )
        for entry in donation.entries
    ]


def _prices(entries: Sequence[BookEntry], rates: Rates, to: str) -> Iterable[Price]:
    pairs = {(entry.service_day, line.currency) for entry in entries for line in entry.lines}
    for day, currency in sorted(pairs):
        if currency == to:
            continue
        try:
            rate = rates.cross(currency, to, day)
        except DebarError:
            continue  # the totals refuse what they cannot convert; the books then simply have no price
        yield Price(day=day, currency=currency, to=to, rate=rate)


def render_books(books: Books, books_format: str) -> str:
    """Write the books as a file's text, with its control sums at the head (CSV has none: it is a table).

    Args:
        books: What is written.
        books_format: One of :data:`BOOKS_FORMATS`.

    Raises:
        DebarError: DBR-B020, there is no such format.
    """
    if books_format not in BOOKS_FORMATS:
        raise DebarError(
            "DBR-B020",
            f"there is no books format {books_format!r}",
            hint=f"--format {'|'.join(BOOKS_FORMATS)}",
            exit_code=EXIT_USAGE,
        )
    if books_format == "csv":
        return _csv(books)
    body = _hledger(books) if books_format == "hledger" else _beancount(books)
    return "".join(f"; {line}\n" for line in _control(books, body)) + body


def _control(books: Books, body: str) -> list[str]:
    return [
        "debar-books 1",
        f"rates {books.rates_source} sha256 {books.rates_sha256}",
        f"entries {len(books.entries)}",
        f"postings {sum(len(entry.lines) for entry in books.entries)}",
        *(f"earned {format_micros(amount)} {currency}" for currency, amount in books.earned().items()),
        f"body sha256 {sha256_hex(body.encode())}",
    ]


def _price_text(rate: Fraction) -> str:
    scaled = round(rate * 10**PRICE_DECIMALS)
    whole, rest = divmod(scaled, 10**PRICE_DECIMALS)
    return f"{whole}.{rest:0{PRICE_DECIMALS}d}"


def _quiet(text: str) -> str:
    """Keep an id readable and harmless inside a journal's line."""
    return "".join(c if c.isalnum() or c in "-_.:/+#@ " else "_" for c in text)


def _hledger(books: Books) -> str:
    currencies = sorted({line.currency for entry in books.entries for line in entry.lines})
    lines = [f"commodity 1000.000000 {currency}" for currency in currencies]
    lines.extend(f"; name {name} = {_quiet(text)}" for name, text in books.names)
    lines.extend(f"P {p.day} {p.currency} {_price_text(p.rate)} {p.to}" for p in books.prices)
    for entry in books.entries:
        lines.append("")
        lines.append(f"{entry.service_day} * {entry.kind} {_quiet(entry.entry_id)}")
        lines.append(f"    ; booked: {entry.booked_at}")
        if entry.answers:
            lines.append(f"    ; answers: {_quiet(entry.answers)}")
        lines.extend(
            f"    {line.ledger_account}  {format_micros(line.amount_micros)} {line.currency}"
            for line in entry.lines
        )
    return "\n".join(lines) + "\n"


def _beancount(books: Books) -> str:
    accounts = sorted({line.ledger_account for entry in books.entries for line in entry.lines})
    first = min((entry.service_day for entry in books.entries), default=date(1970, 1, 2)) - timedelta(days=1)
    lines = ['option "title" "debar books"', 'option "tolerance_multiplier" "0"']
    if books.to:
        lines.append(f'option "operating_currency" "{books.to}"')
    lines.extend(f"; name {name} = {_quiet(text)}" for name, text in books.names)
    lines.extend(f"{first} open {account}" for account in accounts)
    lines.extend(f"{p.day} price {p.currency} {_price_text(p.rate)} {p.to}" for p in books.prices)
    for entry in books.entries:
        lines.append("")
        lines.append(f'{entry.service_day} * "{entry.kind} {_quiet(entry.entry_id)}"')
        lines.append(f'  booked: "{entry.booked_at}"')
        if entry.answers:
            lines.append(f'  answers: "{_quiet(entry.answers)}"')
        lines.extend(
            f"  {line.ledger_account}  {format_micros(line.amount_micros)} {line.currency}"
            for line in entry.lines
        )
    return "\n".join(lines) + "\n"


CSV_COLUMNS: Final = (
    "entry_id",
    "line",
    "kind",
    "service_day",
    "booked_at",
    "answers",
    "ledger_account",
    "currency",
    "amount",
)


def _csv(books: Books) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for entry in books.entries:
        for number, line in enumerate(entry.lines, start=1):
            writer.writerow(
                (
                    entry.entry_id,
                    number,
                    entry.kind,
                    entry.service_day.isoformat(),
                    entry.booked_at,
                    entry.answers,
                    line.ledger_account,
                    line.currency,
                    format_micros(line.amount_micros),
                )
            )
    return out.getvalue()
