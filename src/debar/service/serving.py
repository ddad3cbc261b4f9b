"""Run the application: one process, one port, until it is told to stop.

Law: on SIGTERM or SIGINT nothing new is accepted, what was begun is answered, and the process ends with 0.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import uvicorn

from debar.model.problem import EXIT_REFUSED, DebarError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from debar.service.application import Application
    from debar.service.logs import Log

STOP_SECONDS: Final = 5
"""How long a begun answer may take after the order to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Where to listen, and how a caller knows us and we a caller.

    Args:
        host: Address.
        port: 0 for any that is free.
        certificate: PEM file of the server's chain; None for plain HTTP.
        key: PEM file of its private key.
        callers: PEM file of authorities; whoever connects must then show a certificate of one of them.
    """

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None
    callers: Path | None = None

    @classmethod
    def parse(cls, text: str, **files: Path | None) -> Listen:
        """Read ``HOST:PORT`` or ``[HOST]:PORT``.

        Raises:
            DebarError: DBR-V002, it is neither.
        """
        host, colon, port = text.rpartition(":")
        if not colon or not host or not port.isdigit() or int(port) > 65535:
            raise DebarError(
                "DBR-V002", f"{text!r} is no address to listen on", hint="HOST:PORT, such as 127.0.0.1:8470"
            )
        return cls(host=host.strip("[]"), port=int(port), **files)


class _Server(uvicorn.Server):
    """A server that tells where it listens, and ends without repeating the signal that stopped it."""

    def __init__(self, config: uvicorn.Config, log: Log) -> None:
        super().__init__(config)
        self._log = log

    async def startup(self, sockets: Any = None) -> None:  # noqa: ANN401 - uvicorn's signature
        await super().startup(sockets=sockets)
        host, port, *_ = self.servers[0].sockets[0].getsockname()
        self._log.write("listening", host=host, port=port, tls=self.config.is_ssl)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def serve(
    application: Application,
    listen: Listen,
    log: Log,
    *,
    http: type[asyncio.Protocol] | Literal["httptools"] = "httptools",
) -> None:
    """Answer until a signal says stop.

    Args:
        application: Answers the requests.
        listen: Where.
        log: Told of the start, the stop and the server's warnings.
        http: What speaks HTTP on a connection.

    Raises:
        DebarError: DBR-V003, the address cannot be listened on, or a TLS file does not fit.
    """
    for name in ("uvicorn.error", "uvicorn.asgi"):
        logging.getLogger(name).addHandler(log)
        logging.getLogger(name).propagate = False
    config = uvicorn.Config(
        application,
        host=listen.host,
        port=listen.port,
        http=http,
        loop="uvloop",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=STOP_SECONDS,
        ssl_certfile=listen.certificate,
        ssl_keyfile=listen.key,
        ssl_ca_certs=None if listen.callers is None else str(listen.callers),
        ssl_cert_reqs=ssl.CERT_NONE if listen.callers is None else ssl.CERT_REQUIRED,
    )
    try:
        _Server(config, log).run()
    except (SystemExit, OSError) as error:  # uvicorn exits where it cannot bind
        raise DebarError(
            "DBR-V003",
            f"the service cannot listen on {listen.host}, port {listen.port}",
            details=(str(error),) if isinstance(error, OSError) else (),
            hint="see whether the port is taken, and whether the TLS files are a chain and its key in PEM",
            exit_code=EXIT_REFUSED,
        ) from None
    finally:
        for name in ("uvicorn.error", "uvicorn.asgi"):
            logging.getLogger(name).removeHandler(log)
    log.write("stopped")
