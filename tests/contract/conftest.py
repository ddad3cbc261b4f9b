"""The two kinds of register that the contract is checked on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from debar.register.address import PostgresAddress, open_register
from registers import new_postgres_register, new_register

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from debar.register.address import RegisterAddress
    from debar.register.writing import Register
    from postgres_servers import PostgresServer


@pytest.fixture(scope="session")
def template(postgres: PostgresServer) -> str:
    """The name of a database with an empty register, which others are copied from."""
    url = postgres.new_database()
    new_postgres_register(url).close()
    return url.rpartition("/")[2]


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> RegisterAddress:
    """Where an empty register of each kind is, at revision 2."""
    if request.param == "sqlite":
        new_register(tmp_path / "register.db").close()
        return tmp_path / "register.db"
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.new_database(template=request.getfixturevalue("template"))
    return PostgresAddress(url=url, home=tmp_path / "register.db")


@pytest.fixture
def register(address: RegisterAddress) -> Iterator[Register]:
    """The register there, open."""
    with open_register(address) as opened:
        yield opened
