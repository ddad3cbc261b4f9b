"""The gate's answers, and that it fails closed."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from debar.gate import ACTIONS, Answer, Gate, check
from debar.model.problem import EXIT_REFUSED, EXIT_STALE, EXIT_USAGE, DebarError
from debar.register.drafts import gate_draft
from debar.register.schema import LOOKUP
from debar.register.sqlite.lookup import SqliteLookup
from registers import DECISION, NOW, debar, lift, new_register, record, vary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from debar.register.sqlite import SqliteRegister


@pytest.fixture
def gate(register: SqliteRegister) -> Iterator[Gate]:
    """Return a gate on the register."""
    made = Gate(register.path)
    yield made
    made.close()


def test_an_account_that_nobody_debarred(gate: Gate) -> None:
    """An account without a decision must be allowed, at the register's revision."""
    expected = Answer(allowed=True, verdict="allowed", revision=2)
    assert expected == gate.check("a1", now=NOW)
    assert bool(expected)
    assert expected.exit_code == 0


def test_a_denial_says_why(gate: Gate, register: SqliteRegister) -> None:
    """A denial must name its reason, entry, revision, decision, statement and end."""
    record(register, debar("a1", until="2017-11-25", statement="https://ads.example.org/d/1"))
    record(register, debar("a2"))
    expected = Answer(
        allowed=False,
        verdict="debarred",
        reason="incompatible with the advertising policy",
        revision=4,
        entry=2,
        decision=DECISION,
        statement="https://ads.example.org/d/1",
        until=datetime.fromisoformat("2017-11-26T00:00:00Z"),
    )
    got = gate.check("a1", now=NOW)
    assert expected == got
    assert (bool(got), got.exit_code) == (False, EXIT_REFUSED)
    assert got.as_json()["until"] == "2017-11-26T00:00:00Z"
    assert gate.check("a2", now=NOW).as_json()["until"] is None


def test_the_next_check_after_an_append_denies(gate: Gate, register: SqliteRegister) -> None:
    """A gate that has answered before must see a new decision at its very next check, and its lift too."""
    assert gate.check("a1", now=NOW).allowed
    record(register, debar("a1"))
    assert not gate.check("a1", now=NOW).allowed
    record(register, lift("a1"))
    assert gate.check("a1", now=NOW).allowed


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_only_what_the_decision_names(gate: Gate, register: SqliteRegister, action: str) -> None:
    """Each action must be refused where the decision names it and allowed where it does not."""
    record(register, debar("a1", scopes=["buy", "serve"]))
    assert gate.check("a1", action=action, now=NOW).allowed == (action in {"create", "charge"})


@pytest.mark.parametrize("action", ["post", "login", "", "BUY"])
def test_it_is_asked_about_advertising_only(gate: Gate, action: str) -> None:
    """Any other action must be refused as wrong use, in words that say what the gate is for."""
    with pytest.raises(DebarError, match="DBR-G001") as caught:
        gate.check("a1", action=action, now=NOW)
    assert caught.value.exit_code == EXIT_USAGE
    assert "advertising only" in str(caught.value)


def test_an_interim_suspension_lapses(gate: Gate, register: SqliteRegister) -> None:
    """A suspension must hold through its last day and lapse by itself after it."""
    record(register, debar("a1", until="2017-11-25", because="linked"))
    last = datetime.fromisoformat("2017-11-25T23:59:59.999999Z")
    assert not gate.check("a1", now=last).allowed
    assert gate.check("a1", now=last + timedelta(microseconds=1)).allowed
    record(register, vary("a1", until=None))
    assert not gate.check("a1", now=last + timedelta(days=400)).allowed


def test_before_a_decision_takes_effect(gate: Gate, register: SqliteRegister) -> None:
    """A decision for later must not deny before its time."""
    record(register, debar("a1", **{"from": "2017-10-27"}))
    assert gate.check("a1", now=NOW).allowed
    assert not gate.check("a1", now=NOW + timedelta(days=1)).allowed


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        ({}, False),
        ({"surface": "search", "territory": "US"}, False),
        ({"surface": "feed"}, True),
        ({"surface": "search", "territory": "FR"}, True),
        ({"territory": "US"}, False),
    ],
)
def test_surfaces_and_territories(
    gate: Gate, register: SqliteRegister, asked: dict[str, Any], allowed: bool
) -> None:
    """A limited decision must deny inside its limits, and where the caller does not say."""
    record(register, debar("a1", surfaces=["search"], territories=["US", "GB"]))
    assert gate.check("a1", now=NOW, **asked).allowed == allowed


def test_the_longest_denial_is_named(gate: Gate, register: SqliteRegister) -> None:
    """Where several decisions deny, the one that holds longest must be named."""
    for number, until in enumerate(("2017-11-01", None, "2017-12-01")):
        record(register, debar("a1", decision_id=f"decision-0000000{number}", until=until))
    assert gate.check("a1", now=NOW).decision == "decision-00000001"
    record(register, lift("a1", decision_id="decision-00000001"))
    assert gate.check("a1", now=NOW).decision == "decision-00000002"


def test_at_least(gate: Gate, register: SqliteRegister) -> None:
    """A register that has not reached the revision asked for must deny as stale, debarred or not."""
    record(register, debar("a1"))
    assert gate.check("a2", at_least=3, now=NOW).allowed
    stale = gate.check("a2", at_least=4, now=NOW)
    assert (stale.allowed, stale.verdict, stale.revision, stale.exit_code) == (False, "stale", 3, EXIT_STALE)
    assert "revision 3, and 4 is asked for" in stale.reason
    assert gate.check("a1", at_least=3, now=NOW).verdict == "debarred"


@pytest.mark.parametrize("account_id", ["", None, 17, 1e18, "\ud800"])
def test_ids_that_cannot_be_checked(gate: Gate, account_id: Any) -> None:
    """What is not an account id must be wrong use, never an allow."""
    with pytest.raises(DebarError, match="DBR-G002"):
        gate.check(account_id, now=NOW)


def test_a_time_without_a_zone(gate: Gate) -> None:
    """A time without its zone must be wrong use: it could be hours off."""
    with pytest.raises(DebarError, match="DBR-G002"):
        gate.check("a1", now=NOW.replace(tzinfo=None))


@pytest.mark.parametrize("account_id", ["РТ", "安", "a1 ", "A1", "a1\x01", "'; DROP TABLE standing; --", "123456789012345678"])  # fmt: skip
def test_ids_are_exact(gate: Gate, register: SqliteRegister, account_id: str) -> None:
    """An id must match itself and nothing like it, whatever it holds."""
    record(register, debar("a1"))
    assert gate.check(account_id, now=NOW).allowed
    record(register, debar(account_id))
    assert not gate.check(account_id, now=NOW).allowed


def test_no_register_denies(tmp_path: Path) -> None:
    """Without a register the gate must deny, say so, and make no file."""
    answer = check(tmp_path / "none.db", "a1", now=NOW)
    assert (
        answer.allowed,
        answer.verdict,
        answer.revision,
        answer.exit_code,
    ) == (False, "unreadable", None, EXIT_STALE)
    assert "nothing is sold" in answer.reason
    assert list(tmp_path.iterdir()) == []


def test_a_foreign_file_denies(tmp_path: Path) -> None:
    """A file that is not a register must deny."""
    path = tmp_path / "r.db"
    path.write_text("not a register, though it is long enough to have a header of its own\n" * 9)
    answer = Gate(path).check("a1", now=NOW)
    assert (
        answer.verdict,
        answer.reason,
    ) == ("unreadable", "the register gives no answer, so nothing is sold: this file is not a register")


def test_a_register_that_goes_away_and_comes_back(gate: Gate, register: SqliteRegister) -> None:
    """A gate must deny while its file is gone, and answer again once it is back."""
    register.close()
    assert gate.check("a1", now=NOW).allowed
    away = register.path.with_name("away.db")
    register.path.rename(away)
    assert gate.check("a1", now=NOW).verdict == "unreadable"
    away.rename(register.path)
    assert gate.check("a1", now=NOW).allowed


def test_a_restored_register_is_noticed(gate: Gate, register: SqliteRegister, tmp_path: Path) -> None:
    """A gate that holds the old file open must answer from the one that took its place."""
    assert gate.check("a1", now=NOW).allowed
    register.close()
    with new_register(tmp_path / "other.db") as other:
        record(other, debar("a1"))
    for suffix in ("-wal", "-shm"):
        register.path.with_name(register.path.name + suffix).unlink(missing_ok=True)
    (tmp_path / "other.db").replace(register.path)
    assert not gate.check("a1", now=NOW).allowed


def test_a_broken_table_denies(register: SqliteRegister) -> None:
    """A fault while reading must deny."""
    gate = Gate(register)
    assert gate.check("a1", now=NOW).allowed
    with closing(sqlite3.connect(register.path)) as connection:
        connection.execute("DROP TABLE standing")
    answer = gate.check("a1", now=NOW)
    assert (answer.allowed, answer.verdict) == (False, "unreadable")
    gate.close()
    gate.close()


def test_a_gate_never_writes(register: SqliteRegister) -> None:
    """A gate's connection must not be able to change the register."""
    lookup = SqliteLookup(register.path)
    lookup.rows("account", "a1")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        lookup._local.connection.execute("DELETE FROM standing")  # noqa: SLF001 - the mode is the guarantee
    assert register.verify() == ()


def test_threads_share_a_gate(gate: Gate, register: SqliteRegister) -> None:
    """Threads that ask one gate at once must each get the right answers, while decisions are appended."""
    record(register, debar("a1"))
    wrong: list[Answer] = []

    def ask() -> None:
        for _ in range(200):
            denied, allowed = gate.check("a1", now=NOW), gate.check("free", now=NOW)
            wrong.extend(answer for answer in (denied,) if answer.allowed)
            wrong.extend(answer for answer in (allowed,) if not answer.allowed)
        gate.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(20):
        record(register, debar(f"b{number}"))
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_forked_child_asks_for_itself(gate: Gate, register: SqliteRegister) -> None:
    """A child that inherits a gate must open the register anew and see what was decided after the fork."""
    assert gate.check("a1", now=NOW).allowed
    go, gone = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - another process
        os.read(go, 1)
        os._exit(0 if not gate.check("a1", now=NOW).allowed else 1)
    record(register, debar("a1"))
    os.write(gone, b"x")
    assert os.waitpid(child, 0)[1] == 0
    for end in (go, gone):
        os.close(end)
    assert not gate.check("a1", now=NOW).allowed


def test_it_reads_by_the_key(register: SqliteRegister) -> None:
    """The lookup must search by its key, so that it is as fast with millions of accounts as with none."""
    with closing(sqlite3.connect(register.path)) as connection:
        steps = [row[3] for row in connection.execute("EXPLAIN QUERY PLAN " + LOOKUP, ("account", "a1"))]
    assert any("SEARCH standing USING PRIMARY KEY (key_kind=? AND key_value=?)" in step for step in steps)
    assert not any(step.startswith("SCAN standing") for step in steps)


def test_what_a_fork_inherited_is_left_alone(
    register: SqliteRegister, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection of the parent must be neither used nor closed by the child: SQLite forbids both."""
    lookup = SqliteLookup(register.path)
    assert [row[:2] for row in lookup.rows("account", "a1")] == [(2, None)]
    parents = lookup._local.connection  # noqa: SLF001 - which connection is used is what is tested
    monkeypatch.setattr("os.getpid", lambda: 1)
    assert [row[:2] for row in lookup.rows("account", "a1")] == [(2, None)]
    assert lookup._local.connection is not parents  # noqa: SLF001 - same
    assert parents.execute("SELECT 1").fetchone() == (1,)
    parents.close()


def test_several_keys_at_once(gate: Gate, register: SqliteRegister) -> None:
    """A question about several keys must be denied by any of them, in whatever spelling, and name its decision."""
    asked = [("account", "a1"), ("domain", "rt.com"), ("bundle", "389801252")]
    assert gate.check_keys(asked, now=NOW) == Answer(allowed=True, verdict="allowed", revision=2)
    record(register, gate_draft("debar", {"key": {"kind": "domain", "value": "WWW.RT.com"}, "decision_id": DECISION, "scopes": ["serve"]}, by="ana"))  # fmt: skip
    answer = gate.check_keys([("account", "a1"), ("domain", "https://rt.com/")], action="serve", now=NOW)
    assert (answer.allowed, answer.verdict, answer.decision, answer.revision) == (
        False,
        "debarred",
        DECISION,
        3,
    )
    assert gate.check_keys(asked, action="buy", now=NOW).allowed
    assert gate.check_keys(asked, at_least=4, now=NOW).verdict == "stale"


@pytest.mark.parametrize("keys", [[], [("account", "")], [("card", "4242")], ["account"], [17], [("account", "\ud800")], [(["x"], "a")]])  # fmt: skip
def test_keys_that_cannot_be_checked(gate: Gate, keys: Any) -> None:
    """What is no key must be wrong use, never an allow."""
    with pytest.raises(DebarError, match="DBR-G002"):
        gate.check_keys(keys, now=NOW)


def test_several_keys_asked_wrongly(gate: Gate, tmp_path: Path) -> None:
    """Wrong questions about several keys must be refused, and a register that is gone must deny."""
    with pytest.raises(DebarError, match="DBR-G001"):
        gate.check_keys([("account", "a1")], action="post", now=NOW)
    with pytest.raises(DebarError, match="DBR-G002"):
        gate.check_keys([("account", "a1")], now=NOW.replace(tzinfo=None))
    assert Gate(tmp_path / "none.db").check_keys([("account", "a1")], now=NOW).verdict == "unreadable"
