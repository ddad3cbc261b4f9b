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

STYLES: Final = {
    "debar": "debar",
    "debar, asked as well": "debar asked",
    "Splink 5": "splink",
    "pairwise": "pairwise",
    "pairwise, asked as well": "pairwise asked",
    "naive closure": "naive",
}
"""Name of a line to its class: the page gives each class a colour and a dash."""

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
        if asked:
            lines.append(_line(f"{method}, asked as well", asked, None))
    ticks = [(x, f"{x:g}") for x in (0.01, 0.1, 1, 10, 100, 1000)]
    return _plot(title, lines, across=_log_place, ticks=ticks, labels=("innocents a ban", "found"))


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
