"""The commands that state reasons and count decisions: statement, report.

Law: as in :mod:`debar.cli.commands`, whose group they join.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from debar.cli.commands import debar, window_of
from debar.cli.frame import DAY, FILE, command
from debar.model.problem import EXIT_USAGE, DebarError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from debar.app.answer import Answer
    from debar.app.opening import Setting

FORMS = click.Choice(["text", "html", "markdown", "json", "dsa"])
LANGUAGE_OPTION = click.option(
    "--language", type=click.Choice(["en", "de"]), default="en", help="English or German."
)


@command(
    debar, "statement", example="debar statement decision-2017-10-26-1a2b3c4d --format html --out statements"
)
@click.argument("decision")
@click.option(
    "--format", "form", type=FORMS, default="text", help="How to write it; dsa: for the EU's database."
)
@click.option("--account", help="Only the statement to this account; by default the public post.")
@LANGUAGE_OPTION
@click.option("--dsa", "terms", type=FILE, help="Category and other terms of the EU's database: TOML.")
@click.option("--out", type=FILE, help="A folder for the post and every statement; with dsa, a file.")
def statement(
    setting: Setting,
    decision: str,
    *,
    form: str,
    account: str | None,
    language: str,
    terms: Path | None,
    out: Path | None,
) -> Answer:
    """The statement of reasons of a decision: for the public, or for one account.

    With --format dsa and an account: its form for the EU's DSA Transparency Database. Without an account:
    the bodies of the calls that submit all, a hundred statements in each, one JSON object a line.
    """
    if form == "dsa":
        from debar.app.stating.database import database_form

        return database_form(setting, decision, language=language, account=account, terms_file=terms, out=out)
    if terms is not None:
        raise DebarError(
            "DBR-A062",
            "--dsa goes with --format dsa only",
            hint="no other form uses the terms of the EU's database",
            exit_code=EXIT_USAGE,
        )
    from debar.app.stating.statements import statement as verb

    return verb(setting, decision, form=form, language=language, account=account, out=out)


@command(debar, "report", example="debar report --from 2017-01-01 --to 2017-12-31 --out transparency")
@click.option("--from", "start", type=DAY, required=True, help="First day, UTC.")
@click.option("--to", "end", type=DAY, required=True, help="Last day, UTC.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "html", "csv", "json"]),
    default="text",
    help="How to write it.",
)
@LANGUAGE_OPTION
@click.option("--platform-name", default="", help="Who reports, for people.")
@click.option("--out", type=FILE, help="A folder for the pages in both languages, the CSV and the JSON.")
def report(
    setting: Setting,
    start: datetime,
    end: datetime,
    *,
    form: str,
    language: str,
    platform_name: str,
    out: Path | None,
) -> Answer:
    """The transparency report of a period: decisions, appeals, reversals, probabilities, times, money.

    Counted from the register alone, each share beside what it is a share of.
    """
    from debar.app.stating.report import report as verb

    window = window_of(start, end)
    assert window is not None, "both ends are required options"
    return verb(setting, window, form=form, language=language, platform=platform_name, out=out)
