"""The commands of the other side: denial, contacts, appeal.

Law: as in :mod:`debar.cli.commands`, whose group they join.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from debar.cli.commands import day_of, debar, now
from debar.cli.frame import DAY, FILE, command
from debar.model.problem import DebarError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from debar.app.answer import Answer
    from debar.app.hearing.clerk import Clerk
    from debar.app.opening import Setting

F = TypeVar("F", bound="Callable[..., Any]")
DECISION = "decision-2017-10-26-1a2b3c4d5e6f"
APPEAL = "appeal-2017-11-02-1a2b3c4d5e6f"
KEY = click.option("--key", type=FILE, required=True, help="An enrolled key.")
KEY_OR_NOT = click.option("--key", type=FILE, help="An enrolled key, where staff takes the step.")
LINK = click.option("--link", "token", help="The filer's signed link, where the filer takes it.")
ATTACH = click.option(
    "--attach", "files", type=FILE, multiple=True, help="A file to attach, by its digest; may be repeated."
)


@debar.group("appeal")
def appeal_group() -> None:
    """Hear an appeal: every step is an entry; the reviewer had no part in the decision."""


@debar.group("denial")
def denial_group() -> None:
    """What the other side says without appealing, word for word."""


def clerk_of(setting: Setting, key: Path | None, token: str | None = None) -> Clerk:
    """Say who takes a step."""
    from debar.app.hearing.clerk import Clerk

    return Clerk(setting=setting, now=now(), key=key, link=token)


def words_given(text: str | None, file: Path | None) -> str:
    """Return the words of an option or of a file, exactly one of them.

    Raises:
        DebarError: DBR-A053, none was given, or both.
    """
    from debar.app.hearing.denials import read_text

    if (text is None) == (file is None):
        raise DebarError("DBR-A053", "the words are given either in the line or in a file, not in both")
    return text if file is None else read_text(file)  # type: ignore[return-value]  # one of the two is given


def words_options(name: str, what: str) -> Callable[[F], F]:
    """Return two options for the same words: in the line, or in a file."""

    def decorate(function: F) -> F:
        given = click.option(f"--{name}", "text", help=what)(function)
        return click.option(f"--{name}-file", "file", type=FILE, help="The same, in a UTF-8 file.")(given)

    return decorate


@command(
    denial_group,
    "record",
    example=f"debar denial record {DECISION} --who RT --on 2017-10-26 --text-file answer.txt --key ana.key",
)
@click.argument("decision")
@click.option("--who", required=True, help="Who said it.")
@click.option("--on", "said_on", type=DAY, required=True, help="The day on which it was said.")
@words_options("text", "Its words, exactly.")
@click.option("--account", help="The account that responds; by default the whole decision is answered.")
@click.option("--source", default="", help="Where it was said: an address, or a word.")
@ATTACH
@KEY
def denial_record(  # noqa: PLR0913 - one parameter an option
    setting: Setting,
    decision: str,
    *,
    who: str,
    said_on: datetime,
    text: str | None,
    file: Path | None,
    account: str | None,
    source: str,
    files: tuple[Path, ...],
    key: Path,
) -> Answer:
    """Record a statement that was received; it is kept and linked, and nothing else changes."""
    from debar.app.hearing.denials import Received, record_denial

    received = Received(
        who=who,
        said_on=said_on.date(),
        text=words_given(text, file),
        account_id=account,
        source=source,
        files=files,
    )
    return record_denial(setting, decision, received, key=key, now=now())


@command(denial_group, "show", example=f"debar denial show {DECISION}")
@click.argument("decision")
def denial_show(setting: Setting, decision: str) -> Answer:
    """Every statement that was received about a decision, oldest first."""
    from debar.app.hearing.denials import show_denials

    return show_denials(setting, decision)


@command(debar, "contacts", example=f"debar contacts {DECISION}", platform=True)
@click.argument("decision")
@click.option("--platform", type=FILE, help="The platform's tables; by default where the plan says.")
def contacts(setting: Setting, decision: str, *, platform: Path | None) -> Answer:
    """Every sales and government contact of a decision's accounts, and what was edited since.

    Exit 1 where a contact was changed or removed after the case was opened.
    """
    from debar.app.hearing.contacts import contacts as verb

    return verb(setting, decision, platform=platform)


@command(appeal_group, "link", example=f"debar appeal link {DECISION} rt-main")
@click.argument("decision")
@click.argument("account")
@click.option("--until", type=DAY, help="Last day on which it works; by default that of the period.")
def appeal_link(setting: Setting, decision: str, account: str, *, until: datetime | None) -> Answer:
    """A signed link with which the account's holder files without a login."""
    from debar.app.hearing.filing import link

    return link(setting, decision, account, until=day_of(until))


@command(appeal_group, "file", example='debar appeal file --link TOKEN --ground "We never owned that card."')
@LINK
@click.option("--decision", help="The decision, where staff files.")
@click.option("--account", help="The account, where staff files.")
@click.option("--ground", "grounds", multiple=True, required=True, help="Why it is wrong; may be repeated.")
@click.option("--ask", type=click.Choice(["lifted", "varied"]), default="lifted", help="What is asked for.")
@click.option(
    "--filer",
    type=click.Choice(["account_holder", "representative", "linked_party", "notifier"]),
    default="account_holder",
    help="Who files.",
)
@click.option("--name", default="", help="Their name, as they give it.")
@click.option("--reply-to", default="", help="Where to answer.")
@click.option(
    "--channel", type=click.Choice(["web", "email", "letter", "phone"]), default="email", help="How it came."
)
@click.option("--language", default="en", help="ISO 639-1.")
@click.option("--ask-relief", is_flag=True, help="The restriction should rest until it is decided.")
@ATTACH
@KEY_OR_NOT
def appeal_file(  # noqa: PLR0913 - one parameter an option
    setting: Setting,
    *,
    token: str | None,
    decision: str | None,
    account: str | None,
    grounds: tuple[str, ...],
    ask: str,
    filer: str,
    name: str,
    reply_to: str,
    channel: str,
    language: str,
    ask_relief: bool,
    files: tuple[Path, ...],
    key: Path | None,
) -> Answer:
    """File an appeal: by link without any login, or by staff for whoever wrote. Late ones count too."""
    from debar.app.hearing.filing import Filing, file_appeal

    filing = Filing(
        grounds=grounds,
        requested=ask,
        filer=filer,
        name=name,
        reply_to=reply_to,
        channel=channel,
        language=language,
        relief=ask_relief,
        files=files,
    )
    return file_appeal(clerk_of(setting, key, token), filing, decision=decision, account_id=account)


@command(appeal_group, "list", example="debar appeal list --open")
@click.option("--decision", help="Only those against this decision.")
@click.option("--open", "only_open", is_flag=True, help="Only those that are not decided.")
def appeal_list(setting: Setting, *, decision: str | None, only_open: bool) -> Answer:
    """All appeals, where they stand and what is due."""
    from debar.app.hearing.steps import list_appeals

    return list_appeals(setting, decision=decision, only_open=only_open)


@command(appeal_group, "show", example=f"debar appeal show {APPEAL}")
@click.argument("appeal")
def appeal_show(setting: Setting, appeal: str) -> Answer:
    """One appeal with every step, its attachments, and what may follow."""
    from debar.app.hearing.steps import show_appeal

    return show_appeal(setting, appeal)


@command(appeal_group, "acknowledge", example=f"debar appeal acknowledge {APPEAL} --key eve.key")
@click.argument("appeal")
@KEY
def appeal_acknowledge(setting: Setting, appeal: str, *, key: Path) -> Answer:
    """The filer is told that it has arrived."""
    from debar.app.hearing.steps import acknowledge

    return acknowledge(clerk_of(setting, key), appeal)


@command(appeal_group, "admit", example=f"debar appeal admit {APPEAL} --key eve.key")
@click.argument("appeal")
@click.option("--refuse", "refused_because", help="It is not admissible, for this reason.")
@KEY
def appeal_admit(setting: Setting, appeal: str, *, refused_because: str | None, key: Path) -> Answer:
    """Admit an appeal, or refuse it with a reason."""
    from debar.app.hearing.steps import admit

    return admit(clerk_of(setting, key), appeal, refused_because=refused_because)


@command(appeal_group, "assign", example=f"debar appeal assign {APPEAL} --reviewer dora --key eve.key")
@click.argument("appeal")
@click.option("--reviewer", required=True, help="The reviewer's name, as enrolled for appeals.")
@KEY
def appeal_assign(setting: Setting, appeal: str, *, reviewer: str, key: Path) -> Answer:
    """Give it to a reviewer who took no part in the decision and does not sell to the account."""
    from debar.app.hearing.steps import assign

    return assign(clerk_of(setting, key), appeal, reviewer=reviewer)


@command(appeal_group, "review", example=f"debar appeal review {APPEAL} --key dora.key")
@click.argument("appeal")
@KEY
def appeal_review(setting: Setting, appeal: str, *, key: Path) -> Answer:
    """The assigned reviewer begins."""
    from debar.app.hearing.steps import review

    return review(clerk_of(setting, key), appeal)


@command(
    appeal_group,
    "request",
    example=f'debar appeal request {APPEAL} --question "Who paid in May?" --key dora.key',
)
@click.argument("appeal")
@words_options("question", "What the filer is asked.")
@click.option("--answer-by", type=DAY, help="Until when; by default ten days.")
@KEY
def appeal_request(
    setting: Setting,
    appeal: str,
    *,
    text: str | None,
    file: Path | None,
    answer_by: datetime | None,
    key: Path,
) -> Answer:
    """The reviewer asks the filer for something."""
    from debar.app.hearing.steps import request

    question = words_given(text, file)
    return request(clerk_of(setting, key), appeal, question=question, answer_by=day_of(answer_by))


@command(appeal_group, "answer", example=f'debar appeal answer {APPEAL} --link TOKEN --text "The buyer did."')
@click.argument("appeal")
@words_options("text", "The answer.")
@ATTACH
@LINK
@KEY_OR_NOT
def appeal_answer(
    setting: Setting,
    appeal: str,
    *,
    text: str | None,
    file: Path | None,
    files: tuple[Path, ...],
    token: str | None,
    key: Path | None,
) -> Answer:
    """The filer answers; a late answer counts too."""
    from debar.app.hearing.steps import answer_request

    return answer_request(clerk_of(setting, key, token), appeal, text=words_given(text, file), files=files)


@command(appeal_group, "expire", example=f"debar appeal expire {APPEAL} --key eve.key")
@click.argument("appeal")
@KEY
def appeal_expire(setting: Setting, appeal: str, *, key: Path) -> Answer:
    """The day for an answer has passed; the appeal is decided on what there is."""
    from debar.app.hearing.steps import expire

    return expire(clerk_of(setting, key), appeal)


@command(
    appeal_group,
    "relief",
    example=f'debar appeal relief {APPEAL} --deny --reason "The review ends on Friday." --key dora.key',
)
@click.argument("appeal")
@click.option("--grant/--deny", "granted", required=True, help="Whether the restriction is to rest.")
@click.option("--reason", required=True, help="Why.")
@click.option("--until", type=DAY, help="Until when it is to rest.")
@KEY
def appeal_relief(
    setting: Setting, appeal: str, *, granted: bool, reason: str, until: datetime | None, key: Path
) -> Answer:
    """Grant or deny interim relief; at the gate it takes a plan, as everything does."""
    from debar.app.hearing.steps import relief

    return relief(clerk_of(setting, key), appeal, granted=granted, reason=reason, until=day_of(until))


@command(
    appeal_group,
    "decide",
    example=f"debar appeal decide {APPEAL} --outcome lifted --reasons-file why.txt --key dora.key",
)
@click.argument("appeal")
@click.option(
    "--outcome", type=click.Choice(["upheld", "varied", "lifted"]), required=True, help="What it is."
)
@words_options("reasons", "Why, for the filer to read.")
@KEY
def appeal_decide(
    setting: Setting, appeal: str, *, outcome: str, text: str | None, file: Path | None, key: Path
) -> Answer:
    """The assigned reviewer signs the outcome; nothing else ever upholds a decision."""
    from debar.app.hearing.steps import decide

    return decide(clerk_of(setting, key), appeal, outcome=outcome, reasons=words_given(text, file))


@command(appeal_group, "inform", example=f"debar appeal inform {APPEAL} --key eve.key")
@click.argument("appeal")
@KEY
def appeal_inform(setting: Setting, appeal: str, *, key: Path) -> Answer:
    """The filer is told the outcome, its reasons, and of out-of-court bodies."""
    from debar.app.hearing.steps import inform

    return inform(clerk_of(setting, key), appeal)


@command(appeal_group, "withdraw", example=f"debar appeal withdraw {APPEAL} --link TOKEN")
@click.argument("appeal")
@LINK
@KEY_OR_NOT
def appeal_withdraw(setting: Setting, appeal: str, *, token: str | None, key: Path | None) -> Answer:
    """The filer takes it back."""
    from debar.app.hearing.steps import withdraw

    return withdraw(clerk_of(setting, key, token), appeal)


@command(
    appeal_group,
    "escalate",
    example=f'debar appeal escalate {APPEAL} --route out_of_court --body "Appeals Centre" --key eve.key',
)
@click.argument("appeal")
@click.option("--route", type=click.Choice(["out_of_court", "court"]), required=True, help="Where to.")
@click.option("--body", "body_name", required=True, help="Which body or court.")
@click.option("--received-on", type=DAY, help="When it received the dispute; by default today.")
@click.option("--complex", "is_complex", is_flag=True, help="It has 180 days instead of 90.")
@LINK
@KEY_OR_NOT
def appeal_escalate(
    setting: Setting,
    appeal: str,
    *,
    route: str,
    body_name: str,
    received_on: datetime | None,
    is_complex: bool,
    token: str | None,
    key: Path | None,
) -> Answer:
    """The dispute went to an out-of-court body or a court, with or without waiting for us."""
    from debar.app.hearing.steps import escalate

    return escalate(
        clerk_of(setting, key, token),
        appeal,
        route=route,
        body_name=body_name,
        received_on=day_of(received_on),
        is_complex=is_complex,
    )


@command(
    appeal_group,
    "resolve",
    example=f'debar appeal resolve {APPEAL} --result "Overturned: no common owner." --key eve.key',
)
@click.argument("appeal")
@words_options("result", "What the body or the court said.")
@click.option("--engaged/--defaulted", "engaged", default=True, help="Whether we sent the file in time.")
@KEY
def appeal_resolve(
    setting: Setting, appeal: str, *, text: str | None, file: Path | None, engaged: bool, key: Path
) -> Answer:
    """Record what the body or the court said."""
    from debar.app.hearing.steps import resolve

    return resolve(clerk_of(setting, key), appeal, result=words_given(text, file), engaged=engaged)


@command(appeal_group, "close", example=f"debar appeal close {APPEAL} --key eve.key")
@click.argument("appeal")
@KEY
def appeal_close(setting: Setting, appeal: str, *, key: Path) -> Answer:
    """Nothing is left to do."""
    from debar.app.hearing.steps import close

    return close(clerk_of(setting, key), appeal)
