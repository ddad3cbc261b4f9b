"""The sound of a word in Latin letters, whichever language spelt it.

Law: words that one ear writes in two ways ("Sergey", "Sergei", "Qaddafi", "Gaddafy") have one sound. It
is coarse on purpose: it finds, and what it finds is compared letter by letter.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

LETTERS: Final = (
    ("tsch", "c"),
    ("sch", "s"),
    ("shch", "s"),
    ("tch", "c"),
    ("dzh", "g"),
    ("dj", "g"),
    ("zh", "g"),
    ("sh", "s"),
    ("ch", "c"),
    ("cz", "c"),
    ("ts", "s"),
    ("tz", "s"),
    ("kh", "h"),
    ("gh", "g"),
    ("ph", "f"),
    ("th", "t"),
    ("dh", "d"),
    ("ck", "k"),
    ("qu", "kv"),
    ("x", "ks"),
    ("q", "k"),
    ("w", "v"),
    ("j", "g"),
    ("z", "s"),
    ("k", "g"),
    ("c", "g"),
    ("b", "p"),
    ("d", "t"),
)
"""Spellings to one letter a sound, the longer first; voiced and voiceless fall together."""

SILENT: Final = frozenset("aeiouyh")
"""Letters that languages write or leave out for one sound, behind the first."""


@lru_cache(maxsize=65_536)
def sound(word: str) -> str:
    """Return the consonants that one hears, each once in a row, and whether a vowel begins.

    Example:
        >>> sound("sergey") == sound("sergei"), sound("usama") == sound("osama"), sound("rt")
        (True, True, 'rt')
    """
    for spelling, letter in LETTERS:
        word = word.replace(spelling, letter)
    heard: list[str] = []
    for place, letter in enumerate(word):
        if letter in SILENT and place:
            continue
        kept = "a" if letter in "aeiouy" else letter
        if not heard or heard[-1] != kept:
            heard.append(kept)
    return "".join(heard)
