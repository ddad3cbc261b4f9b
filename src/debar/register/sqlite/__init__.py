"""The register in one SQLite file.

Law: a file appears whole or not at all, and is never written over.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from debar.model.problem import EXIT_PROBLEMS, DebarError, Place
from debar.register.sqlite import files
from debar.register.sqlite.database import SqliteDatabase
from debar.register.sqlite.migrating import upgrade_part
from debar.register.writing import Appended, Register

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from debar.model.ports import Signer
    from debar.register.entries import EntryDraft

__all__ = ["Appended", "SqliteRegister"]


class SqliteRegister(Register):
    """An open register in a file. One instance belongs to one thread.

    Args:
        path: The file.
        read_only: Refuse every write.
        frozen: The file cannot change while it is read (a backup on read-only media).
        busy_seconds: How long to wait for another writer.

    Raises:
        DebarError: There is no register at the path, or it cannot be read.
    """

    def __init__(
        self, path: Path, *, read_only: bool = False, frozen: bool = False, busy_seconds: float = 10.0
    ) -> None:
        connection = files.connect(path, read_only=read_only, frozen=frozen, busy_seconds=busy_seconds)
        self.path = path
        self._file = SqliteDatabase(connection, path)
        super().__init__(self._file, path)

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False, busy_seconds: float = 10.0) -> Self:
        """Open a register that exists."""
        return cls(path, read_only=read_only, busy_seconds=busy_seconds)

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        origin: str,
        signer: Signer,
        now: datetime,
        enrolments: Sequence[EntryDraft] = (),
        salts: Sequence[bytes] = (),
    ) -> Self:
        """Make a register, whole or not at all, with its first enrolments in it.

        Args:
            path: Where; there must be no file.
            origin: The log's name: an address without scheme or trailing slash, such as
                ``ads.example.org/debar``.
            signer: The log's key: it signs the checkpoints.
            now: The present instant.
            enrolments: Drafts made with the log's key by
                :func:`debar.register.drafts.enrolment_draft`.
            salts: 32 random bytes for each enrolment.

        Raises:
            DebarError: The file exists, or an enrolment is refused.
        """
        part = files.part_of(path)
        try:
            files.write_empty(part, origin=origin, signer=signer)
            if enrolments:
                with cls(part) as register:
                    register.append(enrolments, salts=salts, now=now, signer=signer)
            files.publish(part, path)
        finally:
            files.discard(part)
        return cls(path)

    def backup(self, to: Path) -> None:
        """Copy the register as of one moment into a new file, whole or not at all, while others write.

        The secret file is not part of it: keep a copy of that apart.

        Raises:
            DebarError: There is a file at ``to``, or it cannot be written.
        """
        part = files.part_of(to)
        try:
            self.copy_to(part)
            files.publish(part, to)
        finally:
            files.discard(part)

    def copy_to(self, part: Path) -> None:
        """Copy the register as of one moment into a file that has not got its name yet."""
        files.copy_database(self._file.connection, part)

    @classmethod
    def restore(cls, from_: Path, to: Path, *, known_checkpoint: str | None = None) -> Self:
        """Put a backup back as a register, after verifying all of it.

        Args:
            from_: The backup.
            to: Where the register shall be; there must be no file.
            known_checkpoint: The newest checkpoint that anybody kept. A backup that does not hold what the
                checkpoint holds is refused: its decisions would be lost.

        Raises:
            DebarError: The backup does not verify, is older than the checkpoint, or ``to`` exists.
        """
        part = files.part_of(to)
        try:
            with verified_backup(from_, known_checkpoint=known_checkpoint) as backup:
                backup.copy_to(part)
            upgrade_part(part)
            files.publish(part, to)
        finally:
            files.discard(part)
        return cls(to)


@contextmanager
def verified_backup(path: Path, *, known_checkpoint: str | None) -> Iterator[SqliteRegister]:
    """Open a backup after verifying all of it.

    Raises:
        DebarError: It does not verify, or does not hold what the known checkpoint holds.
    """
    wal = path.with_name(path.name + "-wal")
    with SqliteRegister(path, read_only=True, frozen=not wal.exists()) as backup:
        problems = backup.verify()
        if problems:
            raise DebarError(
                "DBR-R023",
                "the record does not agree with itself",
                place=Place(file=path.name),
                details=tuple(problem.effect for problem in problems[:5]),
                hint="restore an earlier backup, and keep this one as it is",
                exit_code=EXIT_PROBLEMS,
            )
        if known_checkpoint is not None:
            backup.check_holds(known_checkpoint)
        yield backup
