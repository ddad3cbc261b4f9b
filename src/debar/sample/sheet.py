"""The world's tables while they are being filled, and the files that they become.

Law: a file's bytes depend only on its rows: UTF-8, line feeds, columns in the documented order.
"""

from __future__ import annotations

import csv
import functools
import io
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from debar.model.currencies import MINOR_DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

ACCOUNT_COLUMNS: Final = (
    "account_id", "name", "legal_name", "handle", "country", "currency", "created_at", "manager_id",
    "declared_agency",
)  # fmt: skip
IDENTIFIER_COLUMNS: Final = ("account_id", "kind", "value", "role", "first_seen", "last_seen", "source")
AD_COLUMNS: Final = (
    "ad_id", "account_id", "started_at", "ended_at", "created_at", "text", "landing_url", "countries",
    "targeting", "impressions", "clicks", "spend", "currency",
)  # fmt: skip
BILLING_COLUMNS: Final = (
    "event_id", "account_id", "kind", "service_day", "amount", "currency", "booked_at", "tax", "market",
    "ad_id", "payer_account_id", "reverses", "note",
)  # fmt: skip
CONTACT_COLUMNS: Final = (
    "contact_id", "account_id", "at", "counterpart", "direction", "channel", "by", "subject", "offer_amount",
    "offer_currency",
)  # fmt: skip
JUDGEMENT_COLUMNS: Final = ("account_a", "account_b", "judgement", "by", "at", "reason")

LAST_SEEN: Final = date(2017, 10, 25).toordinal()
"""The last day on which the export saw an identifier."""

_ID_SPACE: Final = 36**6
_ID_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(slots=True, kw_only=True)
class Account:
    """One ad account.

    Args:
        account_id: Its id.
        name: Display name.
        legal_name: Legal entity, empty where none is stated.
        handle: With ``@``, or empty.
        country: ISO 3166 alpha-2.
        currency: ISO 4217.
        created: Ordinal of the day of creation.
        owner: Who really owns it: goes into ``truth.json`` only.
        part: Which part it plays: the same.
        manager_id: Account id of a declared manager, or empty.
        declared_agency: Whether it declared itself an agency.
        domain: Its own web domain, or empty: where its ads lead.
        buys: Whether the ordinary billing of the background applies to it.
        works_with: Account id of the agency that buys for it, for rebates and payers.
    """

    account_id: str
    name: str
    legal_name: str
    handle: str
    country: str
    currency: str
    created: int
    owner: str
    part: str
    manager_id: str = ""
    declared_agency: bool = False
    domain: str = ""
    buys: bool = True
    works_with: str = ""


@dataclass(slots=True, kw_only=True)
class Sheet:
    """All tables of a world.

    Args:
        seed: The world's seed: account ids depend on it.
        prefix: How its account ids begin.
        ids_given: Account ids used so far.
        phones_given: Invented telephone numbers used so far.
        accounts: By account id, in the order of creation.
        identifiers: Rows in the order of ``IDENTIFIER_COLUMNS``.
        ads: Rows in the order of ``AD_COLUMNS``.
        billing: Rows in the order of ``BILLING_COLUMNS``.
        contacts: Rows in the order of ``CONTACT_COLUMNS``.
        judgements: Rows in the order of ``JUDGEMENT_COLUMNS``.
        launched: Half minutes in which the story's ads were made.
    """

    seed: int
    prefix: str = "18c"
    ids_given: int = 0
    phones_given: int = 0
    accounts: dict[str, Account] = field(default_factory=dict)
    identifiers: list[tuple[str, ...]] = field(default_factory=list)
    ads: list[tuple[str, ...]] = field(default_factory=list)
    billing: list[tuple[str, ...]] = field(default_factory=list)
    contacts: list[tuple[str, ...]] = field(default_factory=list)
    judgements: list[tuple[str, ...]] = field(default_factory=list)
    launched: set[int] = field(default_factory=set)

    def new_id(self) -> str:
        """Return the next account id: unlike the one before, and never the same twice."""
        self.ids_given += 1
        number = (self.ids_given * 2_654_435_761 + self.seed * 40_503) % _ID_SPACE
        text = ""
        for _ in range(6):
            number, digit = divmod(number, 36)
            text = _ID_DIGITS[digit] + text
        return self.prefix + text

    def add(self, account: Account) -> Account:
        """Add an account."""
        assert account.account_id not in self.accounts, "account ids are unique"
        self.accounts[account.account_id] = account
        return account

    def next_phone(self) -> int:
        """Return the next running number for an invented telephone."""
        self.phones_given += 1
        return self.phones_given

    def hold(
        self,
        account: Account,
        kind: str,
        value: str,
        *,
        role: str = "owner",
        first: int | None = None,
        last: int = LAST_SEEN,
        source: str = "",
    ) -> None:
        """Say that an account holds an identifier, from a first to a last day."""
        begun = account.created if first is None else first
        self.identifiers.append(
            (account.account_id, kind, value, role, iso(min(begun, last)), iso(last), source)
        )


@functools.cache
def iso(ordinal: int) -> str:
    """Write the day of an ordinal as ISO 8601."""
    return date.fromordinal(ordinal).isoformat()


@functools.cache
def day(text: str) -> int:
    """Return the ordinal of a day in ISO 8601."""
    return date.fromisoformat(text).toordinal()


def instant(ordinal: int, second: int) -> str:
    """Write a second of a UTC day as ISO 8601; seconds beyond the day run into its neighbours."""
    days, second = divmod(second, 86_400)
    return f"{iso(ordinal + days)}T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z"


def half_minute(ordinal: int, second: int) -> int:
    """Return the number of the half minute in which a second of a day falls."""
    return (ordinal * 86_400 + second) // 30


def money(minor: int, currency: str) -> str:
    """Write a whole number of minor units as a decimal amount.

    Example:
        >>> money(27_410_000, "USD"), money(500, "JPY")
        ('274100.00', '500')
    """
    assert minor >= 0, "amounts are positive; the kind carries the sign"
    if MINOR_DIGITS[currency] == 0:
        return str(minor)
    assert MINOR_DIGITS[currency] == 2, "the world has no currency with three decimals"
    return f"{minor // 100}.{minor % 100:02d}"


def account_rows(accounts: Iterable[Account]) -> list[tuple[str, ...]]:
    """Return the rows of ``accounts.csv``."""
    return [
        (
            a.account_id,
            a.name,
            a.legal_name,
            a.handle,
            a.country,
            a.currency,
            instant(a.created, 28_800 + sum(a.account_id.encode()) * 37 % 36_000),
            a.manager_id,
            "true" if a.declared_agency else "false",
        )
        for a in accounts
    ]


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a CSV file in UTF-8 with line feeds."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode())
