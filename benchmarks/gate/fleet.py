"""Many gates in one process: the product's own connection, conversation and core, fed by one loop."""

from __future__ import annotations

import json
import secrets
import selectors
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from debar.gate.protocol.gate import GateCore, GateSettings
from debar.gate.protocol.timing import SECOND, Timing
from debar.gate.remote import Conversation, Link, Trust
from debar.gate.remote.gate import boot_clock
from debar.gate.remote.snapshots import fetch

if TYPE_CHECKING:
    import socket
    import ssl


class Fleet:
    """Gates that are fed by one loop.

    Args:
        link: Where the register is.
        count: How many.
    """

    def __init__(self, link: Link, count: int) -> None:
        self.link = link
        self.selector = selectors.DefaultSelector()
        self.gates: list[tuple[socket.socket, Conversation]] = []
        timing = Timing(valid_ns=SECOND // 5)
        for number in range(count):
            core = GateCore(GateSettings(gate=f"fleet/{number}-{secrets.token_hex(4)}"), timing=timing)
            connection, rest = link.converse()
            conversation = Conversation(core, clock=boot_clock, nonce=lambda: secrets.token_hex(8))
            core.reconnected()
            connection.sendall(conversation.due() + conversation.feed(rest))
            self.selector.register(connection, selectors.EVENT_READ, conversation)
            self.gates.append((connection, conversation))

    def run(self) -> None:
        """Feed them until standard input ends; say when each has a lease."""
        self.selector.register(sys.stdin, selectors.EVENT_READ, None)
        told = False
        due_at = 0
        while True:
            for key, _ in self.selector.select(0.1):
                if key.data is None:
                    return
                self._feed(key.fileobj, key.data)  # type: ignore[arg-type]
            now = boot_clock()
            if now >= due_at:
                due_at = now + SECOND // 10
                for connection, conversation in self.gates:
                    if conversation.core.next_at() <= now:
                        connection.sendall(conversation.due())
            if not told and all(one.core.usable(boot_clock()) for _, one in self.gates):
                told = True
                print("ready", flush=True)

    def _feed(self, connection: socket.socket | ssl.SSLSocket, conversation: Conversation) -> None:
        data = connection.recv(262_144)
        while getattr(connection, "pending", int)():
            data += connection.recv(262_144)
        if not data:
            raise SystemExit("the register closed a connection")
        out = conversation.feed(data)
        if out:
            connection.sendall(out)
        offer = conversation.core.offer
        if offer is not None:
            standing, sha256 = fetch(self.link, offer, None)
            conversation.core.take_over(standing, offer=offer, sha256=sha256)
            connection.sendall(conversation.due())


def main() -> int:
    """Run a fleet: URL TOKEN COUNT [CA]."""
    url, token, count, *rest = json.loads(sys.argv[1])
    trust = Trust(token=token, authorities=Path(rest[0]) if rest else None)
    Fleet(Link.parse(url, trust), count).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
