"""The SQLite file itself: its guards, its faults, backup and restore."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from debar.model.problem import DebarError
from debar.register.drafts import enrolment_draft
from debar.register.sqlite import SqliteRegister, files
from debar.register.sqlite.faults import fault
from debar.register.sqlite.tables import APPLICATION_ID
from registers import EVE, LOG, NOW, ORIGIN, debar, enrolments, lift, new_register, record, salts

if TYPE_CHECKING:
    from pathlib import Path


def raw(path: Path, *statements: str) -> None:
    """Run statements on the file behind the register's back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log SET leaf = x'00' WHERE seq = 0",
        "DELETE FROM log WHERE seq = 1",
        "INSERT OR REPLACE INTO log VALUES (1, 'case', NULL, x'00')",
        "INSERT INTO log VALUES (17, 'case', NULL, x'00')",
        "INSERT INTO log VALUES (-1, 'case', NULL, x'00')",
        "UPDATE nodes SET hash = x'00'",
        "DELETE FROM nodes",
        "INSERT OR REPLACE INTO nodes VALUES (3, 0, x'00')",
        "UPDATE checkpoints SET note = ''",
        "DELETE FROM checkpoints",
        "INSERT OR REPLACE INTO checkpoints VALUES (0, '')",
        "UPDATE meta SET value = ''",
        "DELETE FROM meta",
        "INSERT OR REPLACE INTO meta VALUES ('verifier_key', '')",
    ],
)
def test_the_file_refuses_changes_by_itself(register: SqliteRegister, statement: str) -> None:
    """Whoever opens the file with any tool must be refused a change, a deletion, a replacement and a gap."""
    record(register, *(debar(f"a{number}") for number in range(6)))  # the tree's first stored node
    with pytest.raises(sqlite3.IntegrityError):
        raw(register.path, statement)
    assert register.verify() == ()


def test_synced_and_in_wal_mode(register: SqliteRegister) -> None:
    """An append must be on disk when it returns: write-ahead log, full sync."""
    connection = register._file.connection  # noqa: SLF001 - the setting is the guarantee
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_register_is_made_whole_or_not_at_all(tmp_path: Path) -> None:
    """When an enrolment is refused at the start, no file may be left."""
    bad = enrolment_draft("eve", role="approver", public_key=EVE.public_key, origin=ORIGIN, signer=EVE)
    with pytest.raises(DebarError, match="DBR-R018"):
        SqliteRegister.create(
            tmp_path / "r.db", origin=ORIGIN, signer=LOG, now=NOW, enrolments=[bad], salts=salts(1)
        )
    assert list(tmp_path.iterdir()) == []


def test_a_register_overwrites_nothing(register: SqliteRegister) -> None:
    """Making a register where a file is must be refused, and leave the file."""
    with pytest.raises(DebarError, match="DBR-R003"):
        new_register(register.path)
    assert register.verify() == ()


def test_two_makers_of_one_file(tmp_path: Path) -> None:
    """When a file appears while another is being made, the later must not replace it."""
    target = tmp_path / "r.db"
    part = files.part_of(target)
    part.write_text("mine")
    target.write_text("theirs")
    with pytest.raises(DebarError, match="DBR-R003"):
        files.publish(part, target)
    assert target.read_text() == "theirs"


def test_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a disk has no hard links, a file must still appear whole, and never over another."""

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("os.link", refuse)
    with new_register(tmp_path / "r.db") as register:
        assert register.revision() == 2
    part = tmp_path / "part"
    part.write_text("mine")
    with pytest.raises(DebarError, match="DBR-R003"):
        files.publish(part, tmp_path / "r.db")


def test_there_is_no_register(tmp_path: Path) -> None:
    """A path without a file, and a folder, must be refused and not be made."""
    for path in (tmp_path / "none.db", tmp_path):
        with pytest.raises(DebarError, match="DBR-R002"):
            SqliteRegister.open(path)
    assert list(tmp_path.iterdir()) == []


def test_a_foreign_file(tmp_path: Path) -> None:
    """A text, an empty file and another program's database must be told from a register."""
    text, empty, other = tmp_path / "a.db", tmp_path / "b.db", tmp_path / "c.db"
    text.write_text("not a database, but long enough to look like one to a reader of its head\n" * 20)
    empty.write_bytes(b"")
    raw(other, "CREATE TABLE log (seq INTEGER)")
    for path in (text, empty, other):
        with pytest.raises(DebarError, match="DBR-R001"):
            SqliteRegister.open(path)


def test_a_register_of_another_version(tmp_path: Path) -> None:
    """A file of a later schema must be refused with both versions named."""
    path = tmp_path / "r.db"
    raw(path, "CREATE TABLE t (x)", f"PRAGMA application_id = {APPLICATION_ID}", "PRAGMA user_version = 99")
    with pytest.raises(DebarError, match="DBR-R007") as caught:
        SqliteRegister.open(path)
    assert all(part in str(caught.value) for part in ("version 99", "version 3"))


def test_a_damaged_file(register: SqliteRegister) -> None:
    """Damaged pages must be an error of ours, whoever reads them."""
    register.close()
    raw(register.path, "PRAGMA wal_checkpoint(TRUNCATE)")
    size = register.path.stat().st_size
    with register.path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))
    with pytest.raises(DebarError, match="DBR-R004"):
        SqliteRegister.open(register.path)


def test_a_locked_file(register: SqliteRegister) -> None:
    """While another process holds the write lock for too long, an append must be refused and say so."""
    with closing(sqlite3.connect(register.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with SqliteRegister.open(register.path, busy_seconds=0.05) as waiting:
            with pytest.raises(DebarError, match="DBR-R005"):
                record(waiting, debar("a1"))
            assert waiting.revision() == 2
        other.execute("ROLLBACK")
    assert record(register, debar("a1")).revision == 3


def test_a_read_only_file(register: SqliteRegister) -> None:
    """A register that is open for reading only must refuse an append."""
    with (
        SqliteRegister.open(register.path, read_only=True) as reader,
        pytest.raises(DebarError, match="DBR-R006"),
    ):
        record(reader, debar("a1"))
    assert register.revision() == 2


def test_other_faults_have_a_name(tmp_path: Path) -> None:
    """A fault of the disk, or one that we did not foresee, must still be ours and name its cause."""
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode, error.sqlite_errorname = 4874, "SQLITE_IOERR_SHMSIZE"
    made = fault(tmp_path / "r.db", error)
    assert (made.code, made.place.file if made.place else "") == ("DBR-R026", "r.db")
    assert "SQLITE_IOERR_SHMSIZE" in str(made)


def test_a_failed_append_leaves_the_register_usable(register: SqliteRegister) -> None:
    """After a refusal inside the transaction, the next append must work."""
    with pytest.raises(DebarError, match="DBR-R015"):
        record(register, lift("a1"))
    assert record(register, debar("a1")).revision == 3


def test_a_backup_is_the_register(register: SqliteRegister, tmp_path: Path) -> None:
    """A backup, restored, must hold the same entries, checkpoints and standings, and go on from there."""
    record(register, debar("a1"))
    register.backup(tmp_path / "backup.db")
    record(register, debar("a2"))
    with SqliteRegister.restore(tmp_path / "backup.db", tmp_path / "restored.db") as restored:
        assert restored.entries() == register.entries()[:3]
        assert [row.key_value for row in restored.standings()] == ["a1"]
        assert record(restored, debar("a3")).revision == 4
        assert restored.verify() == ()


def test_a_backup_overwrites_nothing(register: SqliteRegister, tmp_path: Path) -> None:
    """A backup onto a file, and a restore onto a register, must be refused."""
    register.backup(tmp_path / "backup.db")
    with pytest.raises(DebarError, match="DBR-R003"):
        register.backup(tmp_path / "backup.db")
    with pytest.raises(DebarError, match="DBR-R003"):
        SqliteRegister.restore(tmp_path / "backup.db", register.path)
    assert not list(tmp_path.glob("*.part*"))


def test_a_backup_that_fails_leaves_nothing(
    register: SqliteRegister, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the copy cannot be finished, no file may be there under the backup's name or any other."""

    def refuse(*_: object) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    before = set(tmp_path.iterdir())
    with pytest.raises(OSError, match="no space"):
        register.backup(tmp_path / "backup.db")
    assert before == set(tmp_path.iterdir())


def test_a_tampered_backup_is_not_restored(register: SqliteRegister, tmp_path: Path) -> None:
    """A backup whose standings were changed must be refused."""
    record(register, debar("a1"))
    register.backup(tmp_path / "backup.db")
    raw(tmp_path / "backup.db", "DELETE FROM standing")
    with pytest.raises(DebarError, match="DBR-R023"):
        SqliteRegister.restore(tmp_path / "backup.db", tmp_path / "restored.db")
    assert not (tmp_path / "restored.db").exists()


def test_an_old_backup_is_refused_where_a_newer_checkpoint_is_known(
    register: SqliteRegister, tmp_path: Path
) -> None:
    """Restoring must not lose a decision that somebody holds the checkpoint of."""
    register.backup(tmp_path / "old.db")
    record(register, debar("a1"))
    register.backup(tmp_path / "new.db")
    known = register.checkpoint()
    with pytest.raises(DebarError, match="DBR-R025"):
        SqliteRegister.restore(tmp_path / "old.db", tmp_path / "x.db", known_checkpoint=known)
    with SqliteRegister.restore(tmp_path / "new.db", tmp_path / "y.db", known_checkpoint=known) as restored:
        assert restored.checkpoint() == known


def test_another_history_of_the_same_length_is_refused(register: SqliteRegister, tmp_path: Path) -> None:
    """A register that was rewritten under the same key must not pass for the one that was checkpointed."""
    record(register, debar("a1"))
    with SqliteRegister.create(
        tmp_path / "other.db", origin=ORIGIN, signer=LOG, now=NOW, enrolments=enrolments(), salts=salts(2)
    ) as other:
        record(other, debar("a2"))
        with pytest.raises(DebarError, match="DBR-R025"):
            other.check_holds(register.checkpoint())


def swap_indexes(path: Path) -> None:
    """Make two indexes point at each other's pages: readable everywhere, and wrong."""
    roots = "SELECT rootpage FROM sqlite_master WHERE name ="
    with closing(sqlite3.connect(path)) as connection:
        one, two = (
            connection.execute(f"{roots} '{name}'").fetchone()[0]
            for name in ("log_by_type", "subjects_by_value")
        )
        connection.execute("PRAGMA writable_schema = ON")
        for name, root in (("log_by_type", two), ("subjects_by_value", one)):
            connection.execute("UPDATE sqlite_master SET rootpage = ? WHERE name = ?", (root, name))
        connection.commit()


def test_quiet_damage_is_found(register: SqliteRegister, tmp_path: Path) -> None:
    """Damage that raises no error must be found by verify, and must not get into a backup."""
    record(register, debar("a1"))
    register.close()
    swap_indexes(register.path)
    with SqliteRegister.open(register.path) as damaged:
        assert any("pages are damaged" in problem.effect for problem in damaged.verify())
        with pytest.raises(DebarError, match="DBR-R004"):
            damaged.backup(tmp_path / "backup.db")
    assert not (tmp_path / "backup.db").exists()


def test_a_transaction_that_the_database_gave_up(
    register: SqliteRegister, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the database has rolled back by itself, as on a full disk, the first error must come through."""

    def fail(*_: object, **__: object) -> None:
        register._file.connection.execute("ROLLBACK")  # noqa: SLF001 - what SQLite does when the disk is full
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(register, "_record", fail)
    with pytest.raises(sqlite3.OperationalError, match="disk is full"):
        record(register, debar("a1"))
    monkeypatch.undo()
    assert record(register, debar("a1")).revision == 3


def test_a_register_without_founders(tmp_path: Path) -> None:
    """A register may be made empty; its log's key then enrols the first keys."""
    with SqliteRegister.create(tmp_path / "r.db", origin=ORIGIN, signer=LOG, now=NOW) as register:
        assert (register.revision(), register.entries(), register.verify()) == (0, (), ())
        assert record(register, *enrolments()).revision == 2


def test_odd_file_names(tmp_path: Path) -> None:
    """A name with marks that mean something in an address must open the file of that name."""
    path = tmp_path / "ré gister?mode=rwc#1%20.db"
    new_register(path).close()
    with SqliteRegister.open(path) as register:
        assert register.revision() == 2
    assert [path] == [item for item in tmp_path.iterdir() if not item.name.endswith(("-wal", "-shm"))]
