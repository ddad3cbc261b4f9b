from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debar.evidence.parameters import (
    CODES,
    CROWD_BUCKETS,
    GRADES,
    RELATIONS,
    ROLES,
    Parameters,
    code_probabilities,
    crowd_bucket,
    default_parameters,
    grade_of,
    read_code,
    role_of,
    shared_code,
)
from debar.model.identifiers import FAMILIES


@given(st.integers(0, 20_000), st.integers(0, 20_000))
def test_a_role_is_read_from_the_share_of_agreeing_pairs(one: int, other: int) -> None:
    """The whole-number cuts are .12 and .35 of (agreeing + .45) / (with data + 1.5)."""
    agreeing, with_data = sorted((one, other))
    rho = (agreeing + 0.45) / (with_data + 1.5)
    expected = "operator" if rho < 0.12 else "independent" if rho >= 0.35 else "unclear"
    assert expected == role_of(agreeing, with_data)


@pytest.mark.parametrize(
    ("agreeing", "with_data", "expected"),
    [(0, 0, "unclear"), (0, 2, "unclear"), (0, 3, "operator"), (1, 2, "independent"), (1, 36, "operator")],
)
def test_a_value_is_an_agencys_only_where_others_show_it(
    agreeing: int, with_data: int, expected: str
) -> None:
    """Without other pairs a role stays open; three that share nothing else make an operator."""
    assert expected == role_of(agreeing, with_data)


def test_crowds_fall_into_buckets() -> None:
    """Each bucket ends where the next begins; the last is open."""
    assert [crowd_bucket(end) for end in (*CROWD_BUCKETS, 33)] == [0, 1, 2, 3, 4, 5]
    assert [crowd_bucket(end + 1) for end in CROWD_BUCKETS] == [1, 2, 3, 4, 5]


def test_parameters_survive_json_and_other_buckets_are_refused() -> None:
    """A plan's parameters weigh as they did, or not at all."""
    parameters = default_parameters(10_000)
    document = parameters.as_json()
    assert parameters == Parameters.from_json(document)
    with pytest.raises(ValueError, match="crowd buckets"):
        Parameters.from_json({**document, "crowd_buckets": [2, 3]})
    short = {**document["weights"], "legal": {name: [0] for name in RELATIONS}}
    with pytest.raises(ValueError, match="families, relations or codes"):
        Parameters.from_json({**document, "weights": short})


def test_a_little_growth_leaves_the_parameters_as_they_are() -> None:
    """A fresh export weighs the same."""
    assert default_parameters(1_100) == default_parameters(1_900)
    assert (default_parameters(1).accounts_log2, default_parameters(10_000).accounts_log2) == (8_000, 14_000)


def test_a_code_can_be_read_back() -> None:
    """Kinds, strength, crowd and role come out as they went in, each combination under a code of its own."""
    seen = set()
    for kinds, (weak, kind), crowd, role in itertools.product(
        (1, 2, 3), enumerate(("card", "ip")), (2, 3, 8, 16, 32, 99), ROLES
    ):
        code = shared_code(grade_of(kind, crowd, role), kinds)
        assert (kinds, weak, crowd_bucket(crowd), ROLES.index(role)) == read_code(code)
        seen.add(code)
    assert set(range(2, CODES)) == seen
    assert CODES == 2 + 3 * GRADES


def test_the_judgements_are_distributions() -> None:
    """Each relation spreads one whole over the codes of each family."""
    for relation in ("unrelated", *RELATIONS):
        rows = code_probabilities(relation, 10_000)
        assert list(FAMILIES) == list(rows)
        assert {family: pytest.approx(1.0) for family in FAMILIES} == {f: sum(row) for f, row in rows.items()}


def test_the_default_tables_call_themselves_uncalibrated() -> None:
    """Nobody fitted them."""
    assert default_parameters(100).calibrated is False
