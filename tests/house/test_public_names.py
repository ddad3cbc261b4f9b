"""The public names are there, documented, and typed."""

from __future__ import annotations

import inspect

import pytest

import debar


@pytest.mark.parametrize("name", sorted(set(debar.__all__) - {"__version__"}))
def test_every_public_name_loads_and_explains_itself(name: str) -> None:
    """A verb of the package has a docstring and annotations."""
    verb = getattr(debar, name)
    assert inspect.getdoc(verb)
    if inspect.isfunction(verb):
        assert set(verb.__annotations__) >= set(inspect.signature(verb).parameters)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A misspelt verb fails as Python names do."""
    with pytest.raises(AttributeError, match="no attribute 'paln'"):
        debar.paln  # noqa: B018 - the access is the test
