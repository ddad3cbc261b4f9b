"""Availability is half of the design: what an outage costs at the defaults, and what an operator can do."""

from __future__ import annotations

import pytest
from benchmarks.gate.simulation.engine import SECOND
from benchmarks.gate.simulation.fleet import Fleet

from debar.gate.protocol.timing import Timing

OUTAGE = 240 * SECOND


def fleet_of(*, seed: int = 1, near: int = 4, behind: int = 4, timing: Timing | None = None) -> Fleet:
    """Return a fleet with gates at the register and behind a relay; clocks differ by what is usual."""
    fleet = Fleet(seed, timing=timing or Timing(), drift_ppm=100)
    fleet.add_register("reg1")
    fleet.add_relay("r1")
    for number in range(near):
        fleet.add_gate(f"g{number}")
    for number in range(behind):
        fleet.add_gate(f"b{number}", upstream="r1")
    fleet.start()
    fleet.engine.run(30 * SECOND)
    return fleet


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_four_minutes_without_a_register_cost_nobody_a_sale(seed: int) -> None:
    """Term 5 minutes: 0 purchases of accounts in good standing refused, 0 of debarred ones allowed."""
    fleet = fleet_of(seed=seed)
    fleet.apply("ban", "hot")
    fleet.engine.run(fleet.engine.now + 5 * SECOND)
    assert fleet.history.unfinished() == []
    fleet.registers["reg1"].crash()
    refused = allowed = asked = 0
    for _ in range(OUTAGE // (2 * SECOND)):
        fleet.engine.run(fleet.engine.now + 2 * SECOND)
        for gate in fleet.gates.values():
            asked += 1
            refused += not gate.check("innocent").allowed
            allowed += gate.check("hot").allowed
    assert (960, 0, 0) == (asked, refused, allowed)
    fleet.engine.run(fleet.engine.now + 120 * SECOND)
    assert {"stale"} == {gate.check("innocent").verdict for gate in fleet.gates.values()}


def test_a_fence_ends_an_apply_earlier() -> None:
    """A gate that cannot be reached costs its lease's rest; an operator who knows better saves that."""
    took: dict[bool, float] = {}
    for fenced in (False, True):
        fleet = fleet_of(near=2, behind=0)
        lost = fleet.gates["g0"]
        lost.node.up = False
        lost.node.life += 1
        asked = fleet.engine.now
        fleet.apply("ban", "hot")
        fleet.engine.run(asked + 20 * SECOND)
        assert fleet.history.unfinished() == ["ban"]
        if fenced:
            register = fleet.registers["reg1"]
            assert register.core is not None
            gate = lost.core.settings.gate
            register.do(register.core.fence(gate, by="ana", since="now", now=register.node.clock()))
        fleet.engine.run(asked + 400 * SECOND)
        certified = fleet.history.applied["ban"].certified_at
        assert certified is not None
        took[fenced] = (certified - asked) / SECOND
    assert took[True] < 22
    assert 280 < took[False] < 320


@pytest.mark.ci
def test_a_thousand_gates_deny_before_the_apply_returns() -> None:
    """1,000 gates, half of them behind relays: all acknowledge, none is left out of the certificate."""
    fleet = Fleet(5, timing=Timing(), drift_ppm=100)
    fleet.add_register("reg1")
    for relay in range(10):
        fleet.add_relay(f"r{relay}")
    for number in range(1000):
        fleet.add_gate(f"g{number}", upstream="reg1" if number % 2 else f"r{number // 2 % 10}")
    fleet.start()
    fleet.engine.run(15 * SECOND)
    fleet.apply("ban", "hot")
    fleet.engine.run(20 * SECOND)
    outcome = fleet.store.certified["ban"]
    assert 1000 == sum(end.end == "acknowledged" for end in outcome.gates) == len(outcome.gates)
    applied = fleet.history.applied["ban"]
    assert applied.certified_at is not None
    assert applied.certified_at - applied.asked_at < SECOND // 10
    assert {"debarred"} == {gate.check("hot").verdict for gate in fleet.gates.values()}
    assert {"allowed"} == {gate.check("innocent").verdict for gate in fleet.gates.values()}
