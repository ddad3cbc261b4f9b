"""Leaves: what they hold, what they never hold, and what erasure leaves."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from debar.model.problem import DebarError
from debar.register.entries import (
    ENTRY_BYTES_MAX,
    EntryDraft,
    body_bytes,
    check_draft,
    commitment,
    derived_salt,
    instant_text,
    make_leaf,
    mismatches,
    public_part,
    read_leaf,
)
from registers import NOW, debar, salts

SALT = salts(1)[0]
DRAFT = EntryDraft(
    type="statement",
    by="Ana Alvarez",
    body={"account_id": "acct-77", "name": "Ivan Petrov"},
    subjects=("acct-77", "acct-78"),
    public={"plan_sha256": "5" * 64},
)


def leaf_of(draft: EntryDraft, *, seq: int, at: datetime, salt: bytes) -> bytes:
    """Return a draft's leaf."""
    return make_leaf(draft, seq=seq, at=at, salt=salt, body=body_bytes(draft.body))


def test_a_leaf_is_this() -> None:
    """The bytes of a leaf must never change for the same input: they are what the tree holds for ever."""
    expected = (
        '{"at":"2017-10-26T12:00:00Z",'
        '"body":"BODY","by":"BY","id":"statement-9",'
        '"plan_sha256":"5555555555555555555555555555555555555555555555555555555555555555",'
        '"subjects":["ONE","TWO"],"type":"statement","v":1}'
    )
    for label, value, mark in (
        ("body", b'{"account_id":"acct-77","name":"Ivan Petrov"}', "BODY"),
        ("by", b"Ana Alvarez", "BY"),
        ("subject 0", b"acct-77", "ONE"),
        ("subject 1", b"acct-78", "TWO"),
    ):
        expected = expected.replace(mark, commitment(derived_salt(SALT, label), value))
    assert expected == leaf_of(DRAFT, seq=9, at=NOW, salt=SALT).decode()


def test_a_leaf_holds_nothing_private() -> None:
    """No name, account id or word of the body may stand in a leaf."""
    leaf = leaf_of(DRAFT, seq=9, at=NOW, salt=SALT)
    for private in (b"Ana", b"Alvarez", b"acct", b"Ivan", b"Petrov"):
        assert private not in leaf


def test_equal_values_have_different_commitments() -> None:
    """The same subject in two entries, or in two places of one, must not be seen to be the same."""
    twice = EntryDraft(type="case", by="acct-1", body={}, subjects=("acct-1", "acct-1"))
    first = json.loads(leaf_of(twice, seq=0, at=NOW, salt=salts(2)[0]))
    second = json.loads(leaf_of(twice, seq=0, at=NOW, salt=salts(2)[1]))
    seen = [*first["subjects"], *second["subjects"], first["by"], second["by"]]
    assert len(seen) == len(set(seen))


def test_the_private_side_opens_the_leaf() -> None:
    """Salt and values must open every commitment, and another value must open none."""
    document = read_leaf(leaf_of(DRAFT, seq=9, at=NOW, salt=SALT))
    body = b'{"account_id":"acct-77","name":"Ivan Petrov"}'
    assert mismatches(document, salt=SALT, by="Ana Alvarez", subjects=DRAFT.subjects, body=body) == []
    wrong = mismatches(document, salt=SALT, by="Ana", subjects=("acct-77",), body=b"{}")
    assert wrong == ["by", "subjects", "body"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "RT"),
        ("plan_sha256", "acct-77"),
        ("plan_sha256", "A" * 64),
        ("decision_id", "Ivan Petrov"),
        ("decision_id", "acct-77"),
        ("role", "ana"),
        ("scopes", ["post"]),
        ("until", "soon"),
        ("entries", [True]),
        ("member_count", -1),
        ("member_count", 2**53),
        ("amount", "1.5"),
        ("v", 2),
        ("by", "ana"),
        ("because", "Ivan"),
    ],
)
def test_the_public_part_takes_no_free_text(name: str, value: object) -> None:
    """Only known fields of a known shape may be public, so that no name slips into the log for ever."""
    draft = EntryDraft(type="case", by="ana", body={}, public={name: value})
    with pytest.raises(DebarError, match="DBR-R012"):
        check_draft(draft)


def test_public_fields_that_are_taken() -> None:
    """Digests, keys, scopes, days, counts and amounts must be accepted and come back."""
    public = {
        "brief_sha256": "0" * 64, "member_count": 12, "scopes": ["buy"], "until": None, "from": "2017-10-26",
        "review_on": "2017-11-25", "amount": "1900000.000000", "currency": "USD", "outcome": "upheld",
        "decision_id": "decision-2017-10-26-0a1b2c3d", "plan_id": "plan-0a1b2c3d4e", "because": "linked",
    }  # fmt: skip
    draft = EntryDraft(type="pledge", by="ana", body={}, public=public)
    check_draft(draft)
    assert public == public_part(read_leaf(leaf_of(draft, seq=0, at=NOW, salt=SALT)))


def test_an_unknown_type_is_refused() -> None:
    """Only the types that readers know may be recorded."""
    with pytest.raises(DebarError, match="DBR-R011"):
        check_draft(EntryDraft(type="gossip", by="ana", body={}))


def test_a_leaf_that_is_too_long_is_refused() -> None:
    """A leaf must fit the two bytes that carry its length."""
    crowd = EntryDraft(type="case", by="ana", body={}, subjects=tuple(map(str, range(1000))))
    with pytest.raises(DebarError, match="DBR-R013"):
        leaf_of(crowd, seq=0, at=NOW, salt=SALT)
    fits = EntryDraft(type="case", by="ana", body={}, subjects=tuple(map(str, range(970))))
    assert len(leaf_of(fits, seq=0, at=NOW, salt=SALT)) <= ENTRY_BYTES_MAX


@pytest.mark.parametrize("value", [2**60, float("nan"), b"bytes", {1: 2}])
def test_a_body_that_readers_would_disagree_on_is_refused(value: object) -> None:
    """A body must be canonical JSON: no large integers, no NaN, no bytes."""
    draft = EntryDraft(type="case", by="ana", body={"value": value})
    with pytest.raises(DebarError, match="DBR-R014"):
        leaf_of(draft, seq=0, at=NOW, salt=SALT)


@pytest.mark.parametrize(
    "leaf", [b"[]", b"{}", b"\xff", b'{"v":2}', leaf_of(DRAFT, seq=9, at=NOW, salt=SALT) + b" "]
)
def test_reading_insists_on_canonical_leaves(leaf: bytes) -> None:
    """Bytes that are not the canonical form of a leaf must not be read as one."""
    with pytest.raises(ValueError, match=r"."):
        read_leaf(leaf)


def test_instants_are_utc() -> None:
    """An instant in any zone must be written in UTC, with fractions only where there are any."""
    paris = datetime(2017, 10, 26, 14, 0, 0, 5, tzinfo=timezone(timedelta(hours=2)))
    assert instant_text(paris) == "2017-10-26T12:00:00.000005Z"
    assert instant_text(datetime(2017, 10, 26, tzinfo=UTC)) == "2017-10-26T00:00:00Z"


def test_a_debar_leaf_says_what_and_until_when_but_not_whom() -> None:
    """Outsiders must read a debar's scope and end from the log, and never its account."""
    leaf = leaf_of(debar("acct-77", until="2017-11-25"), seq=2, at=NOW, salt=SALT)
    assert b'"until":"2017-11-25"' in leaf
    assert b"acct-77" not in leaf
