"""What the register and a relay do at the edges: late copies, lines that end, terms that change."""

from __future__ import annotations

from typing import Any

import pytest

from debar.gate.protocol.effects import Commit, Confirm, Enlist, KeepTerm, Send, Strike, perform
from debar.gate.protocol.feeding import Feeding
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
)
from debar.gate.protocol.relay import NEVER, RelayCore
from debar.gate.protocol.timing import SECOND, Timing
from protocol_worlds import START, World, decision, entry


@pytest.fixture
def world() -> World:
    """Return a register with a gate of its own and one behind a relay."""
    world = World()
    world.add("near")
    world.add_relay("relay")
    world.add("far", via="relay")
    world.run(3)
    return world


def tell(world: World, message: Any) -> list[Any]:
    """Return what the register wants done because of a message."""
    return list(world.register.receive(message, now=world.now, wall=START))


def sent(effects: Any) -> list[Any]:
    """Return the messages among effects."""
    return [effect.message for effect in effects if isinstance(effect, Send)]


def test_messages_that_are_not_for_a_register_are_ignored(world: World) -> None:
    """And so are those of gates that it does not know."""
    assert tell(world, Fence(gate="near")) == []
    assert tell(world, Ack(gate="who", applied=1, revision=1)) == []
    assert tell(world, Leave(gate="who")) == []
    assert world.register.fence("who", by="ana", since="now", now=world.now) == ()
    assert world.register.forget("who", now=world.now) == ()
    renew = Renew(gate="who", nonce="n", applied=0, acked=0)
    assert sent(tell(world, renew)) == [Refused(gate="who", nonce="n", why="join")]


def test_who_is_gone_gets_no_lease_and_no_second_line(world: World) -> None:
    """R10: ids are not used again; late copies of a joining change nothing."""
    tell(world, Leave(gate="near"))
    assert tell(world, Leave(gate="near")) == tell(world, Join(gate="near")) == []
    renew = Renew(gate="near", nonce="n", applied=0, acked=0)
    assert sent(tell(world, renew)) == [Refused(gate="near", nonce="n", why="fenced")]
    world.do(world.register.fence("far", by="ana", since="now", now=world.now))
    assert world.gates["far"].stopped
    assert sent(tell(world, Join(gate="far", via="relay", stay=9))) == [Fence(gate="far")]


def test_a_gate_that_holds_the_lock_of_an_earlier_one_ends_it(world: World) -> None:
    """R10: the earlier one is waited for until its last answers have run out, not for its lease."""
    world.cut.add("near")
    world.debar("a1")
    effects = tell(world, Join(gate="near-again", replaces="near"))
    assert [e.line.state for e in effects if isinstance(e, Enlist)] == ["left", "active"]
    assert tell(world, Join(gate="third", replaces="nobody"))
    world.run(2)
    assert [end.end for end in world.outcomes[0].gates if end.gate == "near"] == ["left"]


def test_a_line_that_is_over_is_dormant_and_wakes_with_a_renewal(world: World) -> None:
    """R10: later decisions do not wait for it; an operator may strike it."""
    assert world.register.forget("near", now=world.now) == ()
    world.cut.add("near")
    world.run(320, step=1)
    assert world.lines["near"].state == "dormant"
    world.debar("a1")
    assert [end.end for end in world.outcomes[0].gates if end.gate == "near"] == ["dormant"]
    world.cut.clear()
    world.run(2)
    assert (world.lines["near"].state, world.ask("near", "a1").verdict) == ("active", "debarred")
    world.cut.add("near")
    world.run(320, step=1)
    assert world.register.forget("near", now=world.now) == (Strike(gate="near"),)


def test_a_line_is_kept_while_a_decision_waits_for_it() -> None:
    """The decision's certificate needs it."""
    world = World(Timing(valid_ns=400 * SECOND))
    world.add("g")
    world.run(3)
    world.cut.add("g")
    world.debar("a1")
    world.now += 310 * SECOND
    assert world.register._look_for_dormant(world.now) == []  # noqa: SLF001 - before the deadline is looked at
    assert world.register.forget("g", now=world.now) == ()
    world.run(2)
    assert [end.end for end in world.outcomes[0].gates] == ["lease_ended"]


def test_a_line_that_never_asked_becomes_dormant_when_it_is_quiet(world: World) -> None:
    """It joined and died; nothing waits for it."""
    tell(world, Join(gate="mute"))
    world.run(20)
    assert "mute" not in world.lines
    assert world.register.members["mute"].line.state == "active"
    world.run(320, step=1)
    assert world.lines["mute"].state == "dormant"


def test_a_gate_that_the_relay_does_not_list_any_more_is_not_waited_for(world: World) -> None:
    """The relay vouches that it has no sub-lease; a late copy of its joining changes nothing."""
    world.cut.add("far")
    world.run(400, step=1)
    assert dict(world.lines["far"].ways) == {}
    assert tell(world, Join(gate="far", via="relay", stay=1)) == []
    world.debar("a1")
    assert [end.end for end in world.outcomes[0].gates if end.gate == "far"] == ["dormant"]
    world.cut.clear()
    world.run(3)
    assert world.ask("far", "a1").verdict == "debarred"
    assert dict(world.lines["far"].ways) == {"relay": 2}


def test_an_old_list_of_a_relay_says_nothing_about_a_later_joining(world: World) -> None:
    """Renewals may come in any order."""
    old = Renew(gate="relay", nonce="n", applied=2, acked=2, stay_last=1)
    world.register.members["far"].line.ways["relay"] = 2  # type: ignore[index]
    tell(world, old)
    assert dict(world.register.members["far"].line.ways) == {"relay": 2}
    listed = Renew(
        gate="relay", nonce="m", applied=2, acked=2, stay_last=2, stays=(Stay(gate="far", stay=2, acked=2),)
    )
    tell(world, listed)
    assert dict(world.register.members["far"].line.ways) == {"relay": 2}


def test_a_joining_that_is_repeated_is_answered_and_written_once(world: World) -> None:
    """The reply may have been lost; after a restart of the register the line is there already."""
    again = Join(gate="near", valid_ns=world.timing.valid_ns)
    assert [type(effect) for effect in tell(world, again)] == [Send]
    world.start_register()
    assert [type(effect) for effect in tell(world, again)] == [Enlist, Send]


def test_lines_that_left_or_were_fenced_are_so_after_a_restart(world: World) -> None:
    """R9, R10: their last answers are waited for anew, their leases are not."""
    world.do(tell(world, Leave(gate="near")))
    world.do(world.register.fence("far", by="ana", since="now", now=world.now))
    world.start_register()
    world.debar("a1")
    assert world.outcomes == []
    world.run(2)
    assert {end.gate: end.end for end in world.outcomes[0].gates} == {"near": "left", "far": "fenced"}


def test_a_longer_term_is_written_first_and_falls_when_the_last_long_lease_is_over() -> None:
    """R12: an apply waits by the longest term that any lease may have."""
    world = World(Timing(term_ns=30 * SECOND))
    world.add("g")
    world.run(1)
    world.register.set_term(60 * SECOND)
    assert world.register.tick(world.now)[0] == KeepTerm(term_max_ns=60 * SECOND)
    world.register.set_term(20 * SECOND)
    assert [e for e in world.register.tick(world.now) if isinstance(e, KeepTerm)] == []
    world.run(70, step=1)
    assert (world.term_max_ns, world.register.term_max_ns) == (20 * SECOND, 20 * SECOND)


def test_a_decision_is_recorded_once(world: World) -> None:
    """R9: asked for again while it waits, and told of twice, it stays one."""
    world.cut.add("near")
    assert world.register.apply(decision()) == (Commit(decision=decision()),)
    world.debar("a1")
    assert world.register.apply(decision()) == ()
    assert world.register.committed(decision(), revision=3, now=world.now) == ()
    with pytest.raises(AssertionError):
        world.do([Commit(decision=decision())])


def test_a_gate_that_leaves_shortens_only_the_decisions_that_wait_for_it(world: World) -> None:
    """R10: what it has acknowledged is as it is."""
    world.cut.add("relay")
    world.debar("a1")
    assert "near" not in world.register.waiting["apply d1"].deadlines
    tell(world, Leave(gate="near"))
    assert list(world.register.waiting["apply d1"].deadlines) == ["far"]


def test_a_gate_that_was_sent_a_part_is_sent_the_rest(world: World) -> None:
    """The shell says how far one message went."""
    world.cut.add("near")
    world.debar("a1")
    world.register.fed("near", 2)
    assert [feed.after for feed in world.register.feeding.due(3, world.now)] == [2]


def test_grants_of_one_batch_are_confirmed_once() -> None:
    """One write of the store for as many renewals as there are."""
    world = World()
    confirmed: list[int] = []
    world.confirm = confirmed.append  # type: ignore[assignment,method-assign]
    perform([Confirm(epoch=1), Confirm(epoch=1)], world, send=lambda *_: None, feed=lambda *_: None)
    assert confirmed == [1]


def test_a_certificate_that_waits_for_nobody_is_due_at_once_after_a_restart() -> None:
    """R9: nothing is on the roster, so the decision is in force."""
    world = World()
    world.unfinished["apply d1"] = (decision(), 2)
    world.start_register()
    assert world.register.next_at() == 0
    world.tick()
    assert len(world.outcomes) == 1
    assert world.register.next_at() > world.now


def test_the_log_is_sent_in_parts_and_again_when_it_was_lost() -> None:
    """One message need not hold all; patience doubles up to ten seconds."""
    feeding, now = Feeding(), 0
    assert [feed.after for feed in feeding.heard("g", 0, head=9, now=now)] == [0]
    feeding.fed("g", 4)
    feeding.fed("unknown", 4)
    assert [feed.after for feed in feeding.heard("g", 4, head=9, now=now)] == [4]
    waits = []
    for _ in range(8):
        before, now = now, feeding.next_at(9)
        waits.append((now - before) / SECOND)
        assert [feed.after for feed in feeding.due(9, now)] == [4]
    assert waits == [0.25, 0.5, 1, 2, 4, 8, 10, 10]
    assert feeding.due(9, now) == []


# ---- the relay


def test_a_relay_takes_only_what_is_meant_for_it(world: World) -> None:
    """An old epoch, a nonce of somebody else, a gap, an offer that is behind: nothing changes."""
    relay = world.relays["relay"]
    relay.leasing.belongs(2)
    before = (relay.lease, relay.applied, relay.offer)
    stray = Grant(gate="relay", nonce="x", epoch=2, head=2, term_ns=9, clock_ns=0, wall=START)
    assert relay.receive(stray, world.now) == ()
    assert relay.receive(Entries(epoch=1, after=2, through=3), world.now) == ()
    assert relay.receive(offer_of(9, epoch=1), world.now) == ()
    assert relay.receive(offer_of(1, epoch=2), world.now)
    assert relay.receive(Entries(epoch=2, after=7, through=8), world.now)
    assert relay.receive(Joined(gate="far", epoch=2, head=2, via="relay", stay=7), world.now) == ()
    assert relay.receive(Refused(gate="relay", nonce="x", why="fenced"), world.now) == ()
    assert (relay.lease, relay.applied, relay.offer) == before


def offer_of(revision: int, *, epoch: int) -> Offer:
    """Return an offer of a snapshot."""
    return Offer(epoch=epoch, revision=revision, sha256="5" * 64, length=1, where="/snapshot")


def test_a_relay_begins_at_a_snapshot_and_hands_the_offer_on() -> None:
    """Gates that are behind it get the same offer, of the epoch that is in charge now."""
    relay = RelayCore("r", keep_max=1)
    assert relay.feed(0) == Entries(epoch=0, after=0, through=0)
    relay.floor = 5
    assert relay.feed(0) is None
    relay.receive(offer_of(7, epoch=1), 0)
    relay.leasing.belongs(2)
    assert relay.feed(3) == offer_of(7, epoch=2)
    batch = Entries(epoch=2, after=7, through=9, entries=(entry(7, "a1"), entry(8, "a2")))
    relay.receive(batch, 0)
    assert (relay.floor, len(relay.log)) == (7, 2)
    fed = relay.feed(8)
    assert isinstance(fed, Entries)
    assert [one.seq for one in fed.entries] == [8]


def test_a_relay_without_a_lease_lends_nothing(world: World) -> None:
    """A jump of its clock, a lease that is over, or none yet: the gate keeps what it has until it ends."""
    relay = world.relays["relay"]
    assert world.ask("far", "a2").allowed
    renew = Renew(gate="far", nonce="n", applied=2, acked=2)
    relay.void("a test")
    assert [type(one) for one in relay.receive(renew, world.now)] == []
    assert relay.alarms == ["lease void: a test"]
    world.run(1)
    assert relay.lease is not None
    assert sent(relay.receive(renew, relay.lease.ends)) == []
    relay.reconnected()
    assert relay.next_at() == 0


def test_a_relay_whose_clock_runs_slow_gives_up_its_lease(world: World) -> None:
    """A1 at the relay: what it lends would last too long."""
    relay = world.relays["relay"]
    there = 50 * SECOND
    relay.void("a test")
    for seconds in (1, 20):
        world.now += SECOND
        there += seconds * SECOND
        relay.reconnected()
        (renew,) = sent(relay.tick(world.now, f"t{seconds}"))
        relay.receive(
            Grant(
                gate="relay",
                nonce=renew.nonce,
                epoch=1,
                head=2,
                term_ns=9 * SECOND,
                clock_ns=there,
                wall=START,
            ),
            world.now,
        )
        assert (relay.lease is not None) == (seconds == 1)


def test_a_reply_to_an_earlier_request_does_not_shorten_the_lease(world: World) -> None:
    """Replies may come in any order at a relay too."""
    relay = world.relays["relay"]
    before = relay.lease
    relay.leasing.sending("early", world.now - 2 * SECOND)
    grant = Grant(
        gate="relay", nonce="early", epoch=1, head=2, term_ns=SECOND, clock_ns=world.now, wall=START
    )
    relay.receive(grant, world.now)
    assert relay.lease is before


def test_a_relay_that_is_told_to_join_again_does_and_a_fenced_one_stops(world: World) -> None:
    """A stopped relay lends nothing, and what it lent is known to the register."""
    relay = world.relays["relay"]
    relay.leasing.sending("a", world.now)
    relay.receive(Refused(gate="relay", nonce="a", why="join"), world.now)
    assert (relay.lease, relay.leasing.joined, relay.stopped) == (None, False, "")
    relay.leasing.sending("b", world.now)
    relay.receive(Refused(gate="relay", nonce="b", why="fenced"), world.now)
    assert relay.stopped
    assert (relay.tick(world.now, "n"), relay.next_at()) == ((), NEVER)
    assert relay.receive(Leave(gate="far"), world.now) == ()
    other = RelayCore("r")
    other.receive(Fence(gate="r"), 0)
    assert other.stopped
    assert sent(RelayCore("s").leave()) == [Leave(gate="s")]


def test_a_relay_passes_on_what_gates_say(world: World) -> None:
    """Leaving, a fence, acknowledgements of gates that it does not know, a second joining."""
    relay = world.relays["relay"]
    assert sent(relay.receive(Leave(gate="far"), world.now)) == [Leave(gate="far")]
    assert sent(relay.receive(Fence(gate="far"), world.now)) == [Fence(gate="far")]
    ack = Ack(gate="who", applied=1, revision=1)
    assert sent(relay.receive(ack, world.now)) == [ack]
    stays = [relay.receive(Join(gate="far"), world.now), relay.receive(Join(gate="new"), world.now)]
    assert [message.stay for effects in stays for message in sent(effects)] == [1, 2]
    renew = Renew(gate="new", nonce="n", applied=0, acked=0)
    assert sent(relay.receive(renew, world.now)) == [Refused(gate="new", nonce="n", why="join")]
