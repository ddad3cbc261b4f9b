"""Which circles, diamonds and lines the picture of a case has.

Law: every account of the case stands somewhere in the picture, alone or in a counted group, and whatever was
put together is said in a sentence. The table beside the picture always has everything.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from debar.briefs.network import MANY, fitted, weights_between, width_of
from debar.briefs.view import count
from debar.model.legible import legible
from debar.model.money import MICROS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from debar.briefs.strike import Evidence

NODES_MAX: Final = 1_000
"""More than this is no picture: a browser pans it slowly and nobody reads it."""

STANDINGS: Final = ("named", "in", "ask", "out")
RADIUS: Final = {"named": (13, 24), "in": (10, 22), "ask": (10, 22), "out": (7, 14)}
"""Least and greatest radius of an account, by its standing."""

FACT_RADIUS: Final = 7
GROUP_RADIUS: Final = 17
LINE_ROOM: Final = 112
"""Width of a label's line, in the width of letters of 13 px."""

HANDFUL: Final = 5
"""So many left-out accounts that the very same facts tie are one node of the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A circle (an account, or a counted group of accounts) or a diamond (one or more shared facts).

    Args:
        node_id: ``account:ID``, ``group:STANDING:FIRST`` or ``fact:FACT``.
        kind: ``account``, ``group`` or ``fact``.
        label: Its lines, each fitted to the room of a label.
        radius: Half its size.
        accounts: The accounts that it stands for; empty for a fact.
        facts: The facts that it stands for; empty for accounts.
        many: A fact that many accounts of the platform hold: hollow and dashed.
        named: Whether a subject of the case names it: it stands in the middle.
    """

    node_id: str
    kind: str
    label: tuple[str, ...]
    radius: int
    accounts: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    many: bool = False
    named: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Accounts hold a fact: a line, as wide as the fact weighs."""

    account_node: str
    fact_node: str
    width: float
    many: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What is drawn, before anything has a place.

    Args:
        nodes: Ordered by node id.
        edges: Ordered by their ends.
        notes: What was put together or left to the table, a sentence each.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    notes: tuple[str, ...]

    def node_of_account(self) -> dict[str, str]:
        """Return the node that each account stands in."""
        return {account: node.node_id for node in self.nodes for account in node.accounts}

    def node_of_fact(self) -> dict[str, str]:
        """Return the node of each fact that is drawn."""
        return {fact: node.node_id for node in self.nodes for fact in node.facts}


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a drawing is made from.

    Args:
        evidence: The plan's graph and weights.
        statuses: Account id to ``named``, ``in``, ``ask`` or ``out``.
        names: Account id to display name.
        amounts: Account id to what was earned from it, converted, in micros.
    """

    evidence: Evidence
    statuses: Mapping[str, str]
    names: Mapping[str, str]
    amounts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """How much is put together.

    Args:
        together: Standing to the least number of accounts, tied by the same facts, that become one node.
        nearest: Standings whose accounts are drawn with their most telling fact only.
        distant: Leave out also the facts that only accounts outside the ban share.
    """

    together: Mapping[str, int]
    nearest: frozenset[str] = frozenset()
    distant: bool = False


_LEVELS: Final = (
    _Level(together={"out": HANDFUL}),
    _Level(together={"out": 2}, distant=True),
    _Level(together={"out": 2}, nearest=frozenset({"out"}), distant=True),
    _Level(together={"out": 2, "ask": 2}, nearest=frozenset({"out", "ask"}), distant=True),
    _Level(together={"out": 2, "ask": 2, "in": 2}, nearest=frozenset({"out", "ask", "in"}), distant=True),
    _Level(together=dict.fromkeys(STANDINGS, 2), nearest=frozenset(STANDINGS), distant=True),
)


def draw(material: Material, *, nodes_max: int = NODES_MAX) -> Drawing:
    """Choose what is drawn: everything, or the first of ever coarser pictures that has room.

    Args:
        material: The case.
        nodes_max: Most nodes.
    """
    weights = weights_between(material.evidence, material.statuses)
    drawing = _drawn(material, weights, _LEVELS[0])
    for level in _LEVELS[1:]:
        if len(drawing.nodes) <= nodes_max:
            return drawing
        drawing = _drawn(material, weights, level)
    if len(drawing.nodes) <= nodes_max:
        return drawing
    return _remaining(drawing, material, nodes_max)


def _drawn(material: Material, weights: Mapping[tuple[str, str], int], level: _Level) -> Drawing:
    diamonds, notes = _diamonds(weights, material.statuses, level)
    ties: dict[str, dict[str, int]] = {account: {} for account in sorted(material.statuses)}
    for node_id, (ids, holders) in sorted(diamonds.items()):
        for account in holders:
            ties[account][node_id] = max(weights[account, fact] for fact in ids)
    for account, tie in ties.items():
        if material.statuses[account] in level.nearest and tie:
            best = min(tie, key=lambda node_id: (-tie[node_id], node_id))
            ties[account] = {best: tie[best]}
    groups = _groups(ties, material.statuses, level)
    held = {node_id for tie in ties.values() for node_id in tie}
    facts = [_fact(node_id, diamonds[node_id][0], material.evidence) for node_id in sorted(held)]
    nodes = [*_accounts(groups, material), *facts]
    most = max([1, *weights.values()])
    many = {node.node_id: node.many for node in facts}
    edges = {
        (group, fact): Edge(
            account_node=group,
            fact_node=fact,
            width=round(0.8 + 3.4 * max(bits, 0) / most, 2),
            many=many[fact],
        )
        for group, accounts in sorted(groups.items())
        for account in accounts
        for fact, bits in ties[account].items()
    }
    notes += [_group_note(group, accounts, ties, facts) for group, accounts in groups.items() if accounts[1:]]
    if level.nearest:
        notes.append(
            "The case is too large to draw whole: where accounts are put together, only the most telling"
            " fact of each is drawn."
        )
    return Drawing(
        nodes=tuple(sorted(nodes, key=lambda node: node.node_id)),
        edges=tuple(edges[key] for key in sorted(edges)),
        notes=tuple(notes),
    )


def _diamonds(
    weights: Mapping[tuple[str, str], int], statuses: Mapping[str, str], level: _Level
) -> tuple[dict[str, tuple[tuple[str, ...], tuple[str, ...]]], list[str]]:
    """Return the diamonds by id, each with its facts and its holders: one diamond a set of holders.

    Facts that only left-out accounts share decide nothing here. Of those that only named accounts share, the
    widest are drawn, until each named account hangs on something.
    """
    holders: dict[str, set[str]] = {}
    for account, fact in weights:
        holders.setdefault(fact, set()).add(account)
    sets: dict[frozenset[str], list[str]] = {}
    for fact in sorted(holders):
        sets.setdefault(frozenset(holders[fact]), []).append(fact)
    telling: list[frozenset[str]] = []
    among_named: list[frozenset[str]] = []
    left = 0
    for some, facts in sets.items():
        reached = {statuses[account] for account in some}
        if reached == {"named"}:
            among_named.append(some)
        elif reached == {"out"} or (level.distant and not reached & {"named", "in"}):
            left += len(facts)
        else:
            telling.append(some)
    joined = {account for some in telling for account in some}
    plain = 0
    for some in sorted(among_named, key=lambda some: (-len(some), sets[some])):
        if some <= joined:
            plain += len(sets[some])
        else:
            telling.append(some)
            joined |= some
    notes = []
    if left:
        notes.append(f"In the table only: {count(left, 'fact')}, shared by left-out accounts alone.")
    if plain:
        notes.append(f"In the table only: {count(plain, 'fact')}, shared by named accounts alone.")
    return {f"fact:{sets[some][0]}": (tuple(sets[some]), tuple(sorted(some))) for some in telling}, notes


def _groups(
    ties: Mapping[str, Mapping[str, int]], statuses: Mapping[str, str], level: _Level
) -> dict[str, tuple[str, ...]]:
    """Return the account nodes by id: accounts of one standing that the same facts tie are put together."""
    alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for account, tie in ties.items():
        alike.setdefault((statuses[account], tuple(sorted(tie))), []).append(account)
    groups: dict[str, tuple[str, ...]] = {}
    for (standing, _), accounts in alike.items():
        least = level.together.get(standing)
        if least is not None and len(accounts) >= least:
            groups[f"group:{standing}:{accounts[0]}"] = tuple(accounts)
        else:
            groups.update({f"account:{account}": (account,) for account in accounts})
    return groups


def _accounts(groups: Mapping[str, tuple[str, ...]], material: Material) -> list[Node]:
    most = max([0, *material.amounts.values()])
    return [
        Node(
            node_id=node_id,
            kind="account" if node_id.startswith("account:") else "group",
            label=_lines(material.names[accounts[0]])
            if node_id.startswith("account:")
            else (f"{len(accounts):,} accounts",),
            radius=_radius(accounts, material, most),
            accounts=accounts,
            named=material.statuses[accounts[0]] == "named",
        )
        for node_id, accounts in groups.items()
    ]


def _radius(accounts: Sequence[str], material: Material, most: int) -> int:
    """Size an account by the logarithm of what was earned from it."""
    if len(accounts) > 1:
        return GROUP_RADIUS
    least, greatest = RADIUS[material.statuses[accounts[0]]]
    mine = max(material.amounts[accounts[0]], 0) // MICROS
    share = math.log10(1 + mine) / math.log10(1 + most // MICROS) if most >= MICROS else 0.0
    return round(least + (greatest - least) * round(share, 6))


def _fact(node_id: str, facts: Sequence[str], evidence: Evidence) -> Node:
    known = [evidence.graph.facts[fact] for fact in facts if fact in evidence.graph.facts]
    if not known:
        return Node(
            node_id=node_id,
            kind="fact",
            label=("a reviewer's word",),
            radius=FACT_RADIUS,
            facts=tuple(facts),
        )
    first = min(known, key=lambda fact: (fact.crowd, fact.family == "creative", fact.fact_id))
    lines = [fitted(legible(first.shown), LINE_ROOM)]
    if len(known) > 1:
        lines.append(f"and {len(known) - 1} more")
    return Node(
        node_id=node_id,
        kind="fact",
        label=tuple(lines),
        radius=FACT_RADIUS,
        facts=tuple(facts),
        many=first.crowd > MANY,
    )


def _group_note(
    group: str, accounts: Sequence[str], ties: Mapping[str, Mapping[str, int]], facts: Sequence[Node]
) -> str:
    shown = {node.node_id: " ".join(node.label) for node in facts}
    held = [shown[node_id] for node_id in sorted(ties[accounts[0]])]
    standing = {"named": "named", "in": "in the plan", "ask": "undecided", "out": "left out"}
    word = standing[group.split(":")[1]]
    if not held:
        return f"{count(len(accounts), 'account')}, {word}, that share no fact of the picture."
    return f"{count(len(accounts), 'account')}, {word}, that share only {' and '.join(held)}."


def _remaining(drawing: Drawing, material: Material, nodes_max: int) -> Drawing:
    """Keep the most important nodes of a picture that has no room even at its coarsest."""
    room = max(nodes_max - len(STANDINGS), 2)
    accounts = [node for node in drawing.nodes if node.accounts]
    accounts.sort(
        key=lambda node: (
            STANDINGS.index(material.statuses[node.accounts[0]]),
            -sum(material.amounts[account] for account in node.accounts),
            node.node_id,
        )
    )
    kept = {node.node_id: node for node in accounts[: room // 2]}
    rest: dict[str, list[str]] = {}
    for node in accounts[room // 2 :]:
        rest.setdefault(material.statuses[node.accounts[0]], []).extend(node.accounts)
    widest: dict[str, float] = {}
    for edge in drawing.edges:
        if edge.account_node in kept:
            widest[edge.fact_node] = max(widest.get(edge.fact_node, 0.0), edge.width)
    chosen = set(sorted(widest, key=lambda node_id: (-widest[node_id], node_id))[: room - len(kept)])
    groups = _accounts({f"group:{s}:rest": tuple(sorted(ids)) for s, ids in sorted(rest.items())}, material)
    facts = [node for node in drawing.nodes if node.node_id in chosen]
    notes = [
        f"{count(len(node.accounts), 'account')} more are drawn as one: the case has more than"
        f" {nodes_max:,} accounts and facts; the table has all of them."
        for node in groups
    ]
    return Drawing(
        nodes=tuple(sorted((*kept.values(), *groups, *facts), key=lambda node: node.node_id)),
        edges=tuple(e for e in drawing.edges if e.account_node in kept and e.fact_node in chosen),
        notes=(*(note for note in drawing.notes if "too large" in note), *notes),
    )


def _lines(name: str) -> tuple[str, ...]:
    """Break a name into at most two lines that each fit."""
    words = legible(name).split() or ["(no name)"]
    first = words[0]
    at = 1
    while at < len(words) and width_of(f"{first} {words[at]}") <= LINE_ROOM:
        first, at = f"{first} {words[at]}", at + 1
    rest = " ".join(words[at:])
    return tuple(fitted(line, LINE_ROOM) for line in (first, rest) if line)


def as_json(drawing: Drawing) -> dict[str, Any]:
    """Return a drawing as a JSON object, as it is stored with a case version."""
    return {
        "nodes": [
            {
                "id": n.node_id,
                "kind": n.kind,
                "label": list(n.label),
                "radius": n.radius,
                "accounts": list(n.accounts),
                "facts": list(n.facts),
                "many": n.many,
                "named": n.named,
            }
            for n in drawing.nodes
        ],
        "edges": [[e.account_node, e.fact_node, f"{e.width:.2f}", e.many] for e in drawing.edges],
        "notes": list(drawing.notes),
    }


def from_json(document: Mapping[str, Any]) -> Drawing:
    """Read a drawing back from the form of :func:`as_json`."""
    return Drawing(
        nodes=tuple(
            Node(
                node_id=n["id"],
                kind=n["kind"],
                label=tuple(n["label"]),
                radius=n["radius"],
                accounts=tuple(n["accounts"]),
                facts=tuple(n["facts"]),
                many=n["many"],
                named=n["named"],
            )
            for n in document["nodes"]
        ),
        edges=tuple(
            Edge(account_node=a, fact_node=f, width=float(width), many=many)
            for a, f, width, many in document["edges"]
        ),
        notes=tuple(document["notes"]),
    )
