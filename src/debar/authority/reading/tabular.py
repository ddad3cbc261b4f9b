"""Lists as CSV: statements, OpenSanctions' simple form, tables of a journal, indicators, bare names.

Law: columns are read by their names, never by their place. A cell that holds several values is taken apart
only where its form says how.
Source: OpenSanctions, ``statements.csv`` and ``targets.simple.csv``.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Final

from debar.authority.entities import Entity
from debar.authority.problems import place
from debar.authority.reading.text import lines_of, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from debar.authority.problems import Findings

SIMPLE: Final = {
    "name": "name",
    "aliases": "alias",
    "birth_date": "birthDate",
    "countries": "country",
    "addresses": "address",
    "identifiers": "idNumber",
    "phones": "phone",
    "emails": "email",
    "program_ids": "programId",
}
"""Column of the simple form to property."""

TABLE: Final = (
    "name", "alias", "weakAlias", "previousName", "abbreviation", "country", "jurisdiction", "nationality",
    "birthDate", "position", "registrationNumber", "taxNumber", "vatCode", "innCode", "ogrnCode", "leiCode",
    "idNumber", "address", "website", "email", "phone", "topics",
)  # fmt: skip
"""Columns of a table, named after properties; ``reason``, ``measure`` and the dates belong to the listing."""

TABLE_SPLIT: Final[Mapping[str, str]] = {
    "name": r"\s*;\s*",
    "alias": r"\s*;\s*",
    "weakAlias": r"\s*;\s*",
    "previousName": r"\s*;\s*",
    "country": r"\s*[;,]\s*",
    "topics": r"\s*[;,]\s*",
    "website": r"\s*[;,]\s*",
    "email": r"\s*[;,]\s*",
    "phone": r"\s*;\s*",
    "taxNumber": r"\s*;\s*",
    "registrationNumber": r"\s*;\s*",
}

_SIMPLE_SANCTION: Final = re.compile(r"\s+-\s+")
_ALTERNATIVES: Final = re.compile(r"\s*/\s*|\s+-\s*|-\s+")
_REMARK: Final = re.compile(r"#\s*(authority|programme|listed_on|source_url)\s*[:=]\s*(.+)", re.IGNORECASE)


def read_statements(path: Path, findings: Findings) -> Iterator[Entity]:
    """Yield one entity a statement; those of one canonical id are merged by whoever collects them."""
    for line, row in rows_of(path, findings):
        entity_id = row.get("canonical_id") or row.get("entity_id") or ""
        prop, value = row.get("prop", ""), row.get("value", "")
        if not entity_id or not row.get("schema") or not prop:
            findings.add("DBR-O011", place(path.name, line, value=entity_id or value))
            continue
        yield Entity(
            entity_id=entity_id,
            schema=row["schema"],
            properties={} if prop == "id" or not value else {prop: (value,)},
            referents=(row["entity_id"],) if row.get("entity_id", entity_id) != entity_id else (),
            datasets=(row["dataset"],) if row.get("dataset") else (),
            line=line,
        )


def read_simple(path: Path, findings: Findings) -> Iterator[Entity]:
    """Yield the entities of a simple CSV, each with its sanctions after it."""
    for line, row in rows_of(path, findings):
        if not row.get("id") or not row.get("name"):
            findings.add("DBR-O022", place(path.name, line, value=row.get("id")))
            continue
        properties = {
            prop: tuple(sorted({*_many(row[column])}))
            for column, prop in SIMPLE.items()
            if row.get(column) and column != "name"
        }
        yield Entity(
            entity_id=row["id"],
            schema=row.get("schema") or "LegalEntity",
            properties={"name": (row["name"],), **properties},
            datasets=_many(row.get("dataset", "")),
            target=True,
            line=line,
        )
        keys = _many(row.get("program_ids", ""))
        for number, text in enumerate(_many(row.get("sanctions", ""))):
            yield _simple_sanction(row["id"], number, text, programme_ids=keys if len(keys) == 1 else ())


def _many(cell: str) -> tuple[str, ...]:
    """Take a cell apart that is itself a row of CSV with semicolons."""
    found = next(csv.reader([cell], delimiter=";"), []) if cell else []
    return tuple(value.strip() for value in found if value.strip())


def _simple_sanction(entity_id: str, number: int, text: str, *, programme_ids: tuple[str, ...]) -> Entity:
    """Read ``program - reason - status - start - end``; parts that are missing are missing at the end."""
    parts = _SIMPLE_SANCTION.split(text)
    days = [part for part in parts[1:] if re.fullmatch(r"\d{4}(-\d\d){0,2}", part)]
    said = [part for part in parts[1:] if part not in days]
    properties = {
        "entity": (entity_id,),
        "program": (parts[0],),
        "programId": programme_ids,
        "reason": tuple(said[:1]),
        "startDate": tuple(days[:1]),
        "endDate": tuple(days[1:2]),
    }
    kept = {name: values for name, values in properties.items() if values}
    return Entity(entity_id=f"{entity_id} sanction {number}", schema="Sanction", properties=kept)


def read_table(path: Path, findings: Findings) -> Iterator[Entity]:
    """Yield the entities of a table whose columns bear the names of properties, each with its listing.

    ``file`` and ``annex`` make the programme, ``measure`` is what the table says follows.
    """
    used: dict[str, int] = {}
    for line, row in rows_of(path, findings):
        if not row.get("name"):
            findings.add("DBR-O022", place(path.name, line))
            continue
        parts = (row.get("file", ""), row.get("annex", ""), row.get("recordId", "") or row["name"])
        made = "/".join(part for part in parts if part)
        used[made] = used.get(made, 0) + 1
        entity_id = made if used[made] == 1 else f"{made}~{used[made]}"
        properties = {prop: _split(prop, row[prop]) for prop in TABLE if row.get(prop)}
        if not any(name not in _NAMES for name in properties):
            properties["alias"] = tuple(sorted({*properties.get("alias", ()), *alternatives(row["name"])}))
        kept = {name: values for name, values in sorted(properties.items()) if values}
        yield Entity(
            entity_id=entity_id,
            schema=row.get("schema") or "LegalEntity",
            properties=kept,
            target=True,
            line=line,
        )
        yield _table_listing(entity_id, row, line)


_NAMES: Final = frozenset({"name", "alias", "weakAlias", "previousName", "abbreviation"})


def _split(prop: str, cell: str) -> tuple[str, ...]:
    parts = re.split(TABLE_SPLIT[prop], cell) if prop in TABLE_SPLIT else [cell]
    return tuple(sorted({part.strip() for part in parts} - {""}))


def _table_listing(entity_id: str, row: Mapping[str, str], line: int) -> Entity:
    annex = row.get("annex", "").partition(".")[0]
    programme = row.get("programme") or row.get("program") or row.get("file", "")
    named = f"{programme} annex {annex}" if programme and annex else programme
    properties = {
        "entity": entity_id,
        "program": named,
        "programId": row.get("programId", ""),
        "provisions": row.get("measure", ""),
        "authority": row.get("authority", ""),
        "reason": row.get("reason", ""),
        "listingDate": row.get("listingDate", "") or row.get("listed_on", "") or row.get("startDate", ""),
        "startDate": row.get("startDate", ""),
        "endDate": row.get("endDate", ""),
        "sourceUrl": row.get("sourceUrl", ""),
    }
    kept = {name: (value,) for name, value in sorted(properties.items()) if value}
    return Entity(entity_id=f"{entity_id} listing", schema="Sanction", properties=kept, line=line)


def alternatives(name: str) -> tuple[str, ...]:
    """Return the names that a journal writes as one: ``NTV/NTV Mir``, ``RT - Russia Today UK``.

    Example:
        >>> alternatives("RT- Russia Today English"), alternatives("RT-Komplekt")
        (('RT', 'Russia Today English'), ())
    """
    parts = [part.strip() for part in _ALTERNATIVES.split(name)]
    return tuple(part for part in parts if part) if len(parts) > 1 else ()


def read_indicators(path: Path, findings: Findings) -> Iterator[Entity]:
    """Yield one entity a network: its domains and addresses as somebody published them, without a name."""
    found: dict[str, tuple[int, set[str]]] = {}
    for line, row in rows_of(path, findings):
        if not row.get("indicator"):
            findings.add("DBR-O022", place(path.name, line))
            continue
        if row.get("kind", "domain") in ("domain", "url", "website", "hostname"):
            found.setdefault(row.get("network") or path.stem, (line, set()))[1].add(row["indicator"])
    for network, (line, values) in sorted(found.items()):
        yield Entity(
            entity_id=network,
            schema="LegalEntity",
            properties={"website": tuple(sorted(values))},
            target=True,
            line=line,
        )


def read_names(path: Path, findings: Findings) -> Iterator[Entity]:
    """Yield the entities of a list of bare names, one a line, each perhaps with a day behind a tab.

    Lines ``# authority: ...``, ``# programme: ...``, ``# listed_on: ...`` and ``# source_url: ...`` hold for
    the names below them; other lines that begin with ``#`` are remarks.
    """
    said: dict[str, str] = {}
    for line, text in lines_of(path, findings):
        if text.startswith("#"):
            if remark := _REMARK.fullmatch(text.strip()):
                said[remark.group(1).lower()] = remark.group(2).strip()
            continue
        name, _, day = (part.strip() for part in text.partition("\t"))
        if not name:
            continue
        aliases = alternatives(name)
        yield Entity(
            entity_id=name,
            schema="LegalEntity",
            properties={"name": (name,), **({"alias": tuple(sorted({*aliases}))} if aliases else {})},
            target=True,
            line=line,
        )
        row = {"programme": said.get("programme", ""), "authority": said.get("authority", "")}
        row |= {"sourceUrl": said.get("source_url", ""), "listingDate": day or said.get("listed_on", "")}
        yield _table_listing(name, row, line)
