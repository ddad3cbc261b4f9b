from __future__ import annotations

import pytest

from debar.evidence.name_comparison import is_short, leads_with, name_words, normal_name, same_name


@pytest.mark.parametrize(
    "other", ["RT-Komplekt", "RT Inform", "RT America", "RTR", "Russia Today", "R", "ART", "Team RT"]
)
def test_a_short_name_never_matches_by_accident(other: str) -> None:
    """RT is RT in any spelling and nothing else."""
    assert (False, False) == (same_name("RT", other), same_name(other, "RT"))
    assert all(same_name("RT", spelling) for spelling in ("rt", "R.T.", "RT, LLC", "ООО «RT»", "@RT"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("RT-Komplekt", True),
        ("RT America", True),
        ("rt_com", True),
        ("RTL Group", False),
        ("RT", False),
        ("Actualidad RT", False),
    ],
)
def test_a_name_that_leads_with_another_is_a_candidate(name: str, expected: bool) -> None:
    """The short name must stand first and as a whole word."""
    assert expected is leads_with(name, "RT")
    assert leads_with(name, "") is False


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Siemens AG", "SIEMENS Aktiengesellschaft"),
        ("OOO Искусство Красоты", "LIMITED LIABILITY COMPANY ISKUSSTVO KRASOTY"),
        ("Société Générale S.A.", "SOCIETE GENERALE SA"),
        ("JPMorgan Chase & Co.", "JPMorgan Chase and Co."),
        ("ANO TV-Novosti", "Autonomous Non-profit Organization «TV-Novosti»"),
        ("Good Will Company", "Goodwill Company"),
        ("Gagarin, Yuri", "Yuri Gagarin"),
        ("CRISTALORD LIMITED", "CRYSTALORD LTD"),
    ],
)
def test_one_name_in_two_spellings_is_one_name(one: str, other: str) -> None:
    """Legal forms, word order, script, spacing and a slip of one letter make no other name."""
    assert same_name(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Volkswagen AG", "Siemens AG"),
        ("Deutsche Bank AG", "Deutsche Bank GmbH"),
        ("Banco Santander S.A.", "Banco Santander México S.A."),
        ("Omar bin Salman", "Salman bin Omar"),
        ("Fund II LP", "Fund III LP"),
        ("Brigade 44", "Brigade 45"),
        ("高石早苗", "高市早苗"),
        ("BWI Industries", "BAE Industries"),
        ("🙂", "🙃"),
        ("Northern Light Media Group", "Southern Cross Media Group"),
    ],
)
def test_two_names_are_two(one: str, other: str) -> None:
    """Other legal forms, places, fathers, numbers and native letters are other parties."""
    assert not same_name(one, other)


def test_a_name_in_any_script_keeps_a_form() -> None:
    """Nothing folds into an empty form: not Cyrillic, Arabic, Han, a bare legal form, or emoji."""
    for name in ("Спутник", "سبوتنيك", "卫星通讯社", "Co., Ltd.", "🙂", "The"):
        assert normal_name(name)
    assert len({normal_name(n) for n in ("سبوتنيك", "卫星通讯社", "🙂", "🙃")}) == 4


def test_words_and_shortness() -> None:
    """Legal forms and titles are no words of a name; four letters are short."""
    assert name_words("Dr. Jane Doe & Partners Ltd.") == ("jane", "doe", "and", "partners")
    assert (True, False) == (is_short("Acme Ltd"), is_short("Acmes Ltd"))
