"""Bid responses: the bids of who is debarred are removed, the rest stays as it was written."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from debar.gate import Gate
from debar.gate.selling.bids import BidFilter, FilteredBids
from debar.gate.selling.hints import LABEL, PARTNER_CAPS, hint_for
from debar.gate.table.standing import TableStanding
from debar.model.problem import DebarError
from tables import AT, debarment, made_table

if TYPE_CHECKING:
    from pathlib import Path

NOW = AT + timedelta(days=1)
DEBARRED = [
    debarment("rt.com", kind="domain"),
    debarment("389801252", kind="bundle"),
    debarment("cr-1", kind="creative"),
    debarment("dsp:cr-2", kind="creative"),
    debarment("c-1", kind="campaign"),
    debarment("s-1", kind="seat"),
    debarment("us.example", kind="domain", territories=("US",), surfaces=("search",)),
    debarment("old.example", kind="domain", lapses_at=AT),
    debarment("buys.example", kind="domain", scopes=("buy",)),
]


@pytest.fixture
def gate(tmp_path: Path) -> TableStanding:
    """A gate with debarred domains, bundles, creatives, campaigns and seats."""
    return TableStanding(made_table(tmp_path / "t", DEBARRED))


def bid(number: int = 1, **fields: Any) -> dict[str, Any]:
    """Return a bid of an advertiser in standing."""
    made = {"id": f"b{number}", "impid": f"i{number}", "price": 1.5, "adomain": ["ft.com"], **fields}
    return {name: value for name, value in made.items() if value is not ...}


def response(*bids: Any, **seat: Any) -> bytes:
    """Return a response with one seat."""
    return json.dumps({"id": "r1", "seatbid": [{"bid": list(bids), **seat}], "cur": "EUR"}).encode()


def left(done: FilteredBids) -> list[str]:
    """Return the ids of the bids that are left."""
    return [one["id"] for seat in json.loads(done.body).get("seatbid", []) for one in seat["bid"]]


@pytest.mark.parametrize(
    ("fields", "kind", "code"),
    [
        ({"adomain": ["rt.com"]}, "domain", 205),
        ({"adomain": ["https://ads.news.RT.com/"]}, "domain", 205),
        ({"adomain": ["ft.com", "rt.com"]}, "domain", 205),
        ({"adomain": "rt.com"}, "domain", 205),
        ({"bundle": "id389801252"}, "bundle", 206),
        ({"crid": "cr-1"}, "creative", 202),
        ({"cid": "c-1"}, "campaign", 200),
        ({"adomain": ["us.example"]}, "domain", 205),
    ],
)
def test_a_debarred_bid_is_removed(gate: TableStanding, fields: dict[str, Any], kind: str, code: int) -> None:
    """Whatever names who is debarred must take the bid out, and say what it was and with which loss code."""
    done = BidFilter(gate=gate).filtered(response(bid(1), bid(2, **fields), bid(3)), now=NOW)
    assert (left(done), done.bid_count) == (["b1", "b3"], 2)
    (out,) = done.removed
    assert (out.bid_id, out.impression_id, out.kind, out.loss_code) == ("b2", "i2", kind, code)
    assert out.answer is not None
    assert (out.answer.verdict, out.answer.revision, out.reason) == ("debarred", 10, DEBARRED[0].reason)


@pytest.mark.parametrize(
    "fields",
    [
        {}, {"adomain": ["notrt.com", "rt.com.example.org"]}, {"adomain": ["old.example", "buys.example"]},
        {"bundle": "com.example.app", "crid": "cr-2", "cid": 17, "seat": "s-1"}, {"crid": "", "cid": None},
    ],
)  # fmt: skip
def test_what_is_not_debarred_stays_byte_for_byte(gate: TableStanding, fields: dict[str, Any]) -> None:
    """A response in which nothing is removed must be the very bytes that came."""
    body = response(bid(1, **fields))
    done = BidFilter(gate=gate).filtered(body, now=NOW)
    assert done == FilteredBids(body=body, bid_count=1, removed=())
    assert done.body is body


def test_the_rest_is_kept_as_it_was_written(gate: TableStanding) -> None:
    """Spaces, number forms, escapes and unknown fields of what stays must be kept exactly."""
    good = '{ "id":"b1","price":1.10, "adomain" : ["ft.com"], "ext":{"x":[1e2,"\\u00e9",{}]} }'
    bad = '{"id":"b2","adomain":["rt.com"]}'
    text = ' {"id": "r" , "seatbid": [ {"bid": [%s , %s],"seat":"s2"} , {"bid":[%s]} ], "bidid":"é\\/" }\n'
    done = BidFilter(gate=gate).filtered((text % (good, bad, bad)).encode(), now=NOW)
    expected = f' {{"id": "r" , "seatbid": [{{"bid": [{good}],"seat":"s2"}}], "bidid":"é\\/" }}\n'
    assert (expected.encode(), 1) == (done.body, done.bid_count)


def test_a_debarred_seat_and_the_bidders_own_ids(gate: TableStanding) -> None:
    """A seat must take all of its bids; ids of one bidder must not be mistaken for another's."""
    body = response(bid(1, crid="cr-1"), bid(2, crid="cr-2"), seat="s-1")
    assert [out.kind for out in BidFilter(gate=gate).filtered(body, now=NOW).removed] == ["creative", "seat"]
    done = BidFilter(gate=gate, bidder="dsp").filtered(body, now=NOW)
    assert (left(done), [out.seat for out in done.removed]) == (["b1"], ["s-1"])
    everything = BidFilter(gate=gate).filtered(response(bid(1), seat="s-1"), now=NOW)
    assert (everything.bid_count, json.loads(everything.body)) == (
        0,
        {"id": "r1", "seatbid": [], "cur": "EUR"},
    )
    assert everything.removed[0].loss_code == 104


def test_bids_of_a_group_go_together(gate: TableStanding) -> None:
    """Where bids are won or lost as a group, one that is removed must take the others with it."""
    bids = bid(1), bid(2, adomain=["rt.com"]), bid(3)
    done = BidFilter(gate=gate).filtered(response(*bids, group=1), now=NOW)
    assert (done.bid_count, [out.bid_id for out in done.removed]) == (0, ["b2", "b1", "b3"])
    assert BidFilter(gate=gate).filtered(response(*bids, group=0), now=NOW).bid_count == 2


def test_surface_and_territory(gate: TableStanding) -> None:
    """A decision that is limited must take bids out inside its limits only."""
    body = response(bid(1, adomain=["us.example"]))
    ask = BidFilter(gate=gate).filtered
    assert ask(body, territory="US", surface="search", now=NOW).bid_count == 0
    assert ask(body, territory="FR", now=NOW).bid_count == 1
    assert ask(body, surface="feed", now=NOW).bid_count == 1


@pytest.mark.parametrize(
    ("adomain", "when_denying", "when_allowing"),
    [
        (..., 0, 1), (None, 0, 1), ([], 0, 1), ("", 0, 1), (["no host"], 0, 1), (["ft.com", "no host"], 0, 1),
        (["no host", "rt.com"], 0, 0), ([17], 0, 1), (17, 0, 0), ({"a": 1}, 0, 0), (["ft.com"] * 33, 0, 0),
        (["ft.com"], 1, 1),
    ],
)  # fmt: skip
def test_unknown_advertisers(
    gate: TableStanding, adomain: Any, when_denying: int, when_allowing: int
) -> None:
    """A bid that does not say whose it is must be treated as the policy says; nonsense must always go."""
    body = response(bid(1, adomain=adomain))
    denying = BidFilter(gate=gate).filtered(body, now=NOW)
    assert denying.bid_count == when_denying
    assert [(out.loss_code, out.answer) for out in denying.removed] == [(6, None)] * (1 - when_denying)
    allowing = BidFilter(gate=gate, unknown_advertiser="allow").filtered(body, now=NOW)
    assert allowing.bid_count == when_allowing


def test_an_unknown_advertiser_is_still_checked(gate: TableStanding) -> None:
    """Where unknown advertisers are allowed, what a bid does name must be checked all the same."""
    allowing = BidFilter(gate=gate, unknown_advertiser="allow")
    assert allowing.filtered(response(bid(1, adomain=..., crid="cr-1")), now=NOW).bid_count == 0


@pytest.mark.parametrize("fields", [{"crid": True}, {"cid": 1.5}, {"bundle": ["x"]}, {"crid": "\ud800"}])
def test_ids_of_a_wrong_type(gate: TableStanding, fields: dict[str, Any]) -> None:
    """A bid whose ids cannot be read must go."""
    done = BidFilter(gate=gate).filtered(response(bid(1, id=7, **fields)), now=NOW)
    assert [(out.bid_id, out.loss_code) for out in done.removed] == [("", 6)]


def test_a_gate_without_an_answer_lets_no_bid_through(gate: TableStanding, tmp_path: Path) -> None:
    """Where the register is stale or gone, every bid must go, and nobody be accused."""
    late = BidFilter(gate=gate).filtered(response(bid(1)), at_least=11, now=NOW)
    gone = BidFilter(gate=Gate(tmp_path / "none.db")).filtered(response(bid(1)), now=NOW)
    for done, verdict in ((late, "stale"), (gone, "unreadable")):
        (out,) = done.removed
        assert out.answer is not None
        assert (done.bid_count, out.answer.verdict, out.kind, out.loss_code) == (0, verdict, None, 1)


def test_a_denial_that_is_over_when_it_is_looked_at_again(gate: TableStanding) -> None:
    """Where no single key denies any more, the bid must be out all the same, without a kind."""

    class Forgetful:
        """Denies all keys together, and each alone no more: lifted in between."""

        def check_keys(self, keys: Any, **asked: Any) -> Any:
            """Answer."""
            return gate.check_keys(keys if len(keys) > 1 else [("account", "free")], **asked)

    done = BidFilter(gate=Forgetful()).filtered(response(bid(1, adomain=["a.rt.com"])), now=NOW)
    assert [(out.kind, out.loss_code) for out in done.removed] == [(None, 200)]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"7", b"{", b"\xff{}", b'\xef\xbb\xbf{"id":"r"}', b'{"id":"r","seatbid":{}}',
        b'{"seatbid":[7]}', b'{"seatbid":[{"bid":7}]}', b'{"seatbid":[{"bid":["x"]}]}', b'{"seatbid":[[]]}',
        b'{"seatbid":[{"bid":[{"adomain":["ft.com"],"adomain":["rt.com"]}]}]}', b'{"a":1,"a":1}',
        b'{"seatbid":[{"bid":[{"price":NaN}]}]}', b'{"seatbid":[{"bid":[],"seat":[1]}]}',
        b'{"ext":' + b"[" * 100_000 + b"]" * 100_000 + b"}", b'{"x":' + b"9" * 10_000 + b"}",
    ],
    ids=range(17),
)  # fmt: skip
def test_a_response_that_cannot_be_read(gate: TableStanding, body: bytes) -> None:
    """What readers might take for different things must be refused whole."""
    with pytest.raises(DebarError, match="DBR-G024"):
        BidFilter(gate=gate).filtered(body, now=NOW)


@pytest.mark.parametrize("body", [b'{"id":"r"}', b" { } ", b'{"seatbid":null,"nbr":2}', b'{"seatbid":[ ]}', b'{"seatbid":[{"seat":"x","bid":[]},{}]}'])  # fmt: skip
def test_a_response_without_bids(gate: TableStanding, body: bytes) -> None:
    """A response that bids nothing must pass as it is."""
    assert BidFilter(gate=gate).filtered(body, now=NOW) == FilteredBids(body=body, bid_count=0, removed=())


def test_hints_are_capped_and_labelled() -> None:
    """A partner's list must hold the newest decisions that deny serving there, up to its cap, and be labelled."""
    domains = [debarment(f"d{number}.example", kind="domain", entry_seq=number) for number in range(60)]
    twice = debarment("d0.example", kind="domain", entry_seq=99, decision_id="decision-00000009")
    made = hint_for([*DEBARRED, *domains, twice], revision=100, cap=PARTNER_CAPS["magnite"], now=NOW)
    assert (len(made.badv), made.badv[:3]) == (50, ("d0.example", "d59.example", "d58.example"))
    assert made.left_out == {"badv": 60 + 2 - 50, "bapp": 0}
    assert made.bapp == ("389801252",)
    assert made.as_json()["hint"] == LABEL
    abroad = hint_for(DEBARRED, revision=100, cap=50, territory="FR", now=NOW)
    assert abroad.badv == ("rt.com",)
