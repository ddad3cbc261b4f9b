"""Reviewed pairs: what a person answered, and how many pairs of the platform each answer stands for.

Law: unsure is left out, and two answers to one pair that contradict each other are an error. A pair drawn by
lot keeps its stratum; any other is put where its score lies, and is never taken for one drawn by lot.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from debar.evidence.calibration import Reviewed
from debar.linking.assurance.strata import stratum_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from debar.evidence.calibration import Scored


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One answer.

    Args:
        account_a: The smaller account id.
        account_b: The larger one.
        same: Whether a reviewer said that it is one owner.
        stratum: From which it was drawn; None where it was not drawn by lot.
        stratum_pairs: Pairs of the platform in that stratum when it was drawn; None with it.
    """

    account_a: str
    account_b: str
    same: bool
    stratum: str | None = None
    stratum_pairs: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPair:
    """An answer with the score that the platform gives its pair.

    Args:
        label: The answer.
        weighing: The uncalibrated score.
        stratum: Drawn from, or where the score lies.
        weight: Pairs of the platform that it stands for.
    """

    label: Label
    weighing: Scored
    stratum: str
    weight: float


def join(
    labels: Sequence[Label], scores: Mapping[tuple[str, str], Scored], sizes: Mapping[str, int]
) -> tuple[tuple[LabelledPair, ...], tuple[Reviewed, ...]]:
    """Give each answer its score and its weight, and count the answers by stratum.

    The weight is the stratum's number of pairs over its number of answers: whom a reviewer could not answer
    about is taken to be like those of the same stratum.

    Args:
        labels: The answers; those whose pair is no candidate pair of the platform are left out.
        scores: (account_a, account_b) to the uncalibrated score.
        sizes: Stratum to the number of the platform's pairs in it, for what was not drawn.

    Returns:
        The pairs in the order of the labels, and the counts by stratum: drawn ones apart.
    """
    placed = [
        (label, scores[label.account_a, label.account_b])
        for label in labels
        if (label.account_a, label.account_b) in scores
    ]
    strata = [
        label.stratum or stratum_of(weighing.uncalibrated_p_owner, firm=weighing.carries_a_ban)
        for label, weighing in placed
    ]
    pairs: dict[str, int] = {}
    for (label, _), stratum in zip(placed, strata, strict=True):
        pairs[stratum] = max(pairs.get(stratum, 1), label.stratum_pairs or sizes.get(stratum, 1))
    answered = Counter(strata)
    labelled = tuple(
        LabelledPair(
            label=label,
            weighing=weighing,
            stratum=stratum,
            weight=max(1.0, pairs[stratum] / answered[stratum]),
        )
        for (label, weighing), stratum in zip(placed, strata, strict=True)
    )
    return labelled, tuple(_reviews(labelled, pairs))


def _reviews(labelled: Iterable[LabelledPair], pairs: Mapping[str, int]) -> Iterable[Reviewed]:
    counts: Counter[tuple[str, bool]] = Counter()
    innocents: Counter[tuple[str, bool]] = Counter()
    for pair in labelled:
        key = (pair.stratum, pair.label.stratum is not None)
        counts[key] += 1
        innocents[key] += not pair.label.same
    for (stratum, drawn), count in sorted(counts.items()):
        yield Reviewed(
            stratum=stratum,
            pairs=pairs[stratum],
            reviewed=count,
            innocents=innocents[stratum, drawn],
            drawn=drawn,
        )
