"""A peer's list: read under the peer's key alone, matched, and never more than a question."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debar.cases.referrals import (
    SHARED_KINDS,
    Peer,
    ReferralPolicy,
    draft_referral,
    list_key,
    match_referral,
    read_referral,
    referral_sha256,
    sign_referral,
    value_of,
)
from debar.evidence.keying import is_keyed, keyed
from debar.model.identifiers import FAMILY_OF_KIND
from debar.model.problem import DebarError
from registers import ANA, BEN

US, THEM = "ads.example.org/debar", "peer.example.net/debar"
SALT, SECRET = b"\x07" * 32, b"\x09" * 32
PEER = Peer(name=THEM, public_key=ANA.public_key, secret=SECRET)
POLICY = ReferralPolicy(peers=(PEER,))
KEY = list_key(SALT, SECRET)
DECISION = {
    "decision_id": "decision-2017-10-26-0a1b2c3d", "plan_sha256": "5" * 64, "from": "2017-10-26T12:00:00Z",
    "ground": "policy", "rule": {"id": "r", "version": "1", "url": ""}, "territories": ["worldwide"],
}  # fmt: skip


def stored(kind: str, value: str) -> str:
    """Return a value's key as intake makes it under the list's key."""
    return keyed(kind, value, KEY) if is_keyed(kind) else value


def party(*values: tuple[str, str], form: Any = "salted", basis: str = "named") -> dict[str, Any]:
    """Return a party with values."""
    listed = [value_of(kind, stored(kind, value), KEY, form) for kind, value in values]
    named = "Northwind" if form == "clear" else ""
    return {"basis": basis, "name": named, "handle": "", "values": listed}


def listed(*parties: dict[str, Any], form: Any = "salted") -> dict[str, Any]:
    """Return the peer's signed list."""
    to_us = Peer(name=US, public_key=b"", secret=SECRET)
    made = draft_referral(
        sender=THEM,
        peer=to_us,
        made_at="2017-10-27T00:00:00Z",
        form=form,
        salt=SALT,
        decision=DECISION,
        parties=parties,
    )
    return sign_referral(made, ANA)


def read(document: Any, policy: ReferralPolicy = POLICY) -> dict[str, Any]:
    """Read a list as ours."""
    return read_referral(json.dumps(document), policy, to=US, file="list.json")[0]


def test_a_list_comes_back_as_it_was_signed() -> None:
    """What the peer signed must be what is read, whatever the file's layout."""
    document = listed(party(("domain", "rt.com"), ("email", "a@rt.com")))
    assert document == read(document)
    assert referral_sha256(document) == referral_sha256(json.loads(json.dumps(document, indent=3)))


@given(
    st.dictionaries(st.sampled_from(SHARED_KINDS), st.text(min_size=1, max_size=20), min_size=1),
    st.booleans(),
)
def test_who_holds_a_value_is_found_and_nobody_else(values: dict[str, str], clear: bool) -> None:
    """Our account with a value of a party must be found by its kind, in either form, and a stranger never."""
    form = "clear" if clear else "salted"
    document = read(listed(party(*values.items(), form=form), form=form))
    rows = [("ours", kind, stored(kind, value)) for kind, value in values.items()]
    rows += [("stranger", kind, stored(kind, value + "x")) for kind, value in values.items()]
    (match,) = match_referral(document, rows, KEY, crowd_cap=200)
    assert (match.account_id, match.party, match.kinds) == ("ours", 1, tuple(sorted(values)))


def test_a_salted_list_holds_no_value_and_no_name() -> None:
    """No value, in clear or under another list's key, may stand in a salted list."""
    values = (("domain", "rt.com"), ("email", "desk@rt.com"), ("legal_id", "NW100"))
    text = json.dumps(listed(party(*values)))
    assert not any(value in text for _, value in values)
    other = list_key(b"\x08" * 32, SECRET)
    assert not any(keyed(kind, value, other) in text for kind, value in values)
    leaked = list_key(SALT, b"")
    assert not any(keyed(kind, value, leaked) in text for kind, value in values), "the secret is needed too"


def test_a_clear_list_still_hashes_what_is_sensitive() -> None:
    """A clear list must show a domain, and never an e-mail address."""
    text = json.dumps(
        listed(party(("domain", "rt.com"), ("email", "desk@rt.com"), form="clear"), form="clear")
    )
    assert '"rt.com"' in text
    assert "desk@" not in text


def test_a_crowd_says_nothing() -> None:
    """A value that more of our accounts hold than the cap must match nobody."""
    document = read(listed(party(("domain", "shared.example"))))
    rows = [(f"a{n}", "domain", "shared.example") for n in range(3)]
    assert len(match_referral(document, rows, KEY, crowd_cap=3)) == 3
    assert match_referral(document, rows, KEY, crowd_cap=2) == ()


@pytest.mark.parametrize(
    ("kinds", "firm"),
    [
        (("domain",), False),
        (("card",), False),
        (("legal_name", "card"), False),
        (("legal_id",), True),
        (("email", "card"), True),
    ],
)
def test_what_an_outsider_can_plant_is_never_firm(kinds: tuple[str, ...], firm: bool) -> None:
    """Plantable and access evidence alone must stay doubtful."""
    document = read(listed(party(*((kind, "v") for kind in kinds))))
    (match,) = match_referral(document, [("a", kind, stored(kind, "v")) for kind in kinds], KEY, crowd_cap=9)
    assert match.is_firm is firm


def test_a_list_of_a_stranger_is_not_read() -> None:
    """A sender whom the policy does not name, or under another key than the policy's, must be refused."""
    document = listed(party(("domain", "rt.com")))
    with pytest.raises(DebarError, match="DBR-C001"):
        read(document, ReferralPolicy())
    for changed in (Peer(name=THEM, public_key=BEN.public_key),):
        with pytest.raises(DebarError, match="DBR-C003"):
            read(document, ReferralPolicy(peers=(changed,)))
    unsigned = {name: value for name, value in document.items() if name not in ("public_key", "signature")}
    with pytest.raises(DebarError, match="DBR-C003"):
        read(sign_referral(unsigned, BEN))


def test_a_changed_list_is_not_believed() -> None:
    """One changed field under the old signature must be refused."""
    document = listed(party(("domain", "rt.com")))
    changes: tuple[dict[str, Any], ...] = (
        {"made_at": "2017-10-28T00:00:00Z"}, {"parties": []}, {"salt": "00" * 32}, {"signature": "00" * 64},
        {"decision": {**DECISION, "ground": "another"}},
    )  # fmt: skip
    for change in changes:
        with pytest.raises(DebarError, match="DBR-C003"):
            read({**document, **change})


def test_one_of_several_peers_is_found() -> None:
    """Among several peers the sender's own key must be the one that counts."""
    others = (
        Peer(name="a.example", public_key=BEN.public_key),
        PEER,
        Peer(name="z.example", public_key=b"\x00" * 32),
    )
    assert read(listed(), ReferralPolicy(peers=others))["from"] == THEM


def test_a_list_for_somebody_else_is_not_read() -> None:
    """A list that was made for another platform must be refused: it can be replayed to anybody."""
    with pytest.raises(DebarError, match="DBR-C004"):
        read_referral(json.dumps(listed()), POLICY, to="third.example/debar", file="list.json")


HASH = "0" * 64


@pytest.mark.parametrize(
    "change",
    [
        {"changes": [{"action": "debar", "key": {"kind": "account", "value": "N1"}}]}, {"scopes": ["buy"]},
        {"format": "plan"}, {"version": 2}, {"form": "open"}, {"keyed_with": "nothing"}, {"salt": "zz"}, {"to": 5},
        {"signature": "00"}, {"public_key": None}, {"decision": {**DECISION, "action": "debar"}}, {"parties": {"a": 1}},
        {"parties": [{**party(), "action": "debar"}]}, {"parties": [{**party(), "basis": "guilty"}]},
        {"parties": [{**party(), "name": "RT"}]}, {"parties": [{**party(), "values": [{"kind": "domain", "value": "rt.com"}]}]},
        {"parties": [{**party(), "values": [{"kind": "soul", "hash": HASH}]}]},
        {"parties": [{**party(), "values": [{"kind": "domain", "hash": "rt.com"}]}]},
        {"parties": [{**party(), "values": [{"kind": "domain", "hash": HASH, "ban": True}]}]},
    ],
)  # fmt: skip
def test_a_list_that_holds_anything_else_is_refused(change: dict[str, Any]) -> None:
    """A field that a list has not, above all one that could be carried out, must refuse the whole list, signed or not."""
    unsigned = {
        name: value for name, value in listed(party()).items() if name not in ("public_key", "signature")
    }
    key_fields = {"signature", "public_key"} & set(change)
    document = {**listed(party()), **change} if key_fields else sign_referral({**unsigned, **change}, ANA)
    with pytest.raises(DebarError, match="DBR-C002"):
        read(document)


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "5", '"x"'])
def test_what_is_no_list_is_refused(text: str) -> None:
    """Any other JSON, and what is none, must be refused."""
    with pytest.raises(DebarError, match="DBR-C002"):
        read_referral(text, POLICY, to=US, file="list.json")


def test_a_clear_list_with_a_sensitive_value_in_clear_is_refused() -> None:
    """A peer that writes a mailbox in clear must be refused, so that it is not kept here either."""
    bad = {**party(form="clear"), "values": [{"kind": "email", "value": "desk@rt.com"}]}
    with pytest.raises(DebarError, match="DBR-C002"):
        read(listed(bad, form="clear"))


def test_the_kinds_that_go_out_are_known() -> None:
    """Every kind that goes out by default must be one that a peer knows."""
    assert set(SHARED_KINDS) <= set(FAMILY_OF_KIND)
