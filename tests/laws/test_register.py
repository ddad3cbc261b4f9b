"""Laws of the register: proofs, folds, and debar then lift is as if never."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debar.gate import Gate
from debar.register.debarments import Debarment, DebarmentKey, changed, key_of
from debar.register.sqlite import SqliteRegister
from debar.register.tree import (
    CompactRange,
    consistency_path,
    inclusion_path,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from registers import DECISION, NOW, debar, lift, new_register, record, vary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from debar.register.entries import Entry, EntryDraft

SIZE_MAX = 300
LEAVES = tuple(leaf_hash(b"%d" % number) for number in range(SIZE_MAX))
EDGES = tuple(CompactRange().extend(LEAVES[:size])[0] for size in range(SIZE_MAX + 1))
NODES = {(node.level, node.position): node.hash for node in CompactRange().extend(LEAVES)[1]}
OTHER = "decision-2017-11-01-ffffffff"


def read(level: int, position: int) -> bytes:
    """Read a complete subtree of the law's tree."""
    return NODES[level, position]


@pytest.mark.parametrize("size", range(1, SIZE_MAX + 1))
def test_every_leaf_of_every_tree_is_proved_and_no_other(size: int) -> None:
    """Each leaf must verify at its place, and a swapped leaf, place, size or path length never."""
    root = EDGES[size].root()
    for index in range(size):
        path = inclusion_path(index, size, read)
        leaf = LEAVES[index]
        assert verify_inclusion(leaf, path, index=index, size=size, root=root)
        assert not verify_inclusion(leaf_hash(b"swapped"), path, index=index, size=size, root=root)
        assert not verify_inclusion(leaf, (*path, leaf), index=index, size=size, root=root)
        assert not path or not verify_inclusion(leaf, path[:-1], index=index, size=size, root=root)
        other = (index + 1) % size
        assert other == index or not verify_inclusion(leaf, path, index=other, size=size, root=root)


@pytest.mark.parametrize("new_size", range(SIZE_MAX + 1))
def test_every_tree_continues_every_earlier_one(new_size: int) -> None:
    """Each earlier tree must be shown to be the beginning of a later one, and no other tree."""
    new_root = EDGES[new_size].root()
    for old_size in range(new_size + 1):
        old_root = EDGES[old_size].root()
        path = consistency_path(old_size, new_size, read)
        sizes = {"old_size": old_size, "new_size": new_size}
        assert verify_consistency(path, old_root=old_root, new_root=new_root, **sizes)
        wrong = leaf_hash(b"rewritten")
        assert not verify_consistency(path, old_root=wrong, new_root=new_root, **sizes)
        if old_size:
            assert not verify_consistency(path, old_root=old_root, new_root=wrong, **sizes)
            longer = (*path, wrong)
            assert not verify_consistency(longer, old_root=old_root, new_root=new_root, **sizes)


@given(st.lists(st.integers(0, 20), max_size=6))
def test_appending_in_parts_is_appending_at_once(parts: list[int]) -> None:
    """However the leaves are cut into appends, the tree and its nodes must be the same."""
    leaves = [leaf_hash(b"%d" % number) for number in range(sum(parts))]
    edge, nodes, start = CompactRange(), [], 0
    for part in parts:
        edge, more = edge.extend(leaves[start : start + part])
        nodes += more
        start += part
    assert (edge, nodes) == CompactRange().extend(leaves)


def draft_of(word: tuple[str, str, str]) -> EntryDraft:
    """Return a gate entry from its type, account and decision."""
    entry_type, account, decision_id = word
    makers: Mapping[str, Callable[..., EntryDraft]] = {"debar": debar, "lift": lift, "vary": vary}
    fields: dict[str, Any] = {"scopes": ["buy"]} if entry_type == "vary" else {}
    return makers[entry_type](account, decision_id=decision_id, **fields)


def fold(
    entries: Sequence[tuple[str, Mapping[str, Any], int]], start: Mapping[DebarmentKey, Debarment]
) -> dict[DebarmentKey, Debarment]:
    """Apply entries to what stands."""
    standing = dict(start)
    for entry_type, body, seq in entries:
        key = key_of(entry_type, body)
        after = changed(standing.pop(key, None), entry_type=entry_type, body=body, seq=seq, at=NOW)
        if after is not None:
            standing[key] = after
    return standing


@st.composite
def histories(draw: st.DrawFn) -> list[EntryDraft]:
    """Draw histories in which every step makes sense."""
    standing: set[tuple[str, str]] = set()
    drafts = []
    for _ in range(draw(st.integers(0, 12))):
        key = (draw(st.sampled_from(["a1", "a2", "a3"])), draw(st.sampled_from([DECISION, OTHER])))
        entry_type = draw(st.sampled_from(["lift", "vary"])) if key in standing else "debar"
        standing = standing ^ {key} if entry_type != "vary" else standing
        drafts.append(draft_of((entry_type, *key)))
    return drafts


@given(histories(), st.integers(0, 12))
def test_what_stands_is_a_fold(drafts: list[EntryDraft], cut: int) -> None:
    """Folding a history in two parts must give what folding it whole gives."""
    entries = [(draft.type, draft.body, seq) for seq, draft in enumerate(drafts)]
    assert fold(entries, {}) == fold(entries[cut:], fold(entries[:cut], {}))


@settings(deadline=None, max_examples=25)
@given(histories())
def test_the_stored_standings_are_the_fold(drafts: list[EntryDraft]) -> None:
    """What a register keeps as standing must be what its log folds to, and must verify."""
    with tempfile.TemporaryDirectory() as folder, new_register(Path(folder) / "register.db") as register:
        for draft in drafts:
            record(register, draft)
        entries = [(draft.type, draft.body, 2 + place) for place, draft in enumerate(drafts)]
        assert fold(entries, {}) == {row.key: row for row in register.standings()}
        assert register.verify() == ()


@settings(deadline=None, max_examples=15)
@given(histories(), st.sampled_from(["a1", "a2", "a4"]))
def test_debar_then_lift_is_never(drafts: list[EntryDraft], account: str) -> None:
    """At the gate, a debar that is lifted must leave every answer as it was, while the record keeps both."""
    passing = "decision-2017-12-24-12345678"
    with tempfile.TemporaryDirectory() as folder, new_register(Path(folder) / "register.db") as register:
        gate = Gate(register)
        for draft in drafts:
            record(register, draft)
        before = answers(gate)
        record(register, debar(account, decision_id=passing))
        assert not gate.check(account, now=NOW).allowed
        record(register, lift(account, decision_id=passing))
        assert before == answers(gate)
        assert [entry.type for entry in register.entries()[-2:]] == ["debar", "lift"]
        gate.close()


def answers(gate: Gate) -> list[tuple[object, ...]]:
    """Return what the gate answers for every account and action, without the revision."""
    return [
        (account, action, answer.allowed, answer.entry, answer.decision, answer.until, answer.reason)
        for account in ("a1", "a2", "a3", "a4")
        for action in ("create", "buy", "serve", "charge")
        for answer in [gate.check(account, action=action, now=NOW)]
    ]


def refused_after_return(register: SqliteRegister) -> bool:
    """Append a debar, let it return, and tell whether the gate refuses."""
    record(register, debar("a1"))
    gate = Gate(register)
    try:
        return not gate.check("a1", now=NOW).allowed
    finally:
        gate.close()


def test_once_the_append_returned_the_gate_refuses(tmp_path: Path) -> None:
    """After an append of a debar has returned, no check may allow the account."""
    with new_register(tmp_path / "register.db") as register:
        assert refused_after_return(register)


def test_without_the_projection_the_law_above_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The law must notice a register that forgets to update what stands: guard off, law broken."""

    def forget(
        _register: SqliteRegister, _entries: Sequence[Entry]
    ) -> tuple[dict[DebarmentKey, Debarment], dict[DebarmentKey, Debarment]]:
        """Project nothing."""
        return {}, {}

    monkeypatch.setattr(SqliteRegister, "_projected", forget)
    with new_register(tmp_path / "register.db") as register:
        assert not refused_after_return(register)
        assert register.verify() != ()
