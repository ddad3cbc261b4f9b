"""What the platform's own people said to the advertiser, and what governments said about it.

Law: never filtered out of a case file; "none" is an answer that is printed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from debar.model.money import format_micros

if TYPE_CHECKING:
    from collections.abc import Sequence

    from debar.model.ports import Engine


def contacts_of(engine: Engine, account_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return every contact with some accounts, oldest first, as JSON objects.

    All times are kept, also outside the window of the case: the reader sees which fall inside.

    Returns:
        Objects with contact_id, account_id, at (ISO, UTC), counterpart, direction, channel, by,
        subject, offer {amount, currency} or None.
    """
    rows = engine.rows(
        'SELECT contact_id, account_id, "at", counterpart, direction, channel, "by", subject, offer_micros,'
        ' offer_currency FROM contacts WHERE account_id IN (SELECT unnest($ids)) ORDER BY "at", contact_id',
        {"ids": list(account_ids)},
    )
    return [
        {
            "contact_id": row[0],
            "account_id": row[1],
            "at": row[2].isoformat() + "Z" if row[2] else None,
            "counterpart": row[3],
            "direction": row[4],
            "channel": row[5],
            "by": row[6],
            "subject": row[7],
            "offer": None if row[8] is None else {"amount": format_micros(row[8]), "currency": row[9]},
        }
        for row in rows
    ]
