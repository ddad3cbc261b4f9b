"""Who is on the other end, and for whom it may speak.

Law: without a token or a certificate nobody is taken in. A gate speaks for itself only; a relay speaks for
the gates behind it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from debar.gate.protocol.messages import Join, Renew

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from debar.gate.protocol.messages import Message

KINDS: Final = ("gate", "relay")
RELAY_PREFIX: Final = "relay:"
"""A certificate's common name begins with it where a relay shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whoever is connected.

    Args:
        name: Its gates are called ``name`` or ``name/...``.
        kind: ``gate`` or ``relay``.
    """

    name: str
    kind: str

    def may_say(self, message: Message) -> bool:
        """Tell whether it may say this: a gate about itself alone, in its own words."""
        if self.kind == "relay":
            return True
        if isinstance(message, Join) and (message.kind != "gate" or message.via or message.stay):
            return False
        if isinstance(message, Renew) and (message.stay_last or message.stays):
            return False
        told = [getattr(message, "gate", ""), getattr(message, "replaces", "")]
        return bool(told[0]) and all(not name or self._is_own(name) for name in told)

    def _is_own(self, gate: str) -> bool:
        return gate == self.name or gate.startswith(f"{self.name}/")


def token_sha256(token: str) -> str:
    """Return what the register keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def identify(
    headers: Mapping[str, str],
    certificate: Mapping[str, Any] | None,
    token_of: Callable[[str], tuple[str, str] | None],
) -> Identity | None:
    """Return who is on the other end; None where nothing proves it.

    Args:
        headers: Of the request, names in lower case.
        certificate: The verified certificate that it showed, as :meth:`ssl.SSLSocket.getpeercert` gives it.
        token_of: Finds name and kind of a token's digest.
    """
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        found = token_of(token_sha256(token.strip()))
        return None if found is None else Identity(name=found[0], kind=found[1])
    for part in (certificate or {}).get("subject", ()):
        for field, value in part:
            if field == "commonName" and value:
                name = str(value)
                if name.startswith(RELAY_PREFIX):
                    return Identity(name=name.removeprefix(RELAY_PREFIX), kind="relay")
                return Identity(name=name, kind="gate")
    return None
