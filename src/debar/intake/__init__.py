"""What platforms export and public ad libraries publish, as the same normalised tables.

Law: bad rows never stop a run and are never lost silently; each becomes a problem with its place, and
money that can be read is counted.
"""

from __future__ import annotations

from debar.intake.ira import Imported, import_ira
from debar.intake.reading import Platform, Tally, read_platform
from debar.intake.report import describe, render_text

__all__ = ["Imported", "Platform", "Tally", "describe", "import_ira", "read_platform", "render_text"]
