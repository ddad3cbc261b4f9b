"""What ``debar console`` starts.

Law: the rim. Port, clock and files are opened here and handed to the rest; on loopback by default.
"""

from __future__ import annotations

import ipaddress
import logging
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import uvicorn

from debar.console.case.document import ARTEFACTS as CASE
from debar.console.desk.desk import open_desk
from debar.console.money.kept import ARTEFACTS as MONEY
from debar.console.screens.all import SCREENS
from debar.console.web.application import Console
from debar.console.web.security import Doors
from debar.model.problem import EXIT_REFUSED, DebarError
from debar.stores.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from debar.app.opening import Opened, Setting
    from debar.model.ports import Clock
    from debar.plans.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of ``debar console``, each as its help says."""

    folder: Path
    platform: Path | None
    listen: str
    public_address: str | None = None
    tls_certificate: Path | None = None
    tls_key: Path | None = None


ARTEFACTS: Final[Mapping[str, Callable[[Opened, Plan, str | None], str]]] = {**CASE, **MONEY}
"""Kept with each version: name to what makes it of the platform, the plan and the former version's."""


class _Server(uvicorn.Server):
    """A server that says where it listens."""

    async def startup(self, sockets: Any = None) -> None:  # noqa: ANN401 - uvicorn's signature
        await super().startup(sockets=sockets)
        host, port, *_ = self.servers[0].sockets[0].getsockname()
        scheme = "https" if self.config.is_ssl else "http"
        shown = f"[{host}]" if ":" in host else host
        sys.stderr.write(f"console at {scheme}://{shown}:{port}/\n")
        sys.stderr.flush()


def start(setting: Setting, options: Options, *, clock: Clock | None = None) -> None:
    """Serve until a signal says stop.

    Raises:
        DebarError: DBR-K030, the address is no address; DBR-K031, it is not loopback and nothing says how
            browsers reach it safely; DBR-K032, it cannot be listened on.
    """
    host, port = _address(options.listen)
    doors = doors_of(host, port, options)
    setting.register_address()
    desk = open_desk(
        options.folder,
        setting,
        platform=options.platform,
        clock=clock or SystemClock(),
        artefacts=ARTEFACTS,
    )
    console = Console(desk=desk, screens=SCREENS, doors=doors)
    desk.jobs.start()
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    config = uvicorn.Config(
        console.application(),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        ws="none",
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        ssl_certfile=options.tls_certificate,
        ssl_keyfile=options.tls_key,
    )
    try:
        _Server(config).run()
    except (SystemExit, OSError) as error:  # uvicorn exits where it cannot bind
        raise DebarError(
            "DBR-K032",
            f"the console cannot listen on {host}, port {port}",
            details=(str(error),) if isinstance(error, OSError) else (),
            hint="see whether the port is taken, and whether the TLS files are a chain and its key in PEM",
            exit_code=EXIT_REFUSED,
        ) from None
    finally:
        desk.jobs.stop()


def doors_of(host: str, port: int, options: Options) -> Doors:
    """Tell under which names browsers may ask, and whether they come by HTTPS.

    Raises:
        DebarError: DBR-K031.
    """
    tls = options.tls_certificate is not None
    if options.public_address is not None:
        parts = urlsplit(options.public_address)
        if parts.scheme not in ("https", "http") or not parts.netloc:
            raise DebarError("DBR-K030", "the public address is none", hint="https://console.example.org")
        if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
            raise _unsafe("a public address that begins with http:// would send passwords in the clear")
        return Doors(hosts=frozenset({parts.netloc.lower()}), secure=parts.scheme == "https")
    if not _is_loopback(host):
        raise _unsafe(f"{host} can be reached from other machines")
    names = ("localhost", "127.0.0.1", "[::1]")
    usual = 443 if tls else 80
    hosts = {f"{name}:{port}" for name in names} | ({*names} if port == usual else set())
    return Doors(hosts=frozenset(hosts), secure=tls)


def _unsafe(what: str) -> DebarError:
    return DebarError(
        "DBR-K031",
        what,
        hint="say how browsers reach it: --public-address https://... with TLS here"
        " (--tls-certificate, --tls-key) or at a proxy before it",
        exit_code=EXIT_REFUSED,
    )


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise DebarError(
            "DBR-K030", f"{text!r} is no address to listen on", hint="HOST:PORT, such as 127.0.0.1:8480"
        )
    return host.strip("[]"), int(port)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
