"""Signed links: filing an appeal without an ad-account login.

Law: a link is bound to one decision on one account and to a last instant, and is signed by the log's key; it
carries the public reference, never an account id. Whoever holds it may file, and nothing else.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from debar.model.canonical import canonical_json
from debar.model.problem import EXIT_REFUSED, DebarError
from debar.register.entries import instant_text
from debar.register.signatures import verify_signature

if TYPE_CHECKING:
    from debar.model.ports import Signer

PREFIX: Final = "debar-appeal-1"
"""How every link begins: what it is, and its version."""
LINK_CHARACTERS_MAX: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealLink:
    """What a link says.

    Args:
        decision_id: The decision.
        reference: The public reference of one account in it (its ``puid``).
        until: The last instant at which it works, aware UTC.
    """

    decision_id: str
    reference: str
    until: datetime


def make_link(link: AppealLink, *, origin: str, signer: Signer) -> str:
    """Return a link's text.

    Args:
        link: What it says.
        origin: The register's name: a link of one register is none in another.
        signer: The log's key.
    """
    payload = canonical_json(
        {
            "decision_id": link.decision_id,
            "reference": link.reference,
            "until": instant_text(link.until),
        }
    )
    return ".".join((PREFIX, _text(payload), _text(signer.sign(_message(origin, payload)))))


def read_link(text: str, *, origin: str, public_key: bytes, now: datetime) -> AppealLink:
    """Check a link and say what it is bound to.

    Args:
        text: As the account holder got it.
        origin: The register's name.
        public_key: The log's key.
        now: The present instant.

    Raises:
        DebarError: DBR-H006 it is no link of this register; DBR-H007 it has expired.
    """
    parts = text.strip().split(".")
    if len(text) > LINK_CHARACTERS_MAX or len(parts) != 3 or parts[0] != PREFIX:
        raise _forged("it has not the form of one")
    try:
        payload, signature = _bytes(parts[1]), _bytes(parts[2])
    except (binascii.Error, ValueError):
        raise _forged("it cannot be read") from None
    if not verify_signature(public_key, _message(origin, payload), signature):
        raise _forged("its signature is not this register's")
    document = json.loads(payload)
    until = datetime.fromisoformat(document["until"]).astimezone(UTC)
    if now > until:
        raise DebarError(
            "DBR-H007",
            f"this link expired on {until:%Y-%m-%d %H:%M} UTC",
            hint="an appeal is still taken in writing: debar appeal file --decision D --account A",
            exit_code=EXIT_REFUSED,
        )
    return AppealLink(decision_id=document["decision_id"], reference=document["reference"], until=until)


def _message(origin: str, payload: bytes) -> bytes:
    return b"debar appeal link v1\n" + origin.encode() + b"\n" + payload


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _forged(why: str) -> DebarError:
    return DebarError(
        "DBR-H006",
        f"this is no link to an appeal in this register: {why}",
        hint="take it from the notice, whole",
        exit_code=EXIT_REFUSED,
    )
