"""One byte form for every document that is hashed or signed: RFC 8785.

Law: equal documents have equal bytes; money and 64-bit numbers travel as strings.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

import rfc8785

if TYPE_CHECKING:
    from pathlib import Path

_ENCODER: Final = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True, separators=(",", ":")
)
"""Writes the RFC 8785 form of plain values, several times faster than the general writer."""

_INTEGER_MAX: Final = 2**53 - 1


def canonical_json(document: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Return the RFC 8785 form of a JSON value.

    Raises:
        ValueError: The value has a number that JSON readers would not agree on, or is no JSON.
    """
    return _ENCODER.encode(document).encode() if _is_plain(document) else rfc8785.dumps(document)


def _is_plain(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Tell whether Python's own encoder writes a value as RFC 8785 does: no fraction, no key beyond ASCII."""
    kind = type(value)
    if kind is dict:
        for name, item in value.items():  # a loop, not all(): this runs for every value that is recorded
            if type(name) is not str or not name.isascii():
                return False
            if type(item) is not str and not _is_plain(item):
                return False
        return True
    if kind is list or kind is tuple:
        return all(type(item) is str or _is_plain(item) for item in value)
    if kind is int:
        return bool(-_INTEGER_MAX <= value <= _INTEGER_MAX)
    return kind is str or kind is bool or value is None


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of bytes as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, read block by block, as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest(document: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return the SHA-256 of a document's RFC 8785 form as 64 hex digits."""
    return sha256_hex(canonical_json(document))
