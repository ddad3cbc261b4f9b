"""Where every node of a case's picture stands: computed once, on the server, and kept with the case version.

Law: the same drawing has the same layout on every machine, byte for byte; no node and no label lies on
another; what had a place keeps it. Every sum is one of whole numbers, whose order does not matter, and of
floating point only operations that IEEE 754 rounds in one way are used: no sine, power or dot product.
Source: Gansner, Koren and North, Graph Drawing by Stress Majorization (2004).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from debar.briefs.network import width_of
from debar.console.case.spacing import spaced

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    from debar.console.case.drawing import Drawing, Node

    Floats: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
    Integers: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]

LETTER: Final = 11 / 13
"""Labels have letters of 11 px."""

LINE_HEIGHT: Final = 14
LABEL_GAP: Final = 3
MARGIN: Final = 7
"""Least free room around a node with its label."""

SHORT: Final = 46
LONG: Final = 76
PER_HOLDER: Final = 4
SPREAD_MAX: Final = 130
"""A fact's lines are this long at least, longer where many hold it: there must be room around it."""

SWEEPS: Final = 80
_FINE: Final = 1_000
"""Coordinates are whole thousandths of a pixel while they are improved."""

KEPT_SHARE: Final = 2
"""A layout starts from the stored places where at least one node in so many has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A node with its label: the label stands below.

    Args:
        x: Horizontal place of the node's centre, in whole pixels.
        y: Vertical place of the node's centre.
        half_width: Half the width of the wider of node and label.
        above: From the centre up to the upper edge.
        below: From the centre down to the label's lower edge.
    """

    x: int
    y: int
    half_width: int
    above: int
    below: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The places of a drawing's nodes.

    Args:
        boxes: Node id to its place and size; ordered by node id.
    """

    boxes: Mapping[str, Box]

    def frame(self) -> tuple[int, int, int, int]:
        """Return left, top, width and height of all of it with a margin."""
        if not self.boxes:
            return (0, 0, 0, 0)
        left = min(b.x - b.half_width for b in self.boxes.values()) - 2 * MARGIN
        right = max(b.x + b.half_width for b in self.boxes.values()) + 2 * MARGIN
        top = min(b.y - b.above for b in self.boxes.values()) - 2 * MARGIN
        bottom = max(b.y + b.below for b in self.boxes.values()) + 2 * MARGIN
        return (left, top, right - left, bottom - top)

    def as_json(self) -> dict[str, list[int]]:
        """Return the places as a JSON object."""
        return {node: [b.x, b.y, b.half_width, b.above, b.below] for node, b in self.boxes.items()}

    @classmethod
    def from_json(cls, document: Mapping[str, Sequence[int]]) -> Layout:
        """Read the places back from the form of :meth:`as_json`."""
        return cls(
            boxes={
                node: Box(x=x, y=y, half_width=half_width, above=above, below=below)
                for node, (x, y, half_width, above, below) in document.items()
            }
        )


def lay_out(drawing: Drawing, kept: Mapping[str, tuple[int, int]] | None = None) -> Layout:
    """Find a place for every node.

    Args:
        drawing: What is drawn.
        kept: Node id to the place that it had in the version before; those nodes stay there.

    Returns:
        Places without overlaps: the named accounts in the middle, each other node near what it shares.
    """
    nodes = drawing.nodes
    if not nodes:
        return Layout(boxes={})
    stay = {node.node_id: kept[node.node_id] for node in nodes if kept and node.node_id in kept}
    if len(stay) * KEPT_SHARE < len(nodes):
        stay = {}
    number = {node.node_id: i for i, node in enumerate(nodes)}
    ends = [(number[e.account_node], number[e.fact_node]) for e in drawing.edges]
    lengths = _lengths(nodes, ends)
    start = _start(nodes, ends, stay)
    fixed = np.array([node.node_id in stay for node in nodes])
    places = _stressed(start, _distances(nodes, ends, lengths), fixed) if not fixed.all() else start
    sizes = [_size(node) for node in nodes]
    order = sorted(range(len(nodes)), key=lambda i: (not fixed[i], not nodes[i].named, nodes[i].node_id))
    found = spaced(places, sizes, order=order, fixed=fixed, margin=MARGIN)
    return Layout(
        boxes={
            node.node_id: Box(x=x, y=y, half_width=width, above=above, below=below)
            for node, (x, y), (width, above, below) in zip(nodes, found, sizes, strict=True)
        }
    )


def places_kept(drawing: Drawing, before: Drawing, layout: Layout) -> dict[str, tuple[int, int]]:
    """Return the places that a new drawing takes over from the one before.

    A group or a diamond whose first member is gone is known by those that are still in it.
    """
    old_node = before.node_of_account() | before.node_of_fact()
    found: dict[str, tuple[int, int]] = {}
    taken: set[str] = set()
    for node in drawing.nodes:
        members = [node.node_id, *(old_node[m] for m in (*node.accounts, *node.facts) if m in old_node)]
        old = next((m for m in members if m in layout.boxes and m not in taken), None)
        if old is not None:
            taken.add(old)
            found[node.node_id] = (layout.boxes[old].x, layout.boxes[old].y)
    return found


def _size(node: Node) -> tuple[int, int, int]:
    """Return half the width, and the reach above and below the centre, of a node with its label."""
    widths = [math.ceil(width_of(line) * LETTER / 2) for line in node.label]
    below = node.radius + LABEL_GAP + LINE_HEIGHT * len(node.label)
    return (max(node.radius, *widths), node.radius, below)


def _lengths(nodes: Sequence[Node], ends: Sequence[tuple[int, int]]) -> list[int]:
    """Return how long each line wishes to be."""
    degree = [0] * len(nodes)
    for _, fact in ends:
        degree[fact] += 1
    return [
        min((LONG if nodes[fact].many else SHORT) + PER_HOLDER * degree[fact], SPREAD_MAX) for _, fact in ends
    ]


def _distances(nodes: Sequence[Node], ends: Sequence[tuple[int, int]], lengths: Sequence[int]) -> Floats:
    """Return the wished distance of every two nodes: along the lines, the named ones around one middle."""
    middle = len(nodes)
    named = [i for i, node in enumerate(nodes) if node.named]
    joined = {account for account, _ in ends} | set(named)
    alone = [i for i in range(len(nodes)) if i not in joined and nodes[i].accounts]
    around = min(SHORT + 6 * len(named), 200)
    lines = [(a, f, length) for (a, f), length in zip(ends, lengths, strict=True)]
    lines += [(i, middle, around) for i in named] + [(i, middle, 4 * LONG) for i in alone]
    found = np.full((middle + 1, middle + 1), 6 * LONG, dtype=np.int64)
    np.fill_diagonal(found, 0)
    while True:
        before = found.copy()
        for one, other, length in lines:
            np.minimum(found[one], found[other] + length, out=found[one])
            np.minimum(found[other], found[one] + length, out=found[other])
        if np.array_equal(before, found):
            return found.astype(np.float64)


def _start(
    nodes: Sequence[Node], ends: Sequence[tuple[int, int]], stay: Mapping[str, tuple[int, int]]
) -> Integers:
    """Return first places in thousandths of a pixel: known ones, else on rings around the middle.

    A node stands in the direction of the node through which it was reached; no two start at one point.
    """
    near: list[list[int]] = [[] for _ in nodes]
    for a, b in ends:
        near[a].append(b)
        near[b].append(a)
    turn, ring = _rings(nodes, near)
    places = np.zeros((len(nodes) + 1, 2), dtype=np.int64)
    for i, node in enumerate(nodes):
        x, y = _direction(turn[i])
        radius = 90 * (ring[i] + 1)
        places[i] = (round(x * radius * _FINE), round(y * radius * _FINE))
        known = [stay[nodes[j].node_id] for j in near[i] if nodes[j].node_id in stay] if stay else []
        if node.node_id in stay:
            places[i] = (stay[node.node_id][0] * _FINE, stay[node.node_id][1] * _FINE)
        elif known:
            places[i] += [
                _FINE * sum(at) // len(known) - places[i][k] * 9 // 10
                for k, at in enumerate(zip(*known, strict=True))
            ]
    return places


def _rings(nodes: Sequence[Node], near: Sequence[Sequence[int]]) -> tuple[list[float], list[int]]:
    """Return each node's direction, a share of a turn, and its ring: named ones first, then by steps."""
    named = [i for i, node in enumerate(nodes) if node.named] or [0]
    turn = [0.0] * len(nodes)
    ring = [-1] * len(nodes)
    frontier = named
    for k, i in enumerate(named):
        turn[i], ring[i] = k / len(named), 0
    step = 0
    while frontier:
        step += 1
        reached: dict[int, int] = {}
        for i in frontier:
            for j in near[i]:
                if ring[j] < 0:
                    reached.setdefault(j, i)
        order = sorted(reached, key=lambda j: (turn[reached[j]], nodes[j].node_id))
        for k, j in enumerate(order):
            turn[j], ring[j] = (k + 0.5) / len(order), step
        frontier = order
    rest = [i for i in range(len(nodes)) if ring[i] < 0]
    for k, i in enumerate(rest):
        turn[i], ring[i] = (k + 0.25) / len(rest), step
    return turn, ring


def _direction(turn: float) -> tuple[float, float]:
    """Return the unit vector of a share of a turn, by square roots alone.

    Example:
        >>> _direction(0.0), _direction(0.25)
        ((1.0, 0.0), (0.0, 1.0))
    """
    side, along = divmod(4 * (turn % 1.0), 1.0)
    x, y = ((1 - along, along), (-along, 1 - along), (along - 1, -along), (along, along - 1))[int(side)]
    length = math.sqrt(x * x + y * y)
    return (x / length, y / length)


def _stressed(start: Integers, wished: Floats, fixed: np.ndarray[Any, np.dtype[np.bool_]]) -> Integers:
    """Move the free nodes until distances are near to the wished ones.

    All nodes move at once, half of the way to where the majorization puts them: that converges, and needs
    no order.
    """
    free = ~np.append(fixed, False)
    np.fill_diagonal(wished, 1.0)
    weight = np.rint(1e10 / (wished * wished)).astype(np.int64)
    np.fill_diagonal(weight, 0)
    total = np.maximum(weight.sum(axis=1), 1)
    places = start.copy()
    shares = weight / total[:, None]
    reach = wished * float(_FINE)
    for _ in range(SWEEPS):
        here = places.astype(np.float64)
        across = here[:, 0][:, None] - here[:, 0][None, :]
        down = here[:, 1][:, None] - here[:, 1][None, :]
        scale = reach / np.maximum(np.sqrt(across * across + down * down), 1.0) - 1.0
        scale *= shares
        across *= scale
        down *= scale
        step_x = np.rint(across).astype(np.int64).sum(axis=1)
        step_y = np.rint(down).astype(np.int64).sum(axis=1)
        places[:, 0] += np.where(free, step_x // 2, 0)
        places[:, 1] += np.where(free, step_y // 2, 0)
    return places - places[-1] if free.all() else places
