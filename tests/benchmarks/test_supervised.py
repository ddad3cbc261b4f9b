from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from benchmarks.linking.__main__ import main
from benchmarks.linking.supervised.ceiling import ceiling_table, hidden_subjects
from benchmarks.linking.supervised.logistic import categories, fit
from benchmarks.linking.truth import truth_of_rows

from debar.evidence.parameters import CODES, read_code
from debar.model.identifiers import FAMILIES

if TYPE_CHECKING:
    from numpy.typing import NDArray


def rows(codes: list[list[int]], each: int) -> NDArray[np.int64]:
    """Return rows of codes, each of them several times; families that are not told of are unknown."""
    full = [[*row, *([0] * (len(FAMILIES) - len(row)))] for row in codes]
    return np.repeat(np.array(full, dtype=np.int64), each, axis=0)


def test_the_categories_of_a_shared_code_are_its_parts() -> None:
    """Kinds, strength with crowd, and strength with role are those that the code is read back to."""
    codes = np.zeros((CODES - 2, len(FAMILIES)), dtype=np.int64)
    codes[:, 0] = np.arange(2, CODES)
    _, kinds, strength_crowd, strength_role, *_ = categories(codes)
    for place, code in enumerate(range(2, CODES)):
        count, weak, bucket, role = read_code(code)
        told = (int(kinds[place]), int(strength_crowd[place]), int(strength_role[place]))
        assert told == (count, 1 + 6 * weak + bucket, 1 + 4 * weak + role)


def test_what_only_a_combination_of_two_families_tells_is_learned() -> None:
    """Either family alone says nothing, both together say everything: no sum over families can tell that."""
    codes = rows([[1, 1], [1, 2], [2, 1], [2, 2]], 200)
    same = np.repeat([True, False, False, True], 200)
    found = fit(codes, same).predict(codes)
    assert found[same].min() > 0.9
    assert found[~same].max() < 0.1


def test_a_code_that_was_not_seen_adds_nothing() -> None:
    """A pair of unseen codes stands where a pair stood before anything was known."""
    model = fit(rows([[0], [1]], 50), np.repeat([True, False], 50))
    assert model.predict(rows([[9, 9, 9, 9, 9, 9]], 1))[0] == pytest.approx(0.5)


def test_lists_start_from_accounts_that_owners_of_several_hide_behind() -> None:
    """Who hides behind a single account, and who hides behind none, is not drawn."""
    shown = [
        ("a", "one", True),
        ("b", "one", False),
        ("c", "two", False),
        ("d", "two", False),
        ("e", "three", True),
    ]
    truth = truth_of_rows([{"account_id": a, "owner": o, "covert": c} for a, o, c in shown])
    assert [truth.accounts[one] for one in hidden_subjects(truth, 10, "x")] == ["a"]


def test_the_table_gives_the_share_of_the_ceiling_and_both_curves() -> None:
    """Two seeds are averaged before they are divided."""
    curves = {"found_at": dict.fromkeys(("0.5", "1.0", "3.0", "10.0"), 0.25)}
    one = {"world": "w", "variant": "base", "method": "ceiling", "lists": 3, "foreign": 1.0, **curves}
    one["found_at_ceiling"] = dict.fromkeys(("0.5", "1.0", "3.0", "10.0"), 0.5)
    results = [
        {**one, "ap": 0.1, "ap_ceiling": 0.2, "found": 0.2, "found_ceiling": 0.2},
        {**one, "ap": 0.2, "ap_ceiling": 0.2, "found": 0.4, "found_ceiling": 0.6},
    ]
    (row,) = ceiling_table(results).rows
    assert row[3:11] == ("6", "0.150", "0.200", "0.75", "1.00", "0.300", "0.400", "0.75")
    assert row[11] == "0.250 / 0.500"


@pytest.mark.ci
def test_one_command_measures_the_ceiling(capsys: pytest.CaptureFixture[str]) -> None:
    """A small run from the command line: trained on one seed, measured on another."""
    asked = "ceiling --worlds bazaar --owners 150 --train 1 --seeds 2 --subjects 10"
    assert main(asked.split()) == 0
    assert "bazaar  base" in capsys.readouterr().out
