"""The canonical form: as the library for RFC 8785 writes it, and faster."""

from __future__ import annotations

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from debar.model.canonical import canonical_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.lists(inner).map(tuple),
    max_leaves=20,
)


@given(VALUES)
def test_every_value_is_written_as_the_library_writes_it(value: object) -> None:
    """The fast way and the library's must give the same bytes for every JSON value."""
    try:
        expected = rfc8785.dumps(value)  # type: ignore[arg-type]
    except ValueError:
        with pytest.raises(ValueError):  # noqa: PT011 - the library's own kinds of it
            canonical_json(value)
    else:
        assert expected == canonical_json(value)


@pytest.mark.parametrize("text", ["\x7f", "\u2028", '\x00\x1f\b\t\n\f\r"\\/', "\U0001f600", "\ufffd"])
def test_the_traps_of_the_form(text: str) -> None:
    """Control characters, separators and characters beyond 16 bits must be written as the standard says."""
    assert rfc8785.dumps({"a": text}) == canonical_json({"a": text})


def test_names_are_sorted_by_their_utf16_units() -> None:
    """A name beyond 16 bits must stand before one at the end of them, as the standard sorts."""
    document = {"\ufffd": 1, "\U0001f600": 2}
    assert rfc8785.dumps(document) == canonical_json(document)
    assert canonical_json(document).decode().index("\U0001f600") < canonical_json(document).decode().index(
        "\ufffd"
    )


@pytest.mark.parametrize("value", ["\ud800", {"a": float("nan")}, {1: 2}, 2**53, -(2**53), object()])
def test_what_readers_would_not_agree_on_is_refused(value: object) -> None:
    """A lone surrogate, a number that is none, a name that is no text and a large integer must be refused."""
    with pytest.raises(ValueError):  # noqa: PT011 - any of the library's kinds
        canonical_json(value)
