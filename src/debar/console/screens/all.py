"""All screens, in the order of the bar at the top."""

from __future__ import annotations

from typing import Final

from debar.console.screens import cases, entry, viewed

SCREENS: Final = (entry.SCREEN, cases.SCREEN, viewed.SCREEN)
