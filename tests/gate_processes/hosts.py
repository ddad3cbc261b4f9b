"""Hosts on one machine: network namespaces behind a bridge, whose links can be taken down."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, kw_only=True)
class Host:
    """One namespace and its link."""

    namespace: str
    device: str

    def link(self, state: str) -> None:
        """Take its link up or down."""
        ip("link", "set", self.device, state)


def ip(*words: str) -> None:
    """Run ip."""
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextmanager
def namespaces(count: int) -> Iterator[dict[str, Host]]:
    """Give hosts 10.211.0.2 and up, by the names of their gates; this machine is 10.211.0.1 to them."""
    tag = f"{os.getpid() % 10_000}"
    bridge = f"dbr{tag}"
    hosts: dict[str, Host] = {}
    ip("link", "add", bridge, "type", "bridge")
    try:
        ip("addr", "add", "10.211.0.1/24", "dev", bridge)
        ip("link", "set", bridge, "up")
        for number in range(2, 2 + count):
            host = Host(namespace=f"debar{tag}-{number}", device=f"dv{tag}{number}")
            hosts[f"ads-{number - 1}"] = host
            ip("netns", "add", host.namespace)
            ip("link", "add", host.device, "type", "veth", "peer", "name", "eth0", "netns", host.namespace)
            ip("link", "set", host.device, "master", bridge)
            host.link("up")
            for words in (
                ("addr", "add", f"10.211.0.{number}/24", "dev", "eth0"),
                ("link", "set", "eth0", "up"),
                ("link", "set", "lo", "up"),
            ):
                ip("-n", host.namespace, *words)
        yield hosts
    finally:
        for host in hosts.values():
            subprocess.run(["ip", "netns", "del", host.namespace], check=False, capture_output=True)
        ip("link", "del", bridge)
