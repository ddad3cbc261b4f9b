"""An auditor's checker: the sums of an exported book, worked out again from its text alone.

Law: it reads what is written, shares nothing with what wrote it but the format, and says every
disagreement; it repairs nothing.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from debar.model.currencies import MINOR_DIGITS

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONTROL = re.compile(r"; (entries|postings|earned|body sha256) (.+)")
_HEAD = re.compile(r'(\d{4}-\d\d-\d\d) \* "?(.*?)"?')
_LINE = re.compile(r"\s+([A-Z][A-Za-z0-9:-]*)  (-?\d+)\.(\d{6}) ([A-Z]{3})")
_PRICE = re.compile(r"(?:P (\S+)|(\S+) price) ([A-Z]{3}) (\d+\.\d{20}) ([A-Z]{3})")
_AMOUNT = re.compile(r"(-?)(\d+)\.(\d{6})")


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksCheck:
    """What an auditor finds in a book.

    Args:
        findings: Disagreements, in words; empty when all is well.
        entries: How many entries there are.
        postings: How many postings.
        balances: (ledger account, currency) to its balance in micros, debit positive.
        earned: Currency to what was earned, in micros.
        converted: Currency of the prices to what was earned in it, exact micros; empty where a price is
            missing.
    """

    findings: tuple[str, ...]
    entries: int
    postings: int
    balances: Mapping[tuple[str, str], int]
    earned: Mapping[str, int]
    converted: Mapping[str, Fraction]

    @property
    def is_sound(self) -> bool:
        """Whether nothing disagrees."""
        return not self.findings

    def __str__(self) -> str:
        head = "The books are sound" if self.is_sound else "The books are NOT sound"
        lines = [f"{head}: {self.entries:,} entries, {self.postings:,} postings."]
        lines.extend(f"  earned {amount / 10**6:,.2f} {code}" for code, amount in self.earned.items())
        lines.extend(f"  {finding}" for finding in self.findings)
        return "\n".join(lines) + "\n"


@dataclass(slots=True)
class _Reading:
    """What was read so far: (entry, day, ledger account, currency, micros) a posting."""

    postings: list[tuple[str, str, str, str, int]]
    prices: dict[tuple[str, str], tuple[Fraction, str]]
    control: dict[str, list[str]]
    body: str
    strange: list[str]


def check_books(text: str, *, stated: Mapping[str, Any] | None = None) -> BooksCheck:
    """Recompute a book's sums and compare them with what it says, and with a report.

    Args:
        text: A file written by :func:`debar.ledger.books.render_books`, in any of its formats.
        stated: JSON form of the report whose plan's accounts the book is of; None to check the book alone.

    Returns:
        The sums and every disagreement: entries that do not balance in a currency, control sums that
        differ, bytes that changed, report figures that are not those of the book.
    """
    reading = _read_csv(text) if text.startswith("entry_id,") else _read_journal(text)
    per_entry: dict[tuple[str, str], int] = defaultdict(int)
    balances: dict[tuple[str, str], int] = defaultdict(int)
    for entry, _, ledger_account, currency, amount in reading.postings:
        per_entry[entry, currency] += amount
        balances[ledger_account, currency] += amount
    findings = [f"cannot be read: {line!r}" for line in reading.strange]
    findings.extend(
        f"entry {entry} does not balance: {amount} micros of {currency} too much"
        for (entry, currency), amount in per_entry.items()
        if amount
    )
    earned = _income(balances)
    entries = len({entry for entry, _ in per_entry})
    findings.extend(_control_findings(reading, entries=entries, earned=earned))
    converted = _converted(reading)
    if stated is not None:
        findings.extend(_stated_findings(stated, balances, earned))
        findings.extend(_total_findings(stated, converted))
    return BooksCheck(
        findings=tuple(findings),
        entries=entries,
        postings=len(reading.postings),
        balances=dict(balances),
        earned=earned,
        converted=converted,
    )


def _read_journal(text: str) -> _Reading:
    lines = text.splitlines()
    reading = _Reading(postings=[], prices={}, control=defaultdict(list), body="", strange=[])
    start = next((at for at, line in enumerate(lines) if not line.startswith("; ")), len(lines))
    marker = next((at for at, line in enumerate(lines[:start]) if line.startswith("; body sha256")), None)
    reading.body = "\n".join(lines[(marker + 1) if marker is not None else start :]) + "\n"
    entry, day = "", ""
    for number, line in enumerate(lines, start=1):
        if control := _CONTROL.fullmatch(line):
            reading.control[control[1]].append(control[2])
        elif price := _PRICE.fullmatch(line):
            reading.prices[price[3], price[1] or price[2]] = (Fraction(price[4]), price[5])
        elif head := _HEAD.fullmatch(line):
            entry, day = f"{head[2]} (line {number})", head[1]
        elif posting := _LINE.fullmatch(line):
            reading.postings.append((entry, day, posting[1], posting[4], _micros(posting[2], posting[3])))
        elif not _is_silent(line):
            reading.strange.append(line)
    return reading


def _is_silent(line: str) -> bool:
    """Tell whether a line says nothing about money: comments, options, notes on an entry."""
    bare = line.strip()
    return (
        not bare
        or bare.startswith((";", "option ", "commodity ", 'booked: "', 'answers: "'))
        or re.fullmatch(r"\d{4}-\d\d-\d\d open [A-Z][A-Za-z0-9:-]*", bare) is not None
    )


def _read_csv(text: str) -> _Reading:
    reading = _Reading(postings=[], prices={}, control={}, body="", strange=[])
    for row in csv.DictReader(io.StringIO(text)):
        amount = _AMOUNT.fullmatch(row["amount"] or "")
        if amount is None:
            reading.strange.append(str(row["amount"]))
            continue
        reading.postings.append(
            (
                row["entry_id"],
                row["service_day"],
                row["ledger_account"],
                row["currency"],
                _micros(amount[1] + amount[2], amount[3]),
            )
        )
    return reading


def _micros(whole: str, decimals: str) -> int:
    sign = -1 if whole.startswith("-") else 1
    return sign * (int(whole.lstrip("-")) * 10**6 + int(decimals))


def _income(balances: Mapping[tuple[str, str], int], prefix: str = "Income:") -> dict[str, int]:
    found: dict[str, int] = {}
    for (ledger_account, currency), amount in sorted(balances.items(), key=lambda item: item[0][1]):
        if ledger_account.startswith(prefix):
            found[currency] = found.get(currency, 0) - amount
    return found


def _control_findings(reading: _Reading, *, entries: int, earned: Mapping[str, int]) -> list[str]:
    if not reading.control:
        return []
    found = []
    seen = {
        "entries": [str(entries)],
        "postings": [str(len(reading.postings))],
        "earned": [f"{_text(amount)} {currency}" for currency, amount in earned.items()],
        "body sha256": [sha256(reading.body.encode()).hexdigest()],
    }
    for name, values in seen.items():
        stated = reading.control.get(name, [])
        if sorted(stated) != sorted(values):
            found.append(
                f"{name}: the file states {', '.join(stated) or 'nothing'}, it has {', '.join(values)}"
            )
    return found


def _stated_findings(
    stated: Mapping[str, Any], balances: Mapping[tuple[str, str], int], earned: Mapping[str, int]
) -> list[str]:
    delivered = _income(balances, "Income:Delivered")
    found = []
    reported = {waterfall["currency"]: waterfall for waterfall in stated["waterfalls"]}
    for currency in sorted(reported.keys() | earned.keys()):
        waterfall = reported.get(currency, {})
        for name, sums in (("delivered", delivered), ("earned", earned)):
            said, is_so = waterfall.get(name, "0.000000"), _text(sums.get(currency, 0))
            if said != is_so:
                found.append(f"{name}: the report states {said} {currency}, the books have {is_so}")
    return found


def _total_findings(stated: Mapping[str, Any], converted: Mapping[str, Fraction]) -> list[str]:
    """Compare the converted total: the books' own prices, added exactly, rounded once."""
    plain = ("service day", "net", None)
    if (stated.get("policy"), stated.get("revenue_basis"), stated.get("window")) != plain:
        return []
    if not stated.get("totals") or stated.get("currency") not in converted:
        return []
    currency = str(stated["currency"])
    unit = 10 ** (6 - MINOR_DIGITS[currency])
    said, is_so = stated["totals"]["likely"], _text(round(converted[currency] / unit) * unit)
    if said == is_so:
        return []
    return [f"in all: the report states {said} {currency}, the books at their own prices have {is_so}"]


def _text(amount_micros: int) -> str:
    sign = "-" if amount_micros < 0 else ""
    return f"{sign}{abs(amount_micros) // 10**6}.{abs(amount_micros) % 10**6:06d}"


def _converted(reading: _Reading) -> dict[str, Fraction]:
    """Convert income at each entry's own day; nothing where a price is missing."""
    targets = {to for _, to in reading.prices.values()}
    if len(targets) != 1:
        return {}
    (to,) = targets
    total = Fraction(0)
    for _, day, ledger_account, currency, amount in reading.postings:
        if not ledger_account.startswith("Income:"):
            continue
        if currency != to and (currency, day) not in reading.prices:
            return {}
        rate = Fraction(1) if currency == to else reading.prices[currency, day][0]
        total -= amount * rate
    return {to: total}
