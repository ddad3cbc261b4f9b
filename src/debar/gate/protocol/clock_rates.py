"""Watch whether this clock and the register's run at the same rate.

Law: A1 of the protocol says that clocks differ by at most rho; half of it seen means that it may not hold
for long, so a lease that rests on it is not used. The safe side is to see a difference too early.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from debar.gate.protocol.timing import MILLION, SECOND

if TYPE_CHECKING:
    from debar.gate.protocol.timing import Timing

WINDOW_NS: Final = 60 * SECOND
"""A comparison over at least this long restores trust and becomes the new beginning."""

Rate: TypeAlias = Literal["fits", "slow", "fast"]


@dataclass(slots=True)
class ClockRates:
    """Compares lengths of time between grants, ours against the register's.

    Args:
        timing: Gives rho and the slack.
        trusted: Whether the last comparison held; nothing was compared yet counts as held.
    """

    timing: Timing
    trusted: bool = True
    _anchor: tuple[int, int, int] | None = field(default=None, init=False)

    def observe(self, *, sent: int, received: int, there: int) -> Rate:
        """Compare with the first grant of this window.

        Args:
            sent: When we sent the request, on our clock.
            received: When its grant came, on our clock.
            there: The register's clock when it granted: between the two.

        Returns:
            ``slow`` where our clock runs slower than the register's by more than half of rho: leases would
            last too long. ``fast`` where it runs faster: leases end early, which only costs sales.
        """
        if self._anchor is None:
            self._anchor = (sent, received, there)
            return "fits"
        sent_then, received_then, there_then = self._anchor
        elapsed_there = there - there_then
        longest, shortest = received - sent_then, sent - received_then
        tolerance = self.timing.rho_millionths // 2
        slack = self.timing.slack_ns // 2
        if elapsed_there > longest * (MILLION + tolerance) // MILLION + slack:
            self._anchor = (sent, received, there)
            self.trusted = False
            return "slow"
        if elapsed_there < shortest * (MILLION - tolerance) // MILLION - slack:
            self._anchor = (sent, received, there)
            return "fast"
        if longest >= WINDOW_NS:
            self._anchor = (sent, received, there)
            self.trusted = True
        return "fits"

    def forget(self) -> None:
        """Start anew: the register behind the clock changed, or ours jumped."""
        self._anchor = None
