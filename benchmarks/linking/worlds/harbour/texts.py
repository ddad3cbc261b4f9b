"""Things become texts: persons, brands, hosts, addresses, numbers, in the spellings of a platform's export.

Law: a text is drawn from the thing's number and the world's salt, never from who holds it; two things never
share a text, except where a name or a known public place is meant to be shared.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
from anyascii import anyascii

from benchmarks.linking.worlds.harbour.mint import NOTHING, Ints, Mint
from benchmarks.linking.worlds.harbour.words import (
    CITIES,
    COUNTRIES,
    FIRST,
    FREE_HOSTS,
    LAST,
    SHARED_PLACES,
    STEMS,
    STEMS_CYRILLIC,
    STREETS,
    TRADES,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_STEMS: Final = STEMS.split()
_STEMS_CYRILLIC: Final = STEMS_CYRILLIC.split()
_FIRST: Final = {language: names.split() for language, names in FIRST.items()}
_LAST: Final = {language: names.split() for language, names in LAST.items()}
_TRADES: Final = {language: names.split("|") for language, names in TRADES.items()}
_CITIES: Final = {country: names.split("|") for country, names in CITIES.items()}
_STREETS: Final = {language: names.split("|") for language, names in STREETS.items()}
_BUILDERS: Final = ("sites", "pages", "web", "landing", "studio", "go")
_NOT_SLUG: Final = re.compile(r"[^a-z0-9]+")
_OCTETS: Final = (5, 31, 37, 46, 62, *range(77, 96), 109, 176, 178, 185, 188, 193, 194, 195, 212, 213, 217)
"""First parts of IP addresses that are public as a whole."""


def mix(numbers: Ints, salt: int) -> npt.NDArray[np.uint64]:
    """Scatter numbers over 64 bits.

    Source: Steele, Lea, Flood, Fast splittable pseudorandom number generators, 2014 (SplitMix64).
    """
    z = numbers.astype(np.uint64) + np.uint64(salt)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def spread(serials: Ints, space: int) -> Ints:
    """Map different small numbers to different numbers below ``space``, at most 10^11."""
    step = int(space * 0.6180339887) | 1
    while np.gcd(step, space) != 1:
        step += 2
    return (serials * step + int(space * 0.1415926535)) % space


def slug(text: str) -> str:
    """Return a text as it stands in a host name."""
    return _NOT_SLUG.sub("", anyascii(text).lower())


@dataclass(slots=True)
class Texts:
    """Writes things.

    Args:
        mint: All things.
        rng: For salts and for the order of numbers.
    """

    mint: Mint
    rng: np.random.Generator
    salts: dict[str, int] = field(default_factory=dict)
    taken: dict[str, set[str]] = field(default_factory=lambda: {"domain": set(), "email": set()})
    domains: dict[int, str] = field(default_factory=dict)
    emails: dict[int, str] = field(default_factory=dict)
    brands: dict[int, str] = field(default_factory=dict)

    def _hash(self, table: str, codes: Ints) -> list[int]:
        salt = self.salts.setdefault(table, int(self.rng.integers(1 << 62)))
        return [int(h) for h in mix(codes, salt)]

    def _countries(self, table: str, codes: Ints) -> list[int]:
        return [max(0, int(c)) for c in self.mint.table(table)[0][codes]]

    def person(self, codes: Ints) -> list[tuple[str, str]]:
        """Write persons as first and family name; a family shares the latter."""
        families = self.mint.table("person")[1][codes]
        shared = self._hash("family", families)
        found = []
        rows = zip(
            self._hash("person", codes), shared, families, self._countries("person", codes), strict=True
        )
        for h, f, family, country in rows:
            language = COUNTRIES[country].language
            first, last = _FIRST[language], _LAST[language]
            family_hash = f if family != NOTHING else h >> 20
            found.append((first[h % len(first)], last[family_hash % len(last)]))
        return found

    def brand(self, codes: Ints) -> list[str]:
        """Write brands; a namesake takes the stranger's words."""
        links = self.mint.table("brand")[1]
        real = np.where(links[codes] == NOTHING, codes, links[codes])
        unknown = _new(real, self.brands)
        rows = zip(
            unknown.tolist(), self._hash("brand", unknown), self._countries("brand", unknown), strict=True
        )
        for code, h, country in rows:
            self.brands[code] = _brand(h, COUNTRIES[country].language)
        return [self.brands[code] for code in real.tolist()]

    def domain(self, codes: Ints) -> list[str]:
        """Write registered domains, each once."""
        unknown = _new(codes, self.domains)
        links, hosts = (column[unknown] for column in self.mint.table("domain")[1:])
        brands = self.brand(np.maximum(links, 0))
        rows = zip(unknown.tolist(), self._hash("domain", unknown), links.tolist(), hosts.tolist(),
                   self._countries("domain", unknown), brands, strict=True)  # fmt: skip
        for code, h, link, host, country, brand in rows:
            if host == 2:
                self.domains[code] = SHARED_PLACES[h % len(SHARED_PLACES)]
                continue
            words = brand if link != NOTHING else f"{_STEMS[h % len(_STEMS)]}{_BUILDERS[h % len(_BUILDERS)]}"
            self.domains[code] = self._register(words, h, COUNTRIES[country].tlds)
        return [self.domains[code] for code in codes.tolist()]

    def _register(self, brand: str, h: int, tlds: tuple[str, ...]) -> str:
        words = [slug(word) for word in brand.split()]
        words = [word for word in words if word] or ["site"]
        tld = tlds[(h >> 8) % len(tlds)]
        for attempt in range(200):
            pick = (h >> 16) + attempt
            name = ("".join(words), "-".join(words), "".join(words[:2]), "".join(words) + "online")[pick % 4]
            if attempt >= 4:
                name = words[0] + ("get", "my", "the", "go", "top", "pro")[pick % 6] + "-".join(words[1:])
            if attempt >= 10:
                name += str((h >> 24) % 97 + attempt)
            found = f"{name}.{tld}"
            if found not in self.taken["domain"]:
                self.taken["domain"].add(found)
                return found
        raise AssertionError("no free domain")

    def email(self, codes: Ints) -> list[str]:
        """Write e-mail addresses, each once, also for hosts where dots make no difference."""
        unknown = _new(codes, self.emails)
        _, people, hosts = self.mint.table("email")
        names = self.person(np.maximum(people[unknown], 0))
        own = hosts[unknown]
        domains = iter(self.domain(own[own != NOTHING]))
        rows = zip(unknown.tolist(), self._hash("email", unknown), own.tolist(), names,
                   self._countries("email", unknown), strict=True)  # fmt: skip
        for code, h, host, name, country in rows:
            free = FREE_HOSTS[COUNTRIES[country].language]
            place = next(domains) if host != NOTHING else free[(h >> 4) % len(free)]
            self.emails[code] = self._mailbox(name, h, place, free=host == NOTHING)
        return [self.emails[code] for code in codes.tolist()]

    def _mailbox(self, name: tuple[str, str], h: int, place: str, *, free: bool) -> str:
        first, last = slug(name[0]), slug(name[1])
        ways = (
            f"{first}.{last}",
            f"{first[0]}{last}",
            f"{first}{last}",
            f"{last}.{first}",
            f"{first}_{last}",
        )
        local = ways[(h >> 12) % 5]
        if not free and (h >> 16) % 3 == 0:
            local = ("info", "office", "hello", "sales", "ads", "marketing", first)[(h >> 20) % 7]
        if free and (h >> 16) % 5 < 3:
            local += str((h >> 24) % (100, 40, 2020)[(h >> 18) % 3])
        found, attempt = f"{local}@{place}", 0
        while found.replace(".", "") in self.taken["email"]:
            attempt += 1
            found = f"{local}{(h >> 30) % 900 + attempt}@{place}"
        self.taken["email"].add(found.replace(".", ""))
        return found

    def numbered(self, kind: str, codes: Ints) -> list[str]:
        """Write things that are numbers: no two alike."""
        serials = self.rng.permutation(len(codes))
        table = "company" if kind in ("legal_id", "tax_id") else kind
        if kind == "ip":
            return _addresses(self.mint.table("ip")[1][codes], serials)
        return _NUMBERED[kind](serials, self._hash(kind, codes), self._countries(table, codes))

    def admin(self, codes: Ints) -> list[str]:
        """Write logins: an e-mail address or the platform's user number."""
        links = self.mint.table("admin")[1][codes]
        emails = iter(self.email(links[links != NOTHING]))
        users = spread(self.rng.permutation(len(codes)), 10**11)
        return [next(emails) if link != NOTHING else f"10000{user:011d}" for link, user in
                zip(links.tolist(), users.tolist(), strict=True)]  # fmt: skip


def _new(codes: Ints, known: dict[int, str]) -> Ints:
    return np.array([code for code in dict.fromkeys(codes.tolist()) if code not in known], dtype=np.int64)


def _brand(h: int, language: str) -> str:
    stems = _STEMS_CYRILLIC if language == "ru" else _STEMS
    trades = _TRADES[language] if (h >> 40) % 3 else _TRADES["en" if language != "ru" else "ru"]
    first, second = stems[h % len(stems)], stems[(h >> 12) % len(stems)]
    trade = trades[(h >> 24) % len(trades)]
    shape = (h >> 48) % 10
    if shape < 5:
        return f"{first} {second} {trade}"
    if shape < 8:
        return f"{first}{second.lower()} {trade}"
    last = _LAST[language][(h >> 32) % len(_LAST[language])]
    return f"{last} {trade}" if shape == 8 else f"{last} {first} {trade}"


def _fill(pattern: str, serials: Ints) -> list[str]:
    places = pattern.count("#")
    parts = pattern.split("#")
    template = "".join(part + "{}" for part in parts[:-1]) + parts[-1]
    return [template.format(*f"{number:0{places}d}") for number in spread(serials, 10**places).tolist()]


def _by_country(serials: Ints, countries: list[int], write: Callable[[int, Ints], list[str]]) -> list[str]:
    where = np.array(countries, dtype=np.int64)
    found = [""] * len(countries)
    for country in np.unique(where).tolist():
        rows = np.flatnonzero(where == country)
        for row, text in zip(rows.tolist(), write(country, serials[rows]), strict=True):
            found[row] = text
    return found


def _legal_ids(serials: Ints, _: list[int], countries: list[int]) -> list[str]:
    return _by_country(serials, countries, lambda country, some: _fill(COUNTRIES[country].legal, some))


def _tax_ids(serials: Ints, _: list[int], countries: list[int]) -> list[str]:
    return _by_country(
        serials, countries, lambda country, some: _fill(COUNTRIES[country].code + "#########", some)
    )


def _phones(serials: Ints, _: list[int], countries: list[int]) -> list[str]:
    def write(country: int, some: Ints) -> list[str]:
        land = COUNTRIES[country]
        if land.code == "US":
            areas = ("212", "312", "415", "512", "617", "702", "713", "813", "916")
            numbers = spread(some, len(areas) * 8_000_000).tolist()
            return [f"+1{areas[number % 9]}{number // 9 + 2_000_000}" for number in numbers]
        return _fill(f"+{land.calling}{land.mobile}" + "#" * (land.digits - len(land.mobile)), some)

    return _by_country(serials, countries, write)


def _banks(serials: Ints, hashes: list[int], countries: list[int]) -> list[str]:
    numbers = spread(serials, 10**11).tolist()
    return [f"{COUNTRIES[country].code}{h % 89 + 10}{h % 9000 + 1000}{number:012d}"
            for number, h, country in zip(numbers, hashes, countries, strict=True)]  # fmt: skip


def _cards(_: Ints, hashes: list[int], countries: list[int]) -> list[str]:
    assert len(hashes) == len(countries)
    return [f"fp_{h:016x}" for h in hashes]


def _devices(serials: Ints, hashes: list[int], _: list[int]) -> list[str]:
    texts = (f"{h:016x}{low:016x}" for h, low in zip(hashes, mix(serials, 77).tolist(), strict=True))
    return [f"{t[:8]}-{t[8:12]}-{t[12:16]}-{t[16:20]}-{t[20:]}" for t in texts]


def _pixels(serials: Ints, hashes: list[int], _: list[int]) -> list[str]:
    numbers = spread(serials, 10**11).tolist()
    found = []
    for number, h in zip(numbers, hashes, strict=True):
        if h % 10 < 5:
            found.append(f"{h // 10 % 9000 + 1000}{number:011d}")
        elif h % 10 < 8:
            found.append(f"UA-{number % 10**10:010d}-{1 + h // 10 % 2}")
        else:
            found.append(f"G-{np.base_repr(number + 36**8, 36)[-10:]}")
    return found


def _streets(serials: Ints, _: list[int], countries: list[int]) -> list[str]:
    def write(country: int, some: Ints) -> list[str]:
        land = COUNTRIES[country]
        streets, cities = _STREETS[land.language], _CITIES[land.code]
        found = []
        for number in spread(some, len(streets) * 150 * 8_999).tolist():
            street, rest = streets[number % len(streets)], number // len(streets)
            house, area = rest % 150 + 1, rest // 150
            city = cities[area % len(cities)]
            postcode = f"{10_000 + area * 10}"
            if land.code == "GB":
                inward = f"{area // 9 % 10}{'ABDEFGHJLN'[area // 90 % 10]}{'PQRSTUWXYZ'[area // 900]}"
                postcode = f"{city[0].upper()}{area % 9 + 1} {inward}"
            if land.code in ("US", "GB", "FR", "IN"):
                found.append(f"{house} {street}, {city} {postcode}")
            else:
                found.append(f"{street} {house}, {postcode} {city}")
        return found

    return _by_country(serials, countries, write)


def _addresses(links: Ints, serials: Ints) -> list[str]:
    """Write IP addresses; neighbours, a carrier's gateways and a VPN's exits share networks."""
    group = np.where(links >= 0, links, links * 10_000_000 - serials // 25)
    _, group = np.unique(group, return_inverse=True)
    order = np.lexsort((serials, group))
    rank = np.empty(len(group), dtype=np.int64)
    firsts = np.searchsorted(group[order], group[order])
    rank[order] = np.arange(len(group)) - firsts
    _, network = np.unique(group * 1_000 + rank // 250, return_inverse=True)
    networks = int(network.max(initial=0)) + 1
    shuffled = np.argsort(mix(np.arange(networks), 4242))[network]
    prefix = spread(shuffled, len(_OCTETS) * 65_536)
    # The host part runs through 1..250 in an order of its own in each network.
    host = (rank % 250 * 77 + group * 13) % 250 + 1
    texts = []
    for number, last in zip(prefix.tolist(), host.tolist(), strict=True):
        if number % 9 == 0:
            texts.append(f"2a01:{number >> 12:x}:{number & 4095:x}::{last:x}")
            continue
        texts.append(f"{_OCTETS[number >> 16]}.{number >> 8 & 255}.{number & 255}.{last}")
    return texts


_NUMBERED: Final[dict[str, Callable[[Ints, list[int], list[int]], list[str]]]] = {
    "legal_id": _legal_ids,
    "tax_id": _tax_ids,
    "phone": _phones,
    "bank": _banks,
    "card": _cards,
    "device": _devices,
    "pixel": _pixels,
    "address": _streets,
}
