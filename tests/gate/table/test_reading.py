"""A table that is opened, asked, verified, and found damaged."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from debar.gate.table.hashing import Kinds, key_hash, kind_seed
from debar.gate.table.layout import SECTIONS
from debar.gate.table.reading import open_table, replacement_of
from debar.gate.table.standing import TableStanding
from debar.model.problem import DebarError
from tables import AT, ORIGIN, SEED, debarment, made_table

if TYPE_CHECKING:
    from pathlib import Path

KINDS = ("account", "card", "domain")


@pytest.mark.parametrize("count", [0, 1, 2, 63, 64, 65, 3_000])
def test_every_key_is_found_and_no_other(tmp_path: Path, count: int) -> None:
    """What was put in must be found whole, and its values under another kind must not."""
    debarments = [debarment(f"v-{number}", kind=KINDS[number % 3]) for number in range(count)]
    table = made_table(tmp_path / "t", debarments)
    for number, one in enumerate(debarments):
        assert table.lookup(one.key_kind, one.key_value) == (one,)
        assert table.lookup(KINDS[(number + 1) % 3], one.key_value) == ()
    assert [n for n in range(count) if table.lookup("account", f"w-{n}")] == []


def test_several_decisions_against_one_key(tmp_path: Path) -> None:
    """Decisions beside each other must all be found, each with its own terms, by decision."""
    made = [
        debarment("a1", decision_id="decision-00000002", scopes=("buy",), lapses_at=AT + timedelta(days=3)),
        debarment("a1", decision_id="decision-00000001", surfaces=("search", "feed"), entry_seq=2**40),
        debarment("a1", decision_id="decision-00000003", territories=("US", "Ü"), statement="", reason=""),
        debarment("a2", starts_at=AT.replace(microsecond=7)),
    ]
    table = made_table(tmp_path / "t", made)
    assert table.lookup("account", "a1") == (made[1], made[0], made[2])
    assert table.lookup("account", "a2") == (made[3],)
    assert (table.header.key_count, table.header.debarment_count, table.header.terms_count) == (2, 4, 4)


def test_terms_stand_once(tmp_path: Path) -> None:
    """Keys under the same terms must share them: entries differ, terms do not."""
    table = made_table(tmp_path / "t", [debarment(f"a{n}", entry_seq=n) for n in range(1_000)])
    assert table.header.terms_count == 1
    assert {table.lookup("account", f"a{n}")[0].entry_seq for n in range(1_000)} == set(range(1_000))


def test_ids_are_exact(tmp_path: Path) -> None:
    """An id must match itself and nothing like it."""
    names = ["РТ", "安", "a1 ", "A1", "a1\0", "x" * 5_000]
    table = made_table(tmp_path / "t", [debarment(name) for name in names])
    assert [name for name in names if not table.lookup("account", name)] == []
    assert [name for name in ("a1", "PT", "x" * 4_999) if table.lookup("account", name)] == []


def test_a_collision_costs_time_and_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key whose hash is wholly that of a debarred one must not be denied: exact bytes decide."""
    table = made_table(tmp_path / "t", [debarment("a1")])
    one = key_hash("account", "a1", SEED)
    monkeypatch.setattr("debar.gate.table.reading.key_hash", lambda *_: one)
    assert table.lookup("account", "a1") != ()
    assert [key for key in ("a2", "aa1", "1") if table.lookup("account", key)] == []
    assert table.lookup("accoun", "ta1") == ()


def test_debarred_keys_that_collide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debarred keys with one hash must each be found: a collision never allows."""
    monkeypatch.setattr("debar.gate.table.building.xxh3_64_intdigest", lambda _value, _seed: 2**63 + 5)
    monkeypatch.setattr("debar.gate.table.reading.key_hash", lambda *_: 2**63 + 5)
    made = [debarment(f"a{number}") for number in range(50)]
    table = made_table(tmp_path / "t", made)
    assert [one for one in made if table.lookup("account", one.key_value) != (one,)] == []
    assert table.lookup("account", "a50") == ()


@pytest.mark.parametrize("name", SECTIONS)
def test_verify_names_the_damaged_section(tmp_path: Path, name: str) -> None:
    """One flipped bit in any section must be found by verifying, and must not keep a table from opening."""
    path = tmp_path / "t"
    section = made_table(path, [debarment(f"a{n}") for n in range(100)]).header.sections[name]
    data = bytearray(path.read_bytes())
    data[section.offset + section.length // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(DebarError, match=f"section '{name}' is damaged"):
        open_table(path).verify()
    with pytest.raises(DebarError, match="DBR-G005"):
        open_table(path, verify=True)


@pytest.mark.parametrize("name", ["terms", "places"])
def test_a_lookup_that_meets_nonsense_denies(tmp_path: Path, name: str) -> None:
    """Where what stands against a key cannot be read, the check must deny, not raise and not allow."""
    path = tmp_path / "t"
    section = made_table(path, [debarment("a1")]).header.sections[name]
    data = bytearray(path.read_bytes())
    data[section.offset : section.offset + section.length] = b"\xfe" * section.length
    path.write_bytes(data)
    answer = TableStanding(open_table(path)).check_keys([("account", "a1")], now=AT)
    assert (answer.allowed, answer.verdict) == (False, "unreadable")


def test_terms_that_run_over_their_end(tmp_path: Path) -> None:
    """Terms whose length is not what their texts have must deny."""
    path = tmp_path / "t"
    section = made_table(path, [debarment("a1")]).header.sections["terms"]
    data = bytearray(path.read_bytes())
    data[section.offset] ^= 1
    path.write_bytes(data)
    answer = TableStanding(open_table(path)).check_keys([("account", "a1")], now=AT)
    assert (answer.allowed, answer.verdict) == (False, "unreadable")


def test_a_table_of_another_log(tmp_path: Path) -> None:
    """A gate must not open the table of a register that it does not follow."""
    made_table(tmp_path / "t", [debarment("a1")])
    assert open_table(tmp_path / "t", origin=ORIGIN).header.origin == ORIGIN
    with pytest.raises(DebarError, match="DBR-G006"):
        open_table(tmp_path / "t", origin="other.example/debar")


def test_a_big_endian_machine_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the numbers would be read backwards, nothing may be read."""
    made_table(tmp_path / "t", [debarment("a1")])
    monkeypatch.setattr("sys.byteorder", "big")
    with pytest.raises(DebarError, match="big-endian"):
        open_table(tmp_path / "t")


def test_readers_keep_the_table_that_they_opened(tmp_path: Path) -> None:
    """Replacing the file must leave an open table's answers alone; a new reader sees the new one."""
    old = made_table(tmp_path / "t", [debarment("a1")], revision=10)
    new = made_table(tmp_path / "t", [debarment("a2")], revision=11)
    assert (old.lookup("account", "a1") != (), old.lookup("account", "a2")) == (True, ())
    assert (new.lookup("account", "a1"), new.lookup("account", "a2") != ()) == ((), True)
    assert old.identity != new.identity


def test_a_table_that_took_the_place_is_found(tmp_path: Path) -> None:
    """A reader must notice that another file has the name, open it, and refuse one of another log or none."""
    old = made_table(tmp_path / "t", [debarment("a1")], revision=10)
    assert replacement_of(old) is None
    made_table(tmp_path / "t", [debarment("a2")], revision=11)
    new = replacement_of(old)
    assert new is not None
    assert (new.header.revision, replacement_of(new)) == (11, None)
    made_table(tmp_path / "t", [], origin="other.example/debar")
    with pytest.raises(DebarError, match="DBR-G006"):
        replacement_of(new)
    (tmp_path / "t").unlink()
    with pytest.raises(DebarError, match="DBR-G005"):
        replacement_of(new)


def test_warming_touches_what_checks_touch(tmp_path: Path) -> None:
    """Warming must go through all that is resident, and say how much that is."""
    table = made_table(tmp_path / "t", [debarment(f"a{n}") for n in range(10_000)])
    assert table.warm() == table.header.resident_bytes


def test_a_value_of_one_kind_is_unrelated_to_that_of_another() -> None:
    """The kind must be part of the hash, and the seed of both."""
    assert key_hash("card", "x", 1) != key_hash("account", "x", 1)
    assert key_hash("card", "x", 1) != key_hash("card", "x", 2)
    assert kind_seed("card", 1) != kind_seed("card", 2)


def test_kinds_are_kept_up_to_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller that invents kinds must not fill the memory, and gets right answers all the same."""
    monkeypatch.setattr(Kinds, "LIMIT", 3)
    debarred = [debarment("v", kind=f"k{number}") for number in range(0, 20, 2)]
    store = TableStanding(made_table(tmp_path / "t", debarred))
    for _ in range(2):
        got = [store.check_keys([(f"k{number}", " v")], now=AT).allowed for number in range(20)]
        assert got == [False, True] * 10
        assert len(store.view.kinds.known) <= 3
    every = [(f"k{number}", "v") for number in range(1, 20, 2)]
    assert store.check_keys(every, now=AT).allowed
    assert store.lookup("k2", "v") == (debarred[1],)


def test_reading_loads_no_numpy(tmp_path: Path) -> None:
    """A serving process that opens and asks a table must load nothing but the hash."""
    made_table(tmp_path / "t", [debarment("a1")])
    program = (
        "import sys\nfrom pathlib import Path\nfrom datetime import datetime, UTC\n"
        "from debar.gate.table.reading import open_table\nfrom debar.gate.table.standing import TableStanding\n"
        "store = TableStanding(open_table(Path(sys.argv[1])))\n"
        "answer = store.check_keys([('account', 'a1')], now=datetime(2018, 1, 1, tzinfo=UTC))\n"
        "heavy = {'numpy', 'duckdb', 'cryptography', 'phonenumbers'}\n"
        "print(answer.allowed, sorted(heavy & set(sys.modules)))\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "t")]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    assert run.stdout == "False []\n"
