"""Read one authority list whole: its form is recognised, its deltas applied, its parts tied together.

Law: the order of lines changes nothing; only deltas have an order.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from debar.authority.dates import read_span
from debar.authority.entities import ENDS, AuthorityList, Interest, Listing, Span, merged
from debar.authority.measures import measure_of
from debar.authority.problems import Findings, place
from debar.authority.reading.follow_the_money import read_changes, read_entities
from debar.authority.reading.tabular import (
    read_indicators,
    read_names,
    read_simple,
    read_statements,
    read_table,
)
from debar.authority.reading.text import first_line, header_of
from debar.model.canonical import file_sha256
from debar.model.problem import DebarError, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from debar.authority.entities import Entity

_READERS: Final[Mapping[str, Callable[[Path, Findings], Iterator[Entity]]]] = {
    "FollowTheMoney": read_entities,
    "statements": read_statements,
    "simple CSV": read_simple,
    "table": read_table,
    "indicators": read_indicators,
    "names": read_names,
}
DELTA: Final = "delta"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the reader of a list knows and the list does not say.

    Args:
        programme: Of listings that name none.
        listed_on: Day of listings that state none.
    """

    programme: str = ""
    listed_on: str = ""


NOTHING: Final = Said()


def form_of(path: Path) -> str:
    """Recognise a list's form by its first line.

    Raises:
        DebarError: DBR-O001, it is of none that debar reads.
    """
    line = first_line(path, Findings()).strip()
    if line.startswith("{"):
        return DELTA if '"op"' in line and '"entity"' in line else "FollowTheMoney"
    columns = set(header_of(line)) if line else set()
    if {"canonical_id", "prop", "value", "schema"} <= columns:
        return "statements"
    if {"id", "schema", "name", "aliases"} <= columns:
        return "simple CSV"
    if "indicator" in columns:
        return "indicators"
    if "name" in columns and len(columns) > 1:
        return "table"
    if line and "\x00" not in line and path.suffix in (".txt", ".csv", ".tsv", ""):
        return "names"
    raise DebarError(
        "DBR-O001",
        "this is no authority list that debar reads",
        place=Place(file=path.name),
        hint="FollowTheMoney JSON lines, a delta after its list, statements, targets.simple.csv, a table with"
        " a column name, or a text of names: docs/authority.md",
    )


def read_lists(paths: Sequence[Path], said: Said = NOTHING) -> tuple[AuthorityList, ...]:
    """Read lists, each with the deltas that stand behind it.

    Raises:
        DebarError: DBR-O001, a file is none; DBR-O002, a delta stands before any list; OSError where a file
            cannot be read.
    """
    groups: list[tuple[str, list[Path]]] = []
    for path in paths:
        form = form_of(path)
        if form != DELTA:
            groups.append((form, [path]))
        elif groups and groups[-1][0] == "FollowTheMoney":
            groups[-1][1].append(path)
        else:
            raise DebarError(
                "DBR-O002",
                "a delta stands before the list that it changes",
                place=Place(file=path.name),
                hint="name the FollowTheMoney list first, then its deltas, oldest first",
            )
    return tuple(_read(form, files, said) for form, files in groups)


def _read(form: str, files: Sequence[Path], said: Said) -> AuthorityList:
    findings = Findings()
    base = files[0]
    entities = collect(_READERS[form](base, findings), base.name, findings, quietly=form == "statements")
    for delta in files[1:]:
        _change(entities, delta, findings)
    digests = [file_sha256(file) for file in files]
    sha256 = digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    name = " + ".join(file.name for file in files)
    return made(name, form, sha256, entities, findings, said)


def collect(
    found: Iterable[Entity], file: str, findings: Findings, *, quietly: bool = False
) -> dict[str, Entity]:
    """Gather entities by id; of several records of one id the union counts."""
    entities: dict[str, Entity] = {}
    for entity in found:
        before = entities.get(entity.entity_id)
        if before is None:
            entities[entity.entity_id] = entity
        elif before != entity:
            entities[entity.entity_id] = merged(before, entity)
            if not quietly:
                findings.add("DBR-O015", place(file, entity.line, value=entity.entity_id))
    return entities


def _change(entities: dict[str, Entity], delta: Path, findings: Findings) -> None:
    """Apply a delta: what is added or changed stands as it says, what is deleted is gone."""
    for change in read_changes(delta, findings):
        if (change.operation == "ADD") == (change.entity_id in entities):
            findings.add("DBR-O020", place(delta.name, change.line, value=change.entity_id))
        if change.operation == "DEL":
            entities.pop(change.entity_id, None)
        for entity in change.entities:
            entities[entity.entity_id] = entity


def made(
    name: str,
    form: str,
    sha256: str,
    entities: Mapping[str, Entity],
    findings: Findings,
    said: Said = NOTHING,
) -> AuthorityList:
    """Tie entities together: who is listed under what, who has an interest in whom."""
    listings: dict[str, list[Listing]] = {}
    interests: list[Interest] = []
    for entity_id in sorted(entities):
        entity = entities[entity_id]
        if entity.schema in ("Sanction", "Risk"):
            about = entity.values("entity")
            if not about:
                findings.add("DBR-O024", place(name, entity.line, value=entity_id))
            for one in about:
                listings.setdefault(one, []).append(_listing(entity, one, name, findings, said))
        elif entity.schema in ENDS:
            interests.extend(_interests(entity, entities, name, findings))
    for entity_id, entity in sorted(entities.items()):
        _by_key_alone(entity, listings.setdefault(entity_id, []))
    return AuthorityList(
        name=name,
        form=form,
        sha256=sha256,
        entities=entities,
        listings={one: tuple(found) for one, found in sorted(listings.items()) if found},
        interests=tuple(interests),
        problems=tuple(findings.problems),
        problem_counts=dict(sorted(findings.counts.items())),
    )


def _listing(entity: Entity, about: str, file: str, findings: Findings, said: Said) -> Listing:
    spans = {prop: _span(entity, prop, file, findings) for prop in ("listingDate", "startDate", "endDate")}
    programmes = entity.values("program") or ((said.programme,) if said.programme else ())
    provisions = "; ".join(entity.values("provisions"))
    return Listing(
        listing_id=entity.entity_id,
        entity_id=about,
        authority="; ".join(entity.values("authority", "publisher")[:2]),
        programme="; ".join(programmes),
        programme_id="; ".join(entity.values("programId")),
        provisions=provisions,
        reason="; ".join(entity.values("reason")),
        listed=spans["listingDate"] or (read_span(said.listed_on) if said.listed_on else None),
        start=spans["startDate"],
        end=spans["endDate"],
        source_url=entity.first("sourceUrl", "programUrl"),
        measure=measure_of(entity.values("programId"), programmes, provisions=provisions),
    )


def _by_key_alone(entity: Entity, listings: list[Listing]) -> None:
    """Add what an entity's own programme keys say where no listing of it does."""
    if entity.schema in ("Sanction", "Risk"):
        return
    for key in entity.values("programId"):
        if not any(key in listing.programme_id for listing in listings):
            listings.append(
                Listing(
                    listing_id=f"{entity.entity_id} {key}",
                    entity_id=entity.entity_id,
                    authority="",
                    programme="",
                    programme_id=key,
                    provisions="",
                    reason="",
                    listed=None,
                    start=None,
                    end=None,
                    source_url="",
                    measure=measure_of((key,), ()),
                )
            )


def _span(entity: Entity, prop: str, file: str, findings: Findings) -> Span | None:
    """Read a date; of several the earliest day to the latest."""
    found = []
    for text in entity.values(prop):
        if (span := read_span(text)) is None:
            findings.add("DBR-O019", place(file, entity.line, column=prop, value=text))
        else:
            found.append(span)
    if not found:
        return None
    return replace(found[0], first=min(s.first for s in found), last=max(s.last for s in found))


def _interests(
    entity: Entity, entities: Mapping[str, Entity], file: str, findings: Findings
) -> Iterator[Interest]:
    source_property, target_property = ENDS[entity.schema]
    for source in entity.values(source_property):
        for target in entity.values(target_property):
            for end in (source, target):
                if end not in entities:
                    findings.add("DBR-O016", place(file, entity.line, value=end))
            yield Interest(
                interest_id=entity.entity_id,
                schema=entity.schema,
                source=source,
                target=target,
                role="; ".join(entity.values("role", "ownershipType", "controlType")),
                percentage=entity.first("percentage"),
                start=_span(entity, "startDate", file, findings),
                end=_span(entity, "endDate", file, findings),
            )
