from __future__ import annotations

from debar.evidence.naming.rarity import Rarity, count_rarity, platform_rarity, shipped_rarity


def test_a_name_of_many_accounts_counts_once() -> None:
    """Seventy accounts of one name make its words no more common."""
    assert count_rarity(["Zhurava Timber"] * 70 + ["ZHURAVA TIMBER LLC"]) == Rarity(
        names_count=1, counts={"zhurava": 1, "timber": 1}
    )


def test_what_a_platform_counts_outweighs_the_shipped_table() -> None:
    """A word of no list that half the names bear tells about a bit."""
    rarity = count_rarity(f"Zhurava {n}" for n in range(9_000))
    assert 16_000 == shipped_rarity().millibits("zhurava")
    assert 100 < rarity.millibits("zhurava") < 200


def test_words_of_the_lists_tell_less_than_others() -> None:
    """Grammar, offices, company words, places, given names, digits, letters; then everything else."""
    words = ("for", "committee", "group", "ohio", "robert", "44", "x", "zhurava")
    assert [3_000, 6_000, 7_000, 9_000, 10_000, 8_000, 5_000, 16_000] == [
        shipped_rarity().millibits(word) for word in words
    ]


def test_a_small_platform_is_judged_by_the_shipped_table() -> None:
    """999 names tell nothing about how rare a word is; 1,000 do."""
    names = [f"Zhurava {n}" for n in range(1_000)]
    assert shipped_rarity() == platform_rarity(names[:999])
    assert count_rarity(names) == platform_rarity(names)
