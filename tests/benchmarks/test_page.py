from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from benchmarks.linking.__main__ import main
from benchmarks.linking.shown.page import render_page
from benchmarks.linking.shown.plots import frontier_picture, frontier_plot
from benchmarks.linking.shown.report import Table, frontier_tables, render_text

if TYPE_CHECKING:
    from pathlib import Path


def test_a_table_is_laid_out_with_words_to_the_left_and_figures_to_the_right() -> None:
    """Every column is as wide as its widest cell."""
    table = Table(title="Fruit", head=("name", "n"), rows=(("fig", "1"), ("lemon", "12")), note="ripe")
    assert render_text(table).splitlines() == [
        "Fruit",
        "name    n",
        "---------",
        "fig     1",
        "lemon  12",
        "ripe",
    ]


def test_the_frontier_is_averaged_over_seeds_at_equal_innocents() -> None:
    """Two seeds that find .4 and .8 without innocents are drawn at .6, and at 1 and .8 beyond one innocent."""
    seeds = [
        {
            "method": "debar",
            "ban": {"found": found, "innocents": 0.0},
            "frontier": [
                {"innocents": 0.0, "found": found, "threshold": 0.9},
                {"innocents": 1.0, "found": later, "threshold": 0.5},
            ],
        }
        for found, later in ((0.4, 1.0), (0.8, 1.0))
    ]
    (points,) = re.findall(r'<polyline [^>]*points="([^"]*)"', frontier_plot("harbour, base", seeds))
    heights = [float(point.split(",")[1]) for point in points.split()]
    top, bottom = 30, 330 - 44
    assert heights[0] == pytest.approx(top + 0.4 * (bottom - top), abs=0.1)
    assert heights[-1] == pytest.approx(top, abs=0.1)


def test_a_picture_holds_a_plot_for_each_world_where_somebody_was_named() -> None:
    """It is one file of SVG with its own colours; a world in which nobody could be named is left out."""
    points = [{"innocents": 0.1, "found": 0.5, "threshold": 0.9}]
    ban = {"bans": 3, "found": 0.5, "innocents": 0.1}
    drawn: dict[str, Any] = {"world": "harbour", "method": "debar", "frontier": points}
    drawn |= {"variant": "base", "ban": ban}
    nobody = {**drawn, "variant": "nobody_linked", "ban": {**ban, "bans": 0}}
    picture = frontier_picture([drawn, nobody])
    assert ET.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"
    assert picture.count("<polyline ") == 1
    assert ("harbour, base" in picture, "nobody_linked" in picture) == (True, False)


def test_the_table_of_the_frontier_tells_apart_who_is_proposed_and_who_is_asked_about() -> None:
    """A method with a list for reviewers has two lines."""
    keys = [str(x) for x in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 3.0, 10.0)]
    figures = dict.fromkeys(
        ("found", "found_error", "innocents", "innocents_error", "innocents_handed_over"), 0.5
    ) | dict.fromkeys(("clean", "found_overt", "found_covert", "innocents_predicted"), 0.5)
    one = {"world": "harbour", "variant": "base", "method": "debar", "threshold": 0.95, "seconds": 1.0}
    named = {"b_cubed": {"precision": 1.0, "recall": 1.0}, "b_cubed_f": 1.0, "with_proposals": 1, "named": 2}
    found = {"found_at": dict.fromkeys(keys, 0.5), "review_found_at": dict.fromkeys(keys, 0.75)}
    _, table = frontier_tables([{**one, **found, "ban": figures, "named": named, "probabilities": True}])
    assert [(row[2], row[4]) for row in table.rows] == [("debar", "0.500"), ("debar, asked as well", "0.750")]


@pytest.mark.ci
def test_one_command_prints_the_tables_and_writes_the_figures_and_the_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A small run from the command line: every method in every table, the page with its plots, no address."""
    figures, page = tmp_path / "figures.json", tmp_path / "page.html"
    asked = "quality --worlds harbour --owners 150 --peers naive,pairwise --subjects 5 --anybody 5"
    assert main([*asked.split(), "--json", str(figures), "--html", str(page)]) == 0
    printed = capsys.readouterr().out
    document = json.loads(figures.read_text(encoding="utf-8"))
    assert [one["method"] for one in document["quality"]] == ["debar", "naive closure", "pairwise"]
    for method in ("debar", "naive closure", "pairwise"):
        assert printed.count(f" {method} ") == 4
    text = page.read_text(encoding="utf-8")
    assert (text.count('<svg viewBox="0 0 460'), text.count("<table>")) == (2, 4)
    assert "benchmarks.linking quality --worlds harbour --variants base --seeds 1 --owners 150" in text
    assert "http" not in text
    assert text == render_page(document)
