"""The picture of a case has one layout: no overlaps, the same everywhere, and stable between versions."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from debar.console.case.drawing import Drawing, Material, draw, from_json
from debar.console.case.drawing import as_json as drawing_json
from debar.console.case.layout import MARGIN, Layout, lay_out, places_kept
from invented_cases import invented

SIZES = st.tuples(st.integers(1, 70), st.integers(0, 80), st.integers(0, 10_000), st.integers(1, 6))


def overlaps(layout: Layout) -> list[tuple[str, str]]:
    """Return the nodes that, label and all, lie nearer to one another than the margin."""
    boxes = sorted(layout.boxes.items())
    return [
        (one, other)
        for i, (one, a) in enumerate(boxes)
        for other, b in boxes[i + 1 :]
        if abs(a.x - b.x) < a.half_width + b.half_width
        and a.y - a.above < b.y + b.below
        and b.y - b.above < a.y + a.below
    ]


@given(SIZES)
def test_no_node_and_no_label_lies_on_another(size: tuple[int, int, int, int]) -> None:
    accounts, facts, seed, named = size
    drawing = draw(invented(accounts, facts, seed=seed, named=named))
    layout = lay_out(drawing)
    assert sorted(layout.boxes) == [node.node_id for node in drawing.nodes]
    assert [] == overlaps(layout)


@given(SIZES)
def test_the_layout_is_stored_and_read_back_whole(size: tuple[int, int, int, int]) -> None:
    accounts, facts, seed, named = size
    drawing = draw(invented(accounts, facts, seed=seed, named=named))
    layout = lay_out(drawing)
    assert drawing == from_json(json.loads(json.dumps(drawing_json(drawing))))
    assert layout == Layout.from_json(json.loads(json.dumps(layout.as_json())))


PICTURE = """
import hashlib, json
from debar.console.case.drawing import draw
from debar.console.case.layout import lay_out
from invented_cases import invented
places = lay_out(draw(invented(120, 140, seed=5))).as_json()
print(hashlib.sha256(json.dumps(places).encode()).hexdigest())
"""

SHA256 = "94d9f1fe7b97e2b3b633c56a81eeb6f601c26650ab18ad85da97c6a8d701a989"
"""Of the places of one invented case: another processor, another numpy, another day must find the same."""


def test_the_layout_is_the_same_byte_for_byte_in_another_process() -> None:
    places = json.dumps(lay_out(draw(invented(120, 140, seed=5))).as_json())
    assert SHA256 == hashlib.sha256(places.encode()).hexdigest()
    slow = {"NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F", "PYTHONPATH": str(Path(__file__).parents[2])}
    told = subprocess.run(
        [sys.executable, "-c", PICTURE], capture_output=True, text=True, check=True, env=slow
    )
    assert SHA256 == told.stdout.strip()


def without(material: Material, fact_id: str) -> Material:
    """Strike a fact out of an invented case."""
    return replace(material, evidence=replace(material.evidence, without=frozenset({fact_id})))


def test_an_account_keeps_its_place_when_a_fact_is_struck() -> None:
    material = invented(60, 70, seed=3)
    before = draw(material)
    layout = lay_out(before)
    struck = next(node.facts[0] for node in before.nodes if node.facts)
    after = draw(without(material, struck))
    again = lay_out(after, places_kept(after, before, layout))
    kept = {node.node_id for node in before.nodes} & {node.node_id for node in after.nodes}
    moved = {
        n for n in kept if (again.boxes[n].x, again.boxes[n].y) != (layout.boxes[n].x, layout.boxes[n].y)
    }
    assert len(kept) > 60
    assert set() == moved
    assert [] == overlaps(again)


def test_without_the_stored_places_striking_a_fact_would_move_accounts() -> None:
    """The guard of the test above: it is the stored places that keep accounts where they are."""
    material = invented(60, 70, seed=3)
    before = draw(material)
    struck = next(node.facts[0] for node in before.nodes if node.facts)
    layout, again = lay_out(before), lay_out(draw(without(material, struck)))
    kept = set(layout.boxes) & set(again.boxes)
    assert any((layout.boxes[n].x, layout.boxes[n].y) != (again.boxes[n].x, again.boxes[n].y) for n in kept)


def test_the_named_accounts_stand_nearer_to_the_middle_than_those_they_lead_to() -> None:
    drawing = draw(invented(80, 120, seed=1, named=5, through_named=True))
    boxes = lay_out(drawing).boxes
    middle_x = sum(box.x for box in boxes.values()) / len(boxes)
    middle_y = sum(box.y for box in boxes.values()) / len(boxes)

    def away(nodes: list[str]) -> float:
        return sum(abs(boxes[n].x - middle_x) + abs(boxes[n].y - middle_y) for n in nodes) / len(nodes)

    named = [node.node_id for node in drawing.nodes if node.named]
    others = [node.node_id for node in drawing.nodes if node.accounts and not node.named]
    assert away(named) < away(others)


def test_nothing_has_a_layout_too() -> None:
    empty = Drawing(nodes=(), edges=(), notes=())
    assert {} == lay_out(empty).boxes
    assert (0, 0, 0, 0) == lay_out(empty).frame()


def test_a_box_keeps_a_margin_to_its_neighbours() -> None:
    boxes = list(lay_out(draw(invented(40, 60, seed=2))).boxes.values())
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            across = abs(a.x - b.x) - a.half_width - b.half_width
            down = max(a.y - a.above - b.y - b.below, b.y - b.above - a.y - a.below)
            assert max(across, down) >= MARGIN - 1
