"""``debar gate serve --upstream``: a relay for gates, and a gate of its own for checks over HTTP.

Law: the checks are answered by a gate with a lease like any other, never by the relay.
"""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from debar.gate.remote.gate import RemoteGate
from debar.gate.remote.snapshots import download
from debar.model.problem import DebarError, Place
from debar.service.application import Application, Health
from debar.service.checking import CheckEndpoint
from debar.service.gates.identity import token_sha256
from debar.service.gates.relay import RelayHub

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from debar.gate.protocol.timing import Timing
    from debar.gate.remote.connection import Link
    from debar.gate.remote.shadow import ShadowLog
    from debar.model.ports import Clock
    from debar.service.logs import Log


class Relaying:
    """The relay's hub and its own gate, as what lives beside the HTTP server.

    Args:
        link: Where the register, or another relay, is.
        name: The relay's name, as its token has it.
        timing: The lengths of time.
        tokens: Name and kind by a token's digest, of the gates behind it.
        log: Told what happens.
        nonce: Makes a fresh, unguessable text.
        clock: The wall clock.
        shadow: Records what would have been denied, and then all is allowed; None to deny.
    """

    def __init__(
        self,
        link: Link,
        *,
        name: str,
        timing: Timing,
        tokens: Mapping[str, tuple[str, str]],
        log: Log,
        nonce: Callable[[], str],
        clock: Clock,
        shadow: ShadowLog | None = None,
    ) -> None:
        self._link = link
        self._folder = tempfile.TemporaryDirectory(prefix="debar-relay-")
        self.hub = RelayHub(
            f"{name}/{secrets.token_hex(8)}", link, timing=timing, nonce=nonce, tokens=tokens, log=log
        )
        self._gate = RemoteGate(
            link,
            name=f"{name}/checks",
            mode="strict" if shadow is None else "shadow",
            timing=timing,
            alarm=lambda text: log.write("gate_alarm", level="warning", alarm=text),
        )
        checks = CheckEndpoint(self._gate, clock, usable_seconds=self._gate.usable_seconds, shadow=shadow)
        self.application = Application(checks, self._health, self.hub.metrics, self._snapshot)

    async def start(self) -> None:
        """Begin."""
        await self.hub.start()

    async def stop(self) -> None:
        """Leave."""
        await self.hub.stop()

    def close(self) -> None:
        """End the gate and remove what was kept."""
        self._gate.leave()
        self._folder.cleanup()

    def _health(self) -> Health:
        state = dict(self.hub.state())
        usable = self._gate.usable()
        document = {"mode": "relay", **state, "revision": self._gate.core.standing.revision}
        return Health(fresh=usable, document=document)

    async def _snapshot(self, sha256: str, headers: Mapping[str, str]) -> Path | None:
        """Return the table that gates are offered, fetched once from above."""
        offer = self.hub.core.offer
        if offer is None or offer.sha256 != sha256 or self.hub.identify(headers, None) is None:
            return None
        path = Path(self._folder.name) / sha256
        if not path.exists():
            part = path.with_suffix(".part")
            try:
                found = await asyncio.to_thread(download, self._link, offer, part)
            except (OSError, DebarError):
                return None
            if found != sha256:
                return None
            part.replace(path)
        return path


def read_tokens(path: Path) -> dict[str, tuple[str, str]]:
    """Read lines of ``NAME TOKEN``: the gates that may join by way of this relay.

    Raises:
        DebarError: DBR-V006, a line is something else.
    """
    found: dict[str, tuple[str, str]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) != 2:
            raise DebarError(
                "DBR-V006",
                "this line is not the name of a gate and its token",
                place=Place(file=path.name, line=number),
                hint="ads-7 <the token that debar gate token printed>",
            )
        found[token_sha256(words[1])] = (words[0], "gate")
    return found
