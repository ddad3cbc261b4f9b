"""Which nodes and edges a plan's picture shows.

Law: what is shown to the public carries no name and no value beyond the named accounts; what does not fit is
counted, never dropped in silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from debar.model.identifiers import carries_a_ban
from debar.notices.network import NODES_MAX, STANDINGS, Node, network

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from debar.notices.messages import Catalogue

LEFT_OUT_MAX: Final = 12
"""So many left-out accounts are drawn; the others are counted."""

_HOLDERS_MAX: Final = 12
"""A fact that more shown accounts hold than this is left to the table: its lines would cover the picture."""


def network_of_plan(plan: Mapping[str, Any], words: Catalogue, *, public: bool) -> str:
    """Draw a plan's accounts, and what they share, as one picture.

    Args:
        plan: A plan document.
        words: The language.
        public: Leave out the names of all accounts but the named ones, and all identifier values.
    """
    standings = {member["account_id"]: _standing(member) for member in plan["members"]}
    groups = _shared(plan, set(standings))
    shown = _shown_accounts(plan["members"], standings, groups)
    nodes = _account_nodes(plan["members"], standings, shown, words, public=public)
    edges: list[tuple[str, str]] = []
    for i, (holders, facts) in enumerate(sorted(groups.items(), key=lambda item: sorted(item[0]))):
        inside = sorted(holders & shown)
        if not 2 <= len(inside) <= _HOLDERS_MAX:
            continue
        firm = any(carries_a_ban(fact["kind"]) for fact in facts)
        label = _fact_label(facts, words, public=public)
        node_id = f"fact {i}"
        nodes.append(Node(node_id=node_id, label=label, standing="fact" if firm else "fact.weak"))
        edges.extend((account, node_id) for account in inside)
    counts = {standing: list(standings.values()).count(standing) for standing in STANDINGS}
    description = words.say(
        "picture.network.description",
        named=counts["named"],
        linked=counts["in"],
        ask=counts["ask"],
        out=counts["out"],
    )
    keys = (*STANDINGS, "fact", "fact.weak", "boundary")
    return network(
        nodes,
        edges,
        words={key: words.say(f"picture.{key}") for key in keys},
        title=words.say("picture.network.title"),
        description=description,
    )


def _standing(member: Mapping[str, Any]) -> str:
    return "named" if member["basis"] == "named" else str(member["status"])


def _shared(plan: Mapping[str, Any], accounts: set[str]) -> dict[frozenset[str], list[Mapping[str, Any]]]:
    """Return facts by the set of accounts that share them: one diamond a set."""
    graph = plan["evidence"]["graph"]
    holders: dict[str, set[str]] = {}
    for pair in graph["pairs"]:
        for fact_id in pair["shared"]:
            holders.setdefault(fact_id, set()).update({pair["a"], pair["b"]} & accounts)
    struck = set(plan.get("without", ()))
    groups: dict[frozenset[str], list[Mapping[str, Any]]] = {}
    for fact in graph["facts"]:
        some = frozenset(holders.get(fact["id"], ()))
        if len(some) >= 2 and fact["id"] not in struck:
            groups.setdefault(some, []).append(fact)
    return groups


def _shown_accounts(
    members: Sequence[Mapping[str, Any]],
    standings: Mapping[str, str],
    groups: Mapping[frozenset[str], Any],
) -> set[str]:
    """Return the accounts that are drawn: those of the decision, the asked, and some of the left out.

    Of the left out, those are drawn that share most with a few others: what many share draws nothing.
    """
    degree = {member["account_id"]: 0 for member in members}
    for holders in groups:
        for account in holders if len(holders) <= _HOLDERS_MAX else ():
            degree[account] += 1
    order = sorted(
        degree, key=lambda account: (STANDINGS.index(standings[account]), -degree[account], account)
    )
    left_out = [account for account in order if standings[account] == "out" and degree[account]]
    others = [account for account in order if standings[account] != "out"]
    return {*others[:NODES_MAX], *left_out[:LEFT_OUT_MAX]}


def _account_nodes(
    members: Sequence[Mapping[str, Any]],
    standings: Mapping[str, str],
    shown: set[str],
    words: Catalogue,
    *,
    public: bool,
) -> list[Node]:
    nodes: list[Node] = []
    numbers = dict.fromkeys(STANDINGS, 0)
    for member in sorted(members, key=lambda m: m["account_id"]):
        account_id, standing = member["account_id"], standings[member["account_id"]]
        if account_id not in shown:
            continue
        numbers[standing] += 1
        label = member["handle"] or member["name"] or account_id
        if public and standing != "named":
            key = f"picture.anonymous.{standing}"
            label = words.say(key, number=numbers[standing]) if standing != "out" else ""
        hops = len(member["path"]) if standing == "in" else 1
        nodes.append(Node(node_id=account_id, label=label, standing=standing, hops=hops))
    for standing in STANDINGS:
        rest = sum(standings[m["account_id"]] == standing and m["account_id"] not in shown for m in members)
        if rest:
            label = words.say("picture.more", count=rest)
            nodes.append(Node(node_id=f"more {standing}", label=label, standing=standing, hops=9))
    return nodes


def _fact_label(facts: Sequence[Mapping[str, Any]], words: Catalogue, *, public: bool) -> str:
    if not public and len(facts) == 1:
        return str(facts[0]["shown"])
    kinds = sorted({fact["kind"] for fact in facts})
    return words.listed(words.say_known("kind.short", kind) for kind in kinds)
