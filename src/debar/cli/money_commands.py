"""The commands about money: earned, books, donate, rates, and billing in other shapes.

Law: as in :mod:`debar.cli.commands`, whose group they join.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from debar.cli.commands import day_of, debar, import_group, now
from debar.cli.frame import CURRENCY, DAY, FILE, command
from debar.ledger.books import BOOKS_FORMATS
from debar.model.problem import DebarError
from debar.model.window import Window

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from debar.app.answer import Answer
    from debar.app.money.donating import Giving
    from debar.app.opening import Setting

PLATFORM_OPTION = click.option(
    "--platform", type=FILE, help="The platform's tables; by default where the plan says."
)
AS_OF_OPTION = click.option("--as-of", type=DAY, help="As it was known on this day.")
RATES_OPTION = click.option("--rates", type=FILE, help="Signed rates that the ECB does not publish.")
KEY_OPTION = click.option("--key", type=FILE, required=True, help="An enrolled key.")


class BooksGroup(click.Group):
    """A group whose first command may be left out: ``debar books plan.json`` exports."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the left-out command in."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["export", *args]
        return super().parse_args(ctx, args)


@debar.group("books", cls=BooksGroup)
def books_group() -> None:
    """Every posting of a plan's accounts, for an auditor's own tools: export them, check them."""


@debar.group("donate")
def donate_group() -> None:
    """Give away what was earned: pledge, allocate, pay, correct, undo."""


@debar.group("rates")
def rates_group() -> None:
    """Exchange rates that the ECB does not publish."""


def days_of(text: str | None) -> Window | None:
    """Read a window: two days with two points between them.

    Raises:
        DebarError: DBR-A007, it is none.
    """
    if text is None:
        return None
    start, _, end = text.partition("..")
    try:
        return Window(start=date.fromisoformat(start), end=date.fromisoformat(end))
    except ValueError:
        raise DebarError(
            "DBR-A007", f"{text!r} is no window", hint="--window 2016-01-01..2016-11-08"
        ) from None


@command(debar, "earned", example="debar earned plan.json --to GBP --as-of 2017-10-26", platform=True)
@click.argument("plan_file", type=FILE)
@click.option("--to", "currency", type=CURRENCY, default="USD", help="Currency of the totals.")
@AS_OF_OPTION
@click.option("--window", help="Only these service days: 2016-01-01..2016-11-08.")
@click.option("--policy-cut-off", is_flag=True, help="Convert all at one day's rate, not each service day's.")
@click.option("--cut-off", type=DAY, help="That day; by default the day from which the decision holds.")
@click.option(
    "--by", type=click.Choice(["account", "currency", "year", "market"]), help="Only this table, whole."
)
@click.option("--after", help="Only what was earned after this day or instant, or after the word ban.")
@RATES_OPTION
@PLATFORM_OPTION
def earned(  # noqa: PLR0913 - the options of one verb, all by name
    setting: Setting,
    plan_file: Path,
    currency: str,
    *,
    as_of: datetime | None,
    window: str | None,
    policy_cut_off: bool,
    cut_off: datetime | None,
    by: str | None,
    after: str | None,
    rates: Path | None,
    platform: Path | None,
) -> Answer:
    """Delivered, earned and kept by the accounts of a plan: low, likely, high."""
    from debar.app.money.earning import Asked
    from debar.app.money.earning import earned as verb
    from debar.app.money.earning_after import report_after

    if after is not None:
        return report_after(setting, plan_file, after=after, as_of=day_of(as_of), platform=platform)
    asked = Asked(
        currency=currency,
        as_of=day_of(as_of),
        window=days_of(window),
        at_cut_off=policy_cut_off,
        cut_off=day_of(cut_off),
        by=by,
        rates=rates,
    )
    return verb(setting, plan_file, asked, platform=platform, now=now())


@command(
    books_group,
    "export",
    example="debar books export plan.json --format hledger --out books.journal",
    platform=True,
)
@click.argument("plan_file", type=FILE)
@click.option("--format", "form", type=click.Choice(BOOKS_FORMATS), default="hledger", help="Whose format.")
@AS_OF_OPTION
@RATES_OPTION
@PLATFORM_OPTION
@click.option("--out", type=FILE, help="Where to write; by default to the terminal.")
def books(
    setting: Setting,
    plan_file: Path,
    form: str,
    *,
    as_of: datetime | None,
    rates: Path | None,
    platform: Path | None,
    out: Path | None,
) -> Answer:
    """Write every posting of a plan's accounts; the word export may be left out."""
    from debar.app.money.earning import Asked
    from debar.app.money.earning import books as verb

    asked = Asked(as_of=day_of(as_of), rates=rates)
    return verb(setting, plan_file, asked, form=form, platform=platform, out=out)


@command(books_group, "check", example="debar books check books.journal --report earned.json")
@click.argument("file", type=FILE)
@click.option("--report", type=FILE, help="What debar earned --json said; its sums must be the book's.")
def books_check(_setting: Setting, file: Path, report: Path | None) -> Answer:
    """Work a book's sums out again from its text alone; exit 1 when anything disagrees."""
    from debar.app.money.earning import books_check as verb

    return verb(file, report=report)


def giving(setting: Setting, decision: str, key: Path) -> Giving:
    """Say who takes a donation's step."""
    from debar.app.money.donating import Giving

    return Giving(setting=setting, decision=decision, key=key, now=now())


DECISION = "decision-2017-10-26-1a2b3c4d"


@command(
    donate_group,
    "pledge",
    example=f'debar donate pledge {DECISION} --purpose "election research" --recipients recipients.toml'
    " --key ana.key",
)
@click.argument("decision")
@click.option("--purpose", required=True, help="What the money is for.")
@click.option("--recipients", type=FILE, help="recipients.toml: names, purposes, conflicts, shares.")
@KEY_OPTION
def donate_pledge(
    setting: Setting, decision: str, *, purpose: str, recipients: Path | None, key: Path
) -> Answer:
    """Promise what was earned for a purpose, and divide it where recipients are named."""
    from debar.app.money.donating import donate_pledge as verb

    return verb(giving(setting, decision, key), purpose=purpose, recipients=recipients)


@command(
    donate_group,
    "allocate",
    example=f"debar donate allocate {DECISION} --recipients recipients.toml --key ana.key",
)
@click.argument("decision")
@click.option(
    "--recipients", type=FILE, required=True, help="recipients.toml: names, purposes, conflicts, shares."
)
@click.option("--amount", help="How much of what is unallocated; by default all.")
@KEY_OPTION
def donate_allocate(
    setting: Setting, decision: str, *, recipients: Path, amount: str | None, key: Path
) -> Answer:
    """Divide what is unallocated among recipients that work for the purpose."""
    from debar.app.money.donating import donate_allocate as verb

    return verb(giving(setting, decision, key), recipients=recipients, amount=amount)


@command(
    donate_group,
    "disburse",
    example=f'debar donate disburse {DECISION} --recipient "Open Lab" --amount 1881.40'
    " --receipt receipt.pdf --key ana.key",
)
@click.argument("decision")
@click.option("--recipient", required=True, help="Who was paid.")
@click.option("--amount", required=True, help="How much, in the donation's currency.")
@click.option("--receipt", type=FILE, required=True, help="The recipient's receipt; its digest is recorded.")
@click.option("--reason", default="paid", help="What the payment was for.")
@KEY_OPTION
def donate_disburse(
    setting: Setting, decision: str, *, recipient: str, amount: str, receipt: Path, reason: str, key: Path
) -> Answer:
    """Record a payment with its receipt; what was paid is never taken back."""
    from debar.app.money.donating import donate_disburse as verb

    who = giving(setting, decision, key)
    return verb(who, recipient=recipient, amount=amount, receipt=receipt, reason=reason)


@command(
    donate_group,
    "true-up",
    example=f'debar donate true-up {DECISION} --reason "refunds booked since" --key ana.key',
    platform=True,
)
@click.argument("decision")
@click.option("--reason", required=True, help="Why the figure moved.")
@AS_OF_OPTION
@RATES_OPTION
@PLATFORM_OPTION
@KEY_OPTION
def donate_true_up(
    setting: Setting,
    decision: str,
    *,
    reason: str,
    as_of: datetime | None,
    rates: Path | None,
    platform: Path | None,
    key: Path,
) -> Answer:
    """Correct the promise to what is known now: a rise is added, a fall takes only what is unpaid."""
    from debar.app.money.donating import donate_true_up as verb
    from debar.app.money.rates_added import rates_of

    chosen = rates_of(setting, rates)
    who = giving(setting, decision, key)
    return verb(who, reason=reason, as_of=day_of(as_of), platform=platform, rates=chosen)


@command(
    donate_group, "reverse", example=f'debar donate reverse {DECISION} --reason "appeal upheld" --key ana.key'
)
@click.argument("decision")
@click.option("--reason", required=True, help="Why the promise is undone.")
@KEY_OPTION
def donate_reverse(setting: Setting, decision: str, *, reason: str, key: Path) -> Answer:
    """Void what is unpaid, because the ban was undone; what was paid is a gift."""
    from debar.app.money.donating import donate_reverse as verb

    return verb(giving(setting, decision, key), reason=reason)


@command(donate_group, "show", example=f"debar donate show {DECISION}")
@click.argument("decision")
def donate_show(setting: Setting, decision: str) -> Answer:
    """What is promised, to whom, what is paid, and every step."""
    from debar.app.money.donating import donate_show as verb

    return verb(setting, decision)


@command(
    rates_group,
    "add",
    example="debar rates add rates.csv --currency RUB --day 2022-03-03 --per-euro 117.2"
    ' --source "Bank of Russia" --key ana.key',
)
@click.argument("file", type=FILE)
@click.option("--currency", required=True, help="Three letters of ISO 4217.")
@click.option("--day", type=DAY, required=True, help="The day for which it was published.")
@click.option("--per-euro", required=True, help="Units for one euro, as the source prints them.")
@click.option("--source", required=True, help="Where it was published.")
@KEY_OPTION
def rates_add(
    setting: Setting, file: Path, *, currency: str, day: datetime, per_euro: str, source: str, key: Path
) -> Answer:
    """Sign a rate and add it to a file for --rates."""
    from debar.app.money.rates_added import add_rate

    return add_rate(
        setting, file, currency=currency, day=day.date(), per_euro=per_euro, source=source, key=key
    )


def _import_command(shape: str, words: str) -> Any:  # noqa: ANN401 - click's own command type
    @click.argument("source", type=FILE)
    @click.argument("out", type=FILE)
    def run(_setting: Setting, source: Path, out: Path) -> Answer:
        from debar.app.money.billing_import import import_billing

        return import_billing(shape, source, out)

    run.__doc__ = words
    return command(import_group, shape, example=f"debar import {shape} responses platform")(run)


_import_command(
    "google-invoices",
    "Google Ads invoices, with credit memos and rebilling, as a platform folder with billing.",
)
_import_command(
    "x-funding",
    "X funding instruments and what was billed on them by the day, as a platform folder with billing.",
)
