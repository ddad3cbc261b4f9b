"""How long the register takes, in SQLite and in PostgreSQL, beside what nothing can beat: one fsync.

    python benchmarks/register.py [ACCOUNTS] [APPENDS]

For each kind, with the data on disk and everything durable: one decision about one account from call to
return, one decision about many accounts, a gate's check, a confirmation (what a lease is granted on), a
verification. PostgreSQL is Debian's package, started for the purpose on the loopback address, with its own
settings but for 32 MB of shared memory. Wall and processor seconds are both printed: other work on a machine
slows the first, and the second leaves out what the PostgreSQL server does.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from debar.gate import Gate
from debar.register.address import PostgresAddress, create_register
from debar.register.drafts import enrolment_draft, gate_draft
from debar.stores.keys import Ed25519Signer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from debar.register.address import RegisterAddress
    from debar.register.entries import EntryDraft
    from debar.register.writing import Register

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from postgres_servers import PostgresServer, programs

ORIGIN = "bench.example/debar"
LOG, ANA = Ed25519Signer(ORIGIN, b"\x01" * 32), Ed25519Signer("ana", b"\x02" * 32)
NOW = datetime(2017, 10, 26, 12, tzinfo=UTC)
CHECKS = 2_000


def drafts(count: int, *, number: int) -> list[EntryDraft]:
    """Return a decision: a plan, and a debar entry for each of so many accounts."""
    decision_id, plan = f"decision-2017-10-26-{number:08x}", f"{number:064x}"
    made = []
    for place in range(count):
        body: dict[str, Any] = {
            "key": {"kind": "account", "value": f"acct-{number:04d}-{place:08d}"},
            "decision_id": decision_id,
            "scopes": ["create", "buy", "serve", "charge"],
            "surfaces": ["all"],
            "territories": ["worldwide"],
            "because": "named",
            "reason": "banned from advertising: incompatible with the advertising policy",
            "statement": f"statement of {decision_id}",
        }
        made.append(gate_draft("debar", body, by="ana", plan_sha256=plan))
    return made


def salts(count: int, *, number: int) -> list[bytes]:
    """Return salts that differ."""
    return [hashlib.sha256(b"%d %d" % (number, place)).digest() for place in range(count)]


def spread(label: str, times_ms: list[float]) -> None:
    """Print the median, the 99th percentile and the longest of some times."""
    times = sorted(times_ms)
    middle, late = times[len(times) // 2], times[len(times) * 99 // 100]
    print(f"  {label:<52}{middle:10.3f} ms{late:10.3f} ms{times[-1]:10.3f} ms", flush=True)


def timed(work: Callable[[], object]) -> float:
    """Return how many milliseconds some work took."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


@contextmanager
def told(label: str, count: int) -> Iterator[None]:
    """Print what the work inside took, and how many a second that is."""
    wall, processor = time.perf_counter(), time.process_time()
    yield
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    print(f"  {label:<52}{wall:10.3f} s{processor:11.3f} s{count / wall:11,.0f} /s", flush=True)


def fsyncs(folder: Path, count: int) -> list[float]:
    """Return how long it took, each time, to write 4 KiB and have it on disk."""
    times = []
    with (folder / "synced").open("wb", buffering=0) as file:
        for _ in range(count):
            began = time.perf_counter()
            file.write(b"x" * 4096)
            os.fsync(file.fileno())
            times.append((time.perf_counter() - began) * 1000)
    return times


def measure(address: RegisterAddress, *, accounts: int, appends: int) -> None:
    """Print the figures of one kind of register."""
    founder = enrolment_draft("ana", role="proposer", public_key=ANA.public_key, origin=ORIGIN, signer=LOG)
    with create_register(
        address, origin=ORIGIN, signer=LOG, now=NOW, enrolments=[founder], salts=salts(1, number=0)
    ) as register:
        one_at_a_time(register, appends)
        many, given = drafts(accounts, number=9_999), salts(accounts, number=9_999)
        with told(f"one decision about {accounts:,} accounts", accounts):
            register.append(many, salts=given, now=NOW, signer=LOG, request_key="many")
        gate = Gate(address)
        gate.check("acct-9999-00000001", now=NOW)
        times = [timed(lambda: gate.check("acct-9999-00000001", now=NOW)) for _ in range(CHECKS)]
        spread("a check by the strict gate", times)
        gate.close()
        epoch = register.gates.take_over(epoch_at_least=1, term_ns=1)
        spread("a confirmation", [timed(lambda: register.gates.confirm(epoch)) for _ in range(appends)])
        with told("verify all of it", register.revision()):
            problems = register.verify()
    assert problems == (), problems


def one_at_a_time(register: Register, appends: int) -> None:
    """Print how long one decision about one account takes."""
    times = []
    for number in range(1, appends + 1):
        ready, given = drafts(1, number=number), salts(1, number=number)
        times.append(
            timed(
                lambda ready=ready, given=given, key=f"apply {number}": register.append(  # type: ignore[misc]
                    ready, salts=given, now=NOW, signer=LOG, request_key=key
                )
            )
        )
    spread("one decision about one account", times)


def main() -> None:
    """Print the table."""
    accounts = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    appends = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    print(f"  {'':<52}{'median':>13}{'99 of 100':>13}{'longest':>13}")
    print(f"  {'':<52}{'wall':>12}{'processor':>13}{'by wall':>14}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spread("floor: write 4 KiB and fsync", fsyncs(folder, appends))
        print("SQLite, on disk, synchronous = FULL")
        measure(folder / "register.db", accounts=accounts, appends=appends)
    if programs() is None:
        print("PostgreSQL is not installed: Debian's package postgresql")
        return
    with PostgresServer(on_disk=True, settings={"autovacuum": "on"}) as server:
        print(f"PostgreSQL {server.execute('SHOW server_version')[0][0]}, on disk, fsync = on")
        measure(PostgresAddress(url=server.new_database()), accounts=accounts, appends=appends)


if __name__ == "__main__":
    main()
