"""The commands of the gate: serve its check over HTTP, build its table, guard what sells.

Law: a command that serves answers when it has stopped, and until then writes only its log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from debar.app.answer import Answer
from debar.cli.commands import debar
from debar.cli.frame import FILE, command
from debar.gate.answer import ACTIONS
from debar.gate.selling.money_gate import DIALECTS

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


@gate_group.group("table")
def table_group() -> None:
    """The table of debarred keys that the processes of a host share."""


@command(table_group, "build", example="debar gate table build debarred.table --register debar.register")
@click.argument("out", type=FILE)
@click.option("--seed", help="16 hex digits that key the hash, to build the same bytes again; else random.")
@click.option("--epoch", type=click.IntRange(0), default=0, help="Grows when another register takes over.")
def table_build(setting: Setting, out: Path, *, seed: str | None, epoch: int) -> Answer:
    """Write what stands as a table, verify it, and put it in its place in one step.

    Gates that have the older table open keep it until they go over to the new one.
    """
    from debar.app.gating.tables import build as verb

    return verb(setting, out, seed=seed, epoch=epoch)


@command(table_group, "verify", example="debar gate table verify debarred.table")
@click.argument("path", type=FILE)
def table_verify(setting: Setting, path: Path) -> Answer:
    """Check every section of a table against its digests: before it takes its place, and when in doubt."""
    from debar.app.gating.tables import verify as verb

    return verb(setting, path)


@command(
    gate_group,
    "money-gate",
    example="debar gate money-gate --dialect postgresql --table shop.charges --account-column account_id",
)
@click.option("--dialect", type=click.Choice(DIALECTS), required=True, help="The database of the table.")
@click.option("--table", required=True, help="The table of orders or charges.")
@click.option(
    "--account-column", default="account_id", show_default=True, help="Its column with the account."
)
@click.option(
    "--action",
    type=click.Choice(sorted(ACTIONS)),
    default="charge",
    show_default=True,
    help="What a new row means: buy for an order, charge for a charge.",
)
@click.option(
    "--key-column",
    "key_columns",
    type=(str, str),
    multiple=True,
    metavar="KIND COLUMN",
    help="A further column with keys of a kind, such as: domain landing_domain; may be repeated.",
)
@click.option("--surface-column", help="Its column with the surface.")
@click.option("--territory-column", help="Its column with the country.")
@click.option("--copy", "copied", is_flag=True, help="Over a copy that debar gate copy keeps; not strict.")
def money_gate(
    setting: Setting,
    /,
    *,
    key_columns: tuple[tuple[str, str], ...],
    **columns: Any,  # noqa: ANN401 - click passes what the options say
) -> Answer:
    """Print the SQL of triggers that keep rows for debarred accounts out of a table.

    Beside the register, in its own database, it is strict: no such row is committed after the debar is.
    """
    from debar.app.gating.selling import money_gate as verb

    return verb(setting, key_columns=dict(key_columns), **columns)


@command(gate_group, "copy", example="debar gate copy shop.db --fresh-seconds 60 --register debar.register")
@click.argument("into")
@click.option(
    "--fresh-seconds",
    type=click.IntRange(1, 86_400),
    default=60,
    show_default=True,
    help="How long the copy may be believed; afterwards everything is refused.",
)
def copy(setting: Setting, into: str, *, fresh_seconds: int) -> Answer:
    """Bring the copy of what stands in a shop's database to the register's revision.

    INTO is an SQLite file or postgresql://... with a money gate made with --copy. Run it every few seconds: a
    ban reaches the copy with the next run, so it is never as strict as a money gate beside the register.
    """
    from debar.app.gating.selling import copy as verb
    from debar.stores.clock import SystemClock

    return verb(setting, into, fresh_seconds=fresh_seconds, now=SystemClock().now())


@command(gate_group, "hints", example="debar gate hints --cap 50 --territory US --register debar.register")
@click.option("--cap", type=click.IntRange(1), required=True, help="How many of each list the partner takes.")
@click.option("--territory", help="The partner's country; without one, decisions limited to some are in.")
def hints(setting: Setting, *, cap: int, territory: str | None) -> Answer:
    """Print badv and bapp for a partner that filters bids on its side: a hint, not enforcement.

    The newest decisions come first; what the cap leaves out is counted.
    """
    from debar.app.gating.selling import hints as verb
    from debar.stores.clock import SystemClock

    return verb(setting, cap=cap, territory=territory, now=SystemClock().now())
