"""Connect to the register's PostgreSQL, and only to one that keeps what it acknowledges.

Law: always the primary; a server whose settings let an acknowledged entry vanish is refused before anything
is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from debar.model.problem import EXIT_REFUSED, EXIT_USAGE, DebarError, Place
from debar.register.postgres.faults import fault, translated
from debar.register.schema import refuse_version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from debar.register.address import PostgresAddress

_IDLE_SECONDS: Final = 300
"""A writer that hangs while it holds the head's lock is thrown out by the server after this."""

_DEFAULTS: Final = {
    "application_name": "debar",
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""What an address may say otherwise; a host that vanished is given up after half a minute."""

_SETTINGS: Final = ("fsync", "full_page_writes", "synchronous_commit", "synchronous_standby_names")


def connect(
    address: PostgresAddress,
    *,
    read_only: bool,
    busy_seconds: float,
    connect_seconds: int = 5,
    settings: Mapping[str, str] | None = None,
) -> psycopg.Connection[Any]:
    """Connect, in autocommit, with the register's tables in the search path.

    Args:
        address: Where.
        read_only: Refuse every write.
        busy_seconds: How long to wait for a lock.
        connect_seconds: How long to wait for the server.
        settings: Further settings of the session.

    Raises:
        DebarError: DBR-R053, the database does not answer.
    """
    session = {
        "search_path": "debar,pg_temp",
        "lock_timeout": f"{max(1, round(busy_seconds * 1000))}ms",
        "statement_timeout": "0",  # one that ends a commit's wait for its standby would be taken for success
        "idle_in_transaction_session_timeout": f"{_IDLE_SECONDS}s",
        "default_transaction_read_only": "on" if read_only else "off",
        **(settings or {}),
    }
    try:
        given = conninfo_to_dict(address.url)
        options = [
            str(given.get("options") or ""),
            *(f"-c {name}={value}" for name, value in session.items()),
        ]
        parameters: dict[str, Any] = {
            **_DEFAULTS,
            "connect_timeout": connect_seconds,
            **given,
            "options": " ".join(options).strip(),
            "target_session_attrs": "primary",
            "client_encoding": "utf8",
        }
        return psycopg.connect(make_conninfo(**parameters), autocommit=True)
    except psycopg.ProgrammingError as error:  # the address cannot be parsed; the driver's text quotes it
        raise DebarError(
            "DBR-R054",
            "this is no address of a PostgreSQL database",
            hint="postgresql://user@host:5432/database; a password with marks in it is percent-encoded",
            exit_code=EXIT_USAGE,
        ) from error
    except psycopg.Error as error:
        raise fault(str(address), error) from error


def check_durable(connection: psycopg.Connection[Any], address: PostgresAddress) -> None:
    """Refuse a server whose settings let an acknowledged entry vanish.

    Raises:
        DebarError: DBR-R055, and which setting.
    """
    with translated(str(address)):
        rows = connection.execute(
            "SELECT name, setting FROM pg_catalog.pg_settings WHERE name = ANY (%s)", [list(_SETTINGS)]
        ).fetchall()
    found: dict[str, str] = dict(rows)
    wrong = [f"{name} = off" for name in ("fsync", "full_page_writes") if found[name] == "off"]
    commit = found["synchronous_commit"]
    if commit == "off" or (address.high_availability and commit not in {"on", "remote_apply"}):
        wrong.append(f"synchronous_commit = {commit}")
    if address.high_availability and not found["synchronous_standby_names"]:
        wrong.append("synchronous_standby_names is empty, and the policy declares high availability")
    if wrong:
        raise DebarError(
            "DBR-R055",
            "this server can lose what it has acknowledged",
            details=tuple(wrong),
            place=Place(file=str(address)),
            hint="set it as docs/register-postgresql.md says, reload the server, and try again",
            exit_code=EXIT_REFUSED,
        )


def check_version(connection: psycopg.Connection[Any], address: PostgresAddress, *, read_only: bool) -> None:
    """Refuse a database without a register, and a register of a version that cannot be read, or written.

    Raises:
        DebarError: DBR-R002, there is none; DBR-R007 or DBR-R057, it is of another version.
    """
    with translated(str(address)):
        connection.execute("SELECT 1 FROM meta LIMIT 1")
        row = connection.execute("SELECT max(version) FROM schema_version").fetchone()
    refuse_version(None if row is None else row[0], name=str(address), read_only=read_only)
