from __future__ import annotations

import pytest

from debar.evidence.naming.keys import name_keys
from debar.evidence.naming.sounds import sound


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rep. Jane Doemark", "Jane Doemark for Congress"),
        ("Good Will", "Goodwill Company"),
        ("Яндекс", "Yandex N.V."),
        ("Газпром", "Gasprom OAO"),
        ("Zhurava of Ohio", "Zhurava"),
        ("AFSCME", "American Federation of State County & Municipal Employees"),
        ("Gagarin, Yuri", "Yury Gagarin"),
        ("RT, LLC", "rt"),
        ("Ada Works DBA Lovelace Prints", "Lovelace Prints"),
    ],
)
def test_names_worth_comparing_meet(one: str, other: str) -> None:
    """Forms, offices, order, spacing, script, spelling and acronyms keep nobody apart."""
    assert set(name_keys(one)) & set(name_keys(other))


@pytest.mark.parametrize("other", ["RT America", "RT-Komplekt", "Russia Today", "RTR"])
def test_a_short_name_meets_only_itself(other: str) -> None:
    """Two letters are a key as a whole, not as a word among others."""
    assert set() == set(name_keys("RT")) & set(name_keys(other))


def test_keys_are_few_and_offices_are_none() -> None:
    """At most four keys of the whole name and one for each of the three rarest words."""
    keys = name_keys("Committee to Elect Maria Elena Zhurava de la Vega Montoya for State Senate")
    assert 7 >= len(keys)
    assert not any("senate" in key.split(":")[1].split() for key in keys if key.startswith("words"))


def test_one_sound_is_spelt_in_many_ways() -> None:
    """Vowels, voicing and doubled letters are not heard; the consonants in their order are."""
    assert sound("qaddafi") == sound("gaddafi")
    assert sound("schmidt") == sound("schmitt")
    assert sound("zhurava") != sound("vazhura")
