"""One appeal: what was decided and on what, what the other side says, and the steps that may follow.

Law: every step is an entry in the register under an enrolled key, opened with its owner's password for this
step alone; who may hear an appeal is for the verbs to say, and the page shows what they say.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from debar.app.applying import enrolled_keys
from debar.app.decisions import load_decision
from debar.app.hearing import steps
from debar.app.hearing.clerk import Clerk, involved_in, refusal_of
from debar.app.reversal.standing import before_of, standings_of
from debar.console.web.asking import SIGNED_IN, Asked, Deed, Done, Page, Screen
from debar.console.web.forms import day_of
from debar.model.problem import EXIT_REFUSED, DebarError
from debar.plans.revision import hanging_on
from debar.register.address import open_register

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from debar.app.answer import Answer
    from debar.app.decisions import Decision
    from debar.plans.approval import EnrolledKey

STAFF: Final = frozenset({"proposer", "approver", "reviewer", "appeals"})
"""Whoever keeps the file of an appeal."""
HEARS: Final = frozenset({"appeals"})
"""Whoever decides one."""
PLANS: Final = frozenset({"proposer"})
"""Whoever plans what an outcome asks for."""
IN_ORDER: Final = (
    *("decide", "review", "acknowledge", "admit", "expire", "inform", "close", "assign"),
    *("request", "answer", "relief", "refuse"),
)
"""Steps as the page offers them, what brings the appeal on first. The filer's own come by link, a court's by
the command line."""
HEARD: Final = frozenset({"review", "request", "relief", "decide"})
"""Steps of the reviewer; all others are staff's."""


def appeal_page(asked: Asked) -> Mapping[str, Any]:
    """Show an appeal beside the decision and its evidence."""
    setting, appeal_id = asked.desk.setting, asked.path["appeal_id"]
    document = steps.show_appeal(setting, appeal_id).document
    told = load_decision(setting, document["decision_id"])
    account = document["account_id"]
    with open_register(setting.register_address(), read_only=True) as register:
        reviewers = _reviewers(told, account, enrolled_keys(register))
    case = asked.desk.cases.case_of(told.plan["plan_sha256"])
    due = document["due_on"]
    return {
        "appeal": document,
        "filing": document["steps"][0]["said"],
        "days_left": None if due is None else (date.fromisoformat(due) - asked.now.date()).days,
        "decision": _decision(told, asked, account),
        "words": _words(told, account),
        "hanging": _hanging(told, asked, account),
        "reviewers": reviewers,
        "may": [step for step in IN_ORDER if step in document["may_follow"] and _may(asked, step, document)],
        "enrolled": asked.who.public_key is not None,
        "case_id": case,
        "carry_out": _carry_out(asked, document, case),
    }


def _may(asked: Asked, step: str, document: Mapping[str, Any]) -> bool:
    """Tell whether the page offers a step to whoever reads it."""
    if asked.who.public_key is None:
        return False
    if step not in HEARD:
        return asked.may(*STAFF)
    own = step == "relief" or document["reviewer"] == asked.who.name
    return own and asked.may(*HEARS)


def _reviewers(told: Decision, account: str, keys: Iterable[EnrolledKey]) -> list[dict[str, Any]]:
    """Return whoever is enrolled, with why they may not hear it; those who may come first."""
    involved = involved_in(told, account)
    rows = [{"name": key.name, "refused": refusal_of(key, involved)} for key in keys]
    return sorted(rows, key=lambda row: (row["refused"] is not None, row["name"]))


def _decision(told: Decision, asked: Asked, account: str) -> dict[str, Any]:
    """Return what was decided about an account, and on what."""
    found = next((m for m in told.plan["members"] if m["account_id"] == account), None)
    standing = standings_of(told, asked.now).get(account)
    decision = told.plan["decision"]
    return {
        "decision_id": told.decision_id,
        "ground": decision.get("ground"),
        "facts": decision.get("facts"),
        "rule": decision.get("rule"),
        "proposed_by": told.plan["proposed_by"],
        "approved_by": [
            entry.by or "erased"
            for entry in told.entries
            if entry.type == "approval" and entry.public["plan_sha256"] == told.plan["plan_sha256"]
        ],
        "standing": None if standing is None else standing.sentence(),
        "member": None
        if found is None
        else {
            "name": found["name"],
            "basis": found["basis"],
            "reasons": [one["sentence"] for one in found["reasons"] if not _is_against(one)],
            "speaks_for": [
                one["sentence"] for one in (*found["speaks_for"], *filter(_is_against, found["reasons"]))
            ],
            "p_owner": found["p_owner"],
            "calibrated": found["calibrated"],
            "earned": found["earned"]["converted"],
        },
    }


def _is_against(reason: Mapping[str, Any]) -> bool:
    """Tell whether a reason weighs against a link."""
    return str(reason["weight"]).startswith("-")


def _words(told: Decision, account: str) -> list[dict[str, Any]]:
    """Return the denials of the whole decision and the account's own words, as they were said."""
    return [
        {"entry": entry.seq, "at": entry.at.isoformat(), "who": entry.body["who"], "text": entry.body["text"]}
        for entry in told.entries
        if entry.type == "denial"
        and entry.body is not None
        and entry.body.get("account_id") in (None, "", account)
    ]


def _hanging(told: Decision, asked: Asked, account: str) -> list[dict[str, str]]:
    """Return the accounts that were banned only through this one: they fall with it, or are argued anew."""
    names = {member["account_id"]: member["name"] for member in told.plan["members"]}
    before = before_of(told, asked.now)
    left = hanging_on(told.plan, before, lifted=frozenset({account}), struck=frozenset())
    return [{"account_id": one, "name": names[one]} for one in left]


def _carry_out(asked: Asked, document: Mapping[str, Any], case: str | None) -> dict[str, Any]:
    """Return the plan that carries out the outcome: wanted, being made, made."""
    wanted = document["state"] == "decided" and document["outcome"] in ("lifted", "varied")
    why = f"carries out {document['appeal_id']}"
    versions = [] if case is None else [v for v in asked.desk.cases.revisions(case) if v.why == why]
    job = None if case is None else asked.desk.jobs.of_case(case)
    own = job is not None and job.asked.get("appeal_id") == document["appeal_id"]
    return {
        "wanted": wanted,
        "versions": [{"number": v.number, "plan_sha256": v.plan_sha256} for v in versions],
        "job": job.as_json() if own and job is not None else None,
        "may_plan": wanted
        and case is not None
        and asked.may(*PLANS)
        and asked.who.public_key is not None
        and asked.desk.platform is not None,
    }


def _step(step: str, take: Callable[[Asked, Clerk, str], Answer]) -> Deed:
    """Return the address of a step: taken under the person's own key, opened for it."""

    def do(asked: Asked) -> Done:
        appeal_id = asked.path["appeal_id"]
        signer = asked.desk.people.signer(asked.who, asked.form.get("password", ""))
        clerk = Clerk(setting=asked.desk.setting, now=asked.now, key=signer)
        answer = take(asked, clerk, appeal_id)
        said = f"Recorded in entry {answer.document['entry']}: {step.replace('_', ' ')}."
        return Done(to=f"/inbox/appeals/{appeal_id}", said=said)

    return Deed(path=f"/inbox/appeals/{{appeal_id}}/{step}", do=do, allowed=HEARS if step in HEARD else STAFF)


def _field(asked: Asked, name: str) -> str:
    return asked.form.get(name, "").strip()


STEPS: Final = (
    _step("acknowledge", lambda _, clerk, appeal: steps.acknowledge(clerk, appeal)),
    _step("admit", lambda _, clerk, appeal: steps.admit(clerk, appeal, refused_because=None)),
    _step(
        "refuse",
        lambda asked, clerk, appeal: steps.admit(clerk, appeal, refused_because=_field(asked, "reason")),
    ),
    _step(
        "assign", lambda asked, clerk, appeal: steps.assign(clerk, appeal, reviewer=_field(asked, "reviewer"))
    ),
    _step("review", lambda _, clerk, appeal: steps.review(clerk, appeal)),
    _step(
        "request",
        lambda asked, clerk, appeal: steps.request(
            clerk, appeal, question=_field(asked, "question"), answer_by=day_of(_field(asked, "answer_by"))
        ),
    ),
    _step(
        "answer",
        lambda asked, clerk, appeal: steps.answer_request(
            clerk, appeal, text=_field(asked, "answer"), files=()
        ),
    ),
    _step("expire", lambda _, clerk, appeal: steps.expire(clerk, appeal)),
    _step(
        "relief",
        lambda asked, clerk, appeal: steps.relief(
            clerk,
            appeal,
            granted=_field(asked, "granted") == "yes",
            reason=_field(asked, "reason"),
            until=day_of(_field(asked, "until")),
        ),
    ),
    _step(
        "decide",
        lambda asked, clerk, appeal: steps.decide(
            clerk, appeal, outcome=_field(asked, "outcome"), reasons=_field(asked, "reasons")
        ),
    ),
    _step("inform", lambda _, clerk, appeal: steps.inform(clerk, appeal)),
    _step("close", lambda _, clerk, appeal: steps.close(clerk, appeal)),
)


def plan_outcome(asked: Asked) -> Done:
    """Ask for the plan that carries out the outcome, under the name of whoever asks.

    Raises:
        DebarError: DBR-K060, the desk keeps no key of theirs; DBR-K074, the decision is no case of this desk;
            DBR-K014, the day is none.
    """
    if asked.who.public_key is None:
        raise DebarError(
            "DBR-K060",
            "the desk keeps no signing key of yours",
            hint="debar desk add ... --key FILE",
            exit_code=EXIT_REFUSED,
        )
    until = day_of(_field(asked, "until"))
    setting, appeal_id = asked.desk.setting, asked.path["appeal_id"]
    document = steps.show_appeal(setting, appeal_id).document
    told = load_decision(setting, document["decision_id"])
    case = asked.desk.cases.case_of(told.plan["plan_sha256"])
    if case is None:
        raise DebarError(
            "DBR-K074",
            f"{told.decision_id} was not decided at this desk",
            hint=f"debar lift {told.decision_id} {document['account_id']} --appeal {appeal_id}",
            exit_code=EXIT_REFUSED,
        )
    asked.desk.jobs.ask(
        case,
        {
            "kind": "reverse",
            "decision_id": told.decision_id,
            "appeal_id": appeal_id,
            "account_id": document["account_id"],
            "outcome": document["outcome"],
            "also": _field(asked, "also").split(),
            "until": None if until is None else until.isoformat(),
            "reason": _field(asked, "reason") or _reasons(document),
            "public_key": asked.who.public_key,
        },
        by=asked.who.name,
    )
    return Done(to=f"/inbox/appeals/{appeal_id}", said="The plan is being made, under your name.")


def _reasons(document: Mapping[str, Any]) -> str:
    """Return the reviewer's own reasons: those that the holder is told."""
    said = [one["said"].get("reasons", "") for one in document["steps"] if one["event"] == "decide"]
    return str(said[-1]) if said else ""


SCREEN: Final = Screen(
    pages=(
        Page(
            path="/inbox/appeals/{appeal_id}", view=appeal_page, template="hearing.html.j2", allowed=SIGNED_IN
        ),
    ),
    deeds=(
        *STEPS,
        Deed(path="/inbox/appeals/{appeal_id}/plan", do=plan_outcome, allowed=PLANS),
    ),
)
