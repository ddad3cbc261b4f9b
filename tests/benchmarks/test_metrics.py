from __future__ import annotations

import math

import numpy as np
import pytest
from benchmarks.linking.metrics import (
    CLIP,
    BCubed,
    Bin,
    ScoredPairs,
    at_threshold,
    average_precision,
    b_cubed,
    brier,
    components,
    covert_pairs_count,
    expected_calibration_error,
    log_loss,
    log_loss_of_all,
    pair_quality,
    recall_at_precision,
    reliability,
)
from benchmarks.linking.truth import Truth, truth_of_rows
from hypothesis import given
from hypothesis import strategies as st


def owned(*owners: str, covert: frozenset[int] = frozenset()) -> Truth:
    """Return a truth of accounts 0, 1, 2, ... with the owners given."""
    return truth_of_rows(
        {"account_id": f"a{number:03}", "owner": owner, "covert": number in covert}
        for number, owner in enumerate(owners)
    )


def test_an_account_that_changed_hands_counts_for_its_latest_holder() -> None:
    """Of three holders the last one counts, whatever the order of the rows."""
    truth = truth_of_rows(
        [
            {"account_id": "a", "owner": "x", "from_day": None},
            {"account_id": "b", "owner": "z", "from_day": "2017-05-01"},
            {"account_id": "b", "owner": "x", "from_day": None},
            {"account_id": "b", "owner": "y", "from_day": "2016-05-01"},
            {"account_id": "c", "owner": "z", "from_day": None},
        ]
    )
    assert truth.same_owner(np.array([0, 1]), np.array([1, 2])).tolist() == [False, True]
    assert truth.handed_over.tolist() == [False, True, False]
    assert truth.true_pairs_count() == 1


def test_a_pair_given_twice_counts_once_with_its_higher_probability() -> None:
    """Pairs are ordered, and the higher of two probabilities stays."""
    pairs = ScoredPairs.of([2, 0, 1], [0, 2, 0], [0.3, 0.7, 0.5])
    assert (pairs.a.tolist(), pairs.b.tolist(), pairs.p.tolist()) == ([0, 0], [1, 2], [0.5, 0.7])


def test_average_precision_by_hand() -> None:
    """Right, wrong, right, wrong over five true pairs: 1/5 x 1 + 1/5 x 2/3."""
    got = average_precision([0.9, 0.8, 0.7, 0.6], [True, False, True, False], 5)
    assert got == pytest.approx((1 + 2 / 3) / 5)


def test_average_precision_breaks_no_tie() -> None:
    """Two right and two wrong pairs of one probability give their common precision, in any order."""
    assert average_precision([0.5] * 4, [True, True, False, False], 2) == 0.5
    assert average_precision([0.5] * 4, [False, True, False, True], 2) == 0.5


def test_average_precision_is_undefined_where_nobody_is_linked() -> None:
    """Without true pairs there is no recall."""
    assert math.isnan(average_precision([0.5], [False], 0))


def test_precision_recall_and_innocents_at_a_threshold_by_hand() -> None:
    """From .8 on: three pairs, two of them right, out of four; .1 + .1 + .2 wrong ones expected."""
    got = at_threshold([0.9, 0.9, 0.8, 0.5], [True, False, True, True], 4, 0.8)
    assert (got.pairs, got.precision, got.recall, got.innocents_actual) == (3, 2 / 3, 0.5, 1)
    assert got.innocents_predicted == pytest.approx(0.4)


def test_recall_at_precision_by_hand() -> None:
    """Precision .75 is reached with three of four pairs right, not with the first two alone."""
    is_true = [True, False, True, True, False]
    assert recall_at_precision([0.9, 0.8, 0.7, 0.6, 0.5], is_true, 4, 0.75) == 0.75
    assert recall_at_precision([0.9], [False], 4, 0.75) == 0


def test_log_loss_and_brier_by_hand() -> None:
    """A pair at .8 that is right and one at .4 that is wrong."""
    assert log_loss([0.8, 0.4], [True, False]) == pytest.approx(-(math.log(0.8) + math.log(0.6)) / 2)
    assert brier([0.8, 0.4], [True, False]) == pytest.approx((0.04 + 0.16) / 2)


def test_certainty_that_is_wrong_costs_much_and_not_everything() -> None:
    """A probability of 0 for a true pair counts as a millionth."""
    assert log_loss([0.0], [True]) == pytest.approx(-math.log(CLIP))


def test_leaving_a_true_pair_out_costs_what_scoring_it_zero_costs() -> None:
    """Over all pairs of the platform, not to score is to say zero."""
    scored = log_loss_of_all([0.8, 0.0], [True, True], true_count=2, pairs_count=10)
    left_out = log_loss_of_all([0.8], [True], true_count=2, pairs_count=10)
    assert scored == pytest.approx(left_out)


def test_calibration_error_by_hand() -> None:
    """Two bins: three pairs that say .9 of which two are right, one that says .15 and is wrong."""
    bins = reliability([0.9, 0.9, 0.9, 0.15], [True, True, False, False])
    assert [(one.pairs, round(one.true_share, 3)) for one in bins] == [(1, 0), (3, 0.667)]
    assert expected_calibration_error(bins) == pytest.approx((3 * (0.9 - 2 / 3) + 0.15) / 4)


def test_the_last_bin_holds_certainty() -> None:
    """A probability of one falls into the bin that ends there."""
    assert reliability([1.0], [True]) == (Bin(low=0.9, high=1.0, pairs=1, p_mean=1.0, true_share=1.0),)


def test_b_cubed_by_hand() -> None:
    """Owners {0, 1, 2} and {3, 4}, clusters {0, 1}, {2, 3, 4}."""
    got = b_cubed([0, 0, 1, 1, 1], [0, 0, 0, 1, 1])
    assert got.precision == pytest.approx((1 + 1 + 1 / 3 + 2 / 3 + 2 / 3) / 5)
    assert got.recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 5)
    assert got.f == pytest.approx(2 * got.precision * got.recall / (got.precision + got.recall))


labels = st.lists(st.integers(0, 6), min_size=1, max_size=30)


@given(labels)
def test_the_true_clustering_is_perfect_under_any_names(owners: list[int]) -> None:
    """Renaming clusters changes nothing, and equal clusterings score one."""
    assert b_cubed([7 - owner for owner in owners], owners) == BCubed(precision=1.0, recall=1.0)


@given(labels, st.data())
def test_b_cubed_precision_is_recall_seen_from_the_other_side(owners: list[int], data: st.DataObject) -> None:
    """Swapping clusters and owners swaps precision and recall; everybody alone has precision one."""
    size = len(owners)
    clusters = data.draw(st.lists(st.integers(0, 6), min_size=size, max_size=size))
    one, other = b_cubed(clusters, owners), b_cubed(owners, clusters)
    assert (one.precision, one.recall) == pytest.approx((other.recall, other.precision))
    assert b_cubed(list(range(size)), owners).precision == 1


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=40))
def test_components_join_exactly_what_paths_join(pairs: list[tuple[int, int]]) -> None:
    """The labels equal those of the plainest search."""
    meets: dict[int, set[int]] = {number: {number} for number in range(21)}
    for a, b in pairs:
        joined = meets[a] | meets[b]
        for one in joined:
            meets[one] = joined
    got = components(21, [a for a, _ in pairs], [b for _, b in pairs])
    assert got.tolist() == [min(meets[number]) for number in range(21)]


@given(labels)
def test_scoring_every_pair_by_the_truth_is_perfect(owners: list[int]) -> None:
    """Probability one for every true pair and zero for the rest: every measure at its best."""
    truth = owned(*(str(owner) for owner in owners))
    a, b = np.triu_indices(len(owners), 1)
    got = pair_quality(ScoredPairs.of(a, b, truth.same_owner(a, b)), truth)
    if truth.true_pairs_count():
        assert (got.average_precision, got.recall_at_95) == (1, 1)
        assert got.log_loss_of_all < 1e-3
    assert got.b_cubed[0.5] == BCubed(precision=1.0, recall=1.0)
    assert (got.brier, got.calibration_error) == (0, 0) or len(a) == 0


def test_covert_pairs_are_those_with_a_hidden_end() -> None:
    """Of three accounts of one owner, one hidden: two of the three pairs."""
    truth = owned("x", "x", "x", "y", covert=frozenset({2}))
    assert covert_pairs_count(truth) == 2
    pairs = ScoredPairs.of([0, 0, 1], [1, 2, 3], [0.9, 0.8, 0.7])
    assert pair_quality(pairs, truth).covert_average_precision == 0.5
