"""Asking for leases: the half that a gate and a relay share.

Law: (R3, R4) a request carries a fresh nonce and our clock is noted at its sending; a reply to a nonce that
is not ours, or was answered, is ignored; a lease counts from the sending, never from the reply.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from debar.gate.protocol.clock_rates import ClockRates

if TYPE_CHECKING:
    from debar.gate.protocol.messages import Grant, Joined, Refused
    from debar.gate.protocol.timing import Timing

NONCES_MAX: Final = 16
"""Requests that may be under way at once; the oldest is forgotten."""

Request: TypeAlias = Literal["join", "renew"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to allow, up to an instant of one's own clock, from a revision on.

    Args:
        head: The register's revision when it was granted.
        sent: When the request for it was sent.
        ends: The first instant at which it is over.
        nonce: Of the request.
    """

    head: int
    sent: int
    ends: int
    nonce: str


class Leasing:
    """Joins, then renews; what comes back and may be believed becomes a lease.

    Args:
        timing: The lengths of time.
    """

    def __init__(self, timing: Timing) -> None:
        self.timing = timing
        self.epoch = 0
        self.joined = False
        self.alarms: list[str] = []
        self._rates = ClockRates(timing)
        self._sent: dict[str, int] = {}
        self._asked_at: int | None = None
        self._answered = True

    @property
    def trusted(self) -> bool:
        """Whether this clock's rate fits the register's, as far as it was compared (A1)."""
        return self._rates.trusted

    def alarm(self, what: str) -> None:
        """Keep something for the operator, once until the shell has taken it."""
        if what not in self.alarms:
            self.alarms.append(what)

    def due(self, now: int) -> Request | None:
        """Return what is to be asked now, and take it as asked."""
        if now < self.next_at():
            return None
        self._asked_at, self._answered = now, False
        return "renew" if self.joined else "join"

    def next_at(self) -> int:
        """Return the instant at which something is to be asked: sooner where no reply came."""
        if self._asked_at is None:
            return 0
        return self._asked_at + (self.timing.renew_ns if self._answered else self.timing.retry_ns)

    def hurry(self) -> None:
        """Ask at the next opportunity: there is a new connection."""
        self._asked_at = None

    def sending(self, nonce: str, now: int) -> None:
        """Note our clock at the sending of a request (R3)."""
        self._sent[nonce] = now
        while len(self._sent) > NONCES_MAX:
            self._sent.pop(next(iter(self._sent)))

    def on_grant(self, grant: Grant, now: int) -> Lease | None:
        """Return the lease that a reply gives; None where it is not believed."""
        sent = self._sent_at(grant)
        if sent is None or not self.belongs(grant.epoch):
            return None
        self._answered = True
        rate = self._rates.observe(sent=sent, received=now, there=grant.clock_ns)
        if rate != "fits":
            self.alarm(f"this clock runs {rate} against the register's, by more than half of rho")
        if not self._rates.trusted:  # A1 may not hold: no lease until a long comparison fits again
            return None
        return self._lease_of(grant, sent=sent, received=now)

    def _sent_at(self, grant: Grant) -> int | None:
        """R4: a reply to a nonce that is not ours, or was answered, is ignored."""
        return self._sent.pop(grant.nonce, None)

    def _lease_of(self, grant: Grant, *, sent: int, received: int) -> Lease:
        """R3: from the sending of the request."""
        assert sent <= received, "a reply comes after its request"
        return Lease(head=grant.head, sent=sent, ends=sent + grant.term_ns, nonce=grant.nonce)

    def on_joined(self, joined: Joined) -> bool:
        """Take in that we are on the roster (R2); ask for a lease at once."""
        if not self.belongs(joined.epoch) or self.joined:
            return False
        self.joined = True
        self._asked_at = None
        self._rates.forget()
        return True

    def on_refused(self, refused: Refused) -> bool:
        """Take in that there is no lease; return whether the reply was to a request of ours."""
        if self._sent.pop(refused.nonce, None) is None:
            return False
        self.joined = False
        self._asked_at = None
        return True

    def belongs(self, epoch: int) -> bool:
        """Tell whether a message is of the register in charge, as far as known; a later one takes over."""
        if epoch > self.epoch:
            self.epoch = epoch
            self._rates.forget()
        return epoch == self.epoch

    def forget(self) -> None:
        """Forget every request under way: our clock jumped, or something else voided what they would give."""
        self._sent.clear()
        self._rates.forget()
        self._asked_at = None
