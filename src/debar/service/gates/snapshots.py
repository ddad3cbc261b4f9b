"""Tables for gates that are too far behind the log: made when first asked for, and again when they are old.

Law: a table holds all that stands at one revision; it is complete and on disk before anybody is told of it.
Making one may take minutes: it is done beside the event loop, and gates are told when it is there.
"""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from debar.model.canonical import file_sha256
from debar.model.problem import DebarError
from debar.service.application import SNAPSHOTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from debar.register.writing import Register

OLD_ENTRIES: Final = 10_000
"""A table that lacks more entries than this is made anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A table on disk."""

    revision: int
    epoch: int
    sha256: str
    length: int
    path: Path

    @property
    def where(self) -> str:
        """Return where gates fetch it: the path of a request."""
        return f"{SNAPSHOTS}{self.sha256}"


class Snapshots:
    """Makes tables of a register.

    Args:
        path: The table's file.
        seed: 64 bits that key the table's hash.
        open_register: Opens the register, to be read by another thread.
    """

    def __init__(self, path: Path, *, seed: int, open_register: Callable[[], Register]) -> None:
        self._path = path
        self._seed = seed
        self._open = open_register
        self._made: Made | None = None
        self._making: threading.Thread | None = None

    def newest(self, register: Register, *, epoch: int) -> Made | None:
        """Return a table; begin to make one where there is none, or an old one."""
        made = self._made
        if (
            made is not None
            and made.epoch == epoch
            and made.path.exists()
            and register.gate_book().count(made.revision) <= OLD_ENTRIES
        ):
            return made
        if self._making is None or not self._making.is_alive():
            self._making = threading.Thread(target=self._make_beside, args=(epoch,), daemon=True)
            self._making.start()
        return made if made is not None and made.epoch == epoch and made.path.exists() else None

    def find(self, sha256: str) -> Made | None:
        """Return the table of a digest."""
        made = self._made
        return made if made is not None and made.sha256 == sha256 else None

    def _make_beside(self, epoch: int) -> None:
        with contextlib.suppress(DebarError, OSError), self._open() as register:
            self._made = self._make(register, epoch)

    def _make(self, register: Register, epoch: int) -> Made:
        from debar.gate.table.building import build_table

        with register.gate_book().snapshot() as (revision, rows):
            build_table(
                self._path, rows, origin=register.origin, revision=revision, seed=self._seed, epoch=epoch
            )
        return Made(
            revision=revision,
            epoch=epoch,
            sha256=file_sha256(self._path),
            length=self._path.stat().st_size,
            path=self._path,
        )
