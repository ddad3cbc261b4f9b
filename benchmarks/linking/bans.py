"""What a ban would do: whom it finds of the named owner, and whom it sweeps in.

Law: a ban starts from one named account; whoever else it proposes is either the owner's, or an innocent.
Innocents are counted in accounts a ban, never as a share of anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.linking.metrics import BCubed, ratio
from benchmarks.linking.truth import draw

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from benchmarks.linking.truth import Truth


SIZES: Final = ((2, 2), (3, 6), (7, 15), (16, 10**9))
"""Classes of owners, by their number of accounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban:
    """One named account and what a method makes of it.

    Args:
        named: Its number.
        standings: Other account to its probability; who is not in it is never proposed.
    """

    named: int
    standings: Mapping[int, float]

    def proposed(self, threshold: float) -> set[int]:
        """Return the accounts that stand at or above a threshold, without the named one."""
        return {one for one, p in self.standings.items() if p >= threshold and one != self.named}


def draw_subjects(truth: Truth, count: int, salt: str) -> list[int]:
    """Draw owners with two accounts or more, and one account of each to name.

    Args:
        truth: The owners.
        count: How many at most.
        salt: Another salt draws others.

    Returns:
        Account numbers, one an owner.
    """
    several = [members for members in truth.members() if len(members) >= 2]
    chosen = draw([truth.accounts[members[0]] for members in several], count, f"owner {salt}")
    return [
        int(several[i][draw([truth.accounts[m] for m in several[i]], 1, f"account {salt}")[0]])
        for i in chosen
    ]


def draw_accounts(truth: Truth, count: int, salt: str) -> list[int]:
    """Draw accounts, whoever owns them."""
    return draw(truth.accounts, count, f"any {salt}")


def name_each(accounts: Sequence[int], standings: Callable[[int], Mapping[int, float]]) -> tuple[Ban, ...]:
    """Name each account and keep what the method makes of it."""
    return tuple(Ban(named=account, standings=standings(account)) for account in accounts)


@dataclass(frozen=True, slots=True, kw_only=True)
class BanQuality:
    """Bans at one threshold.

    Args:
        threshold: Least probability of who is proposed.
        bans: How many were tried.
        found: Mean share of the owner's other accounts that is proposed, each ban counting once.
        found_error: Standard error of ``found``.
        found_of_all: Proposed accounts of the owners over all their other accounts: large owners count more.
        found_overt: Share of those accounts where neither the named nor the other account is covert.
        found_covert: Share where one of the two is covert: the owner hides behind it.
        found_by_size: Label of an owner's number of accounts to the mean share found.
        innocents: Mean number of foreign accounts proposed.
        innocents_error: Standard error of ``innocents``.
        innocents_handed_over: Of the innocents, those that have changed hands.
        innocents_predicted: Mean over the bans of the sum of 1 - p over the proposed.
        clean: Share of the bans without any innocent.
    """

    threshold: float
    bans: int
    found: float
    found_error: float
    found_of_all: float
    found_overt: float
    found_covert: float
    found_by_size: dict[str, float]
    innocents: float
    innocents_error: float
    innocents_handed_over: float
    innocents_predicted: float
    clean: float


def ban_quality(bans: Sequence[Ban], truth: Truth, threshold: float) -> BanQuality:
    """Measure bans of owners with two accounts or more at a threshold."""
    members = truth.members()
    shares, foreign, expected, sizes = [], [], [], []
    kinds = {False: [0, 0], True: [0, 0]}
    handed = 0
    for ban in bans:
        theirs = {int(one) for one in members[truth.owners[ban.named]]} - {ban.named}
        proposed = ban.proposed(threshold)
        hits, wrong = proposed & theirs, proposed - theirs
        shares.append(ratio(len(hits), len(theirs)))
        foreign.append(len(wrong))
        expected.append(sum(1 - ban.standings[one] for one in proposed))
        sizes.append(len(theirs) + 1)
        handed += sum(bool(truth.handed_over[one]) for one in wrong)
        for one in theirs:
            kind = kinds[bool(truth.covert[one] or truth.covert[ban.named])]
            kind[0] += one in hits
            kind[1] += 1
    hits_all, all_of_them = (sum(kind[place] for kind in kinds.values()) for place in (0, 1))
    return BanQuality(
        threshold=threshold,
        bans=len(bans),
        found=_mean(shares),
        found_error=_error(shares),
        found_of_all=ratio(hits_all, all_of_them),
        found_overt=ratio(*kinds[False]),
        found_covert=ratio(*kinds[True]),
        found_by_size=_by_size(shares, sizes),
        innocents=_mean(foreign),
        innocents_error=_error(foreign),
        innocents_handed_over=ratio(handed, len(bans)),
        innocents_predicted=_mean(expected),
        clean=_mean([count == 0 for count in foreign]),
    )


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")


def _error(values: Sequence[float]) -> float:
    return float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("nan")


def _by_size(shares: Sequence[float], sizes: Sequence[int]) -> dict[str, float]:
    classes = {}
    for low, high in SIZES:
        label = f"{low}" if low == high else f"{low}-{high}" if high < 10**9 else f"{low}+"
        inside = [share for share, size in zip(shares, sizes, strict=True) if low <= size <= high]
        if inside:
            classes[label] = _mean(inside)
    return classes


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierPoint:
    """One threshold of the frontier: found (0 to 1), innocents (accounts a ban)."""

    threshold: float
    found: float
    innocents: float


def frontier(bans: Sequence[Ban], truth: Truth) -> tuple[FrontierPoint, ...]:
    """Return found and innocents at every threshold that changes one of them, from the highest down.

    Found is the mean share over the bans, as in :class:`BanQuality`.
    """
    sizes = np.bincount(truth.owners)
    moves: list[tuple[float, float, int]] = []
    for ban in bans:
        owner = truth.owners[ban.named]
        weight = 1 / float(sizes[owner] - 1) if sizes[owner] > 1 else float("nan")
        for one, p in ban.standings.items():
            if one != ban.named:
                moves.append((p, weight, 0) if truth.owners[one] == owner else (p, 0.0, 1))
    moves.sort(key=lambda move: -move[0])
    points, found, innocents = [], 0.0, 0
    for place, (p, gain, wrong) in enumerate(moves):
        found, innocents = found + gain, innocents + wrong
        if place + 1 == len(moves) or moves[place + 1][0] != p:
            points.append(
                FrontierPoint(threshold=p, found=found / len(bans), innocents=innocents / len(bans))
            )
    return tuple(points)


def found_at(points: Sequence[FrontierPoint], innocents_at_most: float) -> float:
    """Return the highest found at no more than so many innocents a ban; 0 where there is no such point."""
    return max((point.found for point in points if point.innocents <= innocents_at_most), default=0.0)


def innocents_at(points: Sequence[FrontierPoint], found_at_least: float) -> float:
    """Return the fewest innocents a ban at which so much is found; infinity where it never is."""
    return min((point.innocents for point in points if point.found >= found_at_least), default=float("inf"))


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedQuality:
    """What naming any account of the platform does.

    Args:
        named: How many were tried.
        with_proposals: How many of them would take somebody along.
        proposed: Mean number of accounts taken along.
        b_cubed: B-cubed, where an account's cluster is what naming it proposes, itself included.
    """

    named: int
    with_proposals: int
    proposed: float
    b_cubed: BCubed


def named_quality(bans: Sequence[Ban], truth: Truth, threshold: float) -> NamedQuality:
    """Measure bans of accounts drawn among all: in a world where nobody is linked, none may propose."""
    members = truth.members()
    precisions, recalls, counts = [], [], []
    for ban in bans:
        cluster = ban.proposed(threshold) | {ban.named}
        theirs = {int(one) for one in members[truth.owners[ban.named]]}
        precisions.append(len(cluster & theirs) / len(cluster))
        recalls.append(len(cluster & theirs) / len(theirs))
        counts.append(len(cluster) - 1)
    return NamedQuality(
        named=len(bans),
        with_proposals=sum(count > 0 for count in counts),
        proposed=_mean(counts),
        b_cubed=BCubed(precision=_mean(precisions), recall=_mean(recalls)),
    )
