"""Sentences about contacts with the platform's own people and with governments.

Law: "none" is an answer and is said; the largest offer is named.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from debar.model.money import Money, parse_micros

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from debar.notices.messages import Catalogue


def contact_sentences(
    contacts: Sequence[Mapping[str, Any]] | None, account_id: str, words: Catalogue
) -> tuple[str, ...]:
    """Say what an account's contacts were, one sentence a counterpart; None where nobody looked."""
    if contacts is None:
        return (words.say("contacts.unasked"),)
    own = [contact for contact in contacts if contact["account_id"] == account_id]
    sentences = []
    for counterpart in ("sales", "government"):
        some = [contact for contact in own if contact["counterpart"] == counterpart]
        sentences.append(span(some, f"contacts.{counterpart}", words))
        if counterpart == "sales":
            sentences.extend(_offers(some, words))
    other = [contact for contact in own if contact["counterpart"] not in {"sales", "government"}]
    if other:
        sentences.append(words.say("contacts.other", count=len(other)))
    if own:
        sentences.append(words.say("contacts.all"))
    return tuple(sentences)


def span(contacts: Sequence[Mapping[str, Any]], key: str, words: Catalogue) -> str:
    """Say how many contacts there were and between which days; "none" is an answer."""
    if not contacts:
        return words.say(f"{key}.none")
    days = sorted(date.fromisoformat(contact["at"][:10]) for contact in contacts if contact["at"])
    first, last = (words.day(days[0]), words.day(days[-1])) if days else ("?", "?")
    return words.say(key, count=len(contacts), first=first, last=last)


def _offers(contacts: Sequence[Mapping[str, Any]], words: Catalogue) -> list[str]:
    offers = [
        Money(currency=offer["currency"], amount_micros=parse_micros(offer["amount"]))
        for contact in contacts
        if (offer := contact.get("offer")) and offer["currency"]
    ]
    if not offers:
        return []
    largest = max(offers, key=lambda money: money.amount_micros)
    key = "contacts.sales.offer.one" if len(offers) == 1 else "contacts.sales.offer"
    return [words.say(key, count=len(offers), amount=words.money(largest))]
