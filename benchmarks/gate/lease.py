"""What the lease term costs and buys: innocent sales refused in an outage, and the longest apply.

``python -m benchmarks.gate.lease`` runs the simulation for each term and each outage, prints the table, and
writes ``docs/pictures/gate-availability.svg``. Everything follows from the seed: the figures are the same on
every machine.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.gate.simulation.engine import SECOND
from benchmarks.gate.simulation.fleet import Fleet
from debar.gate.protocol.timing import Timing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TERMS: Final = (15, 30, 60, 120, 300, 600, 1200)
OUTAGES: Final = (10, 60, 240, 900)
PICTURE: Final = Path(__file__).resolve().parents[2] / "docs" / "pictures" / "gate-availability.svg"
SALE_EVERY: Final = 2 * SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was seen with one lease term.

    Args:
        term_s: Term in seconds.
        refused: Outage in seconds to the part of purchases in good standing that were refused during it.
        apply_ms: How long an apply takes where every gate is well.
        apply_longest_s: How long it takes where a gate is cut off at the moment of the ban.
        apply_fenced_s: The same where an operator fences that gate after ten seconds.
    """

    term_s: int
    refused: dict[int, float]
    apply_ms: float
    apply_longest_s: float
    apply_fenced_s: float


def timing_of(term_s: int) -> Timing:
    """Return the lengths of time for a term: renewals ten seconds apart, or three to a short term."""
    renew = min(10 * SECOND, term_s * SECOND // 3)
    return Timing(term_ns=term_s * SECOND, renew_ns=renew, retry_ns=min(SECOND, renew))


def fleet_of(term_s: int, seed: int = 1) -> Fleet:
    """Return eight gates with leases, half of them behind a relay; clocks differ by 100 millionths."""
    fleet = Fleet(seed, timing=timing_of(term_s), drift_ppm=100)
    fleet.add_register("reg1")
    fleet.add_relay("r1")
    for number in range(8):
        fleet.add_gate(f"g{number}", upstream="reg1" if number < 4 else "r1")
    fleet.start()
    fleet.engine.run(33 * SECOND)
    return fleet


def refused_in(outage_s: int, term_s: int) -> float:
    """Return the part of purchases in good standing that gates refuse while the register is down."""
    fleet = fleet_of(term_s)
    fleet.registers["reg1"].crash()
    asked = refused = 0
    for _ in range(outage_s * SECOND // SALE_EVERY):
        fleet.engine.run(fleet.engine.now + SALE_EVERY)
        for gate in fleet.gates.values():
            asked += 1
            refused += not gate.check("in good standing").allowed
    return refused / asked


def apply_takes(term_s: int, *, cut: bool, fenced: bool = False) -> float:
    """Return how many seconds an apply takes; with a gate cut off at the ban, and fenced after ten."""
    fleet = fleet_of(term_s)
    asked, lost = fleet.engine.now, fleet.gates["g0"]
    if cut:
        fleet.network.cut("g0", "reg1", 2**62)
    fleet.apply("ban", "debarred")
    if fenced:
        fleet.engine.run(asked + 10 * SECOND)
        register = fleet.registers["reg1"]
        assert register.core is not None, "it runs"
        gate = lost.core.settings.gate
        register.do(register.core.fence(gate, by="operator", since="now", now=register.node.clock()))
    fleet.engine.run(asked + 2 * term_s * SECOND + 60 * SECOND)
    certified = fleet.history.applied["ban"].certified_at
    assert certified is not None, "every decision comes into force"
    return (certified - asked) / SECOND


def measure(terms: Sequence[int] = TERMS, outages: Sequence[int] = OUTAGES) -> list[Row]:
    """Return a row for each term."""
    return [
        Row(
            term_s=term,
            refused={outage: refused_in(outage, term) for outage in outages},
            apply_ms=apply_takes(term, cut=False) * 1000,
            apply_longest_s=apply_takes(term, cut=True),
            apply_fenced_s=apply_takes(term, cut=True, fenced=True),
        )
        for term in terms
    ]


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table."""
    outages = list(rows[0].refused)
    head = ["lease term", *(f"refused, {span(outage)} outage" for outage in outages)]
    head += ["apply, all well", "apply, one gate cut off", "the same, fenced after 10 s"]
    lines = [f"| {' | '.join(head)} |", f"|{'---:|' * len(head)}"]
    for row in rows:
        cells = [span(row.term_s), *(percent(row.refused[outage]) for outage in outages)]
        cells += [f"{row.apply_ms:.0f} ms", f"{row.apply_longest_s:.1f} s", f"{row.apply_fenced_s:.1f} s"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def span(seconds: int) -> str:
    """Return a length in words."""
    return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"


def percent(part: float) -> str:
    """Return a part of one as a percentage."""
    return f"{100 * part:.1f} %"


# ---- the picture

WIDTH, HEIGHT, LEFT, TOP, PLOT_W, PLOT_H = 880, 400, 60, 50, 340, 270
STYLE: Final = 'font-family="sans-serif" font-size="12" role="img" aria-label="Refused sales, longest apply"'
COLOURS: Final = ("#1b6ca8", "#2a9d5c", "#d98e04", "#b3261e")


def svg(rows: Sequence[Row]) -> str:
    """Return both plots: refused sales, and the longest apply, against the term."""
    outages = list(rows[0].refused)
    refused = {span(outage): [100 * row.refused[outage] for row in rows] for outage in outages}
    applies = {
        "one gate cut off": [row.apply_longest_s for row in rows],
        "fenced after 10 s": [row.apply_fenced_s for row in rows],
        "all well": [row.apply_ms / 1000 for row in rows],
    }
    terms = [row.term_s for row in rows]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {STYLE}>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        *_plot(LEFT, "Innocent sales refused in an outage of the register, %", terms, refused, _linear(100)),
        *_plot(LEFT + 440, "How long an apply takes, seconds", terms, applies, _logarithmic(0.01, 2000)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Where a value stands between 0 and 1, and which values are written beside the axis."""

    place: Callable[[float], float]
    ticks: tuple[float, ...]


def _linear(top: float) -> Scale:
    return Scale(place=lambda value: value / top, ticks=tuple(top * part / 4 for part in range(5)))


def _logarithmic(low: float, high: float) -> Scale:
    width = math.log(high / low)
    ticks = (0.01, 0.1, 1, 10, 100, 1000)
    return Scale(place=lambda value: math.log(max(value, low) / low) / width, ticks=ticks)


def _plot(
    left: int, title: str, terms: Sequence[int], series: dict[str, list[float]], scale: Scale
) -> list[str]:
    across = _logarithmic(terms[0], terms[-1])
    parts = [f'<text x="{left}" y="{TOP - 22}" font-size="14">{title}</text>']
    for tick in scale.ticks:
        y = TOP + PLOT_H * (1 - scale.place(tick))
        parts.append(f'<line x1="{left}" x2="{left + PLOT_W}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>')
    for term in terms:
        x = left + PLOT_W * across.place(term)
        parts.append(f'<text x="{x:.1f}" y="{TOP + PLOT_H + 18}" text-anchor="middle">{span(term)}</text>')
    for place, (name, values) in enumerate(series.items()):
        points = [
            (left + PLOT_W * across.place(term), TOP + PLOT_H * (1 - scale.place(value)))
            for term, value in zip(terms, values, strict=True)
        ]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        colour = COLOURS[place]
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
        legend = left + place * 125
        parts.append(f'<rect x="{legend}" y="{HEIGHT - 32}" width="10" height="10" fill="{colour}"/>')
        parts.append(f'<text x="{legend + 14}" y="{HEIGHT - 23}">{name}</text>')
    parts.append(
        f'<text x="{left + PLOT_W / 2}" y="{TOP + PLOT_H + 38}" text-anchor="middle">lease term</text>'
    )
    return parts


def main() -> int:
    """Measure, print and draw."""
    rows = measure()
    print(table(rows))
    PICTURE.write_text(svg(rows), encoding="utf-8")
    print(f"\nwritten: {PICTURE.relative_to(PICTURE.parents[2])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
