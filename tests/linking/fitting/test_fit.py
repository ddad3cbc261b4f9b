"""The fit finds the relations that the pairs were made of, and leaves a silent platform near the judgements."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from debar.evidence.parameters import CODES, RELATIONS, default_parameters, grade_of, shared_code
from debar.linking.fitting.fit import (
    AGENCY_CODES,
    CHANCE_MIN,
    CLASSES,
    RARE_NAME_CODES,
    Counts,
    Mixture,
    count_patterns,
    fit_mixture,
    fit_parameters,
    freeze,
    prior_mixture,
    responsibilities,
    tie,
)
from debar.linking.links import count_pairs
from debar.model.identifiers import FAMILIES
from debar.model.policy import Policy
from debar.stores.duckdb_engine import DuckEngine
from linking_worlds import World, crowded_world

LOUD, SOFT = shared_code(0, 1), shared_code(18, 1)
"""One owner's own value of two accounts, and an agency's of a large crowd."""

ACCOUNTS = 10_000

SHARED = {
    "unrelated": (0.0001, 0.001, 0.001, 0.004, 0.0005, 0.0005),
    "overt": (0.8, 0.6, 0.6, 0.5, 0.2, 0.7),
    "covert": (0.05, 0.08, 0.2, 0.8, 0.2, 0.1),
    "operator": (0.0005, 0.03, 0.2, 0.95, 0.05, 0.005),
}
"""How often something is shared, by relation and family: a platform unlike the judgements."""

LOUDNESS = {"unrelated": 0.1, "overt": 0.9, "covert": 0.85, "operator": 0.02}
OTHERS = {"overt": 4.0, "covert": 1.5, "operator": 12.0}


def made() -> Mixture:
    """Return the platform's true mixture, over three codes a family."""
    codes = np.full((len(CLASSES), len(FAMILIES), CODES - 1), 1e-12)
    for k, name in enumerate(CLASSES):
        for place, part in enumerate(SHARED[name]):
            codes[k, place, 0] = 1 - part
            codes[k, place, LOUD - 1] = part * LOUDNESS[name]
            codes[k, place, SOFT - 1] = part * (1 - LOUDNESS[name])
    others = [OTHERS[name] / ACCOUNTS for name in RELATIONS]
    share = np.array([1 - sum(others), *others], dtype=np.float64)
    return Mixture(share=share, codes=codes)


def expected_counts(mixture: Mixture) -> Counts:
    """Return the counts that the mixture leads one to expect, without chance."""
    codes = np.array(list(itertools.product((1, LOUD, SOFT), repeat=len(FAMILIES))), dtype=np.int64)
    likelihood = np.tile(mixture.share, (len(codes), 1))
    for place in range(len(FAMILIES)):
        likelihood *= mixture.codes[:, place, :].T[codes[:, place] - 1]
    pairs = likelihood.sum(axis=1) * ACCOUNTS * (ACCOUNTS - 1) / 2
    return Counts(accounts_count=ACCOUNTS, codes=codes, pairs=pairs)


def test_known_parameters_are_recovered() -> None:
    """From the pairs alone: how many there are of each relation, and what each of them shares."""
    truth = made()
    counts = expected_counts(truth)
    found = fit_mixture(counts)
    for k, name in enumerate(CLASSES[1:], start=1):
        assert found.share[k] == pytest.approx(truth.share[k], rel=0.15), name
    for name in ("overt", "operator"):
        k = CLASSES.index(name)
        shared = 1 - found.codes[k, :, 0]
        assert shared == pytest.approx(np.array(SHARED[name]), abs=0.06), name


def test_the_recovered_probabilities_are_the_true_ones() -> None:
    """What the fit says of a pattern is what the true relations say, over all pairs that share something."""
    truth = made()
    counts = expected_counts(truth)
    sharing = (counts.codes > 1).any(axis=1)
    true = responsibilities(counts.codes, truth)[:, 1:3].sum(axis=1)
    told = responsibilities(counts.codes, fit_mixture(counts))[:, 1:3].sum(axis=1)
    weights = counts.pairs[sharing] / counts.pairs[sharing].sum()
    assert float((abs(true - told)[sharing] * weights).sum()) < 0.02


def test_a_platform_that_says_nothing_keeps_the_judgements() -> None:
    """Pairs that share nothing move no shared code; few pairs are weighed with the default tables."""
    silent = Counts(
        accounts_count=3, codes=np.zeros((1, len(FAMILIES)), dtype=np.int64), pairs=np.array([3.0])
    )
    found, prior = fit_mixture(silent), prior_mixture(3)
    assert found.codes[1:] == pytest.approx(tie(prior.codes[1:] * 200) / 200, rel=1e-6)
    world = World()
    world.account("a", card="c")
    world.account("b", card="c")
    engine = world.load(DuckEngine(threads=1))
    count_pairs(engine, Policy())
    assert default_parameters(2) == fit_parameters(engine)


def test_all_pairs_are_counted_exactly_once() -> None:
    """Those that share something and the remainder are N(N-1)/2 together."""
    engine = crowded_world(background=300).load(DuckEngine(threads=1))
    count_pairs(engine, Policy())
    counts = count_patterns(engine)
    assert counts.accounts_count * (counts.accounts_count - 1) / 2 == counts.pairs.sum()


def test_ties_leave_what_is_shared_in_all_and_lend_to_rare_codes() -> None:
    """A code that nobody has gets what its margins lead one to expect; the total stays."""
    counts = np.zeros((1, CODES - 1))
    counts[0, 0] = 50
    counts[0, LOUD - 1] = 90
    counts[0, SOFT - 1] = 10
    counts[0, shared_code(0, 2) - 1] = 40
    tied = tie(counts)
    assert counts.sum() == pytest.approx(tied.sum())
    assert tied[0, shared_code(18, 2) - 1] > 0


def test_a_fit_is_frozen_in_whole_millibits_and_twice_is_the_same() -> None:
    """The same counts give the same tables, integers throughout, and call themselves uncalibrated."""
    counts = expected_counts(made())
    one, other = (freeze(fit_mixture(counts), ACCOUNTS) for _ in range(2))
    assert one == other
    assert (one.version, one.calibrated) == ("fitted-2", False)
    assert {int} == {type(w) for rows in one.weights.values() for row in rows.values() for w in row}


def archive(*, tax_numbers: int = 0, owners: int = 300) -> Counts:
    """Return the pairs of a public archive of 5,000 accounts: names and some legal ids, and nothing else.

    Of the owners' pairs one in ten shares a legal id; all bear one rare name. ``tax_numbers`` pairs stand under
    one number and bear different names.
    """
    name, legal = FAMILIES.index("name"), FAMILIES.index("legal")
    own = shared_code(grade_of("rare_name", 2, "unclear"), 3)
    offices = shared_code(grade_of("tax_id", 96, "operator"), 1)
    rows = [
        (1, 1, 5_000 * 4_999 / 2 - owners - tax_numbers),
        (1, own, owners * 0.9),
        (shared_code(grade_of("legal_id", 2, "unclear"), 1), own, owners * 0.1),
        (offices, 1, float(tax_numbers)),
    ]
    codes = np.zeros((len(rows), len(FAMILIES)), dtype=np.int64)
    codes[:, legal], codes[:, name] = [row[0] for row in rows], [row[1] for row in rows]
    return Counts(
        accounts_count=5_000,
        codes=codes,
        pairs=np.array([row[2] for row in rows]),
        rare_names_by_chance=8 / (5_000 * 4_999 / 2),
    )


def owned(counts: Counts, row: int) -> float:
    """Return the fitted probability of one owner of a row of counts."""
    return float(responsibilities(counts.codes, fit_mixture(counts))[row, 1:3].sum())


def test_a_rare_name_is_strong_evidence_where_nothing_but_names_is_known() -> None:
    """Chance explains eight of three hundred pairs at most; without that limit the fit lets it take all."""
    counts = archive()
    assert owned(counts, 1) > 0.95
    assert owned(replace(counts, rare_names_by_chance=1.0), 1) < 0.5


def test_names_are_held_to_what_an_agency_and_an_owner_may_share() -> None:
    """An agency's clients share hardly any rare name, an owner's accounts few that behave like an agency's.

    The platform is made of the contrary, and without these limits the fit would find that.
    """
    truth, name = made(), FAMILIES.index("name")
    overt, operator = CLASSES.index("overt"), CLASSES.index("operator")
    truth.codes[operator, name, [0, LOUD - 1, SOFT - 1]] = (0.99, 0.01, 0.0)
    truth.codes[overt, name, [0, LOUD - 1, SOFT - 1]] = (0.3, 0.35, 0.35)
    found = fit_mixture(expected_counts(truth))
    assert found.codes[operator, name][RARE_NAME_CODES].sum() < 0.0021
    row = found.codes[overt, name]
    assert row[AGENCY_CODES].sum() < 0.25 * row[1:].sum()


def test_offices_under_one_tax_number_are_no_owner_however_few_other_ids_there_are() -> None:
    """4,560 pairs of 96 offices are not what thirty other legal ids say that one owner's accounts share."""
    assert owned(archive(tax_numbers=4_560), 3) < 0.01


def test_what_was_never_seen_between_strangers_can_still_happen() -> None:
    """No code is less probable among strangers than a tenth of the judgement."""
    found, prior = fit_mixture(archive()), prior_mixture(5_000)
    legal = FAMILIES.index("legal")
    assert (found.codes[0, legal] >= 0.99 * CHANCE_MIN * prior.codes[0, legal]).all()
