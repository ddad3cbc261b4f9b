"""What every verb returns: a document for machines and a text for people.

Law: both say the same; the exit code is part of the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The outcome of a verb.

    Args:
        document: What ``--json`` prints.
        text: What a terminal shows.
        exit_code: 0 done; 1 refused, denied or not verified; 3 problems; 4 stale or not fresh.
    """

    document: Mapping[str, Any]
    text: str
    exit_code: int = 0
