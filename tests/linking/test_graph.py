from __future__ import annotations

import json

from debar.linking.graph import CaseGraph
from debar.linking.neighbourhood import case_graph
from debar.model.policy import Policy
from debar.stores.duckdb_engine import DuckEngine
from linking_worlds import crowded_world


def small_graph() -> CaseGraph:
    """Return the graph of the crowded world's owner."""
    world = crowded_world(background=10)
    world.judge("owner-0", "lone-3", "negative")
    return case_graph(world.load(DuckEngine(threads=1)), ("owner-0",), world.parameters(), Policy())


def test_a_graph_survives_json() -> None:
    """What a plan carries is what was weighed, counts and judgements with it."""
    graph = small_graph()
    assert graph == CaseGraph.from_json(json.loads(json.dumps(graph.as_json())))


def test_a_pair_is_found_in_either_order() -> None:
    """Order of the two accounts makes no difference; strangers have no pair."""
    graph = small_graph()
    assert graph.pair("owner-1", "owner-0") == graph.pair("owner-0", "owner-1") is not None
    assert graph.pair("owner-0", "client-1") is None
    assert graph.pair("zz", "zzz") is None
