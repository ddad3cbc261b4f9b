"""Attachments of appeals: kept by their digest beside the register, never opened and never run.

Law: a file is stored under the SHA-256 of its bytes, once, whole or not at all, readable by its owner only
and executable by nobody. What is not an ordinary file, or is too large, is refused before a byte is kept.
"""

from __future__ import annotations

import os
import stat
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from debar.model.canonical import sha256_hex
from debar.model.problem import EXIT_REFUSED, DebarError, Place

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

BYTES_MAX: Final = 10 * 1024 * 1024
"""An attachment is not larger than this."""
COUNT_MAX: Final = 20
"""One step of an appeal brings at most this many."""
NAME_CHARACTERS_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that somebody handed in.

    Args:
        sha256: Of its bytes: its name in the store.
        name: As the file was called, shortened; only for people.
        size_bytes: How large it is.
    """

    sha256: str
    name: str
    size_bytes: int

    def as_json(self) -> dict[str, Any]:
        """Return the attachment as a JSON object."""
        return asdict(self)


def folder_of(register: Path) -> Path:
    """Return where a register's attachments are: its own name with ``.attachments`` after it."""
    return register.with_name(register.name + ".attachments")


def keep(register: Path, files: Sequence[Path]) -> tuple[Attachment, ...]:
    """Keep copies of some files.

    Args:
        register: The register's file.
        files: What was handed in.

    Raises:
        DebarError: DBR-S050, there are too many, or one is too large, empty, or no ordinary file.
    """
    if len(files) > COUNT_MAX:
        raise DebarError("DBR-S050", f"{len(files)} attachments, and at most {COUNT_MAX} are taken at once")
    read = [(_read(file), file.name[:NAME_CHARACTERS_MAX]) for file in files]
    return tuple(_keep(folder_of(register), data, name) for data, name in read)


def is_whole(register: Path, sha256: str) -> bool:
    """Tell whether an attachment is in the store and still has its digest."""
    path = _path(folder_of(register), sha256)
    return path.is_file() and sha256_hex(path.read_bytes()) == sha256


def load(register: Path, sha256: str) -> bytes | None:
    """Return an attachment's bytes; None where it is not kept, or not whole."""
    return _path(folder_of(register), sha256).read_bytes() if is_whole(register, sha256) else None


def _read(file: Path) -> bytes:
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise _refused(file, f"it cannot be read: {error.strerror}") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _refused(file, "it is no ordinary file")
    with os.fdopen(descriptor, "rb") as opened:
        data = opened.read(BYTES_MAX + 1)
    if not data:
        raise _refused(file, "it is empty")
    if len(data) > BYTES_MAX:
        raise _refused(file, f"it has more than {BYTES_MAX // 1024 // 1024} MiB")
    return data


def _keep(folder: Path, data: bytes, name: str) -> Attachment:
    sha256 = sha256_hex(data)
    path = _path(folder, sha256)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_name(f"{sha256}.{os.getpid()}.part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as written:
            written.write(data)
            written.flush()
            os.fsync(descriptor)
        part.replace(path)
    return Attachment(sha256=sha256, name=name, size_bytes=len(data))


def _path(folder: Path, sha256: str) -> Path:
    return folder / sha256[:2] / sha256


def _refused(file: Path, why: str) -> DebarError:
    return DebarError(
        "DBR-S050",
        f"this attachment is not taken: {why}",
        place=Place(file=file.name),
        hint=f"ordinary files of up to {BYTES_MAX // 1024 // 1024} MiB",
        exit_code=EXIT_REFUSED,
    )
