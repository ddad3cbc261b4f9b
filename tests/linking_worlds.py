"""A small platform builder for the tests of linking: accounts and identifiers as intake would leave them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from debar.evidence.parameters import Parameters, default_parameters
from debar.model.identifiers import FAMILY_OF_KIND, SENSITIVE_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from debar.stores.duckdb_engine import DuckEngine

ACCOUNTS: dict[str, str] = {
    "account_id": "VARCHAR",
    "name": "VARCHAR",
    "legal_name": "VARCHAR",
    "handle": "VARCHAR",
    "country": "VARCHAR",
    "currency": "VARCHAR",
    "created_at": "TIMESTAMP",
    "manager_id": "VARCHAR",
    "declared_agency": "BOOLEAN",
}
IDENTIFIERS: dict[str, str] = {
    "account_id": "VARCHAR",
    "kind": "VARCHAR",
    "family": "VARCHAR",
    "value_key": "VARCHAR",
    "fact_id": "VARCHAR",
    "shown": "VARCHAR",
    "role": "VARCHAR",
    "first_seen": "DATE",
    "last_seen": "DATE",
    "source": "VARCHAR",
}
JUDGEMENTS: dict[str, str] = {
    "account_a": "VARCHAR",
    "account_b": "VARCHAR",
    "judgement": "VARCHAR",
    "by": "VARCHAR",
    "at": "TIMESTAMP",
    "reason": "VARCHAR",
}


@dataclass
class World:
    """Accounts with what they hold; ``hold`` adds, ``engine`` loads."""

    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    held: set[tuple[str, str, str]] = field(default_factory=set)
    judged: list[tuple[str, str, str]] = field(default_factory=list)

    def account(self, account_id: str, /, *, about: Mapping[str, Any] | None = None, **values: Any) -> None:
        """Add an account; a keyword is an identifier kind and its value or list of values."""
        self.accounts[account_id] = {"name": account_id, **(about or {})}
        self.hold(account_id, **values)

    def hold(self, account_id: str, /, **values: Any) -> None:
        """Give an account identifiers."""
        for kind, value in values.items():
            for one in value if isinstance(value, list) else [value]:
                self.held.add((account_id, kind, one))

    def judge(self, one: str, other: str, judgement: str) -> None:
        """Add a reviewer's word; later ones are later in time."""
        self.judged.append((min(one, other), max(one, other), judgement))

    def load(self, engine: DuckEngine) -> DuckEngine:
        """Load the world into an engine."""
        engine.load(
            "accounts",
            ACCOUNTS,
            [
                tuple({"account_id": a, **about}.get(c) for c in ACCOUNTS)
                for a, about in self.accounts.items()
            ],
        )
        engine.load("identifiers", IDENTIFIERS, [identifier(*row) for row in sorted(self.held)])
        engine.load(
            "judgements",
            JUDGEMENTS,
            [
                (a, b, word, "ana", datetime(2017, 10, 1, 0, minute), "seen")  # noqa: DTZ001 - naive UTC, as tables hold it
                for minute, (a, b, word) in enumerate(self.judged)
            ],
        )
        return engine

    def parameters(self) -> Parameters:
        """Return the default tables for this platform's size."""
        return default_parameters(max(1, len(self.accounts)))


def identifier(account_id: str, kind: str, value: str) -> tuple[Any, ...]:
    """Return one row of ``identifiers``, as intake would write it."""
    key, shown = value, value
    if kind in SENSITIVE_KINDS:
        key = hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
        shown = f"{kind} {key[:6]}"
    fact_id = f"{kind}:{key[:16]}" if kind in SENSITIVE_KINDS else f"{kind}:{key}"
    return (account_id, kind, FAMILY_OF_KIND.get(kind), key, fact_id, shown, None, None, None, "given")


def fact(kind: str, value: str) -> str:
    """Return the fact id of a value."""
    return str(identifier("", kind, value)[4])


def crowded_world(*, background: int = 1500) -> World:
    """An owner with eight accounts amid everything that sweeps in innocents.

    ``owner-0`` to ``owner-7`` are the subject over legal id, e-mail and cards; ``front`` is its covert
    front on a card and a phone; the rest is innocent: an agency with forty clients on one card, admin,
    device and IP (one of them client of ``owner-3``'s agency too), a freelancer's clients, a coworking
    address and IP, a resold device, a namesake, and a background of lone advertisers.
    """
    world = World()
    for n in range(background):
        world.account(
            f"lone-{n}",
            legal_id=f"L{n}",
            legal_name=f"lone trader {n}",
            domain=f"lone{n}.example",
            email=f"me@lone{n}.example",
            card=f"lone card {n}",
            device=f"lone device {n}",
            ip=f"10.{n // 250}.{n % 250}.1",
        )
    _add_owner(world)
    _add_agency(world)
    _add_bystanders(world)
    return world


def _add_owner(world: World) -> None:
    """Add the subject's eight accounts and the covert front."""
    for n in range(8):
        world.account(
            f"owner-{n}",
            about={"name": f"Aurora {n}", "legal_name": "Aurora Broadcasting", "handle": f"@aurora_{n}"},
            legal_id="AUR-1" if n != 6 else [],
            legal_name="aurora broadcasting",
            domain="aurora.example" if n < 6 else f"aurora{n}.example",
            email="ads@aurora.example" if n in (0, 1, 6, 7) else f"desk{n}@aurora.example",
            card=f"aurora card {n // 3}",
            device=f"aurora device {n // 2}",
        )
    world.account(
        "front",
        legal_id="FR-1",
        legal_name="quiet meadow",
        domain="meadow.example",
        email="hello@meadow.example",
        card="aurora card 1",
        phone="+15550100",
    )
    world.hold("owner-4", phone="+15550100")


def _add_agency(world: World) -> None:
    """Add an agency with forty clients, and one of the owner's accounts among them."""
    agency: dict[str, Any] = {
        "card": "agency card",
        "admin": "agency admin",
        "device": "agency device",
        "ip": "10.99.0.1",
    }
    world.account("agency", about={"declared_agency": True}, legal_id="AG-1", **agency)
    for n in range(40):
        own: dict[str, Any] = {
            "legal_id": f"C{n}",
            "legal_name": f"client {n}",
            "domain": f"client{n}.example",
        }
        world.account(f"client-{n}", **own, email=f"office@client{n}.example", **agency)
    world.hold("owner-3", **agency)


def _add_bystanders(world: World) -> None:
    """Add a freelancer's clients, a shared desk, a resold device and a namesake."""
    for n in range(4):
        world.account(
            f"freelance-{n}",
            legal_id=f"F{n}",
            legal_name=f"shop {n}",
            domain=f"shop{n}.example",
            email=f"shop{n}@mail.example",
            card="freelancer card",
            admin="freelancer",
        )
    world.hold("owner-5", admin="freelancer")
    for n in range(30):
        world.hold(f"lone-{n}", address="1 Shared Desk Street", ip="10.98.0.1")
    world.hold("owner-2", address="1 Shared Desk Street", ip="10.98.0.1")
    world.hold("lone-50", device="aurora device 0")
    world.account(
        "namesake",
        about={"name": "Aurora", "legal_name": "Aurora Broadcasting Supplies"},
        legal_id="N-1",
        legal_name="aurora broadcasting supplies",
        domain="aurora-supplies.example",
        email="post@aurora-supplies.example",
        card="supplies card",
    )


OWNER = tuple(f"owner-{n}" for n in range(8))
