"""All screens, in the order of the bar at the top.

Law: an address that is not listed here does not exist.
"""

from __future__ import annotations

from typing import Final

from debar.console.screens import (
    appeals,
    case,
    cases,
    entry,
    inbox,
    money,
    plan,
    public,
    record,
    viewed,
)

SCREENS: Final = (
    entry.SCREEN,
    cases.SCREEN,
    case.SCREEN,
    inbox.SCREEN,
    appeals.SCREEN,
    plan.SCREEN,
    money.SCREEN,
    record.SCREEN,
    public.SCREEN,
    viewed.SCREEN,
)
