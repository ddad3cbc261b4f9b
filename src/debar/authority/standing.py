"""What stands against each entity of a list on a day: listings in force, and what follows from ownership.

Law: whoever is not listed and not owned by the listed is not compared with anybody. An entity whose listings
have all ended, or have not begun, is not listed, whatever its topics say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from debar.authority.entities import PARTIES
from debar.authority.measures import (
    ASSET_FREEZE,
    KINDS,
    LISTED_TOPICS,
    MEANS,
    NO_MEASURE,
    NO_MEASURE_TOPICS,
    OWNERSHIP,
    UNKNOWN,
)
from debar.authority.ownership import derive, holdings_of, rule_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from debar.authority.entities import AuthorityList, Entity, Listing
    from debar.authority.ownership import Derived
    from debar.authority.problems import Findings

RULES: Final = ("ofac", "eu", "uk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands against one entity.

    Args:
        entity: Whom.
        listings: Those that may be in force on the day, the gravest measure first.
        derived: What follows from who owns or controls it.
        topics: What the list calls it, where nothing was decided.
        sentences: ``derived`` in words, with names.
    """

    entity: Entity
    listings: tuple[Listing, ...] = ()
    derived: tuple[Derived, ...] = ()
    topics: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()

    @property
    def measure(self) -> str:
        """The gravest measure that stands against it."""
        found = [listing.measure.kind for listing in self.listings]
        if self.derived:
            found.append(OWNERSHIP)
        if not found:
            only_who = bool(self.topics) and all(topic in NO_MEASURE_TOPICS for topic in self.topics)
            found.append(NO_MEASURE if only_who else UNKNOWN)
        return min(found, key=KINDS.index)

    def as_json(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return {
            "measure": self.measure,
            "measure_means": MEANS[self.measure],
            "listings": [listing.as_json() for listing in self.listings],
            "derived": [
                {**derived.as_json(), "sentence": sentence}
                for derived, sentence in zip(self.derived, self.sentences, strict=True)
            ],
            "topics": list(self.topics),
        }

    def lines(self) -> list[str]:
        """Say it in lines: measure, programme, authority, day, clause."""
        lines = []
        for listing in self.listings:
            under = listing.programme or listing.programme_id or "no programme named"
            parts = [f"{listing.measure.kind}: {under}", listing.authority]
            parts.append(f"listed {listing.listed_on}" if listing.listed_on else "day of listing not stated")
            parts.append(listing.measure.clause)
            lines.append(", ".join(part for part in parts if part))
        lines += [f"{OWNERSHIP}: {sentence}" for sentence in self.sentences]
        return lines or [f"{self.measure}: {', '.join(self.topics) or 'the list says no more'}"]


def standings_of(one: AuthorityList, day: date, findings: Findings) -> dict[str, Standing]:
    """Return what stands against whom on a day.

    Args:
        one: The list.
        day: The day.
        findings: Takes what is wrong with stakes.

    Returns:
        Entity id to its standing; only parties that are listed, or owned or controlled by who is.
    """
    derived = _derived(one, day, findings)
    found = {}
    for entity_id, entity in one.entities.items():
        if entity.schema not in PARTIES:
            continue
        listings = [listing for listing in one.listings.get(entity_id, ()) if listing.holds_on(day)]
        listings.sort(key=lambda listing: (KINDS.index(listing.measure.kind), listing.listing_id))
        topics = tuple(t for t in entity.values("topics") if t in LISTED_TOPICS)
        if one.listings.get(entity_id) and not listings:
            topics = tuple(topic for topic in topics if topic in NO_MEASURE_TOPICS)
        marked = entity.target is True and not one.listings.get(entity_id)
        if listings or topics or marked or entity_id in derived:
            reasons = derived.get(entity_id, ())
            found[entity_id] = Standing(
                entity=entity,
                listings=tuple(listings),
                derived=tuple(reason for reason, _ in reasons),
                topics=topics,
                sentences=tuple(sentence for _, sentence in reasons),
            )
    return found


def _derived(one: AuthorityList, day: date, findings: Findings) -> dict[str, list[tuple[Derived, str]]]:
    """Return what follows from ownership under each authority's rule, with its sentence."""
    holdings = holdings_of(one.interests, on=day, findings=findings, file=one.name)
    names = {entity_id: entity.caption for entity_id, entity in one.entities.items()}
    found: dict[str, list[tuple[Derived, str]]] = {}
    for name in RULES:
        listed = _frozen(one, name, day)
        for entity_id, derived in derive(listed, holdings, rule_of(name, day)).items():
            found.setdefault(entity_id, []).append((derived, derived.sentence(names)))
    return found


def _frozen(one: AuthorityList, rule: str, day: date) -> Iterable[str]:
    """Return whose funds are frozen by listing under a programme of a rule."""
    return sorted(
        entity_id
        for entity_id, listings in one.listings.items()
        if any(
            listing.measure.kind == ASSET_FREEZE and listing.measure.rule == rule and listing.holds_on(day)
            for listing in listings
        )
    )
