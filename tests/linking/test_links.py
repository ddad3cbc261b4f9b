from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from debar.linking.expand import weigh_pairs
from debar.linking.explain import pair_reasons
from debar.linking.links import link_platform, tell_links, write_links
from debar.linking.neighbourhood import platform_graph
from debar.model.policy import Policy
from debar.stores.duckdb_engine import DuckEngine
from linking_worlds import World, crowded_world

if TYPE_CHECKING:
    from pathlib import Path

POLICY = Policy()


def linked(world: World) -> DuckEngine:
    """Return an engine with the world linked."""
    engine = world.load(DuckEngine(threads=1))
    link_platform(engine, world.parameters(), POLICY)
    return engine


def test_reasons_in_the_table_are_those_of_a_case() -> None:
    """SQL and Python tell the same sentences, weights and facts for every pair of a platform."""
    world = crowded_world(background=40)
    world.judge("front", "owner-4", "unsure")
    engine = linked(world)
    tell_links(engine)
    graph = platform_graph(engine, ("owner-0",), world.parameters(), POLICY)
    weighings = weigh_pairs(graph, world.parameters())
    told = {
        (a, b): (reasons, [fact["fact_id"] for fact in facts or ()])
        for a, b, reasons, facts in engine.rows("SELECT account_a, account_b, reasons, facts FROM links_told")
    }
    assert len(told) == len(graph.pairs)
    for pair in graph.pairs:
        key = (pair.account_a, pair.account_b)
        expected = {
            (r.family, r.kind, r.shown, r.shared_by, r.role, r.weight_millibits / 1000, r.sentence)
            for r in pair_reasons(pair, weighings[key], graph)
            if r.family != "judgement"
        }
        got = {
            tuple(r[c] for c in ("family", "kind", "shown", "shared_by", "role", "weight", "sentence"))
            for r in told[key][0]
            if r["family"] != "judgement"
        }
        assert (expected, sorted(pair.shared)) == (got, told[key][1])


@pytest.mark.parametrize(("word", "expected"), [("positive", 1_000_000), ("negative", 0)])
def test_a_judgement_stands_above_the_number(word: str, expected: int) -> None:
    """A reviewer's word sets p_owner, is shown, and leaves the score to be read."""
    world = crowded_world(background=20)
    world.judge("owner-0", "owner-1", word)
    world.judge("lone-1", "owner-7", word)
    rows = linked(world).rows(
        "SELECT p_owner, judgement, owner_millibits > 0, pattern > 0 FROM links"
        " WHERE judgement IS NOT NULL ORDER BY account_b"
    )
    assert [(expected, word, True, True), (expected, word, False, True)] == rows


def test_links_are_written_with_probabilities_and_reasons(tmp_path: Path) -> None:
    """The file has one row a pair, smaller id first, probabilities from 0 to 1, and says uncalibrated."""
    engine = linked(crowded_world(background=20))
    path = tmp_path / "links.parquet"
    write_links(engine, path, 900_000)
    rows: list[tuple[Any, ...]] = engine.rows(
        "SELECT account_a, account_b, p_owner, calibrated, reasons[1].sentence FROM read_parquet($path)",
        {"path": str(path)},
    )
    assert {"front", "owner"} == {a.partition("-")[0] for a, *_ in rows}
    assert all(a < b and 0.9 <= p <= 1.0 and calibrated is False for a, b, p, calibrated, _ in rows)
    assert all(sentence.startswith("Both use ") for *_, sentence in rows)
    assert 36 >= len(rows) > 10


def test_an_empty_platform_has_no_links() -> None:
    """No accounts, no identifiers: an empty table, no error."""
    assert linked(World()).rows("SELECT * FROM links") == []
