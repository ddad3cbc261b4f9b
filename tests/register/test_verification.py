"""Verify finds every change that somebody with the file and a debugger could make."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from debar.register.drafts import approval_draft, judgement_draft
from registers import BEN, LOG, NOW, PLAN_SHA256, debar, lift, record, salts, vary

if TYPE_CHECKING:
    from pathlib import Path

    from debar.register.sqlite import SqliteRegister

GUARDS = (
    "log_no_update", "log_no_delete", "log_no_gap", "nodes_no_update", "nodes_no_delete", "checkpoints_no_update",
    "checkpoints_no_delete",
)  # fmt: skip


def tamper(path: Path, statement: str) -> None:
    """Take the guards off, make a change, and put the guards back as they were."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        kept = [
            connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0]
            for name in GUARDS
        ]
        for name in GUARDS:
            connection.execute(f"DROP TRIGGER {name}")
        changed = connection.execute(statement).rowcount
        for sql in kept:
            connection.execute(sql)
    assert changed > 0, "the change must have been made"


@pytest.fixture
def lively(register: SqliteRegister) -> SqliteRegister:
    """Return a register with something of every kind in it."""
    record(register, approval_draft(PLAN_SHA256, by="ben", signer=BEN))
    record(register, debar("a1"), debar("a2", until="2017-11-25", because="linked"), debar("a3"))
    record(register, vary("a2", scopes=["buy"]), lift("a3"))
    record(register, judgement_draft("a1", "a9", judgement="negative", by="ana", reason="two companies"))
    register.erase("a3", by="ana", salt=salts(1, 77)[0], now=NOW, signer=LOG)
    assert register.verify() == ()
    return register


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (("UPDATE log SET leaf = CAST(replace(CAST(leaf AS TEXT), '2017-10-26T12', '2017-10-26T13') AS BLOB)"
         " WHERE seq = 3"), "does not follow from the leaves"),
        ("UPDATE log SET leaf = CAST(leaf || ' ' AS BLOB) WHERE seq = 3", "canonical"),
        ("UPDATE log SET type = 'lift' WHERE seq = 3", "another type"),
        ("UPDATE log SET plan_sha256 = NULL WHERE seq = 2", "another plan"),
        ("DELETE FROM log WHERE seq = 3", "is missing"),
        ("DELETE FROM log WHERE seq = 9", "9 follow|follow from the log|another tree"),
        ("UPDATE nodes SET hash = zeroblob(32) WHERE level = 3 AND position = 0", "node 3/0"),
        ("DELETE FROM nodes WHERE level = 3 AND position = 0", "node 3/0"),
        ("INSERT INTO nodes VALUES (9, 9, x'00')", "nodes has"),
        ("UPDATE checkpoints SET note = replace(note, 'example.org', 'example.net') WHERE size = 3", "checkpoint"),
        ("UPDATE checkpoints SET note = (SELECT note FROM checkpoints WHERE size = 2) WHERE size = 3",
         "of another tree"),
        ("DELETE FROM checkpoints WHERE size = (SELECT MAX(size) FROM checkpoints)", "no signed checkpoint"),
        ("UPDATE private SET body = CAST('{}' AS BLOB) WHERE seq = 8", "does not open the leaf's body"),
        ("UPDATE private SET actor = 'eve' WHERE seq = 8", "does not open the leaf's by"),
        ("UPDATE private SET salt = zeroblob(32) WHERE seq = 8", "does not open"),
        ("DELETE FROM private WHERE seq = 8", "no erase entry says so"),
        ("INSERT INTO private VALUES (99, x'00', '', x'00')", "private has"),
        ("UPDATE subjects SET value = 'a8' WHERE seq = 8 AND position = 1", "the leaf's subjects"),
        ("DELETE FROM standing WHERE key_value = 'a1'", "does not follow from the log"),
        ("UPDATE standing SET lapses_at = '2017-10-27T00:00:00Z' WHERE key_value = 'a1'", "what stands"),
        (("INSERT INTO standing SELECT key_kind, 'a7', decision_id, entry_seq, scopes, surfaces, territories,"
         " starts_at, lapses_at, because, reason, statement FROM standing LIMIT 1"), "what stands"),
    ],
)  # fmt: skip
def test_a_change_is_found(lively: SqliteRegister, statement: str, found: str) -> None:
    """Each way of changing the file must be found, and named."""
    tamper(lively.path, statement)
    effects = [problem.effect for problem in lively.verify()]
    assert any(part in effect for effect in effects for part in found.split("|")), effects
    assert {problem.code for problem in lively.verify()} == {"DBR-R023"}


@pytest.mark.parametrize("guard", GUARDS)
def test_a_missing_guard_is_found(lively: SqliteRegister, guard: str) -> None:
    """A guard that somebody took off must be reported, though nothing was changed yet."""
    with closing(sqlite3.connect(lively.path, isolation_level=None)) as connection:
        connection.execute(f"DROP TRIGGER {guard}")
    assert [guard in problem.effect for problem in lively.verify()] == [True]


def test_damaged_pages_are_problems_not_crashes(lively: SqliteRegister) -> None:
    """A page overwritten with rubbish must come out as problems."""
    with closing(sqlite3.connect(lively.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'nodes'").fetchone()[0]
    lively._file.connection.execute("PRAGMA cache_size = 0")  # noqa: SLF001 - read from the file, not from memory
    with lively.path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xa5" * 4096)
    assert lively.verify() != ()


def test_a_lifted_account_that_is_slipped_back_is_found(register: SqliteRegister) -> None:
    """Debarred and lifted, the log replays to nobody; a row that says otherwise does not follow from it."""
    record(register, debar("a4"), debar("a5"))
    record(register, lift("a4"))
    assert () == register.verify()
    assert ["debar", "debar"] == [entry.type for entry in register.entries_of_plan(PLAN_SHA256)]
    columns = ", ".join(
        row[1]
        for row in register._file.connection.execute("PRAGMA table_info(standing)")  # noqa: SLF001 - the table as it is
    )
    back = columns.replace("key_value", "'a4'")
    tamper(register.path, f"INSERT INTO standing SELECT {back} FROM standing WHERE key_value = 'a5'")
    assert any("does not follow from the log" in problem.effect for problem in register.verify())
