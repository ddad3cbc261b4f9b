"""The lengths of time that the protocol rests on, and how a length on one clock bounds a length on another.

Law: instants are whole nanoseconds of the clock of one process, which runs on in suspend (CLOCK_BOOTTIME);
instants of two processes are never compared. Any clock runs within ``rho`` of true time; a length that must
have passed on another clock is lengthened, a length that must not have passed is shortened.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from debar.model.problem import DebarError

SECOND: Final = 1_000_000_000
MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long things last, in nanoseconds.

    Args:
        term_ns: Term of a lease: the outage budget. A register that is down for longer stops the strict
            gates; a gate that cannot be reached makes an apply wait for at most this and a margin.
        valid_ns: How long an allowing answer may be used.
        rho_millionths: By how much any clock's rate may differ from true time.
        slack_ns: What a pause or a live migration may take from a clock at once.
        renew_ns: How often a gate renews its lease.
        retry_ns: After how long without a reply it tries again.
    """

    term_ns: int = 300 * SECOND
    valid_ns: int = SECOND
    rho_millionths: int = 10_000
    slack_ns: int = SECOND // 4
    renew_ns: int = 10 * SECOND
    retry_ns: int = SECOND

    def __post_init__(self) -> None:
        fits = (
            0 < self.retry_ns <= self.renew_ns < self.term_ns
            and self.valid_ns >= 0
            and self.slack_ns >= 0
            and 0 <= self.rho_millionths < MILLION // 10
        )
        if not fits:
            raise DebarError(
                "DBR-G010",
                "these times do not fit together",
                details=(f"term {self.term_ns}, renew {self.renew_ns}, retry {self.retry_ns} nanoseconds",),
                hint="0 < retry <= renew < term, and a clock rate within a tenth",
            )

    def wait_ns(self, length_ns: int) -> int:
        """Return how long to wait here until a length has surely passed there (R8's W).

        ``length x (1 + rho) / (1 - rho) + slack``, rounded up.
        """
        up, down = MILLION + self.rho_millionths, MILLION - self.rho_millionths
        return -(-length_ns * up // down) + self.slack_ns

    def within_ns(self, length_ns: int) -> int:
        """Return the longest length that, counted there, surely ends before ``length_ns`` has passed here.

        ``length x (1 - rho) / (1 + rho)``, rounded down; never below nothing.
        """
        up, down = MILLION + self.rho_millionths, MILLION - self.rho_millionths
        return max(0, length_ns) * down // up
