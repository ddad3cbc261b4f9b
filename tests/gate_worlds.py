"""A register with its secrets, the process that serves it, and gates: what tests of gates on other hosts need."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from debar.app.gates.administering import make_token
from debar.app.gates.effect import Waits, await_effect
from debar.app.opening import Setting
from debar.gate.remote import Link, RemoteGate, Trust
from debar.register.address import PostgresAddress, create_register, open_register
from debar.stores.clock import SystemClock
from debar.stores.keys import create_register_secrets, load_register_secrets, random_salts
from debar.stores.outside import read_gate_tails
from gate_services import Served
from registers import ORIGIN, debar, lift

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from debar.register.entries import EntryDraft


def now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


class World:
    """A register on disk.

    Args:
        folder: Where.
        lease_seconds: The lease's term, written into a policy.
        answer_seconds: How long an answer may be used.
        url: Of an empty PostgreSQL database; an SQLite file by default.
    """

    def __init__(
        self, folder: Path, *, lease_seconds: float = 300, answer_seconds: float = 0.2, url: str = ""
    ) -> None:
        self.folder = folder
        self.path = folder / "register.db"
        self.policy = folder / "debar.toml"
        self.policy.write_text(
            f"[gate]\nlease_seconds = {lease_seconds}\nanswer_seconds = {answer_seconds}\n"
        )
        log = create_register_secrets(self.path, origin=ORIGIN, now=now()).log_signer
        self.register = PostgresAddress(url=url, home=self.path) if url else self.path
        create_register(self.register, origin=ORIGIN, signer=log, now=now()).close()
        self.setting = Setting(register=self.register, policy_file=self.policy)
        self.said: list[str] = []
        self.port = 0
        self.host = "127.0.0.1"
        self.requests = 0

    @contextmanager
    def served(self, *arguments: str) -> Iterator[Served]:
        """Serve the register inside, on the same port each time."""
        named: tuple[str | Path, ...] = ("--register", self.path)
        if isinstance(self.register, PostgresAddress):
            named = ("--register", self.register.url, "--register-key", f"{self.path}.key")
        listen = ("--listen", f"{self.host}:{self.port}")
        made = Served(*named, "--policy", self.policy, *listen, *arguments)
        self.port = made.port
        try:
            yield made
        finally:
            if made.process.poll() is None:
                made.stop()

    def token(self, name: str, *, kind: str = "gate") -> str:
        """Make a token."""
        return str(make_token(self.setting, name, kind=kind).document["token"])

    @contextmanager
    def gate(
        self, name: str, *, port: int = 0, token: str | None = None, **options: Any
    ) -> Iterator[RemoteGate]:
        """Run a gate in this process inside."""
        trust = Trust(token=token or self.token(name))
        made = RemoteGate(
            Link.parse(f"http://127.0.0.1:{port or self.port}", trust),
            name=name,
            alarm=self.said.append,
            **options,
        )
        try:
            yield made
        finally:
            made.close()

    def record(self, *drafts: EntryDraft) -> str:
        """Record entries and return their request's key."""
        self.requests += 1
        key = f"apply {self.requests}"
        signer = load_register_secrets(self.path).log_signer
        with open_register(self.register) as register:
            register.append(
                drafts, salts=random_salts(len(drafts)), now=now(), signer=signer, request_key=key
            )
        return key

    def effect(self, request_key: str) -> dict[str, Any]:
        """Wait until what was recorded under a key is in force, and return the certificate."""
        with open_register(self.register) as register:
            waits = Waits(clock=SystemClock(), say=self.said.append, tails=read_gate_tails(self.policy))
            certificate = await_effect(register, request_key, waits)
        assert certificate is not None
        return certificate

    def ban(self, *accounts: str) -> dict[str, Any]:
        """Ban accounts and return when it is in force, with the certificate."""
        return self.effect(self.record(*(debar(account) for account in accounts)))

    def lift(self, account: str) -> dict[str, Any]:
        """Lift a ban and return when it is in force."""
        return self.effect(self.record(lift(account)))
