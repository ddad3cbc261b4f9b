"""Export then import is the identity, between the two kinds of register and within each."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from debar.model.problem import DebarError
from debar.register.address import PostgresAddress, restore_register
from debar.register.database import TABLES
from debar.register.drafts import approval_draft
from registers import (
    BEN,
    LOG,
    NOW,
    PLAN_SHA256,
    debar,
    fill,
    lift,
    new_postgres_register,
    new_register,
    record,
    salts,
    vary,
)

if TYPE_CHECKING:
    from pathlib import Path

    from debar.register.writing import Register
    from postgres_servers import PostgresServer


def live(register: Register) -> None:
    """Put something of every kind into a register, and enough for a tree of several levels."""
    record(register, approval_draft(PLAN_SHA256, by="ben", signer=BEN), request_key="approve")
    record(register, debar("a1"), debar("ключ", until="2017-11-25", because="linked"), debar("a3"))
    record(register, vary("ключ", scopes=["buy"]), lift("a3"), request_key="vary")
    register.erase("a3", by="ana", salt=salts(1, 77)[0], now=NOW, signer=LOG)
    fill(register, 100)


def contents(register: Register) -> dict[str, list[Any]]:
    """Return every row of every table."""
    database = register._database  # noqa: SLF001 - the tables are what must be the same
    return {table: database.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in TABLES}


@pytest.mark.parametrize("start", ["sqlite", "postgres"])
@pytest.mark.parametrize("end", ["sqlite", "postgres"])
def test_export_then_import_is_the_identity(
    start: str, end: str, postgres: PostgresServer, tmp_path: Path
) -> None:
    """A backup of either kind, restored as either, must hold every row as it was, verify, and go on from there."""
    made = (
        new_register(tmp_path / "r.db")
        if start == "sqlite"
        else new_postgres_register(postgres.new_database())
    )
    with made as register:
        live(register)
        register.backup(tmp_path / "backup.db")
        before, known = contents(register), register.checkpoint()
        to = tmp_path / "s.db" if end == "sqlite" else PostgresAddress(url=postgres.new_database())
        with restore_register(tmp_path / "backup.db", to, known_checkpoint=known) as restored:
            assert before == contents(restored)
            assert restored.verify() == ()
            assert register.checkpoint() == restored.checkpoint()
            assert record(register, debar("a9")).checkpoint == record(restored, debar("a9")).checkpoint
            assert restored.verify() == ()


def test_an_old_backup_does_not_get_into_a_database(postgres: PostgresServer, tmp_path: Path) -> None:
    """A backup that does not hold a known checkpoint must be refused, and the database be left empty."""
    with new_register(tmp_path / "r.db") as register:
        register.backup(tmp_path / "old.db")
        record(register, debar("a1"))
        to = PostgresAddress(url=postgres.new_database())
        with pytest.raises(DebarError, match="DBR-R025"):
            restore_register(tmp_path / "old.db", to, known_checkpoint=register.checkpoint())
    with closing(new_postgres_register(to.url)) as made:
        assert made.revision() == 2
        with pytest.raises(DebarError, match="DBR-R003"):
            restore_register(tmp_path / "old.db", to)
