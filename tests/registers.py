"""Small registers with known keys, salts and times, for every test that needs one."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from debar.register.address import PostgresAddress
from debar.register.drafts import enrolment_draft, gate_draft
from debar.register.entries import EntryDraft
from debar.register.postgres import PostgresRegister
from debar.register.sqlite import SqliteRegister
from debar.register.tree import CompactRange
from debar.stores.keys import Ed25519Signer

if TYPE_CHECKING:
    from debar.register.writing import Appended, Register

SHARED = Path(__file__).parents[2] / "shared" / "reference" / "samples" / "tlog-vectors.json"
ORIGIN = "ads.example.org/debar"
NOW = datetime(2017, 10, 26, 12, tzinfo=UTC)
DECISION = "decision-2017-10-26-0a1b2c3d"
PLAN_SHA256 = "5" * 64
LOG = Ed25519Signer(ORIGIN, b"\x01" * 32)
ANA = Ed25519Signer("ana", b"\x02" * 32)
BEN = Ed25519Signer("ben", b"\x03" * 32)
EVE = Ed25519Signer("eve", b"\x04" * 32)


def salts(count: int, start: int = 0) -> tuple[bytes, ...]:
    """Return salts that differ, by hash."""
    return tuple(hashlib.sha256(b"salt %d" % (start + place)).digest() for place in range(count))


def enrolments() -> tuple[EntryDraft, ...]:
    """Return ana as proposer and ben as approver, signed by the log's key."""
    return (
        enrolment_draft("ana", role="proposer", public_key=ANA.public_key, origin=ORIGIN, signer=LOG),
        enrolment_draft("ben", role="approver", public_key=BEN.public_key, origin=ORIGIN, signer=LOG),
    )


def new_postgres_register(url: str, home: Path | None = None) -> PostgresRegister:
    """Make the same register in an empty database."""
    return PostgresRegister.create(
        PostgresAddress(url=url, home=home),
        origin=ORIGIN,
        signer=LOG,
        now=NOW,
        enrolments=enrolments(),
        salts=salts(2),
    )


def new_register(path: Path) -> SqliteRegister:
    """Make a register with two enrolled keys: revision 2."""
    return SqliteRegister.create(
        path, origin=ORIGIN, signer=LOG, now=NOW, enrolments=enrolments(), salts=salts(2)
    )


def record(register: Register, *drafts: EntryDraft, now: datetime = NOW, **options: Any) -> Appended:
    """Append drafts with salts that follow from the revision."""
    given = salts(len(drafts), start=register.revision())
    return register.append(drafts, salts=given, now=now, signer=LOG, **options)


def debar(account_id: str, *, decision_id: str = DECISION, **fields: Any) -> EntryDraft:
    """Return the draft that debars an account from everything."""
    body = {
        "key": {"kind": "account", "value": account_id},
        "decision_id": decision_id,
        "scopes": ["create", "buy", "serve", "charge"],
        "because": "named",
        "reason": "incompatible with the advertising policy",
        **fields,
    }
    return gate_draft("debar", body, by="ana", plan_sha256=PLAN_SHA256)


def lift(account_id: str, *, decision_id: str = DECISION) -> EntryDraft:
    """Return the draft that lifts a decision about an account."""
    body = {"key": {"kind": "account", "value": account_id}, "decision_id": decision_id}
    return gate_draft("lift", body, by="ana")


def vary(account_id: str, *, decision_id: str = DECISION, **fields: Any) -> EntryDraft:
    """Return the draft that varies a decision about an account."""
    body = {"key": {"kind": "account", "value": account_id}, "decision_id": decision_id, **fields}
    return gate_draft("vary", body, by="ana")


def fill(register: Register, size: int) -> None:
    """Append entries until there are so many."""
    start = register.revision()
    drafts = [EntryDraft(type="case", by="ana", body={"n": n}) for n in range(start, size)]
    if drafts:
        register.append(drafts, salts=salts(len(drafts), start=start), now=NOW, signer=LOG)


class Stored:
    """A tree kept in a dictionary, as a register keeps it in a table."""

    def __init__(self, hashes: tuple[bytes, ...]) -> None:
        self.edge, nodes = CompactRange().extend(hashes)
        self.nodes = {(node.level, node.position): node.hash for node in nodes}

    def read(self, level: int, position: int) -> bytes:
        """Read a complete subtree."""
        return self.nodes[level, position]


def vectors() -> dict[str, Any]:
    """Return the shared vectors, or skip."""
    if not SHARED.exists():
        pytest.skip(f"needs {SHARED.name} in ../shared/reference/samples")
    made: dict[str, Any] = json.loads(SHARED.read_text(encoding="utf-8"))
    return made
