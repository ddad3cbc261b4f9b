"""What every register must do, whatever it is stored in: SQLite or PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from debar.model.problem import EXIT_STALE, DebarError
from debar.register.drafts import judgement_draft
from debar.register.entries import EntryDraft
from debar.register.notes import open_checkpoint, parse_note
from debar.register.tree import EMPTY_ROOT, leaf_hash, verify_consistency, verify_inclusion
from registers import (
    ANA,
    DECISION,
    LOG,
    NOW,
    ORIGIN,
    PLAN_SHA256,
    debar,
    lift,
    record,
    salts,
    vary,
)

if TYPE_CHECKING:
    from debar.register.writing import Register

CASE = EntryDraft(type="case", by="ana", body={"query": "RT"}, subjects=("a1", "a2"))


def test_revision_is_the_trees_size(register: Register) -> None:
    """Each entry must raise the revision by one, and its place must be the revision before it."""
    done = record(register, CASE, CASE)
    assert ([entry.seq for entry in done.entries], done.revision, register.revision()) == ([2, 3], 4, 4)
    assert [entry.id for entry in done.entries] == ["case-2", "case-3"]


def test_entries_come_back_as_recorded(register: Register) -> None:
    """What was appended must be read back whole, with its private side."""
    done = record(register, CASE)
    assert done.entries == register.entries(after=2)
    assert done.entries[0] == register.entry(2)
    assert (
        register.entry(2).body,
        register.entry(2).subjects,
        register.entry(2).by,
        register.entry(2).at,
    ) == ({"query": "RT"}, ("a1", "a2"), "ana", NOW)
    assert done.entries == register.entries_about("a2") == register.entries_of_type("case")


def test_no_such_entry(register: Register) -> None:
    """Asking for what is not there must be an error that says how many there are."""
    with pytest.raises(DebarError, match="DBR-R019"):
        register.entry(2)
    for seq, size in ((2, None), (0, 3), (1, 1), (-1, 2)):
        with pytest.raises(DebarError, match="DBR-R019"):
            register.proof(seq, size)
    with pytest.raises(DebarError, match="DBR-R019"):
        register.proof_text(2)
    with pytest.raises(DebarError, match="DBR-R019"):
        register.consistency(1, 3)
    with pytest.raises(DebarError, match="DBR-R019"):
        register.checkpoint(1)


def test_every_checkpoint_is_signed_over_the_tree(register: Register) -> None:
    """The checkpoint that an append returns must be the newest, by the log's key, over all leaves."""
    done = record(register, CASE)
    checkpoint = open_checkpoint(done.checkpoint, (register.key,))
    assert (checkpoint.origin, checkpoint.size) == (ORIGIN, 3)
    assert done.checkpoint == register.checkpoint() == register.checkpoint(3)
    proof = register.proof(2)
    leaf = leaf_hash(register.entry(2).leaf)
    assert verify_inclusion(leaf, proof.path, index=2, size=3, root=checkpoint.root)


def test_the_log_only_grows(register: Register) -> None:
    """Whoever kept an old checkpoint must be able to check that the new one continues it."""
    old = open_checkpoint(register.checkpoint(), (register.key,))
    record(register, CASE, CASE, CASE)
    new = open_checkpoint(register.checkpoint(), (register.key,))
    path = register.consistency(old.size, new.size)
    assert verify_consistency(
        path, old_size=old.size, old_root=old.root, new_size=new.size, new_root=new.root
    )
    assert open_checkpoint(register.checkpoint(0), (register.key,)).root == EMPTY_ROOT


def test_an_offline_proof_carries_its_checkpoint(register: Register) -> None:
    """The proof text must hold the index, one line a hash, and the checkpoint as signed."""
    record(register, CASE)
    head, _, note = register.proof_text(0).partition("\n\n")
    assert head.splitlines()[:2] == ["c2sp.org/tlog-proof@v1", "index 0"]
    assert len(head.splitlines()) == 4
    assert parse_note(note) == parse_note(register.checkpoint())


def test_nothing_to_record(register: Register) -> None:
    """An append of nothing must be refused."""
    with pytest.raises(DebarError, match="DBR-R014"):
        record(register)


def test_all_or_nothing(register: Register) -> None:
    """When one draft of an append is refused, none of them may be recorded."""
    with pytest.raises(DebarError, match="DBR-R015"):
        record(register, debar("a1"), lift("a2"))
    assert (register.revision(), register.standings()) == (2, ())
    assert register.verify() == ()


def test_another_key_cannot_append(register: Register) -> None:
    """Only the key that signs this log's checkpoints may append to it."""
    with pytest.raises(DebarError, match="DBR-R008"):
        register.append([CASE], salts=salts(1), now=NOW, signer=ANA)


def test_expected_revision(register: Register) -> None:
    """An append for a revision that has passed must be refused as stale, and record nothing."""
    record(register, CASE, expected_revision=2)
    with pytest.raises(DebarError, match="DBR-R009") as caught:
        record(register, CASE, expected_revision=2)
    assert (caught.value.exit_code, register.revision()) == (EXIT_STALE, 3)


def test_twice_is_once(register: Register) -> None:
    """The same request again, even much later, must give the first result and record nothing."""
    first = record(register, debar("a1"), request_key="apply 1", expected_revision=2)
    record(register, CASE)
    again = register.append(
        [debar("a1")], salts=salts(1, 99), now=NOW, signer=LOG, request_key="apply 1", expected_revision=2
    )
    assert again.repeated
    assert not first.repeated
    assert (first.entries, first.revision, first.checkpoint) == (
        again.entries,
        again.revision,
        again.checkpoint,
    )
    assert register.revision() == 4


def test_one_request_key_for_two_things(register: Register) -> None:
    """A request key that was used for something else must be refused."""
    record(register, debar("a1"), request_key="apply 1")
    for other in (debar("a2"), debar("a1", until="2017-11-25"), lift("a1")):
        with pytest.raises(DebarError, match="DBR-R010"):
            record(register, other, request_key="apply 1")
    assert register.revision() == 3


def test_what_stands(register: Register) -> None:
    """Debar, vary and lift must change what stands, each in its own append."""
    record(register, debar("a1"), debar("a2"))
    assert [row.entry_seq for row in register.standing("account", "a1")] == [2]
    assert [row.key_value for row in register.standings(DECISION)] == ["a1", "a2"]
    record(register, vary("a1", scopes=["buy"]))
    assert [row.scopes for row in register.standing("account", "a1")] == [("buy",)]
    record(register, lift("a1"))
    assert register.standing("account", "a1") == ()
    assert [row.key_value for row in register.standings()] == ["a2"]
    assert register.standings("decision-0a0a0a0a0a") == ()


def test_two_decisions_stand_beside_each_other(register: Register) -> None:
    """Lifting one decision must leave another about the same account."""
    other = "decision-2017-11-01-ffffffff"
    record(register, debar("a1"), debar("a1", decision_id=other))
    record(register, lift("a1"))
    assert [row.decision_id for row in register.standing("account", "a1")] == [other]


def test_a_gate_entry_is_about_its_key(register: Register) -> None:
    """A debar whose subject is not its key must be refused: erasing one would break the other."""
    draft = debar("a1")
    moved = EntryDraft(type="debar", by="ana", body=draft.body, subjects=("a2",))
    with pytest.raises(DebarError, match="DBR-R014"):
        record(register, moved)


@pytest.mark.parametrize(
    "draft", [debar("a1\0"), debar("a1", reason="a\0b"), EntryDraft(type="case", by="a\0", body={})]
)
def test_no_text_holds_nul(register: Register, draft: EntryDraft) -> None:
    """A text that not every database can keep must be refused by all, before anything is written."""
    with pytest.raises(DebarError, match="DBR-R014"):
        record(register, draft)
    assert register.revision() == 2


def test_judgements(register: Register) -> None:
    """Judgements must come back in order, with the smaller account first."""
    record(register, judgement_draft("b", "a", judgement="positive", by="ana", reason="same owner on paper"))
    (judgement,) = register.judgements()
    assert (
        judgement.account_a, judgement.account_b, judgement.judgement, judgement.by, judgement.reason, judgement.at,
    ) == ("a", "b", "positive", "ana", "same owner on paper", NOW)  # fmt: skip


@pytest.mark.parametrize("judgement", ["yes", ""])
def test_a_judgement_is_one_of_three_words(register: Register, judgement: str) -> None:
    """Any other word must be refused."""
    with pytest.raises(DebarError, match="DBR-R014"):
        record(register, judgement_draft("a", "b", judgement=judgement, by="ana", reason=""))


def test_erasure_keeps_the_tree(register: Register) -> None:
    """After a subject is erased, the leaves and the root must be the same and everything must verify."""
    record(register, CASE, debar("a1"), debar("a3"))
    record(register, lift("a1"), request_key="lift 1")
    leaves = [entry.leaf for entry in register.entries()]
    done = register.erase("a1", by="ana", salt=salts(1, 50)[0], now=NOW, signer=LOG)
    assert done is not None
    assert done.entries[0].public == {"entries": [2, 3, 5]}
    assert leaves == [entry.leaf for entry in register.entries()[:-1]]
    assert [entry.erased for entry in register.entries()] == [False, False, True, True, False, True, False]
    assert register.entries_about("a1") == ()
    assert register.verify() == ()
    with pytest.raises(DebarError, match="DBR-R010"):
        record(register, lift("a1"), request_key="lift 1")


def test_erasing_what_stands_is_refused(register: Register) -> None:
    """An account that a decision stands against must not be forgotten, or the gate would let it in."""
    record(register, debar(PLAN_SHA256))
    with pytest.raises(DebarError, match="DBR-R024"):
        register.erase(PLAN_SHA256, by="ana", salt=salts(1)[0], now=NOW, signer=LOG)
    assert register.standing("account", PLAN_SHA256) != ()


def test_erasing_a_stranger_records_nothing(register: Register) -> None:
    """Where nothing is known about a subject, nothing must be recorded."""
    assert register.erase("nobody", by="ana", salt=salts(1)[0], now=NOW, signer=LOG) is None
    assert register.revision() == 2
