"""Sellers as processes, with somebody who stops, kills and cuts them off."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from debar.gate.remote.gate import boot_clock
from gate_processes.histories_checked import History
from gate_worlds import World
from registers import debar, lift

if TYPE_CHECKING:
    import signal
    from collections.abc import Iterator

SELLER = Path(__file__).with_name("seller.py")


class Wire:
    """A proxy between a gate and the register: delays what passes, or lets nothing pass.

    Args:
        port: Where the register is.
    """

    def __init__(self, port: int) -> None:
        self.target = port
        self.delay = 0.0
        self.cut = threading.Event()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self.server.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.target), timeout=5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            self._open += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65536):
                time.sleep(self.delay)
                while self.cut.is_set():
                    time.sleep(0.02)
                other.sendall(data)
        except OSError:
            pass
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)  # wakes the other direction's thread
            end.close()

    def close(self) -> None:
        """End it."""
        if self.server.fileno() < 0:
            return
        self.cut.clear()
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        for end in self._open:
            end.close()


class Fleet:
    """A register, its service, and sellers.

    Args:
        folder: Where all of it is.
        lease_seconds: The term of a lease.
        url: Of an empty PostgreSQL database; an SQLite file by default.
    """

    def __init__(self, folder: Path, *, lease_seconds: float, url: str = "") -> None:
        self.world = World(folder, lease_seconds=lease_seconds, answer_seconds=0.1, url=url)
        self.folder = folder
        self.term_ns = int(lease_seconds * 1e9)
        self.accounts = [f"a{number}" for number in range(40)]
        self.sellers: dict[str, subprocess.Popen[bytes]] = {}
        self.wires: dict[str, Wire] = {}
        self.tokens: dict[str, str] = {}
        self.history = History()
        self.took: list[float] = []

    def start(self, name: str, *, broken: str = "", url: str = "", prefix: tuple[str, ...] = ()) -> None:
        """Start a seller behind a wire of its own."""
        token = self.tokens.setdefault(name, "") or self.world.token(name)
        self.tokens[name] = token
        if not url:
            wire = self.wires.get(name) or self.wires.setdefault(name, Wire(self.world.port))
            url = f"http://127.0.0.1:{wire.port}"
        said: dict[str, Any] = {
            "url": url, "token": token, "name": name, "term_ns": self.term_ns, "broken": broken,
            "history": str(self.folder / f"{name}.history"), "accounts": ["innocent", *self.accounts],
        }  # fmt: skip
        self.sellers[name] = subprocess.Popen([*prefix, sys.executable, SELLER, json.dumps(said)])

    def wait(self, *names: str) -> None:
        """Wait until sellers have a lease and sell."""
        until = time.monotonic() + 30
        for name in names:
            path = self.folder / f"{name}.history"
            while not path.exists() or b"sale" not in path.read_bytes():
                assert time.monotonic() < until, f"{name} does not sell"
                time.sleep(0.05)

    def ban(self, account: str) -> dict[str, Any]:
        """Ban an account; note when it is said to be in force."""
        began = time.monotonic()
        certificate = self.world.effect(self.world.record(debar(account)))
        self.history.bans.append((account, boot_clock()))
        self.took.append(time.monotonic() - began)
        return certificate

    def lift(self, account: str) -> None:
        """Lift a ban; sales may begin when it is asked for."""
        self.history.lifts.append((account, boot_clock()))
        self.world.effect(self.world.record(lift(account)))

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a seller a signal."""
        self.sellers[name].send_signal(number)

    def end(self) -> History:
        """Stop everybody and return what happened."""
        for seller in self.sellers.values():
            seller.kill()
            seller.wait()
        for wire in self.wires.values():
            wire.close()
        self.history.read(self.folder)
        return self.history


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    """Return a fleet with leases of 2 s."""
    made = Fleet(tmp_path, lease_seconds=2)
    yield made
    made.end()
