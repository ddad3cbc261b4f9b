"""How near the list for reviewers comes to what full supervision would put on it: owners who hide.

Law: the supervised model is fitted to the true owners of other seeds of the same world, and is told nothing
of the one that it is measured on. Both lists start from one named account of an owner who hides behind it,
and are compared at as many foreigners a list. The supervised one follows best paths of one, two or three
hops, whichever finds most.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from benchmarks.linking.bans import ban_quality, found_at, frontier, name_each
from benchmarks.linking.expansion import by_best_path
from benchmarks.linking.method import prepare
from benchmarks.linking.metrics import ScoredPairs, pair_quality, ratio
from benchmarks.linking.ours import debar
from benchmarks.linking.quality import make_world
from benchmarks.linking.shown.report import Table, grouped, number
from benchmarks.linking.supervised.logistic import fit
from benchmarks.linking.truth import draw, truth_of
from debar.evidence.weigh import MILLION
from debar.linking.fitting.weights import pattern_code_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from benchmarks.linking.bans import Ban
    from benchmarks.linking.method import Outcome, Prepared
    from benchmarks.linking.supervised.logistic import Logistic
    from benchmarks.linking.truth import Truth

FOREIGNERS: Final = (0.5, 1.0, 3.0, 10.0)
"""Foreign accounts a list at which both are read off."""

HOPS: Final = (1, 2, 3)
"""Longest paths that the supervised list is tried with."""

CURVES: Final = ("found_at", "found_at_ceiling")
"""Where a result keeps what ours and the supervised list find at so many foreigners."""

NOTE: Final = (
    "one account that its owner hides behind is named; AP: average precision over pairs behind an end of"
    " which an owner hides, scored or not; foreign: accounts of others on the list of those proposed or asked"
    " about; found: share of the owner's other accounts on it; ceiling: the supervised model, its hops and"
    " threshold chosen in hindsight; <= n: found by ours / by the ceiling at so many foreigners a list"
)

PATTERNS: Final = "SELECT account_a, account_b, pattern FROM links"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """The candidate pairs of a linked platform.

    Args:
        a: Account numbers.
        b: Account numbers.
        codes: What each pair was reduced to, one column a family.
    """

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    codes: NDArray[np.int64]


def candidates(prepared: Prepared) -> Candidates:
    """Read the candidate pairs of a platform that :func:`benchmarks.linking.ours.debar` linked."""
    numbers = prepared.truth.numbers()
    rows = [(numbers[a], numbers[b], pattern) for a, b, pattern in prepared.opened.engine.rows(PATTERNS)]
    a, b, pattern = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return Candidates(a=a, b=b, codes=pattern_code_rows(pattern))


def hidden_subjects(truth: Truth, count: int, salt: str) -> list[int]:
    """Draw owners of two accounts or more who hide behind some, and name one that they hide behind."""
    hidden = [
        [int(one) for one in members if truth.covert[one]] for members in truth.members() if len(members) >= 2
    ]
    owners = [ones for ones in hidden if ones]
    chosen = draw([truth.accounts[ones[0]] for ones in owners], count, f"hidden {salt}")
    return [
        owners[i][draw([truth.accounts[one] for one in owners[i]], 1, f"account {salt}")[0]] for i in chosen
    ]


def run_ceiling(
    cases: Sequence[tuple[str, str]],
    *,
    train: Sequence[int],
    seeds: Sequence[int],
    owners: int,
    subjects: int,
    say: Callable[[str], None] = lambda _: None,
) -> Iterator[dict[str, Any]]:
    """Yield one result a world, variant and seed.

    Args:
        cases: Worlds and variants.
        train: Seeds whose owners the supervised model is told.
        seeds: Seeds on which both are measured.
        owners: Owners of each world.
        subjects: Owners named on each seed, at most.
        say: Is told what is being done.
    """
    for world, variant in cases:
        told = []
        for seed in train:
            say(f"{world} {variant} {seed}: for the supervised model")
            with tempfile.TemporaryDirectory(prefix="linking-") as folder:
                prepared, _ = _linked(world, variant, seed, owners=owners, folder=Path(folder))
                pairs = candidates(prepared)
                told.append((pairs.codes, prepared.truth.same_owner(pairs.a, pairs.b)))
                prepared.opened.engine.close()
        model = fit(np.concatenate([codes for codes, _ in told]), np.concatenate([same for _, same in told]))
        for seed in seeds:
            say(f"{world} {variant} {seed}")
            with tempfile.TemporaryDirectory(prefix="linking-") as folder:
                prepared, outcome = _linked(world, variant, seed, owners=owners, folder=Path(folder))
                about = {"world": world, "variant": variant, "method": "ceiling", "seed": seed}
                yield {**about, **compare(prepared, outcome, model, subjects)}
                prepared.opened.engine.close()


def _linked(world: str, variant: str, seed: int, *, owners: int, folder: Path) -> tuple[Prepared, Outcome]:
    made = make_world(world, variant, seed, owners=owners)
    prepared = prepare(
        f"{world} {variant} {seed}",
        folder,
        accounts=made.accounts,
        identifiers=made.identifiers,
        truth=truth_of(made.truth),
    )
    return prepared, debar(prepared)


def compare(prepared: Prepared, outcome: Outcome, model: Logistic, subjects: int) -> dict[str, Any]:
    """Compare the product's list for reviewers with a supervised one, on one platform."""
    truth = prepared.truth
    found = candidates(prepared)
    supervised = ScoredPairs.of(found.a, found.b, model.predict(found.codes))
    named = hidden_subjects(truth, subjects, prepared.name)
    assert outcome.review is not None, "the product has a list for reviewers"
    ours = name_each(named, outcome.review)
    theirs = [name_each(named, by_best_path(supervised, hops=hops)) for hops in HOPS]
    ask_at = prepared.opened.policy.ask_at / MILLION
    listed = ban_quality(ours, truth, ask_at)
    at_ours, at_theirs = _reader([ours], truth), _reader(theirs, truth)
    return {
        "lists": len(named),
        "ap": pair_quality(outcome.pairs, truth).covert_average_precision,
        "ap_ceiling": pair_quality(supervised, truth).covert_average_precision,
        "foreign": listed.innocents,
        "found": listed.found,
        "found_ceiling": at_theirs(listed.innocents),
        "found_at": {str(most): at_ours(most) for most in FOREIGNERS},
        "found_at_ceiling": {str(most): at_theirs(most) for most in FOREIGNERS},
    }


def _reader(ways: Sequence[Sequence[Ban]], truth: Truth) -> Callable[[float], float]:
    """Return what the best of several ways finds at so many foreigners."""
    curves = [frontier(bans, truth) for bans in ways]
    return lambda most: max(found_at(points, most) for points in curves)


def ceiling_table(results: Sequence[dict[str, Any]]) -> Table:
    """Return the table: both lists side by side, and the share of the ceiling that is reached."""
    rows = []
    for (world, variant, _), group in grouped(results).items():
        ap, most_ap, foreign, found, most_found = (
            fmean(one[figure] for one in group)
            for figure in ("ap", "ap_ceiling", "foreign", "found", "found_ceiling")
        )
        curve = [
            tuple(number(fmean(one[curve][str(most)] for one in group)) for curve in CURVES)
            for most in FOREIGNERS
        ]
        rows.append(
            (
                world,
                variant,
                str(len(group)),
                str(sum(one["lists"] for one in group)),
                *(number(ap), number(most_ap), number(ratio(ap, most_ap), 2)),
                number(foreign, 2),
                *(number(found), number(most_found), number(ratio(found, most_found), 2)),
                *(" / ".join(both) for both in curve),
            )
        )
    pairs, lists = ("AP", "ceiling", "share"), ("foreign", "found", "ceiling", "share")
    return Table(
        title="Owners who hide: the list for reviewers beside a supervised one",
        head=("world", "variant", "seeds", "lists", *pairs, *lists, *(f"<= {most:g}" for most in FOREIGNERS)),
        rows=tuple(rows),
        note=NOTE,
    )
