"""From the named accounts outwards: who belongs to them, by which path, and who does not.

Law: best path product, few hops, no bridge through an agency, a reviewer's word above any number.
An account is proposed for a ban only along hops that each share something which is neither access
evidence nor plantable by an outsider, and no more than a few hang on one other account alone. Asked about is
who is tied to a named or proposed account: nobody is asked about by way of somebody who is himself only asked
about, so that the neighbourhood of a case is finite and can be carried in a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from debar.evidence.weigh import MILLION, SharedValue, Weighing, weigh

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

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
        path: Hops from a named account; empty for named ones and where no path was found. Of an account that
            is not proposed, all hops but the last lead over proposed accounts.
        why: Why it is out or must be asked: ``agency``, ``judged``, ``access_or_plantable``, ``one_bridge``,
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
        (pair.account_a, pair.account_b): weigh(
            shared_values(pair, graph, without), frozenset(pair.known_to_both), parameters
        )
        for pair in graph.pairs
    }


def shared_values(pair: GraphPair, graph: CaseGraph, without: frozenset[str]) -> list[SharedValue]:
    """Return what a pair shares, with some facts struck out."""
    return [
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
    firm = {key: hop for key, hop in hops.items() if is_firm_hop(hop.weighing, hop.judgement)}
    out = disputed(graph)
    barred = graph.agencies | out
    proposed = _best_paths(graph, firm, policy, barred)
    members = set(graph.named) | proposed.keys() - barred
    hanging = _hanging(graph, members, hops, policy)
    members -= hanging
    asked = _tied({account: proposed[account] for account in members}, hops, policy)
    asked |= {account: proposed[account] for account in hanging}
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
            hangs=account in hanging,
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


def is_firm_hop(weighing: Weighing, judgement: str | None) -> bool:
    """Tell whether a hop may carry a ban; what a reviewer was unsure about never does by itself."""
    return judgement == "positive" or (weighing.carries_a_ban and judgement != "unsure")


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


Route: TypeAlias = "tuple[int, tuple[Hop, ...]]"
"""A path's product in millionths, and its hops."""


def _best_paths(
    graph: CaseGraph, hops: Mapping[tuple[str, str], Hop], policy: Policy, barred: frozenset[str]
) -> dict[str, Route]:
    """Return the best path product of each account that is reached from ``propose_at`` on, and its path.

    Among equal products the shorter path wins, then the one that was found first in account order.
    Barred accounts end a path: nothing is reached through them.
    """
    ends: dict[str, list[Hop]] = {}
    for (start, _), hop in sorted(hops.items(), key=lambda item: item[0]):
        ends.setdefault(start, []).append(hop)
    best: dict[str, Route] = dict.fromkeys(graph.named, (MILLION, ()))
    frontier = dict(best)
    for _ in range(policy.hops_max):
        reached: dict[str, Route] = {}
        for account in sorted(frontier):
            p, path = frontier[account]
            if path and account in barred:
                continue
            for hop in ends.get(account, []):
                product = p * hop.p_owner // MILLION
                already = max(best.get(hop.end, (0,))[0], reached.get(hop.end, (0,))[0])
                if product >= policy.propose_at and product > already:
                    reached[hop.end] = (product, (*path, hop))
        best.update(reached)
        frontier = reached
    return best


def _hanging(
    graph: CaseGraph, members: Collection[str], hops: Mapping[tuple[str, str], Hop], policy: Policy
) -> frozenset[str]:
    """Return the members that hang on one other member alone, where too many do.

    What ties members together here is any evidence from ``propose_at`` on, whether it may carry a ban or not:
    the question is whether a second way leads to them. A reviewer's "yes" to a named account makes an account
    as sure a start as that.
    """
    ties: dict[str, list[str]] = {}
    for (start, end), hop in hops.items():
        if is_tie(hop.weighing, hop.judgement, policy):
            ties.setdefault(start, []).append(end)
    return hang_on_one(sure_starts(graph, members), members, ties, policy.behind_one_max)


def sure_starts(graph: CaseGraph, members: Collection[str]) -> frozenset[str]:
    """Return the named accounts and the members that reviewers' "yes" alone leads to from them."""
    said: dict[str, list[str]] = {}
    for pair in graph.pairs:
        if pair.judgement == "positive":
            said.setdefault(pair.account_a, []).append(pair.account_b)
            said.setdefault(pair.account_b, []).append(pair.account_a)
    roots = set(graph.named)
    waiting = list(graph.named)
    while waiting:
        for end in said.get(waiting.pop(), ()):
            if end in members and end not in roots:
                roots.add(end)
                waiting.append(end)
    return frozenset(roots)


def is_tie(weighing: Weighing, judgement: str | None, policy: Policy) -> bool:
    """Tell whether a pair counts as a second way to somebody: any evidence from ``propose_at`` on."""
    if judgement is not None:
        return judgement == "positive"
    return weighing.p_owner >= policy.propose_at


def hang_on_one(
    roots: Collection[str], members: Collection[str], ties: Mapping[str, Sequence[str]], most: int
) -> frozenset[str]:
    """Return the members that hang on one other member alone, where more than ``most`` hang on that one.

    Where that account was sold, lent or mistaken for another, everybody behind it is innocent at one stroke;
    whoever is tied to the others in a second way is not behind it. The accounts behind an account are those
    that cannot be reached from the start without it: an articulation point of the ties. Source: Hopcroft
    and Tarjan (1973), by the lowest place that a search can come back to.

    Args:
        roots: Where everything starts: none of them hangs on anybody, and nobody hangs on one of them.
        members: Accounts that the roots are among; each is reached from a root over members.
        ties: Account to those that it is tied to, in both directions; others than members are passed over.
        most: So many may hang on one.

    Example:
        >>> ties = {"a": ["b"], "b": ["a", "c", "d"], "c": ["b"], "d": ["b"]}
        >>> sorted(hang_on_one({"a"}, {"a", "b", "c", "d"}, ties, 1))
        ['c', 'd']
        >>> hang_on_one({"a"}, {"a", "b", "c", "d"}, ties, 2)
        frozenset()
    """
    place = dict.fromkeys(roots, 0)
    parent: dict[str, str] = {}
    order: list[str] = []
    for root in sorted(roots):
        waiting = [(root, iter(ties.get(root, ())))]
        while waiting:
            account, ends = waiting[-1]
            end = next((one for one in ends if one in members and one not in place), None)
            if end is None:
                waiting.pop()
                continue
            order.append(end)
            place[end], parent[end] = len(order), account
            waiting.append((end, iter(ties.get(end, ()))))
    lowest, size = dict(place), dict.fromkeys(place, 1)
    behind: dict[str, list[str]] = {}
    for account in reversed(order):
        start = parent[account]
        met = min(lowest[account], *(place[end] for end in ties[account] if end in place))
        lowest[start] = min(lowest[start], met)
        size[start] += size[account]
        if place[start] and met >= place[start]:
            behind.setdefault(start, []).append(account)
    hanging: set[str] = set()
    for accounts in behind.values():
        if sum(size[account] for account in accounts) > most:
            for account in accounts:
                hanging.update(order[place[account] - 1 : place[account] - 1 + size[account]])
    return frozenset(hanging)


def _tied(
    members: Mapping[str, Route], hops: Mapping[tuple[str, str], Hop], policy: Policy
) -> dict[str, Route]:
    """Return, for each account that is tied to a member, the best product with one hop more, and that path.

    Among equal products the shorter path wins, then the first member in account order.
    """
    starts: dict[str, list[Hop]] = {
        account: [] for account, (_, path) in members.items() if len(path) < policy.hops_max
    }
    for (start, end), hop in hops.items():
        if start in starts and end not in members:
            starts[start].append(hop)
    found: dict[str, Route] = {}
    for account in sorted(starts, key=lambda one: (len(members[one][1]), one)):
        p, path = members[account]
        for hop in starts[account]:
            product = p * hop.p_owner // MILLION
            if product > found.get(hop.end, (0,))[0]:
                found[hop.end] = (product, (*path, hop))
    return found


def _same_hands(members: set[str], hops: Mapping[tuple[str, str], Hop]) -> dict[str, int]:
    """Return each account's highest direct probability of "same hands only" with a member."""
    found: dict[str, int] = {}
    for (start, end), hop in hops.items():
        if start in members:
            found[end] = max(found.get(end, 0), hop.weighing.p_operator)
    return found


def _member(account: str, found: Route | None, *, graph: CaseGraph, p_operator: int) -> Standing:
    p, path = found or (MILLION, ())
    status = "named" if account in graph.named else "in"
    return Standing(account_id=account, status=status, p_owner=p, p_operator=p_operator, path=path, why="")


def _outsider(
    account: str,
    found: Route,
    *,
    graph: CaseGraph,
    policy: Policy,
    told_apart: bool,
    judged_out: bool,
    hangs: bool,
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
    elif hangs:
        status, why = "ask", "one_bridge"
    elif p >= policy.propose_at:
        status, why = "ask", "judged" if unsure else "access_or_plantable"
    elif worth_asking:
        status, why = "ask", "weak"
    else:
        status, why = "out", "same_hands" if p_operator > p else "weak"
    return Standing(account_id=account, status=status, p_owner=p, p_operator=p_operator, path=path, why=why)
