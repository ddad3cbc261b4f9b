"""The reliability of calibrated probabilities, as a page with a plot and as text.

Law: every figure is cross-fitted, and stands beside the uncalibrated one; the plot shows where there is no
pair.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from debar.linking.assurance.bound import clopper_pearson
from debar.linking.assurance.strata import describe
from debar.notices.pages import render_page
from debar.notices.pictures import ACCENT, INK, LINE, MUTED, element, svg, svg_text

if TYPE_CHECKING:
    from debar.linking.assurance.calibrate import Calibrated
    from debar.linking.assurance.measures import Bin, Innocents, Quality

WIDTH: Final = 560.0
SIDE: Final = 420.0
LEFT: Final = 70.0
TOP: Final = 20.0


def render_reliability_html(calibrated: Calibrated, title: str) -> str:
    """Write the page.

    Args:
        calibrated: The correction and its measures.
        title: The platform's name.
    """
    return render_page(
        "reliability.html.j2",
        language="en",
        title=title,
        lead=_lead(calibrated),
        picture=reliability_plot(calibrated.after),
        measures=_measures(calibrated),
        bins=[(_span(b), b.reviewed, f"{b.predicted:.3f}", f"{b.actual:.3f}") for b in calibrated.after.bins],
        innocents=[_innocents(one) for one in calibrated.after.innocents],
        reviews=[
            (describe(r.stratum), r.pairs, r.reviewed, r.innocents, "by lot" if r.drawn else "no")
            for r in calibrated.calibration.reviews
        ],
    )


def render_reliability_text(calibrated: Calibrated) -> str:
    """Write the same as text."""
    lines = [_lead(calibrated), "", f"{'':28}{'before':>12}{'after':>12}"]
    lines += [f"{name:28}{before:>12}{after:>12}" for name, before, after in _measures(calibrated)]
    lines += ["", "  predicted     one owner   reviewed"]
    lines += [
        f"  {_span(b):14}{b.predicted:.2f} {b.actual:.2f}   {b.reviewed:>5}  {_bar(b)}"
        for b in calibrated.after.bins
    ]
    lines += ["", "innocent pairs, predicted over actual"]
    for threshold, reviewed, found, ratio, word in (_innocents(one) for one in calibrated.after.innocents):
        lines.append(f"  from {threshold}: {ratio} ({word}; {reviewed} reviewed, {found} innocent)")
    return "\n".join(lines)


def _lead(calibrated: Calibrated) -> str:
    labels = calibrated.calibration.labels
    counted = f"{labels:,} reviewed pairs, {calibrated.positives:,} of them one owner"
    if not calibrated.calibration.fitted:
        return f"uncalibrated: {counted}; too few to correct anything"
    how = "no correction was better" if math.isinf(calibrated.ridge) else f"ridge {calibrated.ridge:g}"
    return (
        f"calibrated on {counted}, in {calibrated.groups:,} groups that share no account ({how});"
        " every figure is cross-fitted and weighted to the platform"
    )


def _measures(calibrated: Calibrated) -> list[tuple[str, str, str]]:
    before, after = calibrated.before, calibrated.after
    return [
        ("log loss", f"{before.log_loss:.4f}", f"{after.log_loss:.4f}"),
        ("Brier score", f"{before.brier:.4f}", f"{after.brier:.4f}"),
        ("calibration error", f"{before.calibration_error:.4f}", f"{after.calibration_error:.4f}"),
        (
            "the same, pairs alike",
            f"{before.calibration_error_drawn:.4f}",
            f"{after.calibration_error_drawn:.4f}",
        ),
    ]


def _span(one: Bin) -> str:
    return f"{one.low:g} to {one.high:g}"


def _bar(one: Bin) -> str:
    """Draw a line from 0 to 1 in letters: where it was predicted, and where it fell."""
    cells = ["."] * 41
    cells[round(40 * one.predicted)] = "|"
    cells[round(40 * one.actual)] = "o"
    return "".join(cells)


def _innocents(one: Innocents) -> tuple[str, int, int, str, str]:
    if one.ratio is None:
        return f"{one.threshold:g}", one.reviewed, one.found, "unknown", "no innocent was seen"
    word = {True: "holds", False: "outside 0.5 to 2", None: "too few innocents to tell"}[one.holds]
    low, high = one.interval
    return f"{one.threshold:g}", one.reviewed, one.found, f"{one.ratio:.2f} ({low:.2f} to {high:.2f})", word


def reliability_plot(quality: Quality) -> str:
    """Draw predicted against actual shares, with exact 95 % intervals of the reviewed pairs."""
    body = []
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, y = _x(tick), _y(tick)
        body.append(element("line", x1=LEFT, y1=y, x2=LEFT + SIDE, y2=y, stroke=LINE))
        body.append(svg_text(LEFT - 8, y + 4, f"{tick:g}", fill=MUTED, text_anchor="end"))
        body.append(svg_text(x, TOP + SIDE + 18, f"{tick:g}", fill=MUTED, text_anchor="middle"))
    diagonal = {"stroke": MUTED, "stroke_dasharray": "4 4"}
    body.append(element("line", x1=_x(0), y1=_y(0), x2=_x(1), y2=_y(1), **diagonal))
    for one in quality.bins:
        low, high = clopper_pearson(round(one.actual * one.reviewed), one.reviewed)
        x = _x(one.predicted)
        body.append(element("line", x1=x, y1=_y(low), x2=x, y2=_y(high), stroke=ACCENT, stroke_width="1.5"))
        radius = 3 + min(9.0, math.sqrt(one.reviewed))
        body.append(element("circle", cx=x, cy=_y(one.actual), r=radius, fill=ACCENT, fill_opacity="0.75"))
    body.append(
        svg_text(LEFT + SIDE / 2, TOP + SIDE + 40, "predicted probability", fill=INK, text_anchor="middle")
    )
    body.append(svg_text(4, TOP - 6, "share that is one owner", fill=INK))
    description = "; ".join(f"predicted {b.predicted:.2f}, actual {b.actual:.2f}" for b in quality.bins)
    return svg(body, width=WIDTH, height=TOP + SIDE + 52, title="Reliability", description=description)


def _x(share: float) -> float:
    return LEFT + SIDE * share


def _y(share: float) -> float:
    return TOP + SIDE * (1 - share)
