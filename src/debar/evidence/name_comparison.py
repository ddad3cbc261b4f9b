"""Names as the rest of the product asks about them: normal forms, equality, likeness.

Law: a name is its letters in every script; nothing folds into an empty form. A short name ("RT") is
equal or it is different: it never resembles another by accident. A name is evidence that anybody can
plant: likeness finds candidates and never bans.
"""

from __future__ import annotations

from debar.evidence.naming.comparing import SHORT_LETTERS_MAX, NameLevel, compare_names
from debar.evidence.naming.reading import read_name


def name_words(name: str) -> tuple[str, ...]:
    """Return the words of a name in Latin letters, lower case, without legal forms and titles.

    A name that is nothing but these keeps them; one without any letter or digit (emoji only) keeps its
    characters.

    Example:
        >>> name_words('ООО «Спутник»'), name_words("S.A. Média"), name_words("Co., Ltd.")
        (('sputnik',), ('media',), ('co',))
    """
    return read_name(name).aliases[0]


def normal_name(name: str) -> str:
    """Return the form by which two spellings of one name are equal.

    Example:
        >>> normal_name("RT, LLC") == normal_name("rt"), normal_name("RT-Komplekt")
        (True, 'rt komplekt')
    """
    return " ".join(name_words(name))


def is_short(name: str) -> bool:
    """Tell whether a name is too short to resemble another: it is equal or it is different."""
    return len("".join(name_words(name))) <= SHORT_LETTERS_MAX


def leads_with(longer: str, shorter: str) -> bool:
    """Tell whether a name begins with another as whole words: a candidate for a reader, not a match.

    Example:
        >>> leads_with("RT America", "RT"), leads_with("RTL Group", "RT")
        (True, False)
    """
    words, lead = name_words(longer), name_words(shorter)
    return 0 < len(lead) < len(words) and words[: len(lead)] == lead


def same_name(one: str, other: str) -> bool:
    """Tell whether two names are one name, spelt or completed in two ways.

    Example:
        >>> same_name("RT", "RT-Komplekt"), same_name("Iskusstvo Krasoty", "OOO Искусство Красоты")
        (False, True)
    """
    return compare_names(one, other).level >= NameLevel.NEAR
