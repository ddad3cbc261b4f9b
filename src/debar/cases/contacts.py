"""What the platform's own people said to the advertiser, and what governments said about it.

Law: never filtered out of a case file; "none" is an answer that is printed. When a case opens, the digest of
each contact is recorded, so that a later edit shows and is named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from debar.model.canonical import digest
from debar.model.money import format_micros

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


COUNTERPARTS: Final = ("sales", "government", "other")
"""Whom the contacts are with; each is counted also where there are none."""


def contact_counts(contacts: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Count contacts by counterpart; a zero stands for "none"."""
    kinds = [c["counterpart"] if c["counterpart"] in COUNTERPARTS else "other" for c in contacts]
    return {counterpart: kinds.count(counterpart) for counterpart in COUNTERPARTS}


def contact_digests(contacts: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return the digest of each contact, as it is recorded when a case opens.

    Args:
        contacts: As :func:`contacts_of` returns them.

    Returns:
        Objects with contact_id, account_id and the SHA-256 of the row's RFC 8785 form.
    """
    return [
        {"contact_id": str(c["contact_id"]), "account_id": c["account_id"], "sha256": digest(dict(c))}
        for c in contacts
    ]


def salespeople(contacts: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Return who had sales contacts with which account: [account id, person], sorted, each once."""
    pairs = {(c["account_id"], c["by"] or "") for c in contacts if c["counterpart"] == "sales"}
    return [[account, person] for account, person in sorted(pairs) if person]


def contact_changes(
    before: Sequence[Mapping[str, str]], now: Sequence[Mapping[str, Any]]
) -> list[dict[str, str]]:
    """Name the contacts that were changed, removed or added since a case opened.

    Args:
        before: What :func:`contact_digests` gave then.
        now: The contacts as they are.

    Returns:
        Objects with contact_id, account_id and ``what``: changed, removed or added; by contact id.
    """
    then = {(one["contact_id"], one["account_id"]): one["sha256"] for one in before}
    here = {(one["contact_id"], one["account_id"]): one["sha256"] for one in contact_digests(now)}
    found = []
    for key in sorted(then.keys() | here.keys()):
        if then.get(key) != here.get(key):
            what = "added" if key not in then else "removed" if key not in here else "changed"
            found.append({"contact_id": key[0], "account_id": key[1], "what": what})
    return found
