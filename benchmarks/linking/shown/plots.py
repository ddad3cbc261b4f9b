"""The frontier and the reliability plot as SVG, drawn by hand: no library, no address to fetch from.

Law: a plot draws what the document holds; seeds are averaged at equal innocents, never joined into one line.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from statistics import fmean
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

WIDTH, HEIGHT = 460, 330
LEFT, RIGHT, TOP, BOTTOM = 48, 20, 30, 44

ACROSS: Final = 2
"""Plots side by side in a picture."""
LEGEND, LEGEND_ACROSS = 50, 4
"""Height of a picture's legend, and names in a line of it."""

STYLES: Final = {
    "debar": "debar",
    "debar, asked as well": "debar asked",
    "debar, 200 labels": "reviewed",
    "Splink 5": "splink",
    "pairwise": "pairwise",
    "pairwise, asked as well": "pairwise asked",
    "naive closure": "naive",
}
"""Name of a line to its class: the page gives each class a colour and a dash."""

PLOT_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1a1d21; --soft: #667; --rule: #d9dce1; --paper: #fff;
  --debar: #1f5fd0; --splink: #c2570c; --pairwise: #0f7f6b; --naive: #7a7f87; --reviewed: #8a3ab9; }
@media (prefers-color-scheme: dark) { :root {
  --ink: #e8eaed; --soft: #9aa3ad; --rule: #33383f; --paper: #15181c;
  --debar: #7aa7ff; --splink: #ffa057; --pairwise: #4fd1b5; --naive: #a3a9b2; --reviewed: #cf9cf0; } }
svg text { fill: var(--ink); font-size: 11px; }
svg .title { font-size: 13px; font-weight: 600; } svg .tick { fill: var(--soft); text-anchor: middle; }
svg .side { text-anchor: end; } svg .grid { stroke: var(--rule); stroke-width: 1; }
.line { fill: none; stroke-width: 2; } .mark { stroke: var(--paper); stroke-width: 1; }
.line.debar { stroke: var(--debar); stroke-width: 3; } .mark.debar { fill: var(--debar); }
.line.reviewed { stroke: var(--reviewed); } .mark.reviewed { fill: var(--reviewed); }
.line.splink { stroke: var(--splink); stroke-dasharray: 7 3; } .mark.splink { fill: var(--splink); }
.line.pairwise { stroke: var(--pairwise); stroke-dasharray: 2 3; } .mark.pairwise { fill: var(--pairwise); }
.line.naive { stroke: var(--naive); stroke-dasharray: 10 3 2 3; } .mark.naive { fill: var(--naive); }
.line.asked { stroke-width: 1.2; opacity: .7; }
.line.honest { stroke: var(--rule); stroke-width: 1.5; }
"""
"""Colours and dashes of the lines, for light and dark."""

LEAST: Final = 0.01
MOST: Final = 1000.0
STEPS: Final = tuple(LEAST * 10 ** (step / 10) for step in range(51))
"""Innocents a ban along the axis; fewer than the least are drawn at its left end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a plot, in the units of its axes, and marks on it."""

    name: str
    points: tuple[tuple[float, float], ...]
    marks: tuple[tuple[float, float], ...] = ()


def frontier_plot(title: str, results: Sequence[dict[str, Any]]) -> str:
    """Draw found over innocents for one world and variant; a mark is a method's own threshold."""
    lines = []
    for method in dict.fromkeys(one["method"] for one in results):
        group = [one for one in results if one["method"] == method]
        own = fmean(one["ban"]["innocents"] for one in group), fmean(one["ban"]["found"] for one in group)
        lines.append(_line(method, [one["frontier"] for one in group], own))
        asked = [one["review_frontier"] for one in group if "review_frontier" in one]
        if asked and f"{method}, asked as well" in STYLES:
            lines.append(_line(f"{method}, asked as well", asked, None))
    ticks = [(x, f"{x:g}") for x in (0.01, 0.1, 1, 10, 100, 1000)]
    return _plot(title, lines, across=_log_place, ticks=ticks, labels=("innocents a ban", "found"))


def frontier_picture(results: Sequence[dict[str, Any]]) -> str:
    """Return the frontiers of all worlds and variants as one SVG file that needs nothing else.

    Args:
        results: As :func:`benchmarks.linking.quality.run_quality` gives them, those without bans left out.
    """
    panels: dict[str, list[dict[str, Any]]] = {}
    for one in results:
        if one["ban"]["bans"]:
            panels.setdefault(f"{one['world']}, {one['variant']}", []).append(one)
    rows = -(-len(panels) // ACROSS)
    width, height = ACROSS * WIDTH, rows * HEIGHT + LEGEND
    opening = 'xmlns="http://www.w3.org/2000/svg" role="img" font-family="sans-serif"'
    parts = [
        f'<svg {opening} viewBox="0 0 {width} {height}" aria-label="Found against innocents">',
        f"<style>{PLOT_STYLE}</style>",
        f'<rect width="{width}" height="{height}" style="fill: var(--paper)"/>',
    ]
    for place, (title, group) in enumerate(panels.items()):
        x, y = place % ACROSS * WIDTH, place // ACROSS * HEIGHT
        inside = f'<svg x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" '
        parts.append(frontier_plot(title, group).replace("<svg ", inside, 1))
    methods = {one["method"] for one in results}
    named = [name for name in STYLES if name.removesuffix(", asked as well") in methods]
    for place, name in enumerate(named):
        x, y = LEFT + place % LEGEND_ACROSS * 215, rows * HEIGHT + 16 + place // LEGEND_ACROSS * 22
        parts.append(f'<line class="line {STYLES[name]}" x1="{x}" x2="{x + 30}" y1="{y - 4}" y2="{y - 4}"/>')
        parts.append(f'<text x="{x + 38}" y="{y}">{escape(name)}</text>')
    return "".join([*parts, "</svg>\n"])


def _line(
    name: str, frontiers: Sequence[Sequence[dict[str, float]]], own: tuple[float, float] | None
) -> Line:
    end = max((point["innocents"] for one in frontiers for point in one), default=0.0)
    steps = [x for x in STEPS if x < end]
    points = [(x, fmean(_most(one, x) for one in frontiers)) for x in (*steps, max(end, LEAST))]
    return Line(
        name=name,
        points=tuple((x, found) for x, found in points if found > 0),
        marks=(own,) if own else (),
    )


def _most(frontier: Iterable[dict[str, float]], innocents: float) -> float:
    return max((point["found"] for point in frontier if point["innocents"] <= innocents), default=0.0)


def reliability_plot(title: str, results: Sequence[dict[str, Any]]) -> str:
    """Draw the true share over the stated probability, seeds pooled; on the diagonal a method is honest."""
    lines = [Line(name="honest", points=((0.0, 0.0), (1.0, 1.0)))]
    for method in dict.fromkeys(one["method"] for one in results if one["probabilities"]):
        bins: dict[float, list[dict[str, float]]] = {}
        for one in results:
            if one["method"] == method:
                for each in one["pairs"]["bins"]:
                    bins.setdefault(each["low"], []).append(each)
        points = tuple(
            (_weighted(same, "p_mean"), _weighted(same, "true_share")) for _, same in sorted(bins.items())
        )
        lines.append(Line(name=method, points=points, marks=points))
    ticks = [(x / 5, f"{x / 5:g}") for x in range(6)]
    labels = ("stated probability of a pair, from .01 on", "share with one owner")
    return _plot(title, lines, across=lambda x: x, ticks=ticks, labels=labels)


def _weighted(bins: Sequence[dict[str, float]], figure: str) -> float:
    return sum(one["pairs"] * one[figure] for one in bins) / sum(one["pairs"] for one in bins)


def _log_place(x: float) -> float:
    inside = min(max(x, LEAST), MOST)
    return math.log(inside / LEAST) / math.log(MOST / LEAST)


def _plot(
    title: str,
    lines: Sequence[Line],
    *,
    across: Callable[[float], float],
    ticks: Sequence[tuple[float, str]],
    labels: tuple[str, str],
) -> str:
    def x_of(x: float) -> float:
        return LEFT + across(x) * (WIDTH - LEFT - RIGHT)

    def y_of(y: float) -> float:
        return TOP + (1 - y) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">',
        f'<text class="title" x="{LEFT}" y="16">{escape(title)}</text>',
    ]
    for place, label in ticks:
        x = x_of(place)
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
        parts.append(f'<text class="tick" x="{x:.1f}" y="{HEIGHT - BOTTOM + 14}">{label}</text>')
    for tenth in range(0, 11, 2):
        y = y_of(tenth / 10)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick side" x="{LEFT - 6}" y="{y + 4:.1f}">{tenth / 10:g}</text>')
    parts.append(
        f'<text class="tick" x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}">{escape(labels[0])}</text>'
    )
    parts.append(
        f'<text class="tick side" x="{WIDTH - RIGHT}" y="{TOP - 6}">upwards: {escape(labels[1])}</text>'
    )
    for line in lines:
        style = STYLES.get(line.name, "honest")
        path = " ".join(f"{x_of(x):.1f},{y_of(y):.1f}" for x, y in line.points)
        told = f"<title>{escape(line.name)}</title>"
        parts.append(f'<polyline class="line {style}" points="{path}">{told}</polyline>')
        parts += [
            f'<circle class="mark {style}" cx="{x_of(x):.1f}" cy="{y_of(y):.1f}" r="3.5">{told}</circle>'
            for x, y in line.marks
        ]
    return "".join([*parts, "</svg>"])
