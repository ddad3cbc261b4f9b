"""The cores together: a register, a relay, gates, and an apply."""

from __future__ import annotations

import pytest

from debar.gate.protocol.timing import SECOND
from protocol_worlds import World


@pytest.fixture
def world() -> World:
    """Return a register with a gate of its own and one behind a relay, all with leases."""
    world = World()
    world.add("near")
    world.add_relay("relay")
    world.add("far", via="relay")
    world.run(3)
    return world


def test_gates_with_leases_allow_and_a_debar_denies_at_once(world: World) -> None:
    """A healthy fleet acknowledges in one exchange, and denies from then on."""
    assert [world.ask(name, "a1").allowed for name in ("near", "far")] == [True, True]
    world.run(2)
    world.debar("a1")
    assert [world.ask(name, "a1").verdict for name in ("near", "far")] == ["debarred", "debarred"]
    assert [world.ask(name, "a2").allowed for name in ("near", "far")] == [True, True]
    assert [outcome.decision.decision_id for outcome in world.outcomes] == ["d1"]
    ends = {end.gate: (end.end, end.ways) for end in world.outcomes[0].gates}
    assert ends == {"near": ("acknowledged", ()), "far": ("acknowledged", ("relay",))}


def test_an_account_that_was_allowed_a_moment_ago_makes_the_apply_wait(world: World) -> None:
    """R5: an ALLOW that can still be used keeps the acknowledgement back, and only that."""
    assert world.ask("near", "a1").allowed
    world.debar("a2", name="other")
    assert [outcome.decision.decision_id for outcome in world.outcomes] == ["other"]
    world.debar("a1")
    assert len(world.outcomes) == 1
    world.run(1)
    assert [outcome.decision.decision_id for outcome in world.outcomes] == ["other", "d1"]


def test_an_apply_waits_for_a_gate_that_cannot_be_reached_until_its_lease_is_over(world: World) -> None:
    """R8: a partition costs time, never a sale; the gate denies before the apply returns."""
    world.cut.add("near")
    world.debar("a1")
    world.run(290, step=1)
    assert world.outcomes == []
    assert world.ask("near", "a1").verdict in {"allowed", "stale"}
    world.run(20, step=1)
    assert [outcome.decision.decision_id for outcome in world.outcomes] == ["d1"]
    assert world.ask("near", "a1").verdict == "stale"
    ends = {end.gate: end.end for end in world.outcomes[0].gates}
    assert ends == {"near": "lease_ended", "far": "acknowledged"}


def test_a_relay_that_is_cut_off_lends_only_inside_its_own_lease(world: World) -> None:
    """A sub-lease ends before the relay's lease does, however often it is renewed."""
    world.cut.add("relay")
    world.debar("a1")
    world.run(280, step=1)
    assert (world.ask("far", "a1").verdict, world.outcomes) == ("allowed", [])
    world.run(30, step=1)
    assert world.ask("far", "a1").verdict == "stale"
    assert [end.end for end in world.outcomes[0].gates if end.gate == "far"] == ["lease_ended"]


def test_an_operator_may_fence_a_gate_to_finish_an_apply_earlier(world: World) -> None:
    """R10: the certificate says who fenced it, and a fenced gate gets no lease any more."""
    world.cut.add("near")
    world.debar("a1")
    world.do(world.register.fence("near", by="ana", since="2017-10-26T12:00:00Z", now=world.now))
    assert world.outcomes == []  # its callers may hold an answer yet
    world.run(2)
    assert [end.why for end in world.outcomes[0].gates if end.gate == "near"] == [
        "fenced by ana at 2017-10-26T12:00:00Z"
    ]
    world.cut.clear()
    world.run(20)
    assert world.ask("near", "a2").verdict == "stale"
    assert world.gates["near"].stopped == "an operator has fenced this gate"


def test_a_register_that_is_down_for_four_minutes_costs_nobody_a_sale(world: World) -> None:
    """The term is the outage budget: near or behind a relay, innocent sales go on."""
    world.cut |= {"near", "relay"}
    world.run(240, step=1)
    assert [world.ask(name, "a2").allowed for name in ("near", "far")] == [True, True]


def test_a_register_that_restarts_takes_up_what_is_unfinished(world: World) -> None:
    """R9: the wait begins anew, and gates go on with what they have."""
    world.cut.add("near")
    world.debar("a1")
    world.run(200, step=1)
    world.epoch += 1
    world.start_register()
    world.run(200, step=1)
    assert world.outcomes == []
    world.run(120, step=1)
    assert [(o.decision.decision_id, o.restarted) for o in world.outcomes] == [("d1", True)]


def test_modes_that_do_not_guarantee_are_named_and_never_waited_for(world: World) -> None:
    """Nothing fails open silently: best effort and shadow stand in the outcome with why."""
    world.add("lenient", mode="best_effort")
    world.add("watching", mode="shadow")
    world.run(2)
    world.cut |= {"lenient", "watching"}
    world.debar("a1")
    ends = {end.gate: (end.end, bool(end.why)) for end in world.outcomes[0].gates}
    assert ends["lenient"] == ends["watching"] == ("not_guaranteed", True)
    world.now += 400 * SECOND
    assert world.ask("lenient", "a1").allowed
    assert world.ask("watching", "a1").would == "stale"


def test_a_caller_on_another_host_gets_less_by_the_drift(world: World) -> None:
    """R7: its clock may be the slowest and the gate's the fastest; a denial gives no time at all."""
    answer = world.ask("near", "a1")
    assert answer.valid_until is not None
    remaining = answer.valid_until - world.now
    got = world.gates["near"].valid_for(answer, world.now)
    assert 0 < got * 1_010_000 <= remaining * 990_000
    world.debar("a1")
    assert world.gates["near"].valid_for(world.ask("near", "a1"), world.now) == 0
