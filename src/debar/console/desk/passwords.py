"""Passwords, and signing keys that only their owner's password opens.

Law: a password is kept as argon2id's digest and a key as ciphertext; neither can be read from a stolen desk
without guessing the password, each guess at argon2id's price.

Source: RFC 9106 (argon2id, its second recommended option), RFC 5116 (AES-256-GCM).
"""

from __future__ import annotations

from typing import Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from debar.model.problem import DebarError
from debar.stores.keys import Ed25519Signer, random_salts

SHORTEST: Final = 12
"""Fewest letters of a password."""
LONGEST: Final = 200
_TIME, _MEMORY_KIB, _LANES = 3, 65_536, 4
_SALT, _NONCE, _KEY = 16, 12, 32
_HASHER: Final = PasswordHasher(time_cost=_TIME, memory_cost=_MEMORY_KIB, parallelism=_LANES)
_NOBODY: Final = _HASHER.hash("nobody has this password")
"""Is verified where there is no such person, so that the answer takes as long."""


def refuse_weak(password: str) -> None:
    """Refuse a password that is too short or absurdly long.

    Raises:
        DebarError: DBR-K002.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise DebarError(
            "DBR-K002",
            f"a password has {SHORTEST} to {LONGEST} letters",
            hint="several unrelated words are easy to keep and hard to guess",
        )


def digest_of(password: str) -> str:
    """Return what is kept of a password."""
    refuse_weak(password)
    return _HASHER.hash(password)


def fits(password: str, digest: str | None) -> bool:
    """Tell whether a password is the one; as slow where there is none to compare with."""
    try:
        _HASHER.verify(digest or _NOBODY, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return digest is not None


def seal(signer: Ed25519Signer, password: str) -> bytes:
    """Encrypt a signing key under a password: salt, nonce, then ciphertext bound to the key's name."""
    salt, nonce = random_salts(1)[0][:_SALT], random_salts(1)[0][:_NONCE]
    box = AESGCM(_derived(password, salt))
    return salt + nonce + box.encrypt(nonce, signer.private, signer.name.encode())


def unseal(sealed: bytes, *, name: str, password: str) -> Ed25519Signer:
    """Decrypt a signing key.

    Raises:
        DebarError: DBR-K003, the password is not the one that it was sealed with.
    """
    salt, nonce, ciphertext = sealed[:_SALT], sealed[_SALT : _SALT + _NONCE], sealed[_SALT + _NONCE :]
    try:
        private = AESGCM(_derived(password, salt)).decrypt(nonce, ciphertext, name.encode())
    except InvalidTag:
        raise DebarError("DBR-K003", "the password does not open the signing key") from None
    return Ed25519Signer(name, private)


def _derived(password: str, salt: bytes) -> bytes:
    return hash_secret_raw(
        password.encode(),
        salt,
        time_cost=_TIME,
        memory_cost=_MEMORY_KIB,
        parallelism=_LANES,
        hash_len=_KEY,
        type=Type.ID,
    )
