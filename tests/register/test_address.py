"""Where a register is: files and databases, and the files that belong to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from debar.model.problem import DebarError
from debar.register.address import PostgresAddress, address_of, home_of, is_there

URL = "postgresql://ana:secret@db.example.org:5433/ads?sslmode=verify-full"


def test_a_path_is_a_file() -> None:
    """What is no postgresql:// address must be a file, with what belongs to it beside it."""
    address = address_of("folder/debar.db", key_file=Path("folder/debar.db.key"))
    assert address == Path("folder/debar.db") == home_of(address)
    assert not is_there(address)


def test_a_database_has_its_key_file_where_one_says() -> None:
    """The files of a register in a database must be called after the key file that is named."""
    address = address_of(URL, key_file=Path("/etc/debar/ads.key"))
    assert address == PostgresAddress(url=URL, home=Path("/etc/debar/ads"))
    assert Path("/etc/debar/ads") == home_of(address)
    assert is_there(address)


def test_a_password_is_never_shown() -> None:
    """Neither the text nor the representation of an address may hold the user's name or password."""
    address = address_of(URL)
    assert str(address) == "postgresql://db.example.org:5433/ads"
    assert "secret" not in repr(address)
    assert "secret" not in str(address)


def test_a_database_without_a_key_file() -> None:
    """What needs the secrets of a register in a database must say how to name them."""
    with pytest.raises(DebarError, match="DBR-R051") as caught:
        home_of(address_of(URL))
    assert "DEBAR_REGISTER_KEY" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "key_file"), [(URL, "/etc/debar/secret.json"), ("debar.db", "/etc/debar/debar.db.key")]
)
def test_a_key_file_of_another_name_is_refused(text: str, key_file: str) -> None:
    """A key file that would not be used must be refused, and not be passed over."""
    with pytest.raises(DebarError, match="DBR-R050"):
        address_of(text, key_file=Path(key_file))
