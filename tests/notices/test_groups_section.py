"""The section on groups: its pictures, its table, its words."""

from __future__ import annotations

import re
from datetime import date
from itertools import combinations, pairwise
from xml.etree import ElementTree as ET

import pytest

from debar.notices.report.groups_picture import GROUPS_DRAWN, MEMBERS_DRAWN, WIDTH, groups_picture
from debar.notices.report.groups_section import groups_section
from debar.retrospect.groups import Group, Groups, HeldBy, Tie

HOSTILE = "<script>alert(1)</script>\u202e"
LONG = "W" * 200


def group(size: int, *, name: str = "Name", signals: tuple[str, ...] = ("copy",)) -> Group:
    """Return a group in which everybody is tied."""
    members = tuple(f"account-{number:02}" for number in range(size))
    ties = tuple(
        Tie(account_a=a, account_b=b, rate=1, signals=signals, sentences=(f"Both have {name}.",))
        for a, b in combinations(members, 2)
    )
    return Group(
        members=members,
        names=tuple(f"{name} {number}" for number in range(size)),
        ads_count=40,
        signals=tuple(HeldBy(signal=signal, pairs_count=len(ties), ads_count=7) for signal in signals),
        ties=ties,
        outside=(),
        first_on=date(2016, 5, 1),
        last_on=date(2016, 6, 1),
        against=("Anybody can copy ads.",),
    )


def found(*groups: Group) -> Groups:
    """Return groups as an answer."""
    return Groups(rate=50_000, signals=("copy",), accounts_count=100, ties_count=3, groups=groups)


def pictures(*groups: Group) -> list[ET.Element]:
    """Return the drawn pictures, each parsed."""
    drawn = groups_picture(found(*groups), title="Groups")
    return [ET.fromstring(f"<svg {part}") for part in drawn.split("<svg ")[1:]]


def test_hostile_names_stay_text() -> None:
    """A name that is a tag, and turns the reading direction, is neither in picture nor in section."""
    section = groups_section(found(group(4, name=HOSTILE)))
    assert "<script" not in section.picture
    assert "\u202e" not in section.picture + section.told[0].title + section.told[0].members
    assert len(pictures(group(4, name=HOSTILE))) == 2


@pytest.mark.parametrize("size", [2, 5, MEMBERS_DRAWN + 3])
def test_no_label_lies_on_another_and_none_leaves_the_paper(size: int) -> None:
    """However long the names are, each has its line, and ends before the edge."""
    _, picture = pictures(group(size, name=LONG))
    labels = [element for element in picture.iter() if element.tag.endswith("text")]
    heights = sorted(float(label.attrib["y"]) for label in labels)
    assert all(lower - upper >= 14 for upper, lower in pairwise(heights))
    assert heights[-1] <= float(picture.attrib["height"])
    assert all(float(label.attrib["x"]) + 0.62 * 12 * len(label.text or "") <= WIDTH for label in labels)


def test_what_is_not_drawn_is_counted() -> None:
    """Members and groups beyond the picture's room are said in it."""
    drawn = groups_picture(found(*[group(MEMBERS_DRAWN + 3)] * (GROUPS_DRAWN + 2)), title="Groups")
    assert "and 3 more, not drawn" in drawn
    assert "and 2 more groups, not drawn" in drawn


def test_the_line_says_what_a_tie_rests_on_at_best() -> None:
    """Launches, copies and mere wording differ in width or dashes, not in colour alone; the legend names them."""
    forms = set()
    for signals in (("launch", "word"), ("copy", "phrase"), ("word", "audience")):
        drawn = groups_picture(found(group(2, signals=signals)), title="Groups")
        (arc,) = re.findall(r"<path [^>]*>", drawn)
        forms.add((re.findall(r'stroke-width="([^"]*)"', arc)[0], "dasharray" in arc))
    assert len(forms) == 3
    legend = groups_picture(found(group(2, signals=("word",))), title="Groups")
    assert "wording alone" in legend
    assert "launches together" not in legend


def test_every_count_of_ads_leads_to_its_rows() -> None:
    """The whole group, and each signal, in the words and in the table."""
    section = groups_section(found(group(3, signals=("copy", "launch"))))
    figures = ["group=1", "group=1:copy", "group=1:launch"]
    (told,) = section.told
    assert [told.ads.figure, *(cell.figure for cell in told.held)] == figures
    assert [line[3].figure for line in section.table.lines] == figures
    assert all(cell.said.startswith("Holds it together: ") for cell in told.held)
    beside = groups_section(found(group(3, signals=("copy", "audience")))).told[0].held[1]
    assert beside.said.startswith("Beside that: ")
    assert told.against == ("Anybody can copy ads.",)


def test_where_nothing_is_found_that_is_said() -> None:
    """No picture, no table, and a sentence."""
    section = groups_section(found())
    assert (section.picture, section.table.lines) == ("", ())
    assert "chance explains" in section.chance
