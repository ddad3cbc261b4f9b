"""A register of an older version: read as it is, written after a migration, with a backup made first."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from debar.gate import Gate
from debar.model.problem import DebarError
from debar.register.address import migrate_register, open_register, restore_register
from debar.register.database import TABLES
from debar.register.schema import SCHEMA_VERSION
from registers import NOW, debar, record

if TYPE_CHECKING:
    from debar.register.address import RegisterAddress

GATES = tuple(table for table, since in TABLES.items() if since == 3)


def plant(address: RegisterAddress, version: int) -> None:
    """Make the tables as an older debar left them, or claim that a newer one made them."""
    if isinstance(address, Path):
        with closing(sqlite3.connect(address, isolation_level=None)) as file:
            for table in GATES if version == 2 else ():
                file.execute(f"DROP TABLE {table}")
            file.execute(f"PRAGMA user_version = {version}")
        return
    with psycopg.connect(address.url, options="-c search_path=debar") as client:
        client.execute("SET LOCAL session_replication_role = replica")
        for table in GATES if version == 2 else ():
            client.execute(f"DROP TABLE {table}".encode())
        client.execute("DELETE FROM schema_version WHERE version > %s", [version])
        if version > SCHEMA_VERSION:
            client.execute("INSERT INTO schema_version VALUES (%s, 'later')", [version])


@pytest.fixture
def old(address: RegisterAddress) -> RegisterAddress:
    """Where a register of version 2 is, with a decision in it."""
    with open_register(address) as register:
        record(register, debar("a1"))
    plant(address, 2)
    return address


def test_an_old_register_is_read_and_not_written(old: RegisterAddress) -> None:
    """Gates and readers must go on with an older register; a writer must be told to migrate it."""
    gate = Gate(old)
    assert not gate.check("a1", now=NOW).allowed
    assert gate.check("a2", now=NOW).allowed
    gate.close()
    with open_register(old, read_only=True) as register:
        assert register.verify() == ()
        assert register.revision() == 3
    with pytest.raises(DebarError, match="DBR-R057"):
        open_register(old)


def test_a_migration_makes_a_backup_first(old: RegisterAddress, tmp_path: Path) -> None:
    """After a migration, all must be there and verify, in the register and in the backup; twice is once."""
    backup = tmp_path / "before.db"
    assert migrate_register(old, backup=backup) == ("gates: who is in charge, roster, certificates",)
    assert migrate_register(old, backup=tmp_path / "again.db") == ()
    assert not (tmp_path / "again.db").exists()
    with open_register(old) as register:
        assert register.verify() == ()
        assert [row.key_value for row in register.standings()] == ["a1"]
        assert register.gates.lines() == {}
        assert record(register, debar("a2")).revision == 4
    with restore_register(backup, tmp_path / "restored.db") as restored:
        assert [row.key_value for row in restored.standings()] == ["a1"]
        assert record(restored, debar("a2")).revision == 4
        assert restored.verify() == ()


def test_without_a_backup_nothing_is_migrated(old: RegisterAddress, tmp_path: Path) -> None:
    """Where the backup cannot be made, the register must stay as it was."""
    taken = tmp_path / "taken.db"
    taken.write_text("mine")
    with pytest.raises(DebarError, match="DBR-R003"):
        migrate_register(old, backup=taken)
    assert taken.read_text() == "mine"
    with pytest.raises(DebarError, match="DBR-R057"):
        open_register(old)
    assert migrate_register(old, backup=tmp_path / "free.db") != ()


def test_a_migration_waits_for_whoever_writes(old: RegisterAddress, tmp_path: Path) -> None:
    """While another process holds the write lock, a migration must be refused and change nothing."""
    if isinstance(old, Path):
        other: sqlite3.Connection | psycopg.Connection = sqlite3.connect(old, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
    else:
        other = psycopg.connect(old.url)
        other.execute("SELECT 1 FROM debar.head FOR UPDATE")
    with closing(other), pytest.raises(DebarError, match="DBR-R005"):
        migrate_register(old, backup=tmp_path / "before.db", busy_seconds=0.1)
    assert not (tmp_path / "before.db").exists()


def test_an_old_backup_is_restored_as_new(old: RegisterAddress, tmp_path: Path) -> None:
    """A backup of an older version must come back with the tables of this one."""
    with open_register(old, read_only=True) as register:
        register.backup(tmp_path / "old.db")
    with restore_register(tmp_path / "old.db", tmp_path / "new.db") as restored:
        assert restored.gates.lines() == {}
        assert restored.verify() == ()


def test_a_newer_register_is_refused(address: RegisterAddress, tmp_path: Path) -> None:
    """A register of a later version must be refused with both versions named, for reading and for migrating."""
    plant(address, 99)
    for use in (
        lambda: open_register(address, read_only=True),
        lambda: open_register(address),
        lambda: migrate_register(address, backup=tmp_path / "b.db"),
    ):
        with pytest.raises(DebarError, match="DBR-R007") as caught:
            use()
        assert all(part in str(caught.value) for part in ("version 99", f"version {SCHEMA_VERSION}"))
