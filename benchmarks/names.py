"""How well names tell parties apart, on labelled names, beside equal names and a token-sort ratio.

    python benchmarks/names.py

Needs ../shared/data. Every threshold of the product is fixed in its source; the token-sort ratio's is
chosen on the very set that it is measured on, to its favour: the most recall at no less precision than
equal normalised names have. "at equal precision" does the same for our likeness.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from anyascii import anyascii
from rapidfuzz import fuzz, process

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from debar.evidence.naming.comparing import NameComparison, NameLevel, compare_names
from debar.evidence.naming.keys import name_keys
from debar.evidence.naming.rarity import count_rarity, shipped_rarity
from debar.evidence.normalise import normalise, words_key
from real_platforms import facebook_2022, google_2022, google_pairs, real_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from debar.evidence.naming.rarity import Rarity
    from real_platforms import RealPlatform

CROWD_MAX = 50
"""A key that more distinct names bear is not followed."""

RATIO_MIN = 60
"""Pairs with a lower token-sort ratio are not looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One pair: does it have one owner, what does each comparison say."""

    match: bool
    equal: bool
    ratio: float
    ours: NameComparison


def plain(name: str) -> str:
    """Return a name's words in Latin letters: the baseline's normal form."""
    return words_key(anyascii(name))


def judged(one: str, other: str, rarity: Rarity, *, match: bool) -> Judged:
    a, b = plain(one), plain(other)
    return Judged(
        match=match,
        equal=a == b,
        ratio=fuzz.token_sort_ratio(a, b),
        ours=compare_names(one, other, rarity),
    )


def pairs_of_names(rows: Iterable[tuple[str, str, bool]], rarity: Rarity) -> list[Judged]:
    return [judged(a, b, rarity, match=match) for a, b, match in rows]


def candidates(names: list[str], rarity: Rarity) -> set[tuple[str, str]]:
    """Return pairs of distinct names that meet by a key or have some token-sort ratio."""
    bearers: dict[str, set[str]] = defaultdict(set)
    for name in names:
        for key in name_keys(name, rarity):
            bearers[key].add(name)
    found = {
        (min(p), max(p)) for same in bearers.values() if len(same) <= CROWD_MAX for p in combinations(same, 2)
    }
    forms = [" ".join(sorted(plain(name).split())) for name in names]
    for start in range(0, len(names), 500):
        ratios = process.cdist(
            forms[start : start + 500], forms, scorer=fuzz.ratio, score_cutoff=80, dtype=np.uint8
        )
        found |= {
            (min(names[start + i], names[j]), max(names[start + i], names[j]))
            for i, j in zip(*np.nonzero(ratios), strict=True)
            if start + i < j
        }
    return found


def platform_pairs(platform: RealPlatform, fields: tuple[str, ...]) -> tuple[list[Judged], int]:
    """Judge all pairs of labelled accounts by the best of their names; return them and the true pairs."""
    best: dict[tuple[str, str], Judged] = {}
    for field in fields:
        bearers = _bearers(platform, field)
        rarity = count_rarity(str(account[field]) for account in platform.accounts if account[field])
        same = {(name, name) for name, accounts in bearers.items() if len(accounts) > 1}
        for a, b in candidates(sorted(bearers), rarity) | same:
            once = judged(a, b, rarity, match=True)
            if once.ratio < RATIO_MIN and once.ours.level == NameLevel.DIFFERENT:
                continue
            for x, y in combinations(bearers[a], 2) if a == b else product(bearers[a], bearers[b]):
                key, match = (min(x, y), max(x, y)), platform.owners[x] == platform.owners[y]
                best[key] = _better(best.get(key), once, match=match)
    return list(best.values()), len(platform.owner_pairs())


def _better(old: Judged | None, new: Judged, *, match: bool) -> Judged:
    if old is None:
        return Judged(match=match, equal=new.equal, ratio=new.ratio, ours=new.ours)
    ours = max(old.ours, new.ours, key=lambda c: (c.level, c.likeness))
    return Judged(match=match, equal=old.equal or new.equal, ratio=max(old.ratio, new.ratio), ours=ours)


def _bearers(platform: RealPlatform, field: str) -> Mapping[str, list[str]]:
    """Return name to labelled accounts, without the names that intake refuses."""
    found: dict[str, list[str]] = defaultdict(list)
    for account in platform.accounts:
        if account["account_id"] in platform.owners and account[field]:
            try:
                normalise("legal_name", account[field])
            except ValueError:
                continue
            found[account[field]].append(account["account_id"])
    return found


def measure(said: Iterable[bool], pairs: list[Judged], true_pairs: int) -> tuple[float, float]:
    """Return precision and recall."""
    right = wrong = 0
    for one, pair in zip(said, pairs, strict=True):
        right += one and pair.match
        wrong += one and not pair.match
    return right / max(1, right + wrong), right / true_pairs


def at_least(
    scores: list[float], pairs: list[Judged], true_pairs: int, precision: float
) -> tuple[float, float, float]:
    """Return precision, recall and threshold with the most recall at no less than a precision."""
    order = sorted(range(len(scores)), key=lambda i: -scores[i])
    best, right = (1.0, 0.0, float("inf")), 0
    for count, i in enumerate(order, start=1):
        right += pairs[i].match
        last_of_tie = count == len(order) or scores[order[count]] != scores[i]
        if last_of_tie and right / count >= precision and right / true_pairs > best[1]:
            best = (right / count, right / true_pairs, scores[i])
    return best


def report(title: str, pairs: list[Judged], true_pairs: int) -> dict[str, tuple[float, float]]:
    """Print and return precision and recall by rule."""
    exact = measure((p.equal for p in pairs), pairs, true_pairs)
    ratio = at_least([p.ratio for p in pairs], pairs, true_pairs, exact[0])
    ours = at_least([float(p.ours.likeness) for p in pairs], pairs, true_pairs, exact[0])
    table: dict[str, tuple[float, float]] = {
        "equal normalised names": exact,
        f"token-sort ratio >= {ratio[2]:.0f}, at equal precision": (ratio[0], ratio[1]),
        f"likeness >= {ours[2] / 1e6:.3f}, at equal precision": (ours[0], ours[1]),
    }
    for level in (NameLevel.EQUAL, NameLevel.SAME, NameLevel.NEAR, NameLevel.RELATED):
        said = (p.ours.level >= level for p in pairs)
        table[f"level {level.name} and above"] = measure(said, pairs, true_pairs)
    print(f"\n{title}: {true_pairs:,} true pairs\n{'':48}  precision  recall")
    for rule, (precision, recall) in table.items():
        print(f"{rule:48}  {precision:9.3f}  {recall:6.3f}")
    return table


def main() -> None:
    rows = [(r["name1"], r["name2"], r["is_match"] == "true") for r in real_rows("name_pairs.csv")]
    report(
        "name_pairs.csv, 826 pairs, shipped rarity",
        pairs_of_names(rows, shipped_rarity()),
        sum(m for *_, m in rows),
    )
    labelled, google = google_pairs(), google_2022(labelled_only=True)
    for rarity, source in (
        (shipped_rarity(), "shipped rarity"),
        (count_rarity(google.names.values()), "the platform's rarity"),
    ):
        report(
            f"google_2022_pairs.csv, 1,022 pairs, {source}",
            pairs_of_names(labelled, rarity),
            sum(m for *_, m in labelled),
        )
    report("Google accounts, all labelled pairs", *platform_pairs(google, ("name",)))
    facebook = facebook_2022()
    report(
        "Facebook accounts by page name or disclaimer, all labelled pairs",
        *platform_pairs(facebook, ("name", "legal_name")),
    )
    two = {"AARP", "AMERICANS FOR PROSPERITY"}
    report(
        "the same without AARP and AFP",
        *platform_pairs(_without(facebook, two), ("name", "legal_name")),
    )


def _without(platform: RealPlatform, owners: set[str]) -> RealPlatform:
    return type(platform)(
        accounts=platform.accounts,
        held=platform.held,
        owners={account: owner for account, owner in platform.owners.items() if owner not in owners},
    )


if __name__ == "__main__":
    main()
