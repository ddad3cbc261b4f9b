from __future__ import annotations

import pytest

from creative_worlds import AdWorld
from debar.linking.creative import habits, texts
from debar.model.step import Step

COPY = "friends the other side has raised a fortune this month and we cannot let them win this race chip in today"


def families(*said: str) -> list[set[int]]:
    """Return which of the texts belong together, by their places."""
    world = AdWorld([f"a{place:03}" for place in range(len(said))])
    for place, text in enumerate(said):
        world.add(f"a{place:03}", text=text)
    with world.load() as engine:
        engine.run(
            Step(
                name="creative_accounts",
                sql="SELECT account_id, CAST(SUBSTR(account_id, 2) AS INTEGER) AS account_no FROM accounts",
            )
        )
        for step in (*texts.text_steps(), *texts.sketch_steps()):
            engine.run(step)
        texts.gather_variants(engine)
        engine.run(texts.copy_step())
        rows = engine.rows("SELECT value, account_no FROM creative_copy_in ORDER BY 2")
    found: dict[int, set[int]] = {}
    for family, place in rows:
        found.setdefault(family, set()).add(place)
    return list(found.values())


def test_case_punctuation_and_blanks_make_no_other_text() -> None:
    """The same words are the same text."""
    assert [{0, 1}] == families(COPY, f"  {COPY.upper()}!\n\n".replace(" and ", " — and, "))


def test_a_hundred_variants_are_one_family() -> None:
    """A text with one word put in at the end, a hundred times, is one value."""
    assert [set(range(100))] == families(*(f"{COPY} donor{number}" for number in range(100)))


def test_other_texts_stay_apart() -> None:
    """Texts that share a run of words, and no more, are not variants."""
    other = (
        "chip in today to build the new school hall because every child in our town deserves a place to play"
    )
    assert [{0}, {1}] == sorted(families(COPY, other), key=min)


def test_texts_of_a_few_words_have_no_copies() -> None:
    """Four words are alike by chance."""
    assert [] == families("vote for us today", "Vote for us today!")


def test_a_chain_of_variants_hangs_together() -> None:
    """What was changed bit by bit is one family, from the first to the last."""
    words = COPY.split()
    chain = [" ".join([*(f"new{place}" for place in range(step)), *words[step:]]) for step in range(4)]
    assert [set(range(4))] == families(*chain)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.example/p?utm_term=zq3-kx5&id=7", ["id=7", "utm_term=kx5", "utm_term=zq3"]),
        ("https://x.example/p?UTM_Source=FB", ["utm_source=fb"]),
        ("https://x.example/p?bare&empty=", []),
        ("https://x.example/p", []),
    ],
)
def test_tracking_values_are_split_into_words_under_their_parameter(url: str, expected: list[str]) -> None:
    """A word counts under the parameter that it stands in; what has no value says nothing."""
    world = AdWorld(["a"])
    world.add("a", landing_url=url)
    with world.load() as engine:
        engine.run(Step(name="creative_accounts", sql="SELECT account_id, 1 AS account_no FROM accounts"))
        engine.run(habits.query_step())
        engine.run(habits.template_step())
        assert expected == [
            value for (value,) in engine.rows("SELECT value FROM creative_template_in ORDER BY 1")
        ]


def test_targeting_is_split_into_terms() -> None:
    """Terms end at commas, colons, braces and line ends; blanks within are one."""
    world = AdWorld(["a"])
    world.add("a", targeting='Interests: Old  Songs, {"age": "18"}\nCanada')
    with world.load() as engine:
        engine.run(Step(name="creative_accounts", sql="SELECT account_id, 1 AS account_no FROM accounts"))
        engine.run(habits.aim_step())
        engine.run(habits.audience_step())
        rows = engine.rows("SELECT value FROM creative_audience_in ORDER BY 1")
    assert ["age", "canada", "interests", "old songs"] == [value for (value,) in rows]
