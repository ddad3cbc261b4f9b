"""Read a name: the words that say who, in Latin letters, apart from what everybody writes around them.

Law: a name in any script keeps a form, and nothing folds into an empty one. Reading never decides
whether two names are one; it takes away what says nothing about it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from anyascii import anyascii

from debar.evidence.naming.tables import (
    ALIASES,
    FORM_PHRASES,
    FORMS,
    HEADS,
    NATIVE_FORMS,
    SPELLINGS,
    TAILS,
    TENS,
    TITLES,
    words_of,
)

WRONG_CODECS: Final = ("mac_roman", "cp1252", "latin-1")
"""Encodings in which UTF-8 is read by mistake, the likeliest last: each is tried until none fits."""

FORMS_AT_THE_ENDS: Final = frozenset(
    words_of("as se na ip pt ab sa sl ev co company ag kg sas spa too ao ug")
)
"""Legal forms that are words or initials as well: they count as forms at an end of a name only."""

ROMAN: Final = {
    numeral: str(number)
    for number, numeral in enumerate(
        words_of("i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi"), start=1
    )
}
"""Roman numerals to Arabic ones."""

LONE_LETTERS: Final = frozenset({"i", "v", "x"})
"""Roman numerals that are initials too: they count as numerals in the last place only."""

_DOTTED = re.compile(r"\b(?:[^\W\d_][./]){2,}(?:[^\W\d_]\b)?|\b[^\W\d_](?:/[^\W\d_])+\b")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_FOR = re.compile(r"\b([a-z]{3,})4([a-z]{2,})\b")
_CARE_OF = re.compile(r"\s%\s|\bc/o\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NameReading:
    """What a name says.

    Args:
        aliases: Words of the name; of each name, where one party's several are given ("dba").
        forms: Kinds of legal person that it states.
        letters: Its letters, without case, where it is wholly in a script other than Latin; else empty.
    """

    aliases: tuple[tuple[str, ...], ...]
    forms: frozenset[str]
    letters: str


def repaired(text: str) -> str:
    """Return a text whose UTF-8 was read in a wrong encoding, once or twice over, as it was written.

    Nothing is changed unless the whole text is valid UTF-8 when it is written back in that encoding.

    Example:
        >>> repaired("FERN\u221a\u00c5NDEZ"), repaired("Zo\u00c3\u00ab"), repaired("Zo\u00eb")
        ('FERN\u00c1NDEZ', 'Zo\u00eb', 'Zo\u00eb')
    """
    for _ in range(3):
        if text.isascii():
            return text
        for codec in WRONG_CODECS:
            try:
                again = text.encode(codec).decode("utf-8")
            except UnicodeError:
                continue
            if again != text and not any(unicodedata.category(c) == "Cc" for c in again):
                text = again
                break
        else:
            return text
    return text


@lru_cache(maxsize=65_536)
def read_name(name: str) -> NameReading:
    """Read a name.

    Example:
        >>> read_name("ООО «Спутник»").aliases, read_name("Dr. Jane Doe II, Ltd.").aliases
        ((('sputnik',),), (('jane', 'doe', '2'),))
    """
    text = unicodedata.normalize("NFKC", repaired(name))
    native, stated = text, set()
    for phrase, form in NATIVE_FORMS:
        if phrase in native:
            native = native.replace(phrase, " ")
            stated.add(form)
    text = native if any(c.isalnum() for c in native) else text
    text = _DOTTED.sub(lambda found: found.group().replace(".", "").replace("/", "") + " ", text)
    latin = anyascii(_CARE_OF.sub(" c o ", text)).casefold()
    latin = latin.replace("&", " and ").replace("'", "").replace("`", "")
    words = " ".join(_FOR.sub(r"\1 for \2", _NOT_WORD.sub(" ", latin)).split())
    if not words:
        return NameReading(aliases=(tuple(name.split()) or ("",),), forms=frozenset(), letters="")
    parts = [_who(part) for part in _parties(words)]
    return NameReading(
        aliases=tuple(dict.fromkeys(kept for kept, _ in parts)),
        forms=frozenset(stated.union(*(forms for _, forms in parts))),
        letters=_letters(native),
    )


def _parties(words: str) -> list[str]:
    """Cut off what stands before and behind a name, and split the names of one party."""
    padded = f"{words} "
    for head in HEADS:
        if padded.startswith(head) and len(padded) > len(head):
            padded = padded[len(head) :]
            break
    padded = f" {padded}"
    for tail in TAILS:
        head, found, _ = padded.partition(tail)
        if found and head.strip():
            padded = f"{head} "
    for phrase in ALIASES:
        padded = padded.replace(phrase, " | ")
    return [part for part in padded.split("|") if part.strip()] or [words]


def _who(part: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the words that say who, in one spelling, and the legal forms."""
    padded = f" {' '.join(part.split())} "
    for phrase, form in FORM_PHRASES:
        padded = padded.replace(f" {phrase} ", f" {form} ")
    padded = padded.replace(" united states of america ", " us ").replace(" united states ", " us ")
    padded = padded.replace(" u s a ", " us ").replace(" u s ", " us ")
    words, forms = _without_forms(padded.split())
    kept = [word for word in words if word not in TITLES] or words or padded.split()
    return tuple(_without_own_initials(_numbered([SPELLINGS.get(word, word) for word in kept]))), forms


def _without_forms(words: list[str]) -> tuple[list[str], frozenset[str]]:
    forms = {FORMS[word] for word in words if word in FORMS and word not in FORMS_AT_THE_ENDS}
    kept = [word for word in words if word not in FORMS or word in FORMS_AT_THE_ENDS]
    while len(kept) > 1 and (end := -1 if kept[-1] in FORMS else 0 if kept[0] in FORMS else None) is not None:
        forms.add(FORMS[kept.pop(end)])
    return kept, frozenset(forms)


def _numbered(words: list[str]) -> list[str]:
    """Write numerals and number words in digits: ``III``, ``forty four``."""
    made: list[str] = []
    for place, word in enumerate(words):
        last = place == len(words) - 1
        if place and word in ROMAN and (last or word not in LONE_LETTERS):
            made.append(ROMAN[word])
        elif place and words[place - 1] in TENS and word.isdigit() and len(word) == 1:
            made[-1] = str(int(made[-1]) + int(word))
        else:
            made.append(str(TENS[word]) if word in TENS else word)
    return made


def _without_own_initials(words: list[str]) -> list[str]:
    """Leave out an acronym that stands behind the words which it abbreviates."""
    return [
        word
        for place, word in enumerate(words)
        if not (3 <= len(word) <= place and word == "".join(w[0] for w in words[place - len(word) : place]))
    ]


def _letters(text: str) -> str:
    """Return the letters of a name that has no Latin ones."""
    letters = "".join(c for c in text.casefold() if c.isalnum())
    return "" if re.search("[a-z]", letters) or letters.isascii() else letters
