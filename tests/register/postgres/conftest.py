"""Fixtures of the tests of PostgreSQL as the register."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from debar.register.address import PostgresAddress
from debar.register.postgres import PostgresRegister
from registers import new_postgres_register

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from postgres_servers import PostgresServer


@pytest.fixture(scope="session")
def template(postgres: PostgresServer) -> str:
    """The name of a database with an empty register, which others are copied from."""
    url = postgres.new_database()
    new_postgres_register(url).close()
    return url.rpartition("/")[2]


@pytest.fixture
def address(postgres: PostgresServer, template: str, tmp_path: Path) -> PostgresAddress:
    """Where an empty register is, at revision 2, with its files in the test's folder."""
    return PostgresAddress(url=postgres.new_database(template=template), home=tmp_path / "ads")


@pytest.fixture
def register(address: PostgresAddress) -> Iterator[PostgresRegister]:
    """The register there, open."""
    with PostgresRegister.open(address) as opened:
        yield opened
