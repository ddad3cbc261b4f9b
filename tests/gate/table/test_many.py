"""Many keys at once: the same hashes as xxhash's, the same answers as one by one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from xxhash import xxh3_64_intdigest

from debar.gate.table import many
from debar.gate.table.many import check_accounts
from debar.gate.table.standing import TableStanding
from debar.gate.table.xxh3 import hashes_of
from debar.model.problem import DebarError
from tables import AT, DECISION, debarment, entry, made_table

if TYPE_CHECKING:
    from pathlib import Path

LATER = AT + timedelta(days=1)
SEEDS = st.sampled_from([0, 1, 2**63, 2**64 - 1]) | st.integers(0, 2**64 - 1)


@given(texts=st.lists(st.text(max_size=80), max_size=30), seed=SEEDS)
def test_hashes_are_those_of_xxhash(texts: list[str], seed: int) -> None:
    """Each hash must be the library's, whatever the length, the script and the seed."""
    expected = [xxh3_64_intdigest(text.encode(), seed) for text in texts]
    assert expected == hashes_of(texts, seed).tolist()


@pytest.mark.parametrize("length", range(80))
def test_each_length_apart(length: int) -> None:
    """Each length must be hashed as the library does, also where all texts have it."""
    texts = [f"{number * 2654435761 % 2**64:080x}"[-length:] if length else "" for number in range(50)]
    expected = [xxh3_64_intdigest(text.encode(), 99) for text in texts]
    assert expected == hashes_of(texts, 99).tolist()
    assert hashes_of([], 99).dtype == np.uint64


@pytest.fixture
def store(tmp_path: Path) -> TableStanding:
    """A store with every tenth of 2,000 accounts debarred, and a domain."""
    accounts = [debarment(f"a{number:06d}") for number in range(0, 2_000, 10)]
    return TableStanding(made_table(tmp_path / "t", [*accounts, debarment("rt.com", kind="domain")]))


@pytest.mark.parametrize("chunk", [7, 1 << 16])
def test_the_same_answers_as_one_by_one(
    store: TableStanding, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    """Every key must get the answer that it gets alone, with and without decisions since the table."""
    monkeypatch.setattr(many, "_CHUNK", chunk)
    asked = [f"a{number:06d}" for number in range(2_000)]
    since = [
        entry(10, "lift", {"key": {"kind": "account", "value": "a000010"}, "decision_id": DECISION}),
        entry(11, "debar", {"key": {"kind": "account", "value": "a000011"}, "decision_id": DECISION, "scopes": ["buy"]}),
    ]  # fmt: skip
    for entries, through in (([], 10), (since, 12)):
        store.apply(entries, through=through)
        got = check_accounts(store, asked, now=LATER)
        single = [store.check_keys([("account", value)], now=LATER) for value in asked]
        assert got.denied == {place: answer for place, answer in enumerate(single) if not answer.allowed}
        assert (got.count, got.revision) == (2_000, through)
    got = check_accounts(store, asked, now=LATER)
    assert sorted(got.denied)[:4] == [0, 11, 20, 30]
    assert check_accounts(store, asked, action="serve", now=LATER).denied.keys() == got.denied.keys() - {11}


def test_other_kinds_are_spelled(store: TableStanding) -> None:
    """Domains must be found however they are written."""
    got = check_accounts(store, ["ft.com", "https://WWW.rt.com/", "rt.com"], kind="domain", now=LATER)
    assert sorted(got.denied) == [1, 2]


def test_nothing_asked_and_nothing_debarred(store: TableStanding, tmp_path: Path) -> None:
    """Where there are no keys, or no debarred ones, nothing must be denied."""
    assert check_accounts(store, [], now=LATER).denied == {}
    empty = TableStanding(made_table(tmp_path / "empty", []))
    assert check_accounts(empty, ["a", "b" * 90], now=LATER).denied == {}


def test_a_store_behind_denies_all(store: TableStanding) -> None:
    """A store that has not reached the revision asked for must deny each key as stale."""
    got = check_accounts(store, ["a", "b"], at_least=11, now=LATER)
    assert [answer.verdict for answer in got.denied.values()] == ["stale", "stale"]
    assert check_accounts(store, ["a"], at_least=10, now=LATER).denied == {}


@pytest.mark.parametrize("values", [["a", ""], ["a", None], [17], ["\ud800"], ["a", b"b"]])
def test_values_that_are_no_keys(store: TableStanding, values: Any) -> None:
    """One value that is no key must refuse the whole question: nobody is allowed by accident."""
    with pytest.raises(DebarError, match="DBR-G002"):
        check_accounts(store, values, now=LATER)
    with pytest.raises(DebarError, match="DBR-G002"):
        check_accounts(store, values, kind="domain", now=LATER)


def test_wrong_questions(store: TableStanding) -> None:
    """Questions that are not about advertising, and times without a zone, must be wrong use."""
    with pytest.raises(DebarError, match="DBR-G001"):
        check_accounts(store, ["a"], action="post", now=LATER)
    with pytest.raises(DebarError, match="DBR-G002"):
        check_accounts(store, ["a"], now=LATER.replace(tzinfo=None))
