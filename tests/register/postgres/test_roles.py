"""Three users of the database: who owns the tables, who appends, who only asks. The grants are those of the docs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg
import pytest

from debar.gate import Gate
from debar.model.problem import DebarError
from debar.register.address import PostgresAddress, open_register
from registers import LOG, NOW, debar, new_postgres_register, record, salts

if TYPE_CHECKING:
    from postgres_servers import PostgresServer

PAGE = Path(__file__).parents[3] / "docs" / "register-postgresql.md"


def grants() -> str:
    """Return the SQL of the docs page: roles and grants."""
    found = re.search(r"```sql\n(CREATE ROLE.*?)```", PAGE.read_text(), re.DOTALL)
    assert found is not None, "the page shows the roles"
    return found.group(1)


@pytest.fixture(scope="module")
def urls(postgres: PostgresServer) -> dict[str, str]:
    """The addresses of one register for its owner, its writer and its gates, set up as the docs say."""
    url = postgres.new_database()
    name = urlsplit(url).path[1:]
    before, after = grants().split("-- after debar register init\n")
    with psycopg.connect(url, autocommit=True) as client:
        for role in ("debar_owner", "debar_writer", "debar_gate"):
            client.execute(f"DROP ROLE IF EXISTS {role}".encode())
        client.execute(before.replace("DATABASE ads", f"DATABASE {name}").encode())
        for role in ("debar_owner", "debar_writer", "debar_gate"):
            client.execute(f"ALTER ROLE {role} LOGIN PASSWORD 'word'".encode())
    made = {
        role: f"postgresql://debar_{role}:word@127.0.0.1:{postgres.port}/{name}"
        for role in ("owner", "writer", "gate")
    }
    new_postgres_register(made["owner"]).close()
    with psycopg.connect(made["owner"], autocommit=True) as client:
        client.execute(after.encode())
    return made


def test_the_writer_appends_erases_and_serves_gates(urls: dict[str, str]) -> None:
    """Whoever appends needs no more than the docs grant."""
    with open_register(PostgresAddress(url=urls["writer"])) as register:
        record(register, debar("a1"), request_key="apply 1")
        record(register, debar("a2", decision_id="decision-2017-10-26-00000002"))
        epoch = register.gates.take_over(epoch_at_least=1, term_ns=1)
        register.gates.confirm(epoch)
        register.gates.put_line(epoch, "ads-1", {})
        register.gates.put_certificate(epoch, "apply 1", decision_id="d", document={})
        register.gates.remove_line(epoch, "ads-1")
        assert register.erase("nobody", by="ana", salt=salts(1)[0], now=NOW, signer=LOG) is None
        assert register.verify() == ()


def test_a_gate_reads_what_stands_and_nothing_private(urls: dict[str, str]) -> None:
    """A gate must get its answers, and must not be able to read names, bodies or salts, or to write."""
    with open_register(PostgresAddress(url=urls["writer"])) as register:
        record(register, debar("b1"))
    gate = Gate(urls["gate"])
    assert (gate.check("b1", now=NOW).verdict, gate.check("b9", now=NOW).verdict) == ("debarred", "allowed")
    gate.close()
    with psycopg.connect(urls["gate"], autocommit=True) as client:
        for statement in (
            "SELECT body FROM debar.private",
            "SELECT value FROM debar.subjects",
            "DELETE FROM debar.standing",
            "UPDATE debar.head SET revision = 99",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                client.execute(statement.encode())
    with (
        open_register(PostgresAddress(url=urls["gate"])) as reader,
        pytest.raises(DebarError, match="DBR-R006"),
    ):
        record(reader, debar("b2"))


def test_the_writer_takes_no_guard_off(urls: dict[str, str]) -> None:
    """Whoever appends must be able neither to take a guard off nor to change what was recorded."""
    with psycopg.connect(urls["writer"], autocommit=True) as client:
        for statement in (
            "DROP TRIGGER log_no_change ON debar.log",
            "ALTER TABLE debar.log DISABLE TRIGGER ALL",
            "SET session_replication_role = replica",
            "UPDATE debar.log SET leaf = ''",
            "TRUNCATE debar.standing",
            "DROP TABLE debar.private",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                client.execute(statement.encode())
