"""The other side of October 2017: the denial word for word, the contacts, and one linked account restored."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from debar.gate import check
from debar.model.money import parse_micros
from debar.register.sqlite import SqliteRegister
from debar.sample import story

if TYPE_CHECKING:
    from story import Played

LATER = story.BAN_AT + timedelta(days=14)


@pytest.fixture(scope="module")
def lifted(played: Played) -> dict[str, Any]:
    """Return the plan that lifted the decision for one account."""
    document: dict[str, Any] = json.loads((played.folder / "appeal" / "lift.json").read_text())
    return document


def test_the_denial_stands_in_the_record_word_for_word(played: Played) -> None:
    """Not a character of RT's answer is changed, and the post quotes it."""
    with SqliteRegister.open(played.folder / "record" / "register.sqlite", read_only=True) as register:
        (denial,) = register.entries_of_type("denial")
    assert denial.body is not None
    assert story.DENIAL == denial.body["text"]
    assert "urged us to spend big" in (played.folder / "statements" / "post.txt").read_text().replace(
        "\n", " "
    )


def test_the_contacts_were_recorded_before_anybody_was_banned(played: Played) -> None:
    """Nine sales and two government contacts, by their digests, in an entry before the first debar."""
    assert "(2 government, no other, 9 sales)" in played.transcript
    with SqliteRegister.open(played.folder / "record" / "register.sqlite", read_only=True) as register:
        (case,) = register.entries_of_type("case")
        first = register.entries_of_type("debar")[0]
    assert case.seq < first.seq


def test_one_account_is_restored_and_everybody_else_stays_banned(
    played: Played, lifted: dict[str, Any]
) -> None:
    """On the copy the gate allows one account; on the record itself all 27 are denied as before."""
    (account,) = [change["key"]["value"] for change in lifted["changes"]]
    copy, record = (played.folder / name / "register.sqlite" for name in ("appeal", "record"))
    assert check(copy, account, now=LATER).allowed
    assert not check(record, account, now=LATER).allowed
    plan = json.loads((played.folder / "plan.json").read_text())
    others = [change["key"]["value"] for change in plan["changes"] if change["key"]["value"] != account]
    assert 26 == sum(not check(copy, other, now=LATER).allowed for other in others)


def test_the_pledge_falls_by_what_the_account_had_brought(played: Played, lifted: dict[str, Any]) -> None:
    """The copy verifies, and its promise is $1,900,000.00 less the account's own part."""
    with SqliteRegister.open(played.folder / "appeal" / "register.sqlite", read_only=True) as register:
        assert register.verify() == ()
        pledge = register.entries_of_type("pledge")[-1].body
    assert pledge is not None
    fallen = parse_micros("1900000.000000") - parse_micros(pledge["pledged"])
    assert fallen == parse_micros(lifted["money"]["reduction"]) > 0
    assert pledge["loss"] == "0.000000"


def test_whoever_decided_did_not_review(played: Played) -> None:
    """Whoever approved the ban is refused; dora signs; the transcript says that the act is an exercise."""
    act = played.transcript.split("APPEAL", 2)[-1]
    assert act.index("refused: cem took part") < act.index("dora signs the outcome")
    assert "on a copy of the record" in played.transcript
    assert "the account is RT's all the same" in act
