"""A relay: hands the log on to its gates, and gives them sub-leases inside its own lease.

Law: a sub-lease never outlives the relay's lease, however the clocks run, and that counts from the relay's
own sending. Its head is at least that of the relay's lease, and at least what the register held when it put
the gate on the roster by way of this relay. A gate's acknowledgement is passed on, never made here. A gate is
given up only when its sub-lease has surely ended, and then it must join again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from debar.gate.protocol.effects import Send
from debar.gate.protocol.feeding import Feeding
from debar.gate.protocol.leasing import Lease, Leasing
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
from debar.gate.protocol.timing import Timing

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from debar.gate.protocol.effects import Feed
    from debar.gate.protocol.messages import Message
    from debar.gate.protocol.standing import LogEntry

REGISTER: Final = ""
"""Where a relay sends what is for the register."""

NEVER: Final = 2**63 - 1


@dataclass(slots=True, kw_only=True)
class _Guest:
    """A gate behind this relay.

    Args:
        stay: Number of its joining here.
        head: What the register held at least when it was put on the roster; None until then.
        acked: What it has acknowledged.
        applied: What it has applied.
        over_at: When its last sub-lease has surely ended, on this relay's clock.
        heard_at: When it was last heard of.
    """

    stay: int
    head: int | None = None
    acked: int = 0
    applied: int = 0
    over_at: int = 0
    heard_at: int = 0


class RelayCore:
    """One relay. It is asked nothing about accounts: it hands on, and lends what it was lent.

    Args:
        relay: Its id: one a process start, never used again.
        timing: The lengths of time.
        keep_max: How many log entries it keeps for gates that are behind; those further back get the offer.
    """

    def __init__(self, relay: str, *, timing: Timing | None = None, keep_max: int = 100_000) -> None:
        self.relay = relay
        self.timing = timing or Timing()
        self.keep_max = keep_max
        self.leasing = Leasing(self.timing)
        self.lease: Lease | None = None
        self.stopped = ""
        self.applied = 0
        self.floor = 0
        self.log: list[LogEntry] = []
        self.offer: Offer | None = None
        self.guests: dict[str, _Guest] = {}
        self.feeding = Feeding()
        self._stay_last = 0
        self._wall: tuple[datetime, int, int, int] | None = None
        self._takers: dict[type, Callable[[Any, int], tuple[Send | Feed, ...]]] = {
            Renew: self._on_renew,
            Ack: self._on_ack,
            Join: self._on_join,
            Leave: self._on_leave,
            Grant: self._on_grant,
            Joined: self._on_joined,
            Entries: self._on_entries,
            Offer: self._on_offer,
            Refused: self._on_refused,
            Fence: self._on_fence,
        }

    @property
    def alarms(self) -> list[str]:
        """What an operator must hear; the shell takes and clears it."""
        return self.leasing.alarms

    # ---- to the register

    def tick(self, now: int, nonce: str) -> tuple[Send | Feed, ...]:
        """Send what is due, to the register and to gates; give up gates whose sub-lease has surely ended."""
        if self.stopped:
            return ()
        self._give_up(now)
        due: list[Send | Feed] = list(self.feeding.due(self.applied, now))
        request = self.leasing.due(now)
        if request == "join":
            due.append(self._up(Join(gate=self.relay, kind="relay")))
        elif request == "renew":
            due.append(self._up(self._renewal(now, nonce)))
        return tuple(due)

    def next_at(self) -> int:
        """Return the instant at which :meth:`tick` has something to do."""
        if self.stopped:
            return NEVER
        return min(self.leasing.next_at(), self.feeding.next_at(self.applied))

    def leave(self) -> tuple[Send | Feed, ...]:
        """Stop for good (R10). What was lent runs on until it ends, and the register knows that."""
        self.stop("it has left")
        return (self._up(Leave(gate=self.relay)),)

    def reconnected(self) -> None:
        """There is a new connection: ask for a lease, or to join, at the next :meth:`tick`."""
        self.leasing.hurry()

    def stop(self, why: str) -> None:
        """Lend nothing any more: it left, was fenced, or this is a forked child."""
        self.stopped = why
        self.lease = None
        self.leasing.alarm(f"stopped: {why}")

    def void(self, why: str) -> None:
        """Give up the lease: after a clock's jump or a restore (R4)."""
        self.leasing.alarm(f"lease void: {why}")
        self.leasing.forget()
        self.lease = None

    def _renewal(self, now: int, nonce: str) -> Renew:
        """R3, and what this relay vouches for: each gate that it may lend to, and what that acknowledged."""
        self.leasing.sending(nonce, now)
        stays = tuple(
            Stay(gate=gate, stay=guest.stay, acked=guest.acked) for gate, guest in self.guests.items()
        )
        return Renew(
            gate=self.relay,
            nonce=nonce,
            applied=self.applied,
            acked=self.applied,
            stay_last=self._stay_last,
            stays=stays,
        )

    def _give_up(self, now: int) -> None:
        """Forget gates that were silent and whose sub-lease has surely ended: they must join again."""
        quiet = now - self.timing.wait_ns(3 * self.timing.renew_ns)
        for gate, guest in list(self.guests.items()):
            if self._is_over(guest, now) and guest.heard_at < quiet:
                del self.guests[gate]
                self.feeding.stop(gate)

    def _is_over(self, guest: _Guest, now: int) -> bool:
        return guest.over_at <= now

    # ---- messages

    def receive(self, message: Message, now: int) -> tuple[Send | Feed, ...]:
        """Take in one message, from the register or from a gate; return what to send because of it."""
        take = self._takers.get(type(message))
        return () if self.stopped or take is None else take(message, now)

    def _on_refused(self, refused: Refused, now: int) -> tuple[Send | Feed, ...]:
        del now
        if self.leasing.on_refused(refused):
            self.lease = None
            if refused.why == "fenced":
                self.stop("an operator has fenced this relay")
        return ()

    def _on_fence(self, fence: Fence, now: int) -> tuple[Send | Feed, ...]:
        """Hand a fence on; what the gate was lent stays on our books until it ends."""
        del now
        if fence.gate == self.relay:
            self.stop("an operator has fenced this relay")
            return ()
        return (Send(to=fence.gate, message=fence),)

    def _on_grant(self, grant: Grant, now: int) -> tuple[Send | Feed, ...]:
        lease = self.leasing.on_grant(grant, now)
        if lease is not None:
            self._wall = (grant.wall, lease.sent, now, grant.wall_spread_ns)
            if self.lease is None or lease.ends > self.lease.ends:
                self.lease = lease
        elif not self.leasing.trusted:
            self.lease = None
        return ()

    # ---- the log

    def _on_entries(self, batch: Entries, now: int) -> tuple[Send | Feed, ...]:
        """R5: in order and without gaps; handed on at once."""
        if not self.leasing.belongs(batch.epoch):
            return ()
        if batch.after <= self.applied < batch.through:
            self.log += [entry for entry in batch.entries if entry.seq >= self.applied]
            self.applied = batch.through
            self._trim()
        return (self._up(self._report()), *self.feeding.due(self.applied, now))

    def _on_offer(self, offer: Offer, now: int) -> tuple[Send | Feed, ...]:
        """Begin the log at a snapshot: gates that are behind get the same offer."""
        if not self.leasing.belongs(offer.epoch):
            return ()
        if offer.revision > self.applied:
            self.offer, self.log = offer, []
            self.applied = self.floor = offer.revision
        return (self._up(self._report()), *self.feeding.due(self.applied, now))

    def _trim(self) -> None:
        """Keep the newest entries; without an offer to give instead, all of them."""
        if len(self.log) > self.keep_max and self.offer is not None:
            kept = [entry for entry in self.log if entry.seq >= self.offer.revision]
            self.log, self.floor = kept, max(self.floor, self.offer.revision)

    def _report(self) -> Ack:
        return Ack(gate=self.relay, applied=self.applied, revision=self.applied)

    def feed(self, after: int) -> Entries | Offer | None:
        """Return what a gate at a revision is to be sent; None where this relay knows nothing for it."""
        if after >= self.floor:
            entries = tuple(entry for entry in self.log if entry.seq >= after)
            return Entries(epoch=self.leasing.epoch, after=after, through=self.applied, entries=entries)
        return None if self.offer is None else replace(self.offer, epoch=self.leasing.epoch)

    # ---- gates

    def _on_join(self, join: Join, now: int) -> tuple[Send | Feed, ...]:
        """R2: pass a joining on to the register, under a number of ours."""
        guest = self.guests.get(join.gate)
        if guest is None:
            self._stay_last += 1
            guest = self.guests[join.gate] = _Guest(stay=self._stay_last)
        guest.heard_at = now
        return (self._up(replace(join, via=self.relay, stay=guest.stay)),)

    def _on_joined(self, joined: Joined, now: int) -> tuple[Send | Feed, ...]:
        del now
        if joined.gate == self.relay:
            self.leasing.on_joined(joined)
            return ()
        guest = self.guests.get(joined.gate)
        if guest is None or guest.stay != joined.stay or not self.leasing.belongs(joined.epoch):
            return ()
        guest.head = max(joined.head, guest.head or 0)
        return (Send(to=joined.gate, message=joined),)

    def _on_renew(self, renew: Renew, now: int) -> tuple[Send | Feed, ...]:
        guest = self.guests.get(renew.gate)
        if guest is None or not self._is_joined(guest):
            refused = Refused(gate=renew.gate, nonce=renew.nonce, why="join")
            return (Send(to=renew.gate, message=refused),)
        guest.heard_at = now
        ack = Ack(gate=renew.gate, applied=renew.applied, revision=renew.acked)
        return (*self._on_ack(ack, now), *self._lend(renew, guest, now))

    def _is_joined(self, guest: _Guest) -> bool:
        """R2: the register has written that this gate may be lent to by way of us."""
        return guest.head is not None

    def _lend(self, renew: Renew, guest: _Guest, now: int) -> tuple[Send | Feed, ...]:
        """Give a sub-lease inside our own lease."""
        lease, heard = self.lease, self._wall
        if lease is None or heard is None:
            return ()
        term = self._sub_term(lease, now)
        if term <= 0:
            return ()
        guest.over_at = max(guest.over_at, now + self.timing.wait_ns(term))
        wall, spread = _wall_now(heard, now, rho_millionths=self.timing.rho_millionths)
        grant = Grant(
            gate=renew.gate,
            nonce=renew.nonce,
            epoch=self.leasing.epoch,
            head=self._sub_head(lease, guest),
            term_ns=term,
            clock_ns=now,
            wall=wall,
            wall_spread_ns=spread,
        )
        return (Send(to=renew.gate, message=grant),)

    def _sub_term(self, lease: Lease, now: int) -> int:
        """Return the longest term that, on any clock, ends before our lease does on ours."""
        return self.timing.within_ns(lease.ends - now)

    def _sub_head(self, lease: Lease, guest: _Guest) -> int:
        """Return the head of a sub-lease: no less than our lease's, and than at the gate's joining."""
        return max(lease.head, guest.head or 0)

    def _on_ack(self, ack: Ack, now: int) -> tuple[Send | Feed, ...]:
        """Pass on what a gate acknowledges itself (R5)."""
        guest = self.guests.get(ack.gate)
        if guest is None:
            return (self._up(ack),)
        guest.heard_at = now
        fresh = ack.revision > guest.acked
        guest.acked, guest.applied = max(ack.revision, guest.acked), max(ack.applied, guest.applied)
        feeds = self.feeding.heard(ack.gate, guest.applied, head=self.applied, now=now)
        return (self._up(ack), *feeds) if fresh else tuple(feeds)

    def _on_leave(self, leave: Leave, now: int) -> tuple[Send | Feed, ...]:
        """Pass it on; the gate's last answers end with its sub-lease, so it stays on our books until then."""
        del now
        return (self._up(leave),)

    def _up(self, message: Message) -> Send:
        return Send(to=REGISTER, message=message)


def _wall_now(
    heard: tuple[datetime, int, int, int], now: int, *, rho_millionths: int
) -> tuple[datetime, int]:
    """Return the earliest that the register's wall clock can show now, and by how much it may be later."""
    wall, sent, received, spread = heard
    least = (now - received) * (1_000_000 - rho_millionths) // 1_000_000
    most = (now - sent) * (1_000_000 + rho_millionths) // 1_000_000 + 1
    return wall + timedelta(microseconds=least // 1000), most - least + spread + 1000
