"""The README of a case folder: for somebody who has never heard of debar.

Law: pure; it says what can be checked, how, and what cannot.
"""

from __future__ import annotations

from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any

from debar.model.legible import legible

if TYPE_CHECKING:
    from collections.abc import Mapping


def readme(case: Mapping[str, Any]) -> str:
    """Return the text.

    Args:
        case: What ``case.json`` says.
    """
    template = Template((files("debar.app.exporting") / "readme.md").read_text(encoding="utf-8"))
    return template.substitute(
        title=legible(case["title"]),
        platform_name=legible(case["platform_name"]),
        made_at=case["made_at"],
        in_force=_in_force(case),
        tables="".join(_row(name, table) for name, table in case["tables"].items()),
        record=_record(case["record"]),
    )


def _in_force(case: Mapping[str, Any]) -> str:
    if case["applied_at"]:
        return f"It was put in force at {case['applied_at']}, as `{case['decision_id']}`."
    return f"It was not put in force. If it is, it becomes `{case['decision_id']}`."


def _row(name: str, table: Mapping[str, Any]) -> str:
    count = table["rows"]
    rows = "None." if count == 0 else "1 row." if count == 1 else f"{count:,} rows."
    return f"| `{name}.csv`, `.parquet` | {table['what']} {rows} |\n"


def _record(record: Mapping[str, Any] | None) -> str:
    if record is None:
        return (
            "This case was exported without a register: nothing of it is recorded, and there are no\n"
            "   signatures to check."
        )
    return (
        f"With other people's tools: each `.tlog-proof` is a C2SP tlog-proof over an RFC 6962 tree of"
        f" {record['size']:,}\n   entries. Go's `golang.org/x/mod/sumdb` checks them with a hundred lines"
        f" (`tests/oracles/record.go` in debar's\n   repository). The key is\n\n"
        f"   `{record['verifier_key']}`\n\n"
        f"   Ask {record['origin']} for it by another way, and whether its public record still holds this"
        " checkpoint."
    )
