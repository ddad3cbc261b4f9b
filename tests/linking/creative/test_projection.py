from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from debar.linking.creative.projection import Seen, clump_size, fit, judge


def counts(holds: list[set[int]]) -> tuple[dict[int, int], dict[int, int]]:
    """Return degree and crowd histograms of who holds which value."""
    crowds = Counter(value for held in holds for value in held)
    return dict(Counter(len(held) for held in holds if held)), dict(Counter(crowds.values()))


@given(st.lists(st.sets(st.integers(0, 30), min_size=1, max_size=12), min_size=8, max_size=40))
def test_the_model_keeps_degrees_and_crowds(holds: list[set[int]]) -> None:
    """Expected row and column sums are the observed ones, unless somebody holds all or all hold one."""
    degrees, crowds = counts(holds)
    if max(degrees) == sum(crowds.values()) or max(crowds) == len(holds):
        return  # certain holdings have no finite factor
    projection = fit(degrees, crowds)
    values = np.array([crowds[crowd] for crowd in sorted(crowds)])
    assert projection.degrees.tolist() == pytest.approx((projection.chances @ values).tolist(), rel=1e-4)
    assert sorted(crowds) == pytest.approx((projection.accounts @ projection.chances).tolist(), rel=1e-4)


def test_what_two_accounts_share_by_chance_is_what_simulation_gives() -> None:
    """Over 4,000 drawn platforms the mean number of shared values is the expected one (rounded up)."""
    projection = fit({3: 20, 8: 10}, {1: 60, 2: 25, 6: 5})
    drawn = np.random.default_rng(3)
    values = np.repeat(projection.chances, [60, 25, 5], axis=1)[:, 60:]
    shared = np.zeros((2, 2))
    for _ in range(4000):
        rows = [drawn.random(values.shape[1]) < values[kind] for kind in (0, 0, 1, 1)]
        shared += [
            [(rows[0] & rows[1]).sum(), (rows[0] & rows[2]).sum()],
            [(rows[2] & rows[0]).sum(), (rows[2] & rows[3]).sum()],
        ]
    ratio = projection.expected / (shared / 4000)
    assert ratio.min() > 0.93
    assert ratio.max() < 1.13


def test_large_degrees_are_taken_together_and_still_add_up() -> None:
    """Accounts with 1,234 and 1,239 values are one class; holdings are not lost."""
    projection = fit({1: 1230, 2: 20, 1234: 1, 1239: 1}, {1: 2473, 2: 635})
    assert projection.classes[1234] == projection.classes[1239]
    assert 1230 + 40 + 1234 + 1239 == pytest.approx(float(projection.degrees @ projection.accounts))


def test_sides_that_do_not_agree_are_our_own_mistake() -> None:
    """Degrees and crowds must count the same holdings."""
    with pytest.raises(AssertionError, match="same holdings"):
        fit({2: 2}, {1: 3})


def test_a_pair_of_every_degree_is_counted_once() -> None:
    """All classes together hold N (N - 1) / 2 pairs."""
    projection = fit({1: 7, 2: 5, 3: 2}, {1: 11, 2: 6})
    assert 14 * 13 / 2 == projection.pairs().sum()


def test_a_group_that_shares_again_and_again_stands_out_and_chance_does_not() -> None:
    """Four accounts that share ten values are validated among four hundred that share at random."""
    drawn = np.random.default_rng(5)
    holds = [{int(v) for v in drawn.integers(0, 2000, 15)} for _ in range(400)]
    for member in range(4):
        holds[member] |= set(range(5000, 5010))
    degrees, crowds = counts(holds)
    met = Counter(
        (*sorted((len(holds[a]), len(holds[b]))), len(holds[a] & holds[b]))
        for a, b in combinations(range(400), 2)
        if holds[a] & holds[b]
    )
    seen = [Seen(degree_a=a, degree_b=b, shared=n, pairs=m) for (a, b, n), m in sorted(met.items())]
    verdicts = judge(fit(degrees, crowds), seen)
    found = sum(one.pairs for one, said in zip(seen, verdicts, strict=True) if said.rate <= 0.05)
    assert 6 == found


def test_values_that_come_in_threes_count_a_third() -> None:
    """Where every coincidence brings three values, the clump is between two and three, and alone it is one."""
    drawn = np.random.default_rng(11)
    single = [{int(v) for v in drawn.integers(0, 3000, 20)} for _ in range(300)]
    triple = [{3 * v + k for v in held for k in range(3)} for held in single]
    sizes = []
    for holds in (single, triple):
        projection = fit(*counts(holds))
        met = Counter(
            (*sorted((len(holds[a]), len(holds[b]))), len(holds[a] & holds[b]))
            for a, b in combinations(range(300), 2)
            if holds[a] & holds[b]
        )
        first, second, shared = (np.array([key[at] for key in met], dtype=np.float64) for at in range(3))
        means = projection.expected[
            [projection.classes[int(d)] for d in first], [projection.classes[int(d)] for d in second]
        ]
        sizes.append(clump_size(projection, shared, np.array(list(met.values()), dtype=np.float64), means))
    assert 1.0 == pytest.approx(sizes[0], abs=0.1)
    assert 2.0 <= sizes[1] <= 3.0


def test_nothing_shared_is_nothing_judged() -> None:
    """No pair, no verdict."""
    assert () == judge(fit({1: 2}, {1: 2}), [])
