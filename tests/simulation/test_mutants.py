"""Every rule is needed: with any one of them broken, the simulation finds a sale after the apply."""

from __future__ import annotations

import pytest

from simulation.mutants import MUTANTS, Mutant
from simulation.scenarios import Play

BUDGET = 1200


def killed_at(mutant: Mutant, budget: int) -> int | None:
    """Return the first seed that catches a mutant; None where none does."""
    with mutant.at_work() as fleet:
        for seed in range(budget):
            if Play(seed, fleet, always=mutant.aim).run().violations:
                return seed
    return None


@pytest.mark.ci
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_mutant_is_killed(mutant: Mutant) -> None:
    """A checker that passes broken protocols proves nothing."""
    assert killed_at(mutant, BUDGET) is not None


def test_a_mutant_is_gone_when_its_test_is() -> None:
    """Patches are taken back, also one that stood in a class of the shells."""
    with MUTANTS[0].at_work():
        pass
    assert not Play(3, always=MUTANTS[0].aim).run().violations
