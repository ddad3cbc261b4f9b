from __future__ import annotations

import csv
from pathlib import Path

import pytest
from anyascii import anyascii
from hypothesis import given
from hypothesis import strategies as st

from debar.evidence.naming.comparing import NameComparison, NameLevel, compare_names
from debar.evidence.naming.rarity import count_rarity
from debar.evidence.normalise import words_key
from real_platforms import google_2022, google_pairs, real_rows

TABLE = Path(__file__).with_name("names.csv")


def cases() -> list[tuple[str, str, str, str]]:
    """Return (name, name, level, why) of the table beside this file."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [(r["one"], r["other"], r["level"], r["why"]) for r in csv.DictReader(file)]


@pytest.mark.parametrize(("one", "other", "level", "why"), cases())
def test_names_of_the_table(one: str, other: str, level: str, why: str) -> None:
    """Each pair of the table has its level, for its reason."""
    found = compare_names(one, other)
    assert (level, why) == (found.level.name, found.why)


@given(st.text(max_size=30), st.text(max_size=30))
def test_comparing_is_symmetric_and_a_name_equals_itself(one: str, other: str) -> None:
    """The order of asking makes no difference."""
    assert compare_names(one, other) == compare_names(other, one)
    assert NameLevel.EQUAL is compare_names(one, one).level
    assert 0 <= compare_names(one, other).likeness <= 1_000_000


def test_common_words_alone_point_to_nobody() -> None:
    """Two committees for change share only what hundreds bear: on their platform they are not near."""
    crowd = [f"Committee for Change {n}" for n in range(400)]
    one, other = "Committee for Change Idella", "Committee for Change Tamsin"
    assert NameLevel.DIFFERENT is compare_names(one, other, count_rarity([*crowd, one, other])).level


def test_a_rare_word_points_where_a_common_one_does_not() -> None:
    """A surname borne by one in six of a platform's names says less than one that nobody else bears."""
    platform = [f"Friends of Smith {n}" for n in range(200)] + [f"Committee {n}" for n in range(1000)]
    rarity = count_rarity(platform)
    common, rare = (
        compare_names(f"Rep. {surname}", f"{surname} for Congress", rarity)
        for surname in ("Smith", "Zhurava")
    )
    assert (NameLevel.DIFFERENT, "common") == (common.level, common.why)
    assert (NameLevel.NEAR, True) == (rare.level, rare.agreeing_millibits > 3 * common.agreeing_millibits)


def test_a_word_against_a_word_weighs_more_than_a_word_in_addition() -> None:
    """A middle name more is no other person; another middle name is."""
    more = compare_names("Mir Rahim Qasimov", "Mir Rahim Walid Qasimov")
    other = compare_names("Mir Rahim Hasan Qasimov", "Mir Rahim Walid Qasimov")
    assert (NameLevel.NEAR, "addition") == (more.level, more.why)
    assert (True, "words") == (other.level < NameLevel.NEAR, other.why)


def test_two_readings_are_compared_by_the_best_of_their_names() -> None:
    """A party that trades under another name is near to it under either."""
    found = compare_names("Ada Works LLC DBA Lovelace Prints", "Lovelace Prints Inc")
    assert (
        NameComparison(
            level=NameLevel.RELATED,
            why="form",
            likeness=750_000,
            agreeing_millibits=24_000,
            differing_millibits=0,
        )
        == found
    )
    assert NameLevel.EQUAL is compare_names("Ada Works DBA Lovelace Prints", "Lovelace Prints").level


def _measured(said: list[tuple[bool, bool]], true_pairs: int) -> tuple[float, float]:
    right = sum(one and match for one, match in said)
    return right / sum(one for one, _ in said), right / true_pairs


@pytest.mark.real
def test_labelled_names_are_found_at_the_precision_of_equal_names() -> None:
    """On 826 labelled pairs: at least the precision of equal normalised names at eight times their recall."""
    rows = [(r["name1"], r["name2"], r["is_match"] == "true") for r in real_rows("name_pairs.csv")]
    true_pairs = sum(match for *_, match in rows)
    equal = _measured(
        [(words_key(anyascii(a)) == words_key(anyascii(b)), match) for a, b, match in rows], true_pairs
    )
    near = _measured(
        [(compare_names(a, b).level >= NameLevel.NEAR, match) for a, b, match in rows], true_pairs
    )
    assert near[0] >= equal[0] >= 0.97
    assert near[1] >= 8 * equal[1]
    assert near[1] >= 0.69


@pytest.mark.real
def test_advertisers_are_told_apart_at_a_third_more_recall_than_by_equal_names() -> None:
    """On 1,022 labelled pairs of Google advertisers, by the platform's rarity, at precision .97."""
    rows = google_pairs()
    rarity = count_rarity(google_2022().names.values())
    true_pairs = sum(match for *_, match in rows)
    equal = _measured(
        [(words_key(anyascii(a)) == words_key(anyascii(b)), match) for a, b, match in rows], true_pairs
    )
    near = _measured(
        [(compare_names(a, b, rarity).level >= NameLevel.NEAR, match) for a, b, match in rows], true_pairs
    )
    assert near[0] >= 0.97
    assert near[1] >= 1.25 * equal[1]
