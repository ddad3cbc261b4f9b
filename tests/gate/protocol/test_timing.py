"""Lengths on one clock bound lengths on another."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debar.gate.protocol.timing import SECOND, Timing
from debar.model.problem import DebarError

RATES = st.fractions(Fraction(99, 100), Fraction(101, 100))
LENGTHS = st.integers(0, 10_000 * SECOND)


@given(LENGTHS, RATES, RATES)
def test_who_waits_long_enough_waits_for_any_clock(length: int, here: Fraction, there: Fraction) -> None:
    """After wait_ns here, the length has passed there, whatever the two rates (R8)."""
    assert Timing().wait_ns(length) / here >= length / there


@given(LENGTHS, RATES, RATES)
def test_who_lends_for_less_never_outlives(length: int, here: Fraction, there: Fraction) -> None:
    """A length that was shortened ends there before the whole has passed here."""
    assert Timing().within_ns(length) / there <= length / here


def test_a_length_below_nothing_is_nothing() -> None:
    """A lease that is over lends nothing."""
    assert Timing().within_ns(-5) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"term_ns": SECOND}, {"renew_ns": 0}, {"retry_ns": 0}, {"valid_ns": -1}, {"slack_ns": -1},
        {"rho_millionths": -1}, {"rho_millionths": 100_000},
    ],
)  # fmt: skip
def test_times_that_contradict_each_other_are_refused(wrong: dict[str, int]) -> None:
    """A gate must be able to renew well before its lease ends."""
    with pytest.raises(DebarError, match="DBR-G010"):
        Timing(**wrong)
