"""The gate on any host: it keeps a lease from a register or a relay and answers in the application's process.

Law: no answer waits for the network. One thread talks to the register; any number of threads ask.
"""

from debar.gate.remote.connection import Link, Trust
from debar.gate.remote.conversation import Conversation
from debar.gate.remote.gate import RemoteGate

__all__ = ["Conversation", "Link", "RemoteGate", "Trust"]
