"""What a decision can be against: typed keys, each kind in its one spelling.

Law: the key that a decision is recorded under and the key that a gate is asked about are made by the same
function, so that a ban cannot be missed by its spelling; making a key of a key changes nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from debar.model.identifiers import SENSITIVE_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

TypedKey: TypeAlias = tuple[str, str]
"""Kind and value: ``("account", "acct-1")``, ``("domain", "rt.com")``."""

EXACT_KINDS: Final = frozenset({"account", "campaign", "creative", "seat"})
"""Kinds whose values are the platform's own ids: taken as they are, letter for letter."""

_IS_HOST: Final = re.compile(r"(?!www\.[^.]+\.)[a-z0-9_-][a-z0-9_.-]*\.[a-z][a-z0-9-]*").fullmatch
"""A host name in its one spelling; whether its labels are well formed does not matter to a lookup."""

_STORE_ID: Final = re.compile(r"[iI][dD](\d+)")
_HASH_LENGTH: Final = 64


def typed_key(kind: str, value: str) -> TypedKey:
    """Return the key of a thing in its one spelling.

    Args:
        kind: ``account``, ``domain``, ``bundle``, ``creative``, ``seat``, ``card`` or another kind.
        value: As the platform writes it; of sensitive kinds the keyed hash, never the value itself.

    Raises:
        ValueError: It cannot be a key of this kind; the message does not repeat the value.

    Example:
        >>> typed_key("domain", "WWW.RT.com.")
        ('domain', 'rt.com')
    """
    if not _is_text(kind) or not _is_text(value):
        raise ValueError("kind and value are texts that are not empty")
    if kind not in EXACT_KINDS:
        value = spelling_of(kind)(value)
        if not value:
            raise ValueError("nothing is left of the value without its spaces")
    kind.encode()
    value.encode()  # half a surrogate pair is no text, and its error is a ValueError
    return kind, value


def spelling_of(kind: str) -> Callable[[str], str]:
    """Return the function that brings a kind's values into their one spelling."""
    if kind in _SPELLINGS:
        return _SPELLINGS[kind]
    return _hash if kind in SENSITIVE_KINDS else str.strip


def parent_domains(host: str) -> tuple[str, ...]:
    """Return a host and the domains above it, nearest first, without the top-level one.

    Example:
        >>> parent_domains("ads.news.rt.com")
        ('ads.news.rt.com', 'news.rt.com', 'rt.com')
    """
    labels = host.split(".")
    return tuple(".".join(labels[place:]) for place in range(len(labels) - 1))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _domain(value: str) -> str:
    """Return a host name in ASCII and lower case, without scheme, path, port, ``www.`` and trailing dot."""
    if _IS_HOST(value):
        return value
    text = re.sub(r"^[a-z][a-z0-9+.-]*://|^//", "", value.strip(), flags=re.IGNORECASE)
    host = re.split(r"[/?#]", text, maxsplit=1)[0].rpartition("@")[2]
    host = re.sub(r":\d*$", "", host).strip(".").casefold()
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            raise ValueError("not a host name") from None
    while host.startswith("www.") and host.count(".") > 1:
        host = host[4:]
    if not _IS_HOST(host):
        raise ValueError("not a host name")
    return host


def _bundle(value: str) -> str:
    """Return an app's store id: a package as it is, ``id123`` of one store as ``123``."""
    text = value.strip()
    found = _STORE_ID.fullmatch(text) if text.startswith(("i", "I")) else None
    return found[1] if found else text


def _hash(value: str) -> str:
    """Return a keyed hash in lower case; a value in clear is refused."""
    try:
        if bytes.fromhex(value).hex() == value and len(value) == _HASH_LENGTH:
            return value
        text = value.strip().lower()
        if bytes.fromhex(text).hex() == text and len(text) == _HASH_LENGTH:
            return text
    except ValueError:
        pass
    raise ValueError("a sensitive kind takes the keyed hash, 64 hex digits, never the value itself")


_SPELLINGS: Final[dict[str, Callable[[str], str]]] = {"domain": _domain, "bundle": _bundle}
