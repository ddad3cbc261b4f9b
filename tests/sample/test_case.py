"""The world against the rooms that read it: everything is readable, and the case comes out as told."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from debar.evidence.keying import HashKey
from debar.intake.reading import read_platform
from debar.linking.expand import expand
from debar.linking.fitting.fit import fit_parameters
from debar.linking.links import count_pairs
from debar.linking.lookup import resolve_subject
from debar.linking.neighbourhood import case_graph
from debar.model.policy import Policy
from debar.sample import World, story, write_world
from debar.stores.duckdb_engine import DuckEngine

if TYPE_CHECKING:
    from pathlib import Path

    from debar.evidence.parameters import Parameters
    from debar.linking.expand import Standing
    from debar.model.rates import Rates

KEY = HashKey(key_id="k1", secret=b"a key for tests only")
Read = tuple[DuckEngine, dict[str, "Standing"]]


def _read(world: World) -> Read:
    engine = DuckEngine()
    platform = read_platform(engine, world.folder, key=KEY)
    assert platform.problems == ()
    assert {name: platform.tables[name] for name in ("accounts", "billing", "ads")} == {
        name: world.counts[name] for name in ("accounts", "billing", "ads")
    }
    named = sorted({account for subject in story.SUBJECTS for account in resolve_subject(engine, subject)})
    assert named == sorted((*world.ids("named"), *world.ids("sputnik")))
    parameters, policy = _fitted(engine)
    standings = expand(case_graph(engine, named, parameters, policy), parameters, policy)
    return engine, {standing.account_id: standing for standing in standings}


def _fitted(engine: DuckEngine) -> tuple[Parameters, Policy]:
    count_pairs(engine, Policy())
    return fit_parameters(engine), Policy()


def _check(world: World, standings: dict[str, Standing]) -> None:
    found = {
        label: (standings[a].status, standings[a].why) for label, a in world.labels.items() if a in standings
    }
    assert {a for a, s in standings.items() if s.status == "in"} == set(world.ids("linked"))
    assert {a for a, s in standings.items() if s.status == "named"} == {
        *world.ids("named"),
        *world.ids("sputnik"),
    }
    asked = {a for a, s in standings.items() if s.status == "ask"}
    assert {world.labels[label] for label in ("harbor", "plains")} <= asked
    assert sum(world.parts[account] != "front" for account in asked) <= 3
    assert found["harbor"] == ("ask", "access_or_plantable")
    assert found["agency"] == ("out", "agency")
    assert found["reassigned"] == ("out", "judged")
    assert not {"komplekt", "inform"} & set(found)
    assert len(standings[world.labels["night"]].path) == 2


@pytest.fixture(scope="module")
def small(world: World) -> Read:
    """Read the small world once."""
    return _read(world)


def test_case_as_told(world: World, small: Read) -> None:
    """The linked are found, three fronts are asked about, one stays hidden, and no innocent is swept in."""
    _check(world, small[1])


def test_case_is_small_enough_to_read(world: World, small: Read) -> None:
    """Whoever was looked at and left out has something to do with the story: a bystander, not the crowd."""
    parts = Counter(world.parts.get(account, "background") for account in small[1])
    assert parts["agency's client"] == 44
    assert parts["coworking"] == 34
    assert parts["background"] <= 40


def test_signups_can_be_read(world: World) -> None:
    """The sign-ups are a platform folder of their own, without a problem in it."""
    platform = read_platform(DuckEngine(), world.folder / "signups", key=KEY)
    assert platform.problems == ()
    assert platform.tables["accounts"] == 8


def test_flaws_are_found(tmp_path: Path, rates: Rates) -> None:
    """Every planted flaw is a problem, and nothing else is."""
    world = write_world(tmp_path, scale=0.01, rates=rates, flaws=True)
    platform = read_platform(DuckEngine(), world.folder, key=KEY)
    assert sum(platform.problem_counts.values()) >= world.flaws
    assert {problem.place.file for problem in platform.problems} == {
        "billing.csv",
        "identifiers.csv",
        "ads.csv",
    }


@pytest.mark.ci
@pytest.mark.parametrize("seed", [2017, 1, 2])
def test_full_world_as_told(seed: int, tmp_path: Path, rates: Rates) -> None:
    """At full size, and from other seeds, the case comes out the same."""
    world = write_world(tmp_path, seed=seed, rates=rates)
    _check(world, _read(world)[1])


def test_only_the_returning_signup_is_held(world: World, tmp_path: Path) -> None:
    """Read together with the platform, one sign-up belongs to the advertiser and no other is even asked about."""
    for table in ("accounts", "identifiers"):
        old = (world.folder / f"{table}.csv").read_bytes()
        new = (world.folder / "signups" / f"{table}.csv").read_bytes().partition(b"\n")[2]
        (tmp_path / f"{table}.csv").write_bytes(old + new)
    engine = DuckEngine()
    read_platform(engine, tmp_path, key=KEY)
    parameters, policy = _fitted(engine)
    standings = expand(
        case_graph(engine, resolve_subject(engine, "RT"), parameters, policy), parameters, policy
    )
    found = {s.account_id: s.status for s in standings if s.account_id in world.signups.values()}
    assert {a for a, status in found.items() if status != "out"} == {world.signups["returns"]}
    assert max(s.p_owner for s in standings if s.account_id == world.signups["returns"]) >= policy.propose_at
    assert found[world.signups["hall"]] == found[world.signups["agency client"]] == "out"
