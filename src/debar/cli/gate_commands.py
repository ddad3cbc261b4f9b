"""The commands of the gate: serve its check over HTTP.

Law: a command that serves answers when it has stopped, and until then writes only its log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from debar.app.answer import Answer
from debar.cli.commands import debar
from debar.cli.frame import FILE, command

if TYPE_CHECKING:
    from pathlib import Path

    from debar.app.opening import Setting


@debar.group("gate")
def gate_group() -> None:
    """The gate: may this account buy, create, serve, be charged for ads?"""


@command(gate_group, "serve", example="debar gate serve --listen 127.0.0.1:8470 --register debar.register")
@click.option("--listen", default="127.0.0.1:8470", show_default=True, help="HOST:PORT; port 0 for any.")
@click.option("--tls-certificate", type=FILE, help="PEM file of the server's certificate chain.")
@click.option("--tls-key", type=FILE, help="PEM file of its private key.")
@click.option("--tls-callers", type=FILE, help="PEM file of authorities: callers must show a certificate.")
@click.option(
    "--cache-seconds",
    type=click.FloatRange(0, 86_400),
    default=0.0,
    help="How long a proxy may keep a yes; a ban reaches it that much later. 0: not at all.",
)
def gate_serve(
    setting: Setting,
    *,
    listen: str,
    tls_certificate: Path | None,
    tls_key: Path | None,
    tls_callers: Path | None,
    cache_seconds: float,
) -> Answer:
    """Answer checks over HTTP, for nginx auth_request, Envoy ext_authz and anybody.

    Answers GET /v1/check/ACTION with the header x-debar-account, GET /v1/accounts/ACCOUNT/ACTION, /health and
    /metrics until it is stopped; its log is one JSON object a line on standard error.
    """
    from debar.service.direct import direct_application
    from debar.service.logs import Log
    from debar.service.serving import Listen, serve
    from debar.stores.clock import SystemClock

    clock = SystemClock()
    address = Listen.parse(listen, certificate=tls_certificate, key=tls_key, callers=tls_callers)
    application = direct_application(setting.register_address(), clock, cache_seconds=cache_seconds)
    serve(application, address, Log(clock))
    return Answer(document={"stopped": True}, text="stopped")
