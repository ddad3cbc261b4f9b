"""The tables in PostgreSQL refuse changes by themselves, and verify finds what was changed all the same."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import psycopg
import pytest

from debar.model.problem import DebarError
from debar.register.drafts import approval_draft, judgement_draft
from debar.register.postgres.tables import FUNCTIONS, GUARDS
from registers import BEN, LOG, NOW, PLAN_SHA256, debar, lift, record, salts, vary

if TYPE_CHECKING:
    from debar.register.address import PostgresAddress
    from debar.register.postgres import PostgresRegister


def run(address: PostgresAddress, *statements: str) -> None:
    """Run statements in one transaction behind the register's back, as the tables' owner."""
    with (
        closing(psycopg.connect(address.url, autocommit=True, options="-c search_path=debar")) as connection,
        connection.transaction(),
    ):
        for statement in statements:
            connection.execute(statement.encode())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log SET leaf = '' WHERE seq = 0",
        "DELETE FROM log WHERE seq = 1",
        "TRUNCATE log",
        "INSERT INTO log VALUES (1, 'case', NULL, '') ON CONFLICT (seq) DO UPDATE SET leaf = ''",
        "INSERT INTO log VALUES (17, 'case', NULL, '')",
        "INSERT INTO log VALUES (-1, 'case', NULL, '')",
        "INSERT INTO log VALUES (8, 'case', NULL, '')",
        "INSERT INTO log VALUES (8, 'case', NULL, ''), (10, 'case', NULL, '')",
        "UPDATE nodes SET hash = ''",
        "DELETE FROM nodes",
        "TRUNCATE nodes",
        "UPDATE checkpoints SET note = ''",
        "DELETE FROM checkpoints",
        "TRUNCATE checkpoints",
        "INSERT INTO checkpoints VALUES (0, '') ON CONFLICT (size) DO UPDATE SET note = ''",
        "UPDATE meta SET value = ''",
        "DELETE FROM meta",
        "TRUNCATE meta",
        "UPDATE head SET revision = revision - 1",
        "UPDATE head SET revision = revision + 1",
        "INSERT INTO head VALUES (false, 0)",
        "INSERT INTO head VALUES (true, 0)",
        "DELETE FROM head",
        "TRUNCATE head",
        "UPDATE schema_version SET version = 1",
        "DELETE FROM schema_version",
    ],
)
def test_the_tables_refuse_changes_by_themselves(
    register: PostgresRegister, address: PostgresAddress, statement: str
) -> None:
    """Any client, the owner too, must be refused a change, a deletion, a replacement and a gap."""
    record(
        register, *(debar(f"a{number}") for number in range(6))
    )  # revision 8: the tree's first stored node
    with pytest.raises(psycopg.IntegrityError):
        run(address, statement)
    assert register.verify() == ()


def test_the_head_moves_with_the_log(register: PostgresRegister, address: PostgresAddress) -> None:
    """Another client may add to the log only with the head moved in the same transaction; verify sees it."""
    run(address, "UPDATE head SET revision = 3", "INSERT INTO log VALUES (2, 'case', NULL, '')")
    effects = [problem.effect for problem in register.verify()]
    assert any("no signed checkpoint" in effect for effect in effects)
    with pytest.raises(psycopg.IntegrityError, match="head moves first"):
        run(address, "INSERT INTO log VALUES (3, 'case', NULL, '')", "UPDATE head SET revision = 4")


@pytest.mark.parametrize(
    ("head", "places"), [(4, "(3, 'case', NULL, '')"), (5, "(2, 'case', NULL, ''), (4, 'case', NULL, '')")]
)
def test_a_gap_is_refused_with_the_head_moved_too(
    register: PostgresRegister, address: PostgresAddress, head: int, places: str
) -> None:
    """Who moves the head to fit must still be refused a gap before or among the added entries."""
    with pytest.raises(psycopg.IntegrityError, match="no gaps"):
        run(address, f"UPDATE head SET revision = {head}", f"INSERT INTO log VALUES {places}")
    assert register.revision() == 2


@pytest.fixture
def lively(register: PostgresRegister) -> PostgresRegister:
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
        ("UPDATE log SET leaf = leaf || ' '::bytea WHERE seq = 3", "canonical"),
        ("UPDATE log SET type = 'lift' WHERE seq = 3", "another type"),
        ("UPDATE log SET plan_sha256 = NULL WHERE seq = 2", "another plan"),
        ("DELETE FROM log WHERE seq = 3", "is missing"),
        ("UPDATE nodes SET hash = '' WHERE level = 3 AND position = 0", "node 3/0"),
        ("INSERT INTO nodes VALUES (9, 9, '')", "nodes has"),
        ("UPDATE checkpoints SET note = (SELECT note FROM checkpoints WHERE size = 2) WHERE size = 3",
         "of another tree"),
        ("DELETE FROM checkpoints WHERE size = (SELECT MAX(size) FROM checkpoints)", "no signed checkpoint"),
        ("UPDATE private SET body = '{}' WHERE seq = 8", "does not open the leaf's body"),
        ("DELETE FROM private WHERE seq = 8", "no erase entry says so"),
        ("INSERT INTO private VALUES (99, '', '', '')", "private has"),
        ("UPDATE subjects SET value = 'a8' WHERE seq = 8 AND position = 1", "the leaf's subjects"),
        ("DELETE FROM standing WHERE key_value = 'a1'", "does not follow from the log"),
        ("UPDATE standing SET lapses_at = '2017-10-27T00:00:00Z' WHERE key_value = 'a1'", "what stands"),
    ],
)  # fmt: skip
def test_a_change_is_found(
    lively: PostgresRegister, address: PostgresAddress, statement: str, found: str
) -> None:
    """What somebody with the guards off has changed must be found, and named, with the guards on again."""
    run(address, "SET LOCAL session_replication_role = replica", statement)
    effects = [problem.effect for problem in lively.verify()]
    assert any(found in effect for effect in effects), effects


OFF = [
    *((f"DROP TRIGGER {guard.name} ON {guard.table}", guard.name) for guard in GUARDS),
    ("ALTER TABLE log DISABLE TRIGGER log_no_change", "log_no_change"),
    *(
        (f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'", name)
        for name in FUNCTIONS
    ),
    (("DROP TRIGGER log_no_change ON log ;; CREATE TRIGGER log_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON log"
      " FOR EACH STATEMENT WHEN (false) EXECUTE FUNCTION debar.refuse_change()"), "log_no_change"),
    ("CREATE TRIGGER another AFTER INSERT ON log FOR EACH ROW EXECUTE FUNCTION debar.refuse_change()", "another"),
    ("ALTER TABLE log DROP CONSTRAINT log_pkey", "log"),
    ("ALTER TABLE standing SET UNLOGGED", "standing"),
    ("CREATE RULE quiet AS ON INSERT TO standing DO INSTEAD NOTHING", "standing"),
    ("ALTER TABLE private ENABLE ROW LEVEL SECURITY", "private"),
    ("ALTER TABLE private RENAME COLUMN actor TO actress", "private"),
]  # fmt: skip


@pytest.mark.ci
@pytest.mark.parametrize(("statement", "name"), OFF)
def test_a_missing_guard_is_found(
    register: PostgresRegister, address: PostgresAddress, statement: str, name: str
) -> None:
    """A guard that somebody took off, switched off or hollowed out must be reported before anything changes."""
    run(address, *statement.split(" ;; "))
    if "RENAME" in statement:
        with pytest.raises(DebarError, match="DBR-R026"):
            register.entries()
    effects = [problem.effect for problem in register.verify()]
    assert f"table, index or guard {name} is not as it was made" in effects
