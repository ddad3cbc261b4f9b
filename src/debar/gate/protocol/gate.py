"""The gate's half of the protocol: what it knows, whether it may still answer, and what it sends.

Law: a strict gate allows only from what it has applied, under a lease that has not ended and whose head it
has reached; whatever voids the lease only ever makes it deny. It has no clock and no socket: the shell hands
it instants of a boot clock, nonces, and messages. One thread feeds it; any number may check.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from debar.gate.protocol.allowances import RecentAllowances
from debar.gate.protocol.answering import Answering
from debar.gate.protocol.leasing import Leasing
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
)
from debar.gate.protocol.standing import DictStanding
from debar.gate.protocol.timing import SECOND, Timing
from debar.model.problem import DebarError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from debar.gate.protocol.allowances import Allowances
    from debar.gate.protocol.leasing import Lease
    from debar.gate.protocol.messages import Message, Tail
    from debar.gate.protocol.standing import Key, LogEntry, Standing

NEVER: Final = 2**63 - 1
"""An instant that does not come."""

WALL_STEP_NS: Final = SECOND
"""The wall clock may be stepped by this much against the boot clock before the lease is voided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSettings:
    """What a gate is.

    Args:
        gate: Its id: one a process start, never used again.
        mode: ``strict``, ``best_effort`` (allows without a lease, and the certificate says so) or ``shadow``
            (always allows, and tells what it would have answered).
        tails: What goes on behind it after it denies.
        replaces: The earlier gate whose lock this process holds now; empty if none.
    """

    gate: str
    mode: str = "strict"
    tails: tuple[Tail, ...] = ()
    replaces: str = ""


@dataclass(slots=True, kw_only=True)
class _Unacked:
    """A revision that was applied: about which keys, and when it may be acknowledged once that is known."""

    revision: int
    keys: frozenset[Key] | None
    ready: int | None = None


class GateCore(Answering):
    """One gate.

    Args:
        settings: What it is.
        timing: The lengths of time.
        standing: What stands, as far as it is known at the start; a dictionary by default.
        allowances: Remembers what was allowed lately.
    """

    def __init__(
        self,
        settings: GateSettings,
        *,
        timing: Timing | None = None,
        standing: Standing | None = None,
        allowances: Allowances | None = None,
    ) -> None:
        timing = timing or Timing()
        super().__init__(
            mode=settings.mode,
            timing=timing,
            standing=DictStanding() if standing is None else standing,
            allowances=allowances or RecentAllowances(timing.valid_ns),
        )
        self.settings = settings
        self.leasing = Leasing(timing)
        self.offer: Offer | None = None
        self.acked = 0
        self._unacked: deque[_Unacked] = deque()
        self._waiting: Lease | None = None
        self._clocks: tuple[int, int] | None = None

    # ---- what it sends

    def tick(self, now: int, nonce: str) -> tuple[Message, ...]:
        """Send what is due: a join until it is answered, a renewal, an acknowledgement.

        Args:
            now: The present instant.
            nonce: Fresh, unguessable; used where a renewal is due.
        """
        if self.stopped:
            return ()
        due: list[Message] = list(self._acks(now))
        request = self.leasing.due(now)
        if request == "join":
            due.append(self._join())
        elif request == "renew":
            due.append(self._renewal(now, nonce))
        return tuple(due)

    @property
    def alarms(self) -> list[str]:
        """What an operator must hear; the shell takes and clears it."""
        return self.leasing.alarms

    def next_at(self) -> int:
        """Return the instant at which :meth:`tick` has something to send."""
        if self.stopped:
            return NEVER
        if self._unacked:
            return min(self.leasing.next_at(), self._unacked[0].ready or 0)
        return self.leasing.next_at()

    def leave(self) -> tuple[Message, ...]:
        """Stop answering for good (R10); the register waits for the last answers to run out."""
        self.stop("it has left")
        return (Leave(gate=self.settings.gate),)

    def reconnected(self) -> None:
        """There is a new connection: ask for a lease, or to join, at the next :meth:`tick`."""
        self.leasing.hurry()

    def stop(self, why: str) -> None:
        """Stop answering for good: it left, was fenced, or this is a forked child (which starts its own)."""
        self.stopped = why
        self.leasing.alarm(f"stopped: {why}")
        self._waiting = None
        self._set_lease(None)

    # ---- what it receives

    def receive(self, message: Message, now: int) -> tuple[Message, ...]:
        """Take in one message; return what to send at once because of it.

        Call :meth:`tick` right after, with the clock read anew: acknowledgements count from after applying.
        """
        if self.stopped or getattr(message, "gate", self.settings.gate) != self.settings.gate:
            return ()
        if isinstance(message, Grant):
            self._on_grant(message, now)
        elif isinstance(message, Entries):
            return self._on_entries(message)
        elif isinstance(message, Joined):
            self.leasing.on_joined(message)
        elif isinstance(message, Refused):
            self._on_refused(message)
        elif isinstance(message, Fence):
            self.stop("an operator has fenced this gate")
        elif isinstance(message, Offer) and self.leasing.belongs(message.epoch):
            self.offer = message if message.revision > self.standing.revision else None
        return ()

    def take_over(self, standing: Standing, *, offer: Offer, sha256: str) -> None:
        """Answer from a snapshot from now on (the shell fetched it and read it).

        Args:
            standing: What the snapshot holds.
            offer: The offer that it was fetched for.
            sha256: Digest of the bytes that were fetched.

        Raises:
            DebarError: DBR-G012, it is not what was offered.
        """
        if (sha256, standing.revision) != (offer.sha256, offer.revision):
            raise DebarError(
                "DBR-G012",
                "the snapshot is not the one that was offered",
                details=(f"offered: revision {offer.revision}, sha256 {offer.sha256}", f"got: {sha256}"),
                hint="fetch it again; the gate keeps what it had, and denies when its lease ends",
            )
        self.offer = None
        if self._is_ahead(standing):
            self.standing = standing
            self._take_waiting()
            self._unacked.append(_Unacked(revision=standing.revision, keys=None))

    def void(self, why: str) -> None:
        """Give up the lease: after a fork, a clock's jump, a restore (R4). It is asked for again at once."""
        self.leasing.alarm(f"lease void: {why}")
        self.leasing.forget()
        self._waiting = None
        self._set_lease(None)

    def compare_clocks(self, now: int, wall_ns: int) -> None:
        """Void the lease where the wall clock and the boot clock moved apart (R4): a jump, a restored VM."""
        before, self._clocks = self._clocks, (now, wall_ns)
        if before is None:
            return
        apart = abs((wall_ns - before[1]) - (now - before[0]))
        if apart > WALL_STEP_NS + (now - before[0]) * self.timing.rho_millionths // 1_000_000:
            self.void(f"the clocks moved apart by {apart // 1_000_000} ms")

    # ---- leases

    def _renewal(self, now: int, nonce: str) -> Renew:
        """R3: a fresh nonce, and our clock at sending."""
        self.leasing.sending(nonce, now)
        return Renew(gate=self.settings.gate, nonce=nonce, applied=self.standing.revision, acked=self.acked)

    def _on_grant(self, grant: Grant, now: int) -> None:
        lease = self.leasing.on_grant(grant, now)
        if lease is not None:
            self._hear_wall(grant.wall, spread_ns=grant.wall_spread_ns, sent=lease.sent, received=now)
            self._take(lease)
        elif not self.leasing.trusted:
            self._waiting = None
            self._set_lease(None)

    def _take(self, lease: Lease) -> None:
        """Use a lease from the moment its head is reached (R4); until then an earlier one goes on."""
        if not self._reaches(lease):
            self._waiting = lease
        elif self.lease is None or lease.ends > self.lease.ends:
            self._waiting = None
            self._set_lease(lease)

    def _reaches(self, lease: Lease) -> bool:
        """R4: everything that the register held when it granted the lease is applied here."""
        return self.standing.revision >= lease.head

    # ---- the log

    def _is_ahead(self, standing: Standing) -> bool:
        """R5: what was applied is never taken back."""
        return standing.revision > self.standing.revision

    def _on_entries(self, batch: Entries) -> tuple[Message, ...]:
        """R5: in order and without gaps; what is known already is acknowledged again."""
        if not self.leasing.belongs(batch.epoch):
            return ()
        if not self._follows(batch) or batch.through <= self.standing.revision:
            return (self._report(),)
        fresh = [entry for entry in batch.entries if entry.seq >= self.standing.revision]
        try:
            self._apply(fresh, through=batch.through)
        except DebarError as error:
            self.stop(f"an entry of the log cannot be applied: {error.what}")
        return ()

    def _follows(self, batch: Entries) -> bool:
        """R5: nothing is missing between what is applied and the batch."""
        return batch.after <= self.standing.revision

    def _apply(self, fresh: Sequence[LogEntry], *, through: int) -> None:
        self._recorded_last = max([self._recorded_last, *(entry.at for entry in fresh)])
        self.standing.apply(fresh, through=through)
        self._take_waiting()
        keys = frozenset(entry.key for entry in fresh if entry.op != "lift")  # R11: a lift waits for nobody
        self._unacked.append(_Unacked(revision=through, keys=keys))

    def _take_waiting(self) -> None:
        if self._waiting is not None:
            self._take(self._waiting)

    def _acks(self, now: int) -> tuple[Message, ...]:
        """R5: acknowledge what is applied once no answer given before can be used any more."""
        before, soonest = self.acked, 0
        for unacked in self._unacked:
            if unacked.ready is None:
                unacked.ready = self.allowances.usable_until(unacked.keys, now)
            soonest = unacked.ready = max(soonest, unacked.ready)
        while self._unacked and (self._unacked[0].ready or 0) <= now:
            self.acked = self._unacked.popleft().revision
        return () if self.acked == before else (self._report(),)

    def _report(self) -> Ack:
        return Ack(gate=self.settings.gate, applied=self.standing.revision, revision=self.acked)

    # ---- the roster

    def _on_refused(self, refused: Refused) -> None:
        if self.leasing.on_refused(refused) and refused.why == "fenced":
            self.stop("an operator has fenced this gate")

    def _join(self) -> Join:
        settings = self.settings
        return Join(
            gate=settings.gate,
            mode=settings.mode,
            valid_ns=self.timing.valid_ns,
            tails=settings.tails,
            replaces=settings.replaces,
        )
