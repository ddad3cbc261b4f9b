"""Say in words why two accounts are linked, or are not, and what speaks for them.

Law: the weights that are shown add up to the score that was used; both accounts' sides are told; a
probability without reviewed pairs behind it is called uncalibrated wherever it appears.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from debar.linking.words import (
    fact_sentence,
    judgement_sentence,
    none_sentence,
    noun,
    role_sentence,
)
from debar.model.identifiers import FAMILIES, FAMILY_OF_KIND, TELLING_FAMILIES
from debar.model.reason import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from debar.evidence.weigh import SharedValue, Weighing
    from debar.linking.expand import Hop, Standing
    from debar.linking.graph import CaseGraph, GraphPair
    from debar.model.ports import Engine

OWN_KINDS = ("legal_id", "tax_id", "vat_id", "domain", "bank", "card", "phone", "email")
"""Kinds of which an account's own value, held by nobody else, speaks for it."""


def reasons(
    hop: Hop, graph: CaseGraph, *, without: frozenset[str] = frozenset(), operator: bool = False
) -> tuple[Reason, ...]:
    """Return the additive reasons of one hop of a path.

    Args:
        hop: A step of a standing's path, as :func:`debar.linking.expand.expand` gave it.
        graph: The graph that was expanded.
        without: The facts that were struck out when it was.
        operator: Weights for "same operator" in place of "same owner".

    Returns:
        One reason a family that is known to both, the strongest first; a judgement first of all. Their
        weights and the weighing's prior add up to the score.
    """
    pair = graph.pair(hop.start, hop.end)
    assert pair is not None, "a hop runs along a pair of its graph"
    return pair_reasons(pair, hop.weighing, graph, without=without, operator=operator)


def path_reasons(
    standing: Standing, graph: CaseGraph, *, without: frozenset[str] = frozenset()
) -> tuple[Reason, ...]:
    """Return the reasons of a whole path, hop by hop from the named account; empty without a path."""
    return tuple(reason for hop in standing.path for reason in reasons(hop, graph, without=without))


def pair_reasons(
    pair: GraphPair,
    weighing: Weighing,
    graph: CaseGraph,
    *,
    without: frozenset[str] = frozenset(),
    operator: bool = False,
) -> tuple[Reason, ...]:
    """Return the additive reasons of a pair, as :func:`reasons` does for a hop."""
    told = []
    for part in weighing.contributions:
        weight = part.operator_millibits if operator else part.owner_millibits
        if part.rarest is not None:
            facts = tuple(
                fact_id
                for fact_id in pair.shared
                if graph.facts[fact_id].family == part.family and fact_id not in without
            )
            told.append(_shared_reason(part.rarest, pair, graph, weight=weight, facts=facts))
        elif part.level == "none":
            told.append(_plain_reason(part.family, "none", none_sentence(part.family), weight=weight))
    told.sort(key=lambda reason: (-reason.weight_millibits, FAMILIES.index(reason.family)))
    if pair.judgement is None:
        return tuple(told)
    judged = _plain_reason("judgement", pair.judgement, judgement_sentence(pair.judgement), weight=0)
    return (judged, *told)


def _shared_reason(
    value: SharedValue, pair: GraphPair, graph: CaseGraph, *, weight: int, facts: tuple[str, ...]
) -> Reason:
    fact = graph.facts[value.fact_id]
    agreeing, with_data = other_pairs(pair, value.fact_id, graph)
    sentence = fact_sentence(fact.kind, fact.shown, fact.crowd, graph.accounts_count)
    role = role_sentence(fact.kind, fact.family, value.role, agreeing, with_data)
    return Reason(
        family=fact.family,
        kind=fact.kind,
        shown=fact.shown,
        shared_by=fact.crowd,
        role=value.role,
        weight_millibits=weight,
        sentence=f"{sentence} {role}".strip(),
        fact_ids=facts,
    )


def _plain_reason(family: str, kind: str, sentence: str, *, weight: int) -> Reason:
    return Reason(
        family=family,
        kind=kind,
        shown="",
        shared_by=0,
        role="",
        weight_millibits=weight,
        sentence=sentence,
    )


def other_pairs(pair: GraphPair, fact_id: str, graph: CaseGraph) -> tuple[int, int]:
    """Return what the *other* pairs on a fact show: (agreeing, with data), the pair itself left out."""
    fact = graph.facts[fact_id]
    shared = {graph.facts[other].family for other in pair.shared}
    telling = set(TELLING_FAMILIES) - {fact.family}
    if fact.family != "legal" and "legal" in pair.known_to_both:
        agrees = "legal" in shared
    else:
        agrees = bool(telling & shared)
    has_data = bool(telling & set(pair.known_to_both))
    return max(0, fact.agreeing - agrees), max(0, fact.with_data - has_data)


def speaks_for(engine: Engine, account_id: str, against: Iterable[str]) -> tuple[Reason, ...]:
    """Return what speaks for an account against a link with others.

    Args:
        engine: Holds the normalised tables.
        account_id: The account.
        against: The accounts that it would be linked to, such as the members of a case.

    Returns:
        Own identifiers (held by nobody else) of kinds that matter, and an account older than all of the
        others. Weights are zero: these are for a reader, the score already counts disjoint families.
    """
    others = sorted(set(against) - {account_id})
    engine.load("case_against", {"account_id": "VARCHAR"}, [(a,) for a in others])
    kinds = ", ".join(f"'{kind}'" for kind in OWN_KINDS)
    rows = engine.rows(
        "SELECT i.kind, MIN(i.shown), COUNT(DISTINCT i.value_key) FROM identifiers AS i"
        f" WHERE i.account_id = $account AND i.kind IN ({kinds}) AND NOT EXISTS ("
        "SELECT 1 FROM identifiers AS o WHERE o.kind = i.kind AND o.value_key = i.value_key"
        " AND o.account_id <> i.account_id) GROUP BY i.kind",
        {"account": account_id},
    )
    found = {kind: (shown, count) for kind, shown, count in rows}
    told = [_own_reason(kind, *found[kind]) for kind in OWN_KINDS if kind in found]
    ages = engine.rows(
        "SELECT MIN(CASE WHEN a.account_id = $account THEN a.created_at END),"
        " MIN(CASE WHEN c.account_id IS NOT NULL THEN a.created_at END)"
        " FROM accounts AS a LEFT JOIN case_against AS c ON c.account_id = a.account_id",
        {"account": account_id},
    )
    ((own, oldest),) = ages
    if own is not None and oldest is not None and own < oldest:
        sentence = f"It was opened on {own:%Y-%m-%d}, before any of the others ({oldest:%Y-%m-%d})."
        told.append(_plain_reason("age", "created_at", sentence, weight=0))
    return tuple(told)


def _own_reason(kind: str, shown: str, count: int) -> Reason:
    more = f" and {count - 1} more" if count > 1 else ""
    return Reason(
        family=FAMILY_OF_KIND[kind],
        kind=kind,
        shown=shown,
        shared_by=1,
        role="",
        weight_millibits=0,
        sentence=f"It has {'an e-mail address' if kind == 'email' else f'a {noun(kind)}'} of its own:"
        f" {shown}{more}; nobody else uses it.",
    )
