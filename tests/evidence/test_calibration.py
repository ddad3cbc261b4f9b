"""The frozen correction: whole numbers, pure, and the identity without labels."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from debar.evidence.calibration import FEATURES, Calibration, Reviewed, features_of, identity, log_odds
from debar.evidence.parameters import default_parameters
from debar.evidence.weigh import SharedValue, Weighing, weigh


def pair() -> Weighing:
    """Return a pair that shares an e-mail address."""
    value = SharedValue(fact_id="email:1", kind="email", family="contact", crowd=2, role="unclear")
    return weigh([value], frozenset({"contact", "access"}), default_parameters(5_000))


def correction(**values: int) -> Calibration:
    """Return a fitted correction with some coefficients, everything else zero and unclamped."""
    return Calibration(
        model_sha256="m",
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
    assert pair().p_owner == identity("m").apply(pair())


def test_the_offset_is_added_to_the_log_odds() -> None:
    """Three bits less are eight times smaller odds."""
    got = correction(offset=-3000).apply(pair())
    assert log_odds(got) == pytest.approx(log_odds(pair().p_owner) - 3000, abs=1)


def test_a_coefficient_is_bits_a_bit() -> None:
    """A coefficient of minus a half on the log odds halves them, rounded down."""
    got = correction(log_odds=-500_000).apply(pair())
    assert log_odds(got) == pytest.approx(log_odds(pair().p_owner) / 2, abs=1)


def test_features_are_clamped_to_what_reviewers_saw() -> None:
    """A pair beyond the labels is corrected like the outermost labelled one."""
    base = correction(shared_contact=1_000_000)
    clamped = replace(base, highs=(0,) * len(FEATURES))
    assert log_odds(base.apply(pair())) == pytest.approx(log_odds(pair().p_owner) + 1000, abs=1)
    assert pair().p_owner == pytest.approx(clamped.apply(pair()), abs=200)


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
