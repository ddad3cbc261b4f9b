"""How fast the console's pages are on a platform, at the server and in a browser.

    python -m benchmarks.console [ACCOUNTS [OWNED]]

A platform of ACCOUNTS accounts (100,000 unless said), two to an owner and four identifiers each, is read by a
real console. One owner on it has OWNED accounts (30) that share cards, pages and addresses two or three at a
time. The case is opened, proposed, approved and applied by two people; then somebody follows every link of
the same host, and each address is asked for REPEATS times.

Printed for each kind of page: the rows of its tables, its bytes, and the milliseconds in which the server
answered (median and longest, by the wall and by the processor; other work on the machine slows the first).
Each address is asked for once before, so that its template is compiled. The aim is 300 ms. Then the case's
page in headless Chromium: the nodes of its picture, how long until something is painted (aim: 1 s), and until
all is complete. Reading the platform and making a version are done by a job that no page waits for: printed
apart; it grows faster than the case does.
"""

from __future__ import annotations

import re
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import duckdb
import uvicorn

from browsers import chromium
from console_steps import proposed, signed
from consoles import PASSWORD, Open, open_console
from debar.console.screens.all import SCREENS
from debar.console.web.application import Console
from debar.console.web.security import Doors
from desks import CONTACTS, set_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from consoles import Browser

REPEATS = 5
ADDRESSES_MAX = 8
"""So many addresses of a kind are asked for: pages of one kind differ in their rows alone."""
AIM_MS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """One address and how long the server took, in milliseconds by the wall and by the processor."""

    address: str
    rows: int
    size: int
    milliseconds: tuple[float, ...]
    processor: tuple[float, ...]


def main(arguments: Sequence[str]) -> None:
    """Print the tables."""
    accounts, owned = (int(word) for word in (*arguments, *("100000", "30")[len(arguments) :]))
    with tempfile.TemporaryDirectory() as name:
        files = set_up(Path(name))
        took("platform written", lambda: write_platform(Path(name) / "export", accounts, owned))
        opened = open_console(files)
        case, browser = took("case opened and proposed: two versions", lambda: proposed(opened))
        job = opened.desk.jobs.of_case(case)
        assert job is not None
        assert job.state == "done", job
        took("approved and applied", lambda: put_in_force(opened, case, browser))
        print(f"\n{accounts:,} accounts, {owned:,} of one owner; case {case}\n")
        pages = list(timed_pages(browser))
        print(
            f"{'page':<44}{'addresses':>10}{'rows':>8}{'KiB':>8}"
            f"{'median ms':>11}{'longest':>10}"
            f"{'processor: median':>20}{'longest':>10}"
        )
        for path in dict.fromkeys(path for path, _ in pages):
            print_row(path, [timed for other, timed in pages if other == path])
        paint(opened, case)


def took(label: str, work: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the work returns
    """Do some work and print its seconds."""
    began = time.perf_counter()
    made = work()
    print(f"{label:<56}{time.perf_counter() - began:9.1f} s", flush=True)
    return made


def write_platform(export: Path, accounts: int, owned: int) -> None:
    """Add an owner with many accounts, and strangers, to the small export of the tests."""
    (export / "contacts.csv").write_text(CONTACTS)
    ours = f"(SELECT i, 'N' || (i + 100) AS account_id FROM range({owned}) t(i))"
    others = f"(SELECT i, 'S' || i AS account_id FROM range({max(0, accounts - owned - 5)}) t(i))"
    add(
        export / "accounts.csv",
        "SELECT account_id, 'Channel ' || i, 'Northwind Broadcasting Ltd', '@channel' || i, NULL"
        f" FROM {ours} UNION ALL"
        f" SELECT account_id, 'Shop ' || i || ' of ' || i % 977, NULL, NULL, NULL FROM {others}",
    )
    add(
        export / "identifiers.csv",
        f"SELECT account_id, k, v FROM {ours}, LATERAL (VALUES"
        " ('card', 'fp-n' || i // 3), ('page', 'channels-' || i // 2),"
        " ('card', 'fp-north' || (i + 1) // 3), ('email', 'desk' || (i + 1) // 2 || '@northwind.example'),"
        " ('legal_id', 'NW-100')) w(k, v)"
        f" UNION ALL SELECT account_id, k, v FROM {others}, LATERAL (VALUES ('card', 'fp-s' || i // 2),"
        " ('email', 'shop' || i // 2 || '@shops' || i % 9973 || '.example'), ('page', 'shop-' || i // 2),"
        " ('legal_id', 'SL-' || i // 2)) w(k, v)",
    )
    add(
        export / "billing.csv",
        "SELECT 'd' || i || '-' || m, account_id, 'delivered',"
        " DATE '2015-06-01' + CAST(m * 31 + i % 28 AS INT),"
        f" 100 + i % 900 + m, CASE i % 3 WHEN 0 THEN 'EUR' ELSE 'USD' END FROM {ours}, range(12) s(m)",
    )


def add(path: Path, query: str) -> None:
    """Add a query's rows to a CSV file."""
    with duckdb.connect() as engine, tempfile.NamedTemporaryFile(suffix=".csv") as made:
        engine.execute(f"COPY ({query}) TO '{made.name}' (HEADER false)")
        with path.open("ab") as whole, Path(made.name).open("rb") as rows:
            while block := rows.read(2**20):
                whole.write(block)


def put_in_force(opened: Open, case: str, ana: Browser) -> None:
    """Let the second person approve the case's plan, and apply it."""
    signed(opened.as_("ben"), case, "approve")
    signed(ana, case, "apply")
    opened.desk.jobs.work_off()


def timed_pages(browser: Browser) -> Iterator[tuple[str, Timed]]:
    """Follow every link from the first page on; yield the kind of page and what it took."""
    kinds = [
        (page.path, re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(page.path))))
        for screen in SCREENS
        for page in screen.pages
    ]
    seen, waiting = {"/"}, ["/"]
    counted: dict[str, int] = {}
    while waiting:
        address = waiting.pop(0)
        path = urlsplit(address).path
        kind = next((name for name, pattern in kinds if pattern.fullmatch(path)), None)
        if kind is None or counted.get(kind, 0) >= ADDRESSES_MAX:
            continue
        counted[kind] = counted.get(kind, 0) + 1
        answer, times, processor = browser.get(address), [], []
        for _ in range(REPEATS):
            began, worked = time.perf_counter(), time.process_time()
            browser.ask("GET", address)
            times.append((time.perf_counter() - began) * 1000)
            processor.append((time.process_time() - worked) * 1000)
        yield (
            kind,
            Timed(
                address=address,
                rows=answer.body.count(b"<tr"),
                size=len(answer.body),
                milliseconds=tuple(times),
                processor=tuple(processor),
            ),
        )
        for link in re.findall(r'href="([^"#]*)', answer.text):
            following = urljoin(address, unescape(link))
            if following.startswith("/") and following not in seen:
                seen.add(following)
                waiting.append(following)


def print_row(path: str, timed: Sequence[Timed]) -> None:
    """Print one kind of page: its largest address, and all its times."""
    times = [one for each in timed for one in each.milliseconds]
    worked = [one for each in timed for one in each.processor]
    largest = max(timed, key=lambda each: each.rows)
    late = "" if max(times) <= AIM_MS else "  over the aim"
    print(
        f"{path:<44}{len(timed):>10}{largest.rows:>8,}{largest.size / 1024:>8,.0f}"
        f"{statistics.median(times):>11.1f}{max(times):>10.1f}"
        f"{statistics.median(worked):>20.1f}{max(worked):>10.1f}{late}",
        flush=True,
    )


def paint(opened: Open, case: str) -> None:
    """Print how long a browser takes to show the case."""
    config = uvicorn.Config("", host="127.0.0.1", port=0, log_config=None, ws="none", lifespan="off")
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    port = listening.getsockname()[1]
    doors = Doors(hosts=frozenset({f"127.0.0.1:{port}"}), secure=False)
    config.app = Console(desk=opened.desk, screens=SCREENS, doors=doors).application()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        with chromium() as browser:
            page = browser.new_page(
                base_url=f"http://127.0.0.1:{port}", viewport={"width": 1280, "height": 900}
            )
            page.goto("/sign-in")
            page.fill("[name=name]", "ben")
            page.fill("[name=password]", PASSWORD)
            page.click("main button[type=submit], main button")
            page.wait_for_url("**/")
            print_paint(page, f"/cases/{case}")
    finally:
        server.should_exit = True
        thread.join(timeout=10)


def print_paint(page: Any, address: str) -> None:  # noqa: ANN401 - Playwright is the tests'
    """Open an address some times and print when it was painted, in milliseconds."""
    firsts, wholes = [], []
    for _ in range(REPEATS):
        page.goto(address, wait_until="load")
        page.wait_for_timeout(500)
        first, whole = page.evaluate(
            "() => [performance.getEntriesByName('first-contentful-paint')[0].startTime,"
            " performance.getEntriesByType('navigation')[0].loadEventEnd]"
        )
        firsts.append(first)
        wholes.append(whole)
    nodes = page.evaluate(
        "() => { const one = document.querySelector('[data-graph]');"
        " return one ? JSON.parse(one.dataset.graph).nodes.length : 0; }"
    )
    print(f"\n{'the case in headless Chromium, ms':<44}{'nodes':>10}{'median':>11}{'longest':>12}")
    for label, times in (("first paint", firsts), ("complete, scripts run", wholes)):
        print(f"{label:<44}{nodes:>10,}{statistics.median(times):>11.0f}{max(times):>12.0f}")


if __name__ == "__main__":
    main(sys.argv[1:])
