"""What happened, with true times, and whether the promise was kept.

Law: once an apply has returned, no sale of that account is committed on any gate's answer until a later lift
was recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A sale that was committed on a gate's answer."""

    at: int
    account: str
    gate: str
    revision: int


@dataclass(slots=True, kw_only=True)
class Applied:
    """A decision, and when it was asked for, recorded and certified."""

    account: str
    op: str
    asked_at: int
    recorded_at: int | None = None
    certified_at: int | None = None


@dataclass(slots=True)
class History:
    """Every sale and every decision of a run."""

    sales: list[Sale] = field(default_factory=list)
    applied: dict[str, Applied] = field(default_factory=dict)
    refused_innocent: int = 0
    answered: int = 0

    def violations(self) -> list[str]:
        """Return every sale that the promise excludes, in words."""
        found: list[str] = []
        for name, debar in self.applied.items():
            if debar.op != "debar" or debar.certified_at is None:
                continue
            over = self._lifted_at(debar)
            found += [
                f"{sale.account} bought at {sale.gate} (revision {sale.revision})"
                f" {(sale.at - debar.certified_at) / 1e6:.1f} ms after {name} was certified"
                for sale in self.sales
                if sale.account == debar.account
                and sale.at >= debar.certified_at
                and (over is None or sale.at < over)
            ]
        return found

    def unfinished(self) -> list[str]:
        """Return the decisions that never came into force."""
        return [name for name, applied in self.applied.items() if applied.certified_at is None]

    def _lifted_at(self, debar: Applied) -> int | None:
        """Return when a lift of the same account was asked for, after a debar: from then on all is open."""
        lifts = [
            other.asked_at
            for other in self.applied.values()
            if other.op == "lift" and other.account == debar.account and other.asked_at > debar.asked_at
        ]
        return min(lifts, default=None)
