"""A sensitive value becomes a keyed hash and a mask, once; the value itself is not stored.

Law: the same kind, value and key give the same hash on every engine and in every room; without the key
nobody can try values out.
Source: RFC 2104 (HMAC) with SHA-256 (FIPS 180-4).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Final

from debar.model.identifiers import FAMILY_OF_KIND, SENSITIVE_KINDS

FACT_ID_LENGTH_MAX: Final = 120
"""A longer fact id is cut here, and told apart by a digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HashKey:
    """The operator's key for sensitive values.

    Args:
        key_id: Name of the key, such as ``k1``; it may be shown.
        secret: At least 16 bytes; it stays with the operator and is never printed.
    """

    key_id: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        assert len(self.secret) >= 16, "a hash key has at least 16 bytes"


def keyed(kind: str, value: str, key: HashKey) -> str:
    """Return the HMAC-SHA-256 of a normalised value as 64 hex digits.

    The kind is part of the message, so that a phone number and a tax number with the same digits differ.
    """
    message = kind.encode() + b"\x00" + value.encode()
    return hmac.digest(key.secret, message, "sha256").hex()


def mask(kind: str, value_hex: str, last4: str | None = None) -> str:
    """Return what people see instead of a sensitive value.

    Args:
        kind: Identifier kind.
        value_hex: The keyed hash.
        last4: Last four digits, where the platform hands them over apart.

    Example:
        >>> mask("card", "3f09a1c2d4e5f607")
        'card 3f09a1'
        >>> mask("card", "3f09a1c2d4e5f607", last4="4242")
        'card ..4242'
    """
    return f"{kind} ..{last4}" if last4 else f"{kind} {value_hex[:6]}"


def is_keyed(kind: str) -> bool:
    """Tell whether values of a kind are stored as a keyed hash.

    The sensitive kinds are, and so are kinds that debar does not know: nobody has said that they may
    be shown.
    """
    return kind in SENSITIVE_KINDS or kind not in FAMILY_OF_KIND


def fact_id(kind: str, value_key: str) -> str:
    """Name a value as a fact: what a person types to strike it out.

    Args:
        kind: Identifier kind.
        value_key: The normalised value of a public kind, or the keyed hash of another.

    Example:
        >>> fact_id("domain", "rt.com")
        'domain:rt.com'
        >>> fact_id("card", "3f09a1c2d4e5f60718293a4b5c6d7e8f")
        'card:3f09a1c2d4e5f607'
    """
    if is_keyed(kind):
        return f"{kind}:{value_key[:16]}"
    name = f"{kind}:{value_key}"
    if len(name) <= FACT_ID_LENGTH_MAX:
        return name
    return f"{name[:FACT_ID_LENGTH_MAX]}~{hashlib.sha256(value_key.encode()).hexdigest()[:8]}"
