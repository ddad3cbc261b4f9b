"""Plan: from a name to a frozen document of who is touched, why, and what it costs.

Law: planning changes nothing, anywhere.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from debar.app.answer import Answer
from debar.app.money.case_money import case_money
from debar.app.opening import fitted
from debar.cases.case import account_rows, assemble
from debar.linking.assurance.scored import audit_platform, score_strata
from debar.linking.explain import path_reasons, speaks_for
from debar.linking.lookup import resolve_subject
from debar.linking.neighbourhood import case_graph
from debar.model.problem import EXIT_REFUSED, DebarError, Place
from debar.plans.base import base_of, keys_of, read_rows
from debar.plans.bounding import planned_pairs
from debar.plans.build import Proposal, build
from debar.plans.plan import Plan, freeze
from debar.plans.revision import BAN, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from debar.app.authority.citing import Cited
    from debar.app.opening import Opened
    from debar.cases.case import Case
    from debar.model.rates import Rates
    from debar.model.window import Window
    from debar.register.writing import Register

DECISION_FIELDS = ("ground", "rule", "facts", "surfaces", "territories", "authorities")
DECISION_EXTRAS = ("language", "translations", "source", "dsa")
"""What a decision may bring too: its language, translations, what set it off, terms of the EU's database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks to be planned.

    Args:
        platform: Where the platform's tables are, as the plan shall name it.
        subjects: Names, handles or ``account:ID``.
        decision: ground, rule, facts, surfaces, territories, authorities; and optionally
            alternatives_considered and expected_consequences.
        proposed_by: Name of the proposer.
        proposer_key: The proposer's public key in hex; empty for a plan that is only looked at.
        now: When it is proposed, aware UTC.
        effective_from: When it shall hold; None for now.
        window: The retrospective's window.
        without: Facts struck out, by their ids.
        as_of: The money's knowledge day; None for all that is in the books.
        to: Currency of the totals.
        also: Further currencies in which the total is said.
        cited: Findings and listings that the decision cites beside its own authorities.
    """

    platform: str
    subjects: Sequence[str]
    decision: Mapping[str, Any]
    proposed_by: str
    proposer_key: str
    now: datetime
    effective_from: datetime | None = None
    window: Window | None = None
    without: frozenset[str] = frozenset()
    as_of: date | None = None
    to: str = "USD"
    also: Sequence[str] = field(default=("GBP",))
    cited: Sequence[Cited] = ()


def read_decision(path: Path | None) -> dict[str, Any]:
    """Read what people bring to a decision, from TOML or JSON.

    Raises:
        DebarError: DBR-A003, the file cannot be read or lacks a field.
    """
    if path is None:
        return {
            "ground": "not stated",
            "rule": {"id": "not stated", "version": "", "url": ""},
            "facts": "",
            "surfaces": ["all"],
            "territories": ["worldwide"],
            "authorities": [],
        }
    place = Place(file=path.name)
    try:
        text = path.read_text(encoding="utf-8")
        document = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise DebarError("DBR-A003", f"the decision cannot be read: {error}", place=place) from None
    missing = [name for name in DECISION_FIELDS if name not in document]
    if missing:
        raise DebarError(
            "DBR-A003",
            f"the decision lacks {', '.join(missing)}",
            place=place,
            hint="see docs/plan.md for an example",
        )
    _check_translations(document.get("translations", {}), place)
    return dict(document)


def _check_translations(translations: object, place: Place) -> None:
    """Insist that translations are texts by language: they are read when notices are written, much later."""
    fits = isinstance(translations, dict) and all(
        isinstance(table, dict) and all(isinstance(text, str) for text in table.values())
        for table in translations.values()
    )
    if not fits:
        raise DebarError(
            "DBR-A003",
            "the decision's translations are no tables of texts by language",
            place=place,
            hint='[translations.de] then "The English text." = "Der deutsche Text."',
        )


def make_case(opened: Opened, subjects: Sequence[str], without: frozenset[str] = frozenset()) -> Case:
    """Assemble the case of some subjects.

    Raises:
        DebarError: A subject cannot be resolved; DBR-A004, a struck fact is not in the case.
    """
    named = [(query, resolve_subject(opened.engine, query)) for query in subjects]
    ids = sorted({account for _, accounts in named for account in accounts})
    graph = case_graph(opened.engine, ids, opened.parameters, opened.policy)
    unknown = sorted(without - set(graph.facts))
    if unknown:
        raise DebarError(
            "DBR-A004",
            f"no account of this case shares {', '.join(unknown)}",
            hint="debar show plan.json lists the facts of the case by their ids",
        )
    judged = opened.engine.rows('SELECT account_a, account_b, "by" FROM judgements ORDER BY "at"')
    return assemble(
        subjects=named,
        graph=graph,
        parameters=opened.parameters,
        policy=opened.policy,
        accounts=account_rows(opened.engine, graph.accounts),
        judges={(a, b): by for a, b, by in judged},
        without=without,
    )


def make_plan(opened: Opened, wish: Wish, *, rates: Rates, register: Register | None) -> Plan:
    """Make a frozen plan.

    Args:
        opened: The platform.
        wish: What is asked.
        rates: Exchange rates.
        register: What was decided before; None where there is none yet.

    Raises:
        DebarError: DBR-A094, accounts would be linked by numbers that the data cannot carry.
    """
    opened = fitted(opened)
    case = make_case(opened, wish.subjects, wish.without)
    audit = audited(opened, case)
    effective_from = wish.effective_from or wish.now
    money = case_money(
        opened,
        case.standings(),
        rates=rates,
        to=wish.to,
        as_of=wish.as_of,
        cut_off=effective_from.date(),
        p_owner={m.account_id: m.standing.p_owner for m in case.members},
        also=wish.also,
    )
    decision = dict(wish.decision)
    cited = {one.rests_on: one for one in wish.cited}
    named = [{**one.authority, "rests_on": one.rests_on} for one in cited.values()]
    decision["authorities"] = [*decision["authorities"], *named]
    proposal = Proposal(
        platform=wish.platform,
        platform_name=opened.platform.name,
        proposed_by=wish.proposed_by,
        proposer_key=wish.proposer_key,
        proposed_at=wish.now,
        effective_from=effective_from,
        window=wish.window,
        alternatives_considered=decision.pop("alternatives_considered", ()),
        expected_consequences=decision.pop("expected_consequences", ()),
        decision={name: decision[name] for name in (*DECISION_FIELDS, *DECISION_EXTRAS) if name in decision},
    )
    linked = [member for member in case.members if member.basis == "linked"]
    inside = [member.account_id for member in case.members if member.status == "in"]
    draft = build(
        case,
        proposal,
        reasons={m.account_id: path_reasons(m.standing, case.graph, without=wish.without) for m in linked},
        speaks_for={
            m.account_id: speaks_for(opened.engine, m.account_id, inside) for m in linked if m.status != "out"
        },
        earned=money.block,
        earned_by_account=money.members,
        base=base_of(
            read_rows(
                opened.engine,
                standing_decisions(register),
                (*keys_of(case), *(("authorities", name) for name in cited)),
                authorities={name: one.said for name, one in cited.items()},
            ),
            model_sha256=opened.parameters.model_sha256(),
            policy=opened.policy.as_json(),
        ),
        audit=audit,
    )
    return freeze(draft)


def audited(opened: Opened, case: Case) -> str | None:
    """Audit the numbers of a case where no reviewed pairs stand behind them; say what came of it.

    Raises:
        DebarError: DBR-A094, the audit says that the data cannot carry a link, and accounts rest on one.
    """
    if opened.parameters.calibrated or not planned_pairs(member.standing for member in case.members):
        return None
    score_strata(opened.engine, opened.parameters)
    audit = audit_platform(opened.engine, opened.policy)
    if not audit.carries(fitted=opened.parameters.fitted):
        raise DebarError(
            "DBR-A094",
            "linked accounts would rest on numbers that this data cannot carry",
            details=(audit.sentence(),),
            hint="review 200 pairs (debar review-sample) and pass them on, or judge the accounts one by one",
            exit_code=EXIT_REFUSED,
        )
    return audit.sentence()


def standing_decisions(register: Register | None) -> dict[str, str]:
    """Return which decision stands against which account."""
    if register is None:
        return {}
    return {d.key_value: d.decision_id for d in register.standings() if d.key_kind == "account"}


def plan_answer(plan: Plan) -> Answer:
    """Tell a plan as a text that a person can decide on."""
    from debar.app.reversal.telling import revision_answer
    from debar.app.telling_plans import plan_text

    if kind_of(plan.document) != BAN:
        return revision_answer(plan)
    return Answer(document=plan.document, text=plan_text(plan))
