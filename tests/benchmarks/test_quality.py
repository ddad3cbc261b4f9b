from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from benchmarks.linking import __main__ as command
from benchmarks.linking.bans import name_each
from benchmarks.linking.expansion import by_best_path, by_closure
from benchmarks.linking.method import prepare
from benchmarks.linking.metrics import ScoredPairs
from benchmarks.linking.ours import debar, rank
from benchmarks.linking.peers.splink_five import PYTHON
from benchmarks.linking.quality import Sample, plain, run_quality
from benchmarks.linking.truth import truth_of

import small_linked_world
from debar.app.opening import Setting, open_platform
from debar.evidence.parameters import default_parameters
from debar.evidence.weigh import MILLION, weigh_codes
from debar.linking.expand import Hop, Standing, expand
from debar.linking.neighbourhood import case_graph
from debar.model.identifiers import FAMILIES

if TYPE_CHECKING:
    from pathlib import Path

SMALL = Sample(subjects=12, anybody=12)


def results(variant: str, *methods: str, owners: int = 60) -> dict[str, dict[str, Any]]:
    """Run methods on the small world; return the results by method."""
    make = functools.partial(small_linked_world.make, variant, 1, owners=owners)
    return {one["method"]: one for one in run_quality([make], methods, SMALL)}


def test_closure_stands_at_the_weakest_link_of_the_strongest_chain() -> None:
    """0 meets 2 directly at .2 and over 1 at .6; nobody meets 3."""
    pairs = ScoredPairs.of([0, 0, 1], [1, 2, 2], [0.9, 0.2, 0.6])
    assert by_closure(pairs, 4)(0) == {1: 0.9, 2: 0.6}
    assert by_closure(pairs, 4)(3) == {}


def test_the_best_path_multiplies_and_ends_after_its_hops() -> None:
    """Along a chain of .9 the third hop stands at .729 and the fourth is not reached."""
    pairs = ScoredPairs.of([0, 1, 2, 3], [1, 2, 3, 4], [0.9] * 4)
    assert by_best_path(pairs)(0) == pytest.approx({1: 0.9, 2: 0.81, 3: 0.729})


def test_the_easy_owners_of_a_small_world_are_found_without_innocents() -> None:
    """Debar and its peers, on owners that one legal id ties together: open accounts found, none swept in."""
    found = results("base", "debar", "naive", "pairwise")
    assert list(found) == ["debar", "naive closure", "pairwise"]
    assert found["debar"]["ban"]["innocents"] == 0
    assert found["debar"]["ban"]["found_overt"] == 1
    for one in found.values():
        assert 0.9 < one["pairs"]["average_precision"] <= 1


def test_reviewed_pairs_stand_behind_the_second_figure() -> None:
    """With answers from the truth the probabilities are calibrated ones, and the easy owners are still found."""
    found = results("base", "debar", "reviewed", owners=300)
    plainly, reviewed = found["debar"]["pairs"], found["debar, 200 labels"]["pairs"]
    assert reviewed["log_loss"] < plainly["log_loss"]
    assert found["debar, 200 labels"]["ban"]["found_overt"] == 1


def test_certain_accounts_are_ordered_by_the_weakest_hop_of_their_path() -> None:
    """A path of 25 and 60 bits stands below one of 40, both above whatever is told in millionths."""
    far = Standing(account_id="a", status="in", p_owner=MILLION, p_operator=0, path=hops(60, 25), why="")
    near = replace(far, path=hops(40))
    judged = replace(far, path=())
    assert 0.999999 < rank(far) < rank(near) < rank(judged) < 1
    assert rank(replace(far, p_owner=950_000)) == 0.95


def hops(*bits: int) -> tuple[Hop, ...]:
    """Return hops that speak for one owner with so many bits more than for strangers."""
    codes = dict.fromkeys(FAMILIES, 0)
    weighing = weigh_codes(codes, default_parameters(1000))
    return tuple(
        Hop(
            start="x",
            end="y",
            weighing=replace(weighing, owner_millibits=1000 * one, operator_millibits=-1000),
            judgement=None,
            p_owner=MILLION,
        )
        for one in bits
    )


def test_where_nobody_is_linked_debar_proposes_nobody() -> None:
    """Agencies and shared addresses alone make no ban."""
    found = results("nobody_linked", "debar")["debar"]
    assert (found["ban"]["bans"], found["named"]["named"], found["named"]["with_proposals"]) == (0, 12, 0)
    assert {*plain(found["found_at"]).values(), plain(found["innocents_at_found_92"])} == {None}


def test_whom_the_frontier_puts_above_the_line_is_whom_the_product_proposes(tmp_path: Path) -> None:
    """For every fourth account of a small world, the adapter's standings at the policy's line are the product's."""
    world = small_linked_world.make("base", 2, owners=40)
    tables = {"accounts": world.accounts, "identifiers": world.identifiers}
    prepared = prepare("small", tmp_path, **tables, truth=truth_of(world.truth))
    outcome = debar(prepared)
    some = range(0, len(prepared.truth.accounts), 4)
    opened = open_platform(tmp_path / "platform", Setting())
    for ban in name_each(some, outcome.standings):
        named = prepared.truth.accounts[ban.named]
        graph = case_graph(opened.engine, [named], opened.parameters, opened.policy)
        proposed = {
            one.account_id for one in expand(graph, opened.parameters, opened.policy) if one.status == "in"
        }
        assert {prepared.truth.accounts[one] for one in ban.proposed(outcome.threshold)} == proposed


@pytest.mark.ci
def test_splink_runs_from_its_own_environment() -> None:
    """The peer scores the small world's owners well, and nothing of it is imported here."""
    if not PYTHON.exists():
        pytest.skip("needs .venv-peers: python3 dev.py linking makes it")
    found = results("base", "splink", owners=300)["Splink 5"]
    assert found["pairs"]["average_precision"] > 0.9


def test_the_command_refuses_a_peer_that_it_does_not_know() -> None:
    """The message lists the peers that there are."""
    with pytest.raises(
        SystemExit, match="no such peer: zingg; there are debar, reviewed, splink, naive, pairwise"
    ):
        command.main(["quality", "--peers", "zingg"])
