"""A table with what was decided since: the same answers as the register's."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from debar.gate.answer import ACTIONS
from debar.gate.protocol.standing import LogEntry
from debar.gate.table.standing import TableStanding
from debar.model.problem import EXIT_USAGE, DebarError
from tables import AT, DECISION, debarment, entry, made_table

if TYPE_CHECKING:
    from pathlib import Path

    from debar.gate.protocol.standing import Standing

LATER = AT + timedelta(days=1)


def body(value: str = "a1", *, kind: str = "account", **fields: Any) -> dict[str, Any]:
    """Return the body of a debar entry."""
    return {"key": {"kind": kind, "value": value}, "decision_id": DECISION, "scopes": ["buy"], **fields}


@pytest.fixture
def store(tmp_path: Path) -> TableStanding:
    """A store at revision 10, with one account and one domain debarred."""
    return TableStanding(
        made_table(
            tmp_path / "t", [debarment("a1"), debarment("rt.com", kind="domain")], revision=10, epoch=1
        )
    )


def allowed(store: TableStanding, *keys: tuple[str, str], **asked: Any) -> bool:
    """Ask about keys, a day later."""
    return store.check_keys(keys or [("account", "a1")], now=LATER, **asked).allowed


def test_an_answer_says_why(store: TableStanding) -> None:
    """A denial must name decision, entry, reason and statement; an allow its revision."""
    answer = store.check_keys([("account", "a9"), ("domain", "rt.com")], now=LATER)
    assert (answer.allowed, answer.verdict, answer.revision, answer.entry) == (False, "debarred", 10, 7)
    assert (answer.decision, answer.statement) == (DECISION, "https://ads.example.org/statements/1")
    assert store.check_keys([("account", "a9"), ("domain", "ft.com")], now=LATER).revision == 10
    assert (store.revision, store.epoch, store.overlay_count) == (10, 1, 0)


def test_debar_lift_and_vary_over_a_table(store: TableStanding) -> None:
    """What the table holds must be lifted and varied over it, and what it lacks debarred."""
    store.apply([entry(10, "debar", body("a2"))], through=12)
    assert (allowed(store, ("account", "a2")), allowed(store)) == (False, False)
    store.apply([entry(12, "lift", body("a1"))], through=13)
    assert allowed(store)
    store.apply([entry(13, "vary", {**body("a2"), "scopes": ["serve"]})], through=14)
    assert (allowed(store, ("account", "a2")), allowed(store, ("account", "a2"), action="serve")) == (
        True,
        False,
    )
    assert (store.revision, store.overlay_count) == (14, 2)


def test_another_decision_stands_beside(store: TableStanding) -> None:
    """Lifting one decision must leave another one against the same key standing."""
    store.apply([entry(10, "debar", body(decision_id="decision-00000000"))], through=11)
    assert [one.decision_id for one in store.lookup("account", "a1")] == ["decision-00000000", DECISION]
    store.apply([entry(11, "lift", body())], through=12)
    assert [one.decision_id for one in store.lookup("account", "a1")] == ["decision-00000000"]
    assert not allowed(store)


@pytest.mark.parametrize(
    ("seqs", "through"), [((11, 10), 12), ((10, 10), 12), ((10, 12), 12), ((), 9)], ids=str
)
def test_entries_out_of_order(store: TableStanding, seqs: tuple[int, ...], through: int) -> None:
    """Entries that do not ascend, or lie beyond what they bring the store to, must be refused."""
    entries = [entry(seq, "debar", body(f"b{place}")) for place, seq in enumerate(seqs)]
    with pytest.raises(DebarError, match="DBR-G007"):
        store.apply(entries, through=through)
    assert store.revision == 10


def test_what_is_known_is_passed_over(store: TableStanding) -> None:
    """Entries that come again must change nothing: neither a debar nor a lift may be applied twice."""
    entries = [entry(9, "lift", body()), entry(10, "debar", body("a2")), entry(11, "lift", body("a2"))]
    for _ in range(2):
        store.apply(entries, through=12)
        assert (store.revision, allowed(store), allowed(store, ("account", "a2"))) == (12, False, True)


def test_an_entry_that_the_register_would_refuse(store: TableStanding) -> None:
    """A lift of what does not stand must stop the store, and the batch can be tried again when it is right."""
    right = [entry(10, "debar", body("a2")), entry(11, "debar", body("a3")), entry(12, "lift", body("a3"))]
    with pytest.raises(DebarError, match="DBR-R015"):
        store.apply([*right, entry(13, "lift", body("a4"))], through=14)
    assert (store.revision, allowed(store, ("account", "a2"))) == (10, False)
    store.apply([*right, entry(13, "lift", body())], through=14)
    assert (store.revision, allowed(store), allowed(store, ("account", "a2"))) == (14, True, False)


def test_a_newer_table(store: TableStanding, tmp_path: Path) -> None:
    """Going over to a newer table must keep what was decided after it, and drop what it holds."""
    since = [entry(10, "lift", body()), entry(11, "debar", body("a2")), entry(12, "debar", body("a3"))]
    store.apply(since, through=13)
    newer = made_table(tmp_path / "t", [debarment("a2", entry_seq=11)], revision=12, seed=5, epoch=1)
    store.rebase(newer)
    assert (store.revision, store.overlay_count, store.table) == (13, 1, newer)
    assert [allowed(store, ("account", name)) for name in ("a1", "a2", "a3")] == [True, False, False]
    ahead = made_table(tmp_path / "t", [debarment("a1", entry_seq=20)], revision=21, epoch=1)
    store.rebase(ahead)
    assert (store.revision, store.overlay_count) == (21, 0)
    assert [allowed(store, ("account", name)) for name in ("a1", "a2", "a3")] == [False, True, True]


@pytest.mark.parametrize(
    "other",
    [{"origin": "x.example/debar"}, {"epoch": 0}, {"revision": 9, "epoch": 1}, {"revision": 9, "epoch": 0}],
)
def test_a_table_that_does_not_follow(store: TableStanding, tmp_path: Path, other: dict[str, Any]) -> None:
    """A table of another log, an older epoch or an older revision must be refused, and nothing changed."""
    given: dict[str, Any] = {"revision": 10, **other}
    table = made_table(tmp_path / "other", [], **given)
    with pytest.raises(DebarError, match="DBR-G006"):
        store.rebase(table)
    assert not allowed(store)


def test_a_newer_epoch_may_go_back(store: TableStanding, tmp_path: Path) -> None:
    """A register that took the log over may be shorter; its epoch tells, and its table is believed."""
    store.rebase(made_table(tmp_path / "other", [], revision=4, epoch=2))
    assert (allowed(store), store.epoch) == (True, 2)


def test_at_least(store: TableStanding) -> None:
    """A store that has not reached the revision asked for must deny as stale."""
    assert allowed(store, ("account", "a9"), at_least=10)
    answer = store.check_keys([("account", "a9")], at_least=11, now=LATER)
    assert (answer.allowed, answer.verdict, answer.revision) == (False, "stale", 10)


@pytest.mark.parametrize(
    "keys",
    [
        [], [("account", "")], [("", "a1")], [("account", 17)], [("account", None)], [("account", b"a1")],
        [("account", "\ud800")], [("card", "4242")], [("domain", "no host")], [("bundle", " ")],
        [("account",)], [("account", "a", "b")], ["account"], [17], [(["account"], "a1")], [(17, "a1")],
        [("account", "a9"), ("domain", "")],
    ],
)  # fmt: skip
def test_keys_that_cannot_be_checked(store: TableStanding, keys: Any) -> None:
    """What is no key must be wrong use, never an allow, and the value must not be repeated."""
    store.check_keys([(kind, "c0ffee00" * 8) for kind in ("account", "card", "bundle")], now=LATER)
    store.check_keys([("domain", "ft.com")], now=LATER)
    with pytest.raises(DebarError, match="DBR-G002") as caught:
        store.check_keys(keys, now=LATER)
    assert caught.value.exit_code == EXIT_USAGE
    assert "4242" not in str(caught.value)


def test_wrong_questions(store: TableStanding) -> None:
    """Questions that are not about advertising, and times without a zone, must be wrong use."""
    with pytest.raises(DebarError, match="DBR-G001"):
        store.check_keys([("account", "a1")], action="post", now=LATER)
    with pytest.raises(DebarError, match="DBR-G002"):
        store.check_keys([("account", "a1")], now=LATER.replace(tzinfo=None))


@pytest.mark.parametrize("spelled", ["RT.com", "https://www.rt.com/news?x", "rt.com.", "//rt.com:443/"])
def test_keys_are_spelled_one_way(store: TableStanding, spelled: str) -> None:
    """A domain must be denied however the caller spells it."""
    assert not allowed(store, ("domain", spelled))


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_only_what_the_decision_covers(store: TableStanding, action: str) -> None:
    """Scope, surface, territory and time must count as they do at the register."""
    store.apply(
        [entry(10, "debar", body("a2", surfaces=["search"], territories=["US"], until="2017-10-27"))],
        through=11,
    )
    key = ("account", "a2")
    assert allowed(store, key, action=action) == (action != "buy")
    assert allowed(store, key, surface="feed")
    assert allowed(store, key, territory="FR")
    assert not allowed(store, key, surface="search", territory="US")
    assert store.check_keys([key], now=AT + timedelta(days=2)).allowed


def test_a_collision_with_what_was_decided_since(
    store: TableStanding, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys with one hash must each keep what stands against them, in the overlay too."""
    monkeypatch.setattr("debar.gate.table.standing.key_hash", lambda *_: 99)
    monkeypatch.setattr("debar.gate.table.standing.xxh3_64_intdigest", lambda *_: 99)
    store.apply([entry(10, "debar", body("a2")), entry(11, "debar", body("a3"))], through=12)
    assert [allowed(store, ("account", name)) for name in ("a2", "a3", "a4")] == [False, False, True]
    store.apply([entry(12, "lift", body("a2"))], through=13)
    assert [allowed(store, ("account", name)) for name in ("a2", "a3", "a4")] == [True, False, True]


def test_it_is_the_standing_store_of_a_gate(store: TableStanding) -> None:
    """A leased gate must be able to use a table as it uses its dictionary, with the entries that it is sent."""
    gates: Standing = store
    gates.apply([LogEntry(seq=11, op="debar", at=AT, body=body("a2"))], through=13)
    assert (gates.revision, len(gates.lookup("account", "a2")), gates.lookup("account", "a9")) == (13, 1, ())
