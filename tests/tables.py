"""Small tables of debarred keys, with known seeds, for every test that needs one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from debar.gate.table.building import build_table
from debar.gate.table.reading import Table, open_table
from debar.register.debarments import GATE_TYPES, Debarment, changed, key_of
from debar.register.schema import standing_row

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from debar.register.debarments import DebarmentKey
    from debar.register.entries import Entry

ORIGIN = "ads.example.org/debar"
SEED = 0x0123456789ABCDEF
AT = datetime(2017, 10, 26, 12, tzinfo=UTC)
DECISION = "decision-2017-10-26-0a1b2c3d"


def debarment(value: str, *, kind: str = "account", **fields: Any) -> Debarment:
    """Return a debarment from everything, everywhere, without an end."""
    given: dict[str, Any] = {
        "decision_id": DECISION,
        "entry_seq": 7,
        "scopes": ("create", "buy", "serve", "charge"),
        "surfaces": ("all",),
        "territories": ("worldwide",),
        "starts_at": AT,
        "lapses_at": None,
        "because": "named",
        "reason": "banned from advertising: state media",
        "statement": "https://ads.example.org/statements/1",
        **fields,
    }
    return Debarment(key_kind=kind, key_value=value, **given)


def made_table(
    path: Path, debarments: Iterable[Debarment], *, revision: int = 10, seed: int = SEED, **options: Any
) -> Table:
    """Build a table of debarments and open it, every section verified."""
    rows = [standing_row(one) for one in sorted(debarments, key=lambda one: one.key)]
    build_table(path, rows, revision=revision, seed=seed, **{"origin": ORIGIN, **options})
    return open_table(path, verify=True)


@dataclass(frozen=True)
class Told:
    """An entry as a gate is told of it."""

    seq: int
    op: str
    at: datetime
    body: Any


def entry(seq: int, op: str, body: Any) -> Told:
    """Return an entry of the log, recorded a minute after the one before."""
    return Told(seq=seq, op=op, at=AT + timedelta(minutes=seq), body=body)


def told(entries: Iterable[Entry]) -> list[Told]:
    """Return what a gate is told of a register's entries."""
    return [Told(one.seq, one.type, one.at, one.body) for one in entries if one.type in GATE_TYPES]


def folded(entries: Iterable[Told]) -> dict[DebarmentKey, Debarment]:
    """Return what stands after entries, by the register's own fold."""
    standing: dict[DebarmentKey, Debarment] = {}
    for one in entries:
        if one.op == "case":
            continue
        key = key_of(one.op, one.body)
        after = changed(standing.pop(key, None), entry_type=one.op, body=one.body, seq=one.seq, at=one.at)
        if after is not None:
            standing[key] = after
    return standing
