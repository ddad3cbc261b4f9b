"""Messages are read strictly and have one form each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from debar.gate.protocol.messages import (
    Ack,
    Entries,
    Fence,
    Grant,
    Join,
    Joined,
    Leave,
    Offer,
    Refused,
    Renew,
    Stay,
    Tail,
    from_json,
    to_json,
)
from debar.model.problem import DebarError
from protocol_worlds import START, entry

if TYPE_CHECKING:
    from debar.gate.protocol.messages import Message

EVERY: list[Message] = [
    Join(gate="g/1", valid_ns=5, tails=(Tail(name="cdn", lasts_ns=7),), replaces="g/0", via="r/1", stay=3),
    Joined(gate="g/1", epoch=1, head=9, via="r/1", stay=3),
    Renew(gate="r/1", nonce="n", applied=9, acked=8, stay_last=3, stays=(Stay(gate="g/1", stay=3, acked=8),)),
    Grant(gate="g/1", nonce="n", epoch=1, head=9, term_ns=10, clock_ns=11, wall=START, wall_spread_ns=2),
    Refused(gate="g/1", nonce="n", why="join"),
    Entries(epoch=1, after=8, through=12, entries=(entry(8, "a1"), entry(10, "ä", "lift"))),
    Offer(epoch=1, revision=9, sha256="0" * 64, length=3, where="/snapshot"),
    Ack(gate="g/1", applied=9, revision=8),
    Leave(gate="g/1"),
    Fence(gate="g/1"),
]


@pytest.mark.parametrize("message", EVERY, ids=lambda message: type(message).__name__)
def test_every_message_comes_back_as_it_was(message: Message) -> None:
    """Export then import is the identity, and the bytes are one line."""
    line = to_json(message)
    assert message == from_json(line)
    assert b"\n" not in line
    assert to_json(from_json(line)) == line


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2}, {"v": None}, {"v": True}, {"type": "grants"}, {"type": 3}, {"more": 1}, {"gate": ""}, {"gate": 3},
        {"gate": "x" * 5000}, {"head": -1}, {"head": True}, {"head": 1.0}, {"head": 2**63},
        {"wall": "2017-10-26T12:00:00"}, {"wall": "2017-10-26T14:00:00+02:00"}, {"wall": "noon"},
        {"head": None},
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_whole(change: dict[str, object]) -> None:
    """A message that is half understood could be a lease."""
    document = {**json.loads(to_json(EVERY[3])), **change}
    with pytest.raises(DebarError, match="DBR-G011"):
        from_json(json.dumps(document))


@pytest.mark.parametrize(
    ("place", "field", "value"),
    [
        (0, "mode", "lax"), (0, "kind", "thing"), (0, "tails", {}), (0, "tails", [3]),
        (0, "tails", [{"name": "cdn"}]), (4, "why", "because"), (5, "entries", [{"seq": 1}]),
        (5, "entries", "all"),
    ],
)  # fmt: skip
def test_words_and_lists_are_checked_too(place: int, field: str, value: object) -> None:
    """A mode or a list that nobody knows is refused."""
    document = {**json.loads(to_json(EVERY[place])), field: value}
    with pytest.raises(DebarError, match="DBR-G011"):
        from_json(json.dumps(document))


@pytest.mark.parametrize("body", [3, {"key": {"kind": "account", "value": "a"}, "name": "private"}])
def test_an_entry_holds_what_gates_need_and_nothing_else(body: object) -> None:
    """A name, or what the watch keeps, never travels to a gate."""
    document = json.loads(to_json(EVERY[5]))
    document["entries"][0]["body"] = body
    with pytest.raises(DebarError, match="DBR-G011"):
        from_json(json.dumps(document))


@pytest.mark.parametrize("line", ["", "[]", "3", "{", "null"])
def test_what_is_no_object_is_refused(line: str) -> None:
    """Noise on the wire is no message."""
    with pytest.raises(DebarError, match="DBR-G011"):
        from_json(line)
