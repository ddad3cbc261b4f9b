"""Measure the check over HTTP: ``python -m benchmarks.gate.http``.

One connection, one request at a time, over loopback, from a client that does nothing else: a raw socket.
Beside it: the same check routed by Starlette, and a server that answers without asking anything.
"""

from __future__ import annotations

import multiprocessing
import socket
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from debar.register.sqlite import SqliteRegister
from debar.service.direct import direct_application
from debar.stores.clock import SystemClock
from debar.stores.keys import Ed25519Signer

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from debar.service.checking import Receive, Scope, Send

SECONDS = 3
REQUEST = b"GET /v1/check/buy HTTP/1.1\r\nhost: x\r\nx-debar-account: acct-1\r\n\r\n"


async def nothing(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer without asking."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


def through_starlette(register: Path) -> Starlette:
    """Return the same check as a Starlette route."""
    checks = direct_application(register, SystemClock()).checks

    async def check(request: Request) -> Response:
        status, headers, body = checks.answer(request.scope["raw_path"].decode(), request.headers.raw)
        return Response(body, status, {name.decode(): value.decode() for name, value in headers})

    return Starlette(routes=[Route("/v1/check/{action}", check)])


def serve(kind: str, register: Path, bound: socket.socket) -> None:
    """Run one server in a process of its own."""
    applications: dict[str, Callable[[], Callable[..., Any]]] = {
        "debar (plain ASGI)": lambda: direct_application(register, SystemClock()),
        "debar through Starlette": lambda: through_starlette(register),
        "nothing": lambda: nothing,
    }
    config = uvicorn.Config(
        applications[kind](), loop="uvloop", http="httptools", ws="none", lifespan="off",
        log_config=None, access_log=False, server_header=False, date_header=False,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[bound])


def measure(port: int, end: bytes) -> list[float]:
    """Return the seconds that each answer took."""
    took = []
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        until = time.perf_counter() + SECONDS
        while (began := time.perf_counter()) < until:
            client.sendall(REQUEST)
            answer = client.recv(65536)
            while not answer.endswith(end):
                answer += client.recv(65536)
            took.append(time.perf_counter() - began)
            assert answer.startswith(b"HTTP/1.1 200"), answer
    return sorted(took)


def main() -> int:
    """Print one line a server."""
    with tempfile.TemporaryDirectory() as folder:
        register = Path(folder) / "register.db"
        signer = Ed25519Signer("bench.example.org/debar", b"\x01" * 32)
        SqliteRegister.create(register, origin=signer.name, signer=signer, now=datetime.now(UTC)).close()
        print(f"{'server':<26}{'p50 us':>9}{'p99 us':>9}{'per second':>12}")
        for kind in ("nothing", "debar (plain ASGI)", "debar through Starlette"):
            bound = socket.create_server(("127.0.0.1", 0))
            process = multiprocessing.get_context("fork").Process(
                target=serve, args=(kind, register, bound), daemon=True
            )
            process.start()
            time.sleep(1.5)
            took = measure(bound.getsockname()[1], b"\r\n\r\n" if kind == "nothing" else b"}")
            process.kill()
            process.join()
            bound.close()
            p50, p99 = took[len(took) // 2], took[int(len(took) * 0.99)]
            print(f"{kind:<26}{p50 * 1e6:>9.0f}{p99 * 1e6:>9.0f}{len(took) / SECONDS:>12,.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
