from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest
import sqlglot
from sqlglot import ErrorLevel

from creative_worlds import AdWorld, ad_world, plant
from debar.linking.creative import bipartite, habits, launches, resemblance, schedules, texts
from debar.linking.creative.pairs import PROJECTED, SAYS, SIGNALS, VALIDATED, find_pairs, pairs_step

if TYPE_CHECKING:
    from debar.model.step import Step

MEMBERS = ("account-0003", "account-0014", "account-0059", "account-0102")


def validated(world: AdWorld) -> dict[str, set[tuple[str, str]]]:
    """Return signal to the pairs that it validates."""
    with world.load() as engine:
        find_pairs(engine)
        rows = engine.rows(
            "SELECT signal, account_a, account_b FROM creative_pairs WHERE level >= $level",
            {"level": VALIDATED},
        )
    return {signal: {(a, b) for s, a, b in rows if s == signal} for signal in SIGNALS}


def test_where_nothing_is_planted_nothing_is_validated() -> None:
    """Topics, borrowed copy, office hours and popular tags are no evidence: the platform is clean."""
    assert {signal: set() for signal in SIGNALS} == validated(ad_world(1))


@pytest.mark.parametrize("seed", range(3))
def test_ads_dealt_out_again_validate_nothing(seed: int) -> None:
    """A platform whose ads go to anybody, each account as many as before, has no pair: even one with groups."""
    world = ad_world(seed)
    for signal in ("copy", "wording", "landing", "template", "audience", "launch"):
        plant(world, MEMBERS, signal, times=12)
    assert {signal: set() for signal in SIGNALS} == validated(world.dealt(seed))


@pytest.mark.ci
@pytest.mark.parametrize("planted", [False, True])
def test_false_alarms_stay_within_the_stated_rate(planted: bool) -> None:
    """Of 20 platforms dealt out again at most three have any validated pair (rate .05 each: one in expectation)."""
    alarms = 0
    for seed in range(20):
        world = ad_world(100 + seed, accounts=80)
        if planted:
            for signal in ("copy", "wording", "launch"):
                plant(world, MEMBERS[:3], signal, times=10, seed=seed)
        alarms += any(validated(world.dealt(seed)).values())
    assert alarms <= 3


@pytest.mark.parametrize(
    ("planted", "signal", "times"),
    [
        ("copy", "copy", 12),
        ("wording", "word", 40),
        ("landing", "landing", 12),
        ("template", "template", 12),
        ("audience", "audience", 12),
        ("launch", "launch", 12),
    ],
)
def test_a_planted_group_is_found_by_its_signal_and_nobody_else_is(
    planted: str, signal: str, times: int
) -> None:
    """Four accounts that act as one: all six pairs, and no other pair by any signal."""
    world = ad_world(2)
    plant(world, MEMBERS, planted, times=times)
    found = validated(world)
    group = set(combinations(MEMBERS, 2))
    assert group == found[signal]
    assert set() == set().union(*found.values()) - group


def test_power_grows_with_how_often_a_group_acts_as_one() -> None:
    """One common text is no evidence, six are."""
    powers = []
    for times in (1, 6):
        world = ad_world(4)
        plant(world, MEMBERS[:2], "copy", times=times)
        powers.append(len(validated(world)["copy"]))
    assert [0, 1] == powers


def test_pairs_say_what_they_share_and_what_chance_gives() -> None:
    """A validated pair has its level, its p-value, counts and a sentence."""
    world = ad_world(2)
    plant(world, MEMBERS[:2], "copy", times=12)
    with world.load() as engine:
        find_pairs(engine)
        ((level, p_value, rate, shared, crowd, sentence),) = engine.rows(
            "SELECT level, p_value, rate, shared_count, crowd, sentence FROM creative_pairs"
            " WHERE signal = 'copy' AND level >= 2"
        )
    assert (3, 12, 2) == (level, shared, crowd)
    assert 0 < p_value < rate < 0.001
    assert sentence.startswith(
        "Both have 12 ad texts that are the same or variants of each other, where chance gives"
    )


def test_a_library_without_texts_times_or_addresses_gives_nothing() -> None:
    """Ads that show nothing, and no ads at all, are no evidence and no error."""
    bare = AdWorld(["a", "b"])
    assert {signal: set() for signal in SIGNALS} == validated(bare)
    bare.add("a")
    bare.add("unattributed", text="five words that nobody claims")
    assert {signal: set() for signal in SIGNALS} == validated(bare)


def test_what_no_account_claims_is_nobody() -> None:
    """Unattributed ads make no pair."""
    world = ad_world(2)
    plant(world, (MEMBERS[0], "unattributed"), "copy", times=12)
    assert set() == validated(world)["copy"]


def steps() -> list[Step]:
    """Return every step of the creative family."""
    found = [
        *texts.text_steps(),
        *texts.sketch_steps(),
        texts.unit_step(),
        texts.copy_step(),
        texts.word_step(),
    ]
    found += [texts.phrase_step(), habits.landing_step(), habits.query_step(), habits.template_step()]
    found += [habits.aim_step(), habits.audience_step()]
    for signal in PROJECTED:
        found += [*bipartite.count_steps(signal), bipartite.judged_step(signal)]
    found += resemblance.resemblance_steps("creative_word", 2, leads=0.2, accounts=10)
    return [
        *found,
        *launches.moment_steps(),
        *launches.together_steps(),
        schedules.hours_step(),
        pairs_step(),
    ]


def test_every_step_translates_to_spark() -> None:
    """The translator knows every construct of the steps in both dialects."""
    for step in steps():
        (sql,) = sqlglot.transpile(step.sql, read="duckdb", write="spark", unsupported_level=ErrorLevel.RAISE)
        assert sql


def test_every_signal_has_its_words() -> None:
    """Each signal can be told in a sentence."""
    assert set(SIGNALS) == set(SAYS)


def test_a_sample_of_the_accounts_measures_resemblance_as_all_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measured on a half of the accounts, chance gives each pair about as much, and rather more than less."""
    world = ad_world(6)
    expected = []
    for sample in (1_000, 60):
        monkeypatch.setattr(resemblance, "SAMPLE", sample)
        with world.load() as engine:
            find_pairs(engine, leads=1.0)
            ((mean,),) = engine.rows("SELECT AVG(alike_expected) FROM creative_word_chance")
        expected.append(mean)
    assert 0.9 < expected[1] / expected[0] < 1.8
