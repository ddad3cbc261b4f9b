"""Which countries a cell aims at, and which currencies are at home there.

Law: a country is one that the text names; a place inside a country is left alone.
"""

from __future__ import annotations

import functools
import re
from datetime import date

from babel.numbers import get_territory_currencies

from debar.intake.archives.countries import country_codes, country_names

OTHERS_USE: dict[str, frozenset[str]] = {"HR": frozenset({"EUR"}), "BG": frozenset({"EUR", "BGN"})}


@functools.cache
def _named() -> re.Pattern[str]:
    # A US state or a given name is no country.
    skipped = {"georgia", "jordan", "chad", "guinea", "niger", "jersey"}
    names = sorted((n for n in country_names() if len(n) > 3 and n not in skipped), key=len, reverse=True)
    return re.compile(r"(?<!\w)(?<!new )(" + "|".join(map(re.escape, names)) + r")(?!\w)", re.IGNORECASE)


@functools.lru_cache(maxsize=100_000)
def aimed_at(text: str) -> tuple[str, ...]:
    """Return the countries that a cell names, each once: by code alone, in a list, or by name in a text.

    Example:
        >>> aimed_at("Location - Living In: United States: Georgia"), aimed_at("de;FR"), aimed_at("norway")
        (('US',), ('DE', 'FR'), ('NO',))
    """
    parts = [part.strip().upper() for part in re.split(r"[;,|]", text)]
    if parts and all(part in country_codes() for part in parts):
        return tuple(dict.fromkeys(parts))
    lines = [line for line in text.split("\n") if "location" in line.lower()]
    text = "\n".join(lines) or text  # interests name countries too
    names = country_names()
    return tuple(dict.fromkeys(names[found.lower()] for found in _named().findall(text[:5_000])))


@functools.cache
def own_currencies(country: str) -> frozenset[str]:
    """Return the currencies in use in a country in our days, former ones of the last years included."""
    found = set(get_territory_currencies(country, date(2010, 1, 1), date(2030, 1, 1)))
    return frozenset(found) | OTHERS_USE.get(country, frozenset())
