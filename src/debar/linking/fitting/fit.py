"""Fit the weights to a platform: expectation and maximisation over *all* pairs, without labels.

Law: no blocking bias and no sampling. The pairs that share something are counted by pattern, and the pairs
that share nothing are counted exactly by the families in which both are known, so that every one of the
N(N-1)/2 pairs has its say. The judgements of :mod:`debar.evidence.parameters` are the prior: a platform that
says little leaves the tables near them.

Source: Fellegi and Sunter (1969); Dempster, Laird and Rubin (1977) for the algorithm, here with Dirichlet
priors (maximum a posteriori).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from debar.evidence.parameters import (
    CODES,
    GRADES,
    JUDGEMENTS,
    KINDS_MAX,
    RELATIONS,
    ROLES,
    Parameters,
    code_probabilities,
    default_parameters,
    millibits,
    read_code,
)
from debar.linking.counting.numbering import FAMILY_BITS
from debar.linking.fitting.chance import rare_names_by_chance
from debar.linking.fitting.weights import pattern_code_rows
from debar.model.identifiers import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from debar.model.ports import Engine

CLASSES: Final = ("unrelated", *RELATIONS)
"""Latent relations, in the order of every array's class axis."""

STRENGTH: Final = 200.0
"""The judgement on each family of a relation counts as much as so many observed pairs."""

CHANCE_MIN: Final = 0.1
"""A coincidence that a platform has not seen yet can still happen: among strangers no code is less probable
than a tenth of what the judgement expects."""

TIES: Final = 3000.0
"""A rare code borrows from the codes that resemble it: what is expected of it, if kinds, strength, and crowd
with role were independent of each other, counts as much as so many shared pairs. Without this a pair that
alone has its code would vouch for itself."""

ROUNDS: Final = 60
"""Rounds of expectation and maximisation; the tables hardly move after forty."""

PAIRS_MIN: Final = 500
"""A platform with fewer candidate pairs than this is weighed with the default tables."""

OPERATOR_SHARES_MAX: Final[Mapping[str, float]] = {"legal": 0.002, "name": 0.01}
"""What different owners in the same hands share at most: an agency's clients have their own papers
and their own names, and a rare name that does not behave like an agency's is as much somebody's own as a
legal id. Without this the "same hands" would drift into large owners."""

NAME: Final = FAMILIES.index("name")

RARE_NAME_CODES: Final = np.array(
    [
        False,
        *(
            weak == 0 and ROLES[role] != "operator"
            for _, weak, _, role in (read_code(code) for code in range(2, CODES))
        ),
    ]
)
"""Which codes but 0 stand for a shared name of rare words that does not behave like an agency's: an agency
may put its own name on its clients."""

AGENCY_CODES: Final = np.array(
    [False, *(ROLES[read_code(code)[3]] == "operator" for code in range(2, CODES))]
)
"""Which codes but 0 stand for a value that behaves like an agency's."""

OVERT_AGENCY_MAX: Final = 0.15
"""Of the names that accounts of an owner who does not hide share, at most so many behave like an agency's:
else the clients on whom an agency puts its own name would pass for one large owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """All pairs of a platform, by what they share.

    Args:
        accounts_count: Accounts, N.
        codes: Integers of shape (patterns, families): each family's code.
        pairs: Floats of shape (patterns,): how many pairs have the pattern; they sum to N(N-1)/2.
        rare_names_by_chance: How probable it is at most that two unrelated accounts share a rare name.
    """

    accounts_count: int
    codes: NDArray[np.int64]
    pairs: NDArray[np.float64]
    rare_names_by_chance: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture:
    """The latent relations of a platform's pairs.

    Args:
        share: Floats of shape (classes,): the share of all pairs in each relation.
        codes: Floats of shape (classes, families, CODES - 1): the probability of each code but 0, given the
            relation, where both accounts are known in the family.
    """

    share: NDArray[np.float64]
    codes: NDArray[np.float64]


def count_patterns(engine: Engine) -> Counts:
    """Count all pairs: those that share something by pattern, the others by what both are known in.

    Args:
        engine: After :func:`debar.linking.links.count_pairs`.
    """
    ((accounts_count,),) = engine.rows("SELECT COUNT(*) FROM link_accounts")
    shared = engine.rows("SELECT pattern, COUNT(*) FROM link_pairs GROUP BY pattern ORDER BY pattern")
    masks = dict(
        engine.rows(
            "SELECT COALESCE(p.mask, 0), COUNT(*) FROM link_accounts AS a"
            " LEFT JOIN link_presence AS p ON p.account_no = a.account_no GROUP BY 1 ORDER BY 1"
        )
    )
    met = dict(engine.rows("SELECT met_mask, COUNT(*) FROM link_pairs GROUP BY met_mask ORDER BY met_mask"))
    remainder = _remainder(masks, met)
    pattern, pairs = np.array(shared, dtype=np.int64).reshape(-1, 2).T
    bits = np.array([FAMILY_BITS[family] for family in FAMILIES])
    masks_left = np.array(list(remainder), dtype=np.int64)
    return Counts(
        accounts_count=accounts_count,
        codes=np.concatenate(
            [pattern_code_rows(pattern), (masks_left[:, None] & bits != 0).astype(np.int64)]
        ),
        pairs=np.concatenate([pairs, np.array(list(remainder.values()), dtype=np.int64)]).astype(np.float64),
        rare_names_by_chance=rare_names_by_chance(engine, accounts_count),
    )


def _remainder(masks: Mapping[int, int], met: Mapping[int, int]) -> dict[int, int]:
    """Return how many pairs share nothing, by the mask of the families in which both are known: exactly."""
    left: dict[int, int] = {}
    ordered = sorted(masks)
    for place, one in enumerate(ordered):
        for other in ordered[place:]:
            pairs = masks[one] * masks[other] if one != other else masks[one] * (masks[one] - 1) // 2
            left[one & other] = left.get(one & other, 0) + pairs
    for mask, count in met.items():
        left[mask] = left.get(mask, 0) - count
    return {mask: count for mask, count in sorted(left.items()) if count > 0}


def prior_mixture(accounts_count: int) -> Mixture:
    """Return the judgements as a mixture for a platform of a given size."""
    count = max(256, accounts_count)
    share = np.array([JUDGEMENTS[name].others / count for name in CLASSES])
    share[0] = 1 - share[1:].sum()
    codes = np.array([[code_probabilities(name, count)[family] for family in FAMILIES] for name in CLASSES])
    return Mixture(share=share, codes=codes)


def fit_mixture(counts: Counts, *, rounds: int = ROUNDS) -> Mixture:
    """Find the mixture that explains the counts best, held to the judgements.

    Args:
        counts: All pairs of the platform.
        rounds: How often to expect and maximise.

    Returns:
        The fitted mixture; deterministic for the same counts.
    """
    prior = prior_mixture(counts.accounts_count)
    pseudo = prior.codes * STRENGTH
    pseudo[0] = prior.codes[0] * 1e-3  # the unrelated are nearly all pairs: they speak for themselves
    found = prior
    halves = _Halves.of(counts.codes)
    for _ in range(rounds):
        seen, share = halves.expected(found, counts.pairs)
        codes = tie(seen + pseudo)
        codes /= codes.sum(axis=2, keepdims=True)
        codes[0] = np.maximum(codes[0], CHANCE_MIN * prior.codes[0])
        codes[0] /= codes[0].sum(axis=1, keepdims=True)
        _hold_operator(codes[CLASSES.index("operator")])
        _hold(codes[0, NAME], RARE_NAME_CODES, counts.rare_names_by_chance)
        overt = codes[CLASSES.index("overt"), NAME]
        _hold(overt, AGENCY_CODES, OVERT_AGENCY_MAX * overt[1:].sum())
        share += np.array([0.0, *([0.5] * len(RELATIONS))])
        found = Mixture(share=share / share.sum(), codes=codes)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Halves:
    """Patterns as pairs of half patterns: of these there are few, so that little is multiplied and added up.

    Args:
        codes: For each half, the codes of its distinct half patterns, of shape (half patterns, families).
        place: For each half, the half pattern of each pattern.
    """

    codes: tuple[NDArray[np.int64], NDArray[np.int64]]
    place: tuple[NDArray[np.int64], NDArray[np.int64]]

    @classmethod
    def of(cls, codes: NDArray[np.int64]) -> _Halves:
        """Take patterns apart."""
        middle = len(FAMILIES) // 2
        base = CODES ** np.arange(middle)
        cut = [np.unique(part @ base, return_inverse=True) for part in (codes[:, :middle], codes[:, middle:])]
        (first, first_place), (second, second_place) = cut
        return cls(
            codes=(first[:, None] // base % CODES, second[:, None] // base % CODES),
            place=(first_place, second_place),
        )

    def expected(
        self, mixture: Mixture, pairs: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return how many pairs are expected of each class, family and code, and of each class."""
        table = np.concatenate([np.ones((*mixture.codes.shape[:2], 1)), mixture.codes], axis=2)
        middle = len(FAMILIES) // 2
        first = _product(table[:, :middle], self.codes[0]) * mixture.share[:, None]
        second = _product(table[:, middle:], self.codes[1])
        odds = np.stack([a[self.place[0]] * b[self.place[1]] for a, b in zip(first, second, strict=True)])
        odds *= pairs / odds.sum(axis=0)
        seen = [
            np.concatenate(
                [
                    _code_counts(
                        half, np.bincount(place, weights=one, minlength=len(half)).astype(np.float64)
                    )
                    for half, place in zip(self.codes, self.place, strict=True)
                ]
            )
            for one in odds
        ]
        return np.stack(seen), odds.sum(axis=1)


def _product(table: NDArray[np.float64], codes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return each half pattern's probability in each class, of shape (classes, half patterns)."""
    told = np.ones((len(table), len(codes)))
    for place in range(codes.shape[1]):
        told *= table[:, place][:, codes[:, place]]
    return told


def _code_counts(codes: NDArray[np.int64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return expected pairs by family and code, of shape (families, CODES - 1)."""
    return np.stack([np.bincount(column, weights=weights, minlength=CODES)[1:] for column in codes.T])


def tie(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pull the counts of shared codes towards the product of their margins; what is shared in all stays.

    Args:
        counts: Of shape (..., CODES - 1).
    """
    shared = counts[..., 1:]
    total = shared.sum(axis=-1, keepdims=True)
    cells = shared.reshape(*shared.shape[:-1], KINDS_MAX, 2, GRADES // 2)
    kinds = cells.sum(axis=(-2, -1))[..., :, None, None]
    strength = cells.sum(axis=(-3, -1))[..., None, :, None]
    grade = cells.sum(axis=(-3, -2))[..., None, None, :]
    expected = (kinds * strength * grade).reshape(shared.shape) / total**2
    tied = (shared + TIES * expected / total) * total / (total + TIES)
    return np.concatenate([counts[..., :1], tied], axis=-1)


def _hold_operator(codes: NDArray[np.float64]) -> None:
    """Hold what the same hands share to its limits, in place."""
    for family, most in OPERATOR_SHARES_MAX.items():
        _hold(codes[FAMILIES.index(family)], slice(1, None), most)
    _hold(codes[NAME], RARE_NAME_CODES, OPERATOR_SHARES_MAX["legal"])


def _hold(row: NDArray[np.float64], held: slice | NDArray[np.bool_], most: float) -> None:
    """Hold the probability of some codes of one family to a limit, in place; the rest is nothing shared."""
    shared = row[held].sum()
    if shared > most:
        row[held] *= most / shared
        row[0] += shared - most


def responsibilities(codes: NDArray[np.int64], mixture: Mixture) -> NDArray[np.float64]:
    """Return each pattern's probability of each relation, of shape (patterns, classes)."""
    table = np.concatenate([np.ones((*mixture.codes.shape[:2], 1)), mixture.codes], axis=2)
    odds = _product(table, codes) * mixture.share[:, None]
    result: NDArray[np.float64] = (odds / odds.sum(axis=0)).T
    return result


def freeze(mixture: Mixture, accounts_count: int) -> Parameters:
    """Turn a mixture into frozen whole weights."""
    bits = max(8, (max(1, accounts_count) - 1).bit_length())
    share = dict(zip(CLASSES, mixture.share, strict=True))
    unrelated = mixture.codes[0]
    return Parameters(
        version="fitted-2",
        accounts_log2=1000 * bits,
        prior={name: millibits(share[name] / share["unrelated"]) for name in RELATIONS},
        weights={
            family: {
                name: tuple(
                    millibits(one / other)
                    for one, other in zip(
                        mixture.codes[CLASSES.index(name)][place], unrelated[place], strict=True
                    )
                )
                for name in RELATIONS
            }
            for place, family in enumerate(FAMILIES)
        },
    )


def fit_parameters(engine: Engine) -> Parameters:
    """Fit the tables to a platform whose pairs were counted.

    Returns:
        Fitted tables; the default ones where the platform has too few candidate pairs to say anything
        (:data:`PAIRS_MIN`). Uncalibrated either way.
    """
    counts = count_patterns(engine)
    ((candidates,),) = engine.rows("SELECT COUNT(*) FROM link_pairs")
    if candidates < PAIRS_MIN:
        return default_parameters(max(1, counts.accounts_count))
    return freeze(fit_mixture(counts), counts.accounts_count)
