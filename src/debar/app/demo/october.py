"""October 2017, end to end: the story that must always work.

Law: every line is computed by the verbs that a platform would use; nothing is printed that was not.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.app.applying import Applied, apply_plan, approve
from debar.app.decisions import load_decision
from debar.app.demo.appeal import hear_appeal
from debar.app.demo.stage import Stage, clear, open_stage, wish_of
from debar.app.hearing.case_opened import record_case
from debar.app.money.earning import books_text, make_donation, plan_money, pledge_text, record_pledge
from debar.app.opening import open_platform
from debar.app.planning import make_plan
from debar.app.record.checking import verify as verify_record
from debar.app.record.proving import prove
from debar.app.record.publishing import publish
from debar.app.registering import record
from debar.app.stating.report import report as transparency
from debar.app.stating.statements import write_statements
from debar.app.telling import make_brief
from debar.app.telling_plans import WHY_OUT, amount, label, reason_lines
from debar.app.verbs import write_whole
from debar.app.watching import screen_signups
from debar.briefs.verify import fingerprint_of, verify_brief
from debar.gate.direct import Gate
from debar.ledger.audit import check_books
from debar.ledger.pledge import Recipient
from debar.ledger.text import render_text
from debar.model.money import format_micros, round_to_minor
from debar.model.problem import DebarError
from debar.model.window import Window
from debar.notices.retrospective_page import render_retrospective_html
from debar.plans.plan import decision_id_of
from debar.register.address import open_register
from debar.register.entries import EntryDraft
from debar.retrospect.survey import retrospect
from debar.sample import story
from debar.stores.keys import load_signer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from debar.ledger.report import EarnedReport
    from debar.plans.plan import Plan

SHOWN_LINKED = 4
SHOWN_ASK = 3


def play(folder: Path, *, ira: Path | None, say: Callable[[str], None]) -> Answer:
    """Play the story into a folder, and say each step.

    Args:
        folder: Made anew; it must not exist, be empty, or be an earlier demo's.
        ira: The Internet Research Agency's ads, for a second act.
        say: Prints a line.

    Raises:
        DebarError: DBR-A020, the folder holds something that is no demo.
    """
    clear(folder)
    say(story.NOTICE)
    say("")
    stage = open_stage(folder, say)
    _retrospect(stage)
    plan = _plan(stage)
    applied = _apply(stage, plan)
    report = _books(stage, plan)
    _publish(stage, applied)
    _brief(stage, plan, applied)
    _record(stage)
    _signups(stage)
    hear_appeal(stage, plan, applied.decision_id)
    _report(stage)
    if ira is not None:
        from debar.app.demo.ira import play_ira

        play_ira(ira, folder / "ira", rates=stage.rates, say=say)
    say("")
    say(f"Open {folder / 'brief.html'}")
    return Answer(document=_document(stage, plan, applied, report), text="")


def _retrospect(stage: Stage) -> None:
    """Look back at the election window."""
    named = [*stage.world.ids("named"), *stage.world.ids("sputnik")]
    report = retrospect(
        stage.opened.engine, window=story.WINDOW, accounts=named, place="US", around=story.WINDOW.end
    )
    stage.say("")
    stage.say(f"RETROSPECT  {story.WINDOW}, aimed at the US")
    others = report.background.ads_count if report.background else 0
    stage.say(f"  the named accounts launched {report.counts.ads_count:,} ads; everybody else {others:,}")
    for total in report.totals:
        if total.basis == "delivered":
            stage.say(f"  delivered to them: {total.amount}")
    page = render_retrospective_html(
        report, title="RT and Sputnik", marks=[(story.WINDOW.end, "election day"), (story.AS_OF, "ban")]
    )
    write_whole(stage.folder / "retrospect.html", page)
    stage.say("  retrospect.html: what they bought, when, aimed at whom")


def _plan(stage: Stage) -> Plan:
    """Plan, and show who is touched and who is not."""
    with open_register(stage.register, read_only=True) as register:
        plan = make_plan(stage.opened, wish_of(stage), rates=stage.rates, register=register)
    write_whole(stage.folder / "plan.json", plan.text())
    say, members = stage.say, plan.members
    say("")
    say(f"PLAN  {plan.plan_id}, proposed by {story.PROPOSED_BY}")
    for subject in plan.document["subjects"]:
        say(f'  "{subject["query"]}" names {len(subject["account_ids"])} accounts: a ban')
    linked = [m for m in members if m["basis"] == "linked" and m["status"] == "in"]
    say(f"  {len(linked)} linked accounts: an interim suspension, review on {linked[0]['review_on']}")
    for member in linked[:SHOWN_LINKED]:
        say(f"    {label(member)}  p {member['p_owner']} (uncalibrated)")
        for line in reason_lines(member, shown=2)[:3]:
            say(line.replace("      ", "        ", 1))
    if len(linked) > SHOWN_LINKED:
        say(f"    and {len(linked) - SHOWN_LINKED} more, each with reasons in plan.json")
    asked = [m for m in members if m["status"] == "ask"]
    say(f"  {len(asked)} to be asked about; nothing happens to them")
    for member in asked[:SHOWN_ASK]:
        say(f"    {label(member)}  p {member['p_owner']}: {WHY_OUT[member['why']]}")
    _left_out(stage, members)
    _money(stage, plan.document["earned"])
    with open_register(stage.register) as register:
        entry = record_case(plan, register, stage.opened, by=story.PROPOSED_BY, now=story.PROPOSED_AT)
        counts = register.entries_of_type("case")[0].body or {"counts": {}}
    told = ", ".join(f"{count or 'no'} {name}" for name, count in counts["counts"].items())
    say(f"  the case is opened: entry {entry} holds the digests of its contacts ({told})")
    return plan


def _left_out(stage: Stage, members: Any) -> None:  # noqa: ANN401 - the plan's JSON
    """Show the innocents that the story is about, and count the rest."""
    say = stage.say
    out = {m["account_id"]: m for m in members if m["status"] == "out"}
    say(f"  {len(out)} share something and are left out; among them")
    for name in ("agency", "freelancer", "resold", "former", "household", "reassigned"):
        member = out.get(stage.world.labels[name])
        if member is not None:
            say(f"    {label(member)}: {WHY_OUT[member['why']]}")
    inside = {m["account_id"] for m in members}
    for name in ("komplekt", "inform"):
        if stage.world.labels[name] not in inside:
            row = stage.opened.engine.rows(
                "SELECT name FROM accounts WHERE account_id = $id", {"id": stage.world.labels[name]}
            )
            say(
                f"    {row[0][0]} ({stage.world.labels[name]}): shares nothing but letters of the name;"
                " not in the case"
            )


def _money(stage: Stage, block: Mapping[str, Any]) -> None:
    currency = block["currency"]
    stage.say(f"  earned since the first ad, as known on {block['as_of']} ({block['status']})")
    for bound, words in (
        ("low", "named and confirmed"),
        ("likely", "the plan"),
        ("high", "and the undecided"),
    ):
        stage.say(f"    {bound:<7}{amount(block[bound], currency):>16}  {words}")
    for name, text in block["also"].items():
        stage.say(f"    {name}: {amount(text, name.split(' ', 1)[0])}")


def _apply(stage: Stage, plan: Plan) -> Applied:
    """Approve under a second key, apply, and ask the gate."""
    say = stage.say
    gate = Gate(stage.register)
    rt = stage.world.labels["rt"]
    before = gate.check(rt, now=story.BAN_AT)
    ana, ben, cem = (
        load_signer(stage.key(name))
        for name in (story.PROPOSED_BY, story.APPROVED_BY, story.ALSO_APPROVED_BY)
    )
    with open_register(stage.register) as register:
        say("")
        say("APPROVE")
        try:
            approve(plan, register, signer=ana, now=story.APPROVED_AT)
        except DebarError as error:
            say(f"  {story.PROPOSED_BY}: refused, {error.what}")
        answer = approve(plan, register, signer=ben, now=story.APPROVED_AT)
        say(f"  {story.APPROVED_BY}: {answer.text.partition(': ')[2]}")
        try:
            apply_plan(plan, register, stage.opened, signer=ana, now=story.BAN_AT)
        except DebarError as error:
            say(f"  apply: refused, {error.what}")
        answer = approve(plan, register, signer=cem, now=story.APPROVED_AT)
        say(f"  {story.ALSO_APPROVED_BY}: {answer.text.partition(': ')[2]}")
        say("")
        say("APPLY")
        told, applied = apply_plan(plan, register, stage.opened, signer=ana, now=story.BAN_AT)
    say(f"  before: {'allow' if before.allowed else 'deny'} buy for RT (revision {before.revision})")
    for line in told.text.splitlines():
        say(f"  {line}")
    after = gate.check(rt, now=story.BAN_AT)
    say(f"  after: {'allow' if after.allowed else 'deny'} buy for RT: {after.reason} (entry {after.entry})")
    innocent = gate.check(stage.world.labels["komplekt"], now=story.BAN_AT)
    say(f"  {'allow' if innocent.allowed else 'deny'} buy for RT-Komplekt")
    try:
        gate.check(rt, action="post", now=story.BAN_AT)
    except DebarError as error:
        say(f"  may RT still post? {error.what}")
    gate.close()
    return applied


def _books(stage: Stage, plan: Plan) -> EarnedReport:
    """Account for every cent, pledge it, and write the books."""
    say = stage.say
    report = plan_money(stage.opened, plan.document, rates=stage.rates, to="USD", as_of=story.AS_OF)
    say("")
    say("BOOKS")
    shares = report.market(2016, "US")
    ads = sum(share.ads or 0 for share in shares)
    total = sum(share.converted_micros or 0 for share in shares)
    say(f"  of this, aimed at the US in 2016: {ads:,} promoted tweets, {amount(_text(total), 'USD')}")
    sputnik = [report.account(account).converted_micros or 0 for account in stage.world.ids("sputnik")]
    say(f"  Sputnik: {amount(_text(sum(sputnik)), 'USD')}: it never bought an ad")
    with open_register(stage.register) as register:
        decision_id = decision_id_of(plan.document)
        donation = make_donation(
            plan.document,
            decision_id,
            purpose=story.PURPOSE,
            recipients=[
                (
                    Recipient(
                        name=name,
                        purposes=(story.PURPOSE,),
                        conflict=story.CONFLICT_OF_INTEREST,
                        independence="publishes as it finds",
                    ),
                    share,
                )
                for name, share in story.RECIPIENTS
            ],
            now=story.BAN_AT,
        )
        entry = record_pledge(
            register, donation, decision_id=decision_id, by=story.PROPOSED_BY, now=story.BAN_AT
        )
    for line in pledge_text(donation, entry=entry).splitlines():
        say(f"  {line}")
    books = stage.folder / "books"
    for form, name in (("hledger", "books.journal"), ("beancount", "books.beancount"), ("csv", "books.csv")):
        text = books_text(stage.opened, plan.document, form=form, as_of=story.AS_OF, donations=[donation])
        write_whole(books / name, text)
        checked = check_books(text, stated=report.as_json())
        say(
            f"  books/{name}: {text.count(chr(10)):,} lines,"
            f" {'agrees with the report' if checked.is_sound else 'DISAGREES'}"
        )
    write_whole(books / "earned.txt", render_text(report))
    write_whole(books / "earned.json", json.dumps(report.as_json(), indent=1) + "\n")
    return report


def _text(micros: int) -> str:
    return format_micros(round_to_minor(micros, "USD"))


def _publish(stage: Stage, applied: Applied) -> None:
    """Hear the denial, then publish the reasons."""
    said_on = story.AS_OF
    with open_register(stage.register) as register:
        draft = EntryDraft(
            type="denial",
            by=story.PROPOSED_BY,
            body={"who": "RT", "said_on": said_on.isoformat(), "text": story.DENIAL},
            public={"decision_id": applied.decision_id},
        )
        record(register, [draft], now=story.BAN_AT + timedelta(hours=5))
    told = load_decision(stage.setting, applied.decision_id)
    files = write_statements(told, stage.opened, stage.folder / "statements")
    say = stage.say
    say("")
    say("STATEMENT")
    count = sum(name.startswith("notices/") and name.endswith(".de.html") for name in files)
    say(f"  statements/post.html for the public, and {count} notices, one to each account; .de. is German")
    say("  RT denies it; its answer is recorded word for word, and the sales contacts are in the file")


def _brief(stage: Stage, plan: Plan, applied: Applied) -> None:
    """Write the brief and let it check itself."""
    told = load_decision(stage.setting, applied.decision_id)
    page = make_brief(told, stage.opened, rates=stage.rates, made_at=story.BAN_AT + timedelta(hours=6))
    write_whole(stage.folder / "brief.html", page)
    checks = verify_brief(page)
    held = sum(check.status == "ok" for check in checks)
    say = stage.say
    say("")
    say("BRIEF")
    say(f"  brief.html: {len(page) // 1024:,} KiB, offline; {held} of {len(checks)} of its own checks hold")
    say(f"  fingerprint {fingerprint_of(page)[:16]}")
    facts = plan.document["evidence"]["graph"]["facts"]
    say(
        f"  strike any of its {len(facts)} facts in it, or: debar plan {stage.folder / 'world'} RT Sputnik"
        f" --without {_fact(plan)}"
    )


def _fact(plan: Plan) -> str:
    """Return the fact whose loss would matter most, for the example."""
    counts: dict[str, int] = {}
    for member in plan.members:
        if member["basis"] == "linked" and member["status"] == "in":
            for hop in member["path"]:
                for fact in hop["facts"]:
                    counts[fact] = counts.get(fact, 0) + 1
    return max(sorted(counts), key=lambda fact: (fact.startswith("card:"), counts[fact]))


def _record(stage: Stage) -> None:
    """Publish the record, check it as a stranger would, and hand RT the proof of its own entry."""
    public, rt = stage.register.parent / "public", stage.register.parent / "rt.tlog-proof"
    size = publish(stage.setting, public).document["size"]
    checks = verify_record(stage.setting, str(public), key=None, kept=()).document["checks"]
    prove(stage.setting, stage.world.labels["rt"], rt, published=public)
    held = sum(check["ok"] is True for check in checks)
    stage.say("")
    stage.say("RECORD")
    stage.say(f"  record/public: {size} entries as static files that name nobody; {held} checks of it hold")
    stage.say("  record/rt.tlog-proof: the proof of RT's own entry, to be checked offline")


def _signups(stage: Stage) -> None:
    """November: somebody signs up again."""
    opened = open_platform(stage.folder / "world" / "signups", stage.setting)
    with open_register(stage.register, read_only=True) as register:
        answer = screen_signups(opened, register, now=story.BAN_AT + timedelta(days=15))
    stage.say("")
    stage.say("NOVEMBER 2017  new accounts")
    for line in answer.text.splitlines():
        stage.say(f"  {line}")


def _report(stage: Stage) -> None:
    """Count the year, as a transparency report does."""
    year = Window(start=date(story.AS_OF.year, 1, 1), end=date(story.AS_OF.year, 12, 31))
    told = transparency(
        stage.setting,
        year,
        form="text",
        language="en",
        platform=stage.opened.platform.name,
        out=stage.folder / "transparency",
    ).document
    counts, notices = told["decisions"], told["notices"]
    stage.say("")
    stage.say(f"TRANSPARENCY REPORT  {year}")
    stage.say(
        f"  {counts['made']} decision, {counts['named']} named and {counts['linked']} linked accounts;"
        f" {notices} notices, {told['appeals']['filed']} appeals"
    )


def _document(stage: Stage, plan: Plan, applied: Applied, report: EarnedReport) -> dict[str, Any]:
    """Return the outcome as a document, and keep it in the folder."""
    block = plan.document["earned"]
    document = {
        "invented": story.NOTICE,
        "plan_id": plan.plan_id,
        "decision_id": applied.decision_id,
        "debarred": len(plan.changes),
        "earned": {bound: block[bound] for bound in ("low", "likely", "high")},
        "also": dict(block["also"]),
        "us_2016": [share.as_json() for share in report.market(2016, "US")],
        "folder": str(stage.folder),
    }
    write_whole(stage.folder / "demo.json", json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    return document
