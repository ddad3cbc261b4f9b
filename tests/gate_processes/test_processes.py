"""The invariant with real processes: once apply has returned, no sale of that account, whatever breaks.

Every sale is written down with the host's boot clock; afterwards a checker goes over the merged histories.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from typing import TYPE_CHECKING

import pytest

from debar.gate.remote.gate import boot_clock
from gate_processes.conftest import Fleet
from gate_processes.hosts import namespaces
from postgres_servers import PostgresServer
from registers import debar

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.ci
NAMES = ("ads-1", "ads-2", "ads-3")


def test_nobody_is_sold_an_ad_after_apply_has_returned(fleet: Fleet) -> None:
    """Gates are stopped, killed, cut off and slowed down around each ban, and the register's service is killed."""
    chaos = random.Random(20171026)
    with fleet.world.served() as service:
        for name in NAMES:
            fleet.start(name)
        fleet.wait(*NAMES)
        ends: set[str] = set()
        for number, account in enumerate(fleet.accounts[:12]):
            victim = chaos.choice(NAMES)
            what = ("stop", "cut", "slow", "kill", "none", "stop")[number % 6]
            wire = fleet.wires[victim]
            if what == "stop":
                fleet.signal(victim, signal.SIGSTOP)
            elif what == "cut":
                wire.cut.set()
            elif what == "slow":
                wire.delay = 0.3
            elif what == "kill":
                fleet.signal(victim, signal.SIGKILL)
                fleet.sellers[victim].wait()
            time.sleep(chaos.random() * 0.2)
            ends |= {gate["end"] for gate in fleet.ban(account)["gates"]}
            wire.cut.clear()
            wire.delay = 0.0
            if what == "kill":
                fleet.start(victim)
            fleet.signal(victim, signal.SIGCONT)
        service.kill()
        with fleet.world.served():
            fleet.ban(fleet.accounts[12])
            fleet.lift(fleet.accounts[0])
            time.sleep(1)
    history = fleet.end()
    assert history.violations() == []
    assert {"acknowledged", "lease_ended"} <= ends, "nothing was cut off: the test shows nothing"
    assert history.count("sale") > 500
    assert history.count("sale", fleet.accounts[0]) > 0
    assert history.count("stale") > 0, "a gate that is cut off must refuse in the end"
    assert max(fleet.took) < 2 * 1.01 / 0.99 + 0.25 + 3, "an apply waits for a lease and a margin"


@pytest.mark.parametrize("broken", ["ack", "lease"])
def test_a_broken_gate_is_caught(fleet: Fleet, broken: str) -> None:
    """A gate that acknowledges before it applies, or believes in a lease that has ended, sells: we see it."""
    with fleet.world.served():
        fleet.start("ads-1", broken=broken)
        fleet.wait("ads-1")
        for account in fleet.accounts[:3]:
            fleet.wires["ads-1"].cut.set() if broken == "lease" else None
            fleet.ban(account)
            time.sleep(0.3)
            fleet.wires["ads-1"].cut.clear()
    assert fleet.end().violations() != []


def test_an_outage_below_the_term_refuses_nobody(tmp_path: Path) -> None:
    """With the register's service down for less than the lease, no innocent sale is refused anywhere."""
    fleet = Fleet(tmp_path, lease_seconds=300)
    with fleet.world.served() as service:
        for name in NAMES:
            fleet.start(name)
        fleet.wait(*NAMES)
        fleet.ban("a1")
        service.kill()
        time.sleep(5)
        with fleet.world.served():
            fleet.ban("a2")
    history = fleet.end()
    assert history.violations() == []
    assert history.count("stale") == 0
    assert history.count("sale", "innocent") > 30


def test_links_between_hosts_are_taken_down(fleet: Fleet) -> None:
    """Gates in network namespaces of their own, as on other hosts; a link is taken down around each ban."""
    if shutil.which("ip") is None or os.geteuid() != 0:
        pytest.skip("needs root and ip, for network namespaces")
    with namespaces(2) as hosts:
        fleet.world.host = "10.211.0.1"
        with fleet.world.served():
            for name, host in hosts.items():
                url = f"http://10.211.0.1:{fleet.world.port}"
                fleet.start(name, url=url, prefix=("ip", "netns", "exec", host.namespace))
            fleet.wait(*hosts)
            ends = []
            for number, account in enumerate(fleet.accounts[:4]):
                host = list(hosts.values())[number % 2]
                host.link("down")
                ends += [gate["end"] for gate in fleet.ban(account)["gates"]]
                host.link("up")
                time.sleep(4)
        history = fleet.end()
    assert history.violations() == []
    assert {"acknowledged", "lease_ended"} <= set(ends)
    assert all(any(e["gate"] == name for e in history.events) for name in hosts)


def test_postgresql_is_killed_in_the_middle_of_an_apply(tmp_path: Path) -> None:
    """The database is killed while a ban is on its way; what was recorded takes effect when it is back."""
    with PostgresServer(on_disk=True) as server:
        fleet = Fleet(tmp_path, lease_seconds=30, url=server.new_database())
        try:
            with fleet.world.served():
                for name in NAMES[:2]:
                    fleet.start(name)
                fleet.wait(*NAMES[:2])
                fleet.ban("a0")
                fleet.signal("ads-1", signal.SIGSTOP)
                key = fleet.world.record(debar("a1"))
                time.sleep(0.3)
                server.kill()
                fleet.signal("ads-1", signal.SIGCONT)
                time.sleep(1)
                server.start()
                certificate = fleet.world.effect(key)
                fleet.history.bans.append(("a1", boot_clock()))
                assert {gate["end"] for gate in certificate["gates"]} == {"acknowledged"}
                fleet.ban("a2")
                time.sleep(0.5)
        finally:
            history = fleet.end()
    assert history.violations() == []
    assert history.count("stale") == 0, "the lease outlives the outage"
    assert history.count("sale", "a2") > 0
