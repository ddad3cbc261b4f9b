"""Look at files that nobody has described.

Law: guesses carry their reason, findings their null; nothing is decided here.
"""

from __future__ import annotations

from debar.intake.looking.findings import Found, find
from debar.intake.looking.look import Looked, look_at
from debar.intake.looking.proposal import Proposal, propose

__all__ = ["Found", "Looked", "Proposal", "find", "look_at", "propose"]
