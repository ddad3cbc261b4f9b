"""What passes from hand to hand and what strangers share: names, numbers, devices, domains, addresses.

Law: a new thing is drawn by chance alone; nothing about it says who got it, except a name that its owner
chose. Second-hand things are on offer only after their last holder gave them up.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from anyascii import anyascii

from benchmarks.linking.worlds.bazaar.words import (
    COUNTRIES,
    FAMILY,
    FIRST,
    FREE_MAIL,
    GIVEN,
    STREETS,
    TRADE,
    Country,
)

if TYPE_CHECKING:
    import random

    from benchmarks.linking.worlds.bazaar.rates import Rates

CROWD_MAX: Final = 1_271
"""Accounts that one carrier address or residential proxy serves at most."""

CARRIER: Final = "carrier"
"""Stands for an address that a carrier gives out at the moment of use."""

PROXY: Final = "proxy"
"""Stands for an address that a residential proxy gives out at the moment of use."""

_OCTETS: Final = (
    5,
    24,
    31,
    37,
    46,
    62,
    73,
    77,
    79,
    81,
    83,
    85,
    88,
    91,
    93,
    95,
    98,
    109,
    151,
    176,
    178,
    186,
    217,
)
_COUNTRY_ENDS: Final = tuple(itertools.accumulate(country.weight for country in COUNTRIES))


class Crowded:
    """Addresses that strangers share, the first ones far more than the last."""

    def __init__(self, rng: random.Random, addresses: list[str], *, bend: float) -> None:
        self._rng = rng
        self._addresses = addresses
        self._ends = list(itertools.accumulate((place + 1.5) ** -bend for place in range(len(addresses))))
        self._served = [0] * len(addresses)

    def draw(self) -> str:
        """Return an address that still has room; the least known one if all are full."""
        for _ in range(20):
            (place,) = self._rng.choices(range(len(self._addresses)), cum_weights=self._ends)
            if self._served[place] < CROWD_MAX:
                break
        else:
            place = min(range(len(self._served)), key=self._served.__getitem__)
        self._served[place] += 1
        return self._addresses[place]


class Market:
    """Where everybody gets what they need."""

    def __init__(self, rng: random.Random, rates: Rates, *, owners: int) -> None:
        self.rng = rng
        self.rates = rates
        self._second_hand: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self._domains: set[str] = set()
        self._ids: set[str] = set()
        self.lines = {
            CARRIER: Crowded(rng, [self.ip() for _ in range(max(12, owners // 25))], bend=1.3),
            PROXY: Crowded(rng, [self.ip() for _ in range(max(8, owners // 30))], bend=1.0),
        }
        self.halls = [(self.address(self.country()), self.ip()) for _ in range(max(3, owners // 120))]

    def country(self) -> Country:
        """Return a country, the larger ones more often."""
        return self.rng.choices(COUNTRIES, cum_weights=_COUNTRY_ENDS)[0]

    def digits(self, pattern: str) -> str:
        """Fill the ``#`` of a pattern with digits."""
        rng = self.rng
        return "".join(str(int(rng.random() * 10)) if c == "#" else c for c in pattern)

    def opaque(self, pattern: str) -> str:
        """Fill a pattern so that no two things get the same text."""
        while (found := self.digits(pattern)) in self._ids:
            pass
        self._ids.add(found)
        return found

    def give_up(self, kind: str, value: str, day: int) -> None:
        """Offer a thing second-hand from a day on."""
        self._second_hand[kind].append((day + self.rng.randint(20, 400), value))

    def _second(self, kind: str, day: int) -> str | None:
        offered = self._second_hand[kind]
        if not offered or self.rng.random() >= self.rates.recycled:
            return None
        place = self.rng.randrange(len(offered))
        if offered[place][0] > day:
            return None
        offered[place], offered[-1] = offered[-1], offered[place]
        return offered.pop()[1]

    def device(self, day: int) -> str:
        """Return a device, new or resold."""
        return self._second("device", day) or f"{self.rng.getrandbits(64):016x}"

    def phone(self, country: Country, day: int) -> str:
        """Return a telephone number with ``+``, new or recycled by the carrier."""
        return self._second("phone", day) or "+" + self.digits(country.phone)

    def domain(self, name: str, country: Country, day: int) -> str:
        """Register a domain for a name; now and then one that somebody let lapse."""
        if found := self._second("domain", day):
            return found
        rng = self.rng
        slug = "".join(c for c in anyascii(name).lower() if c.isalnum())[:24] or "shop"
        for _ in range(8):
            extra = rng.choice(("", "", "", "-shop", "online", "group", "hq", "-" + country.code.lower()))
            found = f"{slug}{extra}.{rng.choice(country.tlds)}"
            if found not in self._domains:
                break
        else:
            found = f"{slug}{rng.randrange(10_000)}.{rng.choice(country.tlds)}"
        self._domains.add(found)
        return found

    def card(self) -> str:
        """Return a payment provider's fingerprint of a card."""
        return f"fp_{self.rng.getrandbits(80):020x}"

    def pixel(self) -> str:
        """Return the id of a measuring tag."""
        return self.opaque(self.rng.choice(("UA-########-#", "1##############", "GTM-####K##")))

    def ip(self) -> str:
        """Return a public address; one in twelve is of version six."""
        rng = self.rng
        if rng.random() < 0.08:
            groups = [f"{rng.randrange(1, 65_535):x}" for _ in range(3)]
            return f"2a02:{groups[0]}:{groups[1]}::{groups[2]}"
        return f"{rng.choice(_OCTETS)}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"

    def address(self, country: Country) -> str:
        """Return a postal address."""
        rng = self.rng
        city, post = rng.choice(country.cities)
        street = rng.choice(STREETS[country.people])
        number = rng.randrange(1, 240)
        road = {"west": f"{number} {street} Street", "east": f"ул. {street}, д. {number}"}.get(
            country.people, f"{number} {street} Road"
        )
        return f"{road}, {self.digits(post)} {city}"

    def person_name(self, country: Country) -> str:
        """Return a person's name; the first names of a country repeat."""
        return f"{self.rng.choice(GIVEN[country.people])} {self.rng.choice(FAMILY[country.people])}"

    def brand_name(self, country: Country) -> str:
        """Return a name to trade under; strangers hit on the same ones."""
        rng, people = self.rng, country.people
        if rng.random() < 0.3:
            return f"{rng.choice(FAMILY[people])} {rng.choice(TRADE[people])}"
        middle = rng.choice(("", "", " & " + rng.choice(FAMILY[people])))
        return f"{rng.choice(FIRST[people])}{middle} {rng.choice(TRADE[people])}"

    def title(self, name: str, country: Country) -> str:
        """Return what an account is called under a name."""
        tails = ("", "", " Ads", " " + country.code, f" {self.rng.randrange(1, 9)}", " - new", " Official")
        return name + self.rng.choice(tails)

    def mail(self, name: str, host: str) -> str:
        """Return an e-mail address for a person at a host."""
        rng = self.rng
        words = anyascii(name).lower().replace("'", "").split()
        if rng.random() < 0.25:
            return f"{rng.choice(('info', 'ads', 'office', 'marketing', 'hello', 'sales'))}@{host}"
        return f"{words[0]}.{words[-1]}@{host}"

    def free_mail(self, name: str, country: Country) -> str:
        """Return an address at a host where everybody can have one."""
        words = anyascii(name).lower().replace("'", "").split()
        tail = self.rng.randrange(1, 9_999)
        local = self.rng.choice((f"{words[0]}{words[-1]}{tail}", f"{words[-1]}.{words[0][0]}{tail}"))
        return f"{local}@{self.rng.choice(FREE_MAIL[country.people])}"

    def burner_mail(self) -> str:
        """Return an address that was made for one use."""
        rng = self.rng
        letters = "".join(rng.choice("abcdefghijkmnoprstuvz") for _ in range(rng.randint(7, 11)))
        return f"{letters}{rng.randrange(10, 999)}@{rng.choice(FREE_MAIL['west'] + FREE_MAIL['east'])}"
