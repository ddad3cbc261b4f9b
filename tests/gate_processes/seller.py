"""A process that sells ads: asks its gate about account after account and writes down each sale and refusal.

``python seller.py '{"url": ..., "token": ..., "name": ..., "history": ..., "accounts": [...], "broken": ""}'``
Instants are of CLOCK_BOOTTIME, which all processes of a host share. ``broken`` plants a fault in the gate.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

from debar.gate.protocol.gate import GateCore
from debar.gate.protocol.messages import Ack, Entries, Message
from debar.gate.protocol.timing import SECOND, Timing
from debar.gate.remote import Link, RemoteGate, Trust
from debar.gate.remote.gate import boot_clock


def acknowledge_before_applying() -> None:
    """Plant a gate that acknowledges at once and applies half a second later."""
    receive = GateCore.receive
    late: list[tuple[int, Entries]] = []

    def broken(self: GateCore, message: Message, now: int) -> tuple[Message, ...]:
        if isinstance(message, Entries):
            late.append((now, message))
            return (Ack(gate=self.settings.gate, applied=message.through, revision=message.through),)
        while late and late[0][0] + SECOND // 2 < now:
            receive(self, late.pop(0)[1], now)
        return receive(self, message, now)

    GateCore.receive = broken  # type: ignore[method-assign]


def keep_the_lease_for_ever() -> None:
    """Plant a gate that believes in a lease that has ended."""
    GateCore.usable = lambda self, now: self.lease is not None  # type: ignore[method-assign]  # noqa: ARG005
    GateCore._valid_until = lambda self, now: now + SECOND  # type: ignore[method-assign]  # noqa: SLF001, ARG005


BROKEN = {"": lambda: None, "ack": acknowledge_before_applying, "lease": keep_the_lease_for_ever}


def sell(said: dict[str, Any]) -> None:
    """Sell for ever."""
    BROKEN[said["broken"]]()
    timing = Timing(
        term_ns=said["term_ns"], valid_ns=SECOND // 10, renew_ns=said["term_ns"] // 4, retry_ns=SECOND // 4
    )
    gate = RemoteGate(Link.parse(said["url"], Trust(token=said["token"])), name=said["name"], timing=timing)
    history = os.open(said["history"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    gate.wait(20)
    os.write(history, json.dumps({"what": "open", "at": boot_clock(), "gate": said["name"]}).encode() + b"\n")
    while True:
        for account in said["accounts"]:
            answer = gate.check(account, action="buy")
            now = boot_clock()
            sold = answer.allowed and answer.valid_until is not None and now < answer.valid_until
            line = {
                "what": "sale" if sold else answer.verdict,
                "at": now,
                "account": account,
                "gate": said["name"],
            }
            if sold or answer.verdict == "stale":
                os.write(history, json.dumps(line).encode() + b"\n")
            time.sleep(0.001)


if __name__ == "__main__":
    sell(json.loads(sys.argv[1]))
