"""Small books for the ledger's tests: the worked story, any list of events, hledger and Beancount.

The story: three ways to pay, tax, a credit note after payment, a lost chargeback, a coupon, an unpaid
invoice, money returned, an agency's rebate that is known only later.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import astuple, dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from debar.model.money import parse_micros
from debar.stores.duckdb_engine import DuckEngine
from debar.stores.rates import shipped_rates

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from debar.ledger.report import Standing
    from debar.model.ports import Engine
    from debar.model.rates import Rates

COLUMNS = {
    "event_id": "VARCHAR",
    "account_id": "VARCHAR",
    "kind": "VARCHAR",
    "service_day": "DATE",
    "booked_at": "TIMESTAMP",
    "amount_micros": "BIGINT",
    "tax_micros": "BIGINT",
    "currency": "VARCHAR",
    "market": "VARCHAR",
    "ad_id": "VARCHAR",
    "payer_account_id": "VARCHAR",
    "reverses": "VARCHAR",
    "note": "VARCHAR",
    "file": "VARCHAR",
    "record": "BIGINT",
}

BAN_DAY = date(2017, 10, 26)

STANDINGS: dict[str, Standing] = {
    "RT-EN": "named",
    "RT-UK": "named",
    "RT-RU": "confirmed",
    "RT-AR": "confirmed",
    "RT-DE": "likely",
    "SPT": "possible",
}
P_OWNER = {
    "RT-EN": 1_000_000,
    "RT-UK": 1_000_000,
    "RT-RU": 990_000,
    "RT-AR": 970_000,
    "RT-DE": 800_000,
    "SPT": 350_000,
}

_STORY = """
1a RT-EN delivered        2016-11-07 2016-11-07  1200.50    0 USD US
1b RT-EN invoice          2016-11-30 2016-11-30  1200.50    0 USD -
1c RT-EN payment          2016-12-05 2016-12-05  1200.50    0 USD -
1d RT-UK delivered        2016-11-08 2016-11-08   500.00    0 GBP GB
1e RT-UK invoice          2016-11-30 2016-11-30   500.00  100 GBP GB
1f RT-UK payment          2016-12-05 2016-12-05   600.00    0 GBP -
1g RT-RU delivered        2016-11-05 2016-11-05 64000.00    0 RUB RU
1h RT-RU prepay           2016-11-01 2016-11-01 100000.00   0 RUB -
1i RT-RU prepay_draw      2016-11-05 2016-11-05 64000.00    0 RUB -
2a RT-UK invalid_traffic  2016-11-08 2017-01-20    50.00   10 GBP GB
2b RT-UK refund_paid      2017-01-25 2017-01-25    60.00    0 GBP -
3a RT-EN chargeback_open  2016-11-07 2017-02-01   200.00    0 USD -
3b RT-EN chargeback_fee   2017-02-01 2017-02-01    15.00    0 USD -
3c RT-EN chargeback_lost  2016-11-07 2017-04-10   200.00    0 USD US
4a RT-AR delivered        2016-11-09 2016-11-09   130.00    0 USD US
4b RT-AR promo            2016-11-09 2016-11-09   100.00    0 USD US
4c RT-AR invoice          2016-11-30 2016-11-30    30.00    0 USD -
4d RT-AR payment          2016-12-02 2016-12-02    30.00    0 USD -
5a SPT   delivered        2017-03-01 2017-03-01    80.00    0 EUR FR
5b SPT   invoice          2017-03-31 2017-03-31    80.00   16 EUR FR
5c SPT   write_off        2017-12-31 2017-12-31    80.00   16 EUR FR
6a RT-RU prepay_return    2017-10-30 2017-10-30 36000.00    0 RUB -
7a RT-DE delivered        2017-05-02 2017-05-02  1000.00    0 EUR DE
7b RT-DE invoice          2017-05-31 2017-05-31  1000.00  190 EUR DE
7c RT-DE payment          2017-06-30 2017-06-30  1190.00    0 EUR -
7d RT-DE rebate           2017-05-02 2018-01-15    50.00    0 EUR DE
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One row of ``billing``."""

    event_id: str
    account_id: str
    kind: str
    service_day: date
    booked_at: datetime
    amount_micros: int
    tax_micros: int = 0
    currency: str = "USD"
    market: str | None = None
    ad_id: str | None = None
    payer_account_id: str | None = None
    reverses: str | None = None
    note: str | None = None
    file: str = "billing.csv"
    record: int = 0


def event(  # noqa: PLR0913 - one row of billing, its columns by name
    event_id: str,
    account_id: str,
    kind: str,
    amount: str,
    *,
    day: date,
    booked: date | None = None,
    tax: str = "0",
    currency: str = "USD",
    market: str | None = None,
    ad_id: str | None = None,
    reverses: str | None = None,
) -> Event:
    """Write one event from readable values."""
    at = booked or day
    return Event(
        event_id=event_id,
        account_id=account_id,
        kind=kind,
        service_day=day,
        booked_at=datetime(at.year, at.month, at.day),  # noqa: DTZ001 - naive UTC, as the tables hold it
        amount_micros=parse_micros(amount),
        tax_micros=parse_micros(tax),
        currency=currency,
        market=market,
        ad_id=ad_id,
        reverses=reverses,
    )


def story() -> list[Event]:
    """Return the worked story's events."""
    found = []
    for line in _STORY.strip().splitlines():
        event_id, account_id, kind, day, booked, amount, tax, currency, market = line.split()
        found.append(
            event(
                event_id,
                account_id,
                kind,
                amount,
                day=date.fromisoformat(day),
                booked=date.fromisoformat(booked),
                tax=tax,
                currency=currency,
                market=None if market == "-" else market,
                ad_id=f"ad-{event_id}" if kind == "delivered" else None,
            )
        )
    return found


def books_of(events: Iterable[Event], accounts: Mapping[str, str] | None = None) -> DuckEngine:
    """Return an engine that holds ``billing`` and ``accounts`` (id to name)."""
    engine = DuckEngine(threads=1, memory_limit="512MB")
    refill(engine, events, accounts)
    return engine


def refill(engine: Engine, events: Iterable[Event], accounts: Mapping[str, str] | None = None) -> None:
    """Load ``billing`` and ``accounts`` anew."""
    rows = [astuple(one) for one in events]
    names = accounts or {str(row[1]): f"The {row[1]}" for row in rows}
    engine.load("billing", COLUMNS, rows)
    engine.load(
        "accounts",
        {"account_id": "VARCHAR", "name": "VARCHAR", "currency": "VARCHAR"},
        [(account_id, name, None) for account_id, name in sorted(names.items())],
    )


@cache
def rates() -> Rates:
    """Return the shipped rates, read once."""
    return shipped_rates()


def hledger(path: Path, *arguments: str) -> Any:
    """Run hledger on a journal and return its JSON; skip where it is not installed.

    Raises:
        subprocess.CalledProcessError: hledger refused the journal.
    """
    program = shutil.which("hledger")
    if program is None:
        pytest.skip("hledger is not installed (apt-get install hledger)")
    done = subprocess.run(
        [program, "-f", str(path), *arguments, "-O", "json"],
        capture_output=True,
        check=True,
        text=True,
        timeout=120,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    return json.loads(done.stdout)


def hledger_converted(path: Path, to: str) -> Fraction:
    """Ask hledger for what was earned, each posting at its own day's price: exact micros."""
    _, totals = hledger(path, "balance", f"--value=then,{to}", "^Income")
    numbers = [amount["aquantity"] for amount in totals]
    return -sum(
        (Fraction(one["decimalMantissa"] * 10**6, 10 ** one["decimalPlaces"]) for one in numbers), Fraction(0)
    )


def hledger_balances(path: Path, *arguments: str) -> dict[tuple[str, str], int]:
    """Return (ledger account, currency) to balance in micros, as hledger works it out; zeros left out."""
    rows, _ = hledger(path, "balance", "--flat", "--no-total", *arguments)
    found = {}
    for name, _, _, amounts in rows:
        for amount in amounts:
            number = amount["aquantity"]
            mantissa, places = number["decimalMantissa"], number["decimalPlaces"]
            micros, rest = divmod(mantissa * 10**6, 10**places)
            found[name, amount["acommodity"]] = micros + (2 * rest >= 10**places)
    return {key: micros for key, micros in found.items() if micros}


_BEANCOUNT = """
import json, sys
from decimal import Decimal, getcontext
getcontext().prec = 60
from beancount import loader
from beancount.core import prices
from beancount.core.data import Transaction
entries, errors, options = loader.load_file(sys.argv[1])
known = prices.build_price_map(entries)
sums, converted, missing = {}, Decimal(0), 0
for entry in entries:
    if isinstance(entry, Transaction):
        for posting in entry.postings:
            number, currency = posting.units.number, posting.units.currency
            key = posting.account + " " + currency
            sums[key] = sums.get(key, 0) + int(number * 10**6)
            if posting.account.startswith("Income:") and len(sys.argv) > 2:
                _, rate = prices.get_price(known, (currency, sys.argv[2]), entry.date)
                missing += rate is None
                converted -= number * (rate or 0)
answer = {"errors": [str(e.message) for e in errors], "sums": sums, "missing": missing}
print(json.dumps({**answer, "converted": str(converted * 10**6)}))
"""

ORACLES = Path(__file__).resolve().parents[1] / ".venv-oracles" / "bin" / "python"
"""Where ``dev.py`` puts Beancount: apart, since its licence must never reach the product."""


def beancount_answer(path: Path, *arguments: str) -> Any:
    """Load a file in Beancount, in a process of its own; skip where it is not installed."""
    python = os.environ.get("DEBAR_BEANCOUNT_PYTHON") or (str(ORACLES) if ORACLES.exists() else None)
    if python is None:
        pytest.skip("Beancount is not installed: python3 dev.py ci puts it into .venv-oracles")
    done = subprocess.run(
        [python, "-c", _BEANCOUNT, str(path), *arguments],
        capture_output=True,
        check=True,
        text=True,
        timeout=120,
    )
    return json.loads(done.stdout)


def beancount(path: Path) -> tuple[list[str], dict[tuple[str, str], int]]:
    """Ask Beancount for balances.

    Returns:
        Its complaints, and (ledger account, currency) to balance in micros.
    """
    answer = beancount_answer(path)
    sums = {}
    for key, amount in answer["sums"].items():
        ledger_account, _, currency = key.rpartition(" ")
        sums[ledger_account, currency] = amount
    return answer["errors"], {key: amount for key, amount in sums.items() if amount}


def beancount_converted(path: Path, to: str) -> Fraction:
    """Ask Beancount for what was earned, each posting at its own day's price: exact micros."""
    answer = beancount_answer(path, to)
    assert (answer["errors"], answer["missing"]) == ([], 0)
    return Fraction(answer["converted"])


def sums_of(postings: Sequence[tuple[str, str, int]]) -> dict[tuple[str, str], int]:
    """Add (ledger account, currency, micros); zeros left out."""
    found: dict[tuple[str, str], int] = {}
    for ledger_account, currency, amount in postings:
        found[ledger_account, currency] = found.get((ledger_account, currency), 0) + amount
    return {key: amount for key, amount in found.items() if amount}
