"""Who acts: people with their things, brands, entities, teams, owners and agencies.

Law: a party holds only what it has at this moment; what it had before lives on in the rows alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.linking.worlds.bazaar.market import Market
    from benchmarks.linking.worlds.bazaar.sheet import Account
    from benchmarks.linking.worlds.bazaar.words import Country


@dataclass(slots=True)
class Person:
    """Somebody with a login, a device, a line at home and a telephone."""

    name: str
    country: Country
    login: str
    device: str
    home: str
    phone: str
    mail: str


@dataclass(slots=True)
class Entity:
    """A legal person, or a private one under a tax number."""

    name: str
    number: str
    country: Country


@dataclass(slots=True)
class Brand:
    """What the public sees."""

    name: str
    domain: str
    pixel: str


@dataclass(slots=True)
class Office:
    """A place to work."""

    address: str
    ip: str


@dataclass(slots=True)
class Team:
    """Some people with the means of their moment, and the accounts that they keep alive."""

    staff: list[Person]
    entity: Entity
    brand: Brand
    office: Office
    card: str
    alive: list[Account] = field(default_factory=list)


@dataclass(slots=True)
class Agency:
    """One who runs accounts for others.

    Habits: ``full`` (own staff, own card), ``login`` (logs in, no more), ``site`` (builds the site),
    ``reseller`` (pays for everybody), ``label`` (stands back behind the client's name), ``collective``
    (freelancers around one table).
    """

    number: int
    habit: str
    country: Country
    name: str
    staff: list[Person]
    desks: list[str]
    office: Office
    card: str
    host: str
    pixel: str
    centre: str
    entity: Entity
    hosts: bool
    room: int
    clients: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Owner:
    """One who owns accounts.

    Styles: ``plain``, ``sloppy`` and ``careful`` (both hide), ``ring`` (hides behind stolen identities).
    """

    number: int
    style: str
    country: Country
    size: int
    teams: list[Team] = field(default_factory=list)
    agency: Agency | None = None
    centre: str | None = None
    past: list[tuple[str, str]] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    gone: bool = False
    declared: bool = False

    @property
    def covert(self) -> bool:
        """Whether it hides."""
        return self.style != "plain"


def person(market: Market, country: Country, day: int, *, host: str | None = None) -> Person:
    """Meet somebody new."""
    rng = market.rng
    name = market.person_name(country)
    mail = market.mail(name, host) if host and rng.random() < 0.6 else market.free_mail(name, country)
    login = mail if rng.random() < 0.4 else market.opaque("u1########")
    return Person(
        name=name,
        country=country,
        login=login,
        device=market.device(day),
        home=market.ip(),
        phone=market.phone(country, day),
        mail=mail,
    )


def entity(market: Market, country: Country, name: str) -> Entity:
    """Found a legal person under a name."""
    rng = market.rng
    form = rng.choice(country.forms)
    full = f"{form} «{name}»" if country.people == "east" else f"{name} {form}"
    return Entity(name=full, number=market.opaque(country.register), country=country)


def brand(market: Market, country: Country, day: int) -> Brand:
    """Start a brand."""
    name = market.brand_name(country)
    return Brand(name=name, domain=market.domain(name, country, day), pixel=market.pixel())


def team(market: Market, country: Country, day: int) -> Team:
    """Start a team with everything new."""
    shown = brand(market, country, day)
    return Team(
        staff=[person(market, country, day, host=shown.domain)],
        entity=entity(market, country, shown.name),
        brand=shown,
        office=Office(address=market.address(country), ip=market.ip()),
        card=market.card(),
    )
