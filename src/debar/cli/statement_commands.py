"""The commands that state reasons and count decisions: statement, report.

Law: as in :mod:`debar.cli.commands`, whose group they join.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from debar.cli.commands import debar
from debar.cli.frame import FILE, command
from debar.model.problem import EXIT_USAGE, DebarError

if TYPE_CHECKING:
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
