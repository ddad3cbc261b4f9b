"""What a group hangs together on, and what speaks against it, in words.

Law: never the one without the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from debar.linking.creative.pairs import SAYS
from debar.model.legible import legible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from debar.retrospect.groups.results import Group, Groups, Tie

GROUPS_SHOWN: Final = 20
MEMBERS_SHOWN: Final = 12

BESIDE: Final = ("word", "audience")
"""Signals that are told beside a tie and tie nobody: accounts on one subject share words and audiences."""

OF_TOPIC: Final = frozenset({"word", "phrase", "audience"})
"""Strangers on one subject, and rivals in one race, share these; but for phrases they tie nobody alone."""

OF_OTHERS: Final = frozenset({"copy", "landing", "template"})
"""An agency, a party or a supplier gives these to many."""

NONE_FOUND: Final = "No group: chance explains what these accounts have in common."


def tie_sentence(signal: str, shared: int, expected: float, crowd: int) -> str:
    """Say what two accounts share.

    Example:
        >>> tie_sentence("landing", 4, 0.0213, 2)
        'Both have 4 landing pages, where chance gives 0.02; 2 accounts hold the rarest.'
    """
    chance = "under 0.01" if expected < 0.005 else f"{expected:.2f}"
    held = "" if signal == "launch" else f"; {crowd:,} accounts hold the rarest"
    return f"Both have {shared:,} {SAYS[signal]}, where chance gives {chance}{held}."


def speaks_against(members: Sequence[str], inside: Sequence[Tie], outside: Sequence[Tie]) -> tuple[str, ...]:
    """Return what speaks against a group, the gravest first; never nothing."""
    said: list[str] = []
    signals = {signal for tie in inside for signal in tie.signals}
    if signals <= OF_TOPIC:
        said.append(
            "Nothing but wording: strangers with one subject, one slogan or one fundraiser share that too."
        )
    if signals <= OF_OTHERS | OF_TOPIC and signals & OF_OTHERS:
        said.append(
            "No launches together: an agency, a party, a coalition, a supplier of copy gives many the same."
        )
    if signals == {"launch"}:
        said.append("Nothing but launches together: one agency's tool can launch for many clients at once.")
    untied = len(members) * (len(members) - 1) // 2 - len(inside)
    if untied:
        said.append(f"{untied:,} of the pairs are not tied themselves.")
    others = {account for tie in outside for account in (tie.account_a, tie.account_b)} - set(members)
    if others:
        accounts = "1 account outside is" if len(others) == 1 else f"{len(others):,} accounts outside are"
        said.append(f"{accounts} tied to a member: what is shared may come from a third.")
    said.append("Anybody can copy ads, on purpose too: this names no owner.")
    return tuple(said)


def chance_sentence(found: Groups) -> str:
    """Say what the rate means, for these groups."""
    return (
        f"Of groups found in this way at most {found.rate / 10_000:g} % are chance alone, on average;"
        " that all others have one owner it does not say."
    )


def looked_at(found: Groups) -> str:
    """Say how many accounts were compared, and by what."""
    by = ", ".join(found.signals) or "nothing: no ad shows anything"
    return f"{found.accounts_count:,} accounts, by {by}"


def group_lines(found: Groups) -> list[str]:
    """Return the groups as lines of plain text."""
    lines = [
        "Groups that act as one: questions to ask, never a reason for a ban",
        f"  Looked at: {looked_at(found)}",
    ]
    if not found.groups:
        return [*lines, f"  {NONE_FOUND}"]
    lines.append(f"  {chance_sentence(found)}")
    for number, group in enumerate(found.groups[:GROUPS_SHOWN], start=1):
        lines += _lines(number, group)
    if len(found.groups) > GROUPS_SHOWN:
        lines.append(f"  and {len(found.groups) - GROUPS_SHOWN:,} more")
    return lines


def summary(group: Group) -> str:
    """Say how many pairs of a group are tied, by what, and when its ads were launched."""
    when = "" if group.first_on is None else f", {group.first_on} to {group.last_on}"
    on = ", ".join(f"{held.signal} ({held.pairs_count:,})" for held in group.signals)
    return f"{pairs_tied(group)}, by {on}{when}"


def pairs_tied(group: Group) -> str:
    """Say how many pairs of a group are tied."""
    pairs = "1 pair is" if group.pairs_count == 1 else f"{group.pairs_count:,} pairs are"
    return f"{len(group.ties):,} of {pairs} tied"


def members_named(group: Group, most: int) -> str:
    """Name the first members of a group; more are counted."""
    names = [legible(name, length_max=60) for name in group.names[:most]]
    more = len(group.members) - len(names)
    return ", ".join(names) + (f", and {more:,} more" if more else "")


def strongest(group: Group) -> Tie:
    """Return the tie that chance explains least."""
    return min(group.ties, key=lambda tie: (tie.rate, tie.account_a, tie.account_b))


def _lines(number: int, group: Group) -> list[str]:
    return [
        f"  {number}. {members_named(group, MEMBERS_SHOWN)}",
        f"    {summary(group)}; {group.ads_count:,} ads",
        f"    {' '.join(strongest(group).sentences)}",
        *(f"    against: {sentence}" for sentence in group.against),
    ]
