"""The commands.

Law: one command a verb; its help says what it does, with an example that works.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

import debar as package
from debar.app.opening import Setting, open_platform
from debar.cli.frame import CURRENCY, DAY, FILE, RATE, command
from debar.model.problem import DebarError
from debar.model.window import Window
from debar.stores.clock import SystemClock

if TYPE_CHECKING:
    from datetime import date, datetime

    from debar.app.answer import Answer


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package.__version__, prog_name="debar")
def debar() -> None:
    """Ban a named advertiser and every account behind it: with evidence, at once, and reversibly.

    Plan before apply: nothing happens to anyone until a person has seen who is touched, why, what it costs,
    and what speaks for them.
    """


@debar.group("import")
def import_group() -> None:
    """Make a platform folder of a public archive."""


@debar.group("register")
def register_group() -> None:
    """The register: the one append-only log of all decisions."""


@debar.group("key")
def key_group() -> None:
    """Signing keys."""


def now() -> datetime:
    """Read the clock: here is the rim."""
    return SystemClock().now()


def window_of(start: datetime | None, end: datetime | None) -> Window | None:
    """Make a window of two options, both or none."""
    if start is None and end is None:
        return None
    if start is None or end is None or end < start:
        raise DebarError(
            "DBR-A007", "a window needs --from and --to, in order", hint="--from 2015-06-01 --to 2016-11-08"
        )
    return Window(start=start.date(), end=end.date())


def day_of(option: datetime | None) -> date | None:
    """Return the day of an option."""
    return None if option is None else option.date()


@command(debar, "demo", example="debar demo october-2017")
@click.argument("folder", type=FILE, default=Path("october-2017"))
@click.option(
    "--ira", type=FILE, help="The Internet Research Agency's ads (ira_ads.csv or its folder): a second act."
)
def demo(setting: Setting, folder: Path, ira: Path | None) -> Answer:
    """October 2017, end to end, offline, in under half a minute.

    Makes an invented world in FOLDER, bans RT and Sputnik from advertising in it, and leaves the plan, the
    statements, the books, the record and brief.html to open.
    """
    from debar.app.demo.october import play

    return play(folder, ira=ira, say=click.echo if setting.progress else (lambda _: None))


@command(debar, "read", example="debar read october-2017/world", platform=True)
@click.argument("platform", type=FILE)
@click.option("--strict", is_flag=True, help="Exit 3 when there is any problem.")
def read(setting: Setting, platform: Path, *, strict: bool) -> Answer:
    """Check an export: tables, counts, problems."""
    from debar.app.finding import read as verb

    return verb(open_platform(platform, setting), strict=strict)


@command(debar, "why", example="debar why october-2017/world rt-main rt-uk", platform=True)
@click.argument("platform", type=FILE)
@click.argument("account_a")
@click.argument("account_b")
@click.option("--calibration", type=FILE, help="Weigh with what debar links --labels froze.")
def why(
    setting: Setting, platform: Path, account_a: str, account_b: str, *, calibration: Path | None
) -> Answer:
    """Why two accounts are linked, or are not."""
    from debar.app.finding import why_linked

    opened = open_platform(platform, replace(setting, calibration_file=calibration))
    return why_linked(opened, account_a, account_b)


@command(debar, "accounts", example='debar accounts october-2017/world "RT"', platform=True)
@click.argument("platform", type=FILE)
@click.argument("query")
def accounts(setting: Setting, platform: Path, query: str) -> Answer:
    """Find accounts by name, handle, id, domain or legal entity."""
    from debar.app.finding import accounts as verb

    return verb(open_platform(platform, setting), query)


@command(
    debar,
    "retrospect",
    example="debar retrospect october-2017/world --from 2015-06-01 --to 2016-11-08",
    platform=True,
)
@click.argument("platform", type=FILE)
@click.option("--from", "start", type=DAY, required=True, help="First day, UTC.")
@click.option("--to", "end", type=DAY, required=True, help="Last day, UTC.")
@click.option("--place", help="Only ads and money aimed at this country (ISO 3166 alpha-2).")
@click.option("--subject", "subjects", multiple=True, help="Set these accounts against all others.")
@click.option("--time-zone", default="UTC", help="Zone of the clock, such as Europe/Moscow.")
@click.option("--around", type=DAY, help="Count the weeks around this day, such as an election's.")
@click.option("--groups", type=RATE, help="Find groups that act as one; this share may be chance, at most.")
@click.option("--election-words", type=FILE, help="Words of the election, one a line, for the shipped ones.")
@click.option("--html", type=FILE, help="Write the report too: one page that loads nothing.")
@click.option("--rows", "figure", help="List the rows behind one figure instead, such as currency=RUB.")
def retrospect(  # noqa: PLR0913 - one parameter an option
    setting: Setting,
    platform: Path,
    start: datetime,
    end: datetime,
    *,
    place: str | None,
    subjects: tuple[str, ...],
    time_zone: str,
    around: datetime | None,
    groups: float | None,
    election_words: Path | None,
    html: Path | None,
    figure: str | None,
) -> Answer:
    """What was bought in a window, by whom, aimed at whom, and how it was paid."""
    from debar.app.looking_back import Question, election_words_in, look_back, rows_of_figure

    window = window_of(start, end)
    assert window is not None, "both ends are required options"
    question = Question(
        window=window,
        place=place,
        subjects=subjects,
        time_zone=time_zone,
        around=day_of(around),
        groups=groups,
        election_words=election_words_in(election_words),
    )
    opened = open_platform(platform, setting)
    setting.say("looking back" if groups is None else "looking back, and for groups that act as one")
    if figure is not None:
        return rows_of_figure(opened, question, figure)
    return look_back(opened, question, html=html, folder=platform.name)


@command(debar, "plan", example='debar plan october-2017/world "RT" "Sputnik" --out plan.json', platform=True)
@click.argument("platform", type=FILE)
@click.argument("subjects", nargs=-1)
@click.option("--subjects", "subjects_file", type=FILE, help="A file of further subjects, one a line.")
@click.option("--out", type=FILE, help="Where to write the plan.")
@click.option("--key", type=FILE, help="The proposer's key file; without it the plan is only to look at.")
@click.option("--decision", type=FILE, help="Ground, rule, facts, authorities: TOML or JSON.")
@click.option("--from", "start", type=DAY, help="First day of the retrospective's window.")
@click.option("--to", "end", type=DAY, help="Its last day.")
@click.option("--without", multiple=True, help="Strike a fact out, by its id; may be repeated.")
@click.option("--as-of", type=DAY, help="Count the money as it was known on this day.")
@click.option("--currency", type=CURRENCY, default="USD", help="Currency of the totals.")
@click.option("--rates", type=FILE, help="Signed rates that the ECB does not publish.")
@click.option("--calibration", type=FILE, help="Decide on what debar links --labels froze.")
@click.option(
    "--authority",
    "authorities",
    multiple=True,
    help="A finding on record (finding-7) or an entity of a list (LIST:ENTITY) to cite; may be repeated.",
)
def plan(  # noqa: PLR0913 - one parameter an option
    setting: Setting,
    platform: Path,
    subjects: tuple[str, ...],
    *,
    subjects_file: Path | None,
    out: Path | None,
    key: Path | None,
    decision: Path | None,
    start: datetime | None,
    end: datetime | None,
    without: tuple[str, ...],
    as_of: datetime | None,
    currency: str,
    rates: Path | None,
    calibration: Path | None,
    authorities: tuple[str, ...],
) -> Answer:
    """Who is touched, why, what it costs and what speaks for them; changes nothing."""
    from debar.app.verbs import PlanOptions, read_subjects
    from debar.app.verbs import plan as verb

    options = PlanOptions(
        out=out,
        key=key,
        decision=decision,
        window=window_of(start, end),
        without=frozenset(without),
        as_of=day_of(as_of),
        currency=currency,
        rates=rates,
        authorities=authorities,
    )
    named = (*subjects, *read_subjects(subjects_file))
    if not named:
        raise click.UsageError("name at least one subject, or a file of them with --subjects")
    return verb(replace(setting, calibration_file=calibration), platform, named, options, now=now())


@command(debar, "show", example="debar show plan.json")
@click.argument("plan_file", type=FILE)
def show(_setting: Setting, plan_file: Path) -> Answer:
    """Check a plan's digest and tell it."""
    from debar.app.planning import plan_answer
    from debar.app.verbs import load_plan

    return plan_answer(load_plan(plan_file))


@command(debar, "approve", example="debar approve plan.json --key ben.key --register debar.register")
@click.argument("plan_file", type=FILE)
@click.option("--key", type=FILE, required=True, help="An enrolled approver's key file.")
def approve(setting: Setting, plan_file: Path, key: Path) -> Answer:
    """Sign a plan under an enrolled key that is not the proposer's."""
    from debar.app.verbs import approve as verb

    return verb(setting, plan_file, key=key, now=now())


@command(
    debar, "apply", example="debar apply plan.json --key ana.key --register debar.register", platform=True
)
@click.argument("plan_file", type=FILE)
@click.option("--key", type=FILE, required=True, help="The applier's key file.")
@click.option("--platform", type=FILE, help="The platform's tables now; by default where the plan says.")
@click.option(
    "--list",
    "lists",
    type=FILE,
    multiple=True,
    help="A list that the plan cites, as it is now, or a delta behind it; by default where the plan says.",
)
@click.option("--certificate", type=FILE, help="Write the signed effect certificate here.")
def apply(
    setting: Setting,
    plan_file: Path,
    *,
    key: Path,
    platform: Path | None,
    lists: tuple[Path, ...],
    certificate: Path | None,
) -> Answer:
    """Put an approved plan in force, if what it rests on still stands; twice is once.

    Returns when no gate allows any more what the plan forbids: see debar gate status and debar gate fence.
    When it is interrupted, what is recorded stays recorded, and the same command takes up the wait.
    """
    from debar.app.verbs import apply as verb

    return verb(
        setting,
        plan_file,
        key=key,
        platform=platform,
        now=now(),
        lists=lists,
        clock=SystemClock(),
        certificate=certificate,
    )


@command(debar, "check", example="debar check rt-main --register debar.register")
@click.argument("account")
@click.option("--action", default="buy", help="create, buy, serve or charge.")
@click.option("--surface", help="Where on the platform.")
@click.option("--territory", help="Country code.")
@click.option("--at-least", type=int, help="Deny unless the register has reached this revision.")
def check(
    setting: Setting,
    account: str,
    *,
    action: str,
    surface: str | None,
    territory: str | None,
    at_least: int | None,
) -> Answer:
    """May this account buy ads? Which decision says so?"""
    from debar.app.verbs import check as verb

    return verb(
        setting, account, action=action, surface=surface, territory=territory, at_least=at_least, now=now()
    )


@command(debar, "brief", example="debar brief decision-2017-10-26-1a2b3c4d --out brief.html", platform=True)
@click.argument("decision")
@click.option("--out", type=FILE, required=True, help="The HTML file to write.")
@click.option("--platform", type=FILE, help="The platform's tables; by default where the plan says.")
def brief(setting: Setting, decision: str, *, out: Path, platform: Path | None) -> Answer:
    """The case in one offline file that checks itself and answers: what if this fact is struck?

    DECISION is a decision in the register, or a plan.json that was not applied yet.
    """
    from debar.app.telling import brief as verb

    return verb(setting, decision, out=out, platform=platform, now=now())


@command(debar, "verify", example="debar verify brief.html")
@click.argument("path", type=FILE)
def verify(_setting: Setting, path: Path) -> Answer:
    """Check a brief, a plan, an effect certificate, or a demo's folder: hashes, sums, signatures, proofs."""
    from debar.app.verifying import verify as verb

    return verb(path)


@command(
    debar, "screen-signup", example="debar screen-signup signups --register debar.register", platform=True
)
@click.argument("signups", type=FILE)
def screen_signup(setting: Setting, signups: Path) -> Answer:
    """New accounts against everybody who is debarred now."""
    from debar.app.verbs import screen_signup as verb

    return verb(setting, signups, now=now())


@command(key_group, "new", example="debar key new ana --out ana.key")
@click.argument("name")
@click.option("--out", type=FILE, required=True, help="The file to write; only you can read it.")
def key_new(_setting: Setting, name: str, out: Path) -> Answer:
    """Make a signing key."""
    from debar.app.registering import new_key

    return new_key(name, out, now=now())


@command(
    register_group,
    "init",
    example="debar register init --origin ads.example.org/debar --proposer ana.key --approver ben.key",
)
@click.option(
    "--origin",
    required=True,
    help="The log's name: an address without scheme, such as ads.example.org/debar.",
)
@click.option("--proposer", "proposers", type=FILE, multiple=True, help="A key file that may propose.")
@click.option("--approver", "approvers", type=FILE, multiple=True, help="A key file that may approve.")
def register_init(
    setting: Setting, origin: str, proposers: tuple[Path, ...], approvers: tuple[Path, ...]
) -> Answer:
    """Make a register with its secrets beside it, and enrol the first keys."""
    from debar.app.registering import init_register

    return init_register(
        setting.register_address(), origin=origin, proposers=proposers, approvers=approvers, now=now()
    )


@command(register_group, "enrol", example="debar register enrol --key cem.key --role approver --by ben.key")
@click.option("--key", type=FILE, required=True, help="The key file to enrol.")
@click.option(
    "--role", type=click.Choice(["proposer", "approver", "appeals"]), required=True, help="What it may do."
)
@click.option("--by", type=FILE, required=True, help="An enrolled key that vouches for it.")
def register_enrol(setting: Setting, key: Path, role: str, by: Path) -> Answer:
    """Enrol a further key."""
    from debar.app.registering import enrol

    return enrol(setting.register_address(), key=key, role=role, by=by, now=now())


@command(register_group, "backup", example="debar register backup debar.backup")
@click.argument("to", type=FILE)
def register_backup(setting: Setting, to: Path) -> Answer:
    """Copy the register while it is in use, whole or not at all."""
    from debar.app.registering import backup

    return backup(setting.register_address(), to)


@command(register_group, "restore", example="debar register restore debar.backup --register debar.register")
@click.argument("backup_file", type=FILE)
@click.option("--checkpoint", type=FILE, help="A checkpoint that the backup must hold.")
def register_restore(setting: Setting, backup_file: Path, checkpoint: Path | None) -> Answer:
    """Restore a register from a backup that verifies."""
    from debar.app.registering import restore

    known = None if checkpoint is None else checkpoint.read_text(encoding="utf-8")
    return restore(backup_file, setting.register_address(), checkpoint=known)


@command(register_group, "migrate", example="debar register migrate debar.before-3.backup")
@click.argument("backup_file", type=FILE)
def register_migrate(setting: Setting, backup_file: Path) -> Answer:
    """Bring the register's tables to this version, after a backup to a new file."""
    from debar.app.registering import migrate

    return migrate(setting.register_address(), backup_file)


@command(register_group, "verify", example="debar register verify --register debar.register")
def register_verify(setting: Setting) -> Answer:
    """Derive the tree and all that stands again, and compare."""
    from debar.app.registering import verify_register

    return verify_register(setting.register_address())


from debar.cli import archive_commands as _archive_commands  # noqa: E402, F401 - so do these
from debar.cli import authority_commands as _authority_commands  # noqa: E402, F401 - so do these
from debar.cli import case_commands as _case_commands  # noqa: E402, F401 - they join the group made above
from debar.cli import desk_commands as _desk_commands  # noqa: E402, F401 - so do these
from debar.cli import gate_commands as _gate_commands  # noqa: E402, F401 - they join the group made above
from debar.cli import linking_commands as _linking_commands  # noqa: E402, F401 - they join the group made above
from debar.cli import money_commands as _money_commands  # noqa: E402, F401 - they join the group made above
from debar.cli import record_commands as _record_commands  # noqa: E402, F401 - as above
from debar.cli import referral_commands as _referral_commands  # noqa: E402, F401 - so do these
from debar.cli.decided import appeal_commands as _appeal_commands  # noqa: E402, F401 - they join the group made above
from debar.cli.decided import reversal_commands as _reversal_commands  # noqa: E402, F401 - they join the group made above
from debar.cli.decided import statement_commands as _statement_commands  # noqa: E402, F401 - so do these
