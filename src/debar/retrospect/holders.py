"""Accounts that changed hands in the window.

Law: a sale is not a guilt: what was bought before a hand-over is the former holder's, what comes after the
later one's. Where nothing that says who holds an account has a date, nothing is told of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.linking.handovers import find_handovers
from debar.model.legible import legible
from debar.retrospect.against import Measured
from debar.retrospect.steps import UNATTRIBUTED

if TYPE_CHECKING:
    from debar.model.ports import Engine
    from debar.model.window import Window

_DATED: Final = (
    "SELECT DISTINCT account_id FROM identifiers WHERE family IN ('legal', 'contact')"
    " AND source NOT LIKE 'derived:%' AND (first_seen IS NOT NULL OR last_seen IS NOT NULL)"
)

_TELLING: Final = (
    "SELECT DISTINCT r.account_id, r.asked FROM retrospect_ads AS r"
    f" JOIN ({_DATED}) AS d ON d.account_id = r.account_id"
    f" WHERE r.account_id <> '{UNATTRIBUTED}' ORDER BY r.account_id"
)


def are_told(engine: Engine) -> bool:
    """Tell whether any legal or contact identifier has a date of its own."""
    if not engine.columns("identifiers"):
        return False
    return bool(engine.rows(f"{_DATED} LIMIT 1"))


def changed_hands(engine: Engine, window: Window) -> list[Measured]:
    """Return of each account with ads and dated identifiers whether it changed hands in the window."""
    found = {
        one.account_id: f"on {one.day}: {legible(', '.join(one.later), length_max=60)} after"
        f" {legible(', '.join(one.former), length_max=60)}"
        for one in find_handovers(engine)
        if window.start <= one.day <= window.end
    }
    return [
        Measured(
            account_id=account_id,
            asked=bool(asked),
            stratum="",
            value=int(account_id in found),
            shown=found.get(account_id, "same holder"),
        )
        for account_id, asked in engine.rows(_TELLING)
    ]
