"""Align the words of two names one to one, and add up what agrees and what stands against it.

Law: whole thousandths of a bit, so that every machine adds up the same; a word agrees with one word.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rapidfuzz.distance import DamerauLevenshtein

from debar.evidence.naming.sounds import sound
from debar.evidence.naming.tables import OFFICES, ONE_GIVEN_NAME, PLACES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from debar.evidence.naming.rarity import Rarity

BASE_MILLIBITS: Final = 4_000
"""A word that more than one name in sixteen bears tells nothing."""

OFFICE_MILLIBITS_MAX: Final = 2_000
"""What a word of an office, a year or the grammar tells at most."""

MISSPELT_MILLIBITS_MAX: Final = 12_000
"""What a word tells at most that agrees only nearly."""

INITIAL_MILLIBITS: Final = 8_000
"""What an initial tells that another given name contradicts."""

AGAINST: Final = 3
"""A word against a word weighs so many times a word that agrees."""

IN_ADDITION: Final = (2, 5)
"""A word that only one name has weighs this fraction of a word that agrees."""

MISSPELT: Final = (4, 5)
"""What a misspelling loses weighs this fraction against."""

SEATS: Final = PLACES | {"new"}
"""Words of a place that somebody runs for."""

WORD_LETTERS_MIN: Final = 4
"""A shorter word may not differ in any letter."""

SLIPS_MAX: Final = ((8, 1), (14, 2), (99, 3))
"""Up to so many letters, so many slips make no other word."""

SLIPS_HEARD: Final = (5, 2)
"""Words of one sound may differ in two letters of five."""

SOUND_MIN: Final = 3
"""A shorter sound is too coarse to go by."""


def tells(word: str, rarity: Rarity) -> int:
    """Return what a word tells, in thousandths of a bit: nothing where one name in sixteen bears it."""
    told = max(0, rarity.millibits(word) - BASE_MILLIBITS)
    return min(told, OFFICE_MILLIBITS_MAX) if word in OFFICES or is_year(word) else told


def is_year(word: str) -> bool:
    """Tell whether a word is a year in which somebody may stand for something."""
    return len(word) == 4 and word.isdigit() and word[:2] in ("19", "20")


@lru_cache(maxsize=262_144)
def word_likeness(x: str, y: str) -> int:
    """Return how alike two words are, in thousandths; zero where they are two words.

    Example:
        >>> word_likeness("gazprom", "gasprom"), word_likeness("bill", "william"), word_likeness("rt", "rb")
        (858, 900, 0)
    """
    if x == y:
        return 1000
    shorter, longer = sorted((len(x), len(y)))
    if frozenset((x, y)) in ONE_GIVEN_NAME:
        return 900
    if shorter == 1 and x[:1] == y[:1] and x.isalpha():
        return 600
    if shorter < WORD_LETTERS_MIN or _are_numbered_apart(x, y):
        return 0
    slips = DamerauLevenshtein.distance(x, y)
    if slips <= next(most for letters, most in SLIPS_MAX if longer <= letters or letters == SLIPS_MAX[-1][0]):
        return 1000 - 1000 * slips // longer
    heard_alike = len(sound(x)) >= SOUND_MIN and sound(x) == sound(y)
    return 800 if heard_alike and SLIPS_HEARD[0] * slips <= SLIPS_HEARD[1] * longer else 0


def _are_numbered_apart(x: str, y: str) -> bool:
    """Tell whether two words differ in their digits; one that has none may be meant by one that has some."""
    if x.isdigit() or y.isdigit():
        return True
    one, other = ("".join(letter for letter in word if letter.isdigit()) for word in (x, y))
    return bool(one) and bool(other) and one != other


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """What agrees between two names, and what does not.

    Args:
        agreeing_millibits: By rarity, of words that agree, wholly or nearly.
        differing_millibits: What stands against it, weighed.
        opposed: Whether a word stands against a word.
        rest: Words that found no partner, of either name.
        branch: Whether one of these is a place that makes a branch of a name ("ACLU of Ohio"), not the
            seat that somebody runs for ("Doe for Ohio").
        slight: Whether nothing agrees to the letter but common words, and what agrees nearly is short.
    """

    agreeing_millibits: int
    differing_millibits: int
    opposed: bool
    rest: tuple[str, ...]
    branch: bool
    slight: bool


def align(a: tuple[str, ...], b: tuple[str, ...], rarity: Rarity) -> Alignment:
    """Align two names.

    Example:
        >>> from debar.evidence.naming.rarity import shipped_rarity
        >>> align(("rosneft", "trade"), ("trade", "rosneft", "house"), shipped_rarity()).rest
        ('house',)
    """
    matched, rest_a, rest_b = _matches(a, b)
    agreeing = lost = 0
    for x, y, likeness in matched:
        told = max(tells(x, rarity), tells(y, rarity))
        if x != y:
            told = min(told, MISSPELT_MILLIBITS_MAX)
        agreeing += told * likeness // 1000
        lost += told * (1000 - likeness) // 1000
    against, more = _opposed(_left(a, rest_a, rest_b), _left(b, rest_b, rest_a), rarity)
    misspelt = [min(len(x), len(y)) for x, y, likeness in matched if 0 < likeness < 1000]
    return Alignment(
        agreeing_millibits=agreeing,
        differing_millibits=AGAINST * against
        + IN_ADDITION[0] * more // IN_ADDITION[1]
        + MISSPELT[0] * lost // MISSPELT[1],
        opposed=against > 0,
        rest=(*(a[i] for i in rest_a), *(b[i] for i in rest_b)),
        branch=any(_is_branch(words, i) for words, rest in ((a, rest_a), (b, rest_b)) for i in rest),
        slight=bool(misspelt)
        and min(misspelt) <= WORD_LETTERS_MIN
        and not any(x == y and tells(x, rarity) > OFFICE_MILLIBITS_MAX for x, y, _ in matched),
    )


def _matches(
    a: Sequence[str], b: Sequence[str]
) -> tuple[list[tuple[str, str, int]], tuple[int, ...], tuple[int, ...]]:
    """Pair words one to one, the most alike first; return the pairs and the places that are left."""
    scored = sorted(
        (-likeness, i, j)
        for i, x in enumerate(a)
        for j, y in enumerate(b)
        if (likeness := word_likeness(x, y) if x <= y else word_likeness(y, x))
    )
    matched, used_a, used_b = [], set(), set()
    for likeness, i, j in scored:
        if i not in used_a and j not in used_b:
            used_a.add(i)
            used_b.add(j)
            matched.append((a[i], b[j], -likeness))
    return (
        matched,
        tuple(i for i in range(len(a)) if i not in used_a),
        tuple(j for j in range(len(b)) if j not in used_b),
    )


def _left(words: Sequence[str], rest: Sequence[int], other_rest: Sequence[int]) -> list[tuple[str, bool]]:
    """Return the words that are left, and whether each is a seat; a word said twice counts once."""
    return [
        (words[i], _is_seat(words, i))
        for i in rest
        if other_rest or words[i] not in (*words[:i], *words[i + 1 :])
    ]


def _opposed(
    left: Sequence[tuple[str, bool]], right: Sequence[tuple[str, bool]], rarity: Rarity
) -> tuple[int, int]:
    """Return the bits of words that stand against each other, and of words that one name has in addition.

    An office, a seat or a year stands against nothing: one person runs for two offices in two years.
    """
    sums, offices = [], 0
    for side, other in ((left, right), (right, left)):
        opposed = any(_names_somebody(word, seat=seat) for word, seat in other)
        total = 0
        for word, seat in side:
            if not _names_somebody(word, seat=seat):
                offices += 0 if word.isdigit() else min(tells(word, rarity), OFFICE_MILLIBITS_MAX)
            elif len(word) == 1 and opposed:
                total += INITIAL_MILLIBITS
            else:
                total += tells(word, rarity)
        sums.append(total)
    return min(sums), max(sums) - min(sums) + offices


def _names_somebody(word: str, *, seat: bool) -> bool:
    return not seat and word not in OFFICES and not word.isdigit()


def _is_seat(words: Sequence[str], place: int) -> bool:
    """Tell whether a word is the place that somebody runs for: ``for Ohio``, ``for New Mexico``."""
    return words[place] in SEATS and "for" in words[max(0, place - 2) : place]


def _is_branch(words: Sequence[str], place: int) -> bool:
    return words[place] in PLACES and not _is_seat(words, place)
