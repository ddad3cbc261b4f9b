"""FollowTheMoney JSON lines, flat or nested, and OpenSanctions' deltas.

Law: every value is kept as it is written. Nested entities become entities of their own, tied as the
nesting says.
Source: FollowTheMoney 4, entity JSON; OpenSanctions, ``entities.delta.json``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from debar.authority.entities import SCHEMATA, Entity
from debar.authority.problems import place
from debar.authority.reading.text import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from debar.authority.problems import Findings

DEPTH_MAX: Final = 20
"""Entities nested more deeply are a mistake, or an attack."""

BACK: Final = {
    "sanctions": "entity",
    "risks": "entity",
    "ownershipOwner": "owner",
    "ownershipAsset": "asset",
    "directorshipDirector": "director",
    "directorshipOrganization": "organization",
    "membershipMember": "member",
    "membershipOrganization": "organization",
    "employers": "employee",
    "employees": "employer",
    "controller": "controlled",
    "controlled": "controller",
    "agentRepresentation": "client",
    "clientRepresentation": "agent",
    "familyPerson": "person",
    "familyRelative": "relative",
    "associates": "person",
    "associations": "associate",
    "unknownLinkTo": "subject",
    "unknownLinkFrom": "object",
    "successors": "predecessor",
    "predecessors": "successor",
    "userAccounts": "owner",
    "cryptoWallets": "holder",
}
"""Property under which a nested entity stands, to its own property that names the outer one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of a delta.

    Args:
        operation: ``ADD``, ``MOD`` or ``DEL``.
        entity_id: Whom it is about.
        entities: What is said now, nested ones after the outer one; empty for ``DEL``.
        line: Where it stands.
    """

    operation: str
    entity_id: str
    entities: tuple[Entity, ...]
    line: int


def read_entities(path: Path, findings: Findings) -> Iterator[Entity]:
    """Yield the entities of a file of JSON lines, outer ones before nested ones."""
    for number, text in lines_of(path, findings):
        if text.strip() and (document := _object(text, path.name, number, findings)) is not None:
            yield from _entities(document, _Here(file=path.name, line=number, findings=findings))


def read_changes(path: Path, findings: Findings) -> Iterator[Change]:
    """Yield the changes of a delta file, in order."""
    for number, text in lines_of(path, findings):
        if not text.strip() or (document := _object(text, path.name, number, findings)) is None:
            continue
        operation, entity = document.get("op"), document.get("entity")
        if operation not in ("ADD", "MOD", "DEL") or not isinstance(entity, dict):
            findings.add("DBR-O020", place(path.name, number, column="op", value=operation))
            continue
        if operation == "DEL":
            if isinstance(entity.get("id"), str):
                yield Change(operation="DEL", entity_id=entity["id"], entities=(), line=number)
            else:
                findings.add("DBR-O011", place(path.name, number))
            continue
        found = tuple(_entities(entity, _Here(file=path.name, line=number, findings=findings)))
        if found:
            yield Change(operation=operation, entity_id=found[0].entity_id, entities=found, line=number)


def entities_of(document: object, file: str, findings: Findings) -> tuple[Entity, ...]:
    """Return the entities of one object that came another way, such as a server's answer."""
    return tuple(_entities(document, _Here(file=file, line=None, findings=findings)))


def _object(text: str, file: str, number: int, findings: Findings) -> dict[str, Any] | None:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict):
        return document
    findings.add("DBR-O010", place(file, number, value=text))
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Here:
    """Where an object stands, and where its flaws go."""

    file: str
    line: int | None
    findings: Findings
    depth: int = 0

    def flaw(self, code: str, *, column: str | None = None, value: object = None) -> None:
        self.findings.add(code, place(self.file, self.line, column=column, value=value))


def _entities(document: object, here: _Here, outer: Mapping[str, str] | None = None) -> Iterator[Entity]:
    """Yield an entity and those nested in it; ``outer`` holds what the nesting says of it."""
    if not _has_form(document):
        here.flaw("DBR-O011", value=document)
        return
    assert isinstance(document, dict), "its form was looked at"
    if document["schema"] not in SCHEMATA:
        here.flaw("DBR-O014", column="schema", value=document["schema"])
    properties, nested = _properties(document["properties"], here)
    for name, value in (outer or {}).items():
        properties.setdefault(name, set()).add(value)
    yield Entity(
        entity_id=document["id"],
        schema=document["schema"],
        properties={name: tuple(sorted(values)) for name, values in sorted(properties.items())},
        referents=_texts(document.get("referents")),
        datasets=_texts(document.get("datasets")),
        label=_text(document.get("caption")) or "",
        target=document["target"] if isinstance(document.get("target"), bool) else None,
        line=here.line,
    )
    if nested and here.depth >= DEPTH_MAX:
        here.flaw("DBR-O027", column=nested[0][0])
        return
    deeper = replace(here, depth=here.depth + 1)
    for name, inner in nested:
        yield from _entities(inner, deeper, {BACK[name]: document["id"]} if name in BACK else None)


def _properties(
    given: Mapping[str, Any], here: _Here
) -> tuple[dict[str, set[str]], list[tuple[str, Mapping[str, Any]]]]:
    """Take values apart from entities that stand where an id might."""
    properties: dict[str, set[str]] = {}
    nested: list[tuple[str, Mapping[str, Any]]] = []
    for name, values in given.items():
        if not isinstance(values, list):
            here.flaw("DBR-O013", column=name, value=values)
        for value in values if isinstance(values, list) else [values]:
            if isinstance(value, dict):
                nested.append((name, value))
                if name not in BACK and isinstance(value.get("id"), str):
                    properties.setdefault(name, set()).add(value["id"])
                continue
            if not isinstance(value, str) or not _is_whole(value):
                here.flaw("DBR-O012", column=name, value=value)
            if (text := _text(value)) is not None:
                properties.setdefault(name, set()).add(text)
    return properties, nested


def _has_form(document: object) -> bool:
    return (
        isinstance(document, dict)
        and isinstance(document.get("id"), str)
        and bool(document["id"])
        and _is_whole(document["id"])
        and isinstance(document.get("schema"), str)
        and isinstance(document.get("properties"), dict)
    )


def _is_whole(text: str) -> bool:
    """Tell whether a text has no half of a character, which no file could hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return (
            value if _is_whole(value) else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        )
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _texts(values: object) -> tuple[str, ...]:
    if not isinstance(values, list):
        return ()
    return tuple(sorted({value for value in values if isinstance(value, str)}))
