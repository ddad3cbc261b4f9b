"""SQL is a value: one named step, in DuckDB's dialect, its values bound.

Law: a step says what a table holds; it never says where or when it runs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One table of a pipeline.

    Args:
        name: Name of the table that the step makes: lower case, digits, underscores.
        sql: A single SELECT in DuckDB's dialect; bound values are written ``$name``.
        parameters: Values for the ``$name`` places.
    """

    name: str
    sql: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert _NAME.fullmatch(self.name), f"step name {self.name!r}"


def quote_identifier(name: str) -> str:
    """Quote a table or column name for SQL.

    Example:
        >>> quote_identifier("spend low")
        '"spend low"'
    """
    if "\x00" in name:
        raise ValueError("a name holds a NUL byte")
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """Quote a text literal where a value cannot be bound (file names in table functions)."""
    if "\x00" in text:
        raise ValueError("a text holds a NUL byte")
    return "'" + text.replace("'", "''") + "'"
