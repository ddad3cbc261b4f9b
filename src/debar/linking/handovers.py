"""Accounts that changed hands: found in what they hold over time, and reported before they are linked.

Law: guilt travels neither to the former nor to the later holder of an account. A company that moves
office, or replaces a card or a domain, keeps something, and has not changed hands; only where everything
that says who somebody is ends about when everything else begins is an account split.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from debar.evidence.naming.comparing import NameLevel, compare_names
from debar.linking.counting.numbering import (
    OF_LEGAL_NAME,
    drop_numbers,
    number_rows,
    numbered_with,
    value_hash,
)
from debar.model.identifiers import FAMILIES
from debar.model.step import Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from debar.linking.renames import NameChange
    from debar.model.ports import Engine

OVERLAP_DAYS: Final = 14
"""What a former holder leaves may be seen so many days longer, a buyer's things so many days before."""

TOGETHER_DAYS: Final = 60
"""Values of several kinds end, or begin, together if they do so within so many days."""

CROWD_MAX: Final = 200
"""A value that more accounts hold does not say who holds one of them."""

KINDS_MIN: Final = 3
"""So many kinds must change together, one fewer where the legal identity is among them, and one more for
each value, never a legal one, that goes on."""

KINDS_IN_SPITE: Final = 2
"""So many must change together for each value that goes on in spite of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """An account that went from one holder to another.

    Args:
        account_id: The account.
        day: First day that counts for the later holder.
        not_before: Last day on which the former holder was seen, where it is known.
        families: Evidence families that changed together, in order; ``name`` where names tell it.
        former: What the former holder stated, for people: legal names and ids, else other values.
        later: What the later one states.
        sentence: Why, in words.
    """

    account_id: str
    day: date
    not_before: date | None
    families: tuple[str, ...]
    former: tuple[str, ...]
    later: tuple[str, ...]
    sentence: str


PERIODS: Final = {
    "account_id": "VARCHAR",
    "period_no": "INTEGER",
    "from_day": "DATE",
    "to_day": "DATE",
    "reason": "VARCHAR",
}
"""Columns of ``account_periods``: the holders of an account that changed hands, one row a holder."""

TODAYS_NAMES: Final = "'name', 'rare_name'"
"""Forms of the name that an export gives an account: today's, though dated from the account's beginning."""

_SUSPECTS: Final = (
    "SELECT DISTINCT account_no FROM (SELECT w.account_no FROM link_rows AS w"
    " JOIN link_kinds AS k ON k.kind_no = w.kind_no WHERE k.family IN ('legal', 'contact')"
    f" AND w.source_no <> {OF_LEGAL_NAME} GROUP BY w.account_no, w.family_bit"
    " HAVING MIN(w.first_seen) < MAX(w.first_seen)"
    " AND MIN(w.last_seen) <= MAX(w.first_seen) + INTERVAL 14 DAY) AS met"
)

_CROWDED: Final = (
    "SELECT w.value_hash FROM link_rows AS w"
    " JOIN (SELECT value_hash FROM link_repeats WHERE rows_count > $crowd_max) AS r"
    " ON r.value_hash = w.value_hash GROUP BY w.value_hash HAVING COUNT(DISTINCT w.account_no) > $crowd_max"
)

# An end is told only if each row of the value tells one; what the accounts table implies has no time. What it
# calls an account today, in whichever form of its name, is no sign that goes on.
_HELD: Final = (
    "SELECT w.account_no, w.kind_no, w.value_hash, MIN(w.first_seen) AS starts,"
    " CASE WHEN COUNT(w.last_seen) = COUNT(*) THEN MAX(w.last_seen) END AS ends"
    " FROM link_rows AS w JOIN handover_suspects AS s ON s.account_no = w.account_no"
    " JOIN (SELECT kind_no FROM link_kinds WHERE family IN ('legal', 'web', 'contact', 'access', 'name')"
    f" AND kind NOT IN ('ip', 'manager', {TODAYS_NAMES})) AS k ON k.kind_no = w.kind_no"
    " LEFT JOIN handover_crowded AS c ON c.value_hash = w.value_hash"
    f" WHERE c.value_hash IS NULL AND w.source_no <> {OF_LEGAL_NAME}"
    " AND (w.first_seen IS NOT NULL OR w.last_seen IS NOT NULL)"
    " GROUP BY w.account_no, w.kind_no, w.value_hash"
)

_DAYS: Final = (
    "SELECT DISTINCT h.account_no, h.starts AS day FROM handover_held AS h"
    " JOIN link_kinds AS k ON k.kind_no = h.kind_no"
    " WHERE k.family IN ('legal', 'contact') AND h.starts IS NOT NULL"
)

# One value on one day: of the former holder, of the later one, of both, or untold.
_SIDES: Final = (
    "SELECT d.account_no, d.day, h.kind_no, h.value_hash, h.starts, h.ends, CASE"
    " WHEN h.starts IS NULL THEN CASE WHEN h.ends <= d.day + INTERVAL 14 DAY THEN 'former' ELSE 'untold' END"
    " WHEN h.starts >= d.day THEN 'later'"
    " WHEN h.ends <= d.day + INTERVAL 14 DAY THEN 'former'"
    " WHEN h.starts >= d.day - INTERVAL 14 DAY THEN 'later' ELSE 'both' END AS side"
    " FROM {days} AS d JOIN handover_held AS h ON h.account_no = d.account_no"
)

_KINDS: Final = (
    "SELECT account_no, day, kind_no,"
    " SUM(CASE WHEN side = 'both' THEN 1 ELSE 0 END) AS both_count,"
    " MAX(CASE WHEN side = 'former' THEN ends END) AS former_until,"
    " MIN(CASE WHEN side = 'later' THEN starts END) AS later_from"
    f" FROM ({_SIDES.format(days='handover_days')}) AS sides GROUP BY account_no, day, kind_no"
)

_BREAKS: Final = (
    "SELECT account_no, day, MAX(former_until) AS not_before, MIN(later_from) AS not_after"
    " FROM handover_kinds GROUP BY account_no, day"
)

_TOGETHER: Final = (
    "SELECT k.account_no, k.day, f.family, k.both_count, b.not_before, CASE WHEN k.both_count = 0"
    " AND k.former_until >= b.not_before - INTERVAL 60 DAY"
    " AND k.later_from <= b.not_after + INTERVAL 60 DAY THEN 1 ELSE 0 END AS together"
    " FROM handover_kinds AS k JOIN handover_breaks AS b ON b.account_no = k.account_no AND b.day = k.day"
    " JOIN link_kinds AS f ON f.kind_no = k.kind_no"
)

_CUTS: Final = (
    "SELECT n.account_id, c.account_no, c.day, c.not_before FROM ("
    "SELECT account_no, day, not_before, SUM(together) AS kinds_count, SUM(both_count) AS both_count,"
    " COUNT(DISTINCT CASE WHEN together = 1 THEN family END) AS families_count,"
    " MAX(CASE WHEN family = 'legal' THEN together ELSE 0 END) AS legal_together,"
    " SUM(CASE WHEN family = 'legal' THEN both_count ELSE 0 END) AS legal_both_count"
    f" FROM ({_TOGETHER}) AS told GROUP BY account_no, day, not_before) AS c"
    " JOIN link_numbers AS n ON n.account_no = c.account_no"
    " WHERE c.legal_both_count = 0 AND c.families_count >= 2"
    f" AND c.kinds_count >= GREATEST({KINDS_MIN} - c.legal_together + c.both_count,"
    f" {KINDS_IN_SPITE} * c.both_count)"
)

# The rows of a value tell what it is called; only accounts with a cut are asked.
_TOLD: Final = (
    "SELECT c.account_id, s.day, s.side, f.family, f.kind, MIN(i.shown) AS shown FROM handover_cuts AS c"
    f" JOIN ({_SIDES.format(days='handover_cuts')}) AS s ON s.account_no = c.account_no AND s.day = c.day"
    " JOIN link_kinds AS f ON f.kind_no = s.kind_no"
    " JOIN handover_words AS i ON i.account_no = c.account_no AND i.value_hash = s.value_hash"
    " WHERE s.side IN ('former', 'later')"
    " GROUP BY c.account_id, s.day, s.side, f.family, f.kind, s.value_hash"
)


def words_step(salt: str) -> Step:
    """Return the step ``handover_words``: account_no, value_hash, shown of the accounts with a cut."""
    return Step(
        name="handover_words",
        sql=(
            f"SELECT c.account_no, {value_hash('i', salt)} AS value_hash, i.shown FROM identifiers AS i"
            " JOIN (SELECT DISTINCT account_id, account_no FROM handover_cuts) AS c"
            " ON c.account_id = i.account_id WHERE i.source IS DISTINCT FROM 'derived:legal_name'"
            " AND (i.first_seen IS NOT NULL OR i.last_seen IS NOT NULL)"
        ),
    )


def handover_steps() -> tuple[Step, ...]:
    """Return the steps that find the days on which everything that says who holds an account changes.

    Returns:
        ``handover_suspects`` (account_no: accounts with a legal or contact value that ends before another
        begins), ``handover_crowded`` (value_hash), ``handover_held`` (account_no, kind_no, value_hash,
        starts, ends: null where an end is not told), ``handover_days`` (account_no, day),
        ``handover_kinds`` (until when the former, from when the later holder is seen), ``handover_breaks``
        and ``handover_cuts`` (account_id, account_no, day, not_before: days that pass the bar).
    """
    assert (OVERLAP_DAYS, TOGETHER_DAYS) == (14, 60), "the steps write these as literals"
    return (
        Step(name="handover_suspects", sql=_SUSPECTS),
        Step(name="handover_crowded", sql=_CROWDED, parameters={"crowd_max": CROWD_MAX}),
        Step(name="handover_held", sql=_HELD),
        Step(name="handover_days", sql=_DAYS),
        Step(name="handover_kinds", sql=_KINDS),
        Step(name="handover_breaks", sql=_BREAKS),
        Step(name="handover_cuts", sql=_CUTS),
    )


def find_handovers(engine: Engine) -> tuple[Handover, ...]:
    """Find the accounts that changed hands by what they hold.

    Args:
        engine: Holds ``accounts`` and ``identifiers``; undated values and the crowded ones tell nothing.
            Where :func:`debar.linking.counting.numbering.number_rows` was called the rows are not read again.

    Returns:
        Hand-overs, by account and day. Where both holders state a legal name and the names are near or
        kin, the account was renamed or its company re-registered, and is left out.
    """
    salt = numbered_with(engine)
    steps = handover_steps()
    if salt is None:
        found = _found(engine, steps, number_rows(engine))
        drop_numbers(engine)
    else:
        found = _found(engine, steps, salt)
    for step in (*steps, words_step("")):
        engine.drop(step.name)
    return found


def _found(engine: Engine, steps: Iterable[Step], salt: str) -> tuple[Handover, ...]:
    for step in (*steps, words_step(salt)):
        engine.run(step)
        if step.name == "handover_suspects" and not engine.rows(f"SELECT 1 FROM {step.name} LIMIT 1"):
            return ()
    sides = _told(engine)
    found = []
    for account_id, cuts in groupby(
        engine.rows("SELECT account_id, day, not_before FROM handover_cuts ORDER BY account_id, day"),
        key=lambda row: row[0],
    ):
        last = None
        for _, day, not_before in cuts:
            if last is not None and _is_near(last, day):
                continue
            told = sides[account_id, day]
            if not _is_rename(told):
                found.append(_handover(account_id, day, not_before, told))
                last = day
    return tuple(found)


def _told(engine: Engine) -> dict[tuple[str, date], list[_Value]]:
    """Return the values of each account with a cut, on either side of it."""
    found: dict[tuple[str, date], list[_Value]] = {}
    for account_id, day, *value in engine.rows(
        f"SELECT account_id, day, side, family, kind, shown FROM ({_TOLD}) AS told"
        " ORDER BY account_id, day, side, family, kind, shown"
    ):
        found.setdefault((account_id, day), []).append(_Value(*value))
    return found


class _Value(NamedTuple):
    """What one side of a cut holds."""

    side: str
    family: str
    kind: str
    shown: str


def _is_rename(told: Iterable[_Value]) -> bool:
    """Tell whether both holders state legal names of which some are near or kin: one company goes on."""
    names: dict[str, list[str]] = {"former": [], "later": []}
    for value in told:
        if value.kind == "legal_name":
            names[value.side].append(value.shown)
    return any(
        compare_names(a, b).level >= NameLevel.RELATED for a in names["former"] for b in names["later"]
    )


def _handover(account_id: str, day: date, not_before: date | None, told: Sequence[_Value]) -> Handover:
    sides = {side: {value.family for value in told if value.side == side} for side in ("former", "later")}
    families = tuple(family for family in FAMILIES if family in sides["former"] & sides["later"])
    return Handover(
        account_id=account_id,
        day=day,
        not_before=not_before,
        families=families,
        former=_stated(told, "former"),
        later=_stated(told, "later"),
        sentence=(
            f"On {day:%Y-%m-%d} everything that says who holds the account changed together:"
            f" {', '.join(_FAMILY_WORDS[family] for family in families)}."
        ),
    )


def _stated(told: Iterable[_Value], side: str) -> tuple[str, ...]:
    """Return what a holder stated: what is legal, else everything."""
    values = [value for value in told if value.side == side]
    legal = [value for value in values if value.family == "legal"]
    return tuple(dict.fromkeys(value.shown for value in legal or values))


_FAMILY_WORDS: Final = {
    "legal": "legal identity",
    "web": "sites and pixels",
    "contact": "addresses, mail and telephone",
    "access": "cards, devices and administrators",
    "name": "names",
}


def handover_of_name(change: NameChange) -> Handover | None:
    """Return the hand-over that a change of name between two exports is, if it is one.

    The later period begins on the first day on which the later name was seen: between the two exports
    nobody knows who held the account.
    """
    day = change.later.seen_on
    if change.kind != "handover" or day is None:
        return None
    return Handover(
        account_id=change.account_id,
        day=day,
        not_before=change.former.seen_on,
        families=("name",),
        former=(change.former.name,),
        later=(change.later.name,),
        sentence=change.sentence,
    )


def split_accounts(engine: Engine, changes: Iterable[NameChange] = ()) -> tuple[Handover, ...]:
    """Find hand-overs and make the table ``account_periods`` of the accounts that had more than one holder.

    Args:
        engine: Holds ``accounts`` and ``identifiers``.
        changes: Changes of name between two exports of the platform (:func:`name_changes`).

    Returns:
        The hand-overs that the periods follow from, by account and day; of two within two months the
        earlier.

    Columns of ``account_periods``:
        account_id (VARCHAR), period_no (INTEGER): from 1, in time.
        from_day, to_day (DATE): first and last day; null: from the beginning, until today.
        reason (VARCHAR): why the period begins; of the first, why it ends.
    """
    told = [*find_handovers(engine), *filter(None, map(handover_of_name, changes))]
    kept: list[Handover] = []
    for one in sorted(told, key=lambda handover: (handover.account_id, handover.day)):
        if kept and kept[-1].account_id == one.account_id and _is_near(kept[-1].day, one.day):
            continue
        kept.append(one)
    engine.load("account_periods", PERIODS, [row for same in _by_account(kept) for row in _periods(same)])
    return tuple(kept)


def _is_near(one: date, other: date) -> bool:
    return other <= one + timedelta(days=TOGETHER_DAYS)


def _by_account(handovers: Iterable[Handover]) -> list[list[Handover]]:
    return [list(same) for _, same in groupby(handovers, key=lambda handover: handover.account_id)]


def _periods(handovers: Sequence[Handover]) -> list[tuple[str, int, date | None, date | None, str]]:
    """Return the rows of one account; hand-overs come in the order of their days."""
    days = [handover.day for handover in handovers]
    sentences = [handovers[0].sentence, *(handover.sentence for handover in handovers)]
    return [
        (handovers[0].account_id, number, begins, ends and ends - timedelta(days=1), sentence)
        for number, (begins, ends, sentence) in enumerate(
            zip([None, *days], [*days, None], sentences, strict=True), start=1
        )
    ]
