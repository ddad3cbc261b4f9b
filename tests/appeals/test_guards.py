"""Who may hear an appeal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from debar.appeals.guards import Involved, Reviewer, refuse_other, refuse_reviewer
from debar.model.problem import DebarError

DORA = Reviewer(name="dora", public_key="d" * 64, roles=frozenset({"appeals"}))
INVOLVED = Involved(
    keys=frozenset({"a" * 64, "b" * 64}),
    names=frozenset({"ana", "ben"}),
    salespeople=frozenset({"Carl Sales"}),
)


def test_somebody_else_may_hear_it() -> None:
    """A reviewer who had no part in it and sells nothing is accepted."""
    refuse_reviewer(DORA, INVOLVED)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"public_key": "a" * 64}, "DBR-H002"),
        ({"name": " Ben "}, "DBR-H002"),
        ({"name": "carl sales"}, "DBR-H003"),
        ({"roles": frozenset({"approver", "proposer"})}, "DBR-H004"),
    ],
)
def test_whoever_decided_or_sells_or_is_not_enrolled_may_not(changed: dict[str, object], code: str) -> None:
    """By key, by name in any case, by sales contacts, and by role."""
    with pytest.raises(DebarError, match=code):
        refuse_reviewer(replace(DORA, **changed), INVOLVED)  # type: ignore[arg-type]  # one field a case


def test_a_contact_without_a_name_is_nobodys() -> None:
    """An empty name in the contacts does not make every nameless reviewer a salesperson."""
    nobody = replace(INVOLVED, names=frozenset({""}), salespeople=frozenset({"", " "}))
    refuse_reviewer(replace(DORA, name=""), nobody)


def test_only_the_assigned_reviewer_takes_the_reviewers_steps() -> None:
    """Another reviewer is refused, also one who is enrolled."""
    refuse_other(DORA, assigned_key=DORA.public_key, assigned_name="dora")
    with pytest.raises(DebarError, match="DBR-H005"):
        refuse_other(DORA, assigned_key="e" * 64, assigned_name="")
