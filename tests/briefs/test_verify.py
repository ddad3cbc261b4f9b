"""The checks in Python: green untouched, and red for every single change."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from debar.briefs.build import BriefInput, build_brief
from debar.briefs.seal import DOCTYPE
from debar.briefs.verify import TITLES, fingerprint_of, verify_brief
from debar.model.canonical import digest
from debar.model.problem import DebarError

if TYPE_CHECKING:
    from collections.abc import Mapping


def statuses(html: str | bytes) -> dict[str, str]:
    return {check.name: check.status for check in verify_brief(html)}


def rehashed(plan: Mapping[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in plan.items() if name != "plan_sha256"}
    return {**rest, "plan_sha256": digest(rest)}


def test_an_untouched_brief_passes_every_check(brief_html: str) -> None:
    """Every seal holds, on bytes and on text, and the fingerprint is the one that is shown."""
    expected = dict.fromkeys(TITLES, "ok")

    assert expected == statuses(brief_html)
    assert expected == statuses(brief_html.encode())
    assert fingerprint_of(brief_html)[:8] in brief_html


def test_any_changed_byte_fails(brief_html: str) -> None:
    """Three hundred single bytes changed at seeded places: each is found."""
    raw, chance = brief_html.encode(), random.Random(20171026)
    for _ in range(300):
        at = chance.randrange(len(raw))
        changed = bytearray(raw)
        changed[at] ^= 1 << chance.randrange(8)
        found = verify_brief(bytes(changed))
        assert any(check.status == "bad" for check in found), f"byte {at} was changed unseen"


@pytest.mark.parametrize("end", ["", " ", "\n", "<!-- -->"])
@pytest.mark.parametrize("start", ["", " ", "\ufeff"])
def test_nothing_can_be_put_before_or_after(brief_html: str, start: str, end: str) -> None:
    """What is added outside of the page is found too."""
    expected = "ok" if not start + end else "bad"

    assert expected == statuses(start + brief_html + end)["page"]


def test_the_place_of_a_change_is_named(brief_html: str) -> None:
    """A changed word is found in its section, a changed number in its data."""
    seen = {c.name: c for c in verify_brief(brief_html.replace("incompatible with", "compatible with", 1))}
    behind = {
        c.name: c for c in verify_brief(brief_html.replace('"as_of":"2017-10-26"', '"as_of":"2017-10-27"', 1))
    }

    assert seen["page"].places == ("page: decision",)
    assert seen["data"].status == "ok"
    assert behind["data"].places == ("data: plan",)


def test_a_member_moved_by_hand_is_found_even_when_all_is_hashed_again(brief_input: BriefInput) -> None:
    """A forger who rebuilds the file still cannot make the evidence say another thing."""
    plan = json.loads(json.dumps(brief_input.plan))
    next(m for m in plan["members"] if m["account_id"] == "4002")["status"] = "in"
    found = {c.name: c for c in verify_brief(build_brief(replace(brief_input, plan=rehashed(plan))))}

    assert found["page"].status == "ok"
    assert found["evidence"].places == ("member 4002",)
    assert found["approvals"].status == "bad"


def test_money_that_does_not_add_up_is_found(brief_input: BriefInput) -> None:
    """One micro too many in one member is one micro too many."""
    plan = json.loads(json.dumps(brief_input.plan))
    plan["members"][0]["earned"]["by_currency"]["USD"] = "1108420.150001"
    money = json.loads(json.dumps(brief_input.money))
    money["waterfalls"][0]["lines"][0]["amount"] = "1.000000"
    found = {c.name: c for c in verify_brief(build_brief(replace(brief_input, plan=rehashed(plan))))}
    also = {c.name: c for c in verify_brief(build_brief(replace(brief_input, money=money)))}

    assert found["sums"].places == ("members in USD",)
    assert also["sums"].places == ("waterfall in EUR", "gross in EUR")


def test_weights_that_are_not_the_plans_own_are_found(brief_input: BriefInput) -> None:
    """A plan whose weights do not hash to its base was not made with them."""
    plan = json.loads(json.dumps(brief_input.plan))
    plan["evidence"]["parameters"]["owner_role"] = [-4000, 0, 1501]
    found = {c.name: c for c in verify_brief(build_brief(replace(brief_input, plan=rehashed(plan))))}

    assert found["plan"].places == ("data: plan, base.model_sha256",)


def test_signatures_of_strangers_and_of_the_proposer_do_not_count(brief_input: BriefInput) -> None:
    """A good signature under a key that is not enrolled, or under the proposer's, is none."""
    fewer = [
        key for key in brief_input.verification_keys if not (isinstance(key, dict) and key["by"] == "eva")
    ]
    plan = dict(brief_input.plan)
    stranger = build_brief(replace(brief_input, verification_keys=fewer))
    first = brief_input.approvals[0]
    swapped = build_brief(replace(brief_input, approvals=[{**first, "signature": "00" * 64}]))
    own = rehashed({**plan, "proposer_key": first["public_key"]})

    assert {c.name: c for c in verify_brief(stranger)}["approvals"].places == ("approval by eva",)
    assert {c.name: c for c in verify_brief(swapped)}["approvals"].places == ("approval by ben",)
    assert statuses(build_brief(replace(brief_input, plan=own)))["approvals"] == "bad"


def test_the_proposer_cannot_approve(brief_input: BriefInput, self_approved: BriefInput) -> None:
    """A plan that its proposer signed as approver is refused, though the signature fits."""
    found = {c.name: c for c in verify_brief(build_brief(self_approved))}

    assert brief_input.plan["plan_sha256"] == self_approved.plan["plan_sha256"]
    assert found["approvals"].detail == "The proposer approved their own plan."


def test_an_entry_that_is_not_in_the_tree_is_found(brief_input: BriefInput) -> None:
    """A leaf at another place, a shown type that is not the leaf's, a checkpoint of another key: all red."""
    entries = [dict(entry) for entry in brief_input.entries]
    moved = [{**entries[0], "seq": 3}, *entries[1:]]
    retyped = [{**entries[0], "type": "appeal"}, *entries[1:]]
    keys = [key for key in brief_input.verification_keys if not isinstance(key, str)]

    def record(brief: BriefInput) -> tuple[str, tuple[str, ...]]:
        found = {c.name: c for c in verify_brief(build_brief(brief))}["record"]
        return found.status, found.places

    assert record(replace(brief_input, entries=moved)) == ("bad", ("entry 3",))
    assert record(replace(brief_input, entries=retyped)) == ("bad", ("entry 2",))
    assert record(replace(brief_input, verification_keys=keys)) == ("bad", ("checkpoint",))


def test_words_that_the_register_does_not_hold_break_the_hearing_seal(brief_input: BriefInput) -> None:
    """One changed word of an answer, another salt, or another plan in the register: each is found and named."""

    def heard(changed: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
        entries = [
            {**e, "opened": {**e["opened"], **changed}} if e["seq"] == 10 else e for e in brief_input.entries
        ]
        check = {c.name: c for c in verify_brief(build_brief(replace(brief_input, entries=entries)))}[
            "hearing"
        ]
        return check.status, check.places

    opened = next(e["opened"] for e in brief_input.entries if e["seq"] == 10)
    assert heard({}) == ("ok", ())
    assert heard({"body": {**opened["body"], "text": "We bought that card new."}}) == ("bad", ("entry 10",))
    assert heard({"salt": "00" * 32}) == ("bad", ("entry 10",))


def test_another_plan_than_the_registers_breaks_the_record_seal(brief_input: BriefInput) -> None:
    """A plan that hashes and adds up, but is not the one that the register holds."""
    other = {**brief_input.plan, "plan_id": "plan-2017-10-26-ffffffff"}
    del other["plan_sha256"]
    other["plan_sha256"] = digest(other)
    found = {c.name: c for c in verify_brief(build_brief(replace(brief_input, plan=other)))}
    assert (found["plan"].status, found["record"].status) == ("ok", "bad")
    assert found["record"].places == ("data: plan",)


def test_a_brief_of_a_plan_that_nobody_approved_says_so(brief_input: BriefInput) -> None:
    """Nothing to check is not a failure, and not a success."""
    bare = replace(
        brief_input, approvals=[], entries=[], checkpoint="", verification_keys=[], money={}, statement=""
    )
    found = statuses(build_brief(bare))

    assert (found["approvals"], found["record"], found["hearing"]) == ("none", "none", "none")
    assert "bad" not in found.values()


def test_a_file_that_is_no_brief_fails_every_check() -> None:
    """Any other file is refused in words; DBR-F002 where its fingerprint is asked for."""
    assert set(statuses(b"\xff\xfe not a brief").values()) == {"bad"}
    assert set(statuses(DOCTYPE + "<html></html>").values()) == {"bad"}
    with pytest.raises(DebarError, match="DBR-F002"):
        fingerprint_of("nothing")
