"""The same thing, written as different forms, clerks and imports write it.

Law: a spelling changes how a value looks, not what it is; the few that lose something are rare.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from anyascii import anyascii

from benchmarks.linking.worlds.harbour.words import COUNTRIES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from benchmarks.linking.worlds.harbour.mint import Ints

STYLES: Final = 16
"""A style is a number below this; most change nothing."""


def respell(kind: str, text: str, style: int, country: str) -> str:
    """Write a value in a style.

    Args:
        kind: Identifier kind.
        text: The value as minted.
        style: Below :data:`STYLES`.
        country: Of the account; national telephone numbers are written only in it.
    """
    if kind == "phone":
        return _phone(text, style, country)
    write = _WAYS.get(kind)
    return write(text, style) if write else text


def _domain(text: str, style: int) -> str:
    host, _, rest = text.partition("/")
    ways = {1: f"https://www.{text}", 2: f"http://{host}/landing?utm_source=ads", 3: f"WWW.{host.upper()}",
            4: f"https://{host}/", 5: f"https://shop.{host}/sale", 6: f"www.{host}"}  # fmt: skip
    return text if rest else ways.get(style, text)


def _email(text: str, style: int) -> str:
    local, at, host = text.partition("@")
    if not at:
        return text
    if style == 1:
        return text.upper()
    if style == 2:
        return f"{local.title()}@{host}"
    if style == 3:
        return f"{local}+ads@{host}"
    if style in (4, 5) and host == "gmail.com":
        return f"{local[:2]}.{local[2:]}@{host}" if local[2:] and "." not in local else text
    return text


def _phone(text: str, style: int, country: str) -> str:
    land = next(land for land in COUNTRIES if text.startswith("+" + land.calling))
    national = text[1 + len(land.calling) :]
    if style in (1, 2) and land.code == country:
        return f"{land.trunk}{national[:3]} {national[3:6]} {national[6:]}"
    if style == 3:
        return f"00{land.calling}{national}"
    if style in (4, 5, 6):
        return f"+{land.calling} {national[:3]} {national[3:6]}-{national[6:]}"
    return text


def _address(text: str, style: int) -> str:
    if style == 1:
        return text.upper()
    if style == 2:
        return (
            text.replace("Street", "St")
            .replace("straße", "str.")
            .replace("Avenue", "Ave")
            .replace("ул. ", "")
        )
    if style == 3:
        return anyascii(text)
    if style == 4:
        return text.replace(", ", "\n")
    return text


def _number(text: str, style: int) -> str:
    if style == 1:
        return text.replace(" ", "").replace("-", "").replace(".", "").replace("/", "")
    if style == 2:
        return f"{text[:4]} {text[4:]}"
    if style == 3:
        return text.lower()
    return text


def _device(text: str, style: int) -> str:
    return (text.replace("-", ""), text.upper(), text)[style % 3]


_WAYS: Final[Mapping[str, Callable[[str, int], str]]] = {
    "domain": _domain,
    "email": _email,
    "admin": _email,
    "address": _address,
    "legal_id": _number,
    "tax_id": _number,
    "bank": _number,
    "device": _device,
}


def vary_name(text: str, way: float) -> str:
    """Write a name as its second account would: mostly the same, sometimes shuffled, shouted or mistyped.

    Args:
        text: The name.
        way: Drawn evenly from 0 to 1.
    """
    words, found = text.split(), text
    if way < 0.08:
        found = text.upper()
    elif way < 0.12:
        found = " ".join([*words[1:], words[0]])
    elif way < 0.16 and len(text) > 5:
        at = 2 + int(way * 1e6) % (len(text) - 4)
        found = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    elif way < 0.22 and len(words) == 2:
        found = "".join(words)
    elif way < 0.3:
        found = anyascii(text)
    elif way < 0.34 and len(words) > 2:
        found = " ".join(words[:2])
    return found


def draw_styles(count: int, rng: np.random.Generator) -> Ints:
    """Draw styles; half of all rows are written plainly."""
    plain = rng.random(count) < 0.5
    return np.where(plain, 0, rng.integers(STYLES, size=count))
