"""What a listing means, by its programme."""

from __future__ import annotations

import pytest

from debar.authority.measures import KINDS, MEANS, TABLE, measure_of


@pytest.mark.parametrize(
    ("ids", "programmes", "provisions", "kind", "clause"),
    [
        (["EU-UKR"], [], "", "asset freeze", "Reg. (EU) 269/2014, Art. 2"),
        ([], ["32014R0269 annex I"], "Asset freeze", "asset freeze", "Reg. (EU) 269/2014, Art. 2"),
        ([], ["EU 2022/350"], "", "distribution ban", "Reg. (EU) 833/2014, Art. 2f and annex XV"),
        ([], ["32014R0833 annex XV"], "", "distribution ban", "Reg. (EU) 833/2014, Art. 2f and annex XV"),
        ([], ["Council Regulation (EU) No 833/2014"], "Annex XV", "distribution ban", None),
        ([], ["32014R0833 annex IV"], "", "trade restriction", None),
        ([], ["RUSSIA-EO14024"], "", "asset freeze", None),
        (["GB-RUS"], [], "", "asset freeze", None),
        (["EU-RUS"], [], "", "measure unknown", ""),
        ([], ["32014R0833"], "", "measure unknown", ""),
        ([], ["Somebody's list"], "Asset freeze", "measure unknown", 'the list says "Asset freeze"'),
        ([], [], "", "measure unknown", ""),
    ],
)
def test_a_measure_follows_from_the_programme(
    ids: list[str], programmes: list[str], provisions: str, kind: str, clause: str | None
) -> None:
    """A programme of the table means what its clause says; any other is unknown, whatever a list claims."""
    found = measure_of(ids, programmes, provisions=provisions)
    assert found.kind == kind
    assert clause is None or found.clause == clause


def test_only_asset_freezes_carry_an_ownership_rule() -> None:
    """A distribution ban is no asset freeze: no ownership rule hangs on it."""
    assert {row.measure.kind for row in TABLE if row.measure.rule} == {"asset freeze"}


def test_every_row_has_its_clause_and_every_measure_its_meaning() -> None:
    """Nothing is claimed without saying where it stands."""
    assert all(row.measure.clause for row in TABLE)
    assert set(KINDS) == set(MEANS)


def test_a_programme_is_known_whatever_its_case_and_punctuation() -> None:
    """Lists write keys in many ways."""
    assert measure_of(["eu_ukr"], []).kind == measure_of(["EU-UKR"], []).kind == "asset freeze"
