"""Check merged histories: no sale of a debarred account after its apply has returned, until a lift."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class History:
    """What happened, by the one clock of the host.

    Args:
        bans: Account, and when its apply had returned.
        lifts: Account, and when its lift was asked for.
        events: What sellers wrote down.
    """

    bans: list[tuple[str, int]] = field(default_factory=list)
    lifts: list[tuple[str, int]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    def read(self, folder: Path) -> None:
        """Merge the sellers' files; a last line that was cut by a kill is left out."""
        for path in sorted(folder.glob("*.history")):
            for line in path.read_text().splitlines():
                try:
                    self.events.append(json.loads(line))
                except ValueError:
                    continue
        self.events.sort(key=lambda event: int(event["at"]))

    def violations(self) -> list[str]:
        """Return every sale that must not have been."""
        found = []
        for event in self.events:
            if event["what"] != "sale":
                continue
            account, at = event["account"], event["at"]
            banned = max((when for name, when in self.bans if name == account and when <= at), default=None)
            if banned is None or any(name == account and banned <= when <= at for name, when in self.lifts):
                continue
            found.append(
                f"{event['gate']} sold {account} {(at - banned) / 1e6:.1f} ms after apply had returned"
            )
        return found

    def count(self, what: str, account: str | None = None) -> int:
        """Return how many events there are of a kind."""
        return sum(e["what"] == what and account in {None, e.get("account")} for e in self.events)
