"""How often names meet by chance, and which are rare on a platform."""

from __future__ import annotations

import itertools

import pytest

from debar.evidence.naming.chance import BEARERS_MAX, common_names, count_chance

GIVEN = [f"given{n:02}" for n in range(40)]
SURNAMES = [f"surname{n:03}" for n in range(500)]


def test_the_expected_bearers_are_those_of_independent_words() -> None:
    """Of four names of two words, words that stand once each in eight meet in either order."""
    chance = count_chance(["anna bohr", "cleo dunn", "eve finch", "gus hale"])
    assert 4 * 2 / 64 == pytest.approx(chance.bearers("anna bohr"))


def test_a_name_of_the_platform_s_common_words_is_not_rare() -> None:
    """Where every shop is a colour and a trade, a colour and a trade say little; the odd name says much."""
    colours, trades = GIVEN, [f"trade{n:02}" for n in range(30)]
    shops = [f"{colour} {trade}" for colour, trade in itertools.product(colours, trades)]
    common = set(common_names([*shops, "zhurava timber"]))
    assert (set(shops), False) == (common, "zhurava timber" in common)


def test_persons_of_many_surnames_are_rare() -> None:
    """A given name that forty of a thousand bear, with a surname of two, meets nobody by chance."""
    people = [f"{GIVEN[n % 40]} {SURNAMES[n % 500]}" for n in range(1000)]
    assert [] == common_names(people)
    assert count_chance(sorted(set(people))).bearers(people[0]) < BEARERS_MAX


def test_few_names_are_told_by_the_shipped_table() -> None:
    """Two words of no list are rare, one alone is not."""
    assert ["zhurava"] == common_names(["zhurava", "zhurava timbr"])


def test_an_owner_of_many_accounts_makes_no_name_common() -> None:
    """Names count once, however many accounts bear them."""
    people = [f"{GIVEN[n % 40]} {SURNAMES[n % 500]}" for n in range(1000)]
    assert common_names(people) == common_names([*people, *["given00 surname000"] * 500])
