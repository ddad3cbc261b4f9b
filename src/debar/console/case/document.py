"""What is kept with a case version, so that its pages never touch the platform again.

Law: made once, when the version is made, of the plan and of the platform as it was then; values are masked
as everywhere. Pages read it; what reviewers said since is laid over it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from debar.app.telling import account_facts
from debar.briefs.strike import BANNED, amounts_of, evidence_of
from debar.briefs.view import View, money_text, standing_of
from debar.cases.contacts import contacts_of
from debar.console.case.drawing import Material, draw
from debar.console.case.drawing import as_json as drawing_json
from debar.console.case.drawing import from_json as drawing_from_json
from debar.console.case.layout import Layout, lay_out, places_kept
from debar.console.case.mistakes import carried_by, doubts, ways
from debar.linking.words import noun
from debar.model.canonical import sha256_hex
from debar.model.money import format_micros, parse_micros

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from debar.app.opening import Opened
    from debar.model.ports import Engine
    from debar.plans.plan import Plan

ADS_SHOWN: Final = 3
"""Ads of an account that a timeline shows, those that were paid for most or shown most."""

WHY: Final = {
    "access_or_plantable": (
        "Only access evidence, or what an outsider can plant: that alone bans nobody, a person must say."
    ),
    "one_bridge": "Hangs, with others, on one other account alone: a person must say.",
}
"""Why somebody must be asked about, where a list says it again and again."""

PURCHASES: Final = "delivered"
"""The kind of billing row that is advertising bought and run."""


def network_text(_opened: Opened, plan: Plan, former: str | None) -> str:
    """Draw a version's network, from the places of the version before where there was one."""
    evidence_view = _plain_view(plan.document)
    drawing = draw(evidence_view)
    kept = None
    if former is not None:
        before = json.loads(former)
        kept = places_kept(drawing, drawing_from_json(before["drawing"]), Layout.from_json(before["places"]))
    layout = lay_out(drawing, kept)
    return json.dumps({"drawing": drawing_json(drawing), "places": layout.as_json()}, ensure_ascii=False)


def _plain_view(document: Mapping[str, Any]) -> Material:
    return Material(
        evidence=evidence_of(document),
        statuses={member["account_id"]: standing_of(member) for member in document["members"]},
        names={member["account_id"]: member["name"] for member in document["members"]},
        amounts=amounts_of(document),
    )


def case_text(opened: Opened, plan: Plan, _former: str | None) -> str:
    """Work out all that a version's pages show."""
    accounts = [member["account_id"] for member in plan.members]
    rows = account_facts(opened, accounts)
    view = View(plan.document, rows)
    return json.dumps(case_document(view, opened.engine), ensure_ascii=False)


def case_document(view: View, engine: Engine) -> dict[str, Any]:
    """Return a version's document.

    Returns:
        ``accounts`` by id, ``order`` of the members, ``doubts``, ``facts`` by id, ``contacts``, ``bought``
        (what each account bought, by month) and ``ads``.
    """
    found = doubts(view)
    partners = _partners(view)
    inside = [member["account_id"] for member in view.of_standing("named", "in", "ask")]
    counted = ways(view, [doubt.account_id for doubt in found])
    return {
        "order": [member["account_id"] for member in view.plan["members"]],
        "accounts": {
            member["account_id"]: _account(view, member, counted, partners) for member in view.plan["members"]
        },
        "doubts": [doubt.as_json() for doubt in found],
        "facts": {fact_id: _fact(view, fact_id) for fact_id in view.facts},
        "contacts": contacts_of(engine, inside),
        "bought": bought(engine, inside),
        "ads": ads(engine, inside),
        "judged": {
            f"{pair.account_a} {pair.account_b}": pair.judgement
            for pair in view.evidence.graph.pairs
            if pair.judgement is not None
        },
        "without": sorted(view.evidence.without),
        "named": list(view.evidence.graph.named),
        "accounts_count": view.evidence.graph.accounts_count,
        "money": {
            **{
                name: view.plan["earned"].get(name) for name in ("low", "likely", "high", "currency", "as_of")
            },
            "total": view.total(),
            "note": view.total_note(),
            "named": _sum(view, "named"),
            "plan": _sum(view, "named", "in"),
            "all": _sum(view, "named", "in", "ask"),
            "word": view.money_word,
        },
        "bound": view.bound_sentence(),
        "platform": str(view.plan["platform"]),
        "files": files_of(Path(str(view.plan["platform"]))),
        "data_to": _data_to(engine),
    }


def _partners(view: View) -> dict[str, list[str]]:
    """Return, for each account, those of the ban to whom a hop leads that is worth asking about.

    A path is worth no more than its weakest hop: told apart from these, an account is reached by nobody.
    """
    found: dict[str, list[str]] = {account: [] for account in view.members}
    for pair in view.evidence.graph.pairs:
        for one, other in ((pair.account_a, pair.account_b), (pair.account_b, pair.account_a)):
            weighing = view.strikes.weighings[pair.account_a, pair.account_b]
            worth = pair.judgement == "positive" or weighing.p_owner >= view.evidence.policy.ask_at
            if worth and view.before[other] in BANNED:
                found[one].append(other)
    return found


def _account(
    view: View,
    member: Mapping[str, Any],
    counted: Mapping[str, int],
    partners: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    account_id = member["account_id"]
    start = member["path"][0]["from"] if member["path"] else None
    near = partners[account_id]
    named = [other for other in near if view.before[other] == "named"]
    owner = start or next(iter(named or near or view.evidence.graph.named))
    row = view.accounts.get(account_id, {})
    return {
        "name": member["name"],
        "handle": member["handle"],
        "legal_name": member["legal_name"],
        "country": row.get("country", ""),
        "created_at": row.get("created_at", ""),
        "agency": bool(row.get("declared_agency")),
        "status": standing_of(member),
        "why": _why(view, member),
        "reached": carried_by(view, member),
        "apart_from": sorted({*near, owner}),
        "one_with": owner,
        "p_owner": member["p_owner"],
        "p_operator": member["p_operator"],
        "calibrated": member["calibrated"],
        "ways": counted.get(account_id),
        "earned": view.earned_of(member),
        "earned_micros": format_micros(view.amounts[account_id]),
        "facts": [fact.fact_id for fact in view.shared_facts(account_id)],
        "reasons": [
            {"sentence": reason["sentence"], "weight": reason["weight"], "facts": reason["facts"]}
            for reason in member["reasons"]
        ],
        **_for_it(member, agency=bool(row.get("declared_agency"))),
        "identifiers": list(view.identifiers(account_id)),
    }


def _why(view: View, member: Mapping[str, Any]) -> str:
    if standing_of(member) not in ("ask", "out"):
        return ""
    return WHY.get(member["why"]) or view.why(member)


def _for_it(member: Mapping[str, Any], *, agency: bool) -> dict[str, Any]:
    """Return what speaks for an account: what it has of its own, and what else, in sentences."""
    own = [reason for reason in member["speaks_for"] if reason["shared_by"] == 1]
    told = [reason["sentence"] for reason in member["speaks_for"] if reason["shared_by"] != 1]
    return {
        "its_own": [{"noun": noun(reason["kind"]), "shown": reason["shown"]} for reason in own],
        "speaks_for": told + (["It is a declared agency: it serves others."] if agency else []),
    }


def _fact(view: View, fact_id: str) -> dict[str, Any]:
    fact = view.facts[fact_id]
    alone = fact.alone
    return {
        "kind": fact.kind,
        "family": fact.family,
        "shown": fact.shown,
        "crowd": fact.crowd,
        "holders": list(fact.holders),
        "struck": fact.own_struck,
        "leaves": list(alone.leaves),
        "joins": list(alone.joins),
        "asks": list(alone.asks),
        "settled": list(alone.settled),
        "leaving": view.leaving(alone) if alone.leaves else "",
        "consequence": view.consequence(alone),
    }


def bought(engine: Engine, account_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return what accounts bought: one object an account, month and currency, oldest first."""
    rows = engine.rows(
        "SELECT account_id, strftime(date_trunc('month', service_day), '%Y-%m'), currency,"
        " CAST(SUM(amount_micros) AS DECIMAL(38,0)) FROM billing WHERE kind = $kind"
        " AND account_id IN (SELECT unnest($ids)) GROUP BY ALL ORDER BY 2, 1, 3",
        {"kind": PURCHASES, "ids": list(account_ids)},
    )
    return [
        {"account_id": account, "month": month, "currency": currency, "amount": format_micros(int(micros))}
        for account, month, currency, micros in rows
    ]


def ads(engine: Engine, account_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return, for each account, how many ads it ran, from when to when, where, and the largest of them."""
    rows = engine.rows(
        "SELECT account_id, COUNT(*), MIN(started_at), MAX(COALESCE(ended_at, started_at)) FROM ads"
        " WHERE account_id IN (SELECT unnest($ids)) GROUP BY account_id ORDER BY account_id",
        {"ids": list(account_ids)},
    )
    found: dict[str, dict[str, Any]] = {
        account: {
            "count": number,
            "first": first.date().isoformat() if first else "",
            "last": last.date().isoformat() if last else "",
            "largest": [],
        }
        for account, number, first, last in rows
    }
    largest = engine.rows(
        "SELECT account_id, ad_id, started_at, text, countries FROM ("
        "SELECT *, ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY impressions DESC NULLS LAST, ad_id)"
        " AS n"
        " FROM ads WHERE account_id IN (SELECT unnest($ids)) AND text IS NOT NULL) AS a"
        " WHERE n <= $shown ORDER BY account_id, n",
        {"ids": list(account_ids), "shown": ADS_SHOWN},
    )
    for account, ad_id, started_at, text, countries in largest:
        found[account]["largest"].append(
            {
                "ad_id": ad_id,
                "day": started_at.date().isoformat() if started_at else "",
                "text": str(text)[:160],
                "countries": sorted(countries or []),
            }
        )
    return found


def _sum(view: View, *standings: str) -> str:
    """Write what was earned from all accounts of some standings."""
    members = view.of_standing(*standings)
    if view.currency:
        return view.money(sum(view.amounts[member["account_id"]] for member in members))
    totals: dict[str, int] = {}
    for member in members:
        for currency, amount in member["earned"]["by_currency"].items():
            totals[currency] = totals.get(currency, 0) + parse_micros(amount)
    return " + ".join(money_text(micros, code) for code, micros in sorted(totals.items())) or "nothing"


def files_of(platform: Path) -> str:
    """Return a digest of the names, sizes and times of a platform's files: it tells that they changed.

    Empty where there are none to look at, as with a database.
    """
    if not platform.is_dir():
        return ""
    found = sorted(path for path in platform.iterdir() if path.is_file())
    told = [[path.name, path.stat().st_size, path.stat().st_mtime_ns] for path in found]
    return sha256_hex(json.dumps(told).encode())


def _data_to(engine: Engine) -> str:
    """Return the last day that the platform's bills tell of: how fresh the case is."""
    ((day,),) = engine.rows("SELECT MAX(service_day) FROM billing")
    return day.isoformat() if day else ""


ARTEFACTS: Final = {"network.json": network_text, "case.json": case_text}
"""What is kept with each version, by name."""
