"""Compare the names of organisations and people, across scripts, legal forms, word order and spelling.

Law: a name is its letters in every script; nothing folds into an empty form. A short name ("RT") is
equal or it is different: it never resembles another by accident. A name is evidence that anybody can
plant: likeness finds candidates and never bans.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from anyascii import anyascii
from rapidfuzz.distance import DamerauLevenshtein

MILLION: Final = 1_000_000

SAME_FROM: Final = 900_000
"""From this likeness on two names are one: read off labelled pairs (docs/linking.md), not proven."""

SHORT_LETTERS_MAX: Final = 4
"""A name with so few letters is compared as a whole; a word with fewer may not differ in any letter."""


def _words(text: str) -> list[str]:
    return text.split()


FATHER_AND_SON: Final = 700_000
"""Likeness of "A bin B" and "B bin A": the order of these words is the name."""

OTHER_FORM: Final = 800_000
"""Most likeness of names that state different kinds of legal person: kin perhaps, never one name."""

_PHRASES: Final = (
    ("obshchestvo s ogranichennoi otvetstvennostyu", "ooo"),
    ("obshchestvo s ogranichennoy otvetstvennostyu", "ooo"),
    ("obschestvo s ogranichennoi otvetstvennostiu", "ooo"),
    ("otkrytoe aktsionernoe obshchestvo", "oao"),
    ("zakrytoe aktsionernoe obshchestvo", "zao"),
    ("publichnoe aktsionernoe obshchestvo", "pao"),
    ("aktsionernoe obshchestvo", "ao"),
    ("avtonomnaya nekommercheskaya organizatsiya", "ano"),
    ("autonomous non profit organization", "ano"),
    ("autonomous nonprofit organization", "ano"),
    ("open joint stock company", "jsc"),
    ("public joint stock company", "jsc"),
    ("closed joint stock company", "jsc"),
    ("joint stock company", "jsc"),
    ("limited liability company", "llc"),
    ("limited liability partnership", "llp"),
    ("private limited company", "ltd"),
    ("public limited company", "plc"),
    ("private limited", "ltd"),
    ("gesellschaft mit beschrankter haftung", "gmbh"),
    ("societe a responsabilite limitee", "sarl"),
    ("societatea cu raspundere limitata", "srl"),
    ("sociedad de responsabilidad limitada", "srl"),
    ("societe anonyme", "sa"),
    ("sociedad anonima", "sa"),
    ("societa per azioni", "spa"),
    ("naamloze vennootschap", "nv"),
    ("besloten vennootschap", "bv"),
    ("sp z o o", "spzoo"),
)
"""Written-out legal forms after transliteration; a longer phrase stands before what it contains."""

_FORMS: Final[dict[str, str]] = {
    **{form: form for form in _words("llp lp plc gmbh ag kg kgaa ug se sas sarl srl spa bvba")},
    **{form: form for form in _words("sa ab aps fgup")},
    **dict.fromkeys(_words("ltd limited pte pty pvt sdn bhd kk"), "ltd"),
    **dict.fromkeys(_words("inc incorporated corp corporation co company"), "corp"),
    **dict.fromkeys(_words("llc ooo spzoo sro"), "llc"),
    **dict.fromkeys(_words("jsc pjsc ojsc cjsc oao zao pao ao"), "jsc"),
    **dict.fromkeys(_words("oy oyj"), "oy"),
    **dict.fromkeys(_words("as asa"), "as"),
    "aktiengesellschaft": "ag",
    "mbh": "gmbh",
    "nv": "nv",
    "bv": "bv",
    "na": "na",
    "ano": "ano",
}
"""Words that say what kind of legal person somebody is, not who; forms of one kind to one of them."""

_TITLES: Final = frozenset(
    _words(
        "mr mrs ms miss dr prof professor sir lord dame monsieur madame mme herr frau don dona shaikh sheikh "
        "haji hajji mullah maulavi general gen col president hon rev the jr sr"
    )
)
"""Forms of address, and the article; they name nobody."""

_GENERIC: Final = frozenset(
    _words(
        "group holding holdings international global services service solutions systems industries industry "
        "media news network trading trade bank partners management capital fund trust agency association "
        "organisation organization institute foundation center centre company business gruppe groupe"
    )
)
"""Words that many names share; alike they say little, unlike they say much."""

_SPELLINGS: Final = {
    "und": "and",
    "et": "and",
    "y": "and",
    "ibn": "bin",
    "ben": "bin",
    "intl": "international",
    "organisation": "organization",
    "centre": "center",
    "mohammed": "muhammad",
    "mohammad": "muhammad",
    "mohamed": "muhammad",
    "mohamad": "muhammad",
    "first": "1",
    "second": "2",
    "third": "3",
    "1st": "1",
    "2nd": "2",
    "3rd": "3",
    "4th": "4",
}
"""Spellings of one word, to one of them."""

_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}(?:[^\W\d_]\b)?")
_NOT_WORD = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=65_536)
def _read(name: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the words that name somebody, and the kinds of legal person that the name states."""
    text = unicodedata.normalize("NFKC", name)
    text = _DOTTED.sub(lambda found: found.group().replace(".", "") + " ", text)
    latin = anyascii(text).casefold().replace("&", " and ").replace("'", "").replace("`", "")
    words = " ".join(_NOT_WORD.sub(" ", latin).split())
    if not words:
        return tuple(name.split()), frozenset()
    padded = f" {words} "
    for phrase, form in _PHRASES:
        padded = padded.replace(f" {phrase} ", f" {form} ")
    every = [_SPELLINGS.get(word, word) for word in padded.split()]
    kept = tuple(word for word in every if word not in _FORMS and word not in _TITLES)
    return kept or tuple(every), frozenset(_FORMS[word] for word in every if word in _FORMS)


def name_words(name: str) -> tuple[str, ...]:
    """Return the words of a name in Latin letters, lower case, without legal forms and titles.

    A name that is nothing but these keeps them; one without any letter or digit (emoji only) keeps its
    characters.

    Example:
        >>> name_words('ООО «Спутник»'), name_words("S.A. Média"), name_words("Co., Ltd.")
        (('sputnik',), ('media',), ('co', 'ltd'))
    """
    return _read(name)[0]


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


def name_similarity(one: str, other: str) -> int:
    """Return how alike two names are, in millionths; symmetric, and a million for a name and itself.

    Words are aligned whatever their order. A word counts by its length; a generic one counts less
    where it agrees; numbers and short words must agree to the letter; an initial stands for a name.

    Example:
        >>> name_similarity("Siemens AG", "SIEMENS Aktiengesellschaft"), name_similarity("RT", "RT Inform")
        (1000000, 0)
    """
    (a, form_a), (b, form_b) = _read(one), _read(other)
    if sorted(a) == sorted(b) or "".join(a) == "".join(b):
        alike = MILLION if a == b or "bin" not in a else FATHER_AND_SON
    elif not a or not b or is_short(one) or is_short(other) or _numbers(a) != _numbers(b):
        return 0
    else:
        alike = max(_aligned(a, b), _likeness("".join(a), "".join(b)) if len(a) != len(b) else 0)
    if form_a and form_b and not form_a & form_b:
        alike = min(alike, OTHER_FORM)
    return min(alike, _native_likeness(one, other))


def _native_likeness(one: str, other: str) -> int:
    """Compare two names of a script other than Latin in it: transliteration folds what differs there."""
    letters = [
        "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())
        for name in (one, other)
    ]
    if any(not text or re.search("[a-z]", text) for text in letters):
        return MILLION
    scripts = [{unicodedata.name(c, "").partition(" ")[0] for c in text if c.isalpha()} for text in letters]
    if not scripts[0] & scripts[1] or sorted(letters[0]) == sorted(letters[1]):
        return MILLION
    return _likeness(*letters)


def same_name(one: str, other: str) -> bool:
    """Tell whether two names are one name, spelt in two ways.

    Example:
        >>> same_name("RT", "RT-Komplekt"), same_name("Iskusstvo Krasoty", "OOO Искусство Красоты")
        (False, True)
    """
    return name_similarity(one, other) >= SAME_FROM


def _numbers(words: tuple[str, ...]) -> list[str]:
    return sorted(word for word in words if word.isdigit() or _ROMAN.fullmatch(word))


_ROMAN = re.compile(r"i{2,3}|iv|vi{1,3}|ix|xi{0,3}|xiv|xvi{0,3}|v")


def _aligned(a: tuple[str, ...], b: tuple[str, ...]) -> int:
    """Align words one to one, the most alike first, and average their likeness by weight."""
    pairs = sorted(
        ((_word_likeness(x, y), i, j) for i, x in enumerate(a) for j, y in enumerate(b)),
        key=lambda scored: (-scored[0], scored[1], scored[2]),
    )
    used_a, used_b = set(), set()
    agreed = total = 0
    for likeness, i, j in pairs:
        if likeness == 0 or i in used_a or j in used_b:
            continue
        used_a.add(i)
        used_b.add(j)
        weight = _weight(a[i], agrees=True) + _weight(b[j], agrees=True)
        agreed += weight * likeness
        total += weight * MILLION
    for words, used in ((a, used_a), (b, used_b)):
        total += sum(_weight(word, agrees=False) * MILLION for i, word in enumerate(words) if i not in used)
    return MILLION * agreed // total if total else 0


def _weight(word: str, *, agrees: bool) -> int:
    length = min(len(word), 8)
    return max(1, length // 3) if agrees and word in _GENERIC else length


def _word_likeness(x: str, y: str) -> int:
    if x == y:
        return MILLION
    if 1 in (len(x), len(y)) and x[0] == y[0]:
        return 800_000
    if min(len(x), len(y)) < SHORT_LETTERS_MAX or x.isdigit() or y.isdigit():
        return 0
    likeness = _likeness(x, y)
    return likeness if likeness >= 700_000 else 0


def _likeness(x: str, y: str) -> int:
    return MILLION - MILLION * DamerauLevenshtein.distance(x, y) // max(len(x), len(y))
