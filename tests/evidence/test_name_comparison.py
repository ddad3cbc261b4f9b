from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from anyascii import anyascii
from hypothesis import given
from hypothesis import strategies as st

from debar.evidence.name_comparison import (
    MILLION,
    is_short,
    leads_with,
    name_similarity,
    name_words,
    normal_name,
    same_name,
)

PAIRS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "name_pairs.csv"


@pytest.mark.parametrize(
    "other", ["RT-Komplekt", "RT Inform", "RT America", "RTR", "Russia Today", "R", "ART"]
)
def test_a_short_name_never_matches_by_accident(other: str) -> None:
    """RT is RT in any spelling and nothing else."""
    assert (name_similarity("RT", other), name_similarity(other, "RT")) == (0, 0)
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
    assert leads_with(name, "RT") is expected
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


@given(st.text(max_size=30), st.text(max_size=30))
def test_likeness_is_symmetric_and_reflexive(one: str, other: str) -> None:
    """The order of asking makes no difference, and a name is wholly like itself."""
    assert name_similarity(one, other) == name_similarity(other, one)
    assert name_similarity(one, one) == MILLION
    assert 0 <= name_similarity(one, other) <= MILLION


def test_words_and_shortness() -> None:
    """Legal forms and titles are no words of a name; four letters are short."""
    assert name_words("Dr. Jane Doe & Partners Ltd.") == ("jane", "doe", "and", "partners")
    assert (is_short("Acme Ltd"), is_short("Acmes Ltd")) == (True, False)


@pytest.mark.real
def test_comparison_beats_equal_names_at_equal_precision() -> None:
    """On 826 labelled pairs: at least the precision of equal normalised names, at several times the recall."""
    if not PAIRS.exists():
        pytest.skip("needs ../shared/data/name_pairs.csv")
    with PAIRS.open(encoding="utf-8", newline="") as file:
        rows = [(r["name1"], r["name2"], r["is_match"] == "true") for r in csv.DictReader(file)]

    def plain(name: str) -> str:
        return re.sub(r"[^a-z0-9]+", " ", anyascii(name).casefold()).strip()

    baseline = _precision_recall([(plain(a) == plain(b), match) for a, b, match in rows])
    ours = _precision_recall([(same_name(a, b), match) for a, b, match in rows])
    assert ours[0] >= baseline[0] > 0.97
    assert ours[1] >= 5 * baseline[1] > 0.35


def _precision_recall(judged: list[tuple[bool, bool]]) -> tuple[float, float]:
    right = sum(said and match for said, match in judged)
    return right / sum(said for said, _ in judged), right / sum(match for _, match in judged)
