"""From the named accounts outwards: who belongs to them, by which path, and who does not.

Law: best path product, few hops, no bridge through an agency, a reviewer's word above any number.
An account is proposed for a ban only along hops that each share something which is neither access
evidence nor plantable by an outsider. An account that is not even worth asking about is no bridge, so
that the neighbourhood of a case is finite and can be carried in a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from debar.evidence.weigh import MILLION, SharedValue, Weighing, weigh

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from debar.evidence.parameters import Parameters
    from debar.linking.graph import CaseGraph, GraphPair
    from debar.model.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One step of a path.

    Args:
        start: The account nearer to the named one.
        end: The account that it leads to.
        weighing: The pair's score.
        judgement: A reviewer's word on the pair, if any.
        p_owner: Probability of the hop in millionths: a positive judgement makes it certain.
    """

    start: str
    end: str
    weighing: Weighing
    judgement: str | None
    p_owner: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one account of the graph stands.

    Args:
        account_id: The account.
        status: ``named``, ``in`` (proposed), ``ask`` (a reviewer must say) or ``out``.
        p_owner: Probability along the best path, in millionths; a million for named accounts.
        p_operator: Highest direct probability of "same hands only" with a member, in millionths.
        path: Hops from a named account; empty for named ones and where no path was found.
        why: Why it is out or must be asked: ``agency``, ``judged``, ``access_or_plantable``,
            ``same_hands``, ``weak``; empty for members.
    """

    account_id: str
    status: str
    p_owner: int
    p_operator: int
    path: tuple[Hop, ...]
    why: str


Weighings: TypeAlias = "Mapping[tuple[str, str], Weighing]"
"""A graph's pairs, smaller account id first, with their scores."""


def weigh_pairs(
    graph: CaseGraph, parameters: Parameters, without: frozenset[str] = frozenset()
) -> dict[tuple[str, str], Weighing]:
    """Weigh every pair of a graph, with some facts struck out.

    A struck fact is no longer shared; that both accounts hold *something* in its family stays known.
    """
    return {
        (pair.account_a, pair.account_b): _weigh_pair(pair, graph, parameters, without)
        for pair in graph.pairs
    }


def reweigh_pairs(
    graph: CaseGraph,
    parameters: Parameters,
    before: Weighings,
    *,
    without: frozenset[str],
    struck: frozenset[str],
) -> dict[tuple[str, str], Weighing]:
    """Weigh only the pairs that share one of some newly struck facts; the others stay as they were.

    Args:
        graph: The graph.
        parameters: Frozen weights.
        before: What :func:`weigh_pairs` gave ``without`` the facts that were struck before.
        without: Those facts.
        struck: The facts that are struck as well.
    """
    changed = {
        (pair.account_a, pair.account_b): _weigh_pair(pair, graph, parameters, without | struck)
        for pair in graph.pairs
        if not struck.isdisjoint(pair.shared)
    }
    return {**before, **changed}


def _weigh_pair(
    pair: GraphPair, graph: CaseGraph, parameters: Parameters, without: frozenset[str]
) -> Weighing:
    shared = [
        SharedValue(
            fact_id=fact_id,
            kind=graph.facts[fact_id].kind,
            family=graph.facts[fact_id].family,
            crowd=graph.facts[fact_id].crowd,
            role=role,
        )
        for fact_id, role in pair.shared.items()
        if fact_id not in without
    ]
    return weigh(shared, frozenset(pair.known_to_both), parameters)


def expand(
    graph: CaseGraph,
    parameters: Parameters,
    policy: Policy,
    *,
    without: frozenset[str] = frozenset(),
    weighings: Weighings | None = None,
) -> tuple[Standing, ...]:
    """Find the standing of every account of a graph.

    Args:
        graph: The neighbourhood of the named accounts.
        parameters: Frozen weights.
        policy: Thresholds, hops and interim days.
        without: Facts that are struck out, parameters held fixed.
        weighings: What :func:`weigh_pairs` gives for these facts, if it is at hand.

    Returns:
        One standing an account, ordered by account id.
    """
    scores = weigh_pairs(graph, parameters, without) if weighings is None else weighings
    hops = _hops(graph.pairs, scores)
    firm = {key: hop for key, hop in hops.items() if _is_firm(hop)}
    out = disputed(graph)
    barred = graph.agencies | out
    proposed = _best_paths(graph, firm, policy, barred)
    members = set(graph.named) | {
        account for account, (p, _) in proposed.items() if p >= policy.propose_at and account not in barred
    }
    asked = _best_paths(graph, hops, policy, barred)
    judged_out = {
        end
        for pair in graph.pairs
        if pair.judgement == "negative"
        for start, end in ((pair.account_a, pair.account_b), (pair.account_b, pair.account_a))
        if start in members
    }
    hands = _same_hands(members, hops)
    return tuple(
        _member(account, proposed.get(account), graph=graph, p_operator=hands.get(account, 0))
        if account in members
        else _outsider(
            account,
            asked.get(account, (0, ())),
            graph=graph,
            policy=policy,
            told_apart=account in out,
            judged_out=account in judged_out,
            p_operator=hands.get(account, 0),
        )
        for account in graph.accounts
    )


def disputed(graph: CaseGraph) -> frozenset[str]:
    """Return the accounts that a reviewer told apart from a named one: never proposed, never a bridge.

    A positive judgement with another named account lifts that: the account is then somebody's after all.
    """
    named = set(graph.named)
    told: dict[str, set[str]] = {"negative": set(), "positive": set()}
    for pair in graph.pairs:
        if pair.judgement in told:
            ends = {pair.account_a, pair.account_b}
            if ends & named:
                told[pair.judgement] |= ends - named
    return frozenset(told["negative"] - told["positive"])


def _is_firm(hop: Hop) -> bool:
    """Tell whether a hop may carry a ban; what a reviewer was unsure about never does by itself."""
    if hop.judgement == "positive":
        return True
    return hop.weighing.carries_a_ban and hop.judgement != "unsure"


def _hops(
    pairs: Iterable[GraphPair], weighings: Mapping[tuple[str, str], Weighing]
) -> dict[tuple[str, str], Hop]:
    """Return every usable hop in both directions; a negative judgement leaves none."""
    hops = {}
    for pair in pairs:
        if pair.judgement == "negative":
            continue
        weighing = weighings[pair.account_a, pair.account_b]
        p_owner = MILLION if pair.judgement == "positive" else weighing.p_owner
        for start, end in ((pair.account_a, pair.account_b), (pair.account_b, pair.account_a)):
            hops[start, end] = Hop(
                start=start, end=end, weighing=weighing, judgement=pair.judgement, p_owner=p_owner
            )
    return hops


def _best_paths(
    graph: CaseGraph, hops: Mapping[tuple[str, str], Hop], policy: Policy, barred: frozenset[str]
) -> dict[str, tuple[int, tuple[Hop, ...]]]:
    """Return each reached account's best path product (millionths) and path.

    Among equal products the shorter path wins, then the one that was found first in account order.
    Barred accounts and those below ``ask_at`` end a path: nothing is reached through them.
    """
    ends: dict[str, list[Hop]] = {}
    for (start, _), hop in sorted(hops.items(), key=lambda item: item[0]):
        ends.setdefault(start, []).append(hop)
    best: dict[str, tuple[int, tuple[Hop, ...]]] = dict.fromkeys(graph.named, (MILLION, ()))
    frontier = dict(best)
    for _ in range(policy.hops_max):
        reached: dict[str, tuple[int, tuple[Hop, ...]]] = {}
        for account in sorted(frontier):
            p, path = frontier[account]
            if path and (account in barred or p < policy.ask_at):
                continue
            for hop in ends.get(account, []):
                product = p * hop.p_owner // MILLION
                if product > max(best.get(hop.end, (0,))[0], reached.get(hop.end, (0,))[0]):
                    reached[hop.end] = (product, (*path, hop))
        best.update(reached)
        frontier = reached
    return best


def _same_hands(members: set[str], hops: Mapping[tuple[str, str], Hop]) -> dict[str, int]:
    """Return each account's highest direct probability of "same hands only" with a member."""
    found: dict[str, int] = {}
    for (start, end), hop in hops.items():
        if start in members:
            found[end] = max(found.get(end, 0), hop.weighing.p_operator)
    return found


def _member(
    account: str, found: tuple[int, tuple[Hop, ...]] | None, *, graph: CaseGraph, p_operator: int
) -> Standing:
    p, path = found or (MILLION, ())
    status = "named" if account in graph.named else "in"
    return Standing(account_id=account, status=status, p_owner=p, p_operator=p_operator, path=path, why="")


def _outsider(
    account: str,
    found: tuple[int, tuple[Hop, ...]],
    *,
    graph: CaseGraph,
    policy: Policy,
    told_apart: bool,
    judged_out: bool,
    p_operator: int,
) -> Standing:
    p, path = found
    worth_asking = p >= policy.ask_at
    unsure = any(hop.judgement == "unsure" for hop in path)
    if account in graph.agencies:
        status, why = "out", "agency"
    elif told_apart:
        status, why = "ask" if worth_asking else "out", "judged"
    elif judged_out and not worth_asking:
        status, why = "out", "judged"
    elif p >= policy.propose_at:
        status, why = "ask", "judged" if unsure else "access_or_plantable"
    elif worth_asking:
        status, why = "ask", "weak"
    else:
        status, why = "out", "same_hands" if p_operator > p else "weak"
    return Standing(account_id=account, status=status, p_owner=p, p_operator=p_operator, path=path, why=why)
