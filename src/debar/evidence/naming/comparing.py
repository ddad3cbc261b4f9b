"""Compare two names: a level, the bits that speak for and against one bearer, and the reason in a word.

Law: a short name ("RT") is equal or it is different. Words count by how rare they are; a word that
stands against another word counts against more than a word that one name merely has in addition. The
order of asking makes no difference.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import product
from typing import TYPE_CHECKING, Final

from rapidfuzz.distance import DamerauLevenshtein

from debar.evidence.naming.aligning import align, is_year, tells
from debar.evidence.naming.rarity import shipped_rarity
from debar.evidence.naming.reading import read_name
from debar.evidence.naming.tables import GENERIC, GRAMMAR, OFFICES, PLACES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from debar.evidence.naming.rarity import Rarity
    from debar.evidence.naming.reading import NameReading

MILLION: Final = 1_000_000

SHORT_LETTERS_MAX: Final = 4
"""A name with so few letters is compared as a whole."""

NEAR_FROM: Final = 800_000
"""From this likeness on two names are near: one bearer, spelt or completed in two ways."""

RELATED_FROM: Final = 450_000
"""From this likeness on two names are worth a look: kin, branches, two offices of one person."""

HELD_DOWN: Final = 750_000
"""Most likeness of names that something keeps from being one name."""

POINTING_MILLIBITS: Final = 8_000
"""Agreement below this cannot point to one bearer, however little stands against it."""

ACRONYM_MILLIBITS: Final = 4_000
"""What one letter of an acronym tells."""


class NameLevel(IntEnum):
    """How two names relate.

    ``EQUAL`` and ``SAME`` may be treated as evidence of one name; ``NEAR`` as weaker evidence of it, in
    a grade of its own; ``RELATED`` finds candidates for other evidence and is none by itself;
    ``DIFFERENT`` says nothing against a common owner, who may have many names.
    """

    DIFFERENT = 0
    RELATED = 1
    NEAR = 2
    SAME = 3
    EQUAL = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class NameComparison:
    """What two names say about each other.

    Args:
        level: How they relate.
        why: ``equal``, ``order``, ``spacing``, ``spelling``, ``addition`` (one has words more),
            ``acronym``, ``words`` (some stand against each other), or what holds the level down:
            ``form`` (other legal forms), ``number``, ``place`` (a branch), ``letters`` (they differ in
            their own script), ``patronymic``, ``short``, ``common`` (only common words agree).
        likeness: In millionths; a million for one name in two scripts.
        agreeing_millibits: What agrees, by rarity: how improbable it is by chance.
        differing_millibits: What stands against it, weighed.
    """

    level: NameLevel
    why: str
    likeness: int
    agreeing_millibits: int
    differing_millibits: int


def compare_names(one: str, other: str, rarity: Rarity | None = None) -> NameComparison:
    """Compare two names.

    Args:
        one: A name, as somebody wrote it.
        other: Another.
        rarity: How rare words are on this platform; the shipped table where it is not given.

    Returns:
        The comparison of the two most alike of the names that each states. Levels ``EQUAL``, ``SAME``
        and ``NEAR`` may be evidence (:class:`NameLevel`), weighed by ``agreeing_millibits``: two
        accounts named "Freedom Fund" say less than two named "Zhurava Timber".

    Example:
        >>> compare_names("Siemens AG", "SIEMENS Aktiengesellschaft").level.name
        'EQUAL'
        >>> compare_names("Rep. Jane Doemark", "Jane Doemark for Congress").level.name
        'NEAR'
        >>> compare_names("RT", "RT-Komplekt").level.name
        'DIFFERENT'
    """
    rarity = rarity or shipped_rarity()
    read_a, read_b = (read_name(name) for name in sorted((one, other)))
    found = max(
        (_compare(x, y, rarity) for x, y in product(read_a.aliases, read_b.aliases)),
        key=lambda c: (c.likeness, c.level, c.agreeing_millibits),
    )
    if read_a.forms and read_b.forms and not read_a.forms & read_b.forms:
        found = _held_down(found, "form")
    return _in_own_script(found, read_a, read_b)


def _held_down(found: NameComparison, why: str) -> NameComparison:
    """Keep names from being one: kin at most."""
    if found.level <= NameLevel.RELATED:
        return found
    return replace(found, level=NameLevel.RELATED, why=why, likeness=min(found.likeness, HELD_DOWN))


def _in_own_script(found: NameComparison, one: NameReading, other: NameReading) -> NameComparison:
    """Compare two names of one script other than Latin in it: transliteration folds what differs there."""
    a, b = one.letters, other.letters
    if not a or not b or sorted(a) == sorted(b) or not _scripts(a) & _scripts(b):
        return found
    likeness = MILLION - MILLION * DamerauLevenshtein.distance(a, b) // max(len(a), len(b))
    if likeness >= found.likeness:
        return found
    return replace(found, level=min(found.level, _level(likeness)), why="letters", likeness=likeness)


def _scripts(letters: str) -> set[str]:
    return {unicodedata.name(c, "").partition(" ")[0] for c in letters if c.isalpha()}


def _level(likeness: int) -> NameLevel:
    if likeness >= NEAR_FROM:
        return NameLevel.NEAR
    return NameLevel.RELATED if likeness >= RELATED_FROM else NameLevel.DIFFERENT


def _compare(a: tuple[str, ...], b: tuple[str, ...], rarity: Rarity) -> NameComparison:
    """Compare the words of two names."""
    if alike := _same_words(a, b, rarity) or _acronym(a, b) or _acronym(b, a):
        return alike
    if min(len("".join(a)), len("".join(b))) <= SHORT_LETTERS_MAX:
        return _short(a, b, rarity) or _short(b, a, rarity) or _agreed(NameLevel.DIFFERENT, "short", 0, 0)
    return _weighed(*_respaced(a, b), rarity)


def _same_words(a: tuple[str, ...], b: tuple[str, ...], rarity: Rarity) -> NameComparison | None:
    """Compare names of the same words: "A bin B" is the son of "B bin A", else the order is no matter."""
    bits = sum(tells(word, rarity) for word in a)
    if a == b:
        return _agreed(NameLevel.EQUAL, "equal", MILLION, bits)
    if sorted(a) == sorted(b):
        if "bin" in a:
            return _agreed(NameLevel.DIFFERENT, "patronymic", RELATED_FROM - 1, bits)
        return _agreed(NameLevel.SAME, "order", MILLION - 1, bits)
    if "".join(a) == "".join(b):
        return _agreed(NameLevel.SAME, "spacing", MILLION - 2, bits)
    return None


def _agreed(level: NameLevel, why: str, likeness: int, bits: int) -> NameComparison:
    return NameComparison(
        level=level, why=why, likeness=likeness, agreeing_millibits=bits, differing_millibits=0
    )


def _acronym(short: Sequence[str], long: Sequence[str]) -> NameComparison | None:
    """Compare a name of one word with the initials of the other: five letters point, three may."""
    heads = [word for word in short if not _is_common(word)]
    if len(heads) != 1 or len(heads[0]) < 3:
        return None
    initials = {"".join(w[:1] for w in long), "".join(w[:1] for w in long if w not in GRAMMAR)}
    if heads[0] not in initials:
        return None
    near = len(heads[0]) > SHORT_LETTERS_MAX
    return _agreed(
        NameLevel.NEAR if near else NameLevel.RELATED,
        "acronym",
        NEAR_FROM if near else RELATED_FROM,
        ACRONYM_MILLIBITS * len(heads[0]),
    )


def _is_common(word: str) -> bool:
    return word in OFFICES or word in GENERIC or word in PLACES


def _short(short: Sequence[str], long: Sequence[str], rarity: Rarity) -> NameComparison | None:
    """A name of three or four letters that another begins with, before common words alone, is kin."""
    rest = long[len(short) :]
    if len("".join(short)) < 3 or tuple(long[: len(short)]) != tuple(short) or not all(map(_is_common, rest)):
        return None
    return _agreed(NameLevel.RELATED, "short", RELATED_FROM, sum(tells(word, rarity) for word in short))


def _respaced(a: tuple[str, ...], b: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write words of one name together where the other does: ``good will``, ``goodwill``."""
    only_a, only_b = frozenset(a) - frozenset(b), frozenset(b) - frozenset(a)
    return _joined_like(a, only_b), _joined_like(b, only_a)


def _joined_like(words: tuple[str, ...], whole: frozenset[str]) -> tuple[str, ...]:
    for size in (3, 2):
        for start in range(len(words) - size + 1):
            joined = "".join(words[start : start + size])
            if joined in whole:
                return _joined_like((*words[:start], joined, *words[start + size :]), whole - {joined})
    return words


def _weighed(a: tuple[str, ...], b: tuple[str, ...], rarity: Rarity) -> NameComparison:
    """Weigh what agrees of two names against what does not."""
    found = align(a, b, rarity)
    agreeing, differing = found.agreeing_millibits, found.differing_millibits
    likeness = (MILLION - 3) * agreeing // (agreeing + differing) if agreeing else 0
    if agreeing < POINTING_MILLIBITS:
        likeness = likeness * agreeing // POINTING_MILLIBITS
    why = "common" if agreeing < POINTING_MILLIBITS else "words" if found.opposed else "addition"
    if not found.rest:
        why = "spelling"
    made = NameComparison(
        level=_level(likeness),
        why=why,
        likeness=likeness,
        agreeing_millibits=agreeing,
        differing_millibits=differing,
    )
    if any(word.isdigit() and not is_year(word) for word in found.rest):
        made = _held_down(made, "number")
    if found.branch:
        made = _held_down(made, "place")
    return _held_down(made, "short") if found.slight else made
