"""Keys as files: people's signing keys, and the secrets that belong to a register.

Law: a private key is in one file that only its owner can read; it is never printed, logged or put into the
register. Salts and keys are made here and nowhere else.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from debar.evidence.keying import HashKey
from debar.model.problem import EXIT_REFUSED, EXIT_USAGE, DebarError, Place

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

_HEX_32: Final = re.compile(r"[0-9a-f]{64}")
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Ed25519Signer:
    """One Ed25519 key with its name: the :class:`debar.model.ports.Signer` of the rim.

    Args:
        name: Whose key it is.
        private: The 32 raw bytes of the private key.
    """

    name: str
    private: bytes = field(repr=False)

    @property
    def public_key(self) -> bytes:
        """The 32 raw bytes of the public key."""
        return self._key().public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of a message."""
        return self._key().sign(message)

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.private)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterSecrets:
    """What belongs to a register and must never be in it.

    Args:
        hash_key: The key for sensitive values.
        log_signer: The key that signs checkpoints; its name is the register's origin.
    """

    hash_key: HashKey
    log_signer: Ed25519Signer


def create_key(name: str, path: Path, *, now: datetime) -> Ed25519Signer:
    """Make a person's key and write it to a new file that only they can read.

    Args:
        name: Whose key it is.
        path: Where; there must be no file.
        now: The present instant.

    Raises:
        DebarError: There is a file at the path.
    """
    signer = Ed25519Signer(name, secrets.token_bytes(32))
    _write(path, _key_document(signer, now))
    return signer


def load_signer(key: Path | Ed25519Signer) -> Ed25519Signer:
    """Read a person's key from its file; one that was read already is returned as it is.

    Raises:
        DebarError: There is no such file, others can read it, or it is not a key.
    """
    return key if isinstance(key, Ed25519Signer) else _signer_of(_read(key), key)


def create_register_secrets(register: Path, *, origin: str, now: datetime) -> RegisterSecrets:
    """Make the secrets of a register and write them beside it, to ``<register>.key``.

    Args:
        register: The register's file.
        origin: The log's name.
        now: The present instant.

    Raises:
        DebarError: There is a secret file already: a second would orphan every hash made with the first.
    """
    hash_key = HashKey(key_id=f"k{secrets.token_hex(4)}", secret=secrets.token_bytes(32))
    signer = Ed25519Signer(origin, secrets.token_bytes(32))
    document = {
        "hash_key": {"key_id": hash_key.key_id, "secret": hash_key.secret.hex()},
        "log_key": _key_document(signer, now),
    }
    _write(secrets_path(register), document)
    return RegisterSecrets(hash_key=hash_key, log_signer=signer)


def load_register_secrets(register: Path) -> RegisterSecrets:
    """Read the secrets of a register from ``<register>.key``.

    Raises:
        DebarError: There is no such file, others can read it, or it does not hold them.
    """
    path = secrets_path(register)
    document = _read(path)
    hash_key, log_key = document.get("hash_key"), document.get("log_key")
    if not isinstance(hash_key, dict) or not isinstance(log_key, dict):
        raise _malformed(path)
    key_id, secret = hash_key.get("key_id"), hash_key.get("secret")
    if not isinstance(key_id, str) or not key_id or not _is_hex_32(secret):
        raise _malformed(path)
    return RegisterSecrets(
        hash_key=HashKey(key_id=key_id, secret=bytes.fromhex(str(secret))),
        log_signer=_signer_of(log_key, path),
    )


def secrets_path(register: Path) -> Path:
    """Return where a register's secrets are: its own name with ``.key`` after it."""
    return register.with_name(register.name + ".key")


def random_salts(count: int) -> tuple[bytes, ...]:
    """Return fresh salts of 32 bytes, one for each entry of an append."""
    return tuple(secrets.token_bytes(32) for _ in range(count))


def random_token() -> str:
    """Return a fresh token of 256 bits, fit for a header."""
    return secrets.token_urlsafe(32)


def _key_document(signer: Ed25519Signer, now: datetime) -> dict[str, str]:
    return {
        "name": signer.name,
        "public": signer.public_key.hex(),
        "private": signer.private.hex(),
        "created_at": now.isoformat(timespec="seconds").replace("+00:00", "Z"),
    }


def _signer_of(document: dict[str, Any], path: Path) -> Ed25519Signer:
    name, private = document.get("name"), document.get("private")
    if not isinstance(name, str) or not name or not _is_hex_32(private):
        raise _malformed(path)
    signer = Ed25519Signer(name, bytes.fromhex(str(private)))
    if document.get("public") != signer.public_key.hex():
        raise _malformed(path)
    return signer


def _write(path: Path, document: dict[str, Any]) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise _refused(
            "DBR-S033", "there is a key file already", path, "choose another name; debar overwrites no key"
        ) from None
    except OSError as error:
        raise _refused("DBR-S031", "the key file cannot be opened", path, str(error.strerror)) from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open(encoding="utf-8") as file:
            mode = os.fstat(file.fileno()).st_mode
            if os.name == "posix" and mode & _OTHERS:
                raise _refused(
                    "DBR-S030",
                    f"others than its owner may use the key file (mode {stat.S_IMODE(mode):04o})",
                    path,
                    f"run `chmod 600 {path.name}`, and make a new key if anybody may have read it",
                )
            document = json.load(file)
    except OSError as error:
        raise _refused("DBR-S031", "the key file cannot be opened", path, str(error.strerror)) from error
    except ValueError as error:
        raise _malformed(path) from error
    if not isinstance(document, dict):
        raise _malformed(path)
    return document


def _is_hex_32(value: object) -> bool:
    return isinstance(value, str) and _HEX_32.fullmatch(value) is not None


def _malformed(path: Path) -> DebarError:
    return DebarError(
        "DBR-S032",
        "this file does not hold a key",
        place=Place(file=path.name),
        hint="name the file that `debar key new` or `debar register init` made; a changed key file is no key",
        exit_code=EXIT_USAGE,
    )


def _refused(code: str, what: str, path: Path, hint: str) -> DebarError:
    return DebarError(code, what, place=Place(file=path.name), hint=hint, exit_code=EXIT_REFUSED)
