"""What was bought in a window, aimed at whom, paid how, and when; and what stands out against the background.

Law: figures with their background and their limits beside them. A retrospective gives reasons to look,
never a reason to ban.
"""

from debar.retrospect.clock import Clock
from debar.retrospect.retrospective import Retrospective, Signal
from debar.retrospect.rows import Row, Rows, rows_behind
from debar.retrospect.survey import retrospect
from debar.retrospect.words import render_text, signals

__all__ = [
    "Clock",
    "Retrospective",
    "Row",
    "Rows",
    "Signal",
    "render_text",
    "retrospect",
    "rows_behind",
    "signals",
]
