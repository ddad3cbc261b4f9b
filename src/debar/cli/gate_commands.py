"""The commands of the gate: serve its check over HTTP, build its table, guard what sells.

Law: a command that serves answers when it has stopped, and until then writes only its log.
"""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Any

import click

from debar.app.answer import Answer
from debar.cli.commands import debar, now
from debar.cli.frame import FILE, command
from debar.gate.answer import ACTIONS
from debar.gate.selling.money_gate import DIALECTS

if TYPE_CHECKING:
    from pathlib import Path

    from debar.app.opening import Setting


@debar.group("gate")
def gate_group() -> None:
    """The gate: may this account buy, create, serve, be charged for ads?"""


@command(
    gate_group,
    "serve",
    example="debar gate serve --listen 127.0.0.1:8470 --register debar.register",
    platform=True,
)
@click.option("--listen", default="127.0.0.1:8470", show_default=True, help="HOST:PORT; port 0 for any.")
@click.option("--checks-only", is_flag=True, help="Answer checks from the register and take in no gates.")
@click.option("--upstream", help="Be a relay of the register or relay at this http(s)://HOST:PORT.")
@click.option("--name", help="With --upstream: this relay's name, as its token has it.")
@click.option("--token-file", type=FILE, help="With --upstream: the file that holds this relay's token.")
@click.option(
    "--gate-tokens", type=FILE, help="With --upstream: lines of NAME TOKEN, of the gates behind it."
)
@click.option("--upstream-ca", type=FILE, help="With --upstream: PEM file of who may vouch for it.")
@click.option("--tls-certificate", type=FILE, help="PEM file of the server's certificate chain.")
@click.option("--tls-key", type=FILE, help="PEM file of its private key.")
@click.option("--tls-callers", type=FILE, help="PEM file of authorities: callers must show a certificate.")
@click.option("--shadow-log", type=FILE, help="Allow everybody; record here what would have been denied.")
@click.option(
    "--cache-seconds",
    type=click.FloatRange(0, 86_400),
    default=0.0,
    help="With --checks-only: how long a proxy may keep a yes; a ban reaches it that much later.",
)
def gate_serve(setting: Setting, /, **options: Any) -> Answer:  # noqa: ANN401 - click passes what the options say
    """Answer checks over HTTP and serve gates on other hosts.

    Answers GET /v1/check/ACTION with the header x-debar-account, GET /v1/accounts/ACCOUNT/ACTION, /health and
    /metrics until it is stopped; its log is one JSON object a line on standard error. Without --checks-only
    or --upstream, it is the one process that puts the register's decisions into force at its gates.
    """
    from debar.service.started import Options, start

    start(setting, Options(**options))
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


@command(gate_group, "token", example="debar gate token ads-7 --register debar.register")
@click.argument("name")
@click.option("--relay", is_flag=True, help="For a relay, which speaks for the gates behind it.")
def gate_token(setting: Setting, name: str, *, relay: bool) -> Answer:
    """Make the token with which a gate joins; it is shown once."""
    from debar.app.gates.administering import make_token

    return make_token(setting, name, kind="relay" if relay else "gate")


@command(gate_group, "status", example="debar gate status --register debar.register")
def gate_status(setting: Setting) -> Answer:
    """Every gate: mode, revision, lease, lag, last seen; and what waits for whom."""
    from debar.app.gates.administering import status

    return status(setting, now=now())


@command(gate_group, "fence", example='debar gate fence ads-7 --reason "host is powered off"')
@click.argument("gate")
@click.option("--reason", required=True, help="Why it surely does not sell; the certificate repeats it.")
@click.option("--by", default=getpass.getuser, show_default="your login", help="Who says so.")
def gate_fence(setting: Setting, gate: str, *, reason: str, by: str) -> Answer:
    """Take your word that a gate does not sell any more: decisions do not wait for it."""
    from debar.app.gates.administering import fence

    return fence(setting, gate, by=by, reason=reason, now=now())


@command(gate_group, "shadow-report", example="debar gate shadow-report shadow.jsonl")
@click.argument("files", type=FILE, nargs=-1, required=True)
def gate_shadow_report(_setting: Setting, files: tuple[Path, ...]) -> Answer:
    """What gates in shadow would have denied: accounts, times, revenue."""
    from debar.app.gates.shadowing import shadow_report

    return shadow_report(files)
