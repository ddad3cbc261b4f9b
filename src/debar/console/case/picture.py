"""The network as an SVG element and as data for the canvas: one layout, the same places in both.

Law: a standing is told by a shape and a word as well as by a hue; colours come from the page's style, so that
light and dark are one picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape, quoteattr

from debar.briefs.view import count
from debar.console.case.drawing import STANDINGS, from_json
from debar.console.case.layout import LABEL_GAP, LINE_HEIGHT, Layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from debar.console.case.drawing import Drawing, Node

WORDS: Final = {"named": "named", "in": "in the plan", "ask": "undecided", "out": "left out"}
MARKS: Final = {"named": "", "in": "", "ask": "?", "out": ""}
"""What stands in a circle, so that the hue is never alone."""

BASELINE: Final = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A stored network, with everybody's standing as it is now.

    Args:
        drawing: What is drawn.
        layout: Where.
        statuses: Account id to its standing now.
    """

    drawing: Drawing
    layout: Layout
    statuses: Mapping[str, str]

    def standing(self, node: Node) -> str:
        """Return a node's class: ``named``, ``in``, ``ask``, ``out``, ``fact`` or ``fact many``."""
        if not node.accounts:
            return "fact many" if node.many else "fact"
        found = {self.statuses.get(account, "out") for account in node.accounts}
        return next(standing for standing in STANDINGS if standing in found)


def picture_of(network: Mapping[str, Any], statuses: Mapping[str, str]) -> Picture:
    """Read what is stored with a version."""
    return Picture(
        drawing=from_json(network["drawing"]),
        layout=Layout.from_json(network["places"]),
        statuses=statuses,
    )


def summary(picture: Picture) -> str:
    """Tell the picture in a sentence, for whoever does not see it."""
    found = dict.fromkeys(STANDINGS, 0)
    for node in picture.drawing.nodes:
        for account in node.accounts:
            found[picture.statuses.get(account, "out")] += 1
    told = ", ".join(f"{number:,} {WORDS[standing]}" for standing, number in found.items() if number)
    facts = sum(len(node.facts) for node in picture.drawing.nodes)
    return (
        f"Network of {count(sum(found.values()), 'account')} ({told}) and {count(facts, 'fact')} that they"
        " share. The table has everything that is drawn here."
    )


def svg(picture: Picture, *, alone: bool = False) -> str:
    """Draw the network.

    Args:
        picture: What and where.
        alone: For a file of its own, that brings its colours with it.
    """
    left, top, width, height = picture.layout.frame()
    boxes = picture.layout.boxes
    name = (
        f" xmlns={quoteattr('http://www.w3.org/2000/svg')} width='{width}' height='{height}'" if alone else ""
    )
    parts = [
        (
            f'<svg class="network" viewBox="{left} {top} {width} {height}"{name} role="img"'
            f" aria-label={quoteattr(summary(picture))}>"
        )
    ]
    if alone:
        parts.append(f"<style>{_STYLE}</style>")
    parts.append("<g>")
    for edge in picture.drawing.edges:
        a, f = boxes[edge.account_node], boxes[edge.fact_node]
        parts.append(
            f'<line class="tie{" many" if edge.many else ""}" x1="{a.x}" y1="{a.y}" x2="{f.x}" y2="{f.y}"'
            f' stroke-width="{0.8 if edge.many else edge.width * 0.7:.2f}"/>'
        )
    parts.append("</g>")
    parts += [_node(picture, node) for node in picture.drawing.nodes]
    return "\n".join((*parts, "</svg>"))


def _node(picture: Picture, node: Node) -> str:
    box = picture.layout.boxes[node.node_id]
    standing = picture.standing(node)
    r = node.radius
    if node.accounts:
        shape = f'<circle r="{r}"/>'
        if node.kind == "group" or standing == "named":
            shape += f'<circle class="ring" r="{r - 4}"/>'
        if MARKS[standing]:
            shape += f'<text class="mark" y="4">{MARKS[standing]}</text>'
    else:
        shape = f'<path d="M0-{r} {r} 0 0 {r}-{r} 0Z"/>'
    lines = "".join(
        f'<text y="{r + LABEL_GAP + BASELINE + LINE_HEIGHT * i}">{escape(line)}</text>'
        for i, line in enumerate(node.label)
    )
    return f'<g class="node {standing}" transform="translate({box.x} {box.y})">{shape}{lines}</g>'


def canvas(picture: Picture) -> dict[str, Any]:
    """Return what the canvas draws: nodes with their places, edges, and the frame."""
    return {
        "frame": list(picture.layout.frame()),
        "nodes": [
            {
                "id": node.node_id,
                "label": "\n".join(node.label),
                "x": picture.layout.boxes[node.node_id].x,
                "y": picture.layout.boxes[node.node_id].y,
                "r": node.radius,
                "kind": node.kind,
                "standing": picture.standing(node),
                "accounts": list(node.accounts),
                "facts": list(node.facts),
            }
            for node in picture.drawing.nodes
        ],
        "edges": [
            [edge.account_node, edge.fact_node, edge.width, edge.many] for edge in picture.drawing.edges
        ],
    }


_STYLE: Final = (
    "svg{font:11px Inter,'Segoe UI',system-ui,sans-serif;background:#fff}"
    "text{text-anchor:middle;fill:#1d1f23;paint-order:stroke;stroke:#fff;stroke-width:3px}"
    ".tie{stroke:#8d9097}.tie.many{stroke-dasharray:3 3;stroke:#b3b5ba}"
    ".named circle{fill:#a3231f}.in circle{fill:#b4540a}"
    ".ask circle{fill:#fff;stroke:#8a4300;stroke-width:2px}"
    ".out circle{fill:#fff;stroke:#1f6f43;stroke-width:2px}"
    ".ring{fill:none!important;stroke:#fff!important;stroke-width:1.5px}"
    ".out .ring,.ask .ring{stroke:#1f6f43!important}"
    ".fact path{fill:#4a4d55;stroke:#4a4d55}.fact.many path{fill:#fff;stroke-dasharray:2 2}"
    ".mark{stroke:none;font-weight:700;fill:#8a4300}"
)
