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
from typing import TYPE_CHECKING, Any, Final, Protocol

import uvicorn

from debar.model.problem import EXIT_REFUSED, DebarError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from debar.service.application import Application
    from debar.service.logs import Log

STOP_SECONDS: Final = 5
"""How long a begun answer may take after the order to stop."""


_LOGGERS: Final = ("uvicorn.error", "uvicorn.asgi", "asyncio")


class Background(Protocol):
    """What lives beside the HTTP server in its event loop."""

    async def start(self) -> None:
        """Begin, once the port is open."""
        ...

    async def stop(self) -> None:
        """End, before connections are closed."""
        ...


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

    def __init__(self, config: uvicorn.Config, log: Log, background: Background | None) -> None:
        super().__init__(config)
        self._log = log
        self._background = background

    async def startup(self, sockets: Any = None) -> None:  # noqa: ANN401 - uvicorn's signature
        await super().startup(sockets=sockets)
        if self._background is not None:
            await self._background.start()
        host, port, *_ = self.servers[0].sockets[0].getsockname()
        self._log.write("listening", host=host, port=port, tls=self.config.is_ssl)

    async def shutdown(self, sockets: Any = None) -> None:  # noqa: ANN401 - uvicorn's signature
        if self._background is not None:
            await self._background.stop()
        await super().shutdown(sockets=sockets)

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
    http: type[asyncio.Protocol] | None = None,
    background: Background | None = None,
) -> None:
    """Answer until a signal says stop.

    Args:
        application: Answers the requests.
        listen: Where.
        log: Told of the start, the stop and the server's warnings.
        http: What speaks on a connection; HTTP alone by default.
        background: Started and stopped with the server.

    Raises:
        DebarError: DBR-V003, the address cannot be listened on, or a TLS file does not fit.
    """
    for name in _LOGGERS:
        logging.getLogger(name).addHandler(log)
        logging.getLogger(name).propagate = False
    try:
        _Server(_config(application, listen, http), log, background).run()
    except (SystemExit, OSError) as error:  # uvicorn exits where it cannot bind
        raise DebarError(
            "DBR-V003",
            f"the service cannot listen on {listen.host}, port {listen.port}",
            details=(str(error),) if isinstance(error, OSError) else (),
            hint="see whether the port is taken, and whether the TLS files are a chain and its key in PEM",
            exit_code=EXIT_REFUSED,
        ) from None
    finally:
        for name in _LOGGERS:
            logging.getLogger(name).removeHandler(log)
    log.write("stopped")


def _config(application: Application, listen: Listen, http: type[asyncio.Protocol] | None) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        host=listen.host,
        port=listen.port,
        http="httptools" if http is None else http,
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
