"""Every account of a case stands in its picture, however large the case; what is put together is said."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debar.console.case.drawing import HANDFUL, NODES_MAX, draw
from debar.linking.graph import CaseGraph, Fact, GraphPair
from invented_cases import invented

if TYPE_CHECKING:
    from debar.console.case.drawing import Material


@given(st.integers(1, 300), st.integers(0, 300), st.integers(0, 9_999), st.sampled_from([6, 20, 60, 1_000]))
def test_every_account_stands_somewhere_and_the_cap_holds(
    accounts: int, facts: int, seed: int, nodes_max: int
) -> None:
    material = invented(accounts, facts, seed=seed)
    drawing = draw(material, nodes_max=nodes_max)
    assert sorted(material.statuses) == sorted(drawing.node_of_account())
    assert sum(len(node.accounts) for node in drawing.nodes) == accounts
    assert len(drawing.nodes) <= nodes_max
    ids = {node.node_id for node in drawing.nodes}
    assert all(edge.account_node in ids and edge.fact_node in ids for edge in drawing.edges)


@pytest.mark.ci
def test_a_case_of_ten_thousand_accounts_is_drawn_within_the_cap() -> None:
    material = invented(10_000, 8_000)
    drawing = draw(material)
    assert len(drawing.nodes) <= NODES_MAX
    assert len(material.statuses) == sum(len(node.accounts) for node in drawing.nodes)
    assert any("more are drawn as one" in note for note in drawing.notes)


def behind_one_device(leaves: int) -> Material:
    """Return a case in which one named account and some left-out ones share one device, and nothing else."""
    material = invented(leaves + 1, 0, named=1)
    accounts = material.evidence.graph.accounts
    graph = CaseGraph(
        named=accounts[:1],
        accounts=accounts,
        agencies=frozenset(),
        facts={
            "device:x": Fact(
                fact_id="device:x", kind="device", family="access", shown="device x", crowd=leaves + 1
            )
        },
        pairs=tuple(
            GraphPair(account_a=accounts[0], account_b=a, shared={"device:x": "unclear"}, known_to_both=())
            for a in accounts[1:]
        ),
    )
    statuses = dict.fromkeys(accounts, "out") | {accounts[0]: "named"}
    return replace(material, statuses=statuses, evidence=replace(material.evidence, graph=graph))


def test_leaves_behind_one_identifier_become_one_counted_node() -> None:
    drawing = draw(behind_one_device(23))
    assert ["23 accounts"] == [" ".join(node.label) for node in drawing.nodes if node.kind == "group"]
    assert "23 accounts, left out, that share only device x." in drawing.notes
    assert 3 == len(drawing.nodes)


def test_a_few_leaves_are_drawn_one_by_one() -> None:
    drawing = draw(behind_one_device(HANDFUL - 1))
    assert [] == [node for node in drawing.nodes if node.kind == "group"]
    assert HANDFUL == sum(len(node.accounts) for node in drawing.nodes)


def test_facts_that_tie_nobody_to_the_ban_are_counted_not_drawn() -> None:
    material = behind_one_device(3)
    others = tuple(a for a in material.statuses if material.statuses[a] == "out")
    graph = replace(
        material.evidence.graph,
        facts={
            **material.evidence.graph.facts,
            "card:y": Fact(fact_id="card:y", kind="card", family="access", shown="card y", crowd=2),
        },
        pairs=(
            *material.evidence.graph.pairs,
            GraphPair(
                account_a=others[0], account_b=others[1], shared={"card:y": "unclear"}, known_to_both=()
            ),
        ),
    )
    drawing = draw(replace(material, evidence=replace(material.evidence, graph=graph)))
    assert "card:y" not in drawing.node_of_fact()
    assert "In the table only: 1 fact, shared by left-out accounts alone." in drawing.notes


def test_a_fact_that_many_hold_is_hollow() -> None:
    (fact,) = [node for node in draw(behind_one_device(40)).nodes if node.facts]
    assert fact.many
    (fact,) = [node for node in draw(behind_one_device(3)).nodes if node.facts]
    assert not fact.many
