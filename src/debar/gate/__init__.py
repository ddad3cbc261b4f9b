"""The gate: may this account buy advertising?

Law: asked about advertising only, and fails closed: what cannot be answered from the register is denied. It
lives in somebody's ad server, so importing it loads nothing heavy.
"""

from debar.gate.answer import ACTIONS, Answer
from debar.gate.direct import Gate, check
from debar.gate.guard import NoStandingError, requires_standing
from debar.gate.remote import Link, RemoteGate, Trust

__all__ = [
    "ACTIONS",
    "Answer",
    "Gate",
    "Link",
    "NoStandingError",
    "RemoteGate",
    "Trust",
    "check",
    "requires_standing",
]
