"""Small authority lists, for tests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def entity(entity_id: str, schema: str, **properties: str | list[str]) -> dict[str, Any]:
    """Make an entity as FollowTheMoney writes it."""
    listed = {name: [values] if isinstance(values, str) else values for name, values in properties.items()}
    return {"id": entity_id, "schema": schema, "properties": listed}


def write_lines(path: Path, *documents: object) -> Path:
    """Write JSON lines; a text is written as it is."""
    lines = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in documents]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def sanction(about: str, **properties: str | list[str]) -> dict[str, Any]:
    """Make a listing."""
    said: dict[str, str | list[str]] = {"authority": "Council of the EU", "programId": "EU-UKR", **properties}
    return entity(f"{about}-listing", "Sanction", entity=about, **said)
