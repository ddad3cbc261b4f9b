"""Countries by their names, as archives write them.

Law: a name that is no country's is none; nothing is guessed from a part of a name.
"""

from __future__ import annotations

import functools
from typing import Final

from babel import Locale

LANGUAGES: Final = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "ru")
"""Languages in which exports write countries' names; the first one wins where two disagree."""

_NO_COUNTRY: Final = frozenset({"EU", "EZ", "UN", "ZZ", "QO", "XA", "XB"})

_FURTHER: Final = {
    "great britain": "GB",
    "uk": "GB",
    "usa": "US",
    "united states of america": "US",
    "russian federation": "RU",
    "czech republic": "CZ",
    "turkey": "TR",
    "south korea": "KR",
    "ivory coast": "CI",
}


@functools.cache
def country_codes() -> frozenset[str]:
    """Return the ISO 3166 alpha-2 codes."""
    codes = {str(code) for code in Locale("en").territories}
    return frozenset(c for c in codes if len(c) == 2 and c.isalpha() and c not in _NO_COUNTRY)


@functools.cache
def country_names() -> dict[str, str]:
    """Return each country's names, in lower case, with its code.

    Example:
        >>> country_names()["united states"], country_names()["deutschland"]
        ('US', 'DE')
    """
    names = dict(_FURTHER)
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if code in country_codes():
                names.setdefault(name.lower(), code)
    return names
