"""How a gate with a lease answers.

Law: (R4, R6) look up, then read the clock, then confirm that nothing was applied meanwhile. An ALLOW is given
only under a usable lease, is remembered before it is given, and ends with the lease at the latest. Times of
debarments are judged by the register's wall clock as last heard, on the denying side.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from debar.gate.answer import ACTIONS, Answer, refuse_action
from debar.gate.judging import denial, longest_covering, unfit
from debar.gate.protocol.timing import MILLION
from debar.model.typed_keys import typed_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from debar.gate.protocol.allowances import Allowances
    from debar.gate.protocol.leasing import Lease
    from debar.gate.protocol.standing import Key, Standing
    from debar.gate.protocol.timing import Timing
    from debar.register.debarments import Debarment

REUSES: Final = 16
"""One allowing answer is given again for this part of its validity: it only ends sooner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reusable:
    answer: Answer
    before: int
    standing: Standing
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wall:
    """The register's wall clock between two bounds, when it answered something sent and received by us."""

    earliest: datetime
    latest: datetime
    sent: int
    received: int


class Answering:
    """The answering half of a gate; see :class:`debar.gate.protocol.gate.GateCore`."""

    def __init__(self, *, mode: str, timing: Timing, standing: Standing, allowances: Allowances) -> None:
        self.mode = mode
        self.timing = timing
        self.standing = standing
        self.allowances = allowances
        self.lease: Lease | None = None
        self.stopped = ""
        self._reusable: _Reusable | None = None
        self._wall: _Wall | None = None
        self._recorded_last = datetime.min.replace(tzinfo=UTC)

    def check(
        self,
        keys: Sequence[Key],
        *,
        action: str,
        clock: Callable[[], int],
        surface: str | None = None,
        territory: str | None = None,
        at_least: int = 0,
    ) -> Answer:
        """Answer whether whoever holds these keys may do something with its advertising.

        Args:
            keys: Kind and value of each, at least one, however spelt; a denial of any denies.
            action: ``create``, ``buy``, ``serve`` or ``charge``.
            clock: Reads the boot clock, in nanoseconds.
            surface: Where on the platform; None counts as every surface.
            territory: Country code; None counts as every territory.
            at_least: The revision that the answer must know; an older gate answers no, as stale.

        Raises:
            DebarError: The question is not one about advertising, or is malformed.
        """
        if action not in ACTIONS:
            raise refuse_action(action)
        named = _named(keys)
        while True:
            standing = self.standing
            revision = standing.revision
            found: list[Debarment] = []
            for kind, value in named:
                found += standing.lookup(kind, value)
            now = clock()
            against = self._against(found, action, surface=surface, territory=territory, now=now)
            answer = self._answer(named, against, revision=revision, now=now, at_least=at_least)
            if self._unmoved(standing, revision):
                return answer

    def usable(self, now: int) -> bool:
        """Tell whether there is a lease that has not ended (R4)."""
        lease = self.lease
        return lease is not None and now < lease.ends

    def valid_for(self, answer: Answer, now: int) -> int:
        """Return for how long a caller on another host may use an ALLOW, in nanoseconds of its own clock.

        The caller counts from when it sent its question (R7): shortened for the drift between the clocks.
        """
        return 0 if answer.valid_until is None else self.timing.within_ns(answer.valid_until - now)

    def _answer(
        self, keys: Sequence[Key], against: Debarment | None, *, revision: int, now: int, at_least: int
    ) -> Answer:
        if against is not None:
            answer = denial(against, revision=revision, mode=self.mode)
        elif revision < at_least:
            answer = self._stale(f"the gate is at revision {revision}, and {at_least} is asked for", revision)
        elif self.usable(now):
            return self._allow(keys, revision=revision, now=now)
        elif self.mode == "best_effort" and not self.stopped:
            return self._allow_anyway(keys, revision=revision, now=now)
        else:
            answer = self._stale(self._why_stale(now), revision)
        if self.mode != "shadow":
            return answer
        return replace(answer, allowed=True, verdict="allowed", would=answer.verdict)

    def _allow(self, keys: Sequence[Key], *, revision: int, now: int) -> Answer:
        """Allow until V has passed or the lease ends, whichever is sooner (R6)."""
        self.allowances.note(keys, now)  # R5: before the answer is given, so that an apply waits for it
        reusable = self._reusable
        if (
            reusable is not None
            and now < reusable.before
            and reusable.revision == revision
            and reusable.standing is self.standing
        ):
            return reusable.answer
        answer = Answer(
            allowed=True,
            verdict="allowed",
            revision=revision,
            valid_until=self._valid_until(now),
            mode=self.mode,
        )
        assert answer.valid_until is not None, "an ALLOW ends"
        before = min(now + self.timing.valid_ns // REUSES, answer.valid_until)
        self._reusable = _Reusable(answer=answer, before=before, standing=self.standing, revision=revision)
        return answer

    def _valid_until(self, now: int) -> int:
        lease = self.lease
        ends = now if lease is None else lease.ends  # voided by another thread a moment ago
        return min(now + self.timing.valid_ns, ends)

    def _allow_anyway(self, keys: Sequence[Key], *, revision: int, now: int) -> Answer:
        """Allow without a lease: the operator chose best effort, and the certificate names this gate."""
        self.allowances.note(keys, now)
        return Answer(
            allowed=True,
            verdict="allowed",
            reason=f"best effort, not guaranteed: {self._why_stale(now)}",
            revision=revision,
            valid_until=now + self.timing.valid_ns,
            mode=self.mode,
        )

    def _stale(self, why: str, revision: int) -> Answer:
        return Answer(
            allowed=False,
            verdict="stale",
            reason=f"the gate cannot know, so nothing is sold: {why}",
            revision=revision,
            mode=self.mode,
        )

    def _why_stale(self, now: int) -> str:
        lease = self.lease
        if self.stopped:
            return self.stopped
        if lease is None:
            return "it has no lease from the register"
        return f"its lease ended {(now - lease.ends) // 1_000_000} ms ago"

    def _unmoved(self, standing: Standing, revision: int) -> bool:
        """R6: nothing was applied between the lookup and the reading of the clock."""
        return self.standing is standing and standing.revision == revision

    def _set_lease(self, lease: Lease | None) -> None:
        self._reusable = None
        self.lease = lease

    def _against(
        self, found: Sequence[Debarment], action: str, *, surface: str | None, territory: str | None, now: int
    ) -> Debarment | None:
        """Return what denies at the register's present wall time, which is known between two bounds."""
        if not found:
            return None
        bounds = self._wall_bounds(now)
        if bounds is None:  # never heard of the register: whatever stands, denies
            bounds = (max(d.starts_at for d in found),) * 2
            found = [replace(d, lapses_at=None) for d in found]
        denying = [
            longest
            for at in reversed(bounds)
            if (longest := longest_covering(found, action, surface=surface, territory=territory, now=at))
            is not None
        ]
        return denying[0] if denying else None

    def _wall_bounds(self, now: int) -> tuple[datetime, datetime] | None:
        """Return the earliest and the latest that the register's wall clock can show now."""
        heard = self._wall
        if heard is None:
            return None
        rho = self.timing.rho_millionths
        least = (now - heard.received) * (MILLION - rho) // (MILLION * 1000)
        most = (now - heard.sent) * (MILLION + rho) // (MILLION * 1000) + 1
        earliest = heard.earliest + timedelta(microseconds=least)
        latest = heard.latest + timedelta(microseconds=most)
        return earliest, max(latest, self._recorded_last)

    def _hear_wall(self, wall: datetime, *, spread_ns: int, sent: int, received: int) -> None:
        latest = wall + timedelta(microseconds=-(-spread_ns // 1000))
        self._wall = _Wall(earliest=wall, latest=latest, sent=sent, received=received)


def _named(keys: Sequence[Key]) -> list[Key]:
    """Return keys in their one spelling, by which they were debarred."""
    try:
        named = [typed_key(kind, value) for kind, value in keys]
    except (ValueError, TypeError) as error:
        shown = isinstance(error, ValueError) and not isinstance(error, UnicodeError)
        raise unfit(str(error) if shown else "kind and value are texts") from None
    if not named:
        raise unfit("a question names one key at least")
    return named
