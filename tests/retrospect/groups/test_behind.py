"""The ads behind a group's ties."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlglot
from sqlglot import ErrorLevel

from creative_worlds import AdWorld, ad_world, plant
from debar.retrospect.groups import find_groups
from debar.retrospect.groups.behind import behind, unit_steps
from debar.retrospect.groups.finding import LOOKED_AT
from debar.retrospect.groups.words import BESIDE

if TYPE_CHECKING:
    from debar.retrospect.groups import Group

MEMBERS = ("account-0003", "account-0014", "account-0059", "account-0102")


def planted(signal: str, times: int) -> tuple[AdWorld, set[str]]:
    """Return a world with one group, and the ads that were planted."""
    world = ad_world(2)
    before = len(world.ads)
    plant(world, MEMBERS, signal, times=times)
    return world, {ad["ad_id"] for ad in world.ads[before:]}


def behind_of(world: AdWorld, signal: str) -> tuple[Group, set[str]]:
    """Return the only group of a world, and the ads behind one signal."""
    with world.load() as engine:
        (group,) = find_groups(engine, rate=0.05).groups
        rows = engine.rows(
            "SELECT ad_id FROM group_behind WHERE group_no = 1 AND signal = $signal", {"signal": signal}
        )
    assert len(rows) == len(set(rows))
    return group, {ad_id for (ad_id,) in rows}


@pytest.mark.parametrize(
    ("kind", "signal"),
    [("copy", "copy"), ("template", "template"), ("launch", "launch")],
)
def test_exactly_the_planted_ads_stand_behind_the_tie(kind: str, signal: str) -> None:
    """Copies, tracking words and launches lead to the ads that carry them, and to no other."""
    world, ads = planted(kind, 12)
    group, found = behind_of(world, signal)
    assert found == ads
    assert [(held.signal, held.ads_count) for held in group.signals if held.signal == signal] == [
        (signal, len(ads))
    ]


@pytest.mark.parametrize(
    ("kind", "signal", "times"),
    [("wording", "word", 40), ("audience", "audience", 12), ("landing", "landing", 12)],
)
def test_what_strangers_share_too_leads_to_the_planted_ads_and_few_others(
    kind: str, signal: str, times: int
) -> None:
    """All planted ads are there; any other is a member's that shows a rare word or a page of another member's."""
    world, ads = planted(kind, times)
    plant(world, MEMBERS, "copy", times=12)
    group, found = behind_of(world, signal)
    assert found >= ads
    assert {ad["account_id"] for ad in world.ads if ad["ad_id"] in found} == set(MEMBERS)
    assert len(found) < group.ads_count


def test_every_step_translates_to_spark() -> None:
    """The translator knows every construct of the steps in both dialects."""
    for sql in [*(step.sql for step in unit_steps()), *map(behind, (*LOOKED_AT, *BESIDE))]:
        (spark,) = sqlglot.transpile(sql, read="duckdb", write="spark", unsupported_level=ErrorLevel.RAISE)
        assert spark
