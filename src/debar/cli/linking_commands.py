"""The commands about links and what they are worth: links, review-sample, handovers, backtest.

Law: as in :mod:`debar.cli.commands`, whose group they join.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from debar.app.opening import open_platform
from debar.cli.commands import day_of, debar
from debar.cli.frame import DAY, FILE, command

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from debar.app.answer import Answer
    from debar.app.opening import Setting


@command(debar, "links", example="debar links october-2017/world --out links.parquet", platform=True)
@click.argument("platform", type=FILE)
@click.option("--out", type=FILE, required=True, help="The Parquet file to write.")
@click.option("--at-least", type=click.FloatRange(0, 1), default=0.0, help="Least p_owner to write.")
@click.option("--keep", type=FILE, help="Keep the counts in this folder; next time count what changed.")
@click.option("--labels", type=FILE, help="Reviewed pairs (CSV or Parquet): calibrate on them.")
@click.option("--freeze", type=FILE, help="Write the calibration here, for debar plan --calibration.")
@click.option("--calibration", type=FILE, help="Weigh with what an earlier --labels froze.")
@click.option("--html", type=FILE, help="Write the reliability page here.")
@click.option("--explain-model", is_flag=True, help="Print the tables that the pairs were weighed with.")
@click.option(
    "--engine", type=click.Choice(("duckdb", "spark")), default="duckdb", help="Where to count and weigh."
)
@click.option(
    "--master", help="Spark's master, such as local[2]; else what spark-submit or SPARK_REMOTE says."
)
@click.option(
    "--shared", type=FILE, help="A folder that Spark's workers see too, for the tables on their way."
)
def links(  # noqa: PLR0913 - one parameter an option
    setting: Setting,
    platform: Path,
    *,
    out: Path,
    at_least: float,
    keep: Path | None,
    labels: Path | None,
    freeze: Path | None,
    calibration: Path | None,
    html: Path | None,
    explain_model: bool,
    engine: str,
    master: str | None,
    shared: Path | None,
) -> Answer:
    """Score every pair of accounts that share something; one row a pair, with reasons.

    With --labels, or with judgements enough, the scores are calibrated on reviewed pairs, and what that is
    worth is told. Without, they are uncalibrated, and the legal ids are held out to see whether they bear
    the rest out.

    With --keep, only accounts whose rows changed since the last run are counted again; the answer is that of
    a full run under the weights of the first. With --engine spark, counting and weighing run on Spark
    (docs/spark.md); --out is then a folder.
    """
    from debar.app.assuring.calibrating import links as verb

    setting = replace(setting, calibration_file=calibration)
    least = round(at_least * 1_000_000)
    if engine == "spark":
        alone = {"--keep": keep, "--labels": labels, "--freeze": freeze, "--html": html}
        given = [option for option, value in alone.items() if value is not None]
        if given or explain_model:
            raise click.UsageError(f"{', '.join(given) or '--explain-model'} does not go with --engine spark")
        from debar.app.assuring.on_spark import links_on_spark

        return links_on_spark(
            open_platform(platform, setting), out, at_least=least, master=master, shared=shared
        )
    if master is not None or shared is not None:
        raise click.UsageError("--master and --shared go with --engine spark")
    return verb(
        open_platform(platform, setting),
        out,
        at_least=least,
        keep=keep,
        labels=labels,
        freeze=freeze,
        html=html,
        explain_model=explain_model,
    )


@command(
    debar, "review-sample", example="debar review-sample october-2017/world --out sample.csv", platform=True
)
@click.argument("platform", type=FILE)
@click.option("--out", type=FILE, required=True, help="The CSV file to write.")
@click.option("--size", type=click.IntRange(1, 100_000), default=200, help="How many pairs.")
@click.option("--seed-text", default="", help="Another text draws other pairs.")
@click.option("--blind/--open", default=True, help="Leave the score out of the file, or show it.")
def review_sample(
    setting: Setting, platform: Path, *, out: Path, size: int, seed_text: str, blind: bool
) -> Answer:
    """Draw the pairs worth labelling: by lot, from every band, most from where bans come from."""
    from debar.app.assuring.sampling import review_sample as verb

    return verb(open_platform(platform, setting), out, size=size, seed_text=seed_text, blind=blind)


@command(debar, "handovers", example="debar handovers october-2017/world", platform=True)
@click.argument("platform", type=FILE)
@click.option("--on", "seen_on", type=DAY, help="Day of the export.")
@click.option("--earlier", type=FILE, help="An earlier export of the same platform: what did it call them?")
@click.option("--earlier-on", type=DAY, help="Day of the earlier export.")
@click.option("--registry", type=FILE, help="legal_id and name: whose the ids are, by a public register.")
def handovers(
    setting: Setting,
    platform: Path,
    *,
    seen_on: datetime | None,
    earlier: Path | None,
    earlier_on: datetime | None,
    registry: Path | None,
) -> Answer:
    """Accounts that changed hands, each with its day and why; what is unclear beside them.

    Such an account is judged as one account a holder: guilt travels to neither from the other.
    """
    from debar.app.assuring.handing_over import handovers as verb

    return verb(
        open_platform(platform, setting),
        seen_on=day_of(seen_on),
        earlier=None if earlier is None else open_platform(earlier, setting),
        earlier_seen_on=day_of(earlier_on),
        registry=registry,
    )


@command(
    debar, "backtest", example="debar backtest export --bans bans.csv --overturned won.csv", platform=True
)
@click.argument("platform", type=FILE)
@click.option("--bans", type=FILE, required=True, help="decision, named, account_id and, if known, day.")
@click.option("--overturned", type=FILE, help="decision, account_id: those lifted on appeal.")
@click.option("--day-step", type=click.IntRange(1, 366), default=1, help="Link once for so many days.")
@click.option("--html", type=FILE, help="Write a page too.")
def backtest(
    setting: Setting, platform: Path, *, bans: Path, overturned: Path | None, day_step: int, html: Path | None
) -> Answer:
    """Your own past linked bans: which the model would repeat, ask about or spare.

    Each ban is tried on what was known on its day, without any reviewer's word: a ban is no evidence for
    itself.
    """
    from debar.app.assuring.backtesting import backtest as verb

    return verb(
        open_platform(platform, setting),
        bans,
        overturned_file=overturned,
        day_step=day_step,
        html=html,
        say=setting.say,
    )
