"""Calibration on labels whose truth is known."""

from __future__ import annotations

import hashlib
import math

import numpy as np
import pytest

from debar.evidence.parameters import default_parameters
from debar.evidence.weigh import Weighing, probabilities, weigh
from debar.linking.assurance.calibrate import answers_of, calibrate, corrected, folds
from debar.linking.assurance.labels import Label, LabelledPair, join
from debar.linking.assurance.measures import Innocents, quality

PARAMETERS = default_parameters(1_000)
NOTHING = weigh([], frozenset(), PARAMETERS)


def scored(bits: float) -> Weighing:
    """Return a pair whose log odds of one owner are so many bits."""
    from dataclasses import replace

    p_owner = round(1_000_000 / (1 + 2**-bits))
    return replace(NOTHING, uncalibrated_p_owner=p_owner, uncalibrated_p_operator=0)


def drawn(count: int, *, too_sure_bits: float, salt: str = "") -> list[LabelledPair]:
    """Return pairs whose scores claim more bits than the truth has; the truth is drawn by hash."""
    found = []
    for n in range(count):
        dice = int(hashlib.sha256(f"{salt}{n}".encode()).hexdigest()[:12], 16) / 16**12
        bits = -8 + 16 * n / count
        true = 1 / (1 + 2 ** -(bits - too_sure_bits))
        label = Label(account_a=f"a{n}", account_b=f"b{n}", same=dice < true)
        found.append(LabelledPair(label=label, weighing=scored(bits), stratum="firm 0", weight=1.0))
    return found


def test_scores_that_promise_too_much_are_brought_down() -> None:
    """Three bits too sure: corrected on 400 labels the cross-fitted log loss falls, and new pairs are right."""
    got = calibrate(drawn(400, too_sure_bits=3))
    assert got.calibration.fitted
    assert got.after.log_loss < got.before.log_loss
    p = np.array([got.calibration.apply(scored(bits))[0] / 1e6 for bits in (0.0, 3.0, 6.0)])
    assert p == pytest.approx([1 / 9, 1 / 2, 8 / 9], abs=0.1)


def test_scores_that_are_right_are_left_nearly_alone() -> None:
    """Nothing is wrong: no probability moves by more than a tenth."""
    got = calibrate(drawn(400, too_sure_bits=0))
    for bits in (-4.0, -1.0, 0.0, 1.0, 4.0):
        assert scored(bits).uncalibrated_p_owner / 1e6 == pytest.approx(
            got.calibration.apply(scored(bits))[0] / 1e6, abs=0.1
        )


def test_few_labels_change_nothing() -> None:
    """Forty answers are no calibration: the identity, and it says so."""
    got = calibrate(drawn(40, too_sure_bits=3))
    assert not got.calibration.fitted
    assert got.before == got.after
    assert scored(2.0).uncalibrated_p_owner == got.calibration.apply(scored(2.0))[0]


def test_answers_of_one_kind_only_move_the_offset() -> None:
    """Sixty pairs, none of one owner: everything is brought down, no coefficient is fitted."""
    pairs = [
        LabelledPair(
            label=Label(account_a=f"a{n}", account_b=f"b{n}", same=False),
            weighing=scored(4.0),
            stratum="firm 6",
            weight=1.0,
        )
        for n in range(60)
    ]
    got = calibrate(pairs).calibration
    assert set(got.coefficients) == {0}
    assert got.apply(scored(4.0))[0] < 50_000


def test_the_frozen_whole_numbers_are_what_is_measured() -> None:
    """The arrays that are measured and the pure function give the same probability, to a millionth."""
    pairs = drawn(200, too_sure_bits=2)
    calibration = calibrate(pairs).calibration
    arrays = corrected(calibration, answers_of(pairs))
    alone = np.array([calibration.apply(pair.weighing)[0] for pair in pairs]) / 1e6
    assert float(np.abs(arrays - alone).max()) <= 1e-6 + 1e-12


def test_no_fold_shares_an_account_with_another() -> None:
    """Pairs that hang together through accounts are fitted on together or not at all."""
    pairs = [
        LabelledPair(
            label=Label(account_a=a, account_b=b, same=True), weighing=NOTHING, stratum="firm 0", weight=1.0
        )
        for a, b in [("a", "b"), ("b", "c"), ("x", "y"), ("c", "d"), ("y", "z"), ("p", "q")]
    ]
    groups = answers_of(pairs).groups
    assert [[True, True, False, True, False, False]] == [
        fold.tolist() for fold in folds(groups, 3) if fold[0]
    ]


def test_answers_stand_for_the_pairs_of_their_stratum() -> None:
    """Two answers in a stratum of ten stand for five each; one not drawn by lot is placed by its score."""
    labels = (
        Label(account_a="a", account_b="b", same=True, stratum="firm 7", stratum_pairs=10),
        Label(account_a="a", account_b="c", same=False, stratum="firm 7", stratum_pairs=10),
        Label(account_a="a", account_b="d", same=True),
        Label(account_a="a", account_b="e", same=True),
    )
    scores = {("a", other): scored(8.0) for other in "bcd"}
    labelled, reviews = join(labels, scores, {"soft 7": 30})
    assert [5.0, 5.0, 30.0] == [pair.weight for pair in labelled]
    assert [("firm 7", 2, 1, True), ("soft 7", 1, 0, False)] == [
        (r.stratum, r.reviewed, r.innocents, r.drawn) for r in reviews
    ]


def test_measures_are_those_of_the_books() -> None:
    """Two pairs by hand: log loss, Brier, calibration error and innocents, with weights 1 and 3."""
    got = quality(np.array([0.9, 0.6]), np.array([True, False]), np.array([1.0, 3.0]))
    assert (-(math.log(0.9) + 3 * math.log(0.4)) / 4) == pytest.approx(got.log_loss)
    assert ((0.01 + 3 * 0.36) / 4) == pytest.approx(got.brier)
    assert ((0.1 + 3 * 0.6) / 4) == pytest.approx(got.calibration_error)
    (half, *_, last) = got.innocents
    assert (2, 1, None) == (half.reviewed, half.found, half.holds)
    assert [1.3, 3.0] == pytest.approx([half.predicted, half.actual])
    assert last.ratio is None


def test_too_few_innocents_tell_nothing_about_their_number() -> None:
    """One innocent in a hundred: half or twice as many cannot be told apart; forty in a hundred can."""
    one = Innocents(threshold=0.95, reviewed=100, found=1, predicted=4.0, actual=10.0)
    many = Innocents(threshold=0.95, reviewed=100, found=40, predicted=4.0, actual=40.0)
    none = Innocents(threshold=0.95, reviewed=100, found=0, predicted=4.0, actual=0.0)
    assert [None, False, None] == [one.holds, many.holds, none.holds]
    assert one.interval[0] < 0.4 < one.interval[1]


def test_the_score_of_nothing_is_no_owner() -> None:
    """A pair that shares nothing starts far below even: the tests above start from a real weighing."""
    assert NOTHING.p_owner < 500_000
    assert callable(probabilities)
