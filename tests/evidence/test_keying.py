from __future__ import annotations

import hashlib
import hmac

import pytest

from debar.evidence.keying import HashKey, fact_id, is_keyed, keyed, mask

KEY = HashKey(key_id="k1", secret=b"0123456789abcdef")


def test_keyed_is_hmac_over_kind_and_value() -> None:
    """The keyed hash is HMAC-SHA-256 of kind, NUL and value, so that other programs can make it too."""
    expected = hmac.new(b"0123456789abcdef", b"email\x00ann@harbour.example", hashlib.sha256).hexdigest()
    assert keyed("email", "ann@harbour.example", KEY) == expected


def test_kind_and_key_change_the_hash() -> None:
    """The same value under another kind or another key has another hash."""
    other = HashKey(key_id="k2", secret=b"fedcba9876543210")
    hashes = {keyed("phone", "+4479", KEY), keyed("tax_id", "+4479", KEY), keyed("phone", "+4479", other)}
    assert len(hashes) == 3


def test_the_secret_is_never_printed() -> None:
    """A key shows its name only."""
    assert repr(KEY) == "HashKey(key_id='k1')"


def test_a_short_secret_is_our_bug() -> None:
    """A key of fewer than 16 bytes is refused."""
    with pytest.raises(AssertionError):
        HashKey(key_id="k", secret=b"short")


def test_masks() -> None:
    """People see six digits of the hash, or the last four of the value where they are handed over apart."""
    assert mask("card", "3f09a1c2d4") == "card 3f09a1"
    assert mask("card", "3f09a1c2d4", last4="4242") == "card ..4242"


def test_unknown_kinds_are_keyed() -> None:
    """Sensitive kinds are keyed, and so are kinds that nobody has called public."""
    assert [is_keyed(kind) for kind in ("card", "email", "passport", "domain", "legal_name")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_fact_ids() -> None:
    """A fact id is the value, or 16 digits of its hash; long values are cut and stay apart."""
    long_a, long_b = "x" * 200 + "a", "x" * 200 + "b"
    assert fact_id("domain", "rt.com") == "domain:rt.com"
    assert fact_id("card", "3f09a1c2d4e5f60718293a4b") == "card:3f09a1c2d4e5f607"
    assert len(fact_id("domain", long_a)) == 129
    assert fact_id("domain", long_a) != fact_id("domain", long_b)
