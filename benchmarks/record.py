"""How long the record takes: appends, proofs, publication and checking, beside what nothing can beat.

    python benchmarks/record.py [ENTRIES] [BATCH]

The aims are for 1,000,000 entries: 50,000 appends a second in batches, a proof in 2 ms. Two kinds of append
are shown apart: a leaf that is ready (hashed, put into the log and the tree, synced, the checkpoint signed),
and a whole draft (checked, its private side canonicalised, committed to, and stored beside the log as well).
The floors do the same hashing, and insert the same bytes, and nothing else. Wall and processor seconds are
both printed, since other work on the machine slows the first.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from debar.register.entries import EntryDraft, body_bytes, make_leaf
from debar.register.notes import Checkpoint, sign_note
from debar.register.published.checking import check_published
from debar.register.published.folder import folder_reader
from debar.register.published.publishing import publish_tiles
from debar.register.schema import NODE_LEVEL_MIN, SCHEMA_VERSION
from debar.register.sqlite import SqliteRegister
from debar.register.sqlite.tables import statements
from debar.register.tree import CompactRange, leaf_hash
from debar.stores.keys import Ed25519Signer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ORIGIN = "bench.example/debar"
LOG = Ed25519Signer(ORIGIN, b"\x01" * 32)
NOW = datetime(2017, 10, 26, 12, tzinfo=UTC)
PLAN = "5" * 64


def draft(number: int) -> EntryDraft:
    """Return a statement of reasons to one account, about as large as they are."""
    account = f"acct-{number:08d}"
    return EntryDraft(
        type="statement",
        by="ana",
        body={"account_id": account, "decision_id": "decision-2017-10-26-0a1b2c3d", "notice_sha256": PLAN},
        subjects=(account,),
        public={"decision_id": "decision-2017-10-26-0a1b2c3d", "plan_sha256": PLAN},
    )


def salts(start: int, count: int) -> list[bytes]:
    """Return salts that differ."""
    return [hashlib.sha256(b"salt %d" % number).digest() for number in range(start, start + count)]


@dataclass
class Taken:
    """Seconds that some work took, by the wall and by the processor."""

    wall: float = 0.0
    processor: float = 0.0

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count what happens inside."""
        wall, processor = time.perf_counter(), time.process_time()
        yield
        self.wall += time.perf_counter() - wall
        self.processor += time.process_time() - processor


def row(label: str, count: int, work: Callable[[], object]) -> None:
    """Do some work once and print what it took: all of it, or what it says itself."""
    whole = Taken()
    with whole.counted():
        made = work()
    taken = made if isinstance(made, Taken) else whole
    rates = f"{count / taken.wall:>12,.0f} /s {count / taken.processor:>12,.0f} /s" if count > 1 else ""
    print(f"{label:<56}{taken.wall:9.3f} s {taken.processor:9.3f} s{rates}", flush=True)


def hash_all(leaves: Sequence[bytes]) -> bytes:
    """Hash each leaf once and as many pairs: what a tree over them cannot do without."""
    last = b"\x00" * 32
    for leaf in leaves:
        last = hashlib.sha256(b"\x01" + hashlib.sha256(b"\x00" + leaf).digest() + last).digest()
    return last


def insert_all(folder: Path, leaves: Sequence[bytes], batch: int) -> None:
    """Insert each leaf into a table with nothing around it, a synced transaction a batch."""
    with closing(sqlite3.connect(folder / "floor.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE log (seq INTEGER PRIMARY KEY, leaf BLOB NOT NULL)")
        for start in range(0, len(leaves), batch):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT INTO log VALUES (?, ?)", enumerate(leaves[start : start + batch], start)
            )
            connection.execute("COMMIT")


def append_ready(folder: Path, leaves: Sequence[bytes], batch: int) -> None:
    """Append ready leaves to the register's own log and tree: insert, hash, sign, sync."""
    with closing(sqlite3.connect(folder / "ready.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        for statement in statements(SCHEMA_VERSION):
            connection.execute(statement)
        edge = CompactRange()
        for start in range(0, len(leaves), batch):
            some = leaves[start : start + batch]
            connection.execute("BEGIN IMMEDIATE")
            rows = ((seq, "statement", None, leaf) for seq, leaf in enumerate(some, start))
            connection.executemany("INSERT INTO log VALUES (?, ?, ?, ?)", rows)
            edge, nodes = edge.extend(map(leaf_hash, some))
            kept = [node for node in nodes if node.level >= NODE_LEVEL_MIN]
            connection.executemany("INSERT INTO nodes VALUES (?, ?, ?)", kept)
            checkpoint = Checkpoint(origin=ORIGIN, size=edge.size, root=edge.root())
            note = sign_note(str(checkpoint), name=ORIGIN, signer=LOG)
            connection.execute("INSERT INTO checkpoints VALUES (?, ?)", (edge.size, str(note)))
            connection.execute("COMMIT")


def append_drafts(register: SqliteRegister, entries: int, batch: int) -> Taken:
    """Append whole drafts with their private side; the clock stands while the drafts are invented."""
    start, taken = register.revision(), Taken()
    for at in range(start, entries, batch):
        count = min(batch, entries - at)
        drafts, given = [draft(number) for number in range(at, at + count)], salts(at, count)
        with taken.counted():
            register.append(drafts, salts=given, now=NOW, signer=LOG)
    return taken


def proofs(register: SqliteRegister, size: int, count: int = 1000) -> list[float]:
    """Return how long each of some proofs took, in ms, sorted."""
    times = []
    for number in range(count):
        seq = int.from_bytes(hashlib.sha256(b"proof %d" % number).digest()[:6]) % size
        began = time.perf_counter()
        register.proof(seq)
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times)


def main() -> None:
    """Print the table."""
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    batch = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    ready = [
        make_leaf(one, seq=number, at=NOW, salt=salt, body=body_bytes(one.body))
        for number, (one, salt) in enumerate(zip(map(draft, range(entries)), salts(0, entries), strict=True))
    ]
    load = os.getloadavg()[0]
    print(f"{entries:,} entries of {len(ready[-1])} bytes, batches of {batch:,}; load {load:.1f}")
    print(f"{'':<56}{'wall':>11}{'processor':>12}{'by wall':>15}{'by processor':>16}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        row("floor: two SHA-256 a leaf", entries, lambda: hash_all(ready))
        row("floor: bare SQLite insert, synced a batch", entries, lambda: insert_all(folder, ready, batch))
        row("tree in memory", entries, lambda: CompactRange().extend(map(leaf_hash, ready)))
        row("append ready leaves: log, tree, checkpoint", entries, lambda: append_ready(folder, ready, batch))
        ready.clear()
        _register(folder, entries, batch)


def _register(folder: Path, entries: int, batch: int) -> None:
    path, public = folder / "register.db", folder / "public"
    with SqliteRegister.create(path, origin=ORIGIN, signer=LOG, now=NOW) as register:
        row("append whole drafts, private side too", entries, lambda: append_drafts(register, entries, batch))
        times = proofs(register, entries)
        told = f"{times[500]:9.3f} ms {times[990]:8.3f} ms {times[-1]:8.3f} ms"
        print(f"{'one proof, of 1,000: median, 99 of 100, longest':<56}{told}", flush=True)
        row("publish all of it", entries, lambda: publish_tiles(register, public))
        append_drafts(register, entries + 100, 100)
        row("publish 100 entries more", 1, lambda: publish_tiles(register, public))
        row("check it, every entry", entries, lambda: check_published(folder_reader(public), register.key))
    files = [file for file in public.rglob("*") if file.is_file()]
    size, own = (sum(file.stat().st_size for file in some) / 2**20 for some in (files, [path]))
    print(f"{len(files):,} files, {size:,.1f} MiB; register {own:,.1f} MiB")


if __name__ == "__main__":
    main()
