"""The tables that a platform hands over, column by column, and what each cell must be.

Law: this is the only place that lists them; ``docs/platform.md`` is tested against it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

BILLING_KINDS: Final = (
    "delivered",
    "fee",
    "breakage",
    "invalid_traffic",
    "overdelivery",
    "correction",
    "correction_up",
    "refund",
    "promo",
    "rebate",
    "chargeback_open",
    "chargeback_won",
    "chargeback_lost",
    "chargeback_fee",
    "invoice",
    "payment",
    "prepay",
    "prepay_draw",
    "prepay_return",
    "refund_paid",
    "write_off",
)
"""Kinds of billing event; amounts are positive, the kind carries the sign."""

UNATTRIBUTED: Final = "unattributed"
"""The account id of what no account claims."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table as a platform hands it over.

    Args:
        name: Its name in debar.
        form: ``id``, ``text``, ``country``, ``currency``, ``time``, ``day``, ``money``, ``bounds`` (an
            amount that may be written as a range), ``count``, ``count_bounds``, ``bool``, ``list``,
            ``choice``, ``kind``.
        required: The file must have the column.
        refuses: A row whose cell is missing or unreadable is not kept in the table.
        instead: Column whose value may stand in for a missing or unreadable cell, so that the row is kept.
        choices: Allowed values of a ``choice``, in lower case.
    """

    name: str
    form: str = "text"
    required: bool = False
    refuses: bool = False
    instead: str | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table as a platform hands it over.

    Args:
        name: Its name in debar, and the stem of its file.
        columns: In the order of the documentation.
        key: Column that tells rows apart; None where rows have no name.
    """

    name: str
    columns: tuple[Column, ...]
    key: str | None = None

    def required(self) -> tuple[str, ...]:
        """Return the names of the columns that a file must have."""
        return tuple(column.name for column in self.columns if column.required)


def columns_of(text: str) -> tuple[Column, ...]:
    """Read ``name:form/stand-in`` words; ``*`` marks a required column, ``!`` one that refuses a row."""
    found = []
    for word in text.split():
        name, _, form = word.rstrip("*!").partition(":")
        form, _, instead = form.partition("/")
        found.append(
            Column(
                name=name,
                form=form or "text",
                required="*" in word,
                refuses="!" in word,
                instead=instead or None,
            )
        )
    return tuple(found)


def _with_choices(columns: tuple[Column, ...], **choices: tuple[str, ...]) -> tuple[Column, ...]:
    return tuple(
        replace(column, form="choice", choices=choices[column.name]) if column.name in choices else column
        for column in columns
    )


ACCOUNTS: Final = Table(
    name="accounts",
    key="account_id",
    columns=columns_of(
        "account_id:id*! name* legal_name handle country:country currency:currency created_at:time"
        " manager_id:id declared_agency:bool"
    ),
)

IDENTIFIERS: Final = Table(
    name="identifiers",
    columns=_with_choices(
        columns_of("account_id:id*! kind:kind*! value*! role first_seen:day last_seen:day source last4"),
        role=("owner", "payer", "admin", "agency", "beneficiary"),
    ),
)

ADS: Final = Table(
    name="ads",
    key="ad_id",
    columns=columns_of(
        "ad_id:id* account_id:id* started_at:time ended_at:time created_at:time text landing_url"
        " countries:list targeting impressions:count_bounds impressions_low:count impressions_high:count"
        " clicks:count spend:bounds spend_low:money spend_high:money currency:currency"
        " declared_political:bool"
    ),
)

SPEND: Final = Table(
    name="spend",
    columns=columns_of(
        "account_id:id* currency:currency*! low:money*! high:money from:day to:day market:country ad_id:id"
        " file_sha256 row:count series region"
    ),
)

BILLING: Final = Table(
    name="billing",
    key="event_id",
    columns=_with_choices(
        columns_of(
            "event_id:id* account_id:id* kind*! service_day:day/booked_at*! amount:money*!"
            " currency:currency*! booked_at:time tax:money market:country ad_id:id payer_account_id:id"
            " reverses:id note"
        ),
        kind=BILLING_KINDS,
    ),
)

CONTACTS: Final = Table(
    name="contacts",
    key="contact_id",
    columns=_with_choices(
        columns_of(
            "contact_id:id* account_id:id* at:time*! counterpart direction channel by subject"
            " offer_amount:money offer_currency:currency"
        ),
        counterpart=("sales", "government", "other"),
    ),
)

JUDGEMENTS: Final = Table(
    name="judgements",
    columns=_with_choices(
        columns_of("account_a:id*! account_b:id*! judgement*! by at:time reason"),
        judgement=("positive", "negative", "unsure"),
    ),
)

TABLES: Final = (ACCOUNTS, IDENTIFIERS, ADS, SPEND, BILLING, CONTACTS, JUDGEMENTS)
"""All tables, in the order in which they are read; only ``accounts`` must be there."""
