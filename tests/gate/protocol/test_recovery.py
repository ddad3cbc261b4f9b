"""A gate that starts from a snapshot, and what it refuses."""

from __future__ import annotations

import pytest

from debar.gate.protocol.messages import Offer
from debar.gate.protocol.standing import DictStanding
from debar.model.problem import DebarError
from protocol_worlds import World, entry


def offer_of(revision: int, epoch: int = 1) -> Offer:
    """Return an offer of a snapshot."""
    return Offer(epoch=epoch, revision=revision, sha256="5" * 64, length=1, where="/snapshot")


def standing_of(revision: int, *accounts: str) -> DictStanding:
    """Return what stands at a revision."""
    standing = DictStanding()
    standing.apply([entry(place, account) for place, account in enumerate(accounts)], through=revision)
    return standing


def test_a_snapshot_is_taken_over_and_acknowledged_after_the_last_answers() -> None:
    """R5: what a snapshot debars is not known to the gate, so every earlier ALLOW counts."""
    world = World(revision=2)
    gate = world.add("g")
    world.run(3)
    assert world.ask("g", "a1").allowed
    gate.receive(offer_of(9), world.now)
    assert gate.offer == offer_of(9)
    gate.take_over(standing_of(9, "a1"), offer=offer_of(9), sha256="5" * 64)
    assert world.ask("g", "a1").verdict == "debarred"
    assert gate.next_at() == 0
    assert gate.tick(world.now, "n") == ()
    assert gate.next_at() == world.now + world.timing.valid_ns
    world.now += world.timing.valid_ns
    assert [9] == [message.revision for message in gate.tick(world.now, "n") if hasattr(message, "revision")]


@pytest.mark.parametrize(("sha256", "revision"), [("6" * 64, 9), ("5" * 64, 8)])
def test_another_snapshot_than_the_offered_one_is_refused(sha256: str, revision: int) -> None:
    """A damaged or an older snapshot changes nothing."""
    world = World(revision=2)
    gate = world.add("g")
    world.run(3)
    with pytest.raises(DebarError, match="DBR-G012"):
        gate.take_over(standing_of(revision), offer=offer_of(9), sha256=sha256)
    assert gate.standing.revision == 2


def test_a_snapshot_never_takes_back_what_was_applied() -> None:
    """R5: a gate that acknowledged revision 3 does not go back to 1."""
    world = World(revision=2)
    gate = world.add("g")
    world.run(3)
    world.debar("a1")
    gate.receive(offer_of(1), world.now)
    assert gate.offer is None
    gate.take_over(standing_of(1), offer=offer_of(1), sha256="5" * 64)
    assert world.ask("g", "a1").verdict == "debarred"
