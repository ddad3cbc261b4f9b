"""What a played demo hands to its tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Played:
    """A demo's folder and what it said."""

    folder: Path
    transcript: str
