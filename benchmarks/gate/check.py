"""Measure the check in process: ``python -m benchmarks.gate.check [--keys 40000000]``.

One check is six typed keys: account, domain, bundle, creative, seat and card. It is timed singly, on
questions that differ, against a table of debarred keys; beside it stand the same six keys in a Python set, in
Redis (one pipelined round trip over a Unix socket), in SQLite (the register's own lookup), and what nothing
can beat: an empty Python call, a clock read, an fsync. The table is built once into ``--folder`` and found
there again. At 40,000,000 keys it takes 2.5 GB of disk there and minutes to build; the peers hold at most
1,000,000.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.gate.redis_peer import redis_set
from debar.gate.table.building import build_table
from debar.gate.table.many import check_accounts
from debar.gate.table.reading import open_table
from debar.gate.table.standing import TableStanding
from debar.register.schema import LOOKUP, SCHEMA_VERSION, STANDING_COLUMNS
from debar.register.sqlite.tables import statements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from debar.gate.table.reading import Table
    from debar.model.typed_keys import TypedKey

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SEED = 0x5EED
PEER_KEYS_MAX = 1_000_000
SHARES = (("account", 8), ("card", 1), ("domain", 1))
TERMS = (
    '["create", "buy", "serve", "charge"]', '["all"]', '["worldwide"]', "2025-01-01T00:00:00Z", None, "named",
    "banned from advertising: fraud", "https://ads.example.org/statements/1",
)  # fmt: skip


def value_of(kind: str, number: int) -> str:
    """Return the value of a kind with a number; even numbers are debarred, odd ones are not."""
    if kind == "card":
        return f"{number:016x}{'c0de' * 12}"
    return f"s{number:011d}.example.org" if kind == "domain" else f"{kind[:4]}-{number:012d}"


def rows(count: int) -> Iterator[tuple[Any, ...]]:
    """Yield what stands, in the order of the keys."""
    for kind, tenths in SHARES:
        for number in range(0, 2 * (count * tenths // 10), 2):
            yield (kind, value_of(kind, number), f"decision-{number % 500:08x}", number, *TERMS)


def questions(count: int, keys: int, *, debarred: bool) -> list[tuple[TypedKey, ...]]:
    """Return questions of six keys; none of them is debarred, or the account is."""
    made = []
    for number in range(count):
        at = (number * 7_919 * 104_729) % max(1, keys * 8 // 10)
        kinds = ("domain", "bundle", "creative", "seat", "card")
        account = ("account", value_of("account", 2 * at + (not debarred)))
        made.append((account, *((kind, value_of(kind, 2 * at + 1)) for kind in kinds)))
    return made


def timed(label: str, asked: Sequence[Any], check: Callable[[Any], object]) -> None:
    """Print the percentiles of one call each: over all, and in the quietest tenth of stretches of 1,000."""
    read = time.perf_counter_ns
    for question in asked[:2_000]:
        check(question)
    taken = []
    for kept in asked:
        question = tuple(
            [(kind, value[:-1] + value[-1:]) for kind, value in kept]
        )  # new texts, as in a request
        start = read()
        check(question)
        taken.append(read() - start)
    stretches = [sorted(taken[at : at + 1_000]) for at in range(0, len(taken) - 999, 1_000)] or [
        sorted(taken)
    ]
    quiet = sorted(stretches, key=lambda stretch: stretch[len(stretch) // 2])[len(stretches) // 10]
    taken.sort()
    p50, p99 = (taken[int(len(taken) * share)] / 1_000 for share in (0.5, 0.99))
    quiet_p50, quiet_p99 = (quiet[int(len(quiet) * share)] / 1_000 for share in (0.5, 0.99))
    quietest = f"quietest tenth p50 {quiet_p50:7.2f} p99 {quiet_p99:7.2f}"
    print(f"{label:50} p50 {p50:8.2f} p99 {p99:8.2f} us; {quietest}")


def mapped_bytes(path: Path) -> int:
    """Return how much of a mapped file this process has in memory."""
    counted, found = 0, False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if "-" in line.split(" ", 1)[0]:
            found = line.endswith(str(path))
        elif found and line.startswith("Rss:"):
            counted += 1024 * int(line.split()[1])
    return counted


def opened_table(folder: Path, keys: int) -> Table:
    """Return the table, built first where it is not there, and print what that took."""
    path = folder / f"debarred-{keys}.table"
    if not path.exists():
        start = time.perf_counter()
        build_table(path, rows(keys), origin="bench.example/debar", revision=keys, seed=SEED)
        print(f"{'table built':58} {time.perf_counter() - start:12.1f} s")
    start = time.perf_counter()
    table = open_table(path)
    print(f"{'table opened, its header checked':58} {1_000 * (time.perf_counter() - start):12.2f} ms")
    start = time.perf_counter()
    table.warm()
    print(
        f"{'table warmed: every resident page touched':58} {1_000 * (time.perf_counter() - start):12.2f} ms"
    )
    header = table.header
    each = header.resident_bytes / header.key_count
    print(f"{'resident, from the header':58} {each:12.2f} bytes a key")
    print(
        f"{'on disk, exact keys and terms too':58} {header.file_bytes / header.key_count:12.2f} bytes a key"
    )
    return table


def floors(folder: Path, asked: Sequence[Any]) -> None:
    """Print what nothing can beat."""
    timed("floor: an empty Python call", asked, lambda _question: None)
    timed("floor: a clock read", asked, lambda _question: time.clock_gettime_ns(time.CLOCK_BOOTTIME))
    descriptor = os.open(folder / "fsync", os.O_WRONLY | os.O_CREAT)

    def synced(_question: object) -> None:
        os.pwrite(descriptor, b"x" * 4096, 0)
        os.fsync(descriptor)

    timed("floor: an fsync of 4 KiB", asked[:1_000], synced)
    os.close(descriptor)


def peers(folder: Path, keys: int, asked: Sequence[tuple[TypedKey, ...]]) -> None:
    """Print the same question asked of other things that hold keys."""
    held = {(kind, value) for kind, value, *_ in rows(keys)}
    timed(f"peer: a Python set of {keys:,} pairs", asked, lambda question: not held.isdisjoint(question))
    with redis_set(f"{kind}\0{value}".encode() for kind, value, *_ in rows(keys)) as ask:
        if ask is None:
            print("peer: Redis is not installed (Debian's redis-server); left out")
        else:
            timed(f"peer: Redis SISMEMBER, {keys:,} members", asked[:20_000], ask)
    with closing(sqlite3.connect(folder / f"peer-{keys}.db", isolation_level=None)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN")
            for statement in statements(SCHEMA_VERSION):
                connection.execute(statement)
            names = STANDING_COLUMNS.count(",") + 1
            connection.executemany(f"INSERT INTO standing VALUES ({', '.join('?' * names)})", rows(keys))
            connection.execute("COMMIT")
        execute = connection.execute
        timed(
            f"peer: SQLite, the register's lookup, {keys:,} keys", asked[:50_000],
            lambda q: [execute(LOOKUP, key).fetchall() for key in q],
        )  # fmt: skip


def batch(store: TableStanding, keys: int) -> None:
    """Print how many accounts are checked in a second of the wall's clock and in one of the processor's."""
    count = min(keys, 1_000_000)
    for label, odd in (("none debarred", 1), ("1 in 1,000 debarred", 0)):
        accounts = [value_of("account", 2 * number + (number % 1_000 > 0 or odd)) for number in range(count)]
        wall, processor = [], []
        for _ in range(5):
            started, worked = time.perf_counter(), time.process_time()
            check_accounts(store, accounts, now=NOW)
            wall.append(time.perf_counter() - started)
            processor.append(time.process_time() - worked)
        rates = f"{count / min(wall) / 1e6:8.2f} M/s wall {count / min(processor) / 1e6:8.2f} M/s processor"
        print(f"{f'batch of {count:,} accounts, {label}':58} {rates}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--checks", type=int, default=200_000)
    parser.add_argument("--folder", type=Path, help="where the table is kept; a temporary folder otherwise")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="debar-check-"))
    folder.mkdir(parents=True, exist_ok=True)
    print(f"{given.keys:,} debarred keys, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    table = opened_table(folder, given.keys)
    store = TableStanding(table)
    innocent = questions(given.checks, given.keys, debarred=False)
    timed("debar: six keys, none debarred", innocent, lambda q: store.check_keys(q, now=NOW))
    timed("debar: one key, not debarred", [q[:1] for q in innocent], lambda q: store.check_keys(q, now=NOW))
    print(f"{'mapped after these':58} {mapped_bytes(table.path) / given.keys:12.2f} bytes a key")
    guilty = questions(given.checks, given.keys, debarred=True)
    timed("debar: six keys, the account is debarred", guilty, lambda q: store.check_keys(q, now=NOW))
    assert all(store.check_keys(q, now=NOW).allowed for q in innocent[:20_000])
    assert not any(store.check_keys(q, now=NOW).allowed for q in guilty[:20_000])
    batch(store, given.keys)
    floors(folder, innocent)
    peers(folder, min(given.keys, PEER_KEYS_MAX), innocent)
    if given.folder is None:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
