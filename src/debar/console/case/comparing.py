"""Two accounts side by side, field by field, and the sum that their evidence makes.

Law: the weights are those of the version's own frozen tables, the very numbers of ``debar why``; prior and
contributions add up to the score that is shown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from debar.briefs.view import View
from debar.evidence.weigh import MILLION
from debar.linking.expand import weigh_pairs
from debar.linking.explain import pair_reasons
from debar.linking.words import noun
from debar.model.identifiers import FAMILIES, FAMILY_OF_KIND

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from debar.briefs.strike import Evidence
    from debar.console.case.sheet import Sheet

ROW_FIELDS: Final = (
    ("name", "name"),
    ("handle", "handle"),
    ("legal_name", "legal name"),
    ("country", "country"),
    ("created_at", "opened"),
)
VALUES_MAX: Final = 6
"""So many values of one kind are listed; the rest is counted."""


def compared(sheet: Sheet, evidence: Evidence, one: str, other: str) -> dict[str, Any]:
    """Compare two accounts of a case.

    Returns:
        ``a``, ``b``, ``fields`` (each agreeing, differing or missing), ``reasons`` with their weights, and
        ``sum``: the steps from prior to score; None where the case's graph has nothing between the two.
    """
    return {
        "a": _side(sheet, one),
        "b": _side(sheet, other),
        "fields": _fields(sheet, one, other),
        **_weighed(evidence, one, other),
    }


def _side(sheet: Sheet, account_id: str) -> dict[str, Any]:
    row = sheet.accounts[account_id]
    kept = ("name", "handle", "earned", "its_own", "speaks_for", "reached", "agency")
    return {
        **{name: row[name] for name in kept},
        "account_id": account_id,
        "status": sheet.statuses.get(account_id, row["status"]),
    }


def _fields(sheet: Sheet, one: str, other: str) -> list[dict[str, Any]]:
    rows = []
    for name, title in ROW_FIELDS:
        mine, theirs = (str(sheet.accounts[a][name] or "") for a in (one, other))
        if name == "created_at":
            mine, theirs = mine[:10], theirs[:10]
        rows.append(_field(title, [mine] if mine else [], [theirs] if theirs else [], []))
    held = [_held(sheet, account) for account in (one, other)]
    kinds = sorted(
        {*held[0], *held[1]},
        key=lambda kind: (FAMILIES.index(FAMILY_OF_KIND[kind]) if kind in FAMILY_OF_KIND else 9, kind),
    )
    for kind in kinds:
        one_has, other_has = held[0].get(kind, {}), held[1].get(kind, {})
        both = [one_has[fact] for fact in one_has if fact in other_has]
        rows.append(_field(noun(kind), list(one_has.values()), list(other_has.values()), both))
    return rows


def _held(sheet: Sheet, account_id: str) -> dict[str, dict[str, str]]:
    """Return what an account holds by kind: fact id to the shown value."""
    found: dict[str, dict[str, str]] = {}
    for row in sheet.accounts[account_id]["identifiers"]:
        found.setdefault(row["kind"], {})[row["fact_id"]] = row["shown"]
    for fact_id in sheet.accounts[account_id]["facts"]:
        fact = sheet.facts[fact_id]
        found.setdefault(fact["kind"], {})[fact_id] = fact["shown"]
    return found


def _field(title: str, mine: Sequence[str], theirs: Sequence[str], both: Sequence[str]) -> dict[str, Any]:
    agree = bool(both) or (bool(mine) and list(mine) == list(theirs))
    if not mine or not theirs:
        found = "missing in both" if not mine and not theirs else "missing"
    else:
        found = "agree" if agree else "differ"
    return {
        "field": title,
        "found": found,
        "a": _shortened(mine, both),
        "b": _shortened(theirs, both),
        "both": list(both),
    }


def _shortened(values: Sequence[str], both: Sequence[str]) -> dict[str, Any]:
    order = sorted(values, key=lambda value: value not in both)
    return {"shown": order[:VALUES_MAX], "more": max(len(order) - VALUES_MAX, 0)}


def _weighed(evidence: Evidence, one: str, other: str) -> dict[str, Any]:
    pair = evidence.graph.pair(one, other)
    if pair is None:
        return {"reasons": [], "sum": None, "p_owner": None, "p_operator": None, "judgement": None}
    alone = replace(evidence.graph, pairs=(pair,))
    (weighing,) = weigh_pairs(alone, evidence.parameters, evidence.without).values()
    told = pair_reasons(pair, weighing, evidence.graph, without=evidence.without)
    parts = [
        {
            "family": reason.family,
            "shown": reason.shown or "nothing shared",
            "sentence": reason.sentence,
            "weight": View.weight(f"{reason.weight_millibits / 1000:.3f}"),
            "millibits": reason.weight_millibits,
        }
        for reason in told
        if reason.family != "judgement"
    ]
    return {
        "reasons": parts,
        "judgement": pair.judgement,
        "p_owner": _decimal(weighing.p_owner),
        "p_operator": _decimal(weighing.p_operator),
        "uncalibrated_p_owner": _decimal(weighing.uncalibrated_p_owner),
        "calibrated": evidence.parameters.calibrated,
        "sum": {
            "prior_millibits": weighing.owner_prior_millibits,
            "parts": [
                {"family": p["family"], "shown": p["shown"], "millibits": p["millibits"]} for p in parts
            ],
            "score_millibits": weighing.owner_millibits,
        },
    }


def _decimal(probability: int) -> str:
    return f"{probability // MILLION}.{probability % MILLION:06d}"


WIDTH: Final = 640
LABELS: Final = 150
ROW: Final = 30
FIGURES: Final = 60


def waterfall(total: Mapping[str, Any]) -> str:
    """Draw the sum: from what two accounts picked at random start with, family by family, to the score.

    Args:
        total: ``prior_millibits``, ``parts`` and ``score_millibits``, as :func:`compared` gives them.
    """
    steps = [("before any evidence", 0, total["prior_millibits"], "prior")]
    at = total["prior_millibits"]
    for part in total["parts"]:
        kind = "for" if part["millibits"] >= 0 else "against"
        steps.append((part["family"], at, at + part["millibits"], kind))
        at += part["millibits"]
    assert at == total["score_millibits"], "prior and contributions add up to the score"
    steps.append(("together", 0, at, "total"))
    low = min(0, *(min(start, end) for _, start, end, _ in steps))
    high = max(1_000, *(max(start, end) for _, start, end, _ in steps))
    room = WIDTH - LABELS - FIGURES
    height = ROW * len(steps) + 26

    def x(millibits: int) -> float:
        return float(round(LABELS + room * (millibits - low) / (high - low), 1))

    said = "; ".join(f"{name} {View.weight(f'{(end - start) / 1000:.3f}')}" for name, start, end, _ in steps)
    parts = [
        (
            f'<svg class="waterfall" viewBox="0 0 {WIDTH} {height}" role="img"'
            f' aria-label="Weights in bits: {escape(said)}">'
        ),
        f'<line class="zero" x1="{x(0)}" y1="0" x2="{x(0)}" y2="{height - 22}"/>',
        f'<text class="axis" x="{x(0)}" y="{height - 8}">even odds</text>',
    ]
    for i, (name, start, end, kind) in enumerate(steps):
        left, right, y = x(min(start, end)), x(max(start, end)), ROW * i + 5
        parts.append(f'<text class="name" x="{LABELS - 12}" y="{y + 14}">{escape(name)}</text>')
        parts.append(
            f'<rect class="{kind}" x="{left}" y="{y}" width="{max(right - left, 1.5):.1f}"'
            f' height="{ROW - 10}"/>'
        )
        parts.append(
            f'<text class="figure" x="{right + 6}" y="{y + 14}">'
            f"{View.weight(f'{(end - start) / 1000:.3f}')}</text>"
        )
        if i + 1 < len(steps) and steps[i + 1][3] != "total":
            parts.append(f'<line class="step" x1="{x(end)}" y1="{y}" x2="{x(end)}" y2="{y + ROW + 10}"/>')
    return "\n".join((*parts, "</svg>"))
