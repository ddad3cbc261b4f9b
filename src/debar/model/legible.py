"""Text from outside is shown so that a reader sees what is really there.

Law: what people read on a terminal or a page never obeys characters that hide, reorder or erase; they are
shown by their code point instead. Nothing else is changed: names in any script, and emoji, stay as they are.
Source: Unicode Standard Annex 9 (bidirectional control), Unicode Technical Report 36 (security).
"""

from __future__ import annotations

import unicodedata

_KEPT_FORMATS = frozenset("\u200c\u200d")
"""Joiners that Persian, Hindi and emoji need; they hide nothing."""

_RIGHT_TO_LEFT = frozenset({"R", "AL"})


def legible(text: str, *, lines: bool = False, length_max: int | None = None) -> str:
    r"""Return text in which every control, format and unassigned character is visible.

    Args:
        text: Anything from outside, lone surrogates included.
        lines: Keep line breaks; otherwise they become spaces.
        length_max: Cut to this many characters, the last one an ellipsis.

    Returns:
        Printable text; a hidden character stands as ``⟨U+202E⟩``.

    Example:
        >>> legible("RT\u202egnp.exe")
        'RT⟨U+202E⟩gnp.exe'
    """
    text = text.replace("\r\n", "\n")
    if length_max is not None and len(text) > length_max:
        text = text[: length_max - 1] + "…"
    return "".join(_shown(character, lines=lines) for character in text)


def _shown(character: str, *, lines: bool) -> str:
    if character == "\n":
        return "\n" if lines else " "
    if character in "\t\u2028\u2029":
        return " "
    if character in _KEPT_FORMATS:
        return character
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"}:
        return f"⟨U+{ord(character):04X}⟩"
    return character


def isolated(text: str) -> str:
    """Return text that cannot reorder its neighbours: right-to-left words are put into an isolate."""
    if any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text):
        return f"\u2068{text}\u2069"
    return text
