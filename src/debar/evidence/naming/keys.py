"""A few keys a name, so that names worth comparing meet by equality.

Law: two names that compare as ``NEAR`` or better nearly always have a key in common; a key decides
nothing. Common keys are the caller's to leave out: a key is worth following while few names bear it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.evidence.names import ACCOUNT_WORDS, NAME_LETTERS_MIN
from debar.evidence.naming.rarity import shipped_rarity
from debar.evidence.naming.reading import read_name
from debar.evidence.naming.sounds import sound
from debar.evidence.naming.tables import GRAMMAR, OFFICES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from debar.evidence.naming.rarity import Rarity

RARE_WORDS_MAX: Final = 3
"""So many of the rarest words of a name are keys by themselves."""

RARE_MILLIBITS: Final = 16_000
"""Words that together tell less are common in every language: no platform makes a name of them rare."""

ACRONYM_LETTERS: Final = range(3, 10)
"""How long an acronym is."""

SHORT_LETTERS_MAX: Final = 4
"""A name with so few letters is looked for as a whole, and as an acronym."""


def name_keys(name: str, rarity: Rarity | None = None) -> tuple[str, ...]:
    """Return the keys of a name: ``kind:key``, each once, sorted.

    Kinds: ``words`` (the words that say who, sorted, without offices and legal forms), ``letters`` (all
    words written together), ``sound`` (their sounds, sorted), ``word`` (each of the three rarest words,
    by its sound) and ``initials`` (of three to nine words, or a name of one short word).

    Args:
        name: A name, as somebody wrote it.
        rarity: How rare words are on this platform, to choose the rarest by.

    Example:
        >>> sorted(set(name_keys("Rep. Jane Doemark")) & set(name_keys("Jane Doemark for Congress")))
        ['sound:gn tmrg', 'word:gn', 'word:tmrg', 'words:doemark jane']
        >>> set(name_keys("RT")) & set(name_keys("RT Komplekt"))
        set()
    """
    rarity = rarity or shipped_rarity()
    keys: set[str] = set()
    for words in read_name(name).aliases:
        keys.update(_keys(words, rarity))
    return tuple(sorted(keys))


def whose(name: str) -> str | None:
    """Return the sorted words of an account's name that say whose it is; None where they say too little.

    Without legal forms, numbers and the words that say which account it is.

    Example:
        >>> whose("Terra & Baker Ltd. - Official 8"), whose("RT")
        ('baker terra', None)
    """
    words = read_name(name).aliases[0]
    telling = sorted({word for word in words if not word.isdigit() and word not in ACCOUNT_WORDS})
    return " ".join(telling) if len("".join(telling)) >= NAME_LETTERS_MIN else None


def rare_words(name: str) -> str | None:
    """Return the sorted words of a name that say whose it is, where they may be rare; None where not.

    Offices, legal forms, numbers and the words that say which account it is are left out: a member's office
    and the same member's campaign are one bearer. Whether the name is rare among a platform's own is for
    :func:`debar.evidence.naming.chance.common_names` to say.

    Example:
        >>> rare_words("Rep. Jane Doemark") == rare_words("Jane Doemark for Congress")
        True
        >>> rare_words("Freedom Fund"), rare_words("RT")
        (None, None)
    """
    words = sorted(
        {
            word
            for word in read_name(name).aliases[0]
            if not word.isdigit() and word not in OFFICES and word not in ACCOUNT_WORDS
        }
    )
    if len("".join(words)) < NAME_LETTERS_MIN or shipped_rarity().name_millibits(words) < RARE_MILLIBITS:
        return None
    return " ".join(words)


def _keys(words: tuple[str, ...], rarity: Rarity) -> Iterator[str]:
    who = [word for word in words if word not in OFFICES] or list(words)
    yield f"words:{' '.join(sorted(who))}"
    joined = "".join(words)
    yield f"letters:{joined}"
    initials = "".join(word[:1] for word in words if word not in GRAMMAR)
    if len(initials) in ACRONYM_LETTERS:
        yield f"initials:{initials}"
    if len(who) == 1 and len(who[0]) in ACRONYM_LETTERS:
        yield f"initials:{who[0]}"
    if len(joined) <= SHORT_LETTERS_MAX:
        return
    heard = sorted(filter(None, map(sound, who)))
    yield f"sound:{' '.join(heard)}"
    rarest = sorted(who, key=lambda word: (-rarity.millibits(word), word))[:RARE_WORDS_MAX]
    yield from (f"word:{sound(word) or word}" for word in rarest if len(word) > 1)
