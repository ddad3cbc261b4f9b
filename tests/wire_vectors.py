"""The vectors of the wire protocol: lines, and scripts of gates' lives with what the real core answers.

``python tests/wire_vectors.py`` writes ``tests/vectors/gate/wire.json`` anew.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from debar.gate.protocol.gate import GateCore, GateSettings
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
from debar.gate.protocol.standing import DictStanding, LogEntry
from debar.gate.protocol.timing import SECOND, Timing
from debar.model.problem import DebarError
from debar.register.entries import instant_text
from protocol_worlds import START, entry

if TYPE_CHECKING:
    from datetime import datetime

    from debar.gate.protocol.messages import Message

PATH: Final = Path(__file__).parent / "vectors" / "gate" / "wire.json"
GATE: Final = "ads-7/3f2a"
TIMING: Final = Timing()
Step = dict[str, Any]

MESSAGES: Final[tuple[Message, ...]] = (
    Join(gate=GATE, valid_ns=SECOND, tails=(Tail(name="cdn", lasts_ns=5 * SECOND),)),
    Join(gate=GATE, mode="best_effort", replaces="ads-7/11aa", via="relay-1/9", stay=3),
    Joined(gate=GATE, epoch=1, head=9, via="relay-1/9", stay=3),
    Renew(gate=GATE, nonce="5c1d", applied=9, acked=8),
    Renew(
        gate="relay-1/9", nonce="77", applied=9, acked=8, stay_last=3, stays=(Stay(gate=GATE, stay=3, acked=8),)
    ),
    Grant(gate=GATE, nonce="5c1d", epoch=1, head=9, term_ns=300 * SECOND, clock_ns=11, wall=START),
    Grant(
        gate=GATE, nonce="5c1d", epoch=1, head=9, term_ns=2**63 - 1, clock_ns=0,
        wall=START + timedelta(microseconds=20), wall_spread_ns=1500,
    ),
    Refused(gate=GATE, nonce="5c1d", why="join"),
    Entries(epoch=1, after=8, through=12, entries=(
        entry(8, "a1", until="2018-01-01", reason='Zoë <&> "x"'), entry(10, "a1", "lift"),
    )),
    Entries(epoch=1, after=8, through=9, entries=(entry(8, "x" * 4097),)),
    Offer(epoch=1, revision=9, sha256="0" * 64, length=3, where="/v1/gate/table/9"),
    Ack(gate=GATE, applied=9, revision=8),
    Leave(gate=GATE),
    Fence(gate=GATE),
)  # fmt: skip

_ACK: Final = '{"v":1,"type":"ack","gate":"g","applied":9,"revision":8}'
_GRANT: Final = to_json(MESSAGES[5]).decode()
_ENTRIES: Final = to_json(MESSAGES[8]).decode()
REFUSED: Final[tuple[tuple[str, str], ...]] = (
    (_ACK.removesuffix("}"), "it is cut off"),
    (_ACK + _ACK, "two objects on a line"),
    (f"[{_ACK}]", "no object"),
    (_ACK.replace('"v":1', '"v":2'), "another version"),
    (_ACK.replace('"v":1', '"v":"1"'), "the version is a number"),
    (_ACK.replace('"v":1', '"v":true'), "the version is a number"),
    (_ACK.replace('"v":1,', ""), "no version"),
    (_ACK.replace('"ack"', '"acks"'), "no such type"),
    (_ACK.replace('"ack"', '"Ack"'), "types are in lower case"),
    (_ACK.replace('"gate"', '"Gate"'), "names are in lower case"),
    (_ACK.replace(',"revision":8', ""), "a field is missing"),
    (_ACK.replace("}", ',"more":1}'), "a field too many"),
    (_ACK.replace("}", ',"revision":9}'), "a name stands twice"),
    (_ACK.replace('"g"', '""'), "an empty text"),
    (_ACK.replace('"g"', "7"), "a number for a text"),
    (_ACK.replace('"g"', f'"{"x" * 4097}"'), "a text of more than 4,096 characters"),
    (_ACK.replace(":9", ":-1"), "below 0"),
    (_ACK.replace(":9", ":9.0"), "not a whole number"),
    (_ACK.replace(":9", ":9e0"), "not a whole number"),
    (_ACK.replace(":9", ':"9"'), "a text for a number"),
    (_ACK.replace(":9", ":true"), "not a number"),
    (_ACK.replace(":9", ":null"), "not a number"),
    (_ACK.replace(":9", ":9223372036854775808"), "2^63 is too large"),
    (_GRANT.replace("12:00:00Z", "12:00:00"), "an instant without its zone"),
    (_GRANT.replace("12:00:00Z", "12:00:00+00:00"), "UTC is written Z"),
    (_GRANT.replace("12:00:00Z", "14:00:00+02:00"), "another zone"),
    (_GRANT.replace("12:00:00Z", "12:00:00.5Z"), "microseconds have six digits"),
    (_GRANT.replace("12:00:00Z", "12:00:00.000000Z"), "microseconds that are 0 are left out"),
    (_GRANT.replace("10-26", "02-30"), "no such day"),
    (to_json(MESSAGES[7]).decode().replace('"join"', '"busy"'), "no such reason"),
    (to_json(MESSAGES[0]).decode().replace('"strict"', '"lax"'), "no such mode"),
    (to_json(MESSAGES[0]).decode().replace(',"lasts_ns":5000000000', ""), "a tail without its length"),
    (to_json(MESSAGES[4]).decode().replace('"stays":[', '"stays":[3,'), "a stay is an object"),
    (_ENTRIES.replace('"op":"lift"', '"op":"raise"'), "no such op"),
    (_ENTRIES.replace('"reason":', '"name":'), "a body holds nothing else"),
    (_ENTRIES.replace('"kind":"account",', ""), "a key has a kind and a value"),
    (_ENTRIES.replace('"value":"a1"', '"value":""'), "an empty key"),
    (_ENTRIES.replace('"value":"a1"', '"value":"a\\u0000"'), "NUL in a key"),
    (_ENTRIES.replace('"decision_id":', '"because":'), "no decision"),
)


def receive(at: float, message: Message) -> Step:
    """Receive a message, at seconds of the gate's clock."""
    return {"at_ns": round(at * SECOND), "receive": to_json(message).decode()}


def tick(at: float, nonce: str = "unused") -> Step:
    """Send what is due."""
    return {"at_ns": round(at * SECOND), "tick": nonce}


def ask(at: float, want: str, *accounts: str, action: str = "buy", **more: Any) -> Step:
    """Ask about accounts; the core must give the verdict that is written here by hand."""
    question = {"keys": [["account", account] for account in accounts], "action": action}
    defaults = {"surface": None, "territory": None, "at_least": 0}
    return {"at_ns": round(at * SECOND), "ask": {**question, **defaults, **more}, "want": want}


def grant(nonce: str, head: int, **more: Any) -> Grant:
    """Return a grant of five minutes."""
    fields = {"epoch": 1, "term_ns": 300 * SECOND, "clock_ns": 7_000 * SECOND, "wall": START, **more}
    return Grant(gate=GATE, nonce=nonce, head=head, **fields)


def entries(after: int, through: int, *those: LogEntry, epoch: int = 1) -> Entries:
    """Return a batch of the log."""
    return Entries(epoch=epoch, after=after, through=through, entries=those)


def until(seconds: float) -> str:
    """Return an instant of the register's wall clock."""
    at: datetime = START + timedelta(seconds=seconds)
    return instant_text(at)


def beginning(head: int = 0, **more: Any) -> list[Step]:
    """Join at 100 s, ask for a lease, and get it at 100.2 s."""
    return [
        tick(100),
        receive(100.1, Joined(gate=GATE, epoch=1, head=head)),
        tick(100.1, "n1"),
        receive(100.2, grant("n1", head, **more)),
    ]


D2: Final = "decision-2"
OFFER: Final = Offer(epoch=1, revision=40, sha256="ab" * 32, length=9, where="/v1/gate/table/40")
SCRIPTS: Final[dict[str, list[Step]]] = {
    "no lease, then a lease, which ends": [
        ask(99, "stale", "a1"), *beginning(), tick(100.2), ask(100.3, "allowed", "a1"),
        ask(100.4, "stale", "a1", at_least=1), tick(105), ask(399.9, "allowed", "a1"),
        ask(400.099, "allowed", "a1"), ask(400.1, "stale", "a1"),
    ],
    "no reply: asked again after a second; a reply: after ten": [
        tick(100), tick(100.9), tick(101), receive(101.1, Joined(gate=GATE, epoch=1, head=0)),
        tick(101.1, "n1"), tick(102.1, "n2"), receive(102.2, grant("n2", 0)), tick(112, "no"),
        tick(112.1, "n3"),
    ],
    "what answers another request, gate or register changes nothing": [
        tick(100), receive(100.1, Joined(gate="else", epoch=1, head=0)), tick(100.2),
        receive(100.3, Joined(gate=GATE, epoch=2, head=0)), tick(100.3, "n1"),
        receive(100.4, grant("n0", 0, epoch=2)), ask(100.4, "stale", "a1"),
        receive(100.4, Fence(gate="else")), receive(100.4, entries(0, 5, entry(1, "a1"))),
        receive(100.4, replace(grant("n1", 0, epoch=2), gate="else")), ask(100.5, "stale", "a1"),
        receive(100.6, grant("n1", 0, epoch=2)), ask(100.6, "allowed", "a1"),
        receive(101, grant("n1", 0, epoch=2, term_ns=900 * SECOND)), ask(401, "stale", "a1"),
    ],
    "a reply of an earlier register uses its nonce up": [
        *beginning(), tick(110.1, "n2"), receive(110.2, entries(0, 1, epoch=3)), tick(110.2),
        receive(110.3, grant("n2", 1)), receive(110.4, grant("n2", 1, epoch=3)), ask(399, "allowed", "a1"),
        ask(401, "stale", "a1"),
    ],
    "a lease waits for its head; the earlier one goes on": [
        *beginning(4), ask(100.3, "stale", "a1"), receive(100.4, entries(0, 3, entry(2, "a2"))), tick(100.4),
        ask(100.5, "stale", "a1"), ask(100.5, "debarred", "a2"), receive(100.6, entries(3, 4)), tick(100.6),
        ask(100.7, "allowed", "a1"), tick(110.1, "n2"), receive(110.2, grant("n2", 6, clock_ns=7010 * SECOND)),
        ask(400, "allowed", "a1"), ask(401, "stale", "a1"), receive(402, entries(4, 6)), tick(402, "n3"),
        ask(402.5, "allowed", "a1"), ask(410.1, "stale", "a1"),
    ],
    "entries with a gap are refused, entries that are known are acknowledged again": [
        *beginning(), receive(101, entries(2, 3, entry(2, "a1"))), ask(101, "allowed", "a9"),
        receive(102, entries(0, 3, entry(2, "a1"))), tick(102), receive(103, entries(0, 3, entry(2, "a1"))),
        receive(103, entries(1, 5, entry(2, "a1"), entry(4, "a2"))), tick(103),
        ask(103, "debarred", "a1"), ask(103, "debarred", "a2"), ask(103, "debarred", "a9", "a2", "a1"),
        receive(104, entries(6, 7)),
    ],
    "who was allowed a moment ago is acknowledged when that answer is over": [
        *beginning(), tick(100.2), ask(101, "allowed", "a1"), receive(101.5, entries(0, 1, entry(0, "a1"))),
        receive(101.5, entries(1, 2, entry(1, "a2"))), tick(101.5), ask(101.5, "debarred", "a1"), tick(102.4),
        tick(102.5), receive(103, entries(2, 3, entry(2, "a1", "lift"))), tick(103),
        ask(103, "allowed", "a1"),
    ],
    "debar, vary, lift; two decisions about one account": [
        *beginning(), receive(101, entries(0, 2, entry(1, "a1", until="2018-01-01"))), tick(101),
        receive(101, entries(2, 3, entry(2, "a1", decision_id=D2, scopes=["buy"]))), tick(101),
        ask(101, "debarred", "a1"), ask(101, "debarred", "a1", action="serve"),
        receive(102, entries(3, 4, entry(3, "a1", "vary", scopes=["charge"]))), tick(102),
        ask(102, "debarred", "a1"), ask(102, "debarred", "a1", action="charge"),
        ask(102, "allowed", "a1", action="serve"),
        receive(103, entries(4, 5, entry(4, "a1", "lift", decision_id=D2))), tick(103),
        ask(103, "allowed", "a1"), ask(103, "debarred", "a1", action="charge"),
        receive(106, entries(5, 6, entry(5, "a1", "vary", until=None, surfaces=["search"]))), tick(106, "n2"),
        ask(106, "allowed", "a1", action="charge", surface="feed"),
        ask(106, "debarred", "a1", action="charge", surface="search"),
    ],
    "surface and territory; one that is not named counts": [
        *beginning(), receive(101, entries(0, 1, entry(0, "a1", surfaces=["search", "feed"], territories=["US"]))),
        tick(101), ask(101, "debarred", "a1"), ask(101, "debarred", "a1", surface="feed", territory="US"),
        ask(101, "allowed", "a1", surface="video", territory="US"), ask(101, "debarred", "a1", surface="feed"),
        ask(101, "allowed", "a1", territory="DE"),
        receive(102, entries(1, 2, entry(1, "a2", surfaces=["all"], territories=["worldwide"]))), tick(102),
        ask(102, "debarred", "a2", surface="x", territory="YY"),
    ],
    "from and until by the register's wall clock, between two bounds": [
        # heard: 12:00:00, up to 2.0000015 s more; asked at 100.1 s, received at 100.2 s
        *beginning(wall_spread_ns=2 * SECOND + 1500),
        receive(101, entries(
            0, 3, replace(entry(0, "a1", **{"from": until(50)}), at=START),
            replace(entry(1, "a2", until=until(50)), at=START),
            replace(entry(2, "a3", until="2017-10-26"), at=START),
        )), tick(101),
        ask(146, "allowed", "a1"), ask(147.624, "allowed", "a1"), ask(147.625, "debarred", "a1"),
        ask(150, "debarred", "a2"), ask(150, "debarred", "a3"), ask(150.705, "debarred", "a2"),
        ask(150.706, "allowed", "a2"),
    ],
    "what was recorded has begun, however early the wall clock seems": [
        *beginning(), receive(101, entries(0, 1, replace(entry(0, "a1"), at=START + timedelta(hours=1)))),
        tick(101), ask(101, "debarred", "a1"),
    ],
    "never heard of the wall clock: whatever stands denies": [
        tick(100), receive(100.1, entries(0, 2, entry(0, "a1", **{"from": "2030-01-01"}), entry(
            1, "a2", **{"from": "2001-01-01"}, until="2002-01-01"))),
        receive(100.1, entries(2, 3, entry(2, "a2", decision_id=D2))),
        ask(100.1, "debarred", "a1"), ask(100.1, "debarred", "a2"), ask(100.1, "stale", "a3"),
    ],
    "a lift waits for nobody": [
        *beginning(), receive(101, entries(0, 1, entry(0, "a1", scopes=["charge"]))), tick(101),
        ask(103, "allowed", "a1"), receive(103.2, entries(1, 2, entry(1, "a1", "lift"))), tick(103.2),
        ask(103.2, "allowed", "a1", action="charge"),
    ],
    "fenced": [
        *beginning(), ask(101, "allowed", "a1"), receive(102, Fence(gate=GATE)), ask(102, "stale", "a1"),
        tick(120), receive(120, entries(0, 1)), ask(121, "stale", "a1"),
    ],
    "refused: joins again, or is fenced": [
        *beginning(), tick(110.1, "n2"), receive(110.2, Refused(gate=GATE, nonce="n9", why="fenced")),
        receive(110.2, Refused(gate=GATE, nonce="n2", why="join")), tick(110.2), ask(111, "allowed", "a1"),
        receive(111, Joined(gate=GATE, epoch=1, head=0)), tick(111, "n3"),
        receive(112, Refused(gate=GATE, nonce="n3", why="fenced")), ask(113, "stale", "a1"), tick(130),
    ],
    "an entry that cannot be applied stops the gate": [
        *beginning(), receive(101, entries(0, 1, entry(0, "a1", "lift"))), ask(102, "stale", "a2"), tick(120),
    ],
    "leaving": [*beginning(), {"at_ns": 101 * SECOND, "leave": True}, ask(102, "stale", "a1"), tick(120)],
    "a lease that ends sooner does not replace a later one": [
        *beginning(), tick(110.1, "n2"), receive(110.2, grant("n2", 0, term_ns=SECOND, clock_ns=7010 * SECOND)),
        ask(399, "allowed", "a1"), ask(401, "stale", "a1"),
    ],
    "a clock that runs slow gets no lease until a minute has fitted": [
        *beginning(), tick(110.1, "n2"), receive(110.2, grant("n2", 0, clock_ns=7011 * SECOND)),
        ask(110.3, "stale", "a1"), tick(120.1, "n3"), receive(120.2, grant("n3", 0, clock_ns=7021 * SECOND)),
        ask(120.3, "stale", "a1"), tick(175.1, "n4"), receive(175.2, grant("n4", 0, clock_ns=7076 * SECOND)),
        ask(175.3, "allowed", "a1"),
    ],
    "a table is offered": [
        *beginning(), receive(101, replace(OFFER, epoch=0)), receive(101, OFFER),
        {"at_ns": 102 * SECOND, "take_over": {"sha256": "cd" * 32, "revision": 40, "debarred": ["a1"]}},
        ask(102, "allowed", "a1"),
        {"at_ns": 103 * SECOND, "take_over": {"sha256": "ab" * 32, "revision": 40, "debarred": ["a1"]}},
        ask(103, "debarred", "a1"), tick(103), ask(103, "allowed", "a2"), tick(103.9), tick(104),
        receive(105, entries(40, 41, entry(40, "a2"))), tick(105),
    ],
    "a table is offered that is no further than the gate": [
        *beginning(), receive(101, entries(0, 40)), tick(101), receive(101, OFFER),
        {"at_ns": 102 * SECOND, "take_over": {"sha256": "ab" * 32, "revision": 40, "debarred": ["a1"]}},
        ask(102, "allowed", "a1"),
    ],
    "best_effort": [ask(99, "allowed", "a1"), *beginning(), ask(500, "allowed", "a1")],
    "shadow": [
        ask(99, "allowed", "a1"), *beginning(), receive(101, entries(0, 1, entry(0, "a1"))), tick(101),
        ask(101, "allowed", "a1"), ask(101.5, "allowed", "a2"),
    ],
}  # fmt: skip


def play(name: str, steps: list[Step]) -> dict[str, Any]:
    """Return a script with what the core answers and sends."""
    mode = name if name in {"best_effort", "shadow"} else "strict"
    gate = GateCore(GateSettings(gate=GATE, mode=mode), timing=TIMING)
    return {"name": name, "gate": GATE, "mode": mode, "steps": [_played(gate, step) for step in steps]}


def _played(gate: GateCore, step: Step) -> Step:
    now = step["at_ns"]
    if "ask" in step:
        return _answered(gate, step)
    if "take_over" in step:
        return {**step, "taken": _taken(gate, step["take_over"])}
    if "receive" in step:
        sent = gate.receive(from_json(step["receive"]), now)
    else:
        sent = gate.tick(now, step["tick"]) if "tick" in step else gate.leave()
    return {**step, "send": [to_json(message).decode() for message in sent]}


def _answered(gate: GateCore, step: Step) -> Step:
    question = dict(step["ask"])
    keys = [(kind, value) for kind, value in question.pop("keys")]
    answer = gate.check(keys, clock=lambda: step["at_ns"], **question)
    assert answer.verdict == step["want"], f"{step}: {answer}"
    names = ("verdict", "revision", "decision", "entry", "valid_until", "would")
    told = {name: getattr(answer, name) for name in names}
    return {"at_ns": step["at_ns"], "ask": step["ask"], "answer": told}


def _taken(gate: GateCore, table: dict[str, Any]) -> bool:
    standing = DictStanding()
    standing.apply([entry(0, account) for account in table["debarred"]], through=table["revision"])
    if gate.offer is None:
        return False
    try:
        gate.take_over(standing, offer=gate.offer, sha256=table["sha256"])
    except DebarError:
        return False
    return True


def refusal(line: str) -> dict[str, str]:
    """Return a line that must be refused, which the reader does."""
    try:
        from_json(line)
    except DebarError:
        return {"line": line}
    raise AssertionError(f"it is taken: {line}")


def vectors() -> str:
    """Return the file's text, made by the cores."""
    made = {
        "timing": {"valid_ns": TIMING.valid_ns, "renew_ns": TIMING.renew_ns, "retry_ns": TIMING.retry_ns,
                   "rho_millionths": TIMING.rho_millionths, "slack_ns": TIMING.slack_ns},
        "messages": [to_json(message).decode() for message in MESSAGES],
        "refused": [{"why": why, **refusal(line)} for line, why in REFUSED],
        "scripts": [play(name, steps) for name, steps in SCRIPTS.items()],
    }  # fmt: skip
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    PATH.write_text(vectors(), encoding="utf-8")
