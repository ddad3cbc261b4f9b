"""The case as a picture: who is named on the left, what is shared in the middle, who it reaches on the right.

Law: the same plan makes the same picture, and no label ever lies on another: accounts and facts stand in
columns, each with its own room, ordered so that lines cross little.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from debar.evidence.parameters import grade_of, shared_code
from debar.model.legible import legible
from debar.model.money import MICROS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from debar.briefs.strike import Evidence

WIDTH: Final = 760
LEFT_X: Final = 176
CHIP_X: Final = 380
RIGHT_X: Final = 584
CHIP_WIDTH: Final = 184
CHIP_HEIGHT: Final = 26
CHIP_GAP: Final = 35
ACCOUNT_GAP: Final = 37
HEADING_GAP: Final = 30
TOP: Final = 44
LABEL_ROOM: Final = 150
CHIP_ROOM: Final = 134
MANY: Final = 8
"""A value that more accounts hold is drawn hollow and dashed: it says little."""

DRAWN_MAX: Final = {"named": 12, "in": 14, "ask": 8, "out": 8}
"""How many accounts of each standing are drawn; the tables name all of them."""

CHIPS_MAX: Final = 26
GROUPS: Final = (("in", "linked"), ("ask", "to be asked"), ("out", "left out"))
_SWEEPS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountNode:
    """An account as drawn: a circle, its radius by the logarithm of its money, its shape by its standing."""

    account_id: str
    name: str
    label: str
    status: str
    side: str
    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FactNode:
    """A shared fact as drawn: a chip with a diamond; hollow and dashed where many hold it."""

    fact_id: str
    label: str
    crowd: int
    many: bool
    strikable: bool
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An account holds a fact: a curve, as wide as the fact weighs between this account and another."""

    account_id: str
    fact_id: str
    path: str
    width: float
    many: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A laid out picture."""

    height: float
    accounts: tuple[AccountNode, ...]
    facts: tuple[FactNode, ...]
    lines: tuple[Line, ...]
    headings: tuple[tuple[str, float], ...]
    left_out_count: int


@dataclass(slots=True, kw_only=True)
class _Columns:
    """The order of each column while it is being improved."""

    left: list[str]
    chips: list[str]
    right: dict[str, list[str]]
    holders: dict[str, set[str]]


def lay_out(
    evidence: Evidence,
    *,
    statuses: Mapping[str, str],
    names: Mapping[str, str],
    amounts: Mapping[str, int],
    probabilities: Mapping[str, int],
    on_paths: frozenset[str] = frozenset(),
    decisive: frozenset[str] = frozenset(),
) -> Network:
    """Lay out the picture of a case.

    Args:
        evidence: The plan's graph and weights.
        statuses: Account id to ``named``, ``in``, ``ask`` or ``out``.
        names: Account id to display name.
        amounts: Account id to what was earned from it, converted, in micros.
        probabilities: Account id to its path probability, in millionths.
        on_paths: Accounts that paths lead through; they are drawn before others.
        decisive: Facts that free somebody if they are wrong; they are drawn before others.
    """
    drawn = _drawn(statuses, amounts, probabilities, on_paths)
    weights = weights_between(evidence, drawn)
    columns = _ordered(drawn, weights, decisive)
    shown = set(columns.chips)
    weights = {key: weight for key, weight in weights.items() if key[1] in shown}
    heights = _heights(columns)
    total = max(heights)
    most = max((amounts[a] for a in drawn), default=0)
    left_y = _spread(columns.left, _wish(columns, total), ACCOUNT_GAP, total)
    accounts = [
        _account(a, (LEFT_X, left_y[a]), statuses=statuses, names=names, amount=(amounts[a], most))
        for a in columns.left
    ]
    headings: list[tuple[str, float]] = []
    y = TOP + (total - heights[2]) / 2
    for status, word in GROUPS:
        if columns.right[status]:
            headings.append((word, y + 6))
            y += HEADING_GAP
        for a in columns.right[status]:
            accounts.append(
                _account(a, (RIGHT_X, y), statuses=statuses, names=names, amount=(amounts[a], most))
            )
            y += ACCOUNT_GAP
    step = total / max(len(columns.chips), 1)
    gap = min(step, 52.0) if columns.chips else 0.0
    first = TOP + (total - gap * len(columns.chips)) / 2 + gap / 2
    facts = [_fact(f, evidence, first + i * gap) for i, f in enumerate(columns.chips)]
    return Network(
        height=TOP + total + 12,
        accounts=tuple(accounts),
        facts=tuple(facts),
        lines=_lines(accounts, facts, weights),
        headings=tuple(headings),
        left_out_count=len(statuses) - len(drawn),
    )


def _drawn(
    statuses: Mapping[str, str],
    amounts: Mapping[str, int],
    probabilities: Mapping[str, int],
    on_paths: frozenset[str],
) -> dict[str, str]:
    """Choose the accounts that are drawn: of each standing the likeliest and largest."""
    drawn: dict[str, str] = {}
    for status, most in DRAWN_MAX.items():
        of_it = [a for a, s in statuses.items() if s == status]
        of_it.sort(key=lambda a: (a not in on_paths, -probabilities[a], -amounts[a], a))
        drawn.update(dict.fromkeys(of_it[:most], status))
    return drawn


def weights_between(evidence: Evidence, drawn: Mapping[str, str]) -> dict[tuple[str, str], int]:
    """Weigh each (account, fact) that joins two of some accounts, in thousandths of a bit."""
    found: dict[tuple[str, str], int] = {}
    for pair in evidence.graph.pairs:
        if pair.account_a not in drawn or pair.account_b not in drawn:
            continue
        shared = {
            fact_id: _bits(evidence, fact_id, role)
            for fact_id, role in pair.shared.items()
            if fact_id not in evidence.without
        }
        if not shared and pair.judgement == "positive":
            shared = {f"judgement:{pair.account_a}:{pair.account_b}": 20_000}
        for fact_id, bits in shared.items():
            for account in (pair.account_a, pair.account_b):
                found[account, fact_id] = max(found.get((account, fact_id), bits), bits)
    return found


def _bits(evidence: Evidence, fact_id: str, role: str) -> int:
    fact, parameters = evidence.graph.facts[fact_id], evidence.parameters
    rows = parameters.weights.get(fact.family)
    if rows is None:
        return 0
    return rows["overt"][shared_code(grade_of(fact.kind, fact.crowd, role), 1) - 1]


def _ordered(
    drawn: Mapping[str, str], weights: Mapping[tuple[str, str], int], decisive: frozenset[str]
) -> _Columns:
    """Order the columns so that lines cross little: each node near the middle of its neighbours."""

    def rank(fact_id: str) -> tuple[int, int, str]:
        reached = {drawn[account] for account in holders[fact_id]}
        order = 0 if fact_id in decisive else 1 if "in" in reached else 2 if "ask" in reached else 3
        named_only = reached == {"named"}
        return (4 if named_only else order, -strength[fact_id] * len(holders[fact_id]), fact_id)

    holders: dict[str, set[str]] = {}
    for account, fact_id in weights:
        holders.setdefault(fact_id, set()).add(account)
    strength = {f: max(w for (_, g), w in weights.items() if g == f) for f in holders}
    chips = _chosen(sorted(holders, key=rank), holders, drawn)
    columns = _Columns(
        left=[a for a, status in drawn.items() if status == "named"],
        chips=chips,
        right={status: [a for a, s in drawn.items() if s == status] for status, _ in GROUPS},
        holders={f: holders[f] for f in chips},
    )
    facts_of: dict[str, list[str]] = {}
    for fact_id in chips:
        for account in sorted(holders[fact_id]):
            facts_of.setdefault(account, []).append(fact_id)
    for _ in range(_SWEEPS):
        place = _places(columns.left) | _places([a for s, _ in GROUPS for a in columns.right[s]])
        columns.chips.sort(key=_mean(place, lambda f: columns.holders[f]))
        place = _places(columns.chips)
        columns.left.sort(key=_mean(place, lambda a: facts_of.get(a, [])))
        for group in columns.right.values():
            group.sort(key=_mean(place, lambda a: facts_of.get(a, [])))
    return columns


def _chosen(ranked: Sequence[str], holders: Mapping[str, set[str]], drawn: Mapping[str, str]) -> list[str]:
    """Choose the facts that are drawn: the most telling, and for everybody reached at least one."""
    chosen = list(ranked[: 2 * CHIPS_MAX // 3])
    joined = {account for fact_id in chosen for account in holders[fact_id]}
    for fact_id in ranked[len(chosen) :]:
        alone = {a for a in holders[fact_id] if drawn[a] != "named"} - joined
        if alone and len(chosen) < CHIPS_MAX:
            chosen.append(fact_id)
            joined |= holders[fact_id]
    for fact_id in ranked:
        if fact_id not in chosen and len(chosen) < CHIPS_MAX:
            chosen.append(fact_id)
    return chosen


def _places(names: Sequence[str]) -> dict[str, float]:
    return {name: (i + 0.5) / len(names) for i, name in enumerate(names)}


def _mean(
    place: Mapping[str, float], neighbours: Callable[[str], Iterable[str]]
) -> Callable[[str], tuple[float, str]]:
    def key(name: str) -> tuple[float, str]:
        found = [place[n] for n in neighbours(name) if n in place]
        return (round(math.fsum(found) / len(found), 9) if found else 1.0, name)

    return key


def _heights(columns: _Columns) -> tuple[float, float, float]:
    groups = [columns.right[status] for status, _ in GROUPS if columns.right[status]]
    return (
        float(ACCOUNT_GAP * len(columns.left)),
        float(CHIP_GAP * len(columns.chips)),
        float(sum(HEADING_GAP + ACCOUNT_GAP * len(group) for group in groups)),
    )


def _wish(columns: _Columns, total: float) -> dict[str, float]:
    """Say where each named account would like to stand: beside the middle of its facts."""
    place = _places(columns.chips)
    wish: dict[str, float] = {}
    for account in columns.left:
        found = [place[f] for f in columns.chips if account in columns.holders[f]]
        wish[account] = TOP + total * (math.fsum(found) / len(found) if found else 0.95)
    return wish


def _spread(order: Sequence[str], wish: Mapping[str, float], gap: float, total: float) -> dict[str, float]:
    """Place names near their wishes, in order, at least a gap apart, inside the column."""
    places: dict[str, float] = {}
    below = TOP + gap / 2 - gap
    for name in order:
        below = max(wish[name], below + gap)
        places[name] = below
    above = TOP + total - gap / 2 + gap
    for name in reversed(order):
        above = min(places[name], above - gap)
        places[name] = above
    return places


def width_of(text: str) -> float:
    """Return about how wide a text is at 13 px, rather too wide than too narrow."""
    return sum(_letter(character) for character in text)


def _letter(character: str) -> float:
    if unicodedata.east_asian_width(character) in {"W", "F"}:
        return 13.5
    if unicodedata.combining(character):
        return 0.0
    if character in "iljtfrI.,:;|'’ ()[]-":
        return 4.9
    return 9.6 if character.isupper() or character in "mwMW@%…" else 7.6


def fitted(text: str, room: float) -> str:
    """Cut a label to the room that it has."""
    if width_of(text) <= room:
        return text
    while text and width_of(text) + width_of("…") > room:
        text = text[:-1]
    return text.rstrip() + "…"


def _account(
    account_id: str,
    at: tuple[float, float],
    *,
    statuses: Mapping[str, str],
    names: Mapping[str, str],
    amount: tuple[int, int],
) -> AccountNode:
    mine, most = (max(value, 0) / MICROS for value in amount)
    share = math.log10(1 + mine) / math.log10(1 + most) if most else 0.0
    status = statuses[account_id]
    return AccountNode(
        account_id=account_id,
        name=legible(names[account_id]),
        label=fitted(legible(names[account_id]), LABEL_ROOM),
        status=status,
        side="left" if status == "named" else "right",
        x=at[0],
        y=round(at[1], 1),
        radius=round(4.5 + 7.5 * share, 1),
    )


def _fact(fact_id: str, evidence: Evidence, y: float) -> FactNode:
    fact = evidence.graph.facts.get(fact_id)
    return FactNode(
        fact_id=fact_id,
        label=fitted(legible(fact.shown if fact else "a reviewer's word"), CHIP_ROOM),
        crowd=fact.crowd if fact else 0,
        many=fact is not None and fact.crowd > MANY,
        strikable=fact is not None,
        x=CHIP_X,
        y=round(y, 1),
    )


def _lines(
    accounts: Sequence[AccountNode], facts: Sequence[FactNode], weights: Mapping[tuple[str, str], int]
) -> tuple[Line, ...]:
    most = max([1, *weights.values()])
    lines = []
    for fact in facts:
        for account in accounts:
            weight = weights.get((account.account_id, fact.fact_id))
            if weight is None:
                continue
            sign = 1 if account.side == "left" else -1
            x1, x2 = account.x + sign * (account.radius + 2), fact.x - sign * CHIP_WIDTH / 2
            middle, y1, y2 = (x1 + x2) / 2, account.y, fact.y
            lines.append(
                Line(
                    account_id=account.account_id,
                    fact_id=fact.fact_id,
                    path=f"M{x1:g} {y1:g}C{middle:g} {y1:g} {middle:g} {y2:g} {x2:g} {y2:g}",
                    width=round(0.8 + 3.4 * max(weight, 0) / most, 2),
                    many=fact.many,
                )
            )
    return tuple(lines)
