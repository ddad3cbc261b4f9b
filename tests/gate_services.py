"""Real servers for tests: ``debar gate serve``, nginx, Envoy, and the app behind a proxy."""

from __future__ import annotations

import http.client
import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parents[1]
DEBAR = Path(sys.executable).with_name("debar")
ENVOY = ROOT / ".venv-envoy" / "bin" / "python"


class Served:
    """One ``debar gate serve`` process.

    Args:
        arguments: After ``debar gate serve``.
        environment: Whole environment; the test's own by default.
    """

    def __init__(self, *arguments: str | Path, environment: Mapping[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [DEBAR, "gate", "serve", "--listen", "127.0.0.1:0", *arguments],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        self.lines: list[dict[str, Any]] = []
        self._listening = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._listening.wait(20) or not self.port:
            self.kill()
            raise AssertionError(f"it does not listen: {self.lines}")

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.port = 0
        for line in self.process.stderr:
            try:
                self.lines.append(json.loads(line))
            except ValueError:
                self.lines.append({"event": "not json", "text": line})
            if self.lines[-1]["event"] == "listening":
                self.port = self.lines[-1]["port"]
                self._listening.set()
        self._listening.set()

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()
        self._reader.join()
        assert self.process.stderr is not None
        self.process.stderr.close()

    def stop(self) -> int:
        """Ask it to stop and return its exit code."""
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        code = self.process.wait(20)
        self._reader.join()
        assert self.process.stderr is not None
        self.process.stderr.close()
        return code


@contextmanager
def served(*arguments: str | Path) -> Iterator[Served]:
    """Run ``debar gate serve`` inside."""
    made = Served(*arguments)
    try:
        yield made
    finally:
        if made.process.poll() is None:
            made.stop()


def get(
    port: int, path: str, headers: Mapping[str, str] | None = None, *, method: str = "GET"
) -> tuple[int, dict[str, str], bytes]:
    """Ask over HTTP: status, headers in lower case, body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, headers=dict(headers or {}))
        response = connection.getresponse()
        body = response.read()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, body
    finally:
        connection.close()


class App:
    """The platform behind the proxy: counts what reaches it."""

    def __init__(self) -> None:
        sales = self.sales = []  # type: list[dict[str, str]]

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                sales.append({name.lower(): value for name, value in self.headers.items()})
                self.send_response(200)
                self.send_header("content-length", "4")
                self.end_headers()
                self.wfile.write(b"sold")

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Stop it."""
        self.server.shutdown()
        self.server.server_close()


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def nginx(folder: Path, *, debar: int, app: int) -> Iterator[int]:
    """Run nginx with the example's configuration; yield its port."""
    program = shutil.which("nginx")
    if program is None:
        pytest.skip("needs nginx (Debian: nginx-light)")
    port = free_port()
    example = (ROOT / "examples" / "nginx" / "debar.conf").read_text()
    for old, new in (("8470", debar), ("9000", app), ("127.0.0.1:8080", f"127.0.0.1:{port}")):
        assert old in example
        example = example.replace(old, str(new))
    example = example.replace("/var/cache/nginx/debar", str(folder / "cache"))
    temporary = "\n".join(
        f"{kind}_temp_path {folder / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"{'user root;' if is_root() else ''}\npid {folder / 'pid'};\nerror_log {folder / 'error.log'};\n"
        f"events {{}}\nhttp {{ access_log off; {temporary}\n{example}\n}}\n"
    )
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    with running(command, port):
        yield port


@contextmanager
def envoy(folder: Path, *, debar: int, app: int) -> Iterator[int]:
    """Run Envoy with the example's configuration; yield its port."""
    if not ENVOY.exists():
        pytest.skip("needs Envoy in .venv-envoy (python3 dev.py test installs it)")
    port = free_port()
    example = (ROOT / "examples" / "envoy" / "envoy.yaml").read_text()
    for old, new in (("8470", debar), ("9000", app), ("8080", port)):
        assert old in example
        example = example.replace(old, str(new))
    (folder / "envoy.yaml").write_text(example)
    command = [str(ENVOY.with_name("envoy")), "-c", str(folder / "envoy.yaml"), "--concurrency", "1",
               "--use-dynamic-base-id", "--disable-hot-restart", "-l", "error"]  # fmt: skip
    with running(command, port):
        yield port


@contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    """Run a program until it listens, and end it afterwards."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        until = time.monotonic() + 20
        while process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert time.monotonic() < until, "it does not listen"
            time.sleep(0.05)
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        yield
    finally:
        process.terminate()
        process.wait(20)
        assert process.stderr is not None
        process.stderr.close()


def is_root() -> bool:
    """Tell whether we are root."""
    import os

    return os.geteuid() == 0
