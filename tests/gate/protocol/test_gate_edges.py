"""What a gate does at the edges: clocks that jump, messages of others, questions that are none."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from debar.gate.protocol.allowances import EveryAllowance, RecentAllowances
from debar.gate.protocol.gate import NEVER, GateCore, GateSettings
from debar.gate.protocol.leasing import NONCES_MAX
from debar.gate.protocol.messages import Ack, Entries, Fence, Grant, Joined, Leave, Refused, Renew
from debar.gate.protocol.standing import DictStanding, log_entry
from debar.gate.protocol.timing import SECOND
from debar.model.problem import DebarError
from protocol_worlds import START, World, entry
from registers import debar, new_register, record

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def world() -> World:
    """Return a register with one gate that has its lease."""
    world = World()
    world.add("g")
    world.run(3)
    return world


def test_a_lease_is_void_after_a_jump_and_is_asked_for_again(world: World) -> None:
    """R4: the wall clock and the boot clock moved apart, so nobody knows how long it took."""
    gate = world.gates["g"]
    gate.compare_clocks(world.now, 5)
    gate.compare_clocks(world.now + SECOND, 5 + SECOND)
    assert world.ask("g", "a1").allowed
    gate.compare_clocks(world.now + 2 * SECOND, 5 + 9 * SECOND)
    assert world.ask("g", "a1").verdict == "stale"
    assert gate.alarms == ["lease void: the clocks moved apart by 7000 ms"]
    assert gate.next_at() == 0
    world.run(1)
    assert world.ask("g", "a1").allowed


def test_a_clock_that_runs_slow_gets_no_lease_until_it_fits_again(world: World) -> None:
    """A1: half of rho seen is enough; a minute that fits restores trust, a fast clock only alarms."""
    gate, there = world.gates["g"], 10 * SECOND

    def exchange(seconds: float, register: float) -> None:
        nonlocal there
        world.now += round(seconds * SECOND)
        there += round(register * SECOND)
        gate.leasing.hurry()
        (renew,) = [m for m in gate.tick(world.now, world.nonce()) if isinstance(m, Renew)]
        gate.receive(grant_of(renew, clock_ns=there), world.now)

    gate.void("a test begins")
    gate.alarms.clear()
    exchange(1, 1)
    exchange(20, 20)
    assert world.ask("g", "a1").allowed
    exchange(20, 21)
    assert (world.ask("g", "a1").verdict, len(gate.alarms)) == ("stale", 1)
    exchange(20, 20)
    assert world.ask("g", "a1").verdict == "stale"
    exchange(50, 50)
    assert world.ask("g", "a1").allowed
    exchange(20, 18)
    assert world.ask("g", "a1").allowed
    assert [alarm.split()[3] for alarm in gate.alarms] == ["slow", "fast"]


def grant_of(renew: Renew, **fields: Any) -> Grant:
    """Return the grant of a renewal."""
    made = {"epoch": 1, "head": 2, "term_ns": 300 * SECOND, "clock_ns": 0, "wall": START, **fields}
    return Grant(gate=renew.gate, nonce=renew.nonce, **made)


def test_only_replies_to_its_own_requests_count(world: World) -> None:
    """R4: another nonce, another gate, a register that was deposed, an older epoch: nothing changes."""
    gate = world.gates["g"]
    before = gate.lease
    world.now += 60 * SECOND
    (renew,) = gate.tick(world.now, "mine")
    assert isinstance(renew, Renew)
    gate.receive(Joined(gate="g", epoch=2, head=2), world.now)
    ignored: list[Any] = [
        Grant(gate="g", nonce="other", epoch=2, head=2, term_ns=SECOND, clock_ns=0, wall=START),
        Grant(gate="else", nonce="mine", epoch=2, head=2, term_ns=SECOND, clock_ns=0, wall=START),
        grant_of(renew, epoch=1),
        Refused(gate="g", nonce="other", why="fenced"),
        Entries(epoch=1, after=2, through=9),
        Fence(gate="else"),
        Leave(gate="g"),
    ]
    assert [()] * len(ignored) == [gate.receive(message, world.now) for message in ignored]
    assert (gate.lease, gate.stopped, gate.standing.revision) == (before, "", 2)


def test_a_lease_that_ends_sooner_does_not_replace_a_later_one(world: World) -> None:
    """Replies may come in any order."""
    gate = world.gates["g"]
    gate.leasing.hurry()
    (renew,) = gate.tick(world.now, "n")
    assert isinstance(renew, Renew)
    before = gate.lease
    gate.receive(grant_of(renew, term_ns=SECOND), world.now)
    assert gate.lease is before


def test_an_earlier_lease_goes_on_until_the_new_head_is_reached(world: World) -> None:
    """R4: the new lease waits for the log, the old one ends by itself."""
    gate = world.gates["g"]
    world.now += 20 * SECOND
    (renew,) = gate.tick(world.now, "n")
    assert isinstance(renew, Renew)
    before = gate.lease
    gate.receive(grant_of(renew, head=3), world.now)
    assert (gate.lease, world.ask("g", "a1").allowed) == (before, True)
    gate.receive(Entries(epoch=1, after=2, through=3, entries=(entry(2, "a1"),)), world.now)
    assert gate.lease is not None
    assert (gate.lease.sent, gate.lease.head) == (world.now, 3)


def test_a_gap_changes_nothing_and_says_what_is_missing(world: World) -> None:
    """R5: the register learns from where on to send."""
    gate = world.gates["g"]
    batch = Entries(epoch=1, after=4, through=5, entries=(entry(4, "a1"),))
    assert gate.receive(batch, world.now) == (Ack(gate="g", applied=2, revision=gate.acked),)
    assert world.ask("g", "a1").allowed


def test_an_entry_that_cannot_be_applied_stops_the_gate(world: World) -> None:
    """A log that contradicts itself is not guessed at."""
    gate = world.gates["g"]
    gate.receive(Entries(epoch=1, after=2, through=3, entries=(entry(2, "a1", "lift"),)), world.now)
    assert world.ask("g", "a2").verdict == "stale"
    assert "cannot be applied" in gate.stopped
    assert (gate.tick(world.now, "n"), gate.next_at()) == ((), NEVER)
    assert gate.receive(Joined(gate="g", epoch=1, head=2), world.now) == ()


def test_a_gate_that_is_told_to_join_again_does_and_a_fenced_one_stops(world: World) -> None:
    """The register forgot the line, or an operator fenced it."""
    gate = world.gates["g"]
    for why, stopped in (("join", ""), ("fenced", "an operator has fenced this gate")):
        gate.reconnected()
        gate.leasing.joined = True
        assert isinstance(gate.tick(world.now, why)[-1], Renew)
        gate.receive(Refused(gate="g", nonce=why, why=why), world.now)
        assert (gate.leasing.joined, gate.stopped) == (False, stopped)
    other = World().add("h")
    other.receive(Fence(gate="h"), 0)
    assert other.stopped == "an operator has fenced this gate"


def test_unanswered_requests_are_forgotten_beyond_a_number(world: World) -> None:
    """A register that is away for long does not fill the memory; a second joined changes nothing."""
    gate = world.gates["g"]
    for number in range(2 * NONCES_MAX):
        gate.leasing.sending(f"x{number}", world.now)
    first, last = (
        Grant(gate="g", nonce=nonce, epoch=1, head=2, term_ns=SECOND, clock_ns=0, wall=START)
        for nonce in ("x0", f"x{2 * NONCES_MAX - 1}")
    )
    assert gate.leasing.on_grant(first, world.now) is None
    assert gate.leasing.on_grant(last, world.now) is not None
    assert gate.leasing.on_joined(Joined(gate="g", epoch=1, head=2)) is False
    gate.leasing.alarm("x")
    gate.leasing.alarm("x")
    assert gate.alarms.count("x") == 1
    assert gate.next_at() == gate.leasing.next_at()


@pytest.mark.parametrize(
    ("keys", "action"),
    [([], "buy"), ([("account", "")], "buy"), ([("account", 3)], "buy"), ([("account",)], "buy"),
     ([("account", "\ud800")], "buy"), ([("account", "a1")], "post")],
)  # fmt: skip
def test_what_is_no_question_is_an_error_and_never_an_allow(world: World, keys: Any, action: str) -> None:
    """A question without keys, with an id that is no text, or about organic use."""
    with pytest.raises(DebarError, match=r"DBR-G00[12]"):
        world.gates["g"].check(keys, action=action, clock=lambda: world.now)


def test_at_least_is_a_revision_that_the_answer_must_know(world: World) -> None:
    """R6: a caller that saw a later revision elsewhere is not answered from before it."""
    assert world.ask("g", "a1", at_least=3).verdict == "stale"
    world.debar("a9")
    assert world.ask("g", "a1", at_least=3).allowed


def test_an_allow_is_reused_for_a_moment_and_never_over_a_change(world: World) -> None:
    """The same answer object, until a part of V has passed or anything was applied."""
    first, second = (world.ask("g", account) for account in ("a1", "a2"))
    assert first is second
    world.now += world.timing.valid_ns // 4
    assert world.ask("g", "a1") is not first
    third = world.ask("g", "a1")
    world.debar("a9")
    assert world.ask("g", "a1") is not third


def test_a_check_that_was_overtaken_is_made_again(world: World) -> None:
    """R6: what is applied between the lookup and the clock is seen."""
    gate, turns = world.gates["g"], [1]

    def clock() -> int:
        if turns:
            turns.pop()
            gate.receive(Entries(epoch=1, after=2, through=3, entries=(entry(2, "a1"),)), world.now)
        return world.now

    assert gate.check([("account", "a1")], action="buy", clock=clock).verdict == "debarred"


def test_a_lease_voided_by_another_thread_gives_an_answer_that_is_over() -> None:
    """Between the look at the lease and the answer it may be gone."""
    gate = GateCore(GateSettings(gate="g"))
    assert gate._valid_until(5) == 5  # noqa: SLF001 - no call order of one thread gets there


def test_debarments_begin_and_lapse_by_the_registers_clock() -> None:
    """A gate that never heard of the register lets whatever stands deny; then the register's bounds decide."""
    gate = GateCore(GateSettings(gate="g", mode="best_effort"))
    entries = [
        entry(1, "future", **{"from": "2017-10-26T13:00:00Z"}),
        entry(2, "past", until="2017-10-26T12:10:00Z"),
    ]
    gate.standing.apply(entries, through=3)

    def verdict(account: str, now: int) -> str:
        return gate.check([("account", account)], action="buy", clock=lambda: now).verdict

    assert [verdict(account, 0) for account in ("future", "past")] == ["debarred", "debarred"]
    gate.leasing.joined = True
    (renew,) = gate.tick(0, "n")
    assert isinstance(renew, Renew)
    gate.receive(grant_of(renew, head=3, wall=START + timedelta(minutes=9)), 0)
    assert [verdict(account, 0) for account in ("future", "past")] == ["allowed", "debarred"]
    later = 60 * 60 * SECOND
    assert [verdict(account, later) for account in ("future", "past")] == ["debarred", "allowed"]
    gate.stop("this is a forked child")
    assert verdict("past", later) == "stale"


def test_every_allowance_waits_and_recent_ones_only_where_they_must() -> None:
    """R5: what is not known, or was too much to remember, counts as allowed just now."""
    every = EveryAllowance(100)
    every.note([("account", "a")], 5)
    assert every.usable_until([("account", "b")], 5) == 105
    recent = RecentAllowances(100, count_max=2)
    a, b = [("account", "a")], [("account", "b")]
    recent.note(a, 0)
    assert [recent.usable_until(keys, 10) for keys in (a, b, None)] == [110, 10, 110]
    recent.note(b, 150)
    assert [recent.usable_until(keys, 160) for keys in (a, b)] == [260, 260]
    assert [recent.usable_until(keys, 260) for keys in (a, b)] == [260, 360]
    recent.note([("account", str(number)) for number in range(4)], 270)
    recent.note([("account", "one more")], 271)
    assert recent.usable_until(a, 272) == 372
    assert recent.usable_until(a, 361) == 461
    assert recent.usable_until(a, 700) == 700


def test_a_standing_is_a_fold_over_the_log_and_told_without_names(tmp_path: Path) -> None:
    """Entries that are there already are left out; a lift leaves what stood before."""
    with new_register(tmp_path / "register.db") as register:
        done = record(register, debar("a1", name="Ada", watch=[]))
    told = log_entry(done.entries[0])
    assert set(told.body) == {"key", "decision_id", "scopes", "because", "reason"}
    standing = DictStanding()
    standing.apply([told], through=3)
    standing.apply([told, entry(3, "a2")], through=4)
    assert [one.key_value for one in standing.debarments()] == ["a1", "a2"]
    again = DictStanding(standing.debarments(), revision=4)
    again.apply([entry(4, "a2", "lift")], through=5)
    assert (len(again.lookup("account", "a1")), again.lookup("account", "a2")) == (1, ())
