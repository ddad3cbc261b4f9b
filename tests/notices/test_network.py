from __future__ import annotations

import itertools
from typing import Any
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from debar.notices.messages import catalogue
from debar.notices.network import NODES_MAX, Node, arrange, network
from debar.notices.plan_network import network_of_plan

WORDS = {k: k for k in ("named", "in", "ask", "out", "fact", "fact.weak", "boundary")}


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Node], list[tuple[str, str]]]:
    count = draw(st.integers(1, 45))
    standings = [
        "named",
        *draw(st.lists(st.sampled_from(["named", "in", "ask", "out"]), min_size=count, max_size=count)),
    ]
    label = st.text(alphabet="abc ДЖ漢字🚫", min_size=0, max_size=40)
    nodes = [
        Node(node_id=f"n{i}", label=draw(label), standing=s, hops=draw(st.integers(1, 3)))
        for i, s in enumerate(standings)
    ]
    edges = []
    for i in range(draw(st.integers(0, 20))):
        holders = draw(st.sets(st.sampled_from(range(len(standings))), min_size=1, max_size=4))
        nodes.append(
            Node(node_id=f"f{i}", label="card, phone", standing=draw(st.sampled_from(["fact", "fact.weak"])))
        )
        edges += [(f"n{holder}", f"f{i}") for holder in sorted(holders)]
    return nodes, edges


@settings(max_examples=25, deadline=None)
@given(graphs())
def test_no_label_lies_on_another_label_or_on_a_node(graph: tuple[list[Node], list[tuple[str, str]]]) -> None:
    """However many accounts there are, every account's label can be read."""
    nodes, edges = graph
    layout = arrange(nodes, edges)
    assert {n.node_id for n in nodes if n.label and not n.is_fact} <= set(layout.labels)
    for (_, a), (_, b) in itertools.combinations(layout.labels.items(), 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    for node in nodes:
        x, y = layout.places[node.node_id]
        for box in layout.labels.values():
            assert not (box[0] < x < box[2] and box[1] < y < box[3])


@settings(max_examples=10, deadline=None)
@given(graphs(), st.randoms(use_true_random=False))
def test_the_picture_does_not_depend_on_order(
    graph: tuple[list[Node], list[tuple[str, str]]], random: Any
) -> None:
    """The same accounts and facts give the same bytes, in whatever order they come."""
    nodes, edges = graph
    picture = network(nodes, edges, words=WORDS, title="t", description="d")
    random.shuffle(nodes)
    random.shuffle(edges)
    assert picture == network(nodes, edges, words=WORDS, title="t", description="d")
    ET.fromstring(picture)


def test_the_line_parts_members_from_everybody_else() -> None:
    """Named and linked accounts lie inside the decision's line, asked and left-out ones outside."""
    nodes = [
        Node(node_id=f"{s}{i}", label=s, standing=s) for s in ("named", "in", "ask", "out") for i in range(7)
    ]
    layout = arrange(nodes, [])
    rx, ry = layout.boundary
    for node in nodes:
        x, y = layout.places[node.node_id]
        assert (node.standing in {"named", "in"}) == ((x / rx) ** 2 + (y / ry) ** 2 < 1)


def test_the_plan_picture_for_insiders_shows_names(plan: dict[str, Any]) -> None:
    """Who works on the case sees who is who; the public does not."""
    words = catalogue("en")
    inside = network_of_plan(plan, words, public=False)
    outside = network_of_plan(plan, words, public=True)
    assert "Redfern Stories" in inside
    assert "Redfern Stories" not in outside
    assert "linked 1" in outside
    assert "4 named, 2 linked, 1 undecided and 2 left-out accounts" in outside


def test_what_does_not_fit_is_counted(plan: dict[str, Any]) -> None:
    """Beyond the limit accounts are collapsed into a node that says how many they are."""
    spare = plan["members"][-1]
    for i in range(NODES_MAX + 5):
        plan["members"].append({**spare, "account_id": f"x{i:03d}", "name": f"x{i}"})
        plan["evidence"]["graph"]["pairs"].append(
            {
                "a": "a-sputnik",
                "b": f"x{i:03d}",
                "shared": {"device:aa01bb02cc03dd04": "unclear"},
                "known": [],
                "judgement": None,
            }
        )
    picture = network_of_plan(plan, catalogue("en"), public=True)
    shown = picture.count("<g transform=") - 1
    assert " more</text>" in picture
    assert shown < NODES_MAX + 20


def test_a_struck_fact_is_not_drawn(plan: dict[str, Any]) -> None:
    """What a plan leaves out of its evidence is left out of its picture."""
    words = catalogue("en")
    plan["without"] = ["page:fb:77"]
    assert "page fb:77" not in network_of_plan(plan, words, public=False)
    plan["without"] = []
    assert "page fb:77" in network_of_plan(plan, words, public=False)
