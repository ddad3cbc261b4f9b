"""The frozen correction: whole numbers, pure, and the identity without labels."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from debar.evidence.calibration import (
    FEATURES,
    RAISE_MAX,
    Calibration,
    Reviewed,
    features_of,
    identity,
    log_odds,
)
from debar.evidence.parameters import Parameters, default_parameters
from debar.evidence.weigh import SharedValue, Weighing, weigh


def pair() -> Weighing:
    """Return a pair that shares an e-mail address."""
    value = SharedValue(fact_id="email:1", kind="email", family="contact", crowd=2, role="unclear")
    return weigh([value], frozenset({"contact", "access"}), default_parameters(5_000))


def correction(**values: int) -> Calibration:
    """Return a fitted correction with some coefficients, everything else zero and unclamped."""
    return Calibration(
        fitted=True,
        labels=200,
        offset_millibits=values.pop("offset", 0),
        coefficients=tuple(values.get(name, 0) for name in FEATURES),
        lows=(-60_000,) * len(FEATURES),
        highs=(60_000,) * len(FEATURES),
        reviews=(Reviewed(stratum="firm 7", pairs=900, reviewed=40, innocents=1, drawn=True),),
    )


def test_without_labels_nothing_changes() -> None:
    """The identity gives back the uncalibrated probability."""
    assert pair().p_owner == identity().apply(pair())[0]


def test_the_offset_is_added_to_the_log_odds() -> None:
    """Three bits less are eight times smaller odds."""
    got = correction(offset=-3000).apply(pair())[0]
    assert log_odds(got) == pytest.approx(log_odds(pair().p_owner) - 3000, abs=1)


def test_a_coefficient_is_bits_a_bit() -> None:
    """A coefficient of minus a half on the log odds halves them, rounded down."""
    got = correction(log_odds=-500_000).apply(pair())[0]
    assert log_odds(got) == pytest.approx(log_odds(pair().p_owner) / 2, abs=1)


def test_features_are_clamped_to_what_reviewers_saw() -> None:
    """A pair beyond the labels is corrected like the outermost labelled one."""
    base = correction(shared_contact=1_000_000)
    clamped = replace(base, highs=(0,) * len(FEATURES))
    assert log_odds(base.apply(pair())[0]) == pytest.approx(log_odds(pair().p_owner) + 1000, abs=1)
    assert pair().p_owner == pytest.approx(clamped.apply(pair())[0], abs=200)


def test_features_have_their_names() -> None:
    """One whole number a name; flags are thousands."""
    values = dict(zip(FEATURES, features_of(pair()), strict=True))
    assert (1000, 0, 1000, 1000) == (
        values["shared_contact"],
        values["shared_legal"],
        values["families_shared"],
        values["families_none"],
    )


def test_a_correction_survives_its_file() -> None:
    """Written as JSON and read back it is the same; one for other features is refused."""
    written = json.loads(json.dumps(correction(offset=5, operator=7).as_json()))
    assert correction(offset=5, operator=7) == Calibration.from_json(written)
    written["features"].pop()
    with pytest.raises(ValueError, match="other features"):
        Calibration.from_json(written)


def test_a_correction_raises_no_pair_by_more_than_three_bits() -> None:
    """However much the labels ask for; downwards there is no such limit."""
    before = log_odds(pair().p_owner)
    raised, lowered = (correction(offset=offset).apply(pair())[0] for offset in (9_000, -9_000))
    assert log_odds(raised) == pytest.approx(before + RAISE_MAX, abs=1)
    assert log_odds(lowered) == pytest.approx(before - 9_000, abs=40)


def test_what_is_taken_from_one_owner_goes_to_the_others_in_proportion() -> None:
    """Same hands keep their share of what is not one owner."""
    before = pair()
    p_owner, p_operator = correction(offset=-5_000).apply(before)
    others = before.p_operator / (1_000_000 - before.p_owner)
    assert p_operator / (1_000_000 - p_owner) == pytest.approx(others, abs=1e-3)


@pytest.mark.parametrize("offset", [-4_000, 0, 700, 9_000])
def test_least_for_misses_no_pair_that_the_correction_could_raise(offset: int) -> None:
    """A pair below it stays below, whatever it shares; without a correction the line is where it was."""
    calibration = correction(offset=offset, log_odds=40_000, operator=-20_000, firm=100_000)
    least = calibration.least_for(300_000)
    below = replace(pair(), uncalibrated_p_owner=least - 1)
    assert calibration.apply(below)[0] < 300_000
    assert least <= 300_000
    assert identity().least_for(300_000) == 300_000


def test_parameters_apply_their_calibration_last() -> None:
    """What weigh gives is the corrected number; scores, contributions and the uncalibrated number stay."""
    value = SharedValue(fact_id="email:1", kind="email", family="contact", crowd=2, role="unclear")
    known, plain = frozenset({"contact", "access"}), default_parameters(5_000)
    calibrated = replace(plain, calibration=correction(offset=-3_000))
    before, after = (weigh([value], known, parameters) for parameters in (plain, calibrated))
    assert (after.p_owner, after.p_operator) == correction(offset=-3_000).apply(before)
    assert after.uncalibrated_p_owner == before.p_owner
    assert after.owner_millibits == before.owner_millibits
    assert calibrated.calibrated
    assert not plain.calibrated
    assert calibrated == Parameters.from_json(json.loads(json.dumps(calibrated.as_json())))
    assert calibrated.model_sha256() != plain.model_sha256()
