"""Where a register is: a file on this host, or a PostgreSQL database.

Law: an address that holds a password is never shown; what is shown names the host and the database.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import urlsplit

from debar.model.problem import EXIT_USAGE, DebarError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from debar.model.ports import Signer
    from debar.register.database import Lookup
    from debar.register.entries import EntryDraft
    from debar.register.writing import Register

_SCHEMES: Final = ("postgresql://", "postgres://")
_KEY_SUFFIX: Final = ".key"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresAddress:
    """A register in a PostgreSQL database.

    Args:
        url: ``postgresql://...`` as libpq reads it; it may hold a password.
        home: What the files that belong to the register are called after: its secrets are in
            ``<home>.key``. None where they are not at hand; what only reads needs none.
        high_availability: Refuse to write to a server without a synchronous standby.
    """

    url: str = field(repr=False)
    home: Path | None = None
    high_availability: bool = False

    def __str__(self) -> str:
        """Return the address without user and password."""
        parts = urlsplit(self.url)
        return f"postgresql://{parts.netloc.rpartition('@')[2]}{parts.path}"


RegisterAddress: TypeAlias = Path | PostgresAddress


def address_of(text: str, *, key_file: Path | None = None) -> RegisterAddress:
    """Read where a register is from what an operator wrote.

    Args:
        text: A file's path, or ``postgresql://...``.
        key_file: Where the register's secrets are. A file has them beside it, as ``<file>.key``, and takes
            no other place; a database has them wherever this says, in a file whose name ends in ``.key``.

    Raises:
        DebarError: DBR-R050, the key file is called otherwise.
    """
    if not text.startswith(_SCHEMES):
        return _checked_file(Path(text), key_file)
    if key_file is None:
        return PostgresAddress(url=text)
    if key_file.suffix != _KEY_SUFFIX:
        raise _misnamed("the key file of a register ends in .key", f"call it {key_file.name}{_KEY_SUFFIX}")
    return PostgresAddress(url=text, home=key_file.with_suffix(""))


def home_of(address: RegisterAddress) -> Path:
    """Return what the files that belong to a register, and are not in it, are called after.

    Raises:
        DebarError: DBR-R051, the register is in a database and no key file is named.
    """
    home = address if isinstance(address, Path) else address.home
    if home is None:
        raise DebarError(
            "DBR-R051",
            "this needs the register's key file",
            hint="name it with --register-key FILE, or the environment variable DEBAR_REGISTER_KEY",
            exit_code=EXIT_USAGE,
        )
    return home


def is_there(address: RegisterAddress) -> bool:
    """Tell whether there is anything to open: a file may be missing, a database says so itself."""
    return not isinstance(address, Path) or address.exists()


def open_register(
    address: RegisterAddress, *, read_only: bool = False, busy_seconds: float = 10.0
) -> Register:
    """Open a register that exists.

    Args:
        address: Where it is.
        read_only: Refuse every write.
        busy_seconds: How long to wait for another writer.

    Raises:
        DebarError: There is no register, or it cannot be read.
    """
    from debar.register.sqlite import SqliteRegister  # it imports what imports this module

    if isinstance(address, Path):
        return SqliteRegister.open(address, read_only=read_only, busy_seconds=busy_seconds)
    with _driver():
        from debar.register.postgres import PostgresRegister
    return PostgresRegister.open(address, read_only=read_only, busy_seconds=busy_seconds)


def create_register(
    address: RegisterAddress,
    *,
    origin: str,
    signer: Signer,
    now: datetime,
    enrolments: Sequence[EntryDraft] = (),
    salts: Sequence[bytes] = (),
) -> Register:
    """Make a register, whole or not at all, with its first enrolments in it.

    Args:
        address: Where; there must be none.
        origin: The log's name: an address without scheme or trailing slash, such as
            ``ads.example.org/debar``.
        signer: The log's key: it signs the checkpoints.
        now: The present instant.
        enrolments: Drafts made with the log's key by :func:`debar.register.drafts.enrolment_draft`.
        salts: 32 random bytes for each enrolment.

    Raises:
        DebarError: There is a register, or an enrolment is refused.
    """
    from debar.register.sqlite import SqliteRegister

    if isinstance(address, Path):
        return SqliteRegister.create(
            address, origin=origin, signer=signer, now=now, enrolments=enrolments, salts=salts
        )
    with _driver():
        from debar.register.postgres import PostgresRegister
    return PostgresRegister.create(
        address, origin=origin, signer=signer, now=now, enrolments=enrolments, salts=salts
    )


def restore_register(backup: Path, to: RegisterAddress, *, known_checkpoint: str | None = None) -> Register:
    """Put a backup back as a register, after verifying all of it; a backup of either kind into either.

    Args:
        backup: The backup's file.
        to: Where the register shall be; there must be none.
        known_checkpoint: The newest checkpoint that anybody kept. A backup that does not hold what the
            checkpoint holds is refused: its decisions would be lost.

    Raises:
        DebarError: The backup does not verify, is older than the checkpoint, or ``to`` exists.
    """
    from debar.register.sqlite import SqliteRegister

    if isinstance(to, Path):
        return SqliteRegister.restore(backup, to, known_checkpoint=known_checkpoint)
    with _driver():
        from debar.register.postgres import PostgresRegister
    return PostgresRegister.restore(backup, to, known_checkpoint=known_checkpoint)


def migrate_register(
    address: RegisterAddress, *, backup: Path, busy_seconds: float = 10.0
) -> tuple[str, ...]:
    """Bring a register to the tables of this version, after a backup; return the names of the steps done.

    Args:
        address: Where it is.
        backup: Where the backup shall be; there must be no file. None is made where nothing is to do.
        busy_seconds: How long to wait for another writer.

    Raises:
        DebarError: The backup cannot be made, another process writes, or the user may not.
    """
    if isinstance(address, Path):
        from debar.register.sqlite.migrating import migrate_file

        return migrate_file(address, backup=backup, busy_seconds=busy_seconds)
    with _driver():
        from debar.register.postgres.migrating import migrate_database
    return migrate_database(address, backup=backup, busy_seconds=busy_seconds)


def open_lookup(address: RegisterAddress) -> Lookup:
    """Return what a gate asks; it connects at its first question."""
    from debar.register.sqlite.lookup import SqliteLookup

    if isinstance(address, Path):
        return SqliteLookup(address)
    with _driver():
        from debar.register.postgres.lookup import PostgresLookup
    return PostgresLookup(address)


@contextmanager
def _driver() -> Iterator[None]:
    """Say what to install where the driver is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise DebarError(
            "DBR-R056",
            "a register in PostgreSQL needs the driver psycopg",
            hint="pip install 'debar[postgres]'",
            exit_code=EXIT_USAGE,
        ) from error


def _checked_file(path: Path, key_file: Path | None) -> Path:
    if key_file is not None and key_file != path.with_name(path.name + _KEY_SUFFIX):
        raise _misnamed(
            "a register in a file has its key file beside it",
            f"call it {path.name}{_KEY_SUFFIX}, in its folder",
        )
    return path


def _misnamed(what: str, hint: str) -> DebarError:
    return DebarError("DBR-R050", what, hint=hint, exit_code=EXIT_USAGE)
