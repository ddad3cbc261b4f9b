"""What enrolled keys sign, byte for byte, and how a signature is checked.

Law: every signed message names its purpose and its version in the first line, so that a signature for one
thing is never one for another. A free-text name proves nothing; a key does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from debar.model.ports import Signer

PROPOSER: Final = "proposer"
APPROVER: Final = "approver"
APPEALS: Final = "appeals"
KEY_ROLES: Final = (PROPOSER, APPROVER, APPEALS)
"""What an enrolled key may do. One key may hold several, by several enrolments."""

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def approval_message(plan_sha256: str) -> bytes:
    """Return the bytes that an approver signs.

    Example:
        >>> approval_message("0" * 64).splitlines()[0]
        b'debar approval v1'
    """
    assert _SHA256.fullmatch(plan_sha256), f"plan_sha256 {plan_sha256!r}"
    return f"debar approval v1\n{plan_sha256}\n".encode()


def enrolment_message(origin: str, *, role: str, public_key: bytes) -> bytes:
    """Return the bytes that the log's key, or an enrolled key, signs to enrol another key.

    The register's origin is part of it: an enrolment in one register is none in another.
    """
    assert role in KEY_ROLES, f"role {role!r}"
    assert len(public_key) == 32, "an Ed25519 public key has 32 bytes"
    return f"debar enrol v1\n{origin}\n{role}\n{public_key.hex()}\n".encode()


def sign_approval(plan_sha256: str, signer: Signer) -> bytes:
    """Return an approval of a plan: 64 bytes."""
    return signer.sign(approval_message(plan_sha256))


def outcome_message(origin: str, *, appeal_id: str, outcome: str, outcome_sha256: str) -> bytes:
    """Return the bytes that a reviewer signs to decide an appeal.

    Args:
        origin: The register's origin: an outcome in one register is none in another.
        appeal_id: Which appeal.
        outcome: ``upheld``, ``varied`` or ``lifted``.
        outcome_sha256: Digest of the outcome with its reasons and a nonce, so that nobody can guess it.
    """
    assert _SHA256.fullmatch(outcome_sha256), f"outcome_sha256 {outcome_sha256!r}"
    return f"debar outcome v1\n{origin}\n{appeal_id}\n{outcome}\n{outcome_sha256}\n".encode()


def verify_approval(plan_sha256: str, *, public_key: bytes, signature: bytes) -> bool:
    """Tell whether a key approved a plan; whether the key is enrolled is the register's to say."""
    return verify_signature(public_key, approval_message(plan_sha256), signature)


def verify_signature(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether an Ed25519 signature fits; anything malformed does not."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
