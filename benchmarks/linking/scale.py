"""Time and memory by size, beside the bare self-join of the same rows and beside Splink.

Law: each piece of work runs in a process of its own, two threads and 8 GB for the database, and is measured
from outside: wall clock and the largest resident memory.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb

from benchmarks.linking.peers.splink_five import JOB, PYTHON
from benchmarks.linking.scale_tables import write_tables
from benchmarks.linking.shown.report import Table, number

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

ROOT: Final = Path(__file__).resolve().parents[2]
PEERS_ACCOUNTS_MAX: Final = 100_000
"""Larger platforms are not given to the peers, unless told otherwise: a quarter of an hour and more each."""


def run_scale(
    sizes: Sequence[int],
    *,
    peers: Collection[str],
    peers_max: int = PEERS_ACCOUNTS_MAX,
    folder: Path | None,
    say: Callable[[str], None] = lambda _: None,
) -> Iterator[dict[str, Any]]:
    """Yield one result a size and piece of work.

    Args:
        sizes: Numbers of accounts.
        peers: Which peers are timed as well: ``splink``, ``naive``.
        peers_max: Up to so many accounts.
        folder: Where tables are kept and found again; None for a temporary folder.
        say: Is told what is being done.
    """
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="linking-scale-") as temporary:
            place = (folder or Path(temporary)) / str(size)
            if not (place / "identifiers.parquet").exists():
                say(f"{size:,} accounts: writing the tables")
                place.mkdir(parents=True, exist_ok=True)
                write_tables(place, size)
            source = str(place / "identifiers.parquet")
            ((rows,),) = duckdb.execute("SELECT COUNT(*) FROM read_parquet($f)", {"f": source}).fetchall()
            for work, command in _commands(place, peers if size <= peers_max else ()).items():
                say(f"{size:,} accounts: {work}")
                yield {"accounts": size, "identifiers": rows, "work": work, **timed(command)}


def _commands(place: Path, peers: Collection[str]) -> dict[str, list[str]]:
    job = [sys.executable, "-m", "benchmarks.linking.scale_job"]
    commands = {work: [*job, work, str(place)] for work in ("floor", "debar")}
    if "naive" in peers:
        commands["naive closure"] = [*job, "naive", str(place)]
    if "splink" in peers and PYTHON.exists():
        tables = [str(place / f"{table}.parquet") for table in ("accounts", "identifiers")]
        commands["Splink 5"] = [str(PYTHON), str(JOB), *tables, str(place / "splink.parquet")]
    return commands


def timed(command: list[str]) -> dict[str, Any]:
    """Run a job; return what it printed, its wall clock and its largest resident memory.

    A job that fails is a result too: its last words are kept.
    """
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=errors)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        out.seek(0)
        errors.seek(0)
        printed, words = out.read(), errors.read()
    document: dict[str, Any] = {"wall_seconds": seconds, "memory_gib": used.ru_maxrss / 2**20}
    if process.returncode:
        return {**document, "failed": words.strip()[-500:] or f"ended with {process.returncode}"}
    return {**document, **json.loads(printed.strip().splitlines()[-1])}


def growth(small: dict[str, Any], large: dict[str, Any]) -> float:
    """Return the exponent b of time ~ accounts^b between two sizes.

    Example:
        >>> growth({"accounts": 10, "seconds": 1.0}, {"accounts": 100, "seconds": 10.0})
        1.0
    """
    return math.log(large["seconds"] / small["seconds"]) / math.log(large["accounts"] / small["accounts"])


def scale_table(results: Sequence[dict[str, Any]]) -> Table:
    """Return the table of a scale run, each piece of work with its growth since the smallest size."""
    rows = []
    for one in results:
        done = [r for r in results if r["work"] == one["work"] and "failed" not in r]
        floors = [r for r in results if r["work"] == "floor" and r["accounts"] == one["accounts"]]
        failed = "failed" in one
        grown = not failed and done[0]["accounts"] < one["accounts"]
        over = not failed and floors and "failed" not in floors[0]
        rows.append(
            (
                f"{one['accounts']:,}",
                f"{one['identifiers']:,}",
                one["work"],
                "failed" if failed else number(one["seconds"], 1),
                number(one["processor_seconds"], 1) if "processor_seconds" in one else "-",
                number(one["seconds"] / floors[0]["seconds"], 1) if over else "-",
                number(one["memory_gib"], 2),
                f"{one.get('links', one.get('shared_values_of_pairs', 0)):,}",
                number(growth(done[0], one), 2) if grown else "-",
            )
        )
    return Table(
        title="Time and memory from normalised tables, two threads, 8 GB for the database",
        head=(
            "accounts",
            "rows",
            "work",
            "seconds",
            "processor",
            "x floor",
            "GiB at most",
            "pairs",
            "growth",
        ),
        rows=tuple(rows),
        note=(
            "floor: the bare self-join of the same rows in DuckDB; GiB: largest resident memory of the whole"
            " process; growth: exponent of time in accounts since the smallest size;"
            " processor: seconds of all processors together, which other work on the machine moves little;"
            f" {' '.join(_day(one) for one in results if 'day' in one)}"
        ),
    )


def _day(one: dict[str, Any]) -> str:
    """Say what carrying a day's changes in took."""
    day = one["day"]
    return (
        f"a day's {day['rows']:,} changed rows at {one['accounts']:,} accounts: {day['seconds']:.2f} s,"
        f" {100 * day['processor_seconds'] / one['processor_seconds']:.1f} % of the whole's processor time."
    )
