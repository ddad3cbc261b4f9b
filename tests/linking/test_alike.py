from __future__ import annotations

import pytest

from debar.evidence.naming.comparing import NameLevel
from debar.linking import alike
from debar.linking.alike import pair_by_name
from debar.stores.duckdb_engine import DuckEngine
from linking_worlds import World
from real_platforms import google_2022


def named(**names: str) -> DuckEngine:
    """Return a platform of accounts with these names."""
    world = World()
    for account, name in names.items():
        world.account(account, about={"name": name})
    return world.load(DuckEngine(threads=1))


def pairs(engine: DuckEngine) -> list[tuple[str, str, int, str]]:
    """Return the pairs by name."""
    return engine.rows("SELECT account_a, account_b, level, why FROM alike_pairs ORDER BY 1, 2")


def test_near_names_make_pairs_and_equal_or_short_ones_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelling and an office more meet; accounts of one name meet by it elsewhere; RT meets nobody."""
    monkeypatch.setattr(alike, "BATCH", 2)
    crowd = {f"z{n}": f"Company Number{n}x of Tamsin{n}y" for n in range(300)}
    engine = named(
        a="Gazprom OAO",
        b="Gasprom JSC",
        c="Rep. Olena Doemark",
        d="Olena Doemark for Congress",
        e="RT",
        f="RT Komplekt",
        g="Gazprom OAO",
        **crowd,
    )
    pair_by_name(engine)
    near = int(NameLevel.NEAR)
    assert [
        ("a", "b", near, "spelling"),
        ("b", "g", near, "spelling"),
        ("c", "d", near, "addition"),
    ] == pairs(engine)


def test_a_crowded_key_and_a_crowded_name_are_not_followed() -> None:
    """Both limits are the caller's."""
    names = {f"a{n}": "Zhurava Timber" for n in range(4)} | {"b": "Zhurava Timbers"}
    engine = named(**names)
    for bearers, keys, count in ((50, 50, 4), (3, 50, 0), (50, 1, 0)):
        pair_by_name(engine, bearers_max=bearers, key_crowd_max=keys)
        assert count == len(pairs(engine))


@pytest.mark.real
def test_advertisers_of_one_owner_meet_by_near_names() -> None:
    """Of the 75 pairs of one owner whose names differ, most that are near are found through keys."""
    platform = google_2022()
    engine = platform.load(DuckEngine(threads=1))
    pair_by_name(engine)
    found = {(a, b) for a, b, *_ in pairs(engine)}
    labelled = {pair for pair in found if set(pair) <= set(platform.owners)}
    right = labelled & platform.owner_pairs()
    assert len(right) >= 25
    assert len(right) / len(labelled) >= 0.6
