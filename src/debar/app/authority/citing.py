"""What a plan cites: findings on record and listings of lists; and whether they still say the same.

Law: a citation holds what was said when the plan was made, with the digest by which it is told whether it
still is. A listing that changed, ended or vanished makes the plan stale, and the message names it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from debar.authority.entities import said_of
from debar.authority.measures import MEANS
from debar.authority.problems import Findings
from debar.authority.reading.lists import read_lists
from debar.authority.standing import standings_of
from debar.model.problem import EXIT_REFUSED, DebarError, Place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from debar.authority.entities import AuthorityList
    from debar.authority.standing import Standing
    from debar.register.reading import RegisterReader

FINDING: Final = "finding"
"""The type of a finding's entry, and the head of its id."""

_FINDING: Final = re.compile(r"finding-\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """One outside authority that a plan cites.

    Args:
        authority: As it stands in the plan's decision.
        rests_on: What names it among what the plan rests on.
        said: What it says, for the digest; None where it says nothing any more.
    """

    authority: Mapping[str, Any]
    rests_on: str
    said: Any


def cite(names: Sequence[str], register: RegisterReader | None, *, on: date) -> tuple[Cited, ...]:
    """Return what names mean.

    Args:
        names: ``finding-7``, or ``LIST:ENTITY`` with the file of a list and an id on it.
        register: Where findings are on record; None where no register is named.
        on: The day whose law counts.

    Raises:
        DebarError: DBR-O005, there is no such finding or entity; DBR-O006, the entity is on the list, and
            nothing stands against it on the day.
    """
    return tuple(_finding(n, register) if _FINDING.fullmatch(n) else _listing(n, on) for n in names)


def finding_of(register: RegisterReader, finding_id: str) -> dict[str, Any] | None:
    """Return what a finding on record says; None where there is none, or it was erased."""
    for entry in register.entries_of_type(FINDING):
        if entry.id == finding_id and entry.body is not None:
            return dict(entry.body)
    return None


def _finding(name: str, register: RegisterReader | None) -> Cited:
    body = None if register is None else finding_of(register, name)
    if body is None:
        raise DebarError(
            "DBR-O005",
            f"there is no finding {name} on record",
            hint="debar finding list --register REGISTER",
            exit_code=EXIT_REFUSED,
        )
    authority = {
        "name": f"{body['issuer']}, {body['title']}",
        "date": body["date"],
        "url": body["url"],
        "page": body["page"],
        "document_sha256": body["document_sha256"],
        "finding": name,
    }
    return Cited(authority=authority, rests_on=name, said=body)


def _listing(name: str, on: date) -> Cited:
    file, entity_id = _taken_apart(name)
    (one,) = read_lists([file])
    entity = one.entities.get(entity_id)
    if entity is None:
        raise DebarError(
            "DBR-O005",
            f"there is no entity {entity_id!r} on the list",
            place=Place(file=file.name),
            details=tuple(_near(one, entity_id)),
            hint="debar screen names each entity as LIST:ENTITY",
            exit_code=EXIT_REFUSED,
        )
    standing = standings_of(one, on, Findings()).get(entity_id)
    if standing is None:
        raise DebarError(
            "DBR-O006",
            f"nothing stands against {entity.caption!r} on {on}",
            place=Place(file=file.name),
            hint="an entity whose listings have ended, or have not begun, is no authority for a decision",
            exit_code=EXIT_REFUSED,
        )
    rests_on = f"{file.name}:{entity_id} ({entity.caption})"
    return Cited(authority=_authority(file, one, standing), rests_on=rests_on, said=_said(one, entity_id, on))


def _said(one: AuthorityList, entity_id: str, on: date) -> dict[str, Any] | None:
    """Return what a list says of an entity and what follows from it, ownership included."""
    standing = standings_of(one, on, Findings()).get(entity_id)
    if standing is None:
        return None
    return {"says": said_of(one, entity_id), "stands": standing.lines()}


def _taken_apart(name: str) -> tuple[Path, str]:
    """Split a list's file from an entity's id; either may hold colons."""
    for place, character in enumerate(name):
        if character == ":" and Path(name[:place]).is_file():
            return Path(name[:place]), name[place + 1 :]
    raise DebarError(
        "DBR-O005",
        f"{name!r} names no finding, and no entity on a list",
        hint="finding-7, or LIST:ENTITY with the file of a list, such as sanctions.jsonl:NK-x",
        exit_code=EXIT_REFUSED,
    )


def _near(one: AuthorityList, entity_id: str) -> list[str]:
    """Return entities whose name is what was asked for."""
    wanted = entity_id.casefold()
    found = [e for e in one.entities.values() if wanted in (v.casefold() for v in e.values("name", "alias"))]
    return [f"{entity.caption} is {entity.entity_id}" for entity in found[:5]]


def _authority(file: Path, one: AuthorityList, standing: Standing) -> dict[str, Any]:
    listing = next(iter(standing.listings), None)
    lines = standing.lines()
    issuer = (listing.authority if listing else "") or f"list {file.name}"
    return {
        "name": f"{issuer}: {standing.entity.caption}, {lines[0]}",
        "date": listing.listed_on if listing else "",
        "url": listing.source_url if listing else "",
        "page": f"entry {standing.entity.entity_id}",
        "document_sha256": one.sha256,
        "listing": {
            "list": str(file.resolve()),
            "entity": standing.entity.entity_id,
            "caption": standing.entity.caption,
            "measure": standing.measure,
            "measure_means": MEANS[standing.measure],
            "lines": lines,
        },
    }


def said_now(plan: Mapping[str, Any], register: RegisterReader, lists: Sequence[Path] = ()) -> dict[str, Any]:
    """Return what the authorities that a plan cites say now.

    Args:
        plan: The plan's document.
        register: Where findings are on record.
        lists: The lists as they are now, deltas behind them; empty for the files that the plan names.

    Returns:
        What names each authority to what it says; one that says nothing any more is not there.

    Raises:
        DebarError: DBR-O007, a list that the plan cites is not where it was.
    """
    said: dict[str, Any] = {}
    on = date.fromisoformat(plan["proposed_at"][:10])
    read: dict[str, AuthorityList] = {one.name.split(" + ", 1)[0]: one for one in read_lists(lists)}
    for authority in plan["decision"]["authorities"]:
        if "finding" in authority:
            said[authority["finding"]] = finding_of(register, authority["finding"])
        elif "listing" in authority:
            listing = authority["listing"]
            file = Path(listing["list"])
            if file.name not in read:
                read[file.name] = _read_again(file)
            key = f"{file.name}:{listing['entity']} ({listing['caption']})"
            said[key] = _said(read[file.name], listing["entity"], on)
    return {key: what for key, what in said.items() if what is not None}


def _read_again(file: Path) -> AuthorityList:
    if not file.is_file():
        raise DebarError(
            "DBR-O007",
            "a list that the plan cites is not where it was",
            place=Place(file=str(file)),
            hint="say where it is now with --list FILE, and its deltas behind it",
            exit_code=EXIT_REFUSED,
        )
    (one,) = read_lists([file])
    return one
