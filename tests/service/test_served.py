"""``debar gate serve`` as a process, behind a real nginx and a real Envoy."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING

import pytest

from debar.model.problem import DebarError
from debar.service.metrics import Metric, exposition
from debar.service.serving import Listen
from gate_services import App, Served, envoy, get, nginx, served
from registers import debar, new_register, record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from debar.register.sqlite import SqliteRegister

    Proxy = Callable[..., AbstractContextManager[int]]


@pytest.fixture
def register(tmp_path: Path) -> Iterator[SqliteRegister]:
    """Return a register in which a1 is debarred."""
    with new_register(tmp_path / "register.db") as made:
        record(made, debar("a1"))
        yield made


@pytest.fixture
def app() -> Iterator[App]:
    """Return the platform behind the proxy."""
    made = App()
    yield made
    made.stop()


def test_checks_health_and_metrics(register: SqliteRegister, tmp_path: Path) -> None:
    """The process answers, says how it is and counts; it stops with 0 on SIGTERM, and its log is JSON."""
    with served("--checks-only", "--register", register.path) as gate:
        assert get(gate.port, "/v1/check/buy", {"x-debar-account": "a2"})[0] == 200
        assert get(gate.port, "/v1/check/buy?x=1", {"X-Debar-Account": "a1"}, method="DELETE")[0] == 403
        assert get(gate.port, "/v1/accounts/a1/serve")[0] == 403
        assert get(gate.port, "/elsewhere")[0] == 404
        status, _, body = get(gate.port, "/health")
        assert (200, {"status": "fresh", "mode": "direct", "revision": 3}) == (status, json.loads(body))
        text = get(gate.port, "/metrics")[2].decode()
        assert 'debar_checks_total{verdict="debarred"} 2\n' in text
        assert "debar_gate_fresh 1\ndebar_gate_revision 3" not in text  # each has its own help
        assert "\ndebar_gate_revision 3\n" in text
        register.path.rename(tmp_path / "gone.db")
        status, _, body = get(gate.port, "/health")
        assert (503, "stale") == (status, json.loads(body)["status"])
        assert "\ndebar_gate_fresh 0\n" in get(gate.port, "/metrics")[2].decode()
        assert gate.stop() == 0
    assert [line["event"] for line in gate.lines] == ["listening", "stopped"]


def test_a_ban_is_answered_at_once(register: SqliteRegister) -> None:
    """The first answer after an append has returned is a no."""
    with served("--checks-only", "--register", register.path) as gate:
        for number in range(20):
            account = f"b{number}"
            assert get(gate.port, f"/v1/accounts/{account}/buy")[0] == 200
            record(register, debar(account))
            assert get(gate.port, f"/v1/accounts/{account}/buy")[0] == 403


def test_a_port_that_is_taken(register: SqliteRegister) -> None:
    """An address that cannot be listened on is an error with a code, not a traceback."""
    with (
        served("--checks-only", "--register", register.path) as gate,
        pytest.raises(AssertionError, match="DBR-V003"),
    ):
        Served("--checks-only", "--register", register.path, "--listen", f"127.0.0.1:{gate.port}")


@pytest.mark.parametrize("text", ["8470", "127.0.0.1", "127.0.0.1:99999", ":80", "h:x"])
def test_an_address_that_is_none(text: str) -> None:
    """What is no host and port is refused."""
    with pytest.raises(DebarError, match="DBR-V002"):
        Listen.parse(text)
    assert Listen.parse("[::1]:8470") == Listen(host="::1", port=8470)


def test_labels_are_escaped() -> None:
    """A label's value cannot break the format."""
    metric = Metric(name="debar_x", kind="gauge", help="An x.", samples={(("a", 'q"\\\n'),): 1.5})
    assert exposition([metric]).decode().splitlines()[2] == r'debar_x{a="q\"\\\n"} 1.5'


@pytest.mark.ci
@pytest.mark.parametrize(("proxy", "header"), [(nginx, "x-account"), (envoy, "x-debar-account")])
def test_behind_a_real_proxy(
    proxy: Proxy, header: str, register: SqliteRegister, app: App, tmp_path: Path
) -> None:
    """Allowed passes with its revision, debarred does not, nor does anybody while the check is away or stopped."""
    with (
        served("--checks-only", "--register", register.path) as gate,
        proxy(tmp_path, debar=gate.port, app=app.port) as port,
    ):
        assert get(port, "/order", {header: "a2"}, method="POST")[::2] == (200, b"sold")
        assert app.sales[-1]["x-debar-revision"] == "3"
        assert get(port, "/order", {header: "a1"}, method="POST")[0] == 403
        assert get(port, "/order")[0] == 403
        record(register, debar("a2"))
        assert get(port, "/order", {header: "a2"})[0] == 403
        gate.process.send_signal(19)
        began = time.monotonic()
        assert get(port, "/order", {header: "a3"})[0] == 403
        assert time.monotonic() - began < 5
        gate.process.send_signal(18)
        assert get(port, "/order", {header: "a3"})[0] in {200, 403}
        gate.kill()
        assert get(port, "/order", {header: "a3"})[0] == 403
        assert {sale[header] for sale in app.sales} <= {"a2", "a3"}


@pytest.mark.ci
def test_a_kept_answer_does_not_outlive_its_end(register: SqliteRegister, app: App, tmp_path: Path) -> None:
    """With answers good for 4 s, nginx keeps them, and sells nothing 4 s after the ban."""
    policy = tmp_path / "debar.toml"
    policy.write_text("[gate.tails]\nnginx = 4\n")
    options = ("--checks-only", "--register", register.path, "--cache-seconds", "4", "--policy", policy)
    with (
        served(*options) as gate,
        nginx(tmp_path, debar=gate.port, app=app.port) as port,
    ):
        assert get(port, "/order", {"x-account": "a2"})[0] == 200
        record(register, debar("a2"))
        banned = time.monotonic()
        last = 0.0
        kept = 0
        while time.monotonic() - banned < 5:
            if get(port, "/order", {"x-account": "a2"})[0] == 200:
                last, kept = time.monotonic(), kept + 1
            assert get(port, "/order", {"x-account": "a1"})[0] == 403
            time.sleep(0.05)
        assert kept > 5, "nothing was kept: the test shows nothing"
        assert last - banned < 4


def test_a_begun_answer_is_finished(register: SqliteRegister) -> None:
    """Whoever asked before the stop gets an answer or a closed connection, never silence."""
    with served("--checks-only", "--register", register.path) as gate:
        done: list[int] = []

        def load() -> None:
            try:
                while True:
                    done.append(get(gate.port, "/v1/accounts/a2/buy")[0])
            except OSError:
                return

        callers = [threading.Thread(target=load) for _ in range(4)]
        for caller in callers:
            caller.start()
        time.sleep(0.3)
        assert gate.stop() == 0
        for caller in callers:
            caller.join(10)
            assert not caller.is_alive()
        assert set(done) == {200}
