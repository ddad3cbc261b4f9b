"""What people do on a case's pages: decide on an account, strike a fact, make a version, leave a note.

Law: every deed has a reason and a name, and is kept; a decision is a judgement in the register, which no
recomputation changes; nothing here bans anybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from debar.app.assuring.judging import judge
from debar.console.case.sheet import JUDGEMENTS, needed, refuse_unknown, sheet_of
from debar.console.web.asking import Done
from debar.console.web.rendering import dom_id
from debar.model.problem import EXIT_STALE, DebarError

if TYPE_CHECKING:
    from debar.console.case.sheet import Sheet
    from debar.console.web.asking import Asked

SAID = {
    "clear": "{name} is cleared: it is told apart from {others}.",
    "add": "{name} is added: one owner with {others}.",
    "ask": "{name} must be asked about: nobody is sure whether it belongs to {others}.",
}
REASON_MAX = 1_000


def decide(asked: Asked) -> Done:
    """Record a reviewer's word on an account, and go on to the next one that is open."""
    sheet = _newest(asked)
    account_id, word = asked.form.get("account", ""), asked.form.get("word", "")
    if word not in JUDGEMENTS or account_id not in sheet.accounts:
        raise DebarError(
            "DBR-K053", "the decision names no account of this case, or no word", hint="use the page's form"
        )
    row = sheet.accounts[account_id]
    if row["status"] == "named":
        raise DebarError(
            "DBR-K054",
            "a named account is decided by who named it",
            hint="open a case that names fewer subjects; a linked account can be cleared",
        )
    reason = _reason(asked)
    against = row["apart_from"] if word == "clear" else [row["one_with"]]
    done = judge(
        asked.desk.setting,
        account_id,
        *against,
        judgement=JUDGEMENTS[word],
        by=asked.who.name,
        reason=reason,
        now=asked.now,
    )
    asked.desk.cases.say(
        sheet.case.case_id,
        word,
        reason=reason,
        by=asked.who.name,
        now=asked.now,
        account_id=account_id,
        details={"against": list(against), "entries": done.document["entries"]},
    )
    return _after(asked, account_id, word, against)


def _after(asked: Asked, account_id: str, word: str, against: list[str]) -> Done:
    """Say what was done, and name the next entry that nobody has decided on."""
    sheet = _newest(asked)
    order = [doubt["account_id"] for doubt in sheet.document["doubts"]]
    at = order.index(account_id) if account_id in order else -1
    later = [*order[at + 1 :], *order[: max(at, 0)]]
    following = next((other for other in later if not sheet.said_of(other)), None)
    target = dom_id("doubt", following) if following else dom_id("doubt", account_id)
    name, others = sheet.name(account_id), ", ".join(sheet.name(other) for other in against[:3])
    if len(against) > 3:
        others = f"{others} and {len(against) - 3} more"
    return Done(
        to=f"/cases/{sheet.case.case_id}#{target}",
        said=SAID[word].format(name=name, others=others),
        event={"debar:decided": {"next": target, "statuses": {account_id: sheet.statuses[account_id]}}},
    )


def strike_fact(asked: Asked) -> Done:
    """Strike a fact out of the case, and have a version made without it."""
    return _about_fact(asked, "strike", "is struck out of the case")


def restore(asked: Asked) -> Done:
    """Take a fact that was struck back into the case, and have a version made with it."""
    return _about_fact(asked, "restore", "counts again")


def _about_fact(asked: Asked, word: str, said: str) -> Done:
    sheet = _newest(asked)
    fact_id = asked.form.get("fact", "")
    refuse_unknown(fact_id, {*sheet.facts, *sheet.struck})
    if (fact_id in sheet.struck) == (word == "strike"):
        raise DebarError(
            "DBR-K055",
            "that fact is struck out already" if word == "strike" else "that fact is not struck out",
            hint="look at the case again: somebody else was faster",
            exit_code=EXIT_STALE,
        )
    reason = _reason(asked)
    asked.desk.jobs.refuse_while_working(asked.path["case_id"])
    asked.desk.cases.say(
        sheet.case.case_id,
        word,
        reason=reason,
        by=asked.who.name,
        now=asked.now,
        details={"fact": fact_id},
    )
    shown = sheet.facts[fact_id]["shown"] if fact_id in sheet.facts else fact_id
    why = f"{shown} {'struck out' if word == 'strike' else 'taken back'}: {reason}"
    _ask_for_version(asked, why)
    return Done(to=f"/cases/{sheet.case.case_id}", said=f"{shown} {said}; a new version is being made.")


def make_version(asked: Asked) -> Done:
    """Have a new version made, with what was decided and with the platform's newest rows."""
    case = asked.desk.cases.get(asked.path["case_id"])
    asked.desk.jobs.refuse_while_working(asked.path["case_id"])
    _ask_for_version(asked, asked.form.get("reason", "").strip()[:REASON_MAX] or "decisions taken in")
    return Done(to=f"/cases/{case.case_id}", said="A new version is being made.")


def note(asked: Asked) -> Done:
    """Keep a note."""
    case = asked.desk.cases.get(asked.path["case_id"])
    asked.desk.cases.say(case.case_id, "note", reason=_reason(asked), by=asked.who.name, now=asked.now)
    return Done(to=f"/cases/{quote(case.case_id)}/notes", said="The note is kept.")


def _newest(asked: Asked) -> Sheet:
    return needed(sheet_of(asked.desk.cases, asked.path["case_id"]))


def _reason(asked: Asked) -> str:
    reason = asked.form.get("reason", "").strip()
    if not reason:
        raise DebarError(
            "DBR-K056", "a decision has a reason", hint="say why, in a sentence that the account may read"
        )
    return reason[:REASON_MAX]


def _ask_for_version(asked: Asked, why: str) -> None:
    if asked.desk.platform is None:
        raise DebarError(
            "DBR-K057",
            "this desk has no platform to make a version of",
            hint="start the console with --platform",
        )
    asked.desk.jobs.ask(
        asked.path["case_id"], {"kind": "version", "why": why, "proposed": False}, by=asked.who.name
    )
