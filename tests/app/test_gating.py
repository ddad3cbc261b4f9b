"""The operator's commands for tables and money gates."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from debar.cli.commands import debar as cli
from debar.gate.table.building import build_table
from debar.gate.table.reading import open_table
from debar.register.drafts import gate_draft
from debar.register.sqlite import SqliteRegister
from registers import DECISION, debar, new_postgres_register, new_register, record

if TYPE_CHECKING:
    from pathlib import Path

    from postgres_servers import PostgresServer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A register with two debarred accounts, at revision 4."""
    with new_register(tmp_path / "r.db") as register:
        record(register, debar("a1"), debar("a2"))
    return tmp_path / "r.db"


def run(*words: Any, code: int = 0) -> str:
    """Run a command."""
    result = CliRunner().invoke(cli, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result.output


def test_a_table_is_built_and_verified(path: Path, tmp_path: Path) -> None:
    """What stands must come out as a table at its revision; the same seed must make the same bytes."""
    for name in ("one", "two"):
        run("gate", "table", "build", tmp_path / name, "--seed", "0123456789abcdef", "--register", path)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    text = run("gate", "table", "build", tmp_path / "three", "--register", path, "--epoch", 3)
    assert "2 keys, 2 debarments, 1 terms" in text
    assert (tmp_path / "one").read_bytes() != (tmp_path / "three").read_bytes()
    shown = json.loads(run("gate", "table", "verify", tmp_path / "three", "--json"))
    assert (shown["revision"], shown["epoch"], shown["keys"]) == (4, 3, 2)
    table = open_table(tmp_path / "three")
    assert [bool(table.lookup("account", name)) for name in ("a1", "a2", "a3")] == [True, True, False]
    assert sorted(entry.name for entry in tmp_path.iterdir() if "new" in entry.name) == []


def test_a_wrong_seed_and_a_damaged_table(path: Path, tmp_path: Path) -> None:
    """A seed that is none must be wrong use, and a damaged table a problem."""
    assert "DBR-A070" in run(
        "gate", "table", "build", tmp_path / "t", "--seed", "x", "--register", path, code=2
    )
    run("gate", "table", "build", tmp_path / "t", "--register", path)
    data = bytearray((tmp_path / "t").read_bytes())
    data[-1] ^= 1
    (tmp_path / "t").write_bytes(data)
    assert "'filter' is damaged" in run("gate", "table", "verify", tmp_path / "t", code=3)


def test_what_was_written_wrong_takes_no_place(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table that does not read back as it was written must be refused, and leave the older one in its place."""
    run("gate", "table", "build", tmp_path / "t", "--register", path)
    before = (tmp_path / "t").read_bytes()

    def damaged(out: Path, *given: Any, **named: Any) -> Any:
        header = build_table(out, *given, **named)
        data = bytearray(out.read_bytes())
        data[-1] ^= 1
        out.write_bytes(data)
        return header

    monkeypatch.setattr("debar.gate.table.building.build_table", damaged)
    assert "DBR-G005" in run("gate", "table", "build", tmp_path / "t", "--register", path, code=3)
    assert (tmp_path / "t").read_bytes() == before
    assert sorted(entry.name for entry in tmp_path.iterdir() if entry.name.startswith("t")) == ["t"]


def test_the_money_gate_is_printed(path: Path) -> None:
    """The printed SQL must be what guards a table beside the register."""
    sql = run(
        "gate", "money-gate", "--dialect", "sqlite", "--table", "orders", "--key-column", "domain", "landing"
    )
    with closing(sqlite3.connect(path, isolation_level=None)) as shop:
        shop.execute("CREATE TABLE orders (account_id, landing)")
        shop.executescript(sql)
        shop.execute("INSERT INTO orders VALUES ('a3', NULL)")
        with pytest.raises(sqlite3.IntegrityError, match="DBR-G020"):
            shop.execute("INSERT INTO orders VALUES ('a1', NULL)")
    shown = json.loads(
        run("gate", "money-gate", "--dialect", "postgresql", "--table", "t", "--copy", "--json")
    )
    assert (shown["strict"], "debarred_copy" in shown["sql"]) == (False, True)


def test_a_copy_is_kept_in_sqlite(path: Path, tmp_path: Path) -> None:
    """The copy must be brought to the revision; a file that cannot be written must be refused in words."""
    shop = tmp_path / "shop.db"
    assert "is at revision 4" in run("gate", "copy", shop, "--register", path)
    with closing(sqlite3.connect(shop)) as connection:
        assert connection.execute("SELECT COUNT(*) FROM debarred").fetchone() == (2,)
    assert "DBR-A071" in run("gate", "copy", tmp_path, "--register", path, code=1)


def test_a_copy_and_a_table_from_postgres(postgres: PostgresServer, tmp_path: Path) -> None:
    """A register in PostgreSQL must be copied and made a table as a file is; a lost database is refused in words."""
    url = postgres.new_database()
    with new_postgres_register(url) as register:
        record(register, debar("b2"), debar("B1"), debar("ä"), debar("a_1"))
    run("gate", "table", "build", tmp_path / "t", "--register", url)
    assert open_table(tmp_path / "t", verify=True).header.key_count == 4
    shop = postgres.new_database()
    assert "is at revision 6" in run("gate", "copy", shop, "--register", url)
    assert len(postgres.execute("SELECT * FROM debarred", database=shop.rpartition("/")[2])) == 4
    lost = run("gate", "copy", shop + "x", "--register", url, code=1)
    assert "DBR-A071" in lost
    assert postgres.password not in lost


def test_hints_for_a_partner(path: Path) -> None:
    """Domains must come out as badv, up to the cap, labelled; accounts must not."""
    with SqliteRegister.open(path) as register:
        for name in ("rt.com", "sputnik.example"):
            body = {"key": {"kind": "domain", "value": name}, "decision_id": DECISION, "scopes": ["serve"]}
            record(register, gate_draft("debar", body, by="ana"))
    shown = json.loads(run("gate", "hints", "--cap", 1, "--register", path))
    assert (shown["badv"], shown["bapp"]) == (["sputnik.example"], [])
    assert shown["left_out"] == {"badv": 1, "bapp": 0}
    assert shown["hint"].startswith("hint:")
