"""Which accounts changed hands: sold, taken over, or passed on.

Law: a hand-over is a finding of its own; guilt travels to neither holder from the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from debar.app.answer import Answer
from debar.app.assuring.answers_file import read_table
from debar.evidence.normalise import normalise
from debar.linking.handovers import split_accounts
from debar.linking.renames import Seen, misheld_ids, name_changes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from debar.app.opening import Opened
    from debar.linking.handovers import Handover
    from debar.linking.renames import NameChange

TOLD: Final = ("handover", "unclear", "hands", "rename")
"""Kinds of change that are reported; a new spelling is none."""


def handovers(
    opened: Opened,
    *,
    seen_on: date | None = None,
    earlier: Opened | None = None,
    earlier_seen_on: date | None = None,
    registry: Path | None = None,
) -> Answer:
    """Find accounts that changed hands: by what they hold, by earlier names, and by whose ids they show.

    Args:
        opened: The platform.
        seen_on: Day of its export; without it names change nothing about periods.
        earlier: An earlier export of the same platform.
        earlier_seen_on: Day of that export.
        registry: Whose the legal ids are: a table with ``legal_id`` and ``name``.

    Raises:
        DebarError: DBR-A095, the registry is no such table.
    """
    registered = {} if registry is None else read_registry(opened, registry)
    now = read_seen(opened, seen_on)
    changes: tuple[NameChange, ...] = ()
    if earlier is not None:
        changes = name_changes([read_seen(earlier, earlier_seen_on), now], registered=registered)
    found = split_accounts(opened.engine, changes)
    told = {change.account_id: change for change in changes if change.kind in TOLD}
    for change in misheld_ids(now, registered):
        if change.account_id not in told or told[change.account_id].kind == "unclear":
            told[change.account_id] = change
    document = {
        "handovers": [_handover(one) for one in found],
        "names": [_change(one) for one in told.values()],
    }
    return Answer(document=document, text="\n".join(_lines(found, tuple(told.values()))))


def read_seen(opened: Opened, seen_on: date | None) -> list[Seen]:
    """Return the accounts of an export as they name themselves, with their public ids."""
    ids: dict[str, set[str]] = {}
    for account_id, value in opened.engine.rows(
        "SELECT account_id, value_key FROM identifiers WHERE kind = 'legal_id'"
    ):
        ids.setdefault(account_id, set()).add(value)
    return [
        Seen(
            account_id=account_id,
            name=name,
            legal_ids=frozenset(ids.get(account_id, ())),
            seen_on=seen_on,
        )
        for account_id, name in opened.engine.rows(
            "SELECT account_id, COALESCE(legal_name, name) FROM accounts"
            " WHERE account_id <> 'unattributed' AND COALESCE(legal_name, name) IS NOT NULL"
            " ORDER BY account_id"
        )
    ]


def read_registry(opened: Opened, path: Path) -> dict[str, str]:
    """Read whose legal ids are, as a public register says it.

    Raises:
        DebarError: DBR-A095, it is no table with ``legal_id`` and ``name``; an id that is none is skipped.
    """
    found: dict[str, str] = {}
    for row in read_table(opened.engine, path, ("legal_id", "name"), "DBR-A095"):
        try:
            legal_id = normalise("legal_id", row["legal_id"], country=None).value
        except ValueError:
            continue
        if row["name"]:
            found.setdefault(legal_id, row["name"])
    return found


def _handover(one: Handover) -> dict[str, Any]:
    return {
        "account_id": one.account_id,
        "day": one.day.isoformat(),
        "not_before": one.not_before.isoformat() if one.not_before else None,
        "families": list(one.families),
        "former": list(one.former),
        "later": list(one.later),
        "sentence": one.sentence,
    }


def _change(one: NameChange) -> dict[str, Any]:
    return {
        "account_id": one.account_id,
        "kind": one.kind,
        "former": one.former.name,
        "later": one.later.name,
        "signs": list(one.signs),
        "sentence": one.sentence,
    }


def _lines(found: Sequence[Handover], told: Sequence[NameChange]) -> list[str]:
    lines = [f"{len(found):,} hand-overs: each of these accounts is judged as one account a holder"]
    lines += [f"  {one.account_id}  {one.sentence}" for one in found]
    day = {one.account_id for one in found}
    named = [one for one in told if one.kind == "handover" and one.account_id not in day]
    if named:
        lines.append(f"{len(named):,} more by name alone, on no known day")
        lines += [f"  {one.account_id}  {one.sentence}" for one in named]
    unclear = [one for one in told if one.kind == "unclear"]
    if unclear:
        lines.append(
            f"{len(unclear):,} accounts bear an unrelated name; nothing says whether the holder changed"
        )
        lines += [f"  {one.account_id}  {one.sentence}" for one in unclear]
    return lines
