"""Keys have one spelling, and what cannot be a key is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debar.model.typed_keys import parent_domains, typed_key

HASH = "3f09a1c2" * 8
KINDS = st.sampled_from(["account", "domain", "bundle", "card", "page"])
RAW = (
    st.text(min_size=1)
    | st.from_regex(r"(https?://)?(www\.)*[a-zA-Z0-9ü-]+\.[a-z]{2,3}\.?(/x)?", fullmatch=True)
    | st.from_regex(r"\s?([iI][dD])?[0-9a-z]{1,5}(\.[a-zA-Z]{1,4})?\s?", fullmatch=True)
    | st.from_regex(r"[0-9a-fA-F]{64}", fullmatch=True)
)


@pytest.mark.parametrize(
    ("kind", "raw", "expected"),
    [
        ("account", " A1 ", " A1 "),
        ("creative", "Cr-1", "Cr-1"),
        ("seat", "seat:1", "seat:1"),
        ("campaign", "12", "12"),
        ("domain", "rt.com", "rt.com"),
        ("domain", " HTTPS://user@WWW.RT.com:443/news?a=b#c ", "rt.com"),
        ("domain", "//www.www.rt.com.", "rt.com"),
        ("domain", "www.com", "www.com"),
        ("domain", "news.rt.com", "news.rt.com"),
        ("domain", "пример.рф", "xn--e1afmkfd.xn--p1ai"),
        ("bundle", " id389801252 ", "389801252"),
        ("bundle", "389801252", "389801252"),
        ("bundle", "com.Example.app", "com.Example.app"),
        ("card", f" {HASH.upper()}", HASH),
        ("card", HASH, HASH),
        ("page", " p1 ", "p1"),
    ],
)
def test_one_spelling(kind: str, raw: str, expected: str) -> None:
    """Each way to write a thing must come out as one key."""
    assert typed_key(kind, raw) == (kind, expected)


@pytest.mark.parametrize(
    ("kind", "raw", "why"),
    [
        ("account", "", "not empty"), ("", "a1", "not empty"), ("account", 17, "texts"), (17, "a1", "texts"),
        ("account", "\ud800", "surrogates"), ("\ud800", "a1", "surrogates"), ("page", "  ", "nothing is left"),
        ("domain", "localhost", "not a host name"), ("domain", "10.0.0.1", "not a host name"),
        ("domain", "a b.com", "not a host name"),
        ("domain", "ü" * 70 + ".com", "not a host name"), ("domain", ".com", "not a host name"),
        ("card", "4242424242424242", "never the value itself"), ("email", "a@b.example", "never the value itself"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_key(kind: Any, raw: Any, why: str) -> None:
    """It must be refused with a reason."""
    with pytest.raises(ValueError, match=why):
        typed_key(kind, raw)


@given(kind=KINDS, raw=RAW)
def test_a_key_of_a_key_is_itself(kind: str, raw: str) -> None:
    """Making a key of a key must change nothing, so that it does not matter how often it was done."""
    try:
        key = typed_key(kind, raw)
    except ValueError:
        return
    assert typed_key(*key) == key


def test_parent_domains() -> None:
    """The walk must go up to the domain below the top, nearest first."""
    assert parent_domains("a.b.co.uk") == ("a.b.co.uk", "b.co.uk", "co.uk")
    assert parent_domains("rt.com") == ("rt.com",)
