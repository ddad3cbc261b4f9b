"""One byte form for every document that is hashed or signed: RFC 8785.

Law: equal documents have equal bytes; money and 64-bit numbers travel as strings.
"""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785


def canonical_json(document: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Return the RFC 8785 form of a JSON value.

    Raises:
        ValueError: The value has a number that JSON readers would not agree on, or is no JSON.
    """
    return rfc8785.dumps(document)


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of bytes as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def digest(document: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return the SHA-256 of a document's RFC 8785 form as 64 hex digits."""
    return sha256_hex(canonical_json(document))
