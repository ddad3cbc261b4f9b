"""How fast and in how much memory a large platform is read and checked, beside a bare DuckDB copy.

``python -m benchmarks.intake [--share 0.1] [--folder DIR] [--memory 2500MB]``

At share 1: a million accounts, ten million identifier rows, twenty million billing rows, as CSV, with one
flaw in every ten thousand rows. Reading and copying each run in a process of their own; printed are seconds
on the wall, seconds of processor time (which load on the machine changes less), and the largest size of the
process.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ACCOUNTS = 1_000_000
IDENTIFIERS = 10_000_000
BILLING = 20_000_000

_READ = """
import sys
from pathlib import Path
from debar.evidence.keying import HashKey
from debar.intake.reading import read_platform
from debar.stores.duckdb_engine import DuckEngine
key = HashKey(key_id="benchmark", secret=b"a key for the benchmark, 32 bytes")
with DuckEngine(Path(sys.argv[2]), memory_limit=sys.argv[3]) as engine:
    platform = read_platform(engine, Path(sys.argv[1]), key=key)
    print({k: v for k, v in platform.tables.items() if v}, dict(platform.problem_counts))
"""

_COPY = """
import sys
import duckdb
engine = duckdb.connect(sys.argv[2], config={"memory_limit": sys.argv[3]})
for table in ("accounts", "identifiers", "billing"):
    source = f"read_csv('{sys.argv[1]}/{table}.csv', all_varchar=true)"
    engine.execute(f"CREATE TABLE {table} AS SELECT * FROM {source}")
print("three tables of text")
"""

_ACCOUNTS = """
    SELECT 'a' || i AS account_id, 'Advertiser number ' || i AS name,
        'Company ' || (i // 3) || ' Ltd' AS legal_name, ['US', 'GB', 'DE', 'RU'][1 + i % 4] AS country,
        'USD' AS currency,
        strftime(TIMESTAMP '2015-01-01' + to_seconds(i * 61 % 60000000), '%Y-%m-%dT%H:%M:%SZ') AS created_at
    FROM range({accounts}) t(i)"""

_IDENTIFIERS = """
    SELECT 'a' || (i % {accounts}) AS account_id,
        ['domain', 'email', 'card', 'device', 'ip'][1 + i % 5] AS kind,
        CASE i % 5
            WHEN 0 THEN 'site' || (h % 3000000) || '.com'
            WHEN 1 THEN 'user' || (h % 4000000) || '@mail' || (h % 5000) || '.org'
            WHEN 2 THEN 'fp_' || md5(CAST(h % 5000000 AS VARCHAR))
            WHEN 3 THEN 'device-' || (h % 6000000)
            ELSE (11 + h % 80) || '.' || (h // 80 % 250) || '.' || (h // 20000 % 250) || '.'
                || (1 + h // 5000000 % 250)
        END AS value, 'owner' AS role, '2016-01-01' AS first_seen
    FROM (SELECT i, hash(i) % 1000000000000 AS h FROM range({identifiers}) t(i))"""

_BILLING = """
    SELECT 'e' || i AS event_id, 'a' || (i % {accounts}) AS account_id, 'delivered' AS kind,
        strftime(DATE '2016-01-01' + CAST(i % 700 AS INTEGER), '%Y-%m-%d') AS service_day,
        CASE WHEN i % 10000 = 9999 THEN 'n/a'
            ELSE (i % 90000) || '.' || lpad(CAST(i % 100 AS VARCHAR), 2, '0') END AS amount, 'USD' AS currency
    FROM range({billing}) t(i)"""


def make(folder: Path, share: float) -> dict[str, int]:
    """Write the platform's files, the same for the same share."""
    import duckdb

    full = {"accounts": ACCOUNTS, "identifiers": IDENTIFIERS, "billing": BILLING}
    rows = {table: int(count * share) for table, count in full.items()}
    engine = duckdb.connect(config={"memory_limit": "2GB"})
    for table, sql in (("accounts", _ACCOUNTS), ("identifiers", _IDENTIFIERS), ("billing", _BILLING)):
        engine.execute(f"COPY ({sql.format(**rows)}) TO '{folder / table}.csv' (HEADER)")
    return rows


def measured(code: str, *arguments: str) -> tuple[str, float, float, int]:
    """Run code in a process; return its last line, wall and processor seconds, and its largest size in MB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    script = code + "\nimport resource\nprint(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)\n"
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, text=True, check=True
    )
    wall = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    *lines, size = done.stdout.strip().split("\n")
    return lines[-1], wall, cpu, int(size)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--memory", default="2500MB")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="debar-bench-", dir=asked.folder))
    try:
        rows = make(folder, asked.share)
        size = sum(path.stat().st_size for path in folder.glob("*.csv")) / 2**20
        print(f"{rows}, {size:,.0f} MiB of CSV, engine limited to {asked.memory}")
        copy = measured(_COPY, str(folder), str(folder / "copy.duckdb"), asked.memory)
        (folder / "copy.duckdb").unlink()
        read = measured(_READ, str(folder), str(folder / "read.duckdb"), asked.memory)
        for name, (said, wall, cpu, largest) in (("bare copy", copy), ("debar read", read)):
            print(f"{name:<11} {wall:8.1f} s wall {cpu:8.1f} s processor {largest:7,} MB   {said}")
        print(f"ratio of processor time {read[2] / copy[2]:.1f}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
