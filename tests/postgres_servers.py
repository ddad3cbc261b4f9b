"""A real PostgreSQL for tests: Debian's programs, an unprivileged user, a folder of its own, loopback only.

Use the fixture ``postgres`` (one server a worker) and ``server.new_database()``, or make a
:class:`PostgresServer` of your own where a test kills it. Skipped with a message where there is none.
"""

from __future__ import annotations

import itertools
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import psycopg
import pytest
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

USER: Final = "tester"
START_SECONDS_MAX: Final = 20.0
MEMORY: Final = Path("/dev/shm")
"""A folder in memory: what a killed process wrote there survives it, and syncing costs nothing."""

SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "max_wal_size": "256MB",
    "autovacuum": "off",
    "log_min_messages": "fatal",
}


def programs() -> Path | None:
    """Return the folder of the newest PostgreSQL's programs; None where there is none."""
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(found, key=lambda path: int(re.sub(r"\D", "", path.parts[-3]) or 0), default=None)
    if newest is not None:
        return newest.parent
    on_path = shutil.which("initdb")
    return None if on_path is None else Path(on_path).resolve().parent


def runs_as() -> dict[str, str | int]:
    """Return whom to run the server as: ourselves, or, as root, somebody who may do nothing."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid}


class PostgresServer:
    """One server: made empty, started, killed, started again, and removed.

    Args:
        on_disk: Keep the data on disk, where syncing costs what it costs; else in memory where there is such a
            folder.
        settings: Server settings beside ours, such as ``{"synchronous_standby_names": "*"}``.
    """

    def __init__(self, *, on_disk: bool = False, settings: Mapping[str, str] | None = None) -> None:
        bin_folder = programs()
        if bin_folder is None:
            pytest.skip("needs PostgreSQL: Debian's package postgresql")
        self.programs = bin_folder
        self.settings = {**SETTINGS, **(settings or {})}
        self.password = secrets.token_hex(16)
        self.folder = Path(
            tempfile.mkdtemp(prefix="debar-pg-", dir=MEMORY if MEMORY.is_dir() and not on_disk else None)
        )
        self.data = self.folder / "data"
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self._names = itertools.count()
        if "user" in runs_as():
            os.chown(self.folder, int(runs_as()["user"]), int(runs_as()["group"]))

    def initialise(self) -> None:
        """Make an empty cluster."""
        word = self.folder / "word"
        word.write_text(self.password)
        word.chmod(0o644)  # the folder is its owner's alone
        self.run(
            "initdb", "--pgdata", self.data, "--username", USER, "--pwfile", word, "--auth", "scram-sha-256",
            "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--no-instructions",
        )  # fmt: skip

    @classmethod
    def following(cls, primary: PostgresServer, *, name: str) -> Self:
        """Copy a running server as its standby of some name; it starts when it is entered."""
        made = cls()
        made.password = primary.password
        made.run(
            "pg_basebackup", "--pgdata", made.data, "--write-recovery-conf", "--checkpoint=fast", "--no-sync",
            "--dbname", f"{primary.url()}?application_name={name}",
        )  # fmt: skip
        return made

    def run(self, program: str, *arguments: str | Path) -> None:
        """Run one of PostgreSQL's programs to its end, as the server's user."""
        subprocess.run(
            [self.programs / program, *arguments],
            check=True, stdout=subprocess.DEVNULL, cwd=self.folder, env=self._environment(), **runs_as(),  # type: ignore[call-overload]  # user and group, or neither
        )  # fmt: skip

    def start(self) -> None:
        """Start, and return when it answers; the port stays the same over restarts."""
        assert self.process is None, "it runs already"
        self.port = self.port or free_port()
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            given = {**self.settings, "port": str(self.port)}
            options = [word for name, value in given.items() for word in ("-c", f"{name}={value}")]
            self.process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.data, *options],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                cwd=self.folder, env=self._environment(), **runs_as(),  # type: ignore[call-overload]  # as above
            )  # fmt: skip
            if self._answers(deadline):
                return
            self.process = None  # the children of a killed one still hold its memory, or the port: again
            time.sleep(0.05)
        raise AssertionError(f"PostgreSQL did not start within {START_SECONDS_MAX} s")

    def kill(self) -> None:
        """Kill the server as a crash would, and return when its children have seen it and ended."""
        assert self.process is not None, "it runs"
        number = self.process.pid
        children = Path(f"/proc/{number}/task/{number}/children").read_text().split()
        self._end(signal.SIGKILL)
        deadline = time.monotonic() + START_SECONDS_MAX
        while any(Path(f"/proc/{child}").exists() for child in children) and time.monotonic() < deadline:
            time.sleep(0.005)

    def stop(self) -> None:
        """End the server at once but in order: its clients lose their connections."""
        self._end(signal.SIGINT)

    def url(self, database: str = "postgres") -> str:
        """Return the address of a database."""
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str, *, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement in a connection of its own and return its rows."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return [] if cursor.description is None else cursor.fetchall()

    def new_database(self, *, template: str = "template0") -> str:
        """Make a database, a copy of another where one is named, and return its address."""
        name = f"d{os.getpid()}_{next(self._names)}"
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
            sql.Identifier(name), sql.Identifier(template)
        )
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(made)
        return self.url(name)

    def waiting_for_the_standby(self) -> list[int]:
        """Return the sessions whose commit waits for a synchronous standby."""
        rows = self.execute("SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
        return [int(str(pid)) for (pid,) in rows]

    def cancel_when_waiting_for_the_standby(self) -> threading.Thread:
        """Break off the next wait for a standby, in the background; the thread ends when it is done."""

        def cancel() -> None:
            deadline = time.monotonic() + START_SECONDS_MAX
            while time.monotonic() < deadline:
                if waiting := self.waiting_for_the_standby():
                    self.execute(f"SELECT pg_cancel_backend({waiting[0]})")
                    return
                time.sleep(0.02)

        thread = threading.Thread(target=cancel)
        thread.start()
        return thread

    def __enter__(self) -> Self:
        if not self.data.exists():
            self.initialise()
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is not None:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self, deadline: float) -> bool:
        assert self.process is not None, "it was started"
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return True
        return False

    def _end(self, number: signal.Signals) -> None:
        assert self.process is not None, "it runs"
        self.process.send_signal(number)
        self.process.wait(timeout=START_SECONDS_MAX)
        self.process = None

    def _environment(self) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A running server with its data in memory, synced as in production; one a worker."""
    with PostgresServer() as server:
        yield server
