"""Say in words why two accounts are linked, or are not, and what speaks for them.

Law: the weights that are shown add up to the score that was used; both accounts' sides are told; a
probability without reviewed pairs behind it is called uncalibrated wherever it appears.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from debar.evidence.weigh import MILLION, Weighing, probabilities
from debar.linking.expand import Hop, Standing, expand, weigh_pairs
from debar.linking.links import ensure_links
from debar.linking.lookup import require_account
from debar.linking.neighbourhood import case_graph, pair_graph
from debar.linking.words import (
    fact_sentence,
    judgement_sentence,
    none_sentence,
    noun,
    role_sentence,
)
from debar.model.identifiers import FAMILIES, FAMILY_OF_KIND, TELLING_FAMILIES
from debar.model.problem import DebarError
from debar.model.reason import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from debar.evidence.parameters import Parameters
    from debar.evidence.weigh import SharedValue
    from debar.linking.graph import CaseGraph, GraphPair
    from debar.model.policy import Policy
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why two accounts are linked, or are not.

    Args:
        account_a: The account that was asked about first.
        account_b: The other one.
        weighing: The direct score.
        prior_millibits: What the owner's score starts from; reasons and prior add up to the score.
        operator_prior_millibits: The same for "same operator".
        judgement: A reviewer's word on the two.
        owner: Reasons with their weight for "same owner".
        operator: The same reasons with their weight for "same operator".
        status: Where ``account_b`` would stand if ``account_a`` were named.
        path: Hops from ``account_a`` to ``account_b``, if any path is worth showing.
        path_p_owner: Product along that path, in millionths.
        speaks_for_a: What speaks for the first account.
        speaks_for_b: What speaks for the second.
        verdict: One sentence.
        would_change: What would change the answer, one sentence each.
        calibrated: Whether reviewed pairs stand behind the probabilities.
    """

    account_a: str
    account_b: str
    weighing: Weighing
    prior_millibits: int
    operator_prior_millibits: int
    judgement: str | None
    owner: tuple[Reason, ...]
    operator: tuple[Reason, ...]
    status: str
    path: tuple[Hop, ...]
    path_p_owner: int
    speaks_for_a: tuple[Reason, ...]
    speaks_for_b: tuple[Reason, ...]
    verdict: str
    would_change: tuple[str, ...]
    calibrated: bool

    def as_json(self) -> dict[str, Any]:
        """Return the answer as a JSON object; probabilities and weights as strings."""
        return {
            "account_a": self.account_a,
            "account_b": self.account_b,
            "p_owner": _decimal(self.weighing.p_owner),
            "p_operator": _decimal(self.weighing.p_operator),
            "calibrated": self.calibrated,
            "weight": _bits(self.weighing.owner_millibits),
            "operator_weight": _bits(self.weighing.operator_millibits),
            "prior": _bits(self.prior_millibits),
            "operator_prior": _bits(self.operator_prior_millibits),
            "relation": self.weighing.relation,
            "judgement": self.judgement,
            "reasons": [
                {**reason.as_json(), "operator_weight": _bits(other.weight_millibits)}
                for reason, other in _together(self.owner, self.operator)
            ],
            "status": self.status,
            "path": [{"from": h.start, "to": h.end, "p_owner": _decimal(h.p_owner)} for h in self.path],
            "path_p_owner": _decimal(self.path_p_owner),
            "speaks_for": {
                self.account_a: [reason.as_json() for reason in self.speaks_for_a],
                self.account_b: [reason.as_json() for reason in self.speaks_for_b],
            },
            "verdict": self.verdict,
            "would_change": list(self.would_change),
        }


def _decimal(probability: int) -> str:
    return f"{probability // MILLION}.{probability % MILLION:06d}"


def _bits(millibits: int) -> str:
    return f"{millibits / 1000:.3f}"


def _together(owner: Sequence[Reason], operator: Sequence[Reason]) -> list[tuple[Reason, Reason]]:
    """Pair each reason with itself as it weighs for "same operator"."""
    by_family = {reason.family: reason for reason in operator}
    return [(reason, by_family[reason.family]) for reason in owner]


def why(engine: Engine, one: str, other: str, parameters: Parameters, policy: Policy) -> Why:
    """Answer why two accounts are linked, or are not: for any two accounts.

    Args:
        engine: Holds the normalised tables; the platform is linked first where it was not.
        one: An account id; the question is asked as if this one were named.
        other: Another account id.
        parameters: The frozen tables.
        policy: Thresholds, hops, crowd cap and agencies.

    Raises:
        DebarError: DBR-L003, an account is unknown; candidates are listed. DBR-L004, it is one account.
    """
    for account_id in (one, other):
        require_account(engine, account_id)
    if one == other:
        raise DebarError("DBR-L004", f"{one} is one account, not two", hint="give two different accounts")
    ensure_links(engine, parameters, policy)
    graph = pair_graph(engine, one, other, policy)
    (weighing,) = weigh_pairs(graph, parameters).values()
    (pair,) = graph.pairs
    standing = _standing_of(engine, one, other, parameters=parameters, policy=policy)
    return Why(
        account_a=one,
        account_b=other,
        weighing=weighing,
        prior_millibits=weighing.owner_prior_millibits,
        operator_prior_millibits=weighing.operator_prior_millibits,
        judgement=pair.judgement,
        owner=pair_reasons(pair, weighing, graph),
        operator=pair_reasons(pair, weighing, graph, operator=True),
        status=standing.status if standing else "out",
        path=standing.path if standing else (),
        path_p_owner=standing.p_owner if standing else 0,
        speaks_for_a=speaks_for(engine, one, (other,)),
        speaks_for_b=speaks_for(engine, other, (one,)),
        verdict=_verdict(one, other, standing, weighing, judgement=pair.judgement),
        would_change=_would_change(
            pair, weighing, standing, graph=graph, parameters=parameters, policy=policy
        ),
        calibrated=parameters.calibrated,
    )


def _standing_of(
    engine: Engine, one: str, other: str, *, parameters: Parameters, policy: Policy
) -> Standing | None:
    """Return where the other account would stand if the first were named; None if it is out of reach."""
    try:
        graph = case_graph(engine, (one,), parameters, policy)
    except DebarError as error:
        if error.code != "DBR-L002":
            raise
        graph = pair_graph(engine, one, other, policy)
    return next((s for s in expand(graph, parameters, policy) if s.account_id == other), None)


def _verdict(
    one: str, other: str, standing: Standing | None, weighing: Weighing, *, judgement: str | None
) -> str:
    if judgement == "negative":
        return f"A reviewer decided that {other} does not belong to {one}; no number changes that."
    if standing is None:
        if not any(part.level == "shared" for part in weighing.contributions):
            return f"Nothing links {other} to {one}: they share nothing that counts, and no path leads there."
        return f"Not linked: what {one} and {other} share is too common to tell."
    if standing.status == "in":
        route = "directly" if len(standing.path) == 1 else f"over {len(standing.path)} hops"
        return f"Linked: {other} would be proposed together with {one}, {route}."
    return {
        "agency": f"Not linked: {other} is a declared agency or an account of two parties: never swept in.",
        "judged": f"Not proposed: a reviewer's word stands between {one} and {other}.",
        "access_or_plantable": (
            f"A reviewer must decide: all that links {other} to {one} is access evidence, or something that"
            " an outsider could have planted."
        ),
        "same_hands": f"Not linked: more likely the same hands run {one} and {other} for different owners.",
        "weak": (
            f"A reviewer must decide: something links {other} to {one}, not enough to propose it."
            if standing.status == "ask"
            else f"Not linked: what {one} and {other} share is too little, or too common."
        ),
    }[standing.why]


def _would_change(
    pair: GraphPair,
    weighing: Weighing,
    standing: Standing | None,
    *,
    graph: CaseGraph,
    parameters: Parameters,
    policy: Policy,
) -> tuple[str, ...]:
    """Say which struck fact, missing evidence or judgement would turn the direct answer."""
    told = []
    if standing is not None and standing.status == "in":
        for fact_id in pair.shared if len(standing.path) == 1 else ():
            (without,) = weigh_pairs(graph, parameters, frozenset({fact_id})).values()
            if without.p_owner < policy.propose_at or not without.carries_a_ban:
                fact = graph.facts[fact_id]
                told.append(
                    f"Without {fact.shown} ({fact_id}) the two alone would no longer be enough to propose it."
                )
        if len(standing.path) > 1:
            told.append("A negative judgement on any hop of the path would break it.")
    elif pair.judgement is None:
        missing = _score_needed(policy.propose_at, weighing) - weighing.owner_millibits
        if missing > 0:
            told.append(f"Evidence worth {_bits(missing)} bits more for one owner would make it a proposal.")
        if not weighing.carries_a_ban:
            told.append(
                "Only a shared legal id, tax id, VAT id, e-mail address, phone number, page or app could"
                " carry a ban; none is shared."
            )
    if pair.judgement is None:
        told.append("A reviewer's judgement on the two would stand above any number.")
    return tuple(told)


def _score_needed(propose_at: int, weighing: Weighing) -> int:
    """Return the least owner score at which a pair with this operator score would be proposed."""
    low, high = -60_000, 60_000
    while low < high:
        middle = (low + high) // 2
        scores = {"overt": middle, "covert": -60_000, "operator": weighing.operator_millibits}
        if probabilities(scores)[0] >= propose_at:
            high = middle
        else:
            low = middle + 1
    return low


def render_why_text(answer: Why) -> str:
    """Write the answer for a terminal."""
    mark = "" if answer.calibrated else " (uncalibrated)"
    lines = [
        answer.verdict,
        "",
        (
            f"one owner {_percent(answer.weighing.p_owner)}, same hands but different owners"
            f" {_percent(answer.weighing.p_operator)}{mark}"
        ),
        "",
        f"{'owner':>9} {'hands':>9}  bits",
        (
            f"{_signed(answer.prior_millibits)} {_signed(answer.operator_prior_millibits)}"
            "  before any evidence: two accounts picked at random"
        ),
    ]
    lines += [
        f"{_signed(reason.weight_millibits)} {_signed(other.weight_millibits)}  {reason.sentence}"
        for reason, other in _together(answer.owner, answer.operator)
    ]
    lines.append(
        f"{_signed(answer.weighing.owner_millibits)} {_signed(answer.weighing.operator_millibits)}  together"
    )
    if len(answer.path) > 1:
        route = " - ".join((answer.path[0].start, *(hop.end for hop in answer.path)))
        lines += ["", f"path: {route} (one owner {_percent(answer.path_p_owner)}{mark})"]
    for account, told in ((answer.account_a, answer.speaks_for_a), (answer.account_b, answer.speaks_for_b)):
        if told:
            lines += ["", f"what speaks for {account}:", *(f"  {reason.sentence}" for reason in told)]
    if answer.would_change:
        lines += ["", "what would change the answer:", *(f"  {sentence}" for sentence in answer.would_change)]
    return "\n".join(lines)


def _signed(millibits: int) -> str:
    return f"{millibits / 1000:+9.2f}"


def _percent(probability: int) -> str:
    if 0 < probability < 100:
        return "< 0.01 %"
    return f"{probability // 100 / 100:.2f} %"
