"""The check over HTTP, straight from the register.

Law: each answer is read from the register as it is; there is no lease, and nothing is kept unless the
operator says how long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from debar.gate.direct import Gate
from debar.service.application import Application, Health
from debar.service.checking import CheckEndpoint

if TYPE_CHECKING:
    from debar.gate.remote.shadow import ShadowLog
    from debar.model.ports import Clock
    from debar.register.address import RegisterAddress


def direct_application(
    register: RegisterAddress, clock: Clock, *, cache_seconds: float = 0.0, shadow: ShadowLog | None = None
) -> Application:
    """Return the application that answers from a register.

    Args:
        register: Where the register is.
        clock: Tells the time of each check.
        cache_seconds: For how long an allowing answer may be kept by whoever asked. A ban is then in force
            that much later at those who keep answers.
        shadow: Records what would have been denied, and then all is allowed; None to deny.
    """
    gate = Gate(register)
    checks = CheckEndpoint(gate, clock, usable_seconds=lambda _: cache_seconds, shadow=shadow)

    def health() -> Health:
        answer = gate.check("health", now=clock.now())
        readable = answer.verdict != "unreadable"
        document = {"mode": "direct", "revision": answer.revision}
        return Health(
            fresh=readable, document=document if readable else {**document, "reason": answer.reason}
        )

    return Application(checks, health)
