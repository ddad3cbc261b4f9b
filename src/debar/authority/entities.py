"""What an authority list holds: entities, listings, and interests between entities.

Law: an entity is its id, its schema and its values as the list wrote them. What a list says twice counts
once, in whatever order it says it.
Source: FollowTheMoney's model, of which only the names of schemata and properties are used here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from debar.model.canonical import digest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from debar.authority.measures import Measure
    from debar.model.problem import Problem

PARTIES: Final = frozenset({"LegalEntity", "Organization", "Company", "Person", "PublicBody", "UserAccount"})
"""Schemata of what may hold an advertising account, or be one."""

_OTHERS: Final = (
    "Address Airplane Analyzable Article Assessment Asset Associate Audio BankAccount Call "
    "CallForTenders Contract ContractAward Control CourtCase CourtCaseParty CryptoWallet Debt "
    "Directorship Document Documentation EconomicActivity Email Employment Event Family Folder "
    "HyperText Identification Image Interest Interval License Membership Mention Message Note "
    "Occupancy Ownership Package Page Pages Passport Payment Permission PlainText Position Post "
    "Project ProjectParticipant RealEstate Representation Risk Sanction Security Similar "
    "Succession Table TaxRoll Thing Trip UnknownLink Value Vehicle Vessel Video Workbook "
)

SCHEMATA: Final = PARTIES | frozenset(_OTHERS.split())
"""Schemata that a list may name without surprise."""

ENDS: Final[dict[str, tuple[str, str]]] = {
    "Ownership": ("owner", "asset"),
    "Directorship": ("director", "organization"),
    "Membership": ("member", "organization"),
    "Employment": ("employee", "employer"),
    "Control": ("controller", "controlled"),
    "Representation": ("agent", "client"),
    "Succession": ("predecessor", "successor"),
    "UnknownLink": ("subject", "object"),
    "Family": ("person", "relative"),
    "Associate": ("person", "associate"),
}
"""Schema of an interest to the properties that hold its two ends, from and to."""

BOOKKEEPING: Final = frozenset({"retrievedAt", "modifiedAt", "createdAt"})
"""Properties that change when a list is made again, without anything being said anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One entity of a list.

    Args:
        entity_id: Its id on the list.
        schema: Its kind, such as ``Company``.
        properties: Property name to its values, as the list wrote them, each once, sorted.
        referents: Ids under which it was known before.
        datasets: Whose lists it comes from.
        label: What the list calls it, where it says so apart from its names.
        target: Whether the list marks it as listed; None where the list does not say.
        line: Where it stands in the file.
    """

    entity_id: str
    schema: str
    properties: Mapping[str, tuple[str, ...]]
    referents: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    label: str = ""
    target: bool | None = None
    line: int | None = field(default=None, compare=False)

    def values(self, *names: str) -> tuple[str, ...]:
        """Return the values of some properties, in the order of the names."""
        return tuple(value for name in names for value in self.properties.get(name, ()))

    def first(self, *names: str) -> str:
        """Return the first value of some properties, or an empty text."""
        return next(iter(self.values(*names)), "")

    @property
    def caption(self) -> str:
        """What people call it."""
        return self.label or self.first("name", "username", "alias", "weakAlias") or self.entity_id


def merged(one: Entity, other: Entity) -> Entity:
    """Return what two records of one id say together; which of them comes first makes no difference."""
    assert one.entity_id == other.entity_id, "records of one id are merged"
    names = one.properties.keys() | other.properties.keys()
    return Entity(
        entity_id=one.entity_id,
        schema=max(one.schema, other.schema, key=lambda schema: (_DEPTH.get(schema, 1), schema)),
        properties={n: tuple(sorted({*one.values(n), *other.values(n)})) for n in sorted(names)},
        referents=tuple(sorted({*one.referents, *other.referents})),
        datasets=tuple(sorted({*one.datasets, *other.datasets})),
        label=min(filter(None, (one.label, other.label)), default=""),
        target=max((t for t in (one.target, other.target) if t is not None), default=None),
        line=min((line for line in (one.line, other.line) if line is not None), default=None),
    )


_DEPTH: Final = {"Thing": 0, "LegalEntity": 1, "Organization": 2, "Person": 2, "Company": 3, "PublicBody": 3}
"""How special a schema is: of two that one id is given, the more special one counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A day as exactly as a list states it: ``2014`` is a whole year.

    Args:
        first: The earliest day that it may be.
        last: The latest.
    """

    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What an authority decided about an entity.

    Args:
        listing_id: Id of the record.
        entity_id: Whom it is about.
        authority: Who decided.
        programme: Under what, as the list writes it.
        programme_id: Under what, by OpenSanctions' key; may be empty.
        provisions: What the list says follows.
        reason: Why.
        listed: When it was listed, if stated.
        start: From when it holds, if stated.
        end: Until when, if stated.
        source_url: Where the authority says so.
        measure: What the listing means.
    """

    listing_id: str
    entity_id: str
    authority: str
    programme: str
    programme_id: str
    provisions: str
    reason: str
    listed: Span | None
    start: Span | None
    end: Span | None
    source_url: str
    measure: Measure

    def holds_on(self, day: date) -> bool:
        """Tell whether it may be in force on a day: a date that is not exact counts for being in force."""
        begun = self.start or self.listed
        return (begun is None or begun.first <= day) and (self.end is None or self.end.last >= day)

    @property
    def listed_on(self) -> str:
        """The day of listing for people, as exactly as it is known; empty where it is not."""
        return "" if (span := self.listed or self.start) is None else shown_span(span)

    def as_json(self) -> dict[str, Any]:
        """Return the listing as a JSON object."""
        return {
            "listing": self.listing_id,
            "authority": self.authority,
            "programme": self.programme or self.programme_id,
            "programme_id": self.programme_id,
            "listed_on": self.listed_on,
            "until": "" if self.end is None else shown_span(self.end),
            "measure": self.measure.kind,
            "measure_means": self.measure.means,
            "clause": self.measure.clause,
            "source_url": self.source_url,
        }


def shown_span(span: Span) -> str:
    """Write a day as exactly as it is known.

    Example:
        >>> shown_span(Span(first=date(2014, 1, 1), last=date(2014, 12, 31)))
        '2014'
    """
    first, last = span.first, span.last
    if first == last:
        return first.isoformat()
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
        return str(first.year)
    return first.isoformat()[:7]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """One entity's tie to another.

    Args:
        interest_id: Id of the record.
        schema: ``Ownership``, ``Control``, ``Directorship`` and the like.
        source: Who owns, directs, belongs.
        target: What is owned, directed, belonged to.
        role: As the list says.
        percentage: As the list writes it, for an ownership; empty where it does not.
        start: From when, if stated.
        end: Until when, if stated.
    """

    interest_id: str
    schema: str
    source: str
    target: str
    role: str
    percentage: str
    start: Span | None
    end: Span | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityList:
    """One list, read.

    Args:
        name: Its file's name, for people.
        form: ``FollowTheMoney``, ``statements``, ``simple CSV``, ``table``, ``names`` or ``indicators``.
        sha256: Of the bytes of its files, in the order in which they were read.
        entities: Id to entity, listings and interests among them.
        listings: Entity id to what was decided about it.
        interests: Ties between entities, ordered.
        problems: What could not be read as it should.
        problem_counts: Code to how many there were.
    """

    name: str
    form: str
    sha256: str
    entities: Mapping[str, Entity]
    listings: Mapping[str, tuple[Listing, ...]]
    interests: tuple[Interest, ...]
    problems: tuple[Problem, ...]
    problem_counts: Mapping[str, int]


def said_of(one: AuthorityList, entity_id: str) -> str | None:
    """Return the digest of all that a list says of an entity and decided about it; None if it is not there.

    Bookkeeping, and when the list saw it last, are left out: a list made again unchanged says the same.
    """
    entity = one.entities.get(entity_id)
    if entity is None:
        return None
    decided = [listing.listing_id for listing in one.listings.get(entity_id, ())]
    return digest([_said(one.entities[i]) for i in (entity_id, *sorted(decided)) if i in one.entities])


def _said(entity: Entity) -> dict[str, Any]:
    said = {n: list(v) for n, v in sorted(entity.properties.items()) if n not in BOOKKEEPING}
    return {"id": entity.entity_id, "schema": entity.schema, "properties": said}
