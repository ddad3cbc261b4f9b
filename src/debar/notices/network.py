"""The picture of a decision's network: who is inside the line, who is not, and what they share.

Law: deterministic; no label lies on another label or on a node; a collapse is counted and said. Accounts are
circles, shared facts are diamonds; standing is told by shape and by ring, colour only repeats it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from debar.model.legible import legible
from debar.notices.pictures import (
    ACCENT,
    ALARM,
    INK,
    LINE,
    MUTED,
    SHADE,
    SURFACE,
    element,
    number,
    svg,
    svg_text,
    text_width,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STANDINGS: Final = ("named", "in", "ask", "out")
"""From the centre outwards; the line runs after ``in``."""

NODES_MAX: Final = 60
"""More accounts than this are collapsed into a counted node a standing."""

ASK: Final = "var(--ask, #7a6400)"

RING_MAX: Final = 24
"""More linked accounts than this stand on several rings, by hops."""

SIZE: Final = 12.0
"""Height of a label's letters."""

_STRETCH = 1.45
"""Rings are wider than high, as labels are."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One account, or one shared fact, of the picture.

    Args:
        node_id: Unique among the nodes.
        label: Shown beside it, shortened.
        standing: ``named``, ``in``, ``ask``, ``out``; for a fact ``fact`` or ``fact.weak``.
        hops: Steps from a named account; orders the rings inside one standing.
    """

    node_id: str
    label: str
    standing: str
    hops: int = 1

    @property
    def is_fact(self) -> bool:
        """Whether the node is a shared fact."""
        return self.standing.startswith("fact")

    @property
    def radius(self) -> float:
        """Half its size on paper."""
        return 5.0 if self.is_fact else 11.0 if self.standing == "named" else 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where everything stands.

    Args:
        places: Node id to its centre.
        labels: Node id to the label's box; facts without room have none.
        boundary: Half axes of the line around the decision.
    """

    places: Mapping[str, tuple[float, float]]
    labels: Mapping[str, Box]
    boundary: tuple[float, float]


def shortened(label: str) -> str:
    """Return a label that fits beside a node."""
    return legible(label, length_max=26)


def arrange(nodes: Sequence[Node], edges: Sequence[tuple[str, str]]) -> Layout:
    """Place nodes on rings by standing and hops, facts among their holders, labels where there is room.

    Args:
        nodes: Accounts and facts; order does not matter.
        edges: (account id, fact id), or account to account.
    """
    near: dict[str, list[str]] = {node.node_id: [] for node in nodes}
    for a, b in edges:
        near[a].append(b)
        near[b].append(a)
    places: dict[str, tuple[float, float]] = {}
    radius, boundary = 0.0, 0.0
    for ring, is_outside in _rings(nodes):
        if is_outside and not boundary:
            boundary = radius + 40
            radius = boundary - 26
        room = (32.0 if len(ring) <= 12 else 42.0) * len(ring) / math.tau
        radius = max(radius + 58, room) if places else (0.0 if len(ring) == 1 else max(44.0, room))
        _place_ring(ring, radius, near, places)
    boundary = boundary or radius + 40
    _place_facts([n for n in nodes if n.is_fact], near, places, nodes)
    labels = _place_labels(nodes, places, boundary)
    return Layout(places=places, labels=labels, boundary=(boundary * _STRETCH, boundary))


def _rings(nodes: Sequence[Node]) -> list[tuple[list[str], bool]]:
    """Return the accounts ring by ring, each with whether it lies outside the line.

    The named ones are in the middle; the linked ones around them, by hops where they are many; everyone else
    stands outside.
    """
    accounts = sorted((n for n in nodes if not n.is_fact), key=lambda n: n.node_id)
    many = sum(n.standing == "in" for n in accounts) > RING_MAX
    rings: dict[tuple[int, int], list[str]] = {}
    for node in accounts:
        rank = min(STANDINGS.index(node.standing), 2)
        hops = node.hops if node.standing == "in" and many else 0
        rings.setdefault((rank, hops), []).append(node.node_id)
    return [(ring, rank == 2) for (rank, _), ring in sorted(rings.items())]


def _angle(x: float, y: float) -> float:
    return math.atan2(y, x / _STRETCH)


def _place_ring(
    ring: Sequence[str],
    radius: float,
    near: Mapping[str, Sequence[str]],
    places: dict[str, tuple[float, float]],
) -> None:
    """Spread a ring evenly, each node as near as can be to the direction of what it is joined to."""
    wish = {}
    for node_id in ring:
        joined = {other for fact in near[node_id] for other in (*near[fact], fact) if other in places}
        x = math.fsum(places[other][0] for other in sorted(joined))
        y = math.fsum(places[other][1] for other in sorted(joined))
        wish[node_id] = _angle(x, y) if abs(x) + abs(y) > 1 else -math.pi / 2
    order = sorted(ring, key=lambda node_id: (round(wish[node_id], 6), node_id))
    angles = _spread([wish[node_id] for node_id in order], apart=30.0 / max(radius, 1.0), free=bool(places))
    for node_id, angle in zip(order, angles, strict=True):
        places[node_id] = (round(_STRETCH * radius * math.cos(angle), 3), round(radius * math.sin(angle), 3))


def _spread(wishes: Sequence[float], *, apart: float, free: bool) -> list[float]:
    """Return angles near the wished ones (ascending) that lie apart from one another around the circle.

    Args:
        wishes: Angles in radians.
        apart: Least gap in radians.
        free: Whether the wishes mean anything; where not, the circle is divided evenly.
    """
    count = len(wishes)
    if count == 1:
        return list(wishes)
    even = math.tau / count
    if not free or apart > 0.8 * even:
        return [wishes[0] - even / 2 + i * even for i in range(count)]
    apart = max(apart, 0.6 * even)
    angles = list(wishes)
    for _ in range(200):
        for i in range(count):
            j = (i + 1) % count
            gap = angles[j] + (math.tau if j == 0 else 0.0) - angles[i]
            if gap < apart:
                angles[i] -= (apart - gap) / 2
                angles[j] += (apart - gap) / 2
    return angles


def _place_facts(
    facts: Sequence[Node],
    near: Mapping[str, Sequence[str]],
    places: dict[str, tuple[float, float]],
    nodes: Sequence[Node],
) -> None:
    """Put each fact amid its holders, then push facts off accounts and off one another."""
    order = sorted(facts, key=lambda fact: fact.node_id)
    for i, fact in enumerate(order):
        holders = [places[other] for other in near[fact.node_id] if other in places] or [(0.0, 0.0)]
        angle = i * 2.399963
        places[fact.node_id] = (
            math.fsum(x for x, _ in holders) / len(holders) + math.cos(angle),
            math.fsum(y for _, y in holders) / len(holders) + math.sin(angle),
        )
    radii = {node.node_id: node.radius for node in nodes}
    for _ in range(60):
        for fact in order:
            x, y = places[fact.node_id]
            for other, (ox, oy) in places.items():
                if other == fact.node_id:
                    continue
                distance = math.hypot(x - ox, y - oy) or 0.01
                short = radii[other] + 20 - distance
                if short > 0:
                    x += (x - ox) / distance * short * 0.5 + 0.01
                    y += (y - oy) / distance * short * 0.5
            places[fact.node_id] = (round(x, 3), round(y, 3))


def _place_labels(
    nodes: Sequence[Node], places: Mapping[str, tuple[float, float]], boundary: float
) -> dict[str, Box]:
    taken: list[Box] = [
        (x - n.radius - 2, y - n.radius - 2, x + n.radius + 2, y + n.radius + 2)
        for n in nodes
        for x, y in (places[n.node_id],)
    ]
    taken.append((-60.0, -boundary - 20, 60.0, -boundary + 3))  # the word on the line
    labels: dict[str, Box] = {}
    rank = {standing: i for i, standing in enumerate((*STANDINGS, "fact", "fact.weak"))}
    for node in sorted(nodes, key=lambda n: (rank[n.standing], n.hops, n.node_id)):
        if not node.label:
            continue
        x, y = places[node.node_id]
        width = text_width(shortened(node.label), SIZE if not node.is_fact else SIZE - 2)
        reach = 1 if node.is_fact else 40
        box = next((b for b in _candidates(x, y, node.radius, width, reach) if _free(b, taken)), None)
        if box is not None:
            labels[node.node_id] = box
            taken.append(box)
        assert box is not None or node.is_fact, "an account always finds room for its label"
    return labels


def _candidates(x: float, y: float, radius: float, width: float, reach: int) -> list[Box]:
    """Return boxes around a node, nearest first, the outward side before the inward one."""
    height = SIZE + 3
    boxes: list[Box] = []
    for step in range(reach):
        away = radius + 4 + step * 9
        right = (x + away, y - height / 2)
        left = (x - away - width, y - height / 2)
        below = (x - width / 2, y + away)
        above = (x - width / 2, y - away - height)
        sides = [right, left] if x >= 0 else [left, right]
        ends = [below, above] if y >= 0 else [above, below]
        corners = [
            (x + away * 0.8, y + away * 0.8),
            (x + away * 0.8, y - away * 0.8 - height),
            (x - away * 0.8 - width, y + away * 0.8),
            (x - away * 0.8 - width, y - away * 0.8 - height),
        ]
        ordered = (*ends, *sides, *corners) if abs(x) < 30 else (*sides, *ends, *corners)
        boxes.extend((bx, by, bx + width, by + height) for bx, by in ordered)
    return boxes


def _free(box: Box, taken: Sequence[Box]) -> bool:
    return not any(
        box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3] for other in taken
    )


def network(
    nodes: Sequence[Node],
    edges: Sequence[tuple[str, str]],
    *,
    words: Mapping[str, str],
    title: str,
    description: str,
) -> str:
    """Draw accounts and the facts that they share, the decision's line between who is in and who is not.

    Args:
        nodes: Accounts and facts.
        edges: Pairs of node ids.
        words: What ``named``, ``in``, ``ask``, ``out``, ``fact``, ``fact.weak`` and ``boundary`` are called.
        title: What the picture is called.
        description: What it shows, for who cannot see it.

    Returns:
        An SVG element.
    """
    if not nodes:
        return svg(
            [svg_text(10, 24, title, fill=MUTED)], width=320, height=40, title=title, description=description
        )
    layout = arrange(nodes, edges)
    by_id = {node.node_id: node for node in nodes}
    rx, ry = layout.boundary
    dots = [(x - 12, y - 12, x + 12, y + 12) for x, y in layout.places.values()]
    boxes = [*layout.labels.values(), *dots, (-rx, -ry, rx, ry)]
    x0, y0 = min(b[0] for b in boxes) - 24, min(*(b[1] for b in boxes), -ry - 14) - 14
    x1, y1 = max(b[2] for b in boxes) + 24, max(b[3] for b in boxes) + 24
    width = max(x1 - x0, 560.0)
    legend, rows = _flow(_legend(nodes, words), width)
    height = y1 - y0 + 22 * rows
    shift_x, shift_y = -x0 + (width - (x1 - x0)) / 2, -y0
    line = {"stroke": ALARM, "stroke_width": "1.3", "stroke_dasharray": "7 4"}
    drawing = [
        element("ellipse", rx=rx, ry=ry, fill=SHADE, **line),
        svg_text(0, -ry - 7, words["boundary"], text_anchor="middle", fill=ALARM, font_size="11"),
        *(_edge(a, b, by_id, layout) for a, b in sorted(edges)),
        *(_shape(node, *layout.places[node.node_id]) for node in sorted(nodes, key=lambda n: n.node_id)),
        *(_label(by_id[node_id], box, layout) for node_id, box in layout.labels.items()),
    ]
    body = [f'<g transform="translate({number(shift_x)} {number(shift_y)})">', *drawing, "</g>"]
    for x, row, shape, word in legend:
        y = y1 - y0 + 22 * row
        body.append(f'<g transform="translate({number(x)} {number(y)})">{shape}</g>')
        body.append(svg_text(x + 17, y + 4, word, fill=MUTED))
    return svg(body, width=width, height=height, title=title, description=description)


def _legend(nodes: Sequence[Node], words: Mapping[str, str]) -> list[tuple[str, str]]:
    present = {node.standing for node in nodes}
    return [
        (_shape(Node(node_id="", label="", standing=standing), 0, 0), words[standing])
        for standing in (*STANDINGS, "fact", "fact.weak")
        if standing in present
    ]


def _flow(items: Sequence[tuple[str, str]], width: float) -> tuple[list[tuple[float, int, str, str]], int]:
    """Return where each item of a legend stands (x, row), and how many rows there are."""
    placed, x, row = [], 24.0, 0
    for shape, word in items:
        wide = 17 + text_width(word, SIZE) + 18
        if x > 24 and x + wide > width:
            x, row = 24.0, row + 1
        placed.append((x, row, shape, word))
        x += wide
    return placed, row + 1


def _edge(a: str, b: str, by_id: Mapping[str, Node], layout: Layout) -> str:
    (x0, y0), (x1, y1) = layout.places[a], layout.places[b]
    ends = (by_id[a], by_id[b])
    firm = all(node.standing in {"named", "in", "fact"} for node in ends)
    style = {"stroke_width": "1.4"} if firm else {"stroke_width": "0.9", "stroke_dasharray": "3 3"}
    return element("line", x1=x0, y1=y0, x2=x1, y2=y1, stroke=MUTED, **style)


def _shape(node: Node, x: float, y: float) -> str:
    hollow = {"fill": SURFACE, "stroke_width": "2"}
    match node.standing:
        case "named":
            drawn = element("circle", r=11, **hollow, stroke=ALARM) + element("circle", r=7, fill=ALARM)
        case "in":
            drawn = element("circle", r=8, fill="var(--linked, #b4540a)")
        case "ask":
            question = svg_text(0, 4, "?", text_anchor="middle", font_size="11", font_weight="700", fill=ASK)
            drawn = element("circle", r=8, **hollow, stroke=ASK) + question
        case "out":
            drawn = element("circle", r=8, **hollow, stroke="var(--out, #1f6f43)", stroke_dasharray="3 2")
        case "fact":
            drawn = element("path", d="M0-6 6 0 0 6-6 0Z", fill=ACCENT)
        case _:
            drawn = element("path", d="M0-5.5 5.5 0 0 5.5-5.5 0Z", fill=SURFACE, stroke=ACCENT)
    title = f"<title>{escape(legible(node.label))}</title>" if node.label else ""
    return f'<g transform="translate({number(x)} {number(y)})">{title}{drawn}</g>'


def _label(node: Node, box: Box, layout: Layout) -> str:
    x, y = layout.places[node.node_id]
    size = SIZE - 2 if node.is_fact else SIZE
    middle = (box[1] + box[3]) / 2
    centre = (box[0] + box[2]) / 2
    if box[0] > x:
        anchor, at = "start", box[0]
    elif box[2] < x:
        anchor, at = "end", box[2]
    else:
        anchor, at = "middle", centre
    edge_x = min(max(x, box[0]), box[2])
    far = math.hypot(edge_x - x, middle - y) > node.radius + 24
    leader = element("line", x1=x, y1=y, x2=edge_x, y2=middle, stroke=LINE) if far else ""
    return leader + svg_text(
        at,
        middle + size * 0.36,
        shortened(node.label),
        text_anchor=anchor,
        font_size=number(size),
        font_weight="600" if node.standing == "named" else "400",
        fill=MUTED if node.is_fact else INK,
        stroke=SURFACE,
        stroke_width="3",
        stroke_linejoin="round",
        paint_order="stroke",
    )
