"""The protocol's register over a real register: what it must not forget is there after it was killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from debar.gate.durable import DurableGates
from debar.gate.protocol.certificate import Clocks, verify_certificate
from debar.gate.protocol.decisions import Decision
from debar.gate.protocol.effects import perform
from debar.gate.protocol.messages import Ack, Grant, Join, Joined, Renew, Tail
from debar.gate.protocol.register import RegisterCore
from debar.gate.protocol.roster import Line
from debar.model.problem import DebarError
from registers import DECISION, LOG, NOW, debar, lift, record

if TYPE_CHECKING:
    from debar.gate.protocol.effects import Effect
    from debar.gate.protocol.messages import Message
    from debar.register.writing import Register

SECOND = 10**9


class Shell:
    """A register's shell without a network: it keeps what would be sent."""

    def __init__(self, register: Register) -> None:
        self.now = 1_000 * SECOND
        self.sent: list[Message] = []
        self.durable = DurableGates(
            register, signer=LOG, clocks=lambda: Clocks(boot_ns=self.now, wall=NOW), record=self.record
        )
        self.core = RegisterCore(self.durable.take_over(term_ns=300 * SECOND, wall=NOW), now=self.now)

    def record(self, decision: Decision) -> None:
        """Append what the decision is about: one account here."""
        record(
            self.durable.register,
            debar("a1"),
            request_key=decision.request_key,
            guard=self.durable.still_in_charge,
        )

    def do(self, effects: tuple[Effect, ...]) -> None:
        """Do what the core wants."""
        perform(
            effects, self.durable, send=lambda _, message: self.sent.append(message), feed=lambda *_: None
        )

    def hear(self, message: Message) -> None:
        """Take in a message, and do what follows."""
        self.do(self.core.receive(message, now=self.now, wall=NOW))

    def look(self, after: int = 0) -> None:
        """Tell the core of what was recorded, by whomever."""
        for decision, revision in self.durable.unfinished(after):
            self.do(self.core.committed(decision, revision=revision, now=self.now))

    def lease(self, gate: str) -> None:
        """Let a gate join and get a lease."""
        self.hear(Join(gate=gate, tails=(Tail(name="cdn", lasts_ns=SECOND),)))
        self.hear(Renew(gate=gate, nonce="n", applied=self.core.head, acked=self.core.head))
        assert [type(message) for message in self.sent[-2:]] == [Joined, Grant]


def test_a_decision_of_anybody_is_certified(register: Register) -> None:
    """A decision that another process appended must be certified when its gates have it, and be kept."""
    shell = Shell(register)
    shell.lease("ads-1")
    done = record(register, debar("a1"), debar("a2"), request_key="apply 1")
    shell.look()
    assert register.gates.certificate("apply 1") is None
    shell.hear(Ack(gate="ads-1", applied=done.revision, revision=done.revision))
    document = register.gates.certificate("apply 1")
    assert document is not None
    assert all(check.ok for check in verify_certificate(document, key=register.key))
    assert (document["op"], document["decision_id"], document["key_count"]) == ("debar", DECISION, 2)
    assert [(gate["gate"], gate["end"]) for gate in document["gates"]] == [("ads-1", "acknowledged")]
    assert shell.durable.unfinished() == ()


def test_a_restart_takes_up_what_was_unfinished(register: Register) -> None:
    """After a kill, roster and uncertified decisions must be found, and the wait begin anew (R9)."""
    first = Shell(register)
    first.lease("ads-1")
    record(register, debar("a1"), request_key="apply 1")
    first.look()
    second = Shell(register)
    assert second.core.epoch > first.core.epoch
    assert [line.gate for line in second.durable.take_over(term_ns=1, wall=NOW).lines] == ["ads-1"]
    assert list(second.core.waiting) == ["apply 1"]
    with pytest.raises(DebarError, match="DBR-R058"):
        first.hear(Renew(gate="ads-1", nonce="m", applied=3, acked=3))
    assert not any(isinstance(message, Grant) and message.nonce == "m" for message in first.sent)


def test_who_was_deposed_frees_no_gate_and_records_nothing(register: Register) -> None:
    """A register that does not know yet that it was deposed must be refused at each of its writes."""
    first = Shell(register)
    first.lease("ads-1")
    Shell(register)
    for effects in (
        first.core.fence("ads-1", by="ana", since="now", now=first.now),
        first.core.apply(decision_like(register)),
    ):
        with pytest.raises(DebarError, match="DBR-R058"):
            first.do(effects)
    assert [line["state"] for line in register.gates.lines().values()] == ["active"]
    assert register.revision() == 2


def decision_like(register: Register) -> Decision:
    """Return a decision that is not recorded yet."""
    assert register.gates.certificate("apply 9") is None
    return Decision(
        decision_id=DECISION, request_key="apply 9", op="debar", keys_sha256="0" * 64, key_count=1
    )


def test_an_apply_over_the_core_records_once(register: Register) -> None:
    """A decision that the core was asked for must be recorded under its key, and not twice."""
    shell = Shell(register)
    shell.do(shell.core.apply(decision_like(register)))
    shell.do(shell.core.apply(decision_like(register)))
    assert register.revision() == 3
    shell.look()
    assert register.gates.certificate("apply 9") is not None  # nobody to wait for


def test_a_lift_is_told_as_a_lift(register: Register) -> None:
    """Only where an append lifts and does nothing else may the certificate call it a lift."""
    record(register, debar("a1"), debar("a2"), request_key="1")
    record(register, lift("a1"), request_key="2")
    record(register, lift("a2"), debar("a3"), request_key="3")
    shell = Shell(register)
    assert [decision.op for decision, _ in shell.durable.unfinished()] == ["debar", "lift", "vary"]


def test_lines_come_back_as_they_were(register: Register) -> None:
    """A line with everything in it must be read back the same."""
    shell = Shell(register)
    line = Line(
        gate="ads-1", kind="relay", mode="shadow", valid_ns=5, tails=(Tail(name="cdn", lasts_ns=7),),
        ways={"": 1, "relay-1": 3}, state="fenced", by="ana", since="2017-10-26T12:00:00Z",
    )  # fmt: skip
    shell.durable.enlist(line)
    assert shell.durable.take_over(term_ns=1, wall=NOW).lines == (line,)
    shell.durable.strike("ads-1")
    assert register.gates.lines() == {}
