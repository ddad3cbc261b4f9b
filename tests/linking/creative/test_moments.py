from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from creative_worlds import MONDAY, AdWorld, ad_world, plant
from debar.linking.creative.pairs import find_pairs
from debar.linking.creative.schedules import BINS, log_bayes_factors

if TYPE_CHECKING:
    from datetime import datetime

PAIR = ("account-0003", "account-0014")


def judged(world: AdWorld, signal: str) -> dict[tuple[str, str], tuple[int, float, float]]:
    """Return pair to what it shares, what chance gives and the rate."""
    with world.load() as engine:
        find_pairs(engine, leads=1.0)
        rows = engine.rows(
            "SELECT a.account_id, b.account_id, p.shared, p.expected, p.rate"
            f" FROM creative_{signal}_pairs AS p JOIN creative_accounts AS a ON a.account_no = p.a_no"
            " JOIN creative_accounts AS b ON b.account_no = p.b_no"
        )
    return {(a, b): (shared, expected, rate) for a, b, shared, expected, rate in rows}


def office_day(day: int, hour: int, second: int) -> datetime:
    """Return a moment of a working day."""
    return MONDAY + timedelta(days=7 * (day // 5) + day % 5, hours=hour, seconds=second)


def test_joint_launches_are_counted_in_days() -> None:
    """Twelve joint launches on twelve days are twelve; ten ads at one moment are one."""
    world = ad_world(2)
    plant(world, PAIR, "launch", times=12)
    for _ in range(10):
        for name in PAIR:
            world.add(name, created_at=office_day(128, 3, 10))
    days, expected, rate = judged(world, "launch")[PAIR]
    assert 11 <= days <= 13
    assert expected < 1
    assert rate < 0.05


def test_working_in_the_same_hours_is_no_joint_launch() -> None:
    """Two that launch ten times in each of the same sixty hours coincide often, as chance says."""
    chance = random.Random(3)
    world = ad_world(2)
    for day in range(60):
        for name in PAIR:
            for _ in range(10):
                world.add(name, created_at=office_day(day, 10, chance.randrange(3600)))
    days, expected, rate = judged(world, "launch")[PAIR]
    assert days > 30
    assert expected > days / 2
    assert rate > 0.05


def test_campaigns_that_start_on_the_hour_are_no_joint_launch() -> None:
    """Where the platform starts campaigns at nine sharp, two that do so every day are nothing special."""
    world = ad_world(2)
    for number in range(30):
        for day in range(12):
            world.add(f"account-{number:04}", started_at=office_day(day, 9, 0))
    assert {} == {pair: said for pair, said in judged(world, "launch").items() if said[2] <= 0.2}


def test_a_bare_day_is_no_moment() -> None:
    """Ads that only have a day, at midnight, launch nothing together."""
    world = AdWorld(["a", "b"])
    for day in range(20):
        for name in "ab":
            world.add(name, created_at=office_day(day, 0, 0))
    assert {} == judged(world, "launch")


def test_one_timetable_of_two_stands_out_and_is_a_lead_only() -> None:
    """Two that work the same odd nights are the likeliest to have one timetable; that validates nothing."""
    chance = random.Random(5)
    world = ad_world(2, ads=40)
    for name in PAIR:
        for day in range(60):
            world.add(name, created_at=office_day(day, 3, chance.randrange(3600)))
    with world.load() as engine:
        find_pairs(engine)
        rows = engine.rows(
            "SELECT account_a, account_b, level FROM creative_pairs WHERE signal = 'schedule' ORDER BY p_value"
        )
    assert (*PAIR, 1) == rows[0]
    assert {1} == {level for *_, level in rows}


def test_a_bayes_factor_is_one_on_average_when_there_is_nothing() -> None:
    """The mean factor of timetables that are drawn apart is about one at most: a p-value of its inverse holds."""
    drawn = np.random.default_rng(2)
    mean = drawn.dirichlet(np.ones(BINS))
    timetables = drawn.dirichlet(mean * 64, 400)
    counts = np.array([drawn.multinomial(40, one) for one in timetables])
    pairs = np.array([(one, one + 200) for one in range(200)])
    factors = np.exp(log_bayes_factors(counts, pairs))
    assert factors.mean() < 3
    assert (factors >= 20).mean() <= 0.05
