"""Answer for any two accounts: why they are linked, or are not, and what would change that.

Law: the weights that are shown add up to the score that was used; both accounts' sides are told; a
probability without reviewed pairs behind it is called uncalibrated wherever it appears.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from debar.evidence.weigh import MILLION, Weighing, probabilities
from debar.linking.expand import Hop, Standing, expand, weigh_pairs
from debar.linking.explain import pair_reasons, speaks_for
from debar.linking.links import ensure_links
from debar.linking.lookup import require_account
from debar.linking.neighbourhood import case_graph, pair_graph
from debar.model.problem import DebarError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from debar.evidence.parameters import Parameters
    from debar.linking.graph import CaseGraph, GraphPair
    from debar.model.policy import Policy
    from debar.model.ports import Engine
    from debar.model.reason import Reason


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
        handed_over: For each of the two that changed hands, since when it is judged, and why.
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
    handed_over: tuple[str, ...]
    calibrated: bool

    def as_json(self) -> dict[str, Any]:
        """Return the answer as a JSON object; probabilities and weights as strings."""
        return {
            "account_a": self.account_a,
            "account_b": self.account_b,
            "p_owner": _decimal(self.weighing.p_owner),
            "p_operator": _decimal(self.weighing.p_operator),
            "calibrated": self.calibrated,
            "uncalibrated_p_owner": _decimal(self.weighing.uncalibrated_p_owner),
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
            "handed_over": list(self.handed_over),
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
        handed_over=tuple(_handed_over(engine, (one, other))),
        calibrated=parameters.calibrated,
    )


def _handed_over(engine: Engine, accounts: Sequence[str]) -> Iterator[str]:
    """Yield a sentence on the present period of each account that changed hands."""
    for account_id in accounts:
        for from_day, reason in engine.rows(
            "SELECT from_day, reason FROM account_periods WHERE account_id = $account"
            " AND period_no > 1 ORDER BY period_no DESC LIMIT 1",
            {"account": account_id},
        ):
            yield (
                f"{account_id} changed hands: it is judged by what began since {from_day:%Y-%m-%d}. {reason}"
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
        "one_bridge": (
            f"A reviewer must decide: {other} and others hang on one other account alone; were that account"
            f" not {one}'s, none of them would be."
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
        # What reviewed pairs take away depends on what is shared: only their absence makes bits comparable.
        missing = (
            0
            if parameters.calibrated
            else _score_needed(policy.propose_at, weighing) - (weighing.owner_millibits)
        )
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
    if answer.calibrated:
        lines.append(
            f"reviewed pairs correct what that sum says, {_percent(answer.weighing.uncalibrated_p_owner)},"
            f" to {_percent(answer.weighing.p_owner)}"
        )
    if len(answer.path) > 1:
        route = " - ".join((answer.path[0].start, *(hop.end for hop in answer.path)))
        lines += ["", f"path: {route} (one owner {_percent(answer.path_p_owner)}{mark})"]
    for account, told in ((answer.account_a, answer.speaks_for_a), (answer.account_b, answer.speaks_for_b)):
        if told:
            lines += ["", f"what speaks for {account}:", *(f"  {reason.sentence}" for reason in told)]
    if answer.handed_over:
        lines += ["", *answer.handed_over]
    if answer.would_change:
        lines += ["", "what would change the answer:", *(f"  {sentence}" for sentence in answer.would_change)]
    return "\n".join(lines)


def _signed(millibits: int) -> str:
    return f"{millibits / 1000:+9.2f}"


def _percent(probability: int) -> str:
    if 0 < probability < 100:
        return "< 0.01 %"
    return f"{probability // 100 / 100:.2f} %"
