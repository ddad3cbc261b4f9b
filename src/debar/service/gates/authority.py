"""``debar gate serve`` as the register in charge: checks straight from the register, gates over connections.

Law: one process at a time; a second one is refused before it touches anything.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
from typing import TYPE_CHECKING

from debar.gate.direct import Gate
from debar.model.problem import EXIT_REFUSED, DebarError, Place
from debar.register.address import PostgresAddress, open_register
from debar.service.application import Application, Health
from debar.service.checking import CheckEndpoint
from debar.service.gates.notified import Notified
from debar.service.gates.register import RegisterHub
from debar.stores.doorbell import Doorbell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from debar.gate.protocol.messages import Tail
    from debar.gate.protocol.timing import Timing
    from debar.gate.remote.shadow import ShadowLog
    from debar.model.ports import Clock, Signer
    from debar.register.address import RegisterAddress
    from debar.service.gates.snapshots import Snapshots
    from debar.service.logs import Log


class Authority:
    """The register's hub with its doorbell, as what lives beside the HTTP server.

    Args:
        register: Where the register is.
        home: What its files are called after.
        timing: The lengths of time.
        clock: The wall clock.
        log: Told what happens.
        signer: The log's key: it signs certificates.
        tails: What goes on behind gates that read the register themselves; certificates name it.
        snapshots: Makes tables for gates that are far behind.
        shadow: Records what would have been denied, and then all is allowed; None to deny.
        trusts_callers: Whether every caller has shown a certificate that TLS verified.
    """

    def __init__(  # noqa: PLR0913 - each is handed in once, at the rim
        self,
        register: RegisterAddress,
        home: Path,
        *,
        timing: Timing,
        clock: Clock,
        log: Log,
        signer: Signer,
        tails: Sequence[Tail],
        snapshots: Snapshots,
        shadow: ShadowLog | None = None,
        trusts_callers: bool = False,
    ) -> None:
        self._bell = Doorbell(home, answering=True)
        self._snapshots = snapshots
        self._trusts_callers = trusts_callers
        self.hub = RegisterHub(
            lambda busy_seconds: open_register(register, busy_seconds=busy_seconds),
            timing=timing,
            clock=clock,
            log=log,
            signer=signer,
            tails=tails,
            snapshots=snapshots,
            certified=self._bell.answer,
        )
        self._notified = (
            Notified(register.url, self.hub.wake) if isinstance(register, PostgresAddress) else None
        )
        self.application = self._application(Gate(register), clock, shadow)

    async def start(self) -> None:
        """Take charge, and listen for hints."""
        await self.hub.start()
        if self._notified is not None:
            self._notified.start()
        if self._bell.socket is not None:
            asyncio.get_running_loop().add_reader(self._bell.socket, self._on_bell)

    async def stop(self) -> None:
        """Stop."""
        if self._bell.socket is not None:
            asyncio.get_running_loop().remove_reader(self._bell.socket)
        self._bell.close()
        if self._notified is not None:
            await self._notified.stop()
        await self.hub.stop()

    def _on_bell(self) -> None:
        if self._bell.heard():
            self.hub.wake()

    def _application(self, gate: Gate, clock: Clock, shadow: ShadowLog | None) -> Application:
        checks = CheckEndpoint(gate, clock, usable_seconds=lambda _: 0.0, shadow=shadow)

        def health() -> Health:
            state = self.hub.state()
            document = {"mode": "register", "revision": state.get("revision")}
            if not state["serving"]:
                return Health(fresh=False, document={**document, "reason": state["reason"]})
            return Health(fresh=True, document={**document, "gates": len(state["gates"])})

        async def snapshot(sha256: str, headers: Mapping[str, str]) -> Path | None:
            if not self._trusts_callers and self.hub.identify(headers, None) is None:
                return None
            made = self._snapshots.find(sha256)
            return None if made is None else made.path

        return Application(checks, health, self.hub.metrics, snapshot)


@contextlib.contextmanager
def in_charge(home: Path) -> Iterator[None]:
    """Be the only process on this host that serves a register, inside.

    Raises:
        DebarError: DBR-V004, another one does.
    """
    descriptor = os.open(home.with_name(home.name + ".serving"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise DebarError(
            "DBR-V004",
            "another process serves this register",
            place=Place(file=home.name),
            hint="stop it first; or answer checks only, with --checks-only; or be a relay, with --upstream",
            exit_code=EXIT_REFUSED,
        ) from None
    try:
        yield
    finally:
        os.close(descriptor)
