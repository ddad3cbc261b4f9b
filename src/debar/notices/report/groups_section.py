"""The section on groups that act as one: the picture's table, and what is said of each group.

Law: what speaks against a group stands beside what speaks for it; each count of ads leads to its rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from debar.linking.creative.pairs import SAYS
from debar.notices.report.groups_picture import groups_picture
from debar.notices.report.tables import Cell, Table
from debar.retrospect.groups.words import (
    BESIDE,
    GROUPS_SHOWN,
    MEMBERS_SHOWN,
    NONE_FOUND,
    chance_sentence,
    looked_at,
    members_named,
    pairs_tied,
    strongest,
)

if TYPE_CHECKING:
    from debar.retrospect.groups import Group, Groups

PICTURE_TITLE: Final = "Groups that act as one"

TITLE_NAMES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One group as the page tells it.

    Args:
        title: The names of its first members; more are counted.
        members: All names, as far as they are shown; empty where the title has them all.
        tied: How many of its pairs are tied, and when its ads were launched.
        ads: Its ads, leading to them.
        held: For each signal what it counts and how many pairs it ties, leading to the ads that show it.
        sentences: Its strongest tie, in words.
        against: What speaks against it.
    """

    title: str
    members: str
    tied: str
    ads: Cell
    held: tuple[Cell, ...]
    sentences: tuple[str, ...]
    against: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The section.

    Args:
        looked_at: Whom and what was compared.
        chance: What the rate means, or that there is no group.
        picture: SVG; empty without a group.
        table: What the picture shows.
        told: The largest groups.
        left_out_count: How many more there are.
    """

    looked_at: str
    chance: str
    picture: str
    table: Table
    told: tuple[Told, ...]
    left_out_count: int


def groups_section(found: Groups) -> Section:
    """Return what the page says of groups."""
    shown = found.groups[:GROUPS_SHOWN]
    return Section(
        looked_at=f"Looked at: {looked_at(found)}.",
        chance=chance_sentence(found) if shown else NONE_FOUND,
        picture=groups_picture(found, title=PICTURE_TITLE) if shown else "",
        table=_table(found),
        told=tuple(_told(place, group) for place, group in enumerate(shown, start=1)),
        left_out_count=len(found.groups) - len(shown),
    )


def _told(place: int, group: Group) -> Told:
    when = "" if group.first_on is None else f"; launched from {group.first_on} to {group.last_on}"
    return Told(
        title=members_named(group, TITLE_NAMES),
        members=members_named(group, MEMBERS_SHOWN) if len(group.members) > TITLE_NAMES else "",
        tied=f"{pairs_tied(group)}{when}",
        ads=Cell(said=f"{group.ads_count:,} ads", figure=f"group={place}"),
        held=tuple(
            Cell(
                said=f"{'Beside that' if held.signal in BESIDE else 'Holds it together'}:"
                f" {SAYS[held.signal]}: pairs {held.pairs_count:,}, ads {held.ads_count:,}",
                figure=f"group={place}:{held.signal}",
            )
            for held in group.signals
        ),
        sentences=strongest(group).sentences,
        against=group.against,
    )


def _table(found: Groups) -> Table:
    """Return the groups: a line a group, and a line a signal that ties it."""
    lines = []
    for place, group in enumerate(found.groups[:GROUPS_SHOWN], start=1):
        whole = Cell(said=f"{group.ads_count:,}", figure=f"group={place}")
        tied = Cell(said=f"{len(group.ties):,} of {group.pairs_count:,}")
        lines.append(
            (
                Cell(said=f"{place}. {members_named(group, TITLE_NAMES)}"),
                Cell(said="all signals"),
                tied,
                whole,
            )
        )
        for held in group.signals:
            ads = Cell(said=f"{held.ads_count:,}", figure=f"group={place}:{held.signal}")
            lines.append(
                (Cell(said=f"{place}."), Cell(said=held.signal), Cell(said=f"{held.pairs_count:,}"), ads)
            )
    more = len(found.groups) - GROUPS_SHOWN
    return Table(
        caption=PICTURE_TITLE,
        head=("Group", "Held by", "Pairs", "Ads"),
        lines=tuple(lines),
        left_out=f"{more:,} more groups are not listed; --json has them all" if more > 0 else "",
    )
