"""The commands that undo and confirm: lift, confirm, vary, review.

Law: as in :mod:`debar.cli.commands`, whose group they join.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from debar.cli.commands import debar, now
from debar.cli.frame import DAY, FILE, command
from debar.model.problem import DebarError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from debar.app.answer import Answer
    from debar.app.opening import Setting
    from debar.app.reversal.planning import Asked

DECISION = "decision-2017-10-26-1a2b3c4d5e6f"
OUT = click.option("--out", type=FILE, help="Where to write the plan.")
KEY = click.option(
    "--key", type=FILE, help="The proposer's key file; without it the plan is only to look at."
)
REASON = click.option("--reason", required=True, help="Why, for those who are told.")
APPEAL = click.option("--appeal", help="The appeal that it carries out.")


def asked_of(
    decision: str, accounts: tuple[str, ...], reason: str, key: Path | None, out: Path | None
) -> Asked:
    """Say what is asked of a decision."""
    from debar.app.reversal.planning import Asked

    return Asked(decision=decision, accounts=accounts, reason=reason, key=key, out=out, now=now())


def arguments_of(texts: tuple[str, ...]) -> dict[str, str]:
    """Read ``ACCOUNT=ARGUMENT`` texts.

    Raises:
        DebarError: DBR-A054, a text has no account or no argument.
    """
    found = {}
    for text in texts:
        account, _, argument = text.partition("=")
        if not account.strip() or not argument.strip():
            raise DebarError(
                "DBR-A054", f"{text!r} is no account with its argument", hint='--reargue A="why"'
            )
        found[account.strip()] = argument.strip()
    return found


@command(
    debar,
    "lift",
    example=f'debar lift {DECISION} acct-7 --reason "the card was resold" --key ana.key --out lift.json',
    platform=True,
)
@click.argument("decision")
@click.argument("accounts", nargs=-1, required=True)
@REASON
@click.option("--also", multiple=True, help="An account that hangs on them and is reversed too.")
@click.option("--reargue", multiple=True, help='An account that hangs on them and stays: A="why it stays".')
@click.option("--strike", multiple=True, help="A fact that is found wrong, by its id.")
@click.option("--links-stand", is_flag=True, help="The links were right; it is lifted for another reason.")
@APPEAL
@click.option("--platform", type=FILE, help="The platform's tables; by default where the plan says.")
@KEY
@OUT
def lift(  # noqa: PLR0913 - one parameter an option
    setting: Setting,
    decision: str,
    accounts: tuple[str, ...],
    *,
    reason: str,
    also: tuple[str, ...],
    reargue: tuple[str, ...],
    strike: tuple[str, ...],
    links_stand: bool,
    appeal: str | None,
    platform: Path | None,
    key: Path | None,
    out: Path | None,
) -> Answer:
    """Plan to undo a decision for some accounts, with all that hung on them; then approve and apply.

    Applying it restores everything in one transaction: gate, links, money, watch, statements, notices.
    """
    from debar.app.reversal.planning import Lift
    from debar.app.reversal.planning import lift as verb

    more = Lift(
        also=also,
        reargued=arguments_of(reargue),
        struck=strike,
        links_stand=links_stand,
        appeal=appeal,
        platform=platform,
    )
    return verb(setting, asked_of(decision, accounts, reason, key, out), more)


@command(
    debar,
    "confirm",
    example=f'debar confirm {DECISION} acct-7 --reason "it paid by the same card" --key ana.key --out c.json',
)
@click.argument("decision")
@click.argument("accounts", nargs=-1, required=True)
@REASON
@KEY
@OUT
def confirm(
    setting: Setting,
    decision: str,
    accounts: tuple[str, ...],
    *,
    reason: str,
    key: Path | None,
    out: Path | None,
) -> Answer:
    """Plan to turn interim suspensions into a ban, after the accounts were heard; then approve and apply."""
    from debar.app.reversal.planning import vary as verb

    return verb(setting, asked_of(decision, accounts, reason, key, out), until=None, appeal=None)


@command(
    debar,
    "vary",
    example=f'debar vary {DECISION} acct-7 --until 2018-01-31 --reason "enough" --key ana.key --out v.json',
)
@click.argument("decision")
@click.argument("accounts", nargs=-1, required=True)
@click.option("--until", type=DAY, required=True, help="The last day on which it holds; an earlier one.")
@REASON
@APPEAL
@KEY
@OUT
def vary(
    setting: Setting,
    decision: str,
    accounts: tuple[str, ...],
    *,
    until: datetime,
    reason: str,
    appeal: str | None,
    key: Path | None,
    out: Path | None,
) -> Answer:
    """Plan to let a decision end on an earlier day for some accounts; then approve and apply."""
    from debar.app.reversal.planning import vary as verb

    return verb(setting, asked_of(decision, accounts, reason, key, out), until=until.date(), appeal=appeal)


@command(debar, "review", example="debar review --days 7 --key eve.key")
@click.option("--days", type=click.IntRange(0, 3660), default=7, help="How far to look ahead.")
@click.option("--key", type=FILE, help="An enrolled key: lapses are recorded under it.")
def review(setting: Setting, *, days: int, key: Path | None) -> Answer:
    """What is due: suspensions to confirm, lapses to record, appeals to decide."""
    from debar.app.reversal.reviewing import review as verb

    return verb(setting, days=days, key=key, now=now())
