"""The inbox: appeals and hits of the watch in one list, what is due soonest first.

Law: a hit waits for a person and bans nobody; what a person says of it is a judgement in the register, with a
reason.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from debar.app.assuring.judging import judge
from debar.app.hearing.steps import list_appeals
from debar.console.desk.hits import CONFIRMED, EXCLUDED, RELEASED, WAITING
from debar.console.web.asking import SIGNED_IN, Asked, Deed, Done, Page, Screen
from debar.console.web.forms import day_of, unfit
from debar.model.problem import DebarError
from debar.model.window import Window
from debar.notices.messages import catalogue
from debar.notices.transparency.history import history_of
from debar.notices.transparency.mistakes import finding_of, mistakes_by_month, mistakes_picture
from debar.notices.transparency.plots import band_words, calibration_picture, predicted_words
from debar.notices.transparency.report import transparency_report
from debar.register.address import open_register

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from debar.console.desk.hits import KeptHit
    from debar.notices.transparency.mistakes import MonthOfMistakes

KINDS: Final = ("appeals", "watch")
STATES: Final = ("open", "done", "excluded", "all")
REVIEWERS: Final = frozenset({"reviewer", "approver"})
EXCLUSION_DAYS_MAX: Final = 366
"""An exclusion that nobody looks at again for longer is a hole."""
_VERDICTS: Final = {
    "hold": ("likely", "held at sign-up: no order is taken"),
    "review": ("possible", "not held: to be looked at"),
}


def inbox_page(asked: Asked) -> Mapping[str, Any]:
    """List what waits; ``?kind=``, ``?state=`` and ``?mine=1`` choose."""
    filters = {
        "kind": asked.query.get("kind", ""),
        "state": asked.query.get("state", "open"),
        "mine": asked.query.get("mine", ""),
    }
    rows = sorted([*_appeals(asked), *_hits(asked)], key=lambda row: (row["due_on"] or "9999", row["href"]))
    shown = [
        row
        for row in rows
        if filters["kind"] in ("", row["kind"])
        and filters["state"] in ("all", row["standing"])
        and (not filters["mine"] or row["with"] == asked.who.name)
    ]
    waiting = [row for row in rows if row["standing"] == "open"]
    return {
        "rows": shown,
        "filters": filters,
        "states": STATES,
        "counts": {kind: sum(row["kind"] == kind for row in waiting) for kind in KINDS},
        "overdue": sum(row["days_left"] is not None and row["days_left"] < 0 for row in waiting),
        "total": len(rows),
    }


def _appeals(asked: Asked) -> list[dict[str, Any]]:
    told = list_appeals(asked.desk.setting, decision=None, only_open=False).document["appeals"]
    return [_appeal_row(one, asked.now.date()) for one in told]


def _appeal_row(appeal: Mapping[str, Any], today: date) -> dict[str, Any]:
    filing, due = appeal["steps"][0]["said"], appeal["due_on"]
    grounds = filing.get("grounds") or ["erased"]
    filer = filing.get("filer") or {"kind": "erased"}
    return {
        "kind": "appeals",
        "href": f"/inbox/appeals/{appeal['appeal_id']}",
        "id": appeal["appeal_id"],
        "who": filer.get("name") or filer["kind"].replace("_", " "),
        "account_id": appeal["account_id"] or "erased",
        "decision_id": appeal["decision_id"],
        "what": grounds[0],
        "more": len(grounds) - 1,
        "state": appeal["state"].replace("_", " "),
        "gate": None,
        "outcome": appeal["outcome"],
        "standing": "done" if due is None else "open",
        "with": appeal["reviewer"],
        "since": appeal["steps"][0]["at"],
        "due_on": due,
        "days_left": None if due is None else (date.fromisoformat(due) - today).days,
    }


def _hits(asked: Asked) -> list[dict[str, Any]]:
    exclusions = asked.desk.hits.exclusions()
    today = asked.now.date()
    return [_hit_row(hit, hit.word_on(today, exclusions), today) for hit in asked.desk.hits.everything()]


def _hit_row(hit: KeptHit, word: str, today: date) -> dict[str, Any]:
    """Return a hit's row: it is due on the day it was found, because somebody waits at the door."""
    found = datetime.fromisoformat(hit.found_at).date()
    likely, gate = _VERDICTS[hit.document["verdict"]]
    return {
        "kind": "watch",
        "href": f"/inbox/hits/{hit.hit_id}",
        "id": str(hit.hit_id),
        "who": hit.account_id,
        "account_id": hit.account_id,
        "decision_id": hit.decision_id,
        "what": hit.document["sentence"],
        "more": 0,
        "state": likely if word == WAITING else word,
        "gate": gate if word in (WAITING, EXCLUDED) else None,
        "outcome": None,
        "standing": "open" if word == WAITING else "excluded" if word == EXCLUDED else "done",
        "with": hit.by,
        "since": hit.found_at,
        "due_on": found.isoformat() if word == WAITING else None,
        "days_left": (found - today).days if word == WAITING else None,
    }


def hit_page(asked: Asked) -> Mapping[str, Any]:
    """Show one hit: the facts first, the probability last."""
    hit = asked.desk.hits.get(asked.path["hit_id"])
    exclusions = asked.desk.hits.exclusions()
    today = asked.now.date()
    idle = {one.fact: one.until.isoformat() for one in exclusions if one.holds_on(today)}
    return {
        "hit": {**hit.document, "hit_id": hit.hit_id, "found_at": hit.found_at},
        "row": _hit_row(hit, hit.word_on(today, exclusions), today),
        "facts": [{**one, "excluded_until": idle.get(one["fact"])} for one in hit.document["shared"]],
        "said": None
        if hit.word == WAITING
        else {"word": hit.word, "by": hit.by, "at": hit.at, "reason": hit.reason, "entry": hit.entry},
        "may_decide": hit.word == WAITING and asked.may(*REVIEWERS),
        "exclude_until": (today + timedelta(days=90)).isoformat(),
        "exclude_max": (today + timedelta(days=EXCLUSION_DAYS_MAX)).isoformat(),
    }


def release(asked: Asked) -> Done:
    """Say that a new account is somebody else's."""
    return _judged(asked, RELEASED, "negative")


def confirm(asked: Asked) -> Done:
    """Say that a new account is the debarred one's again: it bans nobody, a case does."""
    return _judged(asked, CONFIRMED, "positive")


def _judged(asked: Asked, word: str, judgement: str) -> Done:
    hits = asked.desk.hits
    hit = hits.get(asked.path["hit_id"])
    hits.refuse_decided(hit)
    reason = _reason(asked)
    said = judge(
        asked.desk.setting,
        hit.account_id,
        hit.debarred_id,
        judgement=judgement,
        by=asked.who.name,
        reason=reason,
        now=asked.now,
    )
    hits.say(hit, word, reason=reason, by=asked.who.name, entry=said.document["entries"][0], now=asked.now)
    if word == CONFIRMED:
        return Done(
            to=f"/inbox/hits/{hit.hit_id}", said=f"{hit.account_id} is confirmed; a case decides about it."
        )
    return Done(to="/inbox", said=f"{hit.account_id} is released: {reason}", event={"debar:decided": {}})


def exclude(asked: Asked) -> Done:
    """Say that a value of a hit links nobody, until a day.

    Raises:
        DebarError: DBR-K073, the value is not the hit's; DBR-K014, the day is none, or too far.
    """
    hit = asked.desk.hits.get(asked.path["hit_id"])
    shared = next((one for one in hit.document["shared"] if one["fact"] == asked.form.get("fact")), None)
    if shared is None:
        raise DebarError("DBR-K073", "the hit does not rest on this value", hint="choose one of its facts")
    until, last = day_of(asked.form.get("until", "")), asked.now.date() + timedelta(days=EXCLUSION_DAYS_MAX)
    if until is None or not asked.now.date() <= until <= last:
        raise unfit("an exclusion ends within a year", hint=f"a day until {last}")
    asked.desk.hits.exclude(
        fact=shared["fact"],
        shown=shared["shown"],
        reason=_reason(asked),
        owner=asked.who.name,
        until=until,
        now=asked.now,
    )
    return Done(to=f"/inbox/hits/{hit.hit_id}", said=f"{shared['shown']} links nobody until {until}.")


def exclusions_page(asked: Asked) -> Mapping[str, Any]:
    """List what links nobody: why, who answers for it, until when."""
    today, hits = asked.now.date(), asked.desk.hits.everything()
    rows = [
        {
            "exclusion_id": one.exclusion_id,
            "shown": one.shown,
            "reason": one.reason,
            "owner": one.owner,
            "at": one.at,
            "until": one.until.isoformat(),
            "holds": one.holds_on(today),
            "hits": sum(any(s["fact"] == one.fact for s in hit.document["shared"]) for hit in hits),
        }
        for one in asked.desk.hits.exclusions()
    ]
    return {"exclusions": rows, "may_end": asked.may(*REVIEWERS)}


def end_exclusion(asked: Asked) -> Done:
    """End an exclusion at once."""
    asked.desk.hits.end(asked.path["exclusion_id"], on=asked.now.date() - timedelta(days=1))
    return Done(to="/inbox/exclusions", said="The exclusion has ended; hits that rested on it wait again.")


def mistakes_page(asked: Asked) -> Mapping[str, Any]:
    """Tell how often bans were overturned and holds released, and whether the probabilities were right."""
    words = catalogue("en")
    today = asked.now.date()
    with open_register(asked.desk.setting.register_address(), read_only=True) as register:
        entries = list(register.entries())
    accounts = history_of(entries, today).accounts.values()
    bans = mistakes_by_month(found for one in accounts if (found := finding_of(one)) is not None)
    spoken = [hit for hit in asked.desk.hits.everything() if hit.word != WAITING]
    holds = mistakes_by_month(
        (datetime.fromisoformat(hit.at).date(), hit.word == RELEASED)
        for hit in spoken
        if hit.document["verdict"] == "hold"
    )
    first = min((entry.at.date() for entry in entries), default=today)
    bands = transparency_report(entries, Window(start=min(first, today), end=today)).bands
    return {
        "bans": _told(bans, "Bans found wrong, of those looked at again"),
        "holds": _told(holds, "Held sign-ups that were somebody else's"),
        "bands": [
            {
                "band": band_words(band, words),
                "predicted": predicted_words(band, words),
                "right": band.right,
                "reviewed": band.reviewed,
                "debarred": band.debarred,
                "agrees": band.agrees,
            }
            for band in bands
            if band.debarred or band.reviewed
        ],
        "reliability": calibration_picture(bands, words),
    }


def _told(months: Iterable[MonthOfMistakes], title: str) -> dict[str, Any]:
    found = tuple(months)
    return {
        "title": title,
        "months": [month.as_json() for month in found],
        "looked_at": sum(month.looked_at for month in found),
        "wrong": sum(month.wrong for month in found),
        "picture": mistakes_picture(found, title=title),
    }


def _reason(asked: Asked) -> str:
    reason = asked.form.get("reason", "").strip()
    if not reason:
        raise unfit("a reason is needed", hint="say why, for whoever reads it later")
    return reason


SCREEN: Final = Screen(
    title="Inbox",
    entry="/inbox",
    pages=(
        Page(path="/inbox", view=inbox_page, template="inbox.html.j2", allowed=SIGNED_IN),
        Page(path="/inbox/hits/{hit_id}", view=hit_page, template="hit.html.j2", allowed=SIGNED_IN),
        Page(
            path="/inbox/exclusions", view=exclusions_page, template="exclusions.html.j2", allowed=SIGNED_IN
        ),
        Page(path="/inbox/mistakes", view=mistakes_page, template="mistakes.html.j2", allowed=SIGNED_IN),
    ),
    deeds=(
        Deed(path="/inbox/hits/{hit_id}/release", do=release, allowed=REVIEWERS),
        Deed(path="/inbox/hits/{hit_id}/confirm", do=confirm, allowed=REVIEWERS),
        Deed(path="/inbox/hits/{hit_id}/exclude", do=exclude, allowed=REVIEWERS),
        Deed(path="/inbox/exclusions/{exclusion_id}/end", do=end_exclusion, allowed=REVIEWERS),
    ),
)
