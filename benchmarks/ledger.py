"""How long every cent takes: the ledger beside a bare sum, and beside hledger and Beancount.

    python benchmarks/ledger.py [EVENTS] [ACCOUNTS]

The aims are for 50,000,000 events of 200,000 accounts on two cores: a case of 400 accounts in 0.2 s, all
accounts and currencies in 1.6 s, everything to one currency in 0.5 s more.
"""

from __future__ import annotations

import functools
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from debar.ledger.audit import check_books
from debar.ledger.books import make_books, render_books
from debar.ledger.convert import Conversion, minor_unit, round_sum
from debar.ledger.earned import earned, earned_rows
from debar.ledger.reading import signed
from debar.model.step import Step
from debar.stores.duckdb_engine import DuckEngine
from debar.stores.rates import shipped_rates

if TYPE_CHECKING:
    from collections.abc import Callable

    from debar.ledger.report import Standing

CASE = 400


def invent(engine: DuckEngine, events: int, accounts: int) -> None:
    """Make books of any size: nine deliveries in ten, over seven years, one currency an account."""
    engine.run(
        Step(
            name="billing",
            sql=(
                "SELECT 'e' || CAST(i AS VARCHAR) AS event_id,"
                " 'a' || lpad(CAST(hash(i) % $accounts AS VARCHAR), 8, '0') AS account_id,"
                " CASE WHEN i % 20 = 0 THEN 'refund' WHEN i % 20 = 1 THEN 'promo'"
                " ELSE 'delivered' END AS kind,"
                " DATE '2011-01-03' + CAST(hash(i + 7) % 2400 AS INTEGER) AS service_day,"
                " TIMESTAMP '2011-01-04 03:00:00' + to_days(CAST(hash(i + 7) % 2400 AS INTEGER))"
                " AS booked_at,"
                " CAST(1000000 + hash(i + 3) % 900000000 AS BIGINT) AS amount_micros,"
                " CAST(0 AS BIGINT) AS tax_micros,"
                " ['USD', 'EUR', 'GBP', 'RUB', 'JPY']"
                "[1 + CAST(hash(hash(i) % $accounts) % 5 AS INTEGER)] AS currency,"
                " ['US', 'GB', 'DE'][1 + CAST(i % 3 AS INTEGER)] AS market,"
                " CAST(NULL AS VARCHAR) AS ad_id, CAST(NULL AS VARCHAR) AS payer_account_id,"
                " CAST(NULL AS VARCHAR) AS reverses FROM range($events) AS r (i)"
            ),
            parameters={"accounts": accounts, "events": events},
        )
    )
    engine.run(
        Step(
            name="accounts",
            sql="SELECT DISTINCT account_id, account_id AS name, 'USD' AS currency FROM billing",
        )
    )


def clock(label: str, work: Callable[[], object], *, runs: int = 3) -> None:
    """Print the best of some runs."""
    best = min(_seconds(work) for _ in range(runs))
    print(f"{label:<58}{best:9.3f} s")


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000
    accounts = int(sys.argv[2]) if len(sys.argv) > 2 else max(events // 250, CASE)
    rates = shipped_rates()
    print(f"{events:,} events, {accounts:,} accounts, 2,400 days, 5 currencies")
    with tempfile.TemporaryDirectory() as folder, _filled(Path(folder), events, accounts) as engine:
        chosen = [row[0] for row in engine.rows(f"SELECT account_id FROM accounts ORDER BY 1 LIMIT {CASE}")]
        case: dict[str, Standing] = dict.fromkeys(chosen, "named")
        engine.load(
            "ledger_members",
            {"account_id": "VARCHAR", "standing": "VARCHAR"},
            [(one, "named") for one in chosen],
        )

        def everything_to_usd() -> int:
            rows = engine.rows(
                f"SELECT b.currency, b.service_day, CAST(SUM({signed('net')}) AS DECIMAL(38,0))"
                " FROM billing AS b GROUP BY b.currency, b.service_day"
            )
            table = Conversion(rates=rates, to="USD").table((row[0], row[1]) for row in rows)
            terms = ((int(row[2]), table[row[0], row[1]]) for row in rows)
            return round_sum(terms, unit_micros=minor_unit("USD"))

        def the_case_alone() -> object:
            return engine.rows(
                f"SELECT b.currency, CAST(SUM({signed('net')}) AS DECIMAL(38,0)) FROM billing AS b"
                " JOIN ledger_members AS m ON b.account_id = m.account_id GROUP BY b.currency"
            )

        clock(
            "bare sum of the amounts (the floor)",
            lambda: engine.rows("SELECT SUM(amount_micros) FROM billing"),
        )
        clock(f"a case of {CASE}: its sum in each currency", the_case_alone)
        clock("all accounts and currencies: earned_rows", lambda: earned_rows(engine))
        clock("everything to USD, exact, rounded once", everything_to_usd)
        clock(
            f"a case of {CASE}: the whole report, in USD", lambda: earned(engine, case, rates=rates, to="USD")
        )
        print(f"{'most memory':<58}{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:9.2f} GiB")
        _beside_others(engine, chosen[: max(1, 20_000 * accounts // events)])


def _filled(folder: Path, events: int, accounts: int) -> DuckEngine:
    """Invent the books in a process of its own, so that what that takes is not measured."""
    path = folder / "books.duckdb"
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]); import ledger;"
        " engine = ledger.DuckEngine(Path(sys.argv[2]), threads=2, memory_limit='3GB');"
        " ledger.invent(engine, int(sys.argv[3]), int(sys.argv[4])); engine.close()"
    )
    here = str(Path(__file__).parent)
    subprocess.run([sys.executable, "-c", code, here, str(path), str(events), str(accounts)], check=True)
    engine = DuckEngine(threads=2, memory_limit="3GB")
    engine.attach(path, "books")
    for table in ("billing", "accounts"):
        engine._connection.execute(f"CREATE VIEW {table} AS SELECT * FROM books.{table}")  # noqa: SLF001 - the port makes tables only
    return engine


_LOAD = "import sys; from beancount import loader; loader.load_file(sys.argv[1])"


def _beside_others(engine: DuckEngine, accounts: list[str]) -> None:
    """Time the programs that check our books, on as much as they can take, beside our own checker."""
    rates = shipped_rates()
    made = make_books(engine, accounts, rates=rates, to="USD")
    label = f"{len(made.entries):,} entries"
    oracle = Path(__file__).resolve().parents[1] / ".venv-oracles" / "bin" / "python"
    with tempfile.TemporaryDirectory() as folder:
        journal, ledger = Path(folder) / "books.journal", Path(folder) / "books.beancount"
        journal.write_text(render_books(made, "hledger"), encoding="utf-8")
        ledger.write_text(render_books(made, "beancount"), encoding="utf-8")
        commands = {
            "hledger": [shutil.which("hledger") or "", "-f", str(journal), "balance", "--flat"],
            "Beancount": [str(oracle) if oracle.exists() else "", "-c", _LOAD, str(ledger)],
        }
        for name, command in commands.items():
            if not command[0]:
                print(f"{name} is not installed")
                continue
            clock(f"{name}, {label}", functools.partial(_call, command), runs=1)
        clock(f"our checker, {label}", lambda: check_books(journal.read_text(encoding="utf-8")), runs=1)
    standings: dict[str, Standing] = dict.fromkeys(accounts, "named")
    clock(
        f"debar, the whole report of the same {label}",
        lambda: earned(engine, standings, rates=rates, to="USD"),
    )


def _call(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    main()
