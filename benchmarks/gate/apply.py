"""Measure apply: ``python -m benchmarks.gate.apply [--gates 200] [--applies 200] [--bulk 100000]``.

From the moment at which a decision is handed to the register until the wait for its effect returns: durable
commit, hint, push, every gate has applied and acknowledged, certificate signed, durable and read. Gates use
the product's own connections; they run in one process, the register's service in another, the applier in a
third.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.gate.certificates import make_certificate
from debar.app.gates.administering import make_token
from debar.app.gates.effect import Waits, await_effect
from debar.app.opening import Setting
from debar.register.address import PostgresAddress, create_register, open_register
from debar.register.drafts import gate_draft
from debar.stores.clock import SystemClock
from debar.stores.keys import create_register_secrets, load_register_secrets, random_salts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from debar.register.address import RegisterAddress
    from debar.register.writing import Register

ORIGIN = "bench.example.org/debar"
DECISION = "decision-2017-10-26-0a1b2c3d"


def percentile(values: list[float], share: float) -> float:
    """Return a percentile in milliseconds."""
    ranked = sorted(values)
    return 1000 * ranked[min(len(ranked) - 1, int(len(ranked) * share))]


@contextmanager
def served(setting: Setting, arguments: list[str]) -> Iterator[tuple[int, int]]:
    """Serve a register inside; give the port and the process."""
    register = setting.register
    named = ["--register", register.url if isinstance(register, PostgresAddress) else str(register)]
    if isinstance(register, PostgresAddress):
        named += ["--register-key", f"{register.home}.key"]
    command = [str(Path(sys.executable).with_name("debar")), "gate", "serve", "--listen", "127.0.0.1:0"]
    process = subprocess.Popen([*command, *named, *arguments], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        for line in process.stderr:
            said = json.loads(line)
            if said["event"] == "listening":
                yield said["port"], process.pid
                break
        else:
            raise SystemExit("it does not listen")
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


@contextmanager
def fleet(url: str, token: str, count: int, ca: Path | None) -> Iterator[int]:
    """Run gates inside, once each has a lease; give the process."""
    said = json.dumps([url, token, count, *([str(ca)] if ca else [])])
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.gate.fleet", said], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"ready\n", "not every gate has a lease"
        yield process.pid
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def apply(register: Register, accounts: list[str], number: str) -> tuple[float, float]:
    """Ban accounts; return the seconds until the commit and until the effect."""
    drafts = [
        gate_draft(
            "debar",
            {
                "key": {"kind": "account", "value": account},
                "decision_id": DECISION,
                "scopes": ["buy"],
                "reason": "x",
            },
            by="bench",
        )
        for account in accounts
    ]
    signer = load_register_secrets(register.home).log_signer
    began = time.perf_counter()
    register.append(
        drafts, salts=random_salts(len(drafts)), now=datetime.now(UTC), signer=signer, request_key=number
    )
    committed = time.perf_counter()
    certificate = await_effect(register, number, Waits(clock=SystemClock()))
    done = time.perf_counter()
    assert certificate is not None
    ends = {gate["end"] for gate in certificate["gates"]}
    assert ends == {"acknowledged"}, ends
    return committed - began, done - began


def measure(name: str, address: RegisterAddress, options: argparse.Namespace, *, tls: Path | None) -> None:
    """Print one line a kind of register."""
    setting = Setting(register=address)
    token = str(make_token(setting, "fleet", kind="gate").document["token"])
    arguments = []
    if tls is not None:
        arguments = ["--tls-certificate", str(tls / "chain.pem"), "--tls-key", str(tls / "key.pem")]
    ca = None if tls is None else tls / "chain.pem"
    with served(setting, arguments) as (port, service):
        url = f"{'http' if tls is None else 'https'}://localhost:{port}"
        with fleet(url, token, options.gates, ca) as gates, open_register(address) as register:
            before = cpu_ms(service), cpu_ms(gates), time.process_time() * 1000
            took = [apply(register, [f"a{n}"], f"apply {n}") for n in range(options.applies)][5:]
            after = cpu_ms(service), cpu_ms(gates), time.process_time() * 1000
            costs = [(late - early) / options.applies for early, late in zip(before, after, strict=True)]
            commits, effects = [one for one, _ in took], [one for _, one in took]
            shown = [percentile(times, share) for times in (commits, effects) for share in (0.5, 0.99)]
            line = f"{name:<22}{options.gates:>6}" + "".join(f"{value:>11.1f}" for value in shown)
            print(line + f"{'/'.join(f'{cost:.1f}' for cost in costs):>22}", flush=True)
            if options.bulk and tls is None:
                committed, effect = apply(register, [f"b{n}" for n in range(options.bulk)], "bulk")
                print(
                    f"  {options.bulk:,} accounts at once: commit {committed:.1f} s, in force {effect:.1f} s",
                    flush=True,
                )


def cpu_ms(process: int) -> float:
    """Return the processor time that a process has used, in milliseconds."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def fsync_ms(folder: Path) -> float:
    """Return the median of writing 4 KiB and an fsync, in milliseconds."""
    took = []
    with (folder / "fsync").open("wb") as file:
        for _ in range(200):
            began = time.perf_counter()
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
            took.append(time.perf_counter() - began)
    return percentile(took, 0.5)


def main() -> int:
    """Measure SQLite, the same with TLS, and PostgreSQL."""
    reader = argparse.ArgumentParser()
    reader.add_argument("--gates", type=int, default=200)
    reader.add_argument("--applies", type=int, default=205)
    reader.add_argument("--bulk", type=int, default=0)
    reader.add_argument("--only", choices=["sqlite", "tls", "postgresql"])
    options = reader.parse_args()
    with tempfile.TemporaryDirectory(prefix="debar-bench-") as made, ExitStack() as stack:
        folder = Path(made)
        print(f"an fsync of 4 KiB: {fsync_ms(folder):.2f} ms (p50)")
        print(
            f"{'ms':<22}{'gates':>6}{'commit p50':>11}{'p99':>9}{'effect p50':>11}{'p99':>9}{'cpu s/g/a':>18}"
        )
        make_certificate(folder)
        for name in ("sqlite", "tls", "postgresql"):
            if options.only not in (None, name):
                continue
            address: RegisterAddress = folder / f"{name}.db"
            secrets_ = create_register_secrets(folder / f"{name}.db", origin=ORIGIN, now=datetime.now(UTC))
            if name == "postgresql":
                sys.path.append(str(Path(__file__).parents[2] / "tests"))
                from postgres_servers import PostgresServer

                server = stack.enter_context(PostgresServer(on_disk=True))
                address = PostgresAddress(url=server.new_database(), home=folder / f"{name}.db")
            create_register(address, origin=ORIGIN, signer=secrets_.log_signer, now=datetime.now(UTC)).close()
            title = {"tls": "SQLite, TLS", "sqlite": "SQLite", "postgresql": "PostgreSQL"}[name]
            measure(title, address, options, tls=folder if name == "tls" else None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
